"""What pages of programs share: the choice of cuffs, a text looked at on a cuff, the catalog."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.programs import written
from openpresso.clinic.programs.trial import meant_for
from openpresso.console.drawings.timeline import Picture, picture
from openpresso.documents import parse_document
from openpresso.errors import Diagnostic, InputError
from openpresso.program.check import fits
from openpresso.program.coherence import contradictions
from openpresso.program.files import from_document

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.cuff import Cuff
    from openpresso.program import Program

MOST_CYCLES: Final = 20_000
"""Cycles of a program that is drawn."""
BEFORE_AND_AFTER: Final = 3
"""Lines that stay, round those that differ."""

Seen = tuple[tuple[Diagnostic, ...], Picture | None]
"""What is wrong with a program on a cuff, and its picture when nothing is."""


@lru_cache(maxsize=1)
def shipped() -> tuple[Program, ...]:
    """Return the programs of the catalog, by title."""
    found = (programs.load(name) for name in programs.names())
    return tuple(sorted(found, key=lambda one: one.title))


def of_catalog(name: str) -> Program:
    """Return a program of the catalog.

    Raises
    ------
    NotFoundError
        If there is none of this name.
    """
    for one in shipped():
        if one.name == name:
            return one
    raise NotFoundError("there is no such program", remedy="Choose one of the catalog.")


def text_of(name: str) -> str:
    """Return the file of a program of the catalog."""
    of_catalog(name)
    file = resources.files("openpresso.program").joinpath("catalog", f"{name}.yaml")
    return file.read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def seen_of_catalog(name: str, cuff_name: str) -> Seen:
    """Return a program of the catalog on a cuff."""
    return _seen(of_catalog(name), cuffs.load(cuff_name))


@lru_cache(maxsize=64)
def examined(text: str, cuff_name: str) -> Seen:
    """Return the text of a program on a cuff; without a cuff the text alone."""
    try:
        one = from_document(parse_document(text, "program"))
    except InputError as error:
        return error.diagnostics, None
    found = contradictions(one)
    if any(each.severity == "error" for each in found) or not cuff_name:
        return found, None
    return _seen(one, cuffs.load(cuff_name))


def _seen(one: Program, cuff: Cuff) -> Seen:
    found = fits(one, cuff)
    if any(each.severity == "error" for each in found) or _cycles(one) > MOST_CYCLES:
        return found, None
    return found, picture(programs.compile(one, cuff), cuff)


def _cycles(one: Program) -> float:
    """Return at most how many cycles a program has."""
    return sum(
        one.phase_duration(phase) / max(phase.hold + phase.rest.time, 0.1) for phase in one.phases
    )


def cuff_names(desk: Desk) -> list[str]:
    """Return the cuffs of the catalog, the practice's own first."""
    own = [name for name in written.cuff_types(desk) if name in cuffs.names()]
    return [*own, *(name for name in cuffs.names() if name not in own)]


def first_fitting(one: Program | None, choice: list[str]) -> str:
    """Return the first cuff that a program is meant for; else the first of all."""
    if one is not None:
        for name in choice:
            if meant_for(one, cuffs.load(name)):
                return name
    return choice[0] if choice else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference.

    Parameters
    ----------
    kind
        Whether it stayed, was added or taken away; `gap`: lines that stayed are left out.
    before, after
        Its number in either text; None where it is not there.
    text
        What it says.
    """

    kind: Literal["same", "added", "taken", "gap"]
    before: int | None
    after: int | None
    text: str


def difference(old: str, new: str) -> list[Line]:
    """Return what differs between two texts, line by line."""
    first, second = old.splitlines(), new.splitlines()
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    lines: list[Line] = []
    for number, group in enumerate(matcher.get_grouped_opcodes(BEFORE_AND_AFTER)):
        if number:
            lines.append(Line("gap", None, None, ""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                pairs = zip(range(i1, i2), range(j1, j2), strict=True)
                lines += [Line("same", i + 1, j + 1, first[i]) for i, j in pairs]
                continue
            lines += [Line("taken", i + 1, None, first[i]) for i in range(i1, i2)]
            lines += [Line("added", None, j + 1, second[j]) for j in range(j1, j2)]
    return lines
