"""The practice's own programs: written, looked at, tried on the twin, released and retired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso import program as programs
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.programs import draft, trial, written
from openpresso.clinic.programs.written import WrittenProgram
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, render, show
from openpresso.console.refused import require, told
from openpresso.console.rights import may
from openpresso.console.trials import program_bench as bench
from openpresso.console.trials import program_trials as trials
from openpresso.console.visitor import Looking
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/programs"
Text = Annotated[str, Form(max_length=draft.LONGEST + 5000)]
"""A little more than is kept, so that a text that is too long comes back to be shortened."""
Note = Annotated[str, Form(max_length=10_000)]
Whole = Annotated[int, Form(ge=0)]


@router.get("/programs/own/new", **needs("program.write"))
def blank(visitor: Looking, program: str = "", cuff: str = "") -> HTMLResponse:
    """Show the editor with a copy of a program of the catalog, under a name of its own."""
    text = ""
    if program:
        text = draft.numbered(draft.renamed(bench.text_of(program), draft.own_name(program)), 1)
    return _editor(visitor, text=text, cuff=cuff, begun=program)


@router.get("/programs/own/{program_id}/edit", **needs("program.write", "program.read"))
def next_version(visitor: Looking, program_id: Key) -> HTMLResponse:
    """Show the editor with the text of a version, for the version after the newest."""
    with visitor.desk(reading=True) as desk:
        require(desk, "program.write")
        row = written.find(desk, program_id)
        newest = written.versions(desk, row.name)[0]
        text, after = row.text, newest.number
    return _editor(visitor, text=text, after=after, name=row.name, key=program_id)


@router.post("/programs/own", **needs("program.write"))
def save(
    visitor: Looking,
    text: Text = "",
    note: Note = "",
    cuff: Annotated[str, Form(max_length=40)] = "",
    after: Whole = 0,
    key: Whole = 0,
) -> Response:
    """Keep what was typed as the next version, a draft."""
    try:
        with visitor.desk() as desk:
            made = written.write(desk, text, after=after, note=note).id
    except OpenpressoError as error:
        return _editor(
            visitor, text=text, note=note, cuff=cuff, after=after, key=key, error=told(error)
        )
    return RedirectResponse(f"/programs/own/{made}", 303)


@router.get("/programs/own/{program_id}", **needs("program.read", "program.versions"))
def one(visitor: Looking, program_id: Key, cuff: str = "") -> HTMLResponse:
    """Show a version: what it does, on which cuffs, what changed, who did what."""
    return _page(visitor, program_id, cuff=cuff)


@router.post("/programs/own/{program_id}/try", **needs("program.release", "program.read"))
def try_it(visitor: Looking, program_id: Key) -> Response:
    """Ask for the trial on the twin; it is done beside the pages."""
    with visitor.desk(reading=True) as desk:
        require(desk, "program.release")
        trials.ask(desk, written.find(desk, program_id))
    return RedirectResponse(f"/programs/own/{program_id}#release", 303)


@router.get("/programs/own/{program_id}/try", **needs("program.read"))
def tried(request: Request, visitor: Looking, program_id: Key) -> Response:
    """Tell how far the trial is: a part of the page, asked again until it is over."""
    with visitor.desk(reading=True) as desk:
        row = written.find(desk, program_id)
        if "hx-request" not in request.headers:
            return RedirectResponse(f"/programs/own/{program_id}#release", 303)
        return render("program_release.html", visitor.words(desk), **_release(desk, row))


@router.post("/programs/own/{program_id}/release", **needs("program.release"))
def release(visitor: Looking, program_id: Key, version: Whole) -> Response:
    """Release a version that passed on the twin."""
    try:
        with visitor.desk() as desk:
            found = trials.found(desk, desk.find(WrittenProgram, program_id))
            written.release(desk, program_id, version, found)
    except OpenpressoError as error:
        return _page(visitor, program_id, error=told(error))
    return RedirectResponse(f"/programs/own/{program_id}", 303)


@router.post("/programs/own/{program_id}/retire", **needs("program.retire"))
def retire(visitor: Looking, program_id: Key, version: Whole, why: Note = "") -> Response:
    """Let a version be used no more."""
    try:
        with visitor.desk() as desk:
            written.retire(desk, program_id, version, why)
    except OpenpressoError as error:
        return _page(visitor, program_id, error=told(error), why=why)
    return RedirectResponse(f"/programs/own/{program_id}", 303)


def _editor(
    visitor: Visitor,
    *,
    text: str,
    note: str = "",
    cuff: str = "",
    after: int = 0,
    name: str = "",
    key: int = 0,
    begun: str = "",
    error: Told | None = None,
) -> HTMLResponse:
    """Return the editor; after a refusal with what was typed."""
    with visitor.desk(reading=True) as desk:
        require(desk, "program.write")
        choice = bench.cuff_names(desk)
        chosen = cuff if cuff in choice else bench.first_fitting(_program(text), choice)
        found, drawn = bench.examined(text.replace("\r\n", "\n"), chosen) if text else ((), None)
        return show(
            "program_edit.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            text=text,
            note=note,
            cuff=chosen,
            cuffs=choice,
            after=after,
            name=name,
            key=key,
            names=[(one.name, one.title) for one in bench.shipped()],
            begun=begun,
            found=found,
            picture=drawn,
            looked=bool(text),
        )


def _page(
    visitor: Visitor, program_id: int, *, cuff: str = "", error: Told | None = None, why: str = ""
) -> HTMLResponse:
    """Return the page of a version."""
    with visitor.desk(reading=True) as desk:
        row = written.find(desk, program_id)
        versions = written.versions(desk, row.name)
        choice = bench.cuff_names(desk)
        parsed = _program(row.text)
        chosen = cuff if cuff in choice else bench.first_fitting(parsed, choice)
        found, drawn = bench.examined(row.text, chosen)
        before = next((one for one in versions if one.number < row.number), None)
        return show(
            "program.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            program=parsed,
            grades=programs.GRADES,
            permissions=programs.PERMISSIONS,
            cuff=chosen,
            cuffs=choice,
            found=found,
            picture=drawn,
            looked=True,
            may_write=may(desk, "program.write"),
            may_retire=may(desk, "program.retire"),
            versions=versions,
            before=before,
            difference=bench.difference(before.text, row.text) if before else [],
            people=_people(desk, versions),
            why=why,
            **_release(desk, row),
        )


def _release(desk: Desk, row: WrittenProgram) -> dict[str, Any]:
    """Return what the part of the page about releasing shows."""
    parsed = _program(row.text)
    types = written.cuff_types(desk)
    piece = trials.piece(desk, row)
    results = trials.found(desk, row)
    return {
        "row": row,
        "fittings": trial.fittings(parsed, types) if parsed else (),
        "piece": piece,
        "results": results,
        "missing": trial.missing(row.text, types, results) if row.state == "draft" else (),
        "may_release": may(desk, "program.release"),
    }


def _program(text: str) -> programs.Program | None:
    """Return the program of a text; None while it is none."""
    try:
        return draft.program(text)
    except InputError:
        return None


def _people(desk: Desk, rows: list[WrittenProgram]) -> dict[int, str]:
    """Return the names of those who wrote, released and retired."""
    keys = {key for row in rows for key in (row.written_by, row.released_by, row.retired_by)}
    return {key: desk.find(Staff, key).name for key in keys if key is not None}
