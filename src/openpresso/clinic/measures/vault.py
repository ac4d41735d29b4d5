"""The vault: files that nobody reads without the practice's key and the client's own key.

AES-256-GCM. Each client has a key of its own, kept in the database and wrapped by the key of the
practice, which lies in a file outside of the database. A file's name is bound to its content, so
that one picture cannot be put in another's place. Without the client's key no copy can be read.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpresso.clinic.errors import StoreError
from openpresso.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
NAME: Final = re.compile(r"[0-9a-f]{32}\.(picture|small)")
"""Names are made here; nothing that anybody types becomes a path."""


def make_key_file(path: Path | str) -> Path:
    """Make the key of a practice; it is never overwritten.

    Parameters
    ----------
    path
        Where; outside of the folder that is backed up with the pictures.

    Raises
    ------
    InputError
        If the file exists.
    """
    path = Path(path)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError.one(
            str(path),
            "key-exists",
            "there is a key already; another one would make every picture unreadable",
            hint="keep it, and keep a copy in a safe.",
        ) from error
    with os.fdopen(number, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
    return path


def read_key_file(path: Path | str) -> bytes:
    """Return the key of a practice from its file.

    Raises
    ------
    InputError
        If the file cannot be read or holds no key.
    """
    try:
        key = base64.b64decode(Path(path).read_text("ascii").strip(), validate=True)
    except (OSError, ValueError) as error:
        raise InputError.one(
            str(path),
            "no-key",
            f"the key cannot be read: {error}",
            hint="restore it from the safe.",
        ) from error
    if len(key) != KEY_BYTES:
        message = f"the key has {len(key)} bytes; allowed are {KEY_BYTES}"
        raise InputError.one(str(path), "no-key", message, hint="restore it from the safe.")
    return key


@dataclass(frozen=True, slots=True)
class Vault:
    """A folder of encrypted files.

    Parameters
    ----------
    folder
        Where the files are.
    key
        Key of the practice, 32 bytes; see `read_key_file`.
    """

    folder: Path
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            message = f"the key has {len(self.key)} bytes; allowed are {KEY_BYTES}"
            raise InputError.one("vault", "no-key", message)

    def new_client_key(self, client: str) -> str:
        """Return a new client's key, wrapped by the practice's.

        Parameters
        ----------
        client
            What the key is bound to; another client's cannot be put in its place.
        """
        return base64.b64encode(
            _seal(self.key, secrets.token_bytes(KEY_BYTES), client.encode())
        ).decode()

    def _client_key(self, wrapped: str, client: str) -> bytes:
        return _open(self.key, base64.b64decode(wrapped), client.encode(), "the client's key")

    def write(self, name: str, content: bytes, wrapped: str, client: str) -> bytes:
        """Write a file whole or not at all, and return what lies in it, encrypted.

        Parameters
        ----------
        name
            Name of the file, from `new_names`.
        content
            What is kept.
        wrapped, client
            The client's key, and what it is bound to.
        """
        sealed = _seal(self._client_key(wrapped, client), content, name.encode())
        path = self._path(name)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        return sealed

    def sealed(self, name: str) -> bytes:
        """Return a file as it lies there, encrypted.

        Raises
        ------
        StoreError
            If it is not there.
        """
        try:
            return self._path(name).read_bytes()
        except OSError as error:
            raise StoreError(
                f"the picture {name} cannot be read: {error.strerror}",
                code="picture-missing",
                remedy="Restore the folder of pictures from the backup.",
            ) from error

    def read(self, name: str, wrapped: str, client: str) -> bytes:
        """Return what a file keeps.

        Raises
        ------
        StoreError
            If it is not there, was changed, or belongs to another key.
        """
        key = self._client_key(wrapped, client)
        return _open(key, self.sealed(name), name.encode(), f"the picture {name}")

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        """Return where a file lies; a name that was not made here is refused."""
        if NAME.fullmatch(name) is None:
            raise InputError.one("vault", "bad-name", f"{name!r} is no name of a picture")
        return self.folder / name


def new_names() -> tuple[str, str]:
    """Return names for a new picture and its small copy."""
    token = secrets.token_hex(16)
    return f"{token}.picture", f"{token}.small"


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _seal(key: bytes, content: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, content, bound)


def _open(key: bytes, sealed: bytes, bound: bytes, what: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise StoreError(
            f"{what} was changed, or belongs to another key",
            code="picture-changed",
            remedy="Restore it from the backup, with the key of that time.",
        ) from error
