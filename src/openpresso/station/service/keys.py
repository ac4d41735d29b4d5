"""Who may call: keys kept as digests in the station's folder.

A key is 256 random bits, shown once. The file holds its SHA-256, so that a copy of the file opens
nothing. A digest without salt and stretching is enough, for random bits cannot be guessed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from openpresso.errors import InputError

Role = Literal["observer", "technician"]
"""An observer reads; a technician also commands."""
FILE: Final = "keys.json"
LOCAL_FILE: Final = "local-key"
LOCAL_NAME: Final = "local"
"""Name of the key that the station makes for its own computer."""


@dataclass(frozen=True, slots=True)
class Key:
    """One caller."""

    name: str
    role: Role
    sha256: str
    """Digest of the secret, in hexadecimal."""
    created: str
    """UTC, ISO 8601 with `Z`: a label for people."""


class _KeyForm(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[\w .@+-]{1,60}$")]
    role: Role
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    created: str


class _FileForm(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    keys: list[_KeyForm]


class Keys:
    """The keys of one station, read again when their file has changed.

    Parameters
    ----------
    folder
        The station's folder; made if missing, readable by its owner alone.

    Raises
    ------
    InputError
        If the file of keys cannot be understood. Once the station runs, a file that is broken
        later leaves the keys as they were, and `trouble` says so.
    """

    def __init__(self, folder: Path) -> None:
        """Read the keys that there are."""
        self.folder = folder
        self.path = folder / FILE
        self.trouble = ""
        """Why the file could not be read again, with the remedy; empty when all is well."""
        self._seen = self._stamp()
        self._keys = self._read()

    def all(self) -> tuple[Key, ...]:
        """Return every key, oldest first."""
        self._refresh()
        return self._keys

    def find(self, secret: str) -> Key | None:
        """Return the key with this secret, or `None`; a changed file is read first."""
        self._refresh()
        return self.remembered(secret)

    def remembered(self, secret: str) -> Key | None:
        """Return the key with this secret as last read: it touches no disk, so it never waits.

        Every key is compared, each in constant time: how long it takes tells nothing.
        """
        digest = _digest(secret)
        found = None
        for key in self._keys:
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found

    def add(self, name: str, role: Role) -> str:
        """Make a key.

        Parameters
        ----------
        name
            Who or what calls with it; it stands in the record.
        role
            What it may do.

        Returns
        -------
        str
            The secret. It is kept nowhere: whoever loses it gets another.

        Raises
        ------
        InputError
            If the name is taken or is no name.
        """
        self._refresh()
        if any(key.name == name for key in self._keys):
            raise InputError.one(
                name,
                "name-taken",
                f"there is a key named {name!r} already",
                hint=f"choose another name, or remove it: openpresso station key remove {name!r}.",
            )
        return self._put(name, role, self._keys)

    def remove(self, name: str) -> None:
        """Take a key away; it is refused from the next request on.

        Raises
        ------
        InputError
            If there is no key of this name.
        """
        self._refresh()
        rest = tuple(key for key in self._keys if key.name != name)
        if len(rest) == len(self._keys):
            known = ", ".join(key.name for key in self._keys) or "none"
            message = f"there is no key named {name!r}; keys: {known}"
            raise InputError.one(name, "unknown-key", message, hint="name one of these.")
        self._write(rest)

    def local(self) -> Path:
        """Return the file with the technician's key of this computer; it is made when missing.

        Only the owner of the station's folder can read it.
        """
        path = self.folder / LOCAL_FILE
        secret = path.read_text("utf-8").strip() if path.exists() else ""
        key = self.find(secret) if secret else None
        if key is None or key.role != "technician":
            others = tuple(key for key in self._keys if key.name != LOCAL_NAME)
            _write_private(path, self._put(LOCAL_NAME, "technician", others) + "\n")
        return path

    def _put(self, name: str, role: Role, others: tuple[Key, ...]) -> str:
        secret = secrets.token_urlsafe(32)
        created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        key = Key(name, role, _digest(secret), created)
        try:
            _KeyForm(**asdict(key))
        except ValidationError:
            message = f"{name!r} is no name; letters, digits, space and . _ @ + - are, at most 60"
            raise InputError.one(name[:80], "bad-name", message, hint="for example: desk") from None
        self._write((*others, key))
        return secret

    def _stamp(self) -> tuple[int, int, int] | None:
        """Return what changes when the file does."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _refresh(self) -> None:
        stamp = self._stamp()
        if stamp == self._seen:
            return
        try:
            keys = self._read()
        except InputError as error:
            self.trouble = str(error)
        else:
            self._keys, self.trouble = keys, ""
        self._seen = stamp

    def _read(self) -> tuple[Key, ...]:
        try:
            form = _FileForm.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return ()
        except OSError as error:
            message, code = f"cannot be read: {error.strerror or error}", "unreadable-keys"
        except ValidationError as error:
            found = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in found["loc"])
            message, code = f"{place}: {found['msg']}".removeprefix(": "), "bad-keys"
        else:
            return tuple(Key(**one.model_dump()) for one in form.keys)
        hint = "correct the file, or remove it and make the keys again: openpresso station key add."
        raise InputError.one(str(self.path), code, message, hint=hint)

    def _write(self, keys: tuple[Key, ...]) -> None:
        text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=2) + "\n"
        _write_private(self.path, text)
        self._keys, self._seen, self.trouble = keys, self._stamp(), ""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _write_private(path: Path, text: str) -> None:
    """Replace a file as a whole by one that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    early = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(early, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        early.replace(path)
    except OSError:
        early.unlink(missing_ok=True)
        raise
