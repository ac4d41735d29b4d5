"""The mixed model of one group of courses: from the readings themselves, on a page of its own.

It stands beside the two-stage mean of `clinic.results` and is asked for apart, because it needs
every reading and takes a second or two.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.measures.kind import kind
from openpresso.clinic.measures.measurement import Measurement
from openpresso.clinic.outcomes.kept import CourseOutcome
from openpresso.clinic.outcomes.mixed import Modelled, model
from openpresso.clinic.outcomes.tally import GROUPS
from openpresso.clinic.roles import Role
from openpresso.errors import InputError

if TYPE_CHECKING:
    import datetime as dt

MOST_COURSES = 200
"""Courses that the model takes, those that ended last."""


@action("outcomes.mixed-model", Role.OWNER, Role.CLINICIAN, kind="read")
def mixed_model(desk: Desk, kind_key: str, group: str, *, by: str = "program") -> Modelled:
    """Return the mixed model of the courses of one group that ended last, two hundred at most.

    Parameters
    ----------
    desk, kind_key
        Where, and by what kind of measurement.
    group, by
        Name of the program or the indication, and which of both it is.

    Raises
    ------
    InputError
        If the kind or the grouping is unknown.
    """
    kind(kind_key)
    if by not in GROUPS:
        message = f"{by!r}; allowed are {', '.join(GROUPS)}"
        raise InputError.one("outcomes", "unknown-grouping", message, path="by")
    statement = (
        sa.select(CourseOutcome.course_id)
        .where(
            CourseOutcome.practice_id == desk.practice_id,
            CourseOutcome.kind == kind_key,
            CourseOutcome.ended_on.is_not(None),
            CourseOutcome.change.is_not(None),
            GROUPS[by] == group,
        )
        .order_by(CourseOutcome.ended_on.desc(), CourseOutcome.course_id.desc())
        .limit(2 * MOST_COURSES)
    )
    courses = list(dict.fromkeys(desk.db.scalars(statement)))[:MOST_COURSES]
    clients: list[int] = []
    times: list[float] = []
    read: list[float] = []
    for client, days in _by_course(desk, kind_key, courses):
        first, last = min(days), max(days)
        for day, values in sorted(days.items()):
            clients.append(client)
            times.append((day - first).days / max((last - first).days, 1))
            read.append(sum(values) / len(values))
    return model(clients, times, read)


def _by_course(
    desk: Desk, kind_key: str, courses: list[int]
) -> list[tuple[int, dict[dt.date, list[float]]]]:
    """Return client and readings by day of each course, both legs together."""
    statement = (
        sa.select(Measurement.course_id, Measurement.client_id, Measurement.at, Measurement.value)
        .where(
            Measurement.practice_id == desk.practice_id,
            Measurement.course_id.in_(courses),
            Measurement.kind == kind_key,
            Measurement.purpose.in_(("baseline", "during", "end")),
            Measurement.void_reason == "",
        )
        .order_by(Measurement.course_id)
    )
    days: dict[tuple[int, int], dict[dt.date, list[float]]] = defaultdict(lambda: defaultdict(list))
    for course, client, at, value in desk.db.execute(statement).all():
        if course is not None:
            days[course, client][desk.day(at)].append(value)
    return [(client, found) for (_, client), found in days.items()]
