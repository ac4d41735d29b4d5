"""The text of a program of one's own: its name, the number of its version, and what it says."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from openpresso import program as programs
from openpresso.documents import parse_document
from openpresso.errors import Diagnostic, InputError
from openpresso.program.coherence import contradictions
from openpresso.program.files import from_document

if TYPE_CHECKING:
    from openpresso.program.model import Program

LONGEST: Final = 60_000
"""Characters of the longest program."""
OWN: Final = "own-"
"""A practice's own programs begin with it, so that a catalog to come never has the same name."""
_NAME: Final = re.compile(r"^name:[ \t]*[\"']?([^\s\"'#]*)[\"']?[ \t]*(#.*)?$", re.MULTILINE)
_KNOWN_NAME: Final = re.compile(rf"{OWN}[a-z0-9]+(-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"^version:.*$", re.MULTILINE)
LONGEST_NAME: Final = 60


def is_own(name: str) -> bool:
    """Return whether a name is one of a practice's own program, not of the catalog."""
    return name.startswith(OWN)


def own_name(name: str) -> str:
    """Return the name that a copy of a program begins with."""
    return name if is_own(name) else f"{OWN}{name}"[:LONGEST_NAME].rstrip("-")


def cleaned(text: str) -> str:
    """Return a text as it is kept: lines ended by a line feed, one at the end.

    Raises
    ------
    InputError
        If it is empty or too long.
    """
    found = text.replace("\r\n", "\n").rstrip() + "\n"
    if len(found) > LONGEST or not found.strip():
        message = f"{len(found)} characters; allowed are 1 to {LONGEST}"
        raise InputError.one(
            "program", "bad-length", message, hint="Shorten it, or copy one of the catalog."
        )
    return found


def name_of(text: str) -> str:
    """Return the name that a text gives its program.

    Raises
    ------
    InputError
        If it gives none, or one that is not a practice's own.
    """
    match = _NAME.search(text)
    found = match[1] if match else ""
    if not _KNOWN_NAME.fullmatch(found) or len(found) > LONGEST_NAME:
        line = text[: match.start()].count("\n") + 1 if match else None
        raise InputError.one(
            "program",
            "bad-name",
            f"{found[:80]!r} is no name of a program of your own; it begins with {OWN!r} and has "
            f"small letters, digits and single dashes, at most {LONGEST_NAME} characters",
            path="name",
            hint=f"Write for example: name: {OWN}evening-legs",
            line=line,
        )
    return found


def renamed(text: str, name: str) -> str:
    """Return a text whose program has another name."""
    return _NAME.sub(f"name: {name}", text, count=1)


def numbered(text: str, number: int) -> str:
    """Return a text whose program says the number of its version, as the file that is kept does."""
    return _VERSION.sub(f"version: {number}", text, count=1)


def digest(text: str) -> str:
    """Return what a text is known by: nothing in it can change unseen."""
    return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=128)
def program(text: str) -> Program:
    """Return the program of a text.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    return programs.load_text(text, "program")


def title_of(text: str) -> str:
    """Return the title of a program; empty while its text is no program yet."""
    try:
        return from_document(parse_document(text, "program")).title
    except InputError:
        return ""


def wrong(text: str) -> tuple[Diagnostic, ...]:
    """Return everything that is wrong with a text by itself, without a cuff."""
    try:
        return contradictions(from_document(parse_document(text, "program")))
    except InputError as error:
        return error.diagnostics
