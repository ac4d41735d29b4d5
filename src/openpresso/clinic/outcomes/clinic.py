"""The outcomes of the clinic: by program or by indication, with what is missing in plain sight."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.measures.kind import Measure, kind
from openpresso.clinic.outcomes import lasting, pooled, regression
from openpresso.clinic.outcomes.modelled import mixed_model
from openpresso.clinic.outcomes.sentence import kept_sentences, say
from openpresso.clinic.outcomes.tally import GROUPS, WORDS, Tally, tally
from openpresso.clinic.outcomes.verdict import sign
from openpresso.clinic.roles import Role
from openpresso.errors import InputError

if TYPE_CHECKING:
    import datetime as dt

    from openpresso.clinic.outcomes.lasting import Kept
    from openpresso.clinic.outcomes.pooled import Mean
    from openpresso.clinic.outcomes.verdict import Word
    from openpresso.clinic.outcomes.weibull import Lasting

ANSWERS = (Role.OWNER, Role.CLINICIAN)
"""Who sees the outcomes of the clinic."""


@dataclass(frozen=True, slots=True)
class Group:
    """What became of the courses of one program or indication.

    Parameters
    ----------
    name
        Of the program or indication.
    clients, courses, legs
        How many; `legs` are the rows that the verdicts count, one for each side.
    verdicts
        Number by verdict.
    missing_end
        Rows without a reading at the end: a category of its own.
    change
        Mean change of the clients [unit].
    worst_change
        The same mean if nothing had changed for those who are missing [unit].
    conclusion
        The word for the group; empty below ten clients.
    kept
        Who kept the gain at 12 and 26 weeks.
    curve
        How long the gain lasts, in weeks; None with too few losses.
    chance
        How much of the change is chance if people come when it is high [unit]; None: unknown.
    moved
        How far the mean moved for the better between baselines, before any session [unit].
    sentences
        What is said about it.
    """

    name: str
    clients: int
    courses: int
    legs: int
    verdicts: dict[Word, int]
    missing_end: int
    change: Mean | None
    worst_change: float | None
    conclusion: Word | str
    kept: tuple[Kept, ...]
    curve: Lasting | None
    chance: float | None
    moved: Mean | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The outcomes of the clinic by one kind of measurement."""

    kind: str
    unit: str
    by: str
    groups: tuple[Group, ...]
    sentences: tuple[str, ...]


@action("outcomes.clinic", *ANSWERS, kind="read")
def results(
    desk: Desk,
    kind_key: str,
    *,
    by: str = "program",
    side: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    language: str = "en",
) -> Results:
    """Return the outcomes of all courses that have ended, group by group.

    Parameters
    ----------
    desk, kind_key
        Where, and by what kind of measurement.
    by
        `program` or `indication`.
    side
        One side only; None: all, and both legs of a client count as one client in means.
    since, until
        First and last day of the courses' ends; None: open.
    language
        Of the sentences, `en` or `de`.

    Raises
    ------
    InputError
        If the kind or the grouping is unknown.
    """
    measure = kind(kind_key)
    if by not in GROUPS:
        near = difflib.get_close_matches(by, GROUPS, n=1)
        raise InputError.one(
            "outcomes",
            "unknown-grouping",
            f"{by!r}; allowed are {', '.join(GROUPS)}",
            path="by",
            hint=f"Did you mean {near[0]!r}?" if near else "",
        )
    found = tally(desk, kind_key, by=by, side=side, since=since, until=until)
    groups = tuple(_group(name, found[name], measure, language) for name in sorted(found))
    return Results(kind_key, measure.unit, by, groups, (say("no-comparison", language),))


def _group(name: str, sums: Tally, measure: Measure, language: str) -> Group:
    """Return what is told about one group."""
    way = sign(measure.direction)
    change = pooled.two_stage(sums.changed, sums.total, sums.squares)
    curve, kept = lasting.curve(sums.losses)
    chance, moved = _chance(sums), _moved(sums, way)
    worst = None
    if change is not None:
        worst = sums.total / sums.clients
    return Group(
        name,
        sums.clients,
        sums.courses,
        sums.legs,
        {word: sums.verdicts[word] for word in WORDS},
        sums.no_end,
        change,
        worst,
        _conclusion(change, way),
        kept,
        curve,
        chance,
        moved,
        _sentences(sums, kept, chance, moved, measure, language),
    )


def _conclusion(change: Mean | None, way: int) -> str:
    """Return the word for a group; empty below ten clients or without a better direction."""
    if change is None or change.low is None or change.high is None or not way:
        return ""
    if change.n < pooled.FEWEST:
        return ""
    if change.low <= 0.0 <= change.high:
        return "no clear change"
    return "better" if way * change.mean > 0.0 else "worse"


def _chance(sums: Tally) -> float | None:
    """Return how far a first reading falls by chance, if people come in their upper half."""
    n, total, squares, errors = sums.firsts
    if n < 2 or errors == 0.0:
        return None
    mean = total / n
    spread = math.sqrt(max(squares - n * mean * mean, 0.0) / (n - 1))
    return regression.expected_fall(math.sqrt(errors / n), spread, mean, mean)


def _moved(sums: Tally, way: int) -> Mean | None:
    """Return how far the mean moved for the better between baselines."""
    n, total, squares = sums.moves
    return pooled.two_stage(n, way * total, squares) if way else None


def _sentences(
    sums: Tally,
    kept: tuple[Kept, ...],
    chance: float | None,
    moved: Mean | None,
    measure: Measure,
    language: str,
) -> tuple[str, ...]:
    """Return what is said about a group."""
    said = [
        say(
            "verdicts",
            language,
            total=sums.legs,
            better=sums.verdicts["better"],
            same=sums.verdicts["no clear change"],
            worse=sums.verdicts["worse"],
            unknown=sums.verdicts["cannot say"],
        )
    ]
    if sums.clients < pooled.FEWEST:
        said.append(say("few", language, needed=pooled.FEWEST))
    for one in kept:
        if one.total:
            said += kept_sentences(one.kept, one.lost, one.missing, one.weeks, language)
    if sums.short and chance is not None:
        figures = {"few": sums.short, "total": sums.legs, "fall": chance, "unit": measure.unit}
        said.append(say("one-reading", language, **figures))
    if moved is not None and moved.n >= pooled.FEWEST and (moved.low or 0.0) > 0.0:
        said.append(say("first-was-high", language, moved=moved.mean, unit=measure.unit))
    return tuple(said)


__all__ = ["Group", "Results", "mixed_model", "results"]
