"""Folding: what is left of a name when case, accents and ways of writing are taken away.

Both what is stored and what is looked for are folded, so that `MÜLLER`, `Müller` and `muller` meet,
and `Mueller` too. The same is done in every script; nothing is transliterated.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from openpresso.clinic.store.base import LONGEST_NAME

_SILENT: Final = str.maketrans(
    dict.fromkeys("'’‘ʼʹʻʾʿ`´\u0640\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
)
"""Apostrophes, the Arabic line that only stretches a word, and what has no width."""
_STROKED: Final = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae",
        "œ": "oe", "þ": "th", "ŋ": "n",
    }
)  # fmt: skip
"""Letters that have no decomposition in Unicode, as they are written without them."""
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
"""The other way to write them, common in German and Danish."""
_CLOSE: Final = (
    (0x1100, 0x11FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0x20000, 0x3FFFF),
)
"""Scripts that write names without a space: Hangul, kana, Han."""


def fold(text: str) -> str:
    """Return a text without case, accents and variants of width; `fold(fold(x)) == fold(x)`.

    Unicode's NFKC and case folding; marks are dropped that stand over or under a letter in Latin,
    Greek and Cyrillic and that vocalise Hebrew and Arabic. Vowel signs of Indic scripts, voicing
    marks of kana and tones of Thai stay, for they make other words.
    """
    before = ""
    while text != before:  # some foldings open the way to another one; three rounds at most
        before = text
        text = unicodedata.normalize("NFKC", text.translate(_SILENT)).casefold()
        apart = unicodedata.normalize("NFD", text)
        bare = "".join(one for one in apart if not _is_accent(one))
        text = unicodedata.normalize("NFKC", bare.translate(_STROKED))
    return text


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of a text: letters, marks and digits that stand together."""
    folded = fold(text)
    spaced = "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in folded)
    return tuple(one[:LONGEST_NAME] for one in spaced.split())


def name_words(given: str, family: str) -> frozenset[str]:
    """Return every word by which a person is found: each part, both ways to write an umlaut.

    A name in a script that needs no space is found as one word too, in both orders.
    """
    found: set[str] = set()
    for name in (given, family):
        composed = unicodedata.normalize("NFC", name).casefold()
        found |= {*words(name), *words(composed.translate(_UMLAUTS))}
    joined = (given.strip() + family.strip(), family.strip() + given.strip())
    if given.strip() and family.strip() and all(_is_close(one) for one in joined):
        found |= {word for one in joined for word in words(one)}
    return frozenset(found)


def digits(phone: str) -> str:
    """Return the digits of a telephone number that stay when it is dialled from elsewhere.

    The last nine: prefixes of country and trunk come before them.
    """
    return "".join(one for one in phone if one.isdecimal())[-9:]


def _is_accent(one: str) -> bool:
    place = unicodedata.combining(one)
    return place >= 200 or 10 <= place <= 36


def _is_close(name: str) -> bool:
    return any(first <= ord(one) <= last for one in name for first, last in _CLOSE)
