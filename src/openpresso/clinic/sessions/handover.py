"""What a prepared session hands to the station: a program under its ceiling, and for whom."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.programs import lookup
from openpresso.clinic.roles import CARE
from openpresso.clinic.sessions.session import UNFINISHED, Session

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk


@dataclass(frozen=True, slots=True)
class HandOver:
    """An order in the words of the station; the clinic itself knows no station.

    Parameters
    ----------
    text
        The program as a file; its targets lowered in proportion where the ceiling asks for it.
    ceiling
        [mmHg]
    legs
        `both`, `left`, `right` or `alternate`.
    duration
        [s]
    client
        Number of the client, which the record has to name to be linked.
    order
        Who ordered it; empty without an order.
    adapted
        What was changed from the program as it was written; empty when nothing was.
    """

    text: str
    ceiling: float
    legs: str
    duration: float
    client: str
    order: str
    adapted: tuple[str, ...]


@action("session.hand-over", *CARE, kind="read")
def hand_over(desk: Desk, session_id: int) -> HandOver:
    """Return what the station needs to deliver a prepared session.

    Raises
    ------
    RefusedError
        If the session is over.
    InputError
        If its program is not released any more.
    """
    from openpresso.clinic.courses.course import Course
    from openpresso.clinic.people.client import Client

    session = desk.find(Session, session_id)
    if session.state not in UNFINISHED:
        raise RefusedError(f"session {session_id} is {session.state}", code="wrong-state")
    course = desk.find(Course, session.course_id)
    program, cuff = lookup.to_use(desk, session.program), cuffs.load(course.cuff)
    lowered = programs.lowered(program, cuff, session.ceiling)
    return HandOver(
        # JSON is YAML too, and needs no quoting rules of its own.
        json.dumps(programs.to_data(lowered), ensure_ascii=False, indent=1),
        session.ceiling,
        session.legs,
        60.0 * session.minutes,
        desk.find(Client, session.client_id).number,
        str(course.order.get("by", "")),
        lowered.adaptations[len(program.adaptations) :],
    )
