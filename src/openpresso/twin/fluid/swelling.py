"""What was measured of swelling and lymph, repeated on the slow scale; one function for each row.

Each returns our values by the names of the quantities in the rows that the twin is held against.
No figure was chosen for the rows that are held out (23, 25, 28, 30, 31), but they had been run
before the last ones were set: docs/explanation/fluid.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openpresso import cuff
from openpresso.twin import limb, parameters
from openpresso.twin.fluid import balance, days, interstitium, loads, lymph
from openpresso.twin.fluid import state as fluid
from openpresso.twin.fluid.days import Course
from openpresso.twin.fluid.interstitium import Array, Tissue, figures
from openpresso.twin.fluid.loads import Cycle
from openpresso.twin.fluid.state import State

CUFF: Final = "leg-8"
WORK: Final = tuple(days.Span(0.5, posture) for posture in ("standing", "sitting") * 7)
"""Seven hours, half of them standing and half sitting (assumed)."""
COARSE: Final = 20.0
"""Step between sessions where months are followed [min]."""
BANDAGE: Final = 30.0
STOCKING: Final = 20.0
"""Pressure of bandages, worn day and night, and of stockings, worn by day [mmHg] (assumed)."""


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """The nominal leg with the segments that count as lower leg, ankle and thigh."""

    tissue: Tissue
    lower: NDArray[np.bool_]
    ankle: NDArray[np.bool_]
    thigh: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A cycle made up of perfect rectangles, where the fast scale is not at hand: a `Cycle`."""

    duration: float
    interface: Array
    tissue: Array
    tissue_peak: Array
    held: Array
    above: Array
    venous: Array
    ejected: float = 30.0


def leg(condition: str = "healthy") -> Leg:
    """Return the nominal leg under the leg cuff of eight chambers."""
    worn = cuff.load(CUFF)
    zones = np.array([chamber.zone for chamber in worn.chambers])
    return Leg(
        tissue=interstitium.tissue_under(worn, limb.under(worn, "standing"), condition),
        lower=np.isin(zones, ["foot", "ankle", "calf"]),
        ankle=np.isin(zones, ["foot", "ankle"]),
        thigh=zones == "thigh",
    )


def sequence(
    pressure: float, hold: float, segments: int = 8, *, rest: float | None = None
) -> Sequence:
    """Return an ideal fill-and-hold sequence, lying: each chamber stays up until the end.

    Parameters
    ----------
    pressure
        In every chamber [mmHg].
    hold
        From one chamber to the next [s].
    segments
        Number of chambers.
    rest
        Time without pressure at the end [s]; one hold if it is not given.
    """
    known = figures()
    skin = known.skin_share * pressure
    peak = np.full(segments, known.deep_share * skin)
    held = hold * np.arange(segments, 0, -1.0)
    duration = float(hold * segments + (hold if rest is None else rest))
    mean = peak * held / duration
    return Sequence(
        duration=duration,
        interface=skin * held / duration,
        tissue=mean,
        tissue_peak=peak,
        held=np.where(peak > known.threshold, held, 0.0),
        above=np.where(peak > known.lymph_pump, held / duration, 0.0),
        venous=np.maximum(known.large_veins, mean),
    )


def fluid_pressure_share(pressure: float = 120.0, hold: float = 50.0) -> dict[str, float]:
    """Row 8: fluid pressure over that of the first chamber, at the end of a sequence [%]."""
    one = leg("lymphoedema")
    state = days.settle_into(one.tissue)
    own = interstitium.pressure(one.tissue, state.fluid, state.bound)
    plateau = one.tissue.share * figures().skin_share * pressure
    head = lymph.head_reached(plateau, np.asarray(8.0 * hold), one.tissue.lag)
    return {"share": float(100.0 * (head + own[0]) / pressure)}


def fluid_heads() -> dict[str, float]:
    """Row 9: free-fluid pressure above rest in lymphoedema by chamber pressure and hold [mmHg].

    What was published: no hold of 5 or 20 s passed 30 mmHg, and holds of 50 s could. For which of
    the three pressures they did, the abstract does not say.
    """
    tissue = leg("lymphoedema").tissue
    return {
        f"head_{pressure}_{hold}": float(
            lymph.head_reached(tissue.share * pressure, np.asarray(float(hold)), tissue.lag)
        )
        for hold in (5, 20, 50)
        for pressure in (50, 80, 120)
    }


def filtration_coefficient(
    step: float = 8.0, steps: int = 4, minutes: float = 5.0
) -> dict[str, float]:
    """Row 20: slope of filtration over venous pressure [1e-3 mL/(100 mL min mmHg)].

    A thigh cuff raises venous pressure by `step` [mmHg] every so many `minutes`; filtration is read
    in the second half of each step, and a line is fitted.
    """
    tissue = leg().tissue
    calm = loads.resting(tissue, "supine")
    state = balance.settled(tissue, calm)
    felt = 1.0 - figures().arteriolar_share
    rates = []
    for number in range(1, steps + 1):
        load = replace(calm, capillary=calm.capillary + felt * step * number)
        state, _ = fluid.advance(tissue, state, load, 0.5 * minutes)
        after, _ = fluid.advance(tissue, state, load, 0.5 * minutes)
        rates.append(float((after.fluid - state.fluid).sum()) / (0.5 * minutes))
        state = after
    slope = float(np.polyfit(step * np.arange(1, steps + 1), rates, 1)[0])
    return {"coefficient": slope / float(tissue.volume.sum()) * 100.0 * 1e3}


def working_day() -> dict[str, float]:
    """Row 21: more volume of the lower leg after seven hours of work upright [mL]."""
    one = leg()
    found = {"swelling": _gain(one, WORK, one.lower)}
    for posture in ("standing", "sitting"):
        found[posture] = _gain(one, (days.Span(7.0, posture),), one.lower)
    return found


def sitting() -> dict[str, float]:
    """Row 23: more fluid in the whole leg after 150 min of sitting [mL]."""
    one = leg()
    return {"fluid": _gain(one, (days.Span(2.5, "sitting"),), one.lower | True)}


def tissue_pressure_rise() -> dict[str, float]:
    """Row 25: tissue pressure of foot and ankle after an hour sitting less one lying [mmHg]."""
    one = leg()
    found = []
    for posture in ("sitting", "supine"):
        load = loads.resting(one.tissue, posture)
        state, _ = fluid.advance(one.tissue, days.settle_into(one.tissue), load, 60.0)
        found.append(interstitium.pressure(one.tissue, state.fluid, state.bound)[one.ankle].mean())
    return {"rise": float(found[0] - found[1])}


def lymph_flow(venous: float = 20.0, minutes: float = 30.0) -> dict[str, float]:
    """Row 26: change of lymph flow after a while of venous stasis, and of cycling [%].

    Parameters
    ----------
    venous
        Rise of venous pressure in stasis [mmHg] (assumed).
    minutes
        Length of both; flow is read in the last third (assumed).
    """
    tissue = leg().tissue
    calm = loads.resting(tissue, "supine")
    state = balance.settled(tissue, calm)
    stasis = loads.resting(tissue, "supine", "stasis")
    felt = (1.0 - figures().arteriolar_share) * venous
    acting = {
        "rest": calm,
        "stasis": replace(stasis, capillary=stasis.capillary + felt),
        "cycling": loads.resting(tissue, "supine", "cycling"),
    }
    flow = {}
    for name, load in acting.items():
        reached, _ = fluid.advance(tissue, state, load, 2.0 * minutes / 3.0)
        flow[name] = float(fluid.advance(tissue, reached, load, minutes / 3.0)[1].drained.sum())
    return {name: 100.0 * (flow[name] / flow["rest"] - 1.0) for name in ("stasis", "cycling")}


def terminal_lymphatics(minutes: float = 60.0) -> dict[str, float]:
    """Row 27: lymph flow under a cyclic 30 and a steady 45 mmHg over that under none [-]."""
    tissue = leg().tissue
    state = balance.settled(tissue, loads.resting(tissue, "supine"))
    at_30 = replace(
        loads.worn(tissue, "supine", 30.0),
        massage=lymph.massage(np.full(tissue.shape, 30.0), 2.0),
    )
    acting = {0: loads.resting(tissue, "supine"), 30: at_30, 45: loads.worn(tissue, "supine", 45.0)}
    flow = {
        at: float(fluid.advance(tissue, state, load, minutes)[1].drained.sum())
        for at, load in acting.items()
    }
    return {"at_30": flow[30] / flow[0], "at_45": flow[45] / flow[0]}


def one_session(averages: Cycle | None = None, minutes: float = 45.0) -> dict[str, float]:
    """Row 28: change of thigh and lower leg in one session in lymphoedema, without blood [%].

    Padding spreads pressure in a way that the slow scale does not know: its values are the same.

    Parameters
    ----------
    averages
        Of the program; an ideal sequence of 80 mmHg and 50 s without one.
    minutes
        Length of the session.
    """
    one = leg("lymphoedema")
    cycle = sequence(80.0, 50.0) if averages is None else averages
    course = Course(sessions=1, minutes=minutes)
    followed = days.follow_course(one.tissue, course, cycle, after=0)
    before, after = followed.before[0], followed.after[0]
    found = {
        name: float(100.0 * (after[part].sum() / before[part].sum() - 1.0))
        for name, part in (("thigh", one.thigh), ("lower_leg", one.lower))
    }
    return found | {f"{name}_padded": value for name, value in found.items()}


def healthy_session(averages: Cycle | None = None, minutes: float = 30.0) -> dict[str, float]:
    """Change in one session of a healthy leg: of its fluid, and of blood that soon returns [mL]."""
    one = leg()
    cycle = sequence(60.0, 10.0) if averages is None else averages
    followed = days.follow_course(one.tissue, Course(sessions=1, minutes=minutes), cycle, after=0)
    moved = float((followed.after[0] - followed.before[0]).sum())
    return {"fluid": moved, "blood": -float(followed.emptied[0])}


def month(
    high: Cycle | None = None, low: Cycle | None = None, *, bandage: float = BANDAGE
) -> dict[str, float]:
    """Row 30: what a month of sessions adds to other care, at 120 and at 60 mmHg.

    Twenty sessions of 45 min in 28 days, every leg in bandages day and night (assumed).

    Parameters
    ----------
    high, low
        Averages of the programs; ideal sequences of 50 s without them.
    bandage
        Pressure that all wear [mmHg].
    """
    tissue = leg("lymphoedema").tissue
    state = days.settle_into(tissue)
    care = days.garmented(bandage, nights=True)
    course = Course(sessions=20, every=1.4, minutes=45.0)
    lost = {}
    arms = {"high": high or sequence(120.0, 50.0), "low": low or sequence(60.0, 50.0), "none": None}
    for name, cycle in arms.items():
        followed = days.follow_course(
            tissue, course, cycle, care, after=0, state=state, step=COARSE
        )
        lost[name] = -float(followed.percent()[-1])
    effect = lost["high"] - lost["none"]
    share = (lost["low"] - lost["none"]) / effect if effect != 0.0 else np.inf
    return {
        "gain": lost["high"] - lost["low"],
        "share": float(100.0 * share),
        **{f"lost_{name}": value for name, value in lost.items()},
    }


def at_home(
    averages: Cycle | None = None, people: int = 196, weeks: int = 8, seed: int = 31
) -> dict[str, float]:
    """Row 31: a cohort with lymphoedema that uses a pump daily for an hour (assumed) at home.

    Filtration varies by 30 %, lymph by 50 % between legs, within the ranges of their figures; those
    swollen by 5 to 150 % are kept.

    Parameters
    ----------
    averages
        Of the program; an ideal sequence of 80 mmHg and 50 s without one.
    people, weeks, seed
        Size of the cohort, length of the course, and seed.
    """
    tissue, state = lymphoedematous(people, seed)
    cycle = sequence(80.0, 50.0) if averages is None else averages
    course = Course(sessions=7 * weeks, every=1.0, minutes=60.0)
    followed = days.follow_course(tissue, course, cycle, after=0, state=state)
    percent = followed.percent()[-1]
    return {
        "change": float(percent.mean()),
        "volume": float(followed.change()[-1].mean()),
        "responders": float(100.0 * np.mean(percent < -10.0)),
        "p5": float(np.percentile(percent, 5.0)),
        "p95": float(np.percentile(percent, 95.0)),
    }


def lymphoedematous(people: int, seed: int) -> tuple[Tissue, State]:
    """Return a cohort of nominal legs with lymphoedema, and where their days have brought them."""
    nominal = leg("lymphoedema").tissue
    chance = np.random.default_rng(seed)
    found = parameters.load("fluid")

    def factors(name: str, spread: float) -> Array:
        one = found[f"lymphoedema.{name}"]
        drawn = one.value * chance.lognormal(0.0, np.sqrt(np.log1p(spread**2)), 4 * people)
        return np.clip(drawn, one.low, one.high)

    filters, drains = factors("filtration", 0.3), factors("lymph", 0.5)

    def legs(chosen: NDArray[np.intp]) -> Tissue:
        return interstitium.tissue(
            nominal.volume,
            nominal.length,
            nominal.height,
            "lymphoedema",
            filtration=filters[chosen, None],
            lymph=drains[chosen, None],
        )

    everybody = legs(np.arange(4 * people))
    mean = loads.blended([(one.hours, days.load_of(everybody, one)) for one in days.ORDINARY_DAY])
    swollen = balance.settled(everybody, mean).volume(everybody).sum(axis=-1)
    excess = swollen / nominal.volume.sum() - 1.0
    cohort = legs(np.flatnonzero((excess > 0.05) & (excess < 1.5))[:people])
    return cohort, days.settle_into(cohort)


def kept(averages: Cycle | None = None, hours: float = 24.0) -> dict[str, float]:
    """Row 32: what is left of the reduction by a day of pumping, with stockings and without [%].

    Returns the share kept at 90 days and lost at 28 days with stockings by day, and the same
    without (`bare_kept`, `bare_relapse`).
    """
    tissue = leg("lymphoedema").tissue
    state = days.settle_into(tissue)
    cycle = sequence(120.0, 50.0) if averages is None else averages
    pumped, _ = fluid.advance(
        tissue, state, loads.under_cuff(tissue, cycle, "supine"), 60.0 * hours
    )
    start = float(state.volume(tissue).sum())
    reduction = start - float(pumped.volume(tissue).sum())
    found = {"reduction": 100.0 * reduction / (start - float(tissue.volume.sum()))}
    for name, day in (("", days.garmented(STOCKING)), ("bare_", days.ORDINARY_DAY)):
        later = days.follow_days(tissue, 90, day, pumped, COARSE).mornings.sum(axis=-1)
        found[f"{name}kept"] = float(100.0 * (start - later[90]) / reduction)
        found[f"{name}relapse"] = float(100.0 * (1.0 - (start - later[28]) / reduction))
    return found


def _gain(one: Leg, spans: tuple[days.Span, ...], part: NDArray[np.bool_]) -> float:
    """Gain of some segments from waking through spans [mL]."""
    state = start = days.settle_into(one.tissue)
    for span in spans:
        load = days.load_of(one.tissue, span)
        state, _ = fluid.advance(one.tissue, state, load, 60.0 * span.hours)
    return float((state.fluid - start.fluid)[part].sum())
