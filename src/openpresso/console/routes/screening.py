"""The screening as a form, and its result with reasons and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, RedirectResponse, Response

from openpresso.clinic.measures import measurement
from openpresso.clinic.people import client
from openpresso.clinic.screening import screening
from openpresso.clinic.screening.rules import current
from openpresso.console.forms import questions
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.rights import may
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.screening.screening import Screening

router = APIRouter(include_in_schema=False)
HERE = "/clients"


@router.get("/clients/{client_id}/screening", **needs("screening.read", "screening.answer"))
def form(visitor: Looking, client_id: int, whole: str = "") -> Response:
    """Show what is to be asked: everything the first time, then what is due."""
    with visitor.desk(reading=True) as desk:
        return _form(visitor, desk, client_id, NOTHING, whole=whole == "1")


@router.post("/clients/{client_id}/screening", **needs("screening.read", "screening.answer"))
def answer(visitor: Looking, client_id: int, typed: Filled) -> Response:
    """Keep the answers; open questions are shown once more before they count as missing."""
    rules = current()
    whole = typed.one("whole") == "1"
    given = questions.answers(rules, typed)
    try:
        with visitor.desk() as desk:
            before = _before(desk, client_id)
            whole = whole or before is None
            known = _known(desk, client_id, None if whole else before)
            asked = questions.applicable(rules, {**known, **given})
            kept = {key: value for key, value in given.items() if key in asked}
            missing = _open(desk, before, {**known, **kept}, asked, whole=whole)
            if missing and typed.one("open") != "yes":
                return _form(
                    visitor, desk, client_id, typed, whole=whole, status=422, missing=missing
                )
            screening.answer(desk, client_id, kept, whole=whole)
    except OpenpressoError as error:
        with visitor.desk(reading=True) as desk:
            return _form(
                visitor, desk, client_id, typed, whole=whole, status=status_of(error), error=error
            )
    return RedirectResponse(f"/clients/{client_id}/screening/result", 303)


@router.post("/clients/{client_id}/screening/asked", **needs("screening.read"))
def asked(visitor: Looking, client_id: int, typed: Filled) -> Response:
    """Return the keys of the answers that are asked for, given those so far; nothing is kept."""
    rules = current()
    with visitor.desk(reading=True) as desk:
        before = _before(desk, client_id)
        known = _known(desk, client_id, None if typed.one("whole") == "1" else before)
    try:
        found = questions.applicable(rules, {**known, **questions.answers(rules, typed)})
    except InputError:
        return JSONResponse([], 422)
    return JSONResponse(sorted(found))


@router.get("/clients/{client_id}/screening/result", **needs("screening.read"))
def result(visitor: Looking, client_id: int) -> Response:
    """Show what the last screening says, why, and where each rule is from."""
    with visitor.desk(reading=True) as desk:
        return _result(visitor, desk, client_id, NOTHING)


@router.post("/clients/{client_id}/screening/override", **needs("screening.override"))
def override(visitor: Looking, client_id: int, typed: Filled) -> Response:
    """Treat in spite of a soft rule, as a clinician has decided."""
    key = typed.number("screening")
    try:
        with visitor.desk() as desk:
            client.find(desk, client_id)
            screening.override(
                desk,
                int(key) if isinstance(key, float) else 0,
                typed.one("rule"),
                typed.one("reason"),
                leg=typed.one("leg"),
            )
    except OpenpressoError as error:
        with visitor.desk(reading=True) as desk:
            return _result(visitor, desk, client_id, typed, status=status_of(error), error=error)
    return RedirectResponse(f"/clients/{client_id}/screening/result", 303)


def _before(desk: Desk, client_id: int) -> Screening | None:
    """Return the last screening; reading it is entered in the audit."""
    client.find(desk, client_id)
    return next(iter(screening.history(desk, client_id)), None)


def _known(desk: Desk, client_id: int, before: Screening | None) -> dict[str, Any]:
    """Return what is known without asking: of the client's own data, and of a screening before."""
    rules = current()
    carried = {} if before is None else screening.carried_over(rules, before)
    return carried | screening.own_answers(rules, client.find(desk, client_id), desk.today())


def _open(
    desk: Desk, before: Screening | None, known: dict[str, Any], asked: set[str], *, whole: bool
) -> list[str]:
    """Return the keys that the form shows, that are asked for, and that nobody has answered."""
    rules = current()
    found = questions.shown(rules, before, desk.today(), whole=whole)
    return [
        key
        for group in found.values()
        for one in group
        for _, key in one.legs
        if key in asked and key not in known and not one.question.optional
    ]


def _form(
    visitor: Visitor,
    desk: Desk,
    client_id: int,
    typed: Typed,
    *,
    whole: bool,
    status: int = 200,
    error: OpenpressoError | None = None,
    missing: list[str] | None = None,
) -> Response:
    rules = current()
    before = _before(desk, client_id)
    whole = whole or before is None
    known = _known(desk, client_id, None if whole else before)
    return show(
        "screening.html",
        visitor,
        desk,
        here=HERE,
        status=status,
        error=error,
        client=client.find(desk, client_id),
        rules=rules,
        groups=questions.shown(rules, before, desk.today(), whole=whole),
        whole=whole,
        before=before,
        typed=typed,
        measured=_measured(desk, client_id),
        missing=missing or [],
        asked=sorted(questions.applicable(rules, {**known, **questions.answers(rules, typed)})),
    )


def _measured(desk: Desk, client_id: int) -> dict[str, str]:
    """Return today's blood pressure as answers that it gives."""
    found = measurement.latest(desk, client_id, "blood-pressure")
    if found is None or desk.day(found.at) != desk.today():
        return {}
    names = {"systolic": "systolic", "diastolic": "diastolic", "pulse": "pulse-rate"}
    return {key: f"{found.detail[name]:g}" for name, key in names.items() if name in found.detail}


def _result(
    visitor: Visitor,
    desk: Desk,
    client_id: int,
    typed: Typed,
    *,
    status: int = 200,
    error: OpenpressoError | None = None,
) -> Response:
    before = _before(desk, client_id)
    return show(
        "screening_result.html",
        visitor,
        desk,
        here=HERE,
        status=status,
        error=error,
        client=client.find(desk, client_id),
        rules=current(),
        screening=before,
        standing=screening.standing(desk, client_id, desk.today()),
        typed=typed,
        may={
            "answer": may(desk, "screening.answer"),
            "override": may(desk, "screening.override")
            and before is not None
            and before.staff_id != desk.staff_id,
        },
    )
