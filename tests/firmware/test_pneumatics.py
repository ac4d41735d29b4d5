"""Cuff and leg without the law: worked from outside, as the firmware works them."""

from __future__ import annotations

import numpy as np
import pytest

from openpresso import cuff
from openpresso.cuff.controller import chamber_settings, cuff_settings
from openpresso.law import controller as law
from openpresso.law.guard import INVALID
from openpresso.twin.faults import FAULTS
from openpresso.twin.rig.pneumatics import WATCHDOG, Pneumatics

TICK = 0.005
ALL_IN = bytes([100, 1, 0b11111111, 0b11111111, 0, 0, 0, 0])
"""Pump at full duty, dump valve and exhausts closed, inlets open, for eight chambers."""


class Controller:
    """The law outside of the twin; sensors are read in turns, as a bus with little time does."""

    def __init__(self, type_name: str, turns: int) -> None:
        garment = cuff.load(type_name)
        self.n = n = garment.n_chambers
        self.air = Pneumatics(garment)
        self.air.begin(0.0)
        self.settings, self.chambers = cuff_settings(garment), chamber_settings(garment)
        self.state = [0] * law.CUFF_STATE
        self.state[law.CEILING] = 6000
        self.memory = [0] * (n * law.WIDTH)
        self.inlet, self.exhaust, self.outputs = [0] * n, [1] * n, [0] * law.CUFF_OUTPUTS
        self.readings = [0] * n
        self.turns = turns
        self.ticks = 0

    def tick(self, points: list[int]) -> None:
        self.ticks += 1
        self.air.catch_up(self.ticks * TICK)
        for i, reading in enumerate(self.air.readings()):
            if (i + self.ticks) % self.turns == 0:
                self.readings[i] = int(reading)
        self.state[law.LEASE_AGE] = 0
        law.tick(
            self.settings, self.chambers, points, self.readings, int(self.air.pump_runs),
            self.state, self.memory, self.inlet, self.exhaust, self.outputs,
        )  # fmt: skip
        chain = 0
        for i in range(self.n):
            chain |= (self.inlet[i] | (1 - self.exhaust[i]) << 1) << 2 * i
        head = bytes([self.outputs[law.DUTY], 1 - self.outputs[law.DUMP_OPEN]])
        self.air.drive(head + chain.to_bytes(6, "little"))


@pytest.mark.parametrize(("name", "turns", "within"), [("leg-8", 1, 3.0), ("leg-8", 2, 3.0)])
def test_the_law_holds_its_set_points_with_sensors_at_200_and_at_100_hz(
    name: str, turns: int, within: float
) -> None:
    cuff_at_work = Controller(name, turns)
    points = [5000 - 200 * i for i in range(cuff_at_work.n)]
    errors: list[float] = []
    for k in range(5000):
        cuff_at_work.tick(points)
        if k >= 4000:
            away = cuff_at_work.air.pressures() - np.array(points) / 100.0
            errors.append(float(np.abs(away).max()))
    assert cuff_at_work.state[law.FAULT_BITS] == 0
    assert np.percentile(errors, 99) < within


@pytest.fixture
def air() -> Pneumatics:
    one = Pneumatics(cuff.load("calf-3"))
    one.begin(0.0)
    return one


def filled(air: Pneumatics) -> float:
    """Fill the cuff for a second and a half; return the instant."""
    air.drive(ALL_IN)
    for k in range(300):
        air.catch_up(k * TICK)
        air.hear(k * TICK)
    return 299 * TICK


def test_what_is_not_energised_vents(air: Pneumatics) -> None:
    now = filled(air)
    full = air.pressures()
    assert full.min() > 3.0
    air.release()
    for k in range(600):
        air.catch_up(now + k * TICK)
    assert air.pressures().max() < 0.3 * full.max()
    assert not air.pump_runs


def test_a_silent_controller_is_noticed_after_the_watchdog_s_time(air: Pneumatics) -> None:
    air.hear(1.0)
    assert not air.overdue(1.0 + WATCHDOG)
    assert air.overdue(1.01 + WATCHDOG)
    air.release()
    assert not air.overdue(9.0), "nobody is expected to speak any more"


def test_physics_keeps_to_the_clock_and_forgives_a_long_pause(air: Pneumatics) -> None:
    begin = air.time
    air.catch_up(0.5)
    assert air.time - begin == pytest.approx(0.5, abs=TICK)
    air.catch_up(60.0)
    assert air.time - begin == pytest.approx(1.5, abs=2 * TICK)
    air.catch_up(60.5)
    assert air.time - begin == pytest.approx(2.0, abs=2 * TICK)


def test_a_reading_is_told_in_sixteen_bits(air: Pneumatics) -> None:
    air.row("OFFSET", 0)[:] = 400.0
    air.catch_up(0.1)
    assert set(air.readings()) == {32767}
    air.inject("nan-sensor", 3)
    air.catch_up(0.2)
    assert air.readings()[2] == INVALID


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_mended(name: str) -> None:
    sound, broken = Pneumatics(cuff.load("calf-3")), Pneumatics(cuff.load("calf-3"))
    broken.inject(name, 2)
    broken.mend()
    broken.switch(0, powered=True)
    for one in (sound, broken):
        one.begin(0.0)
        filled(one)
    assert broken.pressures() == pytest.approx(sound.pressures())
    assert broken.readings() == pytest.approx(sound.readings())
    assert not broken.mute
