"""Entry guards: what looks like a slip is asked about, never refused and never corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpresso.clinic.measures import slips
from openpresso.clinic.measures.girths import SAME, Girths
from openpresso.clinic.measures.guard_file import guards
from openpresso.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from openpresso.clinic.measures.kind import Measure


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be asked.

    Parameters
    ----------
    key
        What confirms it: the guard, and the height where there is one (`transposed@20`).
    guard, path
        Which guard, and the place in the entry.
    texts
        The question by language.
    """

    key: str
    guard: str
    path: str
    texts: Mapping[str, str]


def ask(guard: str, path: str, *, at: str = "", **words: object) -> Question:
    """Return a guard's question with its figures filled in."""
    shown = {name: f"{one:.4g}" if isinstance(one, float) else one for name, one in words.items()}
    texts = {language: text.format(**shown) for language, text in guards()[guard].questions.items()}
    return Question(f"{guard}@{at}" if at else guard, guard, path, texts)


def of_value(measure: Measure, value: float, last: tuple[float, float] | None) -> list[Question]:
    """Return what is to be asked about a headline value.

    Parameters
    ----------
    measure
        The kind.
    value
        The value.
    last
        The reading before it on the same side, and how long ago that was [d]; None: the first.
    """
    low, high = measure.plausible
    found = []
    if not low <= value <= high:
        found.append(
            ask("implausible", "value", value=value, unit=measure.unit, low=low, high=high)
        )
    pace = measure.pace
    if last is not None and pace is not None:
        before, days = last
        allowed = pace.allowance + pace.per_day * days
        if abs(value - before) > allowed * (before if pace.relative else 1.0):
            unit = measure.unit
            found.append(
                ask("too-fast", "value", value=value, unit=unit, expected=before, days=days)
            )
    return found


def of_girths(
    now: Girths, last: Girths | None, other: Girths | None, *, side: str
) -> list[Question]:
    """Return what is to be asked about girths.

    Parameters
    ----------
    now
        The girths.
    last, other
        The last series of the same leg and of the other one; None: there is none.
    side
        The leg, `left` or `right`.
    """
    last, other = (one if one and _same_heights(now, one) else None for one in (last, other))
    found: list[Question] = []
    for slip in slips.find(now, last):
        place = f"{now.heights[slip.index]:g} cm"
        words: dict[str, object] = {
            "value": slip.value,
            "expected": slip.expected,
            "swapped": slip.expected,
            "unit": "cm",
            "place": place,
        }
        path = f"detail.points[{slip.index}]"
        found.append(ask(slip.guard, path, at=f"{now.heights[slip.index]:g}", **words))
    if last and other and slips.fits_better(now, last, other):
        sides = {"side": side, "other": "left" if side == "right" else "right"}
        found.append(ask("wrong-side", "side", **sides))
    if last:
        for what in ("position", "tape"):
            before, after = getattr(last, what), getattr(now, what)
            if before != after:
                words = {"what": what, "before": before or "-", "after": after or "-"}
                found.append(ask("other-conditions", f"detail.{what}", at=what, **words))
    return found


def _same_heights(one: Girths, other: Girths) -> bool:
    """Whether two series were taken at the same heights, so that they can be compared."""
    return len(one.heights) == len(other.heights) and all(
        abs(a - b) <= SAME for a, b in zip(one.heights, other.heights, strict=True)
    )


def settle(questions: Sequence[Question], confirmed: Collection[str]) -> list[dict[str, str]]:
    """Return what was confirmed, as it is kept with the measurement.

    Parameters
    ----------
    questions
        What is to be asked.
    confirmed
        Keys that a person has said yes to.

    Raises
    ------
    InputError
        With one diagnostic for each question that nobody has answered.
    """
    open_ones = [one for one in questions if one.key not in confirmed]
    if open_ones:
        raise InputError(
            "measurement",
            [
                Diagnostic(
                    "error",
                    one.guard,
                    one.path,
                    one.texts["en"],
                    f"Correct the entry, or confirm it with {one.key!r}.",
                )
                for one in open_ones
            ],
        )
    return [{"key": one.key, "question": one.texts["en"]} for one in questions]
