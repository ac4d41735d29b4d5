"""Days, times, numbers and amounts as fields send them; what cannot be read is one message."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final

from fastapi import Path

from openpresso.errors import InputError

HIGHEST: Final = 2_147_483_647
"""Key beyond which no database here has one."""
Key = Annotated[int, Path(ge=1, le=HIGHEST)]
"""Type of an argument that is a key in an address."""
_AMOUNT = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?", re.ASCII)


def day(text: str, path: str = "day") -> dt.date:
    """Return a day as a date field sends it, for example 2026-03-02."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise _wrong(
            path, f"{text[:40]!r} is no day", "Choose a day, such as 2026-03-02."
        ) from error


def day_or_none(text: str, path: str = "day") -> dt.date | None:
    """Return a day, or None for an empty field."""
    return day(text, path) if text.strip() else None


def time(text: str, path: str = "time") -> dt.time:
    """Return a time of day, for example 10:30."""
    try:
        found = dt.time.fromisoformat(text.strip())
    except ValueError as error:
        raise _wrong(path, f"{text[:40]!r} is no time", "Choose a time, such as 10:30.") from error
    return found.replace(tzinfo=None)


def number(text: str, path: str) -> int:
    """Return a whole number."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdecimal() and len(stripped) <= 9):
        raise _wrong(path, f"{text[:40]!r} is no whole number", "Type digits only.")
    return int(stripped)


def number_or_none(text: str, path: str) -> int | None:
    """Return a whole number, or None for an empty field."""
    return number(text, path) if text.strip() else None


def cents(text: str, path: str = "amount") -> int:
    """Return an amount of money [cents] from `12`, `12.5` or `12,50`."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise _wrong(path, f"{text[:40]!r} is no amount", "Type it as 49 or 49.50.")
    whole, part = found.group(1), (found.group(2) or "").ljust(2, "0")
    return int(whole) * 100 + int(part)


def _wrong(path: str, message: str, hint: str) -> InputError:
    return InputError.one("form", "not-readable", message, path=path, hint=hint)
