"""Each named fault against a sound twin of the same seed, and the way faults are written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from openpresso import cuff
from openpresso.errors import InputError
from openpresso.law import controller as law
from openpresso.twin import kernel
from openpresso.twin.faults import FAULTS, SENSOR_DRIFT, WEAK, Fault, parse
from openpresso.twin.twin import Twin

CALF = cuff.load("calf-3")
MIDDLE = 1
"""The chamber that is broken."""
SEALED = np.full(3, kernel.SEAL)
HELD = np.full(3, 40.0)
VENTED = np.full(3, np.nan)


def run(twin: Twin, set_points: np.ndarray, seconds: float) -> None:
    for _ in range(round(seconds / 0.05)):
        twin.write(0, set_points, 80.0)
        twin.advance(10)


def pair(name: str, *, held: bool) -> tuple[Twin, Twin]:
    """Return a sound twin and one on which the fault has just come, empty or held at 40 mmHg."""
    sound, broken = (Twin([CALF], seed=9) for _ in range(2))
    if held:
        for twin in (sound, broken):
            run(twin, HELD, 8.0)
            assert twin.true_pressures(0) == pytest.approx(HELD, abs=4.0)
    FAULTS[name][1](broken, 0, MIDDLE)
    return sound, broken


def gas(twin: Twin) -> float:
    return float(twin.row("GAS", 0)[MIDDLE] - twin.row("DEAD", 0)[MIDDLE])


def pressure(twin: Twin) -> float:
    return float(twin.true_pressures(0)[MIDDLE])


def loses_air(name: str) -> None:
    sound, broken = pair(name, held=True)
    run(sound, SEALED, 0.4)
    run(broken, SEALED, 0.4)
    assert pressure(broken) < pressure(sound) - 5.0
    beside = np.delete(broken.true_pressures(0) - sound.true_pressures(0), MIDDLE)
    assert np.abs(beside).max() < 3.0


def takes_little(name: str) -> None:
    sound, broken = pair(name, held=False)
    run(sound, HELD, 1.0)
    run(broken, HELD, 1.0)
    assert gas(broken) < 0.2 * gas(sound)


def takes_none(name: str) -> None:
    sound, broken = pair(name, held=False)
    run(sound, HELD, 1.0)
    run(broken, HELD, 1.0)
    assert gas(broken) == pytest.approx(0.0, abs=1e-6)
    assert gas(sound) > 10.0


def takes_what_its_neighbour_is_given(name: str) -> None:
    sound, broken = pair(name, held=True)
    before = gas(broken)
    for twin in (sound, broken):
        run(twin, np.array([70.0, kernel.SEAL, kernel.SEAL]), 0.5)
    assert gas(sound) == pytest.approx(before, abs=2.0)
    assert gas(broken) > before + 10.0


def keeps_its_air(name: str) -> None:
    sound, broken = pair(name, held=True)
    before = pressure(broken)
    run(sound, VENTED, 0.4)
    run(broken, VENTED, 0.4)
    assert pressure(sound) < before - 10.0
    assert pressure(broken) > before - 5.0


def repeats_its_reading(name: str) -> None:
    _, broken = pair(name, held=True)
    last = broken.read(0).pressures[MIDDLE]
    run(broken, VENTED, 0.5)
    assert broken.read(0).pressures[MIDDLE] == last
    assert pressure(broken) < last - 5.0


def reads_ever_lower(name: str) -> None:
    sound, broken = pair(name, held=True)
    off = []
    for _ in range(2):
        run(sound, SEALED, 0.05)
        run(broken, SEALED, 0.05)
        off.append(broken.read(0).pressures[MIDDLE] - sound.read(0).pressures[MIDDLE])
        run(sound, SEALED, 1.95)
        run(broken, SEALED, 1.95)
    assert off[0] == pytest.approx(0.0, abs=0.1)
    assert off[1] == pytest.approx(2.0 * SENSOR_DRIFT, abs=0.1)
    assert pressure(broken) == pytest.approx(pressure(sound), abs=1e-9)


def gives_no_number(name: str) -> None:
    _, broken = pair(name, held=True)
    broken.advance(1)
    assert np.isnan(broken.read(0).pressures).tolist() == [False, True, False]


def pumps_a_quarter(name: str) -> None:
    twins = pair(name, held=False)
    ticks = 20
    opened = np.ones((ticks, 1, 3), dtype=np.int64)
    outputs = np.tile([100, 1], (ticks, 1, 1))
    for twin in twins:
        twin.replay(opened, 0 * opened, outputs, np.zeros((ticks, twin.lanes)))
    sound, broken = (twin.params[0, kernel.PUMPED] for twin in twins)
    assert broken / sound == pytest.approx(WEAK, rel=0.15)


def pumps_unasked(name: str) -> None:
    sound, broken = pair(name, held=True)
    before = sound.params[0, kernel.PUMPED]
    for twin in (sound, broken):
        run(twin, SEALED, 0.3)
    assert sound.params[0, kernel.PUMPED] - before < 5.0
    assert broken.params[0, kernel.PUMPED] - before > 20.0


def vents_by_itself(name: str) -> None:
    _, broken = pair(name, held=True)
    assert not broken.answers(0)
    before = broken.mailbox[0, kernel.ASKED].copy()
    run(broken, HELD + 10.0, 5.0)
    np.testing.assert_array_equal(broken.mailbox[0, kernel.ASKED], before)
    assert broken.true_pressures(0).max() < 20.0


EFFECTS: dict[str, Callable[[str], None]] = {
    "leak": loses_air,
    "kinked-hose": takes_little,
    "inlet-stuck-open": takes_what_its_neighbour_is_given,
    "inlet-stuck-closed": takes_none,
    "exhaust-stuck-open": loses_air,
    "exhaust-stuck-closed": keeps_its_air,
    "frozen-sensor": repeats_its_reading,
    "drifting-sensor": reads_ever_lower,
    "nan-sensor": gives_no_number,
    "weak-pump": pumps_a_quarter,
    "pump-stuck-on": pumps_unasked,
    "power-loss": vents_by_itself,
    "link-silent": vents_by_itself,
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_does_what_it_says(name: str) -> None:
    EFFECTS[name](name)


def test_a_cuff_that_starts_again_is_vented_and_without_a_lease() -> None:
    twin = Twin([CALF])
    run(twin, HELD, 4.0)
    twin.switch(0, powered=False)
    twin.advance(10)
    twin.switch(0, powered=True)
    assert twin.answers(0)
    assert twin.state[0, law.LEASE_AGE] == -1
    twin.advance(600)
    assert twin.bank[0, kernel.EXHAUST_DOES].all()
    assert twin.true_pressures(0).max() < 10.0


@pytest.mark.parametrize(
    "text, expected",
    [
        ("leak@300:4", Fault("leak", 300.0, None, 4)),
        ("leak@5 min:3", Fault("leak", 300.0, None, 3)),
        ("frozen-sensor@1.5:right.2", Fault("frozen-sensor", 1.5, "right", 2)),
        (" power-loss@20 s ", Fault("power-loss", 20.0, None, 1)),
    ],
)
def test_a_fault_is_read_with_its_time_leg_and_chamber(text: str, expected: Fault) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["leak", "leak@", "@300", "leak@300:x", "leak@300:up.2", "leak@300:2:3", ""]
)
def test_a_fault_of_another_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="is not NAME@TIME"):
        parse(text)


def test_an_unknown_fault_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"did you mean 'kinked-hose'\?"):
        parse("kinked-house@10")


@pytest.mark.parametrize("text", ["leak@soon", "leak@-3", "leak@5 mmHg", "leak@nan s"])
def test_a_fault_at_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(text)


def test_every_fault_is_injected_by_its_name() -> None:
    twin = Twin([CALF, CALF])
    Fault("leak", 0.0, "right", 2).inject(twin, 1)
    assert twin.row("LEAK", 0).tolist() == [0.0, 0.0, 0.0]
    assert np.flatnonzero(twin.row("LEAK", 1)).tolist() == [1]
