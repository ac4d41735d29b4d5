"""What a program is expected to do to one leg: asked for here, computed on the twin, shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.programs import draft, written
from openpresso.console.drawings.preview import drawn
from openpresso.console.forms import preview as preview_form
from openpresso.console.forms.preview import Asked
from openpresso.console.forms.typed import Filled
from openpresso.console.page import needs, render, show
from openpresso.console.refused import told
from openpresso.console.rights import may
from openpresso.console.trials import leg_of_client, slow_work, trying
from openpresso.console.trials import program_bench as bench
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.console.refused import Told
    from openpresso.console.trials.slow_work import Piece
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE: Final = "/programs"


@router.get("/programs/preview", **needs("program.list"))
def form(visitor: Looking, program: str = "", cuff: str = "") -> HTMLResponse:
    """Show the form for a program: one of the catalog by its name, an own one by its key."""
    return _page(visitor, Asked(program=program, cuff=cuff))


@router.post("/programs/preview", **needs("program.list", "program.read"))
def ask(visitor: Looking, typed: Filled) -> Response:
    """Ask for a preview; the answer comes at once, the figures when they are computed."""
    asked = preview_form.read(typed)
    try:
        with visitor.desk(reading=True) as desk:
            text, _ = _text(desk, asked)
            wanted = preview_form.wanted(asked)
            who = desk.staff_id or 0
            key = draft.digest(f"preview {who} {asked.cuff} {wanted} {text}")
            slow_work.slow_work().ask(
                who, key, trying.previewed, text, asked.cuff, wanted, about=asked.kept()
            )
    except OpenpressoError as error:
        return _page(visitor, asked, error=told(error))
    return RedirectResponse(f"/programs/preview/{key}", 303)


@router.post(
    "/programs/preview/client",
    **needs("program.list", "client.search", "client.read", "measurement.latest"),
)
def of_client(visitor: Looking, typed: Filled) -> Response:
    """Fill the form with the last measurements of a client; nothing is computed yet."""
    asked = preview_form.read(typed)
    try:
        with visitor.desk(reading=True) as desk:
            who = leg_of_client.find(desk, asked.client)
            height = preview_form.number(asked.height, "height")
            leg = leg_of_client.leg(desk, who.id, asked.side, height)
    except NotFoundError as error:
        return _page(
            visitor, asked, error=told(OpenpressoError(error.message, remedy=error.remedy))
        )
    except OpenpressoError as error:
        return _page(visitor, asked, error=told(error))
    filled = replace(
        asked,
        sex=leg.sex or asked.sex,
        weight=asked.weight if leg.weight is None else f"{leg.weight:g}",
        girths={site: f"{value:g}" for site, value in leg.girths.items()},
    )
    return _page(visitor, filled, leg=leg)


@router.get("/programs/preview/{key}", **needs("program.list"))
def result(request: Request, visitor: Looking, key: str) -> Response:
    """Show a preview, or that it is being computed."""
    with visitor.desk(reading=True) as desk:
        written.newest(desk)  # refuses whoever may not see programs
        piece = slow_work.slow_work().find(desk.staff_id or 0, key)
        words = visitor.words(desk)
    if piece is None:
        raise NotFoundError(
            "this preview is not kept any more", remedy="Ask for it again at the program."
        )
    if "hx-request" in request.headers:
        return render("program_expected.html", words, **_expected(piece))
    return _page(visitor, Asked.of(piece.about), piece=piece)


def _page(
    visitor: Visitor,
    asked: Asked,
    *,
    piece: Piece | None = None,
    error: Told | None = None,
    leg: leg_of_client.Leg | None = None,
) -> HTMLResponse:
    """Return the page with its form, and what is expected when it is known."""
    with visitor.desk(reading=True) as desk:
        text, title = _text(desk, asked)
        choice = bench.cuff_names(desk)
        if asked.cuff not in choice:
            asked = replace(asked, cuff=bench.first_fitting(preview_form.parsed(text), choice))
        return show(
            "program_preview.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            asked=asked,
            title=title,
            cuffs=choice,
            leg=leg,
            postures=preview_form.POSTURES,
            conditions=preview_form.CONDITIONS,
            sites=preview_form.SITES,
            may_client=may(desk, "measurement.latest") and may(desk, "client.search"),
            **_expected(piece),
        )


def _expected(piece: Piece | None) -> dict[str, Any]:
    """Return what a page shows of a preview."""
    done = piece is not None and piece.state == "done"
    data = piece.result if done and piece is not None else None
    return {"piece": piece, "data": data, "expected": drawn(data) if data else None}


def _text(desk: Desk, asked: Asked) -> tuple[str, str]:
    """Return the text of the program that is asked for, and its title.

    Raises
    ------
    NotFoundError
        If there is no such program here.
    """
    if asked.text.strip():
        written.newest(desk)  # refuses whoever may not see programs
        return draft.cleaned(asked.text), draft.title_of(asked.text) or "–"
    if asked.program.isdecimal():
        row = written.find(desk, int(asked.program))
        return row.text, row.title
    written.newest(desk)
    return bench.text_of(asked.program), bench.of_catalog(asked.program).title
