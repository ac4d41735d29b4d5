"""Outcomes: what became of the clients, what is not known, and what it costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from openpresso.clinic.measures.kind import kinds
from openpresso.clinic.money import revenue, worth
from openpresso.clinic.money.alternatives import INDICATIONS
from openpresso.clinic.outcomes import clinic as outcomes
from openpresso.console.forms import entered
from openpresso.console.page import needs, show
from openpresso.console.refused import require, told
from openpresso.console.rights import may
from openpresso.console.visitor import Looking
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.money.alternatives import Language, Table
    from openpresso.clinic.money.economics import KeptCost
    from openpresso.clinic.money.revenue import Revenue
    from openpresso.clinic.outcomes.clinic import Group, Results
    from openpresso.console.refused import Told

router = APIRouter(include_in_schema=False)

HERE = "/outcomes"
WIDTH = 600.0
"""Of the bar of the largest group."""
QUARTER = dt.timedelta(days=90)
WORDS = (
    ("better", "better"),
    ("no clear change", "same"),
    ("worse", "worse"),
    ("cannot say", "unknown"),
)
"""Verdicts, with the names of their colours."""
MISSING = "not measured at the end"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar."""

    word: str
    look: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The verdicts of a group, drawn."""

    group: Group
    parts: tuple[Part, ...]
    cost: KeptCost | None
    """What one client cost who kept the gain; of programs, for the owner."""


def parts(group: Group, most: int) -> tuple[Part, ...]:
    """Return the parts of a group's bar; who was not measured at the end is one of its own.

    Parameters
    ----------
    group
        The group.
    most
        Legs of the largest group, whose bar is `WIDTH` long.
    """
    counts = {word: group.verdicts.get(word, 0) for word, _ in WORDS}  # type: ignore[call-overload]
    counts["cannot say"] = max(counts["cannot say"] - group.missing_end, 0)
    looks = [*WORDS, (MISSING, "missing")]
    counts[MISSING] = group.missing_end
    found, x = [], 0.0
    for word, look in looks:
        width = counts[word] / most * WIDTH if most else 0.0
        found.append(Part(word, look, counts[word], round(x, 2), round(width, 2)))
        x += width
    return tuple(found)


@router.get("/outcomes", **needs("outcomes.clinic"))
def page(
    visitor: Looking,
    kind: str = "girths",
    by: str = "program",
    since: str = "",
    until: str = "",
    indication: str = INDICATIONS[0],
) -> HTMLResponse:
    """Show the outcomes of the courses that have ended, and to the owner what they cost."""
    known = {key: one for key, one in kinds().items() if one.direction != "neither"}
    with visitor.desk(reading=True) as desk:
        require(desk, "outcomes.clinic")
        words = visitor.words(desk)
        language = cast("Language", words.language)
        error: Told | None = None
        results: Results | None = None
        bars: list[Bar] = []
        first: dt.date | None = None
        last: dt.date | None = None
        try:
            first = entered.day_or_none(since, "since")
            last = entered.day_or_none(until, "until")
            results = outcomes.results(
                desk, kind, by=by, since=first, until=last, language=language
            )
            bars = _bars(desk, results, first, last)
        except InputError as found:
            error = told(found)
        return show(
            "outcomes.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            results=results,
            bars=bars,
            words_of_verdicts=[*WORDS, (MISSING, "missing")],
            kinds=[(key, one.names.get(language, one.names["en"])) for key, one in known.items()],
            kind=kind,
            by=by,
            since=since,
            until=until,
            indication=indication if indication in INDICATIONS else INDICATIONS[0],
            indications=INDICATIONS,
            revenue=_revenue(desk, first, last),
            ways=_ways(desk, indication, language),
            inputs=worth.inputs(desk, language) if may(desk, "worth.inputs") else [],
            owner=may(desk, "worth.kept"),
        )


def _bars(desk: Desk, results: Results, first: dt.date | None, last: dt.date | None) -> list[Bar]:
    """Return the groups as bars, with what a kept gain cost where the reader may know it."""
    most = max((one.legs for one in results.groups), default=0)
    priced = results.by == "program" and may(desk, "worth.kept")
    return [
        Bar(
            one,
            parts(one, most),
            worth.kept(desk, one.name, kind=results.kind, since=first, until=last)
            if priced
            else None,
        )
        for one in results.groups
    ]


def _revenue(desk: Desk, first: dt.date | None, last: dt.date | None) -> Revenue | None:
    """Return what rooms brought in: in the period asked for, else in the last quarter."""
    if not may(desk, "revenue.read"):
        return None
    end = min(last or desk.today(), desk.today())
    begin = max(first or end - QUARTER, end - dt.timedelta(days=revenue.LONGEST))
    return revenue.revenue(desk, begin, end) if begin <= end else None


def _ways(desk: Desk, indication: str, language: Language) -> Table:
    """Return what else can be done for an indication."""
    known = indication if indication in INDICATIONS else INDICATIONS[0]
    return worth.other_ways(desk, known, language=language)
