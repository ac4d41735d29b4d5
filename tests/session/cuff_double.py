"""An ideal cuff for tests: every chamber follows its set-point as a first-order lag."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from openpresso.cuff.model import Chamber, Cuff, Hose, Pump, Valve
from openpresso.program.timeline import Phase, Timeline
from openpresso.session import Command, Identity, Leg, Readings, Session, Step

TICK = 0.05
LEGS: tuple[Leg, Leg] = ("left", "right")
NO_WORDS = re.compile(r"\b(nan|inf|None|unknown|no number)\b")
"""What no text for a person contains."""


def a_cuff(n: int = 4, name: str = "", limit: float = 100.0, max_hold: float = 600.0) -> Cuff:
    chambers = tuple(
        Chamber(
            i + 1, "calf", 10.0 * i, 10.0, 2.0, 35.0, (25.0, 45.0), 20.0, 100.0, 5.0, 1.0, limit
        )
        for i in range(n)
    )
    valve = Valve(0.2, 0.3, 0.01)
    return Cuff(
        name or f"leg-{n}", 1, "a cuff", "leg", chambers, Pump(130.0, 300.0, 0.1), Hose(100.0, 0.5),
        valve, valve, valve, 50.0, 130.0, max_hold, {},
    )  # fmt: skip


def a_timeline(cuff: Cuff, pressure: float = 45.0, cycles: int = 3, shift: float = 0.0) -> Timeline:
    """Cycles of 20 s: chambers rise one after another, hold, are released together, rest."""
    n = cuff.n_chambers
    corners = [0.0, 4.0, 10.0, 10.0, 20.0]
    times, points = [], []
    if shift:
        times += [0.0, shift]
        points += [np.full(n, np.nan)] * 2
    for cycle in range(cycles):
        start = shift + 20.0 * cycle
        levels = pressure - 5.0 * np.arange(n)
        for corner, share in zip(corners, (0.0, 1.0, 1.0, np.nan, np.nan), strict=True):
            times.append(start + corner)
            points.append(np.clip(levels, 15.0, None) * share)
    starts = np.arange(cycles, dtype=np.float64) * 20.0 + shift
    end = times[-1]
    return Timeline(
        "a-program", cuff.name, np.array(times), np.array(points), starts,
        (Phase("warm-up", 0.0, shift + 20.0), Phase("main", shift + 20.0, end)),
    )  # fmt: skip


@dataclass
class CuffDouble:
    """What a cuff does, with the faults that a test wants."""

    cuff: Cuff
    lag: float = 0.15
    noise: float = 0.1
    serial: str = "A1"
    identity: Identity = field(init=False)
    silent: bool = False
    faults: int = 0
    fault_chamber: int = 0
    leak: dict[int, float] = field(default_factory=dict)
    """Loss by chamber index [mmHg/s]."""
    kinked: set[int] = field(default_factory=set)
    stuck_full: set[int] = field(default_factory=set)
    stuck_inlet: set[int] = field(default_factory=set)
    offset: dict[int, float] = field(default_factory=dict)
    broken: dict[int, float] = field(default_factory=dict)
    """Reading by chamber index, whatever the pressure is."""

    def __post_init__(self) -> None:
        self.identity = Identity(self.cuff.name, self.serial, "1.0", self.cuff.n_chambers)
        self.pressures = np.zeros(self.cuff.n_chambers)
        self.command: Command | None = None
        self.random = np.random.default_rng(7)

    def advance(self, dt: float) -> None:
        n = self.cuff.n_chambers
        points = np.full(n, np.nan)
        if self.command is not None and self.command.renew:
            points = self.command.set_points
        for i in range(n):
            goal, lag = float(points[i]), self.lag
            if goal < 0.0:
                self.pressures[i] -= self.leak.get(i, 0.0) * dt
                goal = float(self.pressures[i])
            if np.isnan(goal):
                goal, lag = 0.0, 0.3
            if i in self.stuck_full:
                goal = max(goal, float(self.pressures[i]))
            if i in self.kinked:
                goal = 0.0
            if i in self.stuck_inlet:
                goal = float(self.pressures[i]) + 1.0
            if goal > 0.0 and self.leak.get(i, 0.0) > 10.0:
                goal *= 0.3
            self.pressures[i] += (goal - self.pressures[i]) * (1.0 - np.exp(-dt / lag))

    def read(self, time: float) -> Readings | None:
        if self.silent:
            return None
        n = self.cuff.n_chambers
        raw = self.pressures + self.noise * self.random.standard_normal(n)
        for i, by in self.offset.items():
            raw[i] += by
        for i, value in self.broken.items():
            raw[i] = value
        return Readings(
            time, raw, np.zeros(n), np.zeros(n), 0.0, self.faults, self.identity, self.fault_chamber
        )


class Bench:
    """A session with its doubles and a clock that only this bench moves."""

    def __init__(self, session: Session, doubles: dict[Leg, CuffDouble]) -> None:
        self.session = session
        self.doubles = doubles
        self.now = 100.0
        self.steps: list[Step] = []

    def tick(self, dt: float = TICK) -> Step:
        self.now += dt
        for double in self.doubles.values():
            double.advance(dt)
        readings = {leg: double.read(self.now) for leg, double in self.doubles.items()}
        step = self.session.step(self.now, readings)
        for leg, double in self.doubles.items():
            double.command = step.commands[leg]
        self.steps.append(step)
        for event in step.events:
            said = f"{event.data.get('text', '')} {event.data.get('reason', '')}"
            assert NO_WORDS.search(said) is None, said
        return step

    def run(self, seconds: float) -> Step:
        for _ in range(round(seconds / TICK)):
            self.tick()
        return self.steps[-1]

    def until(self, *states: str, limit: float = 300.0) -> Step:
        for _ in range(round(limit / TICK)):
            step = self.tick()
            if step.state in states:
                return step
        reached = f"still {self.session.state} after {limit} s, wanted {states}"
        raise AssertionError(reached)

    def ready(self) -> None:
        self.tick()
        for leg in self.doubles:
            self.session.turn_on(leg)
        self.until("ready", "faulted", limit=60.0)

    def running(self, seconds: float = 0.0) -> None:
        self.ready()
        self.session.start()
        self.tick()
        self.run(seconds)

    def events(self, kind: str) -> list[dict[str, object]]:
        return [
            dict(event.data) for step in self.steps for event in step.events if event.kind == kind
        ]


def a_bench(
    n: int = 4,
    legs: tuple[Leg, ...] = LEGS,
    ceiling: float = 60.0,
    *,
    pressure: float = 45.0,
    cycles: int = 3,
    shift: float = 0.0,
    hold_limit: float = 60.0,
    max_hold: float = 600.0,
) -> Bench:
    cuff = a_cuff(n, max_hold=max_hold)
    timelines = {
        leg: a_timeline(cuff, pressure, cycles, shift if leg == "right" else 0.0) for leg in legs
    }
    session = Session(
        "a-program", timelines, dict.fromkeys(legs, cuff), ceiling, hold_limit=hold_limit
    )
    return Bench(session, {leg: CuffDouble(cuff) for leg in legs})
