"""Rows about fluid: filtration, lymph, swelling and courses, on the slow scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.twin.fluid import swelling
from openpresso.twin.validation.outcome import Curves, NotYet, Outcome, line

if TYPE_CHECKING:
    from openpresso.twin.fluid.days import Span

REPEATED: Final[Mapping[str, str]] = {
    "8": "fluid_pressure_share", "9": "fluid_heads", "20": "filtration_coefficient",
    "21": "working_day", "23": "sitting", "25": "tissue_pressure_rise", "26": "lymph_flow",
    "27": "terminal_lymphatics", "28": "one_session", "30": "month", "31": "at_home", "32": "kept",
}  # fmt: skip
"""Function of `openpresso.twin.fluid.swelling` that repeats each row."""
LEAST_REDUCTION: Final = 22.5
"""Reduction below which there is nothing that could be kept [% of the excess volume]: half of the
45 % that were published."""
HOLDS: Final = (5, 20, 50)
"""[s]"""


def values(number: str, **arguments: object) -> Mapping[str, float]:
    """Return our values of a row of the slow scale, by the quantities' names."""
    repeated: Callable[..., Mapping[str, float]] | None
    repeated = getattr(swelling, REPEATED[number], None)
    if repeated is None:
        raise NotYet(f"the slow scale does not repeat it: {REPEATED[number]} is missing")
    found: Mapping[str, float] = repeated(**arguments)
    return found


def repeat(number: str, seed: int) -> Outcome:  # noqa: ARG001 -- only the cohort draws
    """Repeat a row that has no curve."""
    return Outcome(values(number))


def row_9(seed: int) -> Outcome:  # noqa: ARG001
    """Free-fluid pressure above rest after holds of each length."""
    found = values("9")
    return Outcome(
        found,
        Curves(
            "time for which the pressure is held [s]",
            "fluid pressure above rest [mmHg]",
            tuple(
                line(
                    (0, *HOLDS),
                    (0.0, *(found[f"head_{pressure}_{hold}"] for hold in HOLDS)),
                    f"{pressure} mmHg",
                )
                for pressure in (50, 80, 120)
            ),
            ((30.0, "30 mmHg"),),
        ),
    )


def grown(spans: tuple[Span, ...], lower: bool) -> tuple[list[float], list[float]]:
    """Follow a healthy leg from waking: hours, and more fluid in the leg or lower leg [mL]."""
    from openpresso.twin.fluid import days
    from openpresso.twin.fluid import state as fluid

    one = swelling.leg()
    state = start = days.settle_into(one.tissue)
    part = one.lower if lower else np.ones_like(one.lower)
    hours, gained = [0.0], [0.0]
    for span in spans:
        load = days.load_of(one.tissue, span)
        for _ in range(2):
            state, _ = fluid.advance(one.tissue, state, load, 30.0 * span.hours)
            hours.append(hours[-1] + 0.5 * span.hours)
            gained.append(float((state.fluid - start.fluid)[part].sum()))
    return hours, gained


def row_21(seed: int) -> Outcome:  # noqa: ARG001
    """Seven hours of work upright: more volume of the lower leg."""
    found = values("21")
    hours, gained = grown(swelling.WORK, lower=True)
    return Outcome(
        found,
        Curves(
            "time from waking [h]",
            "more volume of the lower leg [mL]",
            (line(hours, gained, "the twin"),),
            ((62.4, "published, lower"), (94.4, "published, upper")),
        ),
    )


def row_23(seed: int) -> Outcome:  # noqa: ARG001
    """Two and a half hours of sitting: more fluid in the whole leg."""
    from openpresso.twin.fluid.days import Span

    found = values("23")
    hours, gained = grown(tuple(Span(0.25, "sitting") for _ in range(10)), lower=False)
    return Outcome(
        found,
        Curves(
            "time sitting [h]",
            "more fluid in the leg [mL]",
            (line(hours, gained, "the twin"),),
            ((91.5, "published"),),
        ),
    )


def row_31(seed: int) -> Outcome:
    """Course at home in a cohort: mean change and responders."""
    return Outcome(values("31", seed=31 + seed))


def row_32(seed: int) -> Outcome:  # noqa: ARG001
    """Share of the reduction kept, of a day of pumping that takes something out at all."""
    found = values("32")
    if found.get("reduction", 100.0) < LEAST_REDUCTION:
        found = {"kept": float("nan"), "relapse": float("nan")}
    return Outcome(found)


row_8, row_20, row_25, row_26, row_27, row_28, row_30 = (
    partial(repeat, number) for number in ("8", "20", "25", "26", "27", "28", "30")
)
