"""Rows about fluid: filtration, lymph, swelling and courses, on the slow scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso import cuff
from openpresso.twin.averages import PERIOD, REST, TICKS, Averages, averaged
from openpresso.twin.fluid import swelling
from openpresso.twin.limb import under
from openpresso.twin.people.person import person
from openpresso.twin.twin import Twin
from openpresso.twin.validation.outcome import Curves, Outcome, line

if TYPE_CHECKING:
    from openpresso.twin.fluid.days import Span

REPEATED: Final[Mapping[str, Callable[..., Mapping[str, float]]]] = {
    "8": swelling.fluid_pressure_share, "9": swelling.fluid_heads,
    "20": swelling.filtration_coefficient, "21": swelling.working_day, "23": swelling.sitting,
    "25": swelling.tissue_pressure_rise, "26": swelling.lymph_flow,
    "27": swelling.terminal_lymphatics, "28": swelling.one_session, "30": swelling.month,
    "31": swelling.at_home, "32": swelling.kept,
}  # fmt: skip
"""What repeats each row on the slow scale."""
LEAST_REDUCTION: Final = 22.5
"""Reduction below which there is nothing that could be kept [% of the excess volume]: half of the
45 % that were published."""
HOLDS: Final = (5, 20, 50)
"""[s]"""


def values(number: str, **arguments: object) -> Mapping[str, float]:
    """Return our values of a row of the slow scale, by the quantities' names."""
    return REPEATED[number](**arguments)


@cache
def pumped(pressure: float, seed: int) -> Averages:
    """Averages of a sequence that fills and holds, on the twin of a leg with lymphoedema, lying.

    Each of the eight chambers stays at `pressure` [mmHg] from its turn on, 50 s after that of the
    one below it; at the end all are vented for 50 s.
    """
    worn = cuff.load(swelling.CUFF)
    turn = round(HOLDS[-1] / PERIOD)
    number, time = np.arange(worn.n_chambers), np.arange((worn.n_chambers + 1) * turn) // turn
    up = (time[:, None] >= number) & (time[:, None] < worn.n_chambers)
    asked = np.where(up, pressure, np.nan)[:, None, :]
    swollen = person(sex="female", condition="lymphoedema")
    twin = Twin([worn], "supine", seed, [under(worn, "supine", swollen)])
    twin.follow(np.full((round(REST / PERIOD), 1, worn.n_chambers), np.nan), 0.0, TICKS)
    rest = twin.observed(0)
    for _ in range(2):
        twin.look_anew()
        twin.follow(asked, worn.max_pressure, TICKS)
    return averaged(twin.observed(0), rest)


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


def row_28(seed: int) -> Outcome:
    """One session: change of thigh and lower leg."""
    return Outcome(values("28", averages=pumped(80.0, seed)))


def row_30(seed: int) -> Outcome:
    """Repeat a month at 120 mmHg, at 60 mmHg and without."""
    return Outcome(values("30", high=pumped(120.0, seed), low=pumped(60.0, seed)))


def row_31(seed: int) -> Outcome:
    """Course at home in a cohort: mean change and responders."""
    return Outcome(values("31", averages=pumped(80.0, seed), seed=31 + seed))


def row_32(seed: int) -> Outcome:
    """Share of the reduction kept, of a day of pumping that takes something out at all."""
    found = values("32", averages=pumped(120.0, seed))
    if found.get("reduction", 100.0) < LEAST_REDUCTION:
        found = {"kept": float("nan"), "relapse": float("nan")}
    return Outcome(found)


row_8, row_20, row_25, row_26, row_27 = (
    partial(repeat, number) for number in ("8", "20", "25", "26", "27")
)
