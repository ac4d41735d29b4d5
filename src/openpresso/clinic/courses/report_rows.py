"""The rows of a course's report: plain texts, made from the rows of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from openpresso.clinic.courses.goal import FUNCTION
from openpresso.clinic.courses.stages import OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.courses.goal import Goal
    from openpresso.clinic.courses.progress import Progress
    from openpresso.clinic.courses.report_words import Language
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.outcomes.client import Result
    from openpresso.clinic.sessions.session import Session


def result(found: Result, say: Language) -> dict[str, Any]:
    """Return the verdict with its figures: before, after, change, smallest real difference."""
    unit, digits = say.unit(found.unit), _digits(found)

    def figure(value: float | None, *, sign: bool = False) -> str:
        text = say.number(value, digits, sign=sign)
        return text if value is None else f"{text} {unit}"

    def under(count: int) -> str:
        if not count:
            return ""
        return say("days_one") if count == 1 else say("days_of", count=count)

    interval = ""
    if found.interval is not None:
        low, high = (say.number(one, digits, sign=True) for one in found.interval)
        interval = say("interval", low=low, high=high)
    return {
        "word": found.verdict,
        "why": found.why,
        "figures": [
            (figure(found.baseline), under(found.baselines)),
            (figure(found.end), under(found.ends)),
            (figure(found.change, sign=True), interval),
            (figure(found.srd), found.error.source if found.srd is not None else ""),
        ],
    }


def lasting(desk: Desk, course: Course, found: Result, say: Language) -> str:
    """Return whether the gain lasted; empty where there is none, or the course goes on."""
    from openpresso.clinic.outcomes import client as outcomes

    if found.provisional or found.verdict != "better":
        return ""
    seen = outcomes.relapse(desk, course.id, course.measure, course.measure_side)
    if seen.state == "no clear gain":
        return ""
    return say(f"lasted {seen.state}", after=seen.after, before=seen.before)


def goal(desk: Desk, course: Course, say: Language) -> str:
    """Return whether the goal was reached; empty without one.

    A measured goal is reached only where the change is also a real one: beyond the smallest real
    difference, with enough readings on both sides.
    """
    from openpresso.clinic.outcomes import client as outcomes

    wanted = course.goal_set
    if wanted is None:
        return ""
    if wanted.quantity == FUNCTION:
        return say({"yes": "goal_reached", "no": "goal_missed"}.get(wanted.reached, "goal_open"))
    found = outcomes.result(desk, course.id, wanted.quantity, wanted.side, language=say.name)
    return say(_reached(wanted, found))


def _reached(wanted: Goal, found: Result) -> str:
    """Return which sentence says how a measured goal stands."""
    if found.change is None or wanted.change is None or found.provisional:
        return "goal_open"
    passed = found.change <= wanted.change if wanted.change < 0 else found.change >= wanted.change
    if not passed:
        return "goal_missed"
    return "goal_reached" if found.verdict == "better" else "goal_unsure"


def measured(desk: Desk, course: Course, say: Language) -> list[dict[str, str]]:
    """Return every measurement that counts of the kind that the course is followed by."""
    from openpresso.clinic.measures import measurement

    found = measurement.series(
        desk, course.client_id, course.measure, course.measure_side, course_id=course.id
    )
    return [
        {
            "day": say.day(desk.day(one.at)),
            "value": f"{say.number(one.value, 0 if one.unit == 'mL' else 2)} {say.unit(one.unit)}",
            "purpose": one.purpose,
        }
        for one in found
    ]


def sessions(desk: Desk, ran: Sequence[Session], say: Language) -> list[dict[str, Any]]:
    """Return what was delivered, session by session, from the rows."""
    return [
        {
            "day": say.day(desk.day(one.started_at)) if one.started_at else "",
            "state": one.state,
            "legs": one.legs,
            "minutes": say.number(one.delivered.get("minutes")),
            "ceiling": say.number(one.ceiling, 0),
            "peak": say.number(_most(one, "peak")),
            "of_set": _share(_least(one, "delivered")),
            "pressure": _pressures(one),
            "comfort": one.after.get("comfort", "–"),
            "pain": one.after.get("pain", "–"),
            "record": one.record_hash[:8] or "–",
            "differs": "; ".join(_differs(one)),
        }
        for one in ran
    ]


def on_twin(ran: Sequence[Session], say: Language) -> str:
    """Return which sessions were delivered to a twin; empty without any."""
    twins = [
        str(index) for index, one in enumerate(ran, 1) if one.delivered.get("device") == "twin"
    ]
    return say("every") if ran and len(twins) == len(ran) else ", ".join(twins)


def events(
    desk: Desk, course: Course, ran: Sequence[Session], say: Language
) -> list[dict[str, str]]:
    """Return the adverse events of a course: those of its sessions, and those while it ran."""
    from openpresso.clinic.sessions import adverse_event, adverse_kind

    own = {one.id for one in ran}
    began = course.started_on or desk.day(course.created_at)
    rows = [
        one
        for one in reversed(adverse_event.events(desk, course.client_id))
        if one.session_id in own
        or (
            one.session_id is None
            and began <= desk.day(one.at)
            and (course.ended_on is None or desk.day(one.at) <= course.ended_on)
        )
    ]
    known = adverse_kind.shipped()
    found = []
    for one in rows:
        texts = [one.text, one.actions]
        if one.review:
            texts.append(say("reviewed", text=one.review))
        elif one.waits:
            texts.append(say("waits"))
        kind = known[one.kind].text.say(say.name) if one.kind in known else one.kind
        found.append(
            {
                "day": say.day(desk.day(one.at)),
                "severity": one.severity,
                "kind": kind,
                "text": "; ".join(text for text in texts if text),
            }
        )
    return found


def stages(stands: Progress, say: Language) -> list[dict[str, Any]]:
    """Return what is done, due, missed or still to come."""
    return [
        {
            "what": say(f"stage_{one.kind}", number=one.number, have=one.have),
            "state": say(f"stage_{one.state}"),
            "day": say.day(one.day) if one.day else "",
            "window": f"{say.day(one.first)} – {say.day(one.last)}" if one.first else "",
            "late": one.state in OPEN and one.state != "due",
        }
        for one in stands.stages
    ]


def cost(desk: Desk, session_ids: Sequence[int], currency: str, say: Language) -> str:
    """Return what was charged for sessions, by invoice or package; empty for nothing."""
    from openpresso.clinic.money.amount import shown
    from openpresso.clinic.money.credit import CreditUse
    from openpresso.clinic.money.invoice import InvoiceLine

    if not session_ids:
        return ""
    lines = desk.db.scalars(
        sa.select(InvoiceLine.gross).where(
            InvoiceLine.practice_id == desk.here, InvoiceLine.session_id.in_(session_ids)
        )
    )
    credits_used = desk.db.scalars(
        sa.select(CreditUse.value).where(
            CreditUse.practice_id == desk.here,
            CreditUse.session_id.in_(session_ids),
            CreditUse.given_back_on.is_(None),
        )
    )
    cents = sum(lines) + sum(credits_used)
    return shown(cents, currency, say.name) if cents else ""


def _digits(found: Result) -> int:
    """Return how many digits a kind's values are shown with."""
    return 0 if found.unit == "mL" else 2


def _most(one: Session, key: str) -> float | None:
    values = [leg[key] for leg in one.delivered.get("legs", {}).values() if leg[key] is not None]
    return max(values, default=None)


def _least(one: Session, key: str) -> float | None:
    values = [leg[key] for leg in one.delivered.get("legs", {}).values() if leg[key] is not None]
    return min(values, default=None)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def _pressures(one: Session) -> str:
    """Return the blood pressure before and after, as far as it was measured."""
    pairs = [one.checks.get("blood_pressure") or {}, one.after]
    said = [
        f"{pair['systolic']:.0f}/{pair['diastolic']:.0f}" if pair.get("systolic") else "–"
        for pair in pairs
    ]
    return " → ".join(said) if said != ["–", "–"] else "–"


def _differs(one: Session) -> list[str]:
    """Return how a session differs from what was prepared, and why it has no record."""
    found = list(one.delivered.get("deviations", []))
    if one.delivered.get("outcome") not in {None, "delivered"} and one.delivered.get("reason"):
        found.append(str(one.delivered["reason"]))
    return [*found, one.end_reason] if one.end_reason else found
