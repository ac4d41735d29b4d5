"""Programs of every kind for the property tests, and the cuffs they meet."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Literal

from hypothesis import strategies as st

from openpresso import cuff as cuffs
from openpresso.cuff.model import Cuff, Limb
from openpresso.program.model import (
    ByZone,
    Direction,
    Evidence,
    Fit,
    Gradient,
    LegUse,
    Order,
    OrderEntry,
    PatternName,
    PerChamber,
    PhasePlan,
    Program,
    Pulses,
    RampUp,
    Rest,
    RestKind,
    Source,
    Spacing,
    Target,
    Uniform,
)

CUFFS = ("leg-4", "leg-8", "leg-12", "calf-3", "arm-8")
DIRECTIONS: tuple[Direction, ...] = (
    "distal-to-proximal", "proximal-to-distal", "zone-by-zone", "all-at-once",
)  # fmt: skip
RESTS: tuple[RestKind, ...] = ("fixed", "waits-for-refill")
LEVELS: tuple[Literal["vent", "zero", "gradient"], ...] = ("vent", "zero", "gradient")
PATTERNS: tuple[PatternName, ...] = ("cumulative", "wave", "pulse", "pulse-and-hold")
SPACINGS: tuple[Literal["overlap", "stagger", "sweep"], ...] = ("overlap", "stagger", "sweep")
LEG_USES: tuple[LegUse, ...] = ("together", "alternating", "one")


@cache
def cuff(name: str) -> Cuff:
    return cuffs.load(name)


def times(low: float, high: float) -> st.SearchStrategy[float]:
    return st.integers(int(low * 20), int(high * 20)).map(lambda ticks: ticks / 20.0)


def pressures(low: float = 0.0, high: float = 90.0) -> st.SearchStrategy[float]:
    return st.integers(int(low * 2), int(high * 2)).map(lambda halves: halves / 2.0)


@st.composite
def targets(draw: st.DrawFn, on: Cuff) -> Target:
    kind = draw(st.sampled_from(["uniform", "per-chamber", "gradient", "zones"]))
    if kind == "uniform":
        return Uniform(draw(pressures()))
    if kind == "per-chamber":
        each = st.one_of(st.none(), pressures())
        values = draw(st.lists(each, min_size=on.n_chambers, max_size=on.n_chambers))
        values[0] = 40.0 if values[0] is None else values[0]
        return PerChamber(tuple(values))
    if kind == "gradient":
        distal = draw(pressures(20.0))
        return Gradient(distal, draw(pressures(0.0, 10.0)), draw(pressures(0.0, 20.0)))
    zones = sorted({chamber.zone for chamber in on.chambers})
    chosen = draw(st.lists(st.sampled_from(zones), min_size=1, unique=True))
    return ByZone(tuple((zone, draw(pressures())) for zone in chosen))


@st.composite
def orders(draw: st.DrawFn, on: Cuff) -> Order:
    kind = draw(st.sampled_from(["direction", "numbers", "groups"]))
    if kind == "direction":
        return Order(draw(st.sampled_from(DIRECTIONS)))
    numbers = draw(st.permutations(range(1, on.n_chambers + 1)))
    kept = numbers[: draw(st.integers(1, len(numbers)))]
    if kind == "numbers":
        return Order(None, tuple(kept))
    cut = draw(st.integers(0, len(kept)))
    together: tuple[OrderEntry, ...] = (tuple(kept[:cut]),) if cut else ()
    return Order(None, (*together, *kept[cut:]))


@st.composite
def rests(draw: st.DrawFn) -> Rest:
    level = draw(st.sampled_from(LEVELS))
    kind = draw(st.sampled_from(RESTS))
    distal = draw(pressures(1.0, 20.0)) if level == "gradient" else 0.0
    return Rest(draw(times(0.5, 20.0)), kind, level, distal)


@st.composite
def phases(draw: st.DrawFn, on: Cuff, name: str, duration: float | None) -> PhasePlan:
    pattern = draw(st.sampled_from(PATTERNS))
    rise = draw(st.one_of(st.none(), times(0.0, 6.0)))
    if rise is None:
        spacing = Spacing("sweep", (draw(times(80.0, 120.0)),))
    else:
        kind = draw(st.sampled_from(SPACINGS))
        span = {"overlap": times(0.0, 2.0), "stagger": times(0.0, 8.0), "sweep": times(30.0, 90.0)}
        spacing = Spacing(kind, (draw(span[kind]),))
    pulses = Pulses()
    if pattern.startswith("pulse"):
        dip = draw(st.sampled_from([0.0, 0.3, 0.6]))
        pulses = Pulses(draw(st.integers(1, 3)), draw(times(0.0, 1.0)), dip)
    return PhasePlan(
        name=name,
        pattern=pattern,
        target=draw(targets(on)),
        hold=draw(times(0.1, 4.0)),
        rest=draw(rests()),
        rise=rise,
        release=draw(times(0.0, 3.0)),
        duration=duration,
        order=draw(orders(on)),
        spacing=spacing,
        pulses=pulses,
    )


@st.composite
def programs(draw: st.DrawFn, on: Cuff, legs: LegUse | None = None) -> Program:
    plans = [draw(phases(on, "main", None))]
    if draw(st.booleans()):
        plans.insert(0, draw(phases(on, "before", draw(times(300.0, 400.0)))))
    ramp = RampUp(draw(st.integers(1, 4)), draw(st.sampled_from([0.25, 0.5, 1.0])))
    return program(
        *plans,
        legs=draw(st.sampled_from(LEG_USES)) if legs is None else legs,
        ramp_up=draw(st.sampled_from([None, ramp])),
        limbs=(on.limb,),
        duration=draw(times(800.0, 1200.0)),
    )


def program(
    *plans: PhasePlan,
    limbs: tuple[Limb, ...] = ("leg",),
    duration: float = 600.0,
    legs: LegUse = "together",
    ceiling: float = 100.0,
    ramp_up: RampUp | None = None,
    fit: Fit | None = None,
) -> Program:
    """Return a program with these phases."""
    return Program(
        name="made-here",
        version=1,
        title="Made here",
        purpose="For a test.",
        duration=duration,
        ceiling=ceiling,
        legs=legs,
        fit=fit or Fit(limbs, 1, 64),
        phases=plans,
        evidence=Evidence("U", "None.", "Nothing.", ("Everything.",)),
        sources=(Source("All.", "memory", "Nobody"),),
        ramp_up=ramp_up,
    )


def phase(**changes: Any) -> PhasePlan:  # noqa: ANN401 -- the fields of a plan
    """Return a plain phase; `changes` replace its fields."""
    plain = PhasePlan(
        name="main",
        pattern="cumulative",
        target=Gradient(50.0, 5.0, 15.0),
        hold=5.0,
        rest=Rest(10.0),
        rise=8.0,
        release=3.0,
    )
    return replace(plain, **changes)
