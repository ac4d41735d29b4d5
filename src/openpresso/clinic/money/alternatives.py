"""What else could be done: rows with their own price, time and evidence, in the order of trying.

There is no winner, no score and no rank: prices and times can be compared, evidence of different
people and measures cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from openpresso.clinic.money.amount import MOST
from openpresso.clinic.money.package_file import Code, Mark, Sourced, Text, Title
from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel
from openpresso.errors import InputError
from openpresso.program.model import Grade

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).with_name("alternatives.yaml")
INDICATIONS: Final = (
    "cellulite", "swelling", "circulation", "lymph-drainage", "sport", "hypertension",
    "diabetes", "numbness",
)  # fmt: skip
"""Those of the evidence cards."""
WEEKS_A_MONTH: Final = 52.0 / 12.0
Indication = Literal[
    "cellulite", "swelling", "circulation", "lymph-drainage", "sport", "hypertension",
    "diabetes", "numbness",
]  # fmt: skip
Language = Literal["en", "de"]


class Figure(Sourced):
    """A figure with its mark and source."""

    value: Annotated[float, Field(ge=0, le=10_080)]


class PriceInput(Sourced):
    """A price that the user replaces by the local one."""

    name: Code
    title: Title
    cents: Annotated[int, Field(ge=0, le=MOST)]
    every: Literal["once", "visit", "week", "month"]
    lasts_weeks: Annotated[int, Field(ge=1, le=1040)] | None
    """After which a single price is paid again [w]; None for all others."""


class Finding(Sourced):
    """What a trial found, for which indications."""

    indications: Annotated[list[Indication], Field(min_length=1)]
    text: Text


class Graded(FileModel):
    """How sure the evidence of one claim is; the letters are those of programs."""

    indications: Annotated[list[Indication], Field(min_length=1)]
    grade: Grade
    claim: Text


class Claim(Finding):
    """A figure that is often quoted, and why to be careful with it."""

    careful: Text


class Said(Sourced):
    """A sentence with its source."""

    text: Text


class Order(Sourced):
    """Why the ways are shown in this order."""

    text: Title


class Way(FileModel):
    """One thing that can be done."""

    code: Code
    title: Title
    step: Annotated[int, Field(ge=1, le=3)]
    indications: Annotated[list[Indication], Field(min_length=1)]
    prices: list[PriceInput]
    visits_a_week: Figure | None = None
    minutes_a_week: Figure
    adherence: Said
    grades: list[Graded]
    found: Annotated[list[Finding], Field(min_length=1)]
    careful: Text


class AlternativesFile(FileModel):
    """The file of the alternatives."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    order: Order
    ways: list[Way]
    notes: list[Finding]
    claims: list[Claim]


@dataclass(frozen=True, slots=True)
class Priced:
    """One price in a row: how much, how often, and where it is from.

    Parameters
    ----------
    title, cents, every
        What, how much [cents], how often.
    mark
        `entered` when the user has put in the own price.
    source
        Where it is from.
    """

    title: str
    cents: int
    every: str
    mark: Mark | Literal["entered"]
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One way in the table of comparison.

    Parameters
    ----------
    code, title
        Which.
    step
        When to try it: 1 first, for four weeks; 2 beside it; 3 after it.
    cents
        Price over the weeks asked for [cents].
    prices
        What it is made of.
    hours
        Client's time over the weeks asked for [h].
    adherence
        How well people keep it up, with mark and source.
    grade, graded
        How sure the evidence is, and of which claim.
    found
        What trials found for this indication, each with mark and source; may be empty.
    careful
        What is easily overlooked.
    """

    code: str
    title: str
    step: int
    cents: int
    prices: tuple[Priced, ...]
    hours: float
    time_mark: Mark
    adherence: tuple[str, Mark, str]
    grade: Grade
    graded: str
    found: tuple[tuple[str, Mark, str], ...]
    careful: str


@dataclass(frozen=True, slots=True)
class Table:
    """The ways for one indication, in the order of trying, and what has to be said with them."""

    indication: str
    weeks: int
    order: str
    order_source: str
    rows: tuple[Row, ...]
    claims: tuple[tuple[str, str, str], ...]
    """Text, source and why to be careful."""
    notes: tuple[str, ...]


@cache
def content() -> AlternativesFile:
    """Return the shipped file, checked."""
    return validate(load_document(SHIPPED), AlternativesFile)


def table(
    indication: str,
    *,
    weeks: int = 8,
    prices: Mapping[tuple[str, str], tuple[int, str]] | None = None,
    language: Language = "en",
) -> Table:
    """Return what can be done for an indication, with price, time and evidence over some weeks.

    Parameters
    ----------
    indication
        One of the evidence cards'.
    weeks
        Time to compare over [w].
    prices
        The user's own by `(way, name)`: cents and where they are from.
    language
        Of titles and of the order's reason.

    Raises
    ------
    InputError
        If there is no such indication, or the weeks cannot be.
    """
    if indication not in INDICATIONS:
        raise InputError.one(
            "alternatives",
            "unknown-indication",
            f"{indication!r} is unknown; allowed are {', '.join(INDICATIONS)}",
            path="indication",
            hint="Choose one of these.",
        )
    if not 1 <= weeks <= 520:
        raise InputError.one(
            "alternatives", "out-of-range", f"{weeks} weeks; allowed are 1 to 520", path="weeks"
        )
    own = prices or {}
    shipped = content()
    rows = [
        _row(way, indication, weeks, own, language)
        for way in shipped.ways
        if indication in way.indications
    ]
    claims = [one for one in shipped.claims if indication in one.indications]
    notes = [
        "Findings are of different people and measures: they do not add up to an order of merit.",
        "A grade says how sure the evidence is, not how much a way helps.",
    ]
    notes += [one.text for one in shipped.notes if indication in one.indications]
    if any(one.mark == "assumed" for row in rows for one in row.prices):
        notes.append("Prices marked assumed are examples: enter your own.")
    return Table(
        indication,
        weeks,
        getattr(shipped.order.text, language),
        shipped.order.source,
        tuple(sorted(rows, key=lambda row: row.step)),
        tuple((one.text, one.source, one.careful) for one in claims),
        tuple(notes),
    )


def _row(
    way: Way,
    indication: str,
    weeks: int,
    own: Mapping[tuple[str, str], tuple[int, str]],
    language: Language,
) -> Row:
    """Return the row of one way."""
    total = 0.0
    parts: list[Priced] = []
    visits = way.visits_a_week.value if way.visits_a_week else 0.0
    for one in way.prices:
        entered = own.get((way.code, one.name))
        cents, source = entered or (one.cents, one.source)
        total += cents * times(one, weeks, visits)
        title = getattr(one.title, language)
        parts.append(Priced(title, cents, one.every, "entered" if entered else one.mark, source))
    graded = next((one for one in way.grades if indication in one.indications), None)
    return Row(
        code=way.code,
        title=getattr(way.title, language),
        step=way.step,
        cents=round(total),
        prices=tuple(parts),
        hours=way.minutes_a_week.value * weeks / 60.0,
        time_mark=way.minutes_a_week.mark,
        adherence=(way.adherence.text, way.adherence.mark, way.adherence.source),
        grade=graded.grade if graded else "U",
        graded=graded.claim if graded else "nothing was found that shows that it works for this",
        found=tuple(
            (one.text, one.mark, one.source) for one in way.found if indication in one.indications
        ),
        careful=way.careful,
    )


def times(price: PriceInput, weeks: int, visits_a_week: float) -> float:
    """Return how often a price is paid within some weeks."""
    match price.every:
        case "once":
            return -(-weeks // price.lasts_weeks) if price.lasts_weeks else 1
        case "visit":
            return weeks * visits_a_week
        case "week":
            return weeks
        case _:
            return weeks / WEEKS_A_MONTH
