"""What a built cuff must be rated for, computed from the catalog and docs/build/ratings.yaml."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from openpresso.cuff.controller import FROZEN_TICKS, TICK
from openpresso.cuff.model import Chamber, Cuff, Valve
from openpresso.cuff.volume import ATMOSPHERE, free_air
from openpresso.law.registers import BLOCKS, MOST_CHAMBERS, REGISTERS, TYPES

FOLDER: Final = Path(__file__).parents[1] / "docs" / "build"
BAR: Final = 750.062
"""One bar [mmHg]."""
KILOPASCAL: Final = 7.50062
"""One kilopascal [mmHg]."""
WATER: Final = 0.99821
"""Pressure of 1 cm of water at 20 degC [cmH2O]."""
CONVENTIONAL: Final = 1.35951
"""One mmHg [cmH2O]."""


def load(name: str) -> Any:  # noqa: ANN401 -- YAML holds what it holds; the tests look at it
    """Return what a file of docs/build says."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Ratings:
    """The file `ratings.yaml`."""

    figures: Mapping[str, float]
    coils: Sequence[Mapping[str, float]]
    sizes: Mapping[str, Sequence[float]]

    @classmethod
    def read(cls) -> Ratings:
        """Return what the file says."""
        data = load("ratings.yaml")
        figures = {name: float(figure["value"]) for name, figure in data["figures"].items()}
        return cls(figures, data["coils"]["classes"], data["sizes"])

    def coil(self, valve: Valve) -> float:
        """Return the power of a valve's coil [W]."""
        fitting = [one["power"] for one in self.coils if valve.conductance <= one["up_to"]]
        if not fitting:
            raise ValueError(
                f"ratings.yaml: coils.classes has none for {valve.conductance} dm3/(s bar), "
                f"the largest is up to {self.coils[-1]['up_to']}; add a class with its coil power"
            )
        return fitting[0]

    def size(self, kind: str, least: float) -> float:
        """Return the smallest size that is made and is at least `least`."""
        fitting = [size for size in self.sizes[kind] if size >= least]
        if not fitting:
            raise ValueError(f"ratings.yaml: sizes.{kind} has none of at least {least:.4g}")
        return fitting[0]


@dataclass(frozen=True, slots=True)
class Air:
    """The pneumatic ratings of one cuff."""

    relief: float
    """Pressure at which the relief valve opens [mmHg]."""
    full_flow: float
    """Highest pressure at which the relief valve passes all that the pump gives [mmHg]."""
    pump_flow: float
    """What the pump gives at the opening pressure, at full duty [mL/s]."""
    relief_conductance: float
    """Sonic conductance to ask of the relief valve [dm3/(s bar)]."""
    bladder: float
    """Least rating of the bladders [mmHg]."""
    chamber_bore: float
    """Bore of the hose to each chamber [mm]."""
    vent: float
    """Longest time of a chamber from 60 to 20 mmHg through its exhaust alone [s]."""
    vent_limit: float
    """The same from the cuff's limit [s]."""


@dataclass(frozen=True, slots=True)
class Power:
    """The electrical ratings of one cuff."""

    valves: int
    """Valves of the chambers: one inlet and one exhaust each."""
    coil_currents: tuple[float, float, float]
    """Current of the coil of an inlet, an exhaust and the dump valve [mA]."""
    registers: int
    """Power shift registers of eight outputs."""
    large: bool
    """Whether they must be of the larger class."""
    valve_power: float
    """All coils at once, the dump valve's too [W]."""
    pump_power: float
    """Pump at its best point [W]."""
    total: float
    """Everything at once [W]."""
    current: float
    """The same [A]."""
    fuse: float
    """Slow-blow fuse [A]."""
    supply: float
    """Rated power of the supply [W]."""


def flow(conductance: float, critical_ratio: float, high: float, low: float = 0.0) -> float:
    """Return the flow of free air through a restriction after ISO 6358 [mL/s].

    Parameters
    ----------
    conductance
        Sonic conductance [dm3/(s bar)].
    critical_ratio
        Critical pressure ratio [-].
    high, low
        Gauge pressures before and after it [mmHg].
    """
    before, after = high + ATMOSPHERE, low + ATMOSPHERE
    part = max(after / before - critical_ratio, 0.0) / (1.0 - critical_ratio)
    return 1000.0 * conductance * before / BAR * math.sqrt(1.0 - part**2)


def pump_flow(cuff: Cuff, pressure: float) -> float:
    """Return what the pump gives against a pressure at full duty [mL/s]."""
    return max(cuff.pump.flow * (1.0 - pressure / cuff.pump.max_pressure), 0.0)


def area(conductance: float, ratings: Ratings) -> float:
    """Return the effective area of a valve [mm2]."""
    return ratings.figures["area_per_conductance"] * conductance


def orifice(conductance: float, ratings: Ratings) -> float:
    """Return the diameter of the orifice with a sonic conductance [mm]."""
    return math.sqrt(4.0 * area(conductance, ratings) / ratings.figures["discharge"] / math.pi)


def hose_conductance(bore: float, length: float) -> float:
    """Return the sonic conductance of a hose [dm3/(s bar)]; Beater 2007, from memory.

    C = 0.029 D^2 / sqrt(L / D^1.25 + 510), D and L in m, C in m3/(s Pa).
    """
    metres = bore / 1000.0
    slim = length / 100.0 / metres**1.25
    return 1e8 * 0.029 * metres**2 / math.sqrt(slim + 510.0)


def vent_time(chamber: Chamber, exhaust: Valve, high: float, low: float, steps: int = 200) -> float:
    """Return how long a chamber takes to empty through its exhaust alone [s].

    The air it gives up is that of its own volume; what the limb gives back is left out.
    """
    edges = [low + (high - low) * k / steps for k in range(steps + 1)]
    return exhaust.lag + sum(
        (float(free_air(chamber, b)) - float(free_air(chamber, a)))
        / flow(exhaust.conductance, exhaust.critical_ratio, (a + b) / 2.0)
        for a, b in itertools.pairwise(edges)
    )


def air(cuff: Cuff, ratings: Ratings) -> Air:
    """Return the pneumatic ratings of a cuff."""
    f = ratings.figures
    working = cuff.max_pressure * f["relief_working"]
    least = working / (1.0 - f["relief_tolerance"]) / (1.0 - f["relief_reseat"])
    relief = f["relief_step"] * math.ceil(least / f["relief_step"])
    full = relief * (1.0 + f["relief_rise"])
    given = pump_flow(cuff, relief)
    through = flow(1.0, f["relief_critical_ratio"], full)
    valve = max(cuff.inlet.conductance, cuff.exhaust.conductance)
    bores = [
        bore
        for bore in ratings.sizes["hoses"]
        if hose_conductance(bore, f["chamber_hose"]) >= f["hose_share"] * valve
    ]
    return Air(
        relief=relief,
        full_flow=full,
        pump_flow=given,
        relief_conductance=math.ceil(20.0 * given / through) / 20.0,
        bladder=10.0 * math.ceil(full * f["bladder_factor"] / 10.0),
        chamber_bore=bores[0],
        vent=max(vent_time(one, cuff.exhaust, 60.0, 20.0) for one in cuff.chambers),
        vent_limit=max(vent_time(one, cuff.exhaust, one.limit, 20.0) for one in cuff.chambers),
    )


def power(cuff: Cuff, ratings: Ratings) -> Power:
    """Return the electrical ratings of a cuff.

    All inlets may be open at once (chambers that fill at one pressure) while all exhausts and the
    dump valve are held closed: every coil is energised, and the pump runs.
    """
    f = ratings.figures
    coils = [ratings.coil(valve) for valve in (cuff.inlet, cuff.exhaust, cuff.dump)]
    inlet, exhaust, dump = (1000.0 * watts / f["supply_voltage"] for watts in coils)
    valves = cuff.n_chambers * (coils[0] + coils[1]) + coils[2]
    pump = cuff.pump.flow * 1e-6 * cuff.pump.max_pressure / KILOPASCAL * 1000.0 / 4.0
    total = valves + pump / f["pump_efficiency"] + f["electronics_power"]
    current = total / f["supply_voltage"]
    fuse = ratings.size("fuses", f["fuse_margin"] * current)
    supply = ratings.size("supplies", max(f["supply_margin"] * total, fuse * f["supply_voltage"]))
    return Power(
        valves=2 * cuff.n_chambers,
        coil_currents=(inlet, exhaust, dump),
        registers=math.ceil(2 * cuff.n_chambers / 8),
        large=max(inlet, exhaust) > f["register_share"] * f["register_current"],
        valve_power=valves,
        pump_power=pump / f["pump_efficiency"],
        total=total,
        current=current,
        fuse=fuse,
        supply=supply,
    )


def bus_time(chambers: int, clock: float, ratings: Ratings) -> float:
    """Return the time that the sensors of one tick keep the I2C bus busy [ms]; clock in kHz."""
    f = ratings.figures
    return math.ceil(chambers / f["sensor_ticks"]) * f["i2c_clocks"] / clock


def state_registers() -> int:
    """Return how many registers the whole state of a cuff takes."""
    words = dict(TYPES)
    first = next(start for start, title, _ in BLOCKS if title == "State")
    rows = [row for row in REGISTERS if first <= row[0] < first + 100]
    return max(row[0] + row[2] * words[row[3]] for row in rows) - first


def command_registers(chambers: int) -> int:
    """Return how many registers a station writes in every period."""
    at = {row[1]: row[0] for row in REGISTERS}
    return at["set-points"] - at["lease"] + min(chambers, MOST_CHAMBERS)


def frame_bytes(chambers: int) -> tuple[int, int]:
    """Return the bytes of a request and of its answer with function 23 on a serial line."""
    # Address, function, two ranges of 2 + 2, a count of bytes and a check of 2 around the data.
    return 13 + 2 * command_registers(chambers), 5 + 2 * state_registers()


def wire_time(chambers: int, baud: int, ratings: Ratings) -> float:
    """Return how long one exchange keeps an RS-485 line busy [ms], silences included."""
    f = ratings.figures
    return sum(frame_bytes(chambers)) * f["character"] * 1000.0 / baud + 2.0 * f["silence"]


def frozen_sessions(noise: float, ticks: float) -> float:
    """Return how often a live sensor looks frozen in a session [-], at the middle of its step.

    A session is half an hour of 24 chambers, each with a fresh reading every `ticks`; `noise` is
    white, in steps of the sensor rms.
    """
    run = FROZEN_TICKS / ticks

    def share(step: int) -> float:
        low, high = ((step + edge) / noise / math.sqrt(2.0) for edge in (-0.5, 0.5))
        return 0.5 * (math.erf(high) - math.erf(low))

    readings = 1800.0 / (TICK * ticks) * 24.0
    shares = [share(step) for step in range(-9, 10)]
    return readings * sum(math.pow(one, run) * (1.0 - one) for one in shares)
