"""Before a session: the checklist, with what the clinic sees by itself already judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.booking import day as days
from openpresso.clinic.booking import resource
from openpresso.clinic.courses import course as courses
from openpresso.clinic.errors import NotAllowedError, NotFoundError
from openpresso.clinic.measures import measurement
from openpresso.clinic.people import client as clients
from openpresso.clinic.screening import screening
from openpresso.clinic.sessions import session as sessions
from openpresso.console.forms.asked import answers, daily
from openpresso.console.page import needs, show
from openpresso.console.visitor import Looking
from openpresso.errors import InputError, OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.sessions.judging import Judged
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE: Final = "/live"
LEGS: Final = ("both", "left", "right", "alternate")


@router.get("/prepare/appointment/{appointment_id}", **needs("appointment.read"))
def of_appointment(visitor: Looking, appointment_id: int) -> RedirectResponse:
    """Lead to the checklist of the course that an appointment belongs to."""
    with visitor.desk(reading=True) as desk:
        found = days.find(desk, appointment_id)
        if found.course_id is None:
            return RedirectResponse(f"/clients/{found.client_id}", 303)
        query = f"appointment={found.id}&cuff_set={found.cuff_set_id}"
        return RedirectResponse(f"/prepare/course/{found.course_id}?{query}", 303)


@router.get("/prepare/course/{course_id}", **needs("session.check"))
def checklist(
    visitor: Looking,
    course_id: int,
    appointment: int | None = None,
    cuff_set: int | None = None,
    legs: str = "both",
) -> HTMLResponse:
    """Show the checklist, with what the clinic sees by itself already judged."""
    return _checklist(visitor, course_id, appointment, cuff_set, legs, {})


@router.post("/prepare/course/{course_id}", **needs("session.prepare"))
async def prepare(request: Request, visitor: Looking, course_id: int) -> Response:
    """Prepare the session, or show every reason why not, with what was answered."""
    form = {key: str(value) for key, value in (await request.form(max_fields=200)).items()}
    return await run_in_threadpool(_prepare, visitor, course_id, form)


def _prepare(visitor: Visitor, course_id: int, form: Mapping[str, str]) -> Response:
    legs, look = form.get("legs", "both"), form.get("act") == "look"
    chosen, appointment = _key(form.get("cuff_set")), _key(form.get("appointment"))
    error: OpenpressoError | None = None
    try:
        said = answers(form)
        if look or chosen is None:
            return _checklist(visitor, course_id, appointment, chosen, legs, form)
        with visitor.desk() as desk:
            made = sessions.prepare(desk, course_id, chosen, legs, said, appointment)
            return RedirectResponse(f"/prepare/session/{made.id}", 303)
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as refusal:
        error = refusal
    return _checklist(visitor, course_id, appointment, chosen, legs, form, error=error)


@router.post("/prepare/course/{course_id}/pressure", **needs("measurement.take"))
def take_pressure(
    visitor: Looking,
    course_id: int,
    systolic: Annotated[float, Form()],
    diastolic: Annotated[float, Form()],
    pulse: Annotated[float | None, Form()] = None,
    back: Annotated[str, Form(max_length=200)] = "",
    sure: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Enter today's blood pressure."""
    detail = {"systolic": systolic, "diastolic": diastolic}
    detail |= {} if pulse is None else {"pulse": pulse}
    try:
        with visitor.desk() as desk:
            found = courses.find(desk, course_id)
            asked = measurement.examine(desk, found.client_id, "blood-pressure", detail=detail)
            confirmed = [one.key for one in asked] if sure == "yes" else []
            measurement.take(
                desk, found.client_id, "blood-pressure", detail=detail, confirmed=confirmed
            )
    except InputError as error:
        typed = {"systolic": f"{systolic:g}", "diastolic": f"{diastolic:g}"}
        typed |= {} if pulse is None else {"pulse": f"{pulse:g}"}
        query = dict(part.partition("=")[::2] for part in back.split("&"))
        return _checklist(
            visitor,
            course_id,
            _key(query.get("appointment")),
            _key(query.get("cuff_set")),
            "both",
            typed,
            error=error,
        )
    return RedirectResponse(f"/prepare/course/{course_id}?{_query(back)}", 303)


@router.post("/prepare/course/{course_id}/clean", **needs("cuff_set.clean"))
def clean(
    visitor: Looking,
    course_id: int,
    cuff_set: Annotated[int, Form()],
    back: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Enter that the cuffs were cleaned."""
    with visitor.desk() as desk:
        resource.clean(desk, cuff_set)
    return RedirectResponse(f"/prepare/course/{course_id}?{_query(back)}", 303)


def _checklist(
    visitor: Visitor,
    course_id: int,
    appointment: int | None,
    chosen: int | None,
    legs: str,
    typed: Mapping[str, str],
    *,
    error: OpenpressoError | None = None,
) -> HTMLResponse:
    """Show the checklist with what was typed."""
    with visitor.desk(reading=True) as desk:
        course = courses.find(desk, course_id)
        client = clients.find(desk, course.client_id)
        sets = [one for one in resource.cuff_sets(desk) if one.cuff_type == course.cuff]
        chosen = chosen or (sets[0].id if sets else None)
        legs = legs if legs in LEGS else "both"
        judged: tuple[Judged, ...] = ()
        if chosen is not None:
            try:
                judged = sessions.check(desk, course_id, chosen, legs, answers(typed))
            except InputError as wrong:
                error = error or wrong
                judged = sessions.check(desk, course_id, chosen, legs, {})
        wanted = {"appointment": appointment, "cuff_set": chosen, "legs": legs}
        return show(
            "live_prepare.html",
            visitor,
            desk,
            HERE,
            status=_status(error),
            error=error,
            course=course,
            client=client,
            sets=sets,
            chosen=chosen,
            appointment=appointment,
            legs=legs,
            judged=judged,
            questions=daily(pregnant=screening.said(desk, client.id, "pregnant") is True),
            typed=typed,
            back="&".join(f"{key}={value}" for key, value in wanted.items() if value is not None),
            tongue=visitor.words(desk).language,
        )


def _key(text: str | None) -> int | None:
    """Return a key from a form or an address, None where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 16 else None


def _query(text: str) -> str:
    """Return the query of this page's own address, and nothing else."""
    pairs = (part.partition("=")[::2] for part in text.split("&"))
    good = {"appointment", "cuff_set", "legs"}
    return "&".join(f"{key}={value}" for key, value in pairs if key in good and value.isalnum())


def _status(error: OpenpressoError | None) -> int:
    """Return the status of a page that may say an error."""
    if error is None:
        return 200
    return 422 if isinstance(error, InputError) else 409
