"""The preparation of a session: what is known from all rooms, judged, with the ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

import sqlalchemy as sa

from openpresso.clinic.courses import orders, progress
from openpresso.clinic.courses.course import Course
from openpresso.clinic.courses.prescription import unfit
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.programs import lookup
from openpresso.clinic.sessions.checklist import shipped
from openpresso.clinic.sessions.judging import judge
from openpresso.clinic.sessions.rules import MAY, Legs, Situation
from openpresso.errors import InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from openpresso.clinic.courses.ceiling import Ceiling
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.sessions.judging import Judged
    from openpresso.program.model import LegUse

USES: dict[str, LegUse] = {
    "both": "together",
    "left": "one",
    "right": "one",
    "alternate": "alternating",
}


@dataclass(frozen=True, slots=True)
class Considered:
    """A session that might be prepared."""

    course: Course
    judged: tuple[Judged, ...]
    answers: Mapping[str, Any]
    situation: Situation
    ceiling: Ceiling
    minutes: float
    """[min]: the course's, or less where the screening caps it."""

    def data(self) -> dict[str, Any]:
        """Return what the session keeps of its preparation."""
        return {
            "version": shipped().version,
            "states": {one.check.key: one.state for one in self.judged},
            "answers": dict(self.answers),
            "said": [one.reason for one in self.judged if one.state == "not-met"],
            "blood_pressure": {
                "systolic": self.situation.systolic,
                "diastolic": self.situation.diastolic,
            },
            "screening": self.situation.outcome,
            "ceiling": [[one.value, one.who, one.why] for one in self.ceiling.parts],
        }


def consider(
    desk: Desk, course_id: int, cuff_set_id: int, legs: str, answers: Mapping[str, Any]
) -> Considered:
    """Return a session as it would be prepared now, with every check judged.

    Raises
    ------
    InputError
        If the legs or an answer are none.
    NotFoundError
        If there is no such course or cuff set here.
    """
    from openpresso.clinic.booking.resource import CuffSet
    from openpresso.clinic.consent import consent
    from openpresso.clinic.people import certificate
    from openpresso.clinic.screening import screening
    from openpresso.clinic.screening.rules import current
    from openpresso.clinic.sessions import adverse_event

    if legs not in get_args(Legs):
        raise InputError.one(
            "session",
            "not-allowed",
            f"{legs!r}; allowed are {', '.join(get_args(Legs))}",
            path="legs",
            hint="choose one of these.",
        )
    course = desk.find(Course, course_id)
    cuff_set = desk.find(CuffSet, cuff_set_id)
    client = course.client_id
    pressure = _pressure(desk, client)
    asked = {key: answer for key, answer in answers.items() if key in shipped().asked}
    today = {key: answer for key, answer in answers.items() if key not in asked}
    said = screening.daily(desk, client, {**_measured(pressure), **today})
    ceiling = progress.capped(desk, course, pressure.get("diastolic"), said.caps.pressure)
    daily = {key for key, one in current().questions.items() if one.asked == "every-session"}
    situation = Situation(
        course_state=course.state,
        program=course.program,
        permission=lookup.to_read(desk, course.program).permission,
        ordered_by=orders.in_force(course.order, desk.today()),
        legs=cast("Legs", legs),
        outcome=said.outcome,
        why=tuple(
            f"{one.text} [{one.source}]"
            for one in said.reasons
            if one.outcome not in MAY and not one.overridden
        ),
        gaps=tuple(key for key in said.missing if key not in daily),
        unanswered=tuple(key for key in said.missing if key in daily),
        screened_legs=_screened_legs(desk, client),
        one_leg_only=said.caps.legs == "one",
        systolic=pressure.get("systolic"),
        diastolic=pressure.get("diastolic"),
        course_cuff=course.cuff,
        set_cuff=cuff_set.cuff_type,
        set_active=cuff_set.active,
        cleaned_at=cuff_set.cleaned_at,
        used_at=_used(desk, cuff_set_id),
        running=_running(desk, client, cuff_set_id),
        trained=certificate.trained(desk, person(desk), cuff_set.cuff_type, desk.today()),
        consents=frozenset(consent.standing(desk, client)),
        unfit=_unfit(desk, course, ceiling, legs),
        events=adverse_event.waiting(desk, client),
        baselines_missing=_baselines(desk, course_id),
        diabetes=_diabetes(desk, course),
    )
    judged = judge(shipped(), situation, asked, language(desk))
    minutes = min(course.minutes, said.caps.minutes or course.minutes)
    return Considered(course, judged, answers, situation, ceiling, minutes)


def refuse(desk: Desk, found: Considered) -> None:
    """Refuse a session that a blocking check does not let pass.

    Raises
    ------
    RefusedError
        With every such check, its reason and its source.
    """
    words = language(desk)
    missing = [one.sentence(words) for one in found.judged if one.refuses]
    if missing:
        raise RefusedError("the session cannot be prepared", missing, code="not-prepared")


def check_appointment(desk: Desk, course: Course, appointment_id: int | None) -> None:
    """Refuse an appointment of somebody else, or of another course."""
    from openpresso.clinic.booking.appointment import Appointment

    if appointment_id is None:
        return
    appointment = desk.find(Appointment, appointment_id)
    if appointment.client_id != course.client_id or appointment.course_id not in {None, course.id}:
        raise RefusedError(
            "the appointment is of another client or course", (f"appointment {appointment_id}",)
        )


def person(desk: Desk) -> int:
    """Return who acts; nobody is treated by the clinic itself."""
    if desk.staff_id is None:
        raise RefusedError("a session is prepared by a person")
    return desk.staff_id


def language(desk: Desk) -> str:
    """Return the language that is spoken at a desk: its own, else that of the practice."""
    return desk.speaks or desk.db.get_one(Practice, desk.here).language


def _pressure(desk: Desk, client_id: int) -> dict[str, float]:
    """Return today's `systolic`, `diastolic` [mmHg] and `pulse` [1/min]; empty without them."""
    from openpresso.clinic.measures import measurement

    found = measurement.latest(desk, client_id, "blood-pressure")
    if found is None or desk.day(found.at) != desk.today():
        return {}
    known = ("systolic", "diastolic", "pulse")
    return {key: float(found.detail[key]) for key in known if found.detail.get(key) is not None}


def _measured(pressure: Mapping[str, float]) -> dict[str, float]:
    """Return today's blood pressure as the answers of the screening that it is."""
    names = {"systolic": "systolic", "diastolic": "diastolic", "pulse": "pulse-rate"}
    return {names[key]: value for key, value in pressure.items()}


def _used(desk: Desk, cuff_set_id: int) -> dt.datetime | None:
    """Return when a cuff set was last put on a leg, or taken off it."""
    from openpresso.clinic.sessions.session import GIVEN, Session

    last = desk.db.execute(
        sa.select(Session.started_at, Session.ended_at)
        .where(
            Session.practice_id == desk.here,
            Session.cuff_set_id == cuff_set_id,
            Session.started_at.is_not(None),
            Session.state.in_((*GIVEN, "abandoned")),
        )
        .order_by(Session.started_at.desc())
        .limit(1)
    ).first()
    return None if last is None else last[1] or last[0]


def _running(desk: Desk, client_id: int, cuff_set_id: int) -> int | None:
    """Return a session that runs with these cuffs or for this client."""
    from openpresso.clinic.sessions.session import IS_RUNNING, Session

    for same in (Session.client_id == client_id, Session.cuff_set_id == cuff_set_id):
        running = sa.text(f"session.{IS_RUNNING}")
        found = desk.db.scalar(sa.select(Session.id).where(same, running).limit(1))
        if found is not None:
            return found
    return None


def _unfit(desk: Desk, course: Course, ceiling: Ceiling, legs: str) -> tuple[str, ...]:
    """Return why a program, its targets lowered in proportion, does not fit a ceiling."""
    if ceiling.value <= 0.0:
        return (f"the ceiling is {ceiling.value:g} mmHg ({ceiling.reason})",)
    try:
        program = lookup.to_use(desk, course.program)
    except InputError as error:
        return tuple(one.message for one in error.diagnostics)
    return unfit(program, course.cuff, ceiling.value, USES[legs])


def _baselines(desk: Desk, course_id: int) -> int:
    """Return how many baselines are missing while they can still be taken."""
    first = next(iter(progress.progress(desk, course_id).stages), None)
    if first is None or first.kind != "baseline" or first.state != "missing":
        return 0
    return first.number - first.have


def _diabetes(desk: Desk, course: Course) -> bool:
    """Return whether the client has diabetes; True also where nobody knows."""
    from openpresso.clinic.screening import screening

    if course.indication in {"diabetes", "numbness"}:
        return True
    return screening.said(desk, course.client_id, "diabetes") is not False


def _screened_legs(desk: Desk, client_id: int) -> str:
    """Return the legs that the last screening was made for; empty where it does not say."""
    from openpresso.clinic.screening import screening

    return str(screening.said(desk, client_id, "legs-treated") or "")
