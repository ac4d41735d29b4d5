"""Programs: the catalog, one program with its timeline and evidence, and a check of one's own."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.clinic.booking.resource import cuff_sets
from openpresso.clinic.errors import NotFoundError
from openpresso.console.page import needs, render, show
from openpresso.console.timeline_drawing import Picture, picture
from openpresso.console.visitor import Looking
from openpresso.documents import parse_document
from openpresso.errors import Diagnostic, InputError
from openpresso.program.check import fits
from openpresso.program.coherence import contradictions
from openpresso.program.files import from_document

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.cuff import Cuff
    from openpresso.program import Program

router = APIRouter(include_in_schema=False)

HERE = "/programs"
LONGEST_TEXT = 60_000
"""Characters of a program that is checked here."""
MOST_CYCLES = 20_000
"""Cycles of a program that is drawn."""


@lru_cache(maxsize=1)
def shipped() -> tuple[Program, ...]:
    """Return the programs of the catalog, by title."""
    found = (programs.load(name) for name in programs.names())
    return tuple(sorted(found, key=lambda one: one.title))


@lru_cache(maxsize=64)
def _fitted(name: str, cuff_name: str) -> tuple[tuple[Diagnostic, ...], Picture | None]:
    """Return what is wrong with a shipped program on a cuff, and its picture."""
    one = next(one for one in shipped() if one.name == name)
    return _seen(one, cuffs.load(cuff_name))


def _seen(one: Program, cuff: Cuff) -> tuple[tuple[Diagnostic, ...], Picture | None]:
    """Return what is wrong with a program on a cuff, and its picture when nothing is."""
    found = fits(one, cuff)
    if any(each.severity == "error" for each in found) or _cycles(one) > MOST_CYCLES:
        return found, None
    return found, picture(programs.compile(one, cuff), cuff)


def _cycles(one: Program) -> float:
    """Return at most how many cycles a program has."""
    return sum(
        one.phase_duration(phase) / max(phase.hold + phase.rest.time, 0.1) for phase in one.phases
    )


@router.get("/programs", **needs("cuff_set.list"))
def catalog(visitor: Looking, grade: str = "", limb: str = "") -> HTMLResponse:
    """Show the catalog."""
    found = [
        one
        for one in shipped()
        if grade in {"", one.evidence.grade} and limb in {"", *one.fit.limbs}
    ]
    with visitor.desk(reading=True) as desk:
        _here(desk)
        return show(
            "programs.html",
            visitor,
            desk,
            here=HERE,
            programs=found,
            grade=grade,
            limb=limb,
            grades=programs.GRADES,
            limbs=sorted({limb for one in shipped() for limb in one.fit.limbs}),
        )


@router.get("/programs/check", **needs("cuff_set.list"))
def desk_for_checking(visitor: Looking, program: str = "", cuff: str = "") -> HTMLResponse:
    """Show where a program is written, beginning with one of the catalog."""
    text = _text(program) if program else ""
    with visitor.desk(reading=True) as desk:
        choice = _cuff_names(desk)
        chosen = cuff if cuff in choice else _first_fitting(program, choice)
        found = _examined(text, chosen) if text else ((), None)
        return show(
            "program_check.html",
            visitor,
            desk,
            here=HERE,
            text=text,
            cuff=chosen,
            cuffs=choice,
            names=[(one.name, one.title) for one in shipped()],
            begun=program,
            found=found[0],
            picture=found[1],
            looked=bool(text),
        )


@router.post("/programs/check", **needs("cuff_set.list"))
def check(
    request: Request,
    visitor: Looking,
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    cuff: Annotated[str, Form(max_length=40)] = "",
) -> HTMLResponse:
    """Say what is wrong with a program, and draw it when nothing is; nothing is kept."""
    with visitor.desk(reading=True) as desk:
        choice = _cuff_names(desk)
        chosen = cuff if cuff in choice else ""
        found = _examined(text.replace("\r\n", "\n"), chosen) if text.strip() else ((), None)
        seen: dict[str, Any] = {"found": found[0], "picture": found[1]}
        seen["looked"] = bool(text.strip())
        if "hx-request" in request.headers:
            return render("program_found.html", visitor.words(desk), **seen)
        return show(
            "program_check.html",
            visitor,
            desk,
            here=HERE,
            text=text,
            cuff=chosen,
            cuffs=choice,
            names=[(one.name, one.title) for one in shipped()],
            begun="",
            **seen,
        )


@router.get("/programs/{name}", **needs("cuff_set.list"))
def one_program(visitor: Looking, name: str, cuff: str = "") -> HTMLResponse:
    """Show a program of the catalog on a cuff."""
    one = _shipped(name)
    with visitor.desk(reading=True) as desk:
        choice = _cuff_names(desk)
        chosen = cuff if cuff in choice else _first_fitting(name, choice)
        found, drawn = _fitted(name, chosen) if chosen else ((), None)
        return show(
            "program.html",
            visitor,
            desk,
            here=HERE,
            program=one,
            grades=programs.GRADES,
            permissions=programs.PERMISSIONS,
            cuff=chosen,
            cuffs=choice,
            found=found,
            picture=drawn,
            looked=bool(chosen),
        )


def _here(desk: Desk) -> list[str]:
    """Return the types of the practice's cuffs; reading them is what lets somebody in here."""
    return sorted({one.cuff_type for one in cuff_sets(desk)})


def _cuff_names(desk: Desk) -> list[str]:
    """Return the cuffs of the catalog, the practice's own first."""
    own = [name for name in _here(desk) if name in cuffs.names()]
    return [*own, *(name for name in cuffs.names() if name not in own)]


def _first_fitting(name: str, choice: list[str]) -> str:
    """Return the first cuff on which a shipped program has no error; else the first of all."""
    if name in programs.names():
        one = _shipped(name)
        for cuff_name in choice:
            cuff = cuffs.load(cuff_name)
            right = cuff.limb in one.fit.limbs
            if right and one.fit.fewest <= cuff.n_chambers <= one.fit.most:
                return cuff_name
    return choice[0] if choice else ""


def _shipped(name: str) -> Program:
    """Return a program of the catalog."""
    for one in shipped():
        if one.name == name:
            return one
    raise NotFoundError("there is no such program", remedy="Choose one of the catalog.")


def _text(name: str) -> str:
    """Return the file of a program of the catalog."""
    _shipped(name)
    return (
        resources.files("openpresso.program")
        .joinpath("catalog", f"{name}.yaml")
        .read_text(encoding="utf-8")
    )


def _examined(text: str, cuff_name: str) -> tuple[tuple[Diagnostic, ...], Picture | None]:
    """Return what is wrong with the text of a program, and its picture when nothing is."""
    try:
        one = from_document(parse_document(text, "program"))
    except InputError as error:
        return error.diagnostics, None
    found = contradictions(one)
    if any(each.severity == "error" for each in found) or not cuff_name:
        return found, None
    return _seen(one, cuffs.load(cuff_name))
