"""Text that people write: what may be in it, and the one form it is kept in."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from openpresso.clinic.store.base import LONGEST_NAME, LONGEST_NOTE
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

_TURNERS: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""They turn the direction of what follows, so that a name could show as another one."""
_KEPT_IN_NOTES: Final = frozenset("\n\t")
_PHONE: Final = frozenset("0123456789+-()/. ")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
SHORTEST_PHONE: Final = 3
"""Digits of the shortest telephone number."""


def line(
    value: str, where: str, path: str, *, needed: bool = False, longest: int = LONGEST_NAME
) -> str:
    """Return a text of one line as it is kept: composed (NFC), with single spaces.

    Parameters
    ----------
    value
        What somebody wrote, in any script.
    where, path
        What it belongs to and its field, for the message.
    needed
        Whether an empty text is refused.
    longest
        Most characters allowed.

    Raises
    ------
    InputError
        `empty`, `too-long`, `bad-character` or `not-text`.
    """
    text = _composed(value, where, path).strip()
    _refuse_characters(text, where, path, frozenset())
    text = " ".join(text.split())
    if needed and not text:
        raise InputError.one(where, "empty", "it is empty", path=path, hint="Fill it in.")
    return _within(text, where, path, longest)


def note(value: str, where: str, path: str, *, needed: bool = False) -> str:
    """Return a free text as it is kept: composed (NFC), lines ended by a line feed.

    Raises
    ------
    InputError
        As `line`; line feeds and tabs are allowed here, other control characters are not.
    """
    text = _composed(value, where, path).replace("\r\n", "\n").strip()
    _refuse_characters(text, where, path, _KEPT_IN_NOTES)
    if needed and not text:
        raise InputError.one(where, "empty", "it is empty", path=path, hint="Fill it in.")
    return _within(text, where, path, LONGEST_NOTE)


def email(value: str, where: str, path: str) -> str:
    """Return an address of e-mail, or an empty text; whether it is somebody's only a letter shows.

    Raises
    ------
    InputError
        As `line`, and `bad-email`.
    """
    text = line(value, where, path)
    name, _, host = text.rpartition("@")
    if text and (not name or not host or " " in text or host.startswith(".") or "@" in name):
        raise InputError.one(
            where,
            "bad-email",
            f"{text!r} is not an address such as ana@example.org",
            path=path,
            hint="Correct it, or leave it empty.",
        )
    return text


def phone(value: str, where: str, path: str) -> str:
    """Return a telephone number, or an empty text; digits of any script become 0 to 9.

    Raises
    ------
    InputError
        As `line`, and `bad-phone`.
    """
    text = line(value, where, path)
    text = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    digits = sum(one.isdecimal() for one in text)
    if text and (not set(text) <= _PHONE or digits < SHORTEST_PHONE):
        raise InputError.one(
            where,
            "bad-phone",
            f"{text!r} is not a telephone number; allowed are digits, spaces and + - ( ) / .",
            path=path,
            hint="Write it as it is dialled, for example +49 30 1234567.",
        )
    return text


def language(value: str, where: str, path: str) -> str:
    """Return the code of a language, such as `en` or `pt-BR`.

    Raises
    ------
    InputError
        `bad-language`.
    """
    text = line(value, where, path)
    if not _LANGUAGE.fullmatch(text):
        raise InputError.one(
            where,
            "bad-language",
            f"{text!r} is not the code of a language, such as en or pt-BR",
            path=path,
            hint="Use the two letters of ISO 639-1.",
        )
    return text


def choice(value: str, where: str, path: str, allowed: Collection[str]) -> str:
    """Return a value that is one of those allowed.

    Raises
    ------
    InputError
        `bad-choice`, with what is allowed.
    """
    if value not in allowed:
        raise InputError.one(
            where,
            "bad-choice",
            f"{value!r} is not one of {', '.join(allowed)}",
            path=path,
            hint="Choose one of them.",
        )
    return value


def has_letter(text: str) -> bool:
    """Return whether there is a letter of any script in a text."""
    return any(unicodedata.category(one).startswith("L") for one in text)


def _composed(value: object, where: str, path: str) -> str:
    """Return the text in its composed form, so that equal texts are equal."""
    if not isinstance(value, str):
        raise InputError.one(
            where,
            "not-text",
            f"{value!r} is not a text",
            path=path,
            hint="Write it as text.",
        )
    return unicodedata.normalize("NFC", value)


def _refuse_characters(text: str, where: str, path: str, kept: frozenset[str]) -> None:
    """Refuse characters that no database, paper or screen can show."""
    for place, one in enumerate(text, start=1):
        if one not in kept and not _shown(one):
            raise InputError.one(
                where,
                "bad-character",
                f"character {place} is U+{ord(one):04X}, a control character or half a character",
                path=path,
                hint="Delete it; it may have come along with a copied text.",
            )


def _shown(one: str) -> bool:
    """Return whether a character may stand in a text; a half one (a surrogate) may not."""
    odd = ord(one) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(one) <= 0xFDEF  # never characters
    turned = one in _TURNERS
    return not (odd or turned or unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"})


def _within(text: str, where: str, path: str, longest: int) -> str:
    """Return the text unless it is too long."""
    if len(text) > longest:
        raise InputError.one(
            where,
            "too-long",
            f"it has {len(text):,} characters; at most {longest:,} are allowed",
            path=path,
            hint="Shorten it, or keep it as a document beside.",
        )
    return text
