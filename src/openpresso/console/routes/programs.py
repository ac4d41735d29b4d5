"""Programs: the catalog and the practice's own in one list, one of the catalog, a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse

from openpresso import program as programs
from openpresso.clinic.programs import draft, written
from openpresso.console.page import needs, render, show
from openpresso.console.rights import may
from openpresso.console.trials import program_bench as bench
from openpresso.console.visitor import Looking
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.programs.written import WrittenProgram
    from openpresso.program import Program

router = APIRouter(include_in_schema=False)

HERE = "/programs"


@router.get("/programs", **needs("program.list"))
def catalog(visitor: Looking, grade: str = "", limb: str = "", whose: str = "") -> HTMLResponse:
    """Show the catalog and the practice's own programs."""
    shipped = bench.shipped()
    with visitor.desk(reading=True) as desk:
        own = [(row, _read(row)) for row in written.newest(desk)]
        rows = [(None, one) for one in shipped] if whose != "own" else []
        mine = own if whose != "catalog" else []
        found = [
            (row, one)
            for row, one in [*mine, *rows]
            if one is None or (grade in {"", one.evidence.grade} and limb in {"", *one.fit.limbs})
        ]
        return show(
            "programs.html",
            visitor,
            desk,
            here=HERE,
            programs=found,
            any_own=bool(own),
            grade=grade,
            limb=limb,
            whose=whose,
            grades=programs.GRADES,
            limbs=sorted({limb for one in shipped for limb in one.fit.limbs}),
            may_write=may(desk, "program.write"),
        )


@router.get("/programs/check", **needs("program.list"))
def desk_for_checking(visitor: Looking, program: str = "", cuff: str = "") -> HTMLResponse:
    """Show where a program is tried out without being kept, beginning with one of the catalog."""
    one = bench.of_catalog(program) if program else None
    text = bench.text_of(program) if program else ""
    return _checked(visitor, text, cuff, one, begun=program)


@router.post("/programs/check", **needs("program.list"))
def check(
    request: Request,
    visitor: Looking,
    text: Annotated[str, Form(max_length=draft.LONGEST)] = "",
    cuff: Annotated[str, Form(max_length=40)] = "",
) -> HTMLResponse:
    """Say what is wrong with a program, and draw it when nothing is; nothing is kept."""
    if "hx-request" not in request.headers:
        return _checked(visitor, text, cuff, None, any_cuff=False)
    with visitor.desk(reading=True) as desk:
        chosen = cuff if cuff in bench.cuff_names(desk) else ""
        written.newest(desk)  # refuses whoever may not see programs
        words = visitor.words(desk)
    return render("program_found.html", words, **_found(text, chosen))


def _checked(
    visitor: Looking,
    text: str,
    cuff: str,
    one: Program | None,
    *,
    begun: str = "",
    any_cuff: bool = True,
) -> HTMLResponse:
    """Return the page on which a program is tried out."""
    with visitor.desk(reading=True) as desk:
        written.newest(desk)  # refuses whoever may not see programs
        choice = bench.cuff_names(desk)
        chosen = cuff if cuff in choice else bench.first_fitting(one, choice) if any_cuff else ""
        return show(
            "program_check.html",
            visitor,
            desk,
            here=HERE,
            text=text,
            cuff=chosen,
            cuffs=choice,
            names=[(one.name, one.title) for one in bench.shipped()],
            begun=begun,
            may_write=may(desk, "program.write"),
            **_found(text, chosen),
        )


def _found(text: str, cuff: str) -> dict[str, Any]:
    """Return what a page says of a text."""
    looked = bool(text.strip())
    found, drawn = bench.examined(text.replace("\r\n", "\n"), cuff) if looked else ((), None)
    return {"found": found, "picture": drawn, "looked": looked}


def _read(row: WrittenProgram) -> Program | None:
    """Return the program of a version; None while its text is no program."""
    try:
        return draft.program(row.text)
    except InputError:
        return None


@router.get("/programs/{name}", **needs("program.list"))
def one_program(visitor: Looking, name: str, cuff: str = "") -> HTMLResponse:
    """Show a program of the catalog on a cuff."""
    one = bench.of_catalog(name)
    with visitor.desk(reading=True) as desk:
        written.newest(desk)  # refuses whoever may not see programs
        choice = bench.cuff_names(desk)
        chosen = cuff if cuff in choice else bench.first_fitting(one, choice)
        found, drawn = bench.seen_of_catalog(name, chosen) if chosen else ((), None)
        return show(
            "program.html",
            visitor,
            desk,
            here=HERE,
            program=one,
            row=None,
            grades=programs.GRADES,
            permissions=programs.PERMISSIONS,
            cuff=chosen,
            cuffs=choice,
            found=found,
            picture=drawn,
            looked=bool(chosen),
            may_write=may(desk, "program.write"),
        )
