"""Where the console finds the photographs: their folder, and the practice's key."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from openpresso.clinic.errors import RefusedError
from openpresso.clinic.measures.vault import Vault, read_key_file

if TYPE_CHECKING:
    from openpresso.console.settings import Settings


def vault_of(settings: Settings) -> Vault | None:
    """Return the vault of the photographs; None where the console was started without one.

    Raises
    ------
    InputError
        If the key cannot be read.
    """
    if not settings.vault or not settings.vault_key_file:
        return None
    return _opened(settings.vault, settings.vault_key_file)


def needed(settings: Settings) -> Vault:
    """Return the vault, or refuse what needs one.

    Raises
    ------
    RefusedError
        If there is none.
    """
    found = vault_of(settings)
    if found is None:
        raise RefusedError(
            "no photographs are kept here",
            ["The console was started without a key for them; who runs it can give it one."],
            code="no-vault",
        )
    return found


@lru_cache(maxsize=4)
def _opened(folder: str, key_file: str) -> Vault:
    return Vault(Path(folder), read_key_file(key_file))
