"""What the clinic's page reads from the database: sums and counts by group, never single clients.

Three passes over the derived rows of a period, each answered by an index alone: one sums the rows,
one the clients, because a client with two legs or two courses is one client, and one counts the
gains by when they were lost.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, get_args

import sqlalchemy as sa

from openpresso.clinic.outcomes.kept import CourseOutcome
from openpresso.clinic.outcomes.verdict import Word

if TYPE_CHECKING:
    import datetime as dt

    from openpresso.clinic.desk import Desk

GROUPS: Final = {"program": CourseOutcome.program, "indication": CourseOutcome.indication}
"""What courses can be grouped by."""
WORDS: Final = get_args(Word)


@dataclass(slots=True)
class Tally:
    """Sums over the courses of one group.

    Parameters
    ----------
    courses, clients, legs
        How many courses, clients, and rows (one for each side).
    verdicts, no_end
        Number of rows by verdict, and of those without a reading at the end.
    changed, total, squares
        Clients with a change, and sum and sum of squares of the change of each.
    losses
        Number of rows by (state, last day kept, day lost).
    short
        Rows with a baseline on one day only.
    firsts
        Number, sum, sum of squares of first baselines, and sum of squared errors of a reading.
    moves
        Number, sum and sum of squares of later baselines less the first.
    """

    courses: int = 0
    clients: int = 0
    legs: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    no_end: int = 0
    changed: int = 0
    total: float = 0.0
    squares: float = 0.0
    losses: Counter[tuple[str, int, int | None]] = field(default_factory=Counter)
    short: int = 0
    firsts: tuple[int, float, float, float] = (0, 0.0, 0.0, 0.0)
    moves: tuple[int, float, float] = (0, 0.0, 0.0)


def tally(
    desk: Desk,
    kind_key: str,
    *,
    by: str,
    side: str | None,
    since: dt.date | None,
    until: dt.date | None,
) -> dict[str, Tally]:
    """Return the sums of each group over the courses that ended in a period.

    Parameters
    ----------
    desk, kind_key
        Where, and what was measured.
    by
        `program` or `indication`.
    side
        One side only; None: all.
    since, until
        First and last day; None: open.
    """
    group = GROUPS[by]
    where = [CourseOutcome.practice_id == desk.practice_id, CourseOutcome.kind == kind_key]
    if side is not None:
        where.append(CourseOutcome.side == side)
    if since is not None:
        where.append(CourseOutcome.ended_on >= since)
    if until is not None:
        where.append(CourseOutcome.ended_on <= until)
    where.append(CourseOutcome.ended_on.is_not(None))
    found = {row["name"]: _sums(row) for row in desk.db.execute(_by_leg(group, where)).mappings()}
    for row in desk.db.execute(_by_client(group, where)).mappings():
        one = found[row["name"]]
        one.clients, one.courses = int(row["clients"]), int(row["courses"])
        one.changed = int(row["changed"])
        one.total, one.squares = float(row["total"] or 0.0), float(row["squares"] or 0.0)
    for name, state, after, before, count in desk.db.execute(_lost(group, where)).all():
        found[name].losses[state, after, before] += count
    return found


def _by_leg(group: Any, where: list[Any]) -> sa.Select[Any]:  # noqa: ANN401
    """Return the statement that sums the rows of each group."""
    row, count, total = CourseOutcome, sa.func.count, sa.func.sum
    # The later baselines' mean less the first, from the mean of all of them.
    later = (row.baseline - row.first) * row.baselines / (row.baselines - 1)
    moved = sa.case((row.baselines > 1, later))

    def number(condition: Any) -> Any:  # noqa: ANN401
        return total(sa.case((condition, 1), else_=0))

    return (
        sa.select(
            group.label("name"),
            count().label("legs"),
            *(number(row.verdict == word).label(f"v{i}") for i, word in enumerate(WORDS)),
            number(row.why == "no-end").label("no_end"),
            number(row.baselines == 1).label("short"),
            count(row.first).label("firsts"),
            total(row.first).label("first"),
            total(row.first * row.first).label("first_squares"),
            total(row.sem * row.sem).label("errors"),
            count(moved).label("moves"),
            total(moved).label("moved"),
            total(moved * moved).label("move_squares"),
        )
        .where(*where)
        .group_by(group)
    )


def _by_client(group: Any, where: list[Any]) -> sa.Select[Any]:  # noqa: ANN401
    """Return the statement that sums, for each group, the mean change of each client."""
    one = (
        sa.select(
            group.label("name"),
            sa.func.avg(CourseOutcome.change).label("change"),
            sa.func.count(CourseOutcome.course_id.distinct()).label("courses"),
        )
        .where(*where)
        .group_by(group, CourseOutcome.client_id)
        .subquery()
    )
    return sa.select(
        one.c.name,
        sa.func.count().label("clients"),
        sa.func.sum(one.c.courses).label("courses"),
        sa.func.count(one.c.change).label("changed"),
        sa.func.sum(one.c.change).label("total"),
        sa.func.sum(one.c.change * one.c.change).label("squares"),
    ).group_by(one.c.name)


def _lost(group: Any, where: list[Any]) -> sa.Select[Any]:  # noqa: ANN401
    """Return the statement that counts gains by when they were lost."""
    fate = (CourseOutcome.loss, CourseOutcome.kept_days, CourseOutcome.lost_days)
    gained = CourseOutcome.loss.in_(("kept", "lost", "not seen again"))
    return sa.select(group, *fate, sa.func.count()).where(*where, gained).group_by(group, *fate)


def _sums(row: Any) -> Tally:  # noqa: ANN401
    """Return the sums of one group; a database may give them as decimals."""

    def real(name: str) -> float:
        return float(row[name] or 0.0)

    return Tally(
        legs=int(row["legs"]),
        verdicts=Counter({word: int(row[f"v{i}"]) for i, word in enumerate(WORDS)}),
        no_end=int(row["no_end"]),
        short=int(row["short"]),
        firsts=(int(row["firsts"]), real("first"), real("first_squares"), real("errors")),
        moves=(int(row["moves"]), real("moved"), real("move_squares")),
    )
