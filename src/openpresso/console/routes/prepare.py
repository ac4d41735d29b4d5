"""Before and after a session: the checklist, the hand-over to the room, and what was seen then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso.clinic.booking import day as days
from openpresso.clinic.booking import resource
from openpresso.clinic.courses import course as courses
from openpresso.clinic.errors import NotAllowedError, NotFoundError
from openpresso.clinic.measures import measurement
from openpresso.clinic.people import client as clients
from openpresso.clinic.screening import screening
from openpresso.clinic.screening.rules import current
from openpresso.clinic.sessions import adverse_event, adverse_kind, handover
from openpresso.clinic.sessions import session as sessions
from openpresso.clinic.sessions.aftercare import After
from openpresso.clinic.sessions.checklist import shipped
from openpresso.console.page import needs, show
from openpresso.console.room import room_of
from openpresso.console.visitor import Looking, me
from openpresso.errors import InputError, OpenpressoError
from openpresso.station.client.calls import StationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.screening.questionnaire import Question
    from openpresso.clinic.sessions.aftercare import Skin
    from openpresso.clinic.sessions.judging import Judged
    from openpresso.clinic.sessions.session import Session
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE: Final = "/live"
LEGS: Final = ("both", "left", "right", "alternate")
MEASURED: Final = frozenset({"systolic", "diastolic", "pulse-rate"})
"""Questions of every session that today's blood pressure answers."""


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
    from starlette.concurrency import run_in_threadpool

    form = {key: str(value) for key, value in (await request.form(max_fields=200)).items()}
    return await run_in_threadpool(_prepare, visitor, course_id, form)


def _prepare(visitor: Visitor, course_id: int, form: Mapping[str, str]) -> Response:
    legs, look = form.get("legs", "both"), form.get("act") == "look"
    chosen, appointment = _key(form.get("cuff_set")), _key(form.get("appointment"))
    error: OpenpressoError | None = None
    try:
        answers = _answers(form)
        if look or chosen is None:
            return _checklist(visitor, course_id, appointment, chosen, legs, form)
        with visitor.desk() as desk:
            made = sessions.prepare(desk, course_id, chosen, legs, answers, appointment)
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


@router.get("/prepare/session/{session_id}", **needs("session.read"))
def session(visitor: Looking, session_id: int) -> HTMLResponse:
    """Show a session: hand it over, and write down what was seen after it."""
    return _session(visitor, session_id)


@router.post("/prepare/session/{session_id}/hand-over", **needs("session.begin"))
def hand_over(
    visitor: Looking, session_id: int, couch: Annotated[str, Form(max_length=60)]
) -> Response:
    """Begin the session and load it on a couch; nothing is energised by it.

    The clinic's transaction ends before the station rehearses: nobody waits for the twin.
    """
    room = room_of(visitor.settings.station, visitor.settings.station_key)
    try:
        if not room.sits(visitor.token, couch):
            with visitor.desk(reading=True) as desk:
                sessions.find(desk, session_id)
                name = me(desk).name
            room.sit(visitor.token, couch, name)
        with visitor.desk() as desk:
            if sessions.find(desk, session_id).state == "prepared":
                sessions.begin(desk, session_id)
        with visitor.desk(reading=True) as desk:
            order = handover.hand_over(desk, session_id)
        room.load(visitor.token, couch, order, f"session {session_id}")
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _session(visitor, session_id, error=error)
    return RedirectResponse(f"{HERE}?couch={couch}", 303)


@router.post("/prepare/session/{session_id}/after", **needs("session.finish", "session.link"))
async def after(request: Request, visitor: Looking, session_id: int) -> Response:
    """Link the record of the run, and write down what was seen and said after it."""
    from starlette.concurrency import run_in_threadpool

    form = {key: str(value) for key, value in (await request.form(max_fields=60)).items()}
    return await run_in_threadpool(_after, visitor, session_id, form)


def _after(visitor: Visitor, session_id: int, form: Mapping[str, str]) -> Response:
    try:
        seen = After(
            cast("Skin", form.get("skin", "")),
            _scale(form, "comfort"),
            _scale(form, "pain"),
            _number(form, "systolic"),
            _number(form, "diastolic"),
            form.get("note", ""),
        )
        with visitor.desk() as desk:
            record = form.get("record", "")
            if record:
                sessions.link(desk, session_id, _folder(visitor, record))
            reason = "" if record else form.get("without_record", "")
            sessions.finish(desk, session_id, seen, without_record=reason)
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _session(visitor, session_id, error=error, typed=form)
    return RedirectResponse(f"/prepare/session/{session_id}", 303)


@router.post("/prepare/session/{session_id}/abandon", **needs("session.abandon"))
def abandon(
    visitor: Looking, session_id: int, reason: Annotated[str, Form(max_length=4000)] = ""
) -> Response:
    """Give the session up, with the reason."""
    try:
        with visitor.desk() as desk:
            sessions.abandon(desk, session_id, reason)
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _session(visitor, session_id, error=error, typed={"reason": reason})
    return RedirectResponse(f"/prepare/session/{session_id}", 303)


@router.post("/prepare/session/{session_id}/event", **needs("adverse-event.enter"))
def event(
    visitor: Looking,
    session_id: int,
    kind: Annotated[str, Form(max_length=40)],
    severity: Annotated[str, Form(max_length=20)],
    text: Annotated[str, Form(max_length=5000)] = "",
    actions: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Enter an adverse event."""
    typed = {"kind": kind, "severity": severity, "text": text, "actions": actions}
    try:
        with visitor.desk() as desk:
            found = sessions.find(desk, session_id)
            adverse_event.enter(
                desk, found.client_id, kind, severity, text, actions=actions, session_id=session_id
            )
    except (NotFoundError, NotAllowedError):
        raise
    except OpenpressoError as error:
        return _session(visitor, session_id, error=error, typed=typed)
    return RedirectResponse(f"/prepare/session/{session_id}#events", 303)


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
                judged = sessions.check(desk, course_id, chosen, legs, _answers(typed))
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
            questions=_daily(pregnant=screening.said(desk, client.id, "pregnant") is True),
            typed=typed,
            back="&".join(f"{key}={value}" for key, value in wanted.items() if value is not None),
            tongue=visitor.words(desk).language,
        )


def _session(
    visitor: Visitor,
    session_id: int,
    *,
    error: OpenpressoError | None = None,
    typed: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Show a session with what was typed."""
    with visitor.desk(reading=True) as desk:
        found = sessions.find(desk, session_id)
        couches, records, silent = _station(visitor, found)
        return show(
            "live_session.html",
            visitor,
            desk,
            HERE,
            status=_status(error),
            error=error,
            one=found,
            client=clients.find(desk, found.client_id),
            course=courses.find(desk, found.course_id),
            couches=couches,
            records=records,
            silent=silent,
            strange=_strange(visitor, desk, found, couches),
            linkable=bool(visitor.settings.records),
            kinds=adverse_kind.shipped().values(),
            severities=list(adverse_kind.RANK),
            events=_events(desk, found),
            typed=typed or {},
            tongue=visitor.words(desk).language,
        )


def _events(desk: Desk, found: Session) -> list[adverse_event.AdverseEvent]:
    """Return the adverse events of a session."""
    return [
        one for one in adverse_event.of_client(desk, found.client_id) if one.session_id == found.id
    ]


def _station(
    visitor: Visitor, found: Session
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], StationError | None]:
    """Return the couches, and the records that can be this session's."""
    settings = visitor.settings
    if not settings.station or found.state not in {"prepared", "running"}:
        return [], [], None
    room = room_of(settings.station, settings.station_key)
    try:
        couches = room.couches()
        records = room.records() if found.state == "running" else []
    except StationError as error:
        return [], [], error
    return couches, [one for one in records if one["program"] == found.program][:20], None


def _strange(
    visitor: Visitor, desk: Desk, found: Session, couches: list[dict[str, Any]]
) -> list[str]:
    """Return cuffs at the couches that are not those of the session's set, as `couch: serial`.

    What the clinic knows of cleaning and calibration is about the cuffs of the set.
    """
    sets = {one.id: one for one in resource.cuff_sets(desk, everything=True)}
    ours = sets[found.cuff_set_id]
    room = room_of(visitor.settings.station, visitor.settings.station_key)
    strange = []
    for couch in couches:
        try:
            cuffs = room.snapshot(couch["name"])["cuffs"]
        except StationError:
            continue
        for leg, meant in (("left", ours.left_serial), ("right", ours.right_serial)):
            known = (cuffs.get(leg) or {}).get("identity")
            if known and known["serial"] != meant:
                strange.append(f"{couch['name']}: {known['serial']}")
    return strange


def _folder(visitor: Visitor, record: str) -> Path:
    """Return the folder of a record of the station."""
    if not visitor.settings.records or Path(record).name != record or record in {".", ".."}:
        raise InputError.one(
            "session", "no-such-record", f"{record!r} is no record here", hint="choose one."
        )
    return Path(visitor.settings.records) / record


def _daily(*, pregnant: bool) -> list[Question]:
    """Return what is asked at every session; blood pressure is measured instead."""
    questions = current().questions.values()
    return [
        one
        for one in questions
        if one.asked == "every-session"
        and one.key not in MEASURED
        and (pregnant or one.group != "pregnancy")
    ]


def _answers(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers of a form, as the checklist and the screening take them."""
    found: dict[str, Any] = {}
    for key in shipped().asked:
        if form.get(f"check.{key}") in {"yes", "no"}:
            found[key] = form[f"check.{key}"] == "yes"
    for question in _daily(pregnant=True):
        for name in _names(question):
            said = form.get(f"daily.{name}", "")
            if said:
                found[name] = _said(question, said)
    return found


def _names(question: Question) -> list[str]:
    """Return the keys under which a question is answered."""
    sides = ("left", "right") if question.per_leg else ()
    return [f"{question.key}.{side}" for side in sides] or [question.key]


def _said(question: Question, text: str) -> bool | float | str:
    """Return an answer in the form of its question."""
    if question.kind == "yes-no":
        return text == "yes"
    return _float(question.key, text) if question.kind == "number" else text


def _number(form: Mapping[str, str], name: str) -> float | None:
    """Return a number of a form; None where nothing was typed."""
    text = form.get(name, "").strip()
    return _float(name, text) if text else None


def _scale(form: Mapping[str, str], name: str) -> int:
    """Return a whole number of a form."""
    text = form.get(name, "").strip()
    if not text.isdecimal():
        raise _wrong(name, f"{text!r}; a whole number from 0 to 10 is allowed")
    return int(text[:6])


def _float(name: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise _wrong(name, f"{text[:40]!r} is not a number") from None


def _wrong(field: str, message: str) -> InputError:
    return InputError.one("session", "not-allowed", message, path=field, hint="correct it.")


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
