"""What the twin must do whatever its parameters: conserve, rest, stay above zero, repeat itself."""

from __future__ import annotations

import numpy as np
import pytest

from openpresso import cuff
from openpresso.twin import kernel
from openpresso.twin.faults import FAULTS
from openpresso.twin.limb import Posture
from openpresso.twin.physics import ATMOSPHERE
from openpresso.twin.twin import NOISE_AHEAD, Twin
from tests.twin.reference import wave

LEG = cuff.load("leg-8")
CALF = cuff.load("calf-3")


def deliver(twin: Twin, seconds: float, period: float = 20.0) -> np.ndarray:
    """Run a wave on every cuff; return the true pressures of the first, one row for each 50 ms."""
    rows = []
    for _ in range(round(seconds / 0.05)):
        for index, one in enumerate(twin.cuffs):
            twin.write(index, wave(one.n_chambers, 50.0, period, twin.time), 80.0)
        twin.advance(10)
        rows.append(twin.true_pressures(0))
    return np.array(rows)


def blood(twin: Twin) -> float:
    return float(sum(twin.row(name, 0).sum() for name in ("DEEP", "SUPERFICIAL")))


def test_gas_and_blood_are_conserved_over_a_cycle_with_faults_thrown_in() -> None:
    twin = Twin([LEG, LEG], seed=5)
    gas, blood_at_start = twin.gas_balance(), twin.blood_balance()
    broken = ["leak", "kinked-hose", "inlet-stuck-open", "exhaust-stuck-open", "weak-pump"]
    broken += ["pump-stuck-on", "power-loss"]
    for number, name in enumerate(broken):
        deliver(twin, 3.0)
        FAULTS[name][1](twin, number % 2, number)
        assert twin.gas_balance() == pytest.approx(gas, rel=1e-9)
        assert twin.blood_balance() == pytest.approx(blood_at_start, rel=1e-9)
    assert twin.params[:, kernel.PUMPED].min() > 500.0


def test_nothing_moves_when_all_pressures_are_equal() -> None:
    twin = Twin([LEG, LEG])
    gas = twin.row("GAS", 0).copy()
    twin.advance(400)
    assert np.abs(twin.true_pressures(0)).max() < 1e-3
    np.testing.assert_allclose(twin.row("GAS", 0), gas, atol=0.01)


def test_a_limb_at_rest_lets_out_what_it_is_given() -> None:
    twin = Twin([LEG])
    drained, supplied = twin.drained(), twin.row("SUPPLIED", 0).sum()
    twin.advance(2000)
    given = twin.row("SUPPLIED", 0).sum() - supplied
    assert given > 1.0
    assert twin.drained() - drained == pytest.approx(given, rel=0.01)


def test_a_pressed_leg_gives_its_blood_up_and_takes_it_back() -> None:
    twin = Twin([LEG])
    rest = blood(twin)
    deliver(twin, 10.0, period=40.0)
    assert blood(twin) < 0.9 * rest
    for _ in range(240):
        twin.write(0, np.full(LEG.n_chambers, np.nan), 80.0)
        twin.advance(50)
    assert blood(twin) == pytest.approx(rest, rel=0.02)


def test_no_chamber_is_ever_pulled_below_the_atmosphere() -> None:
    lowest = min(
        deliver(Twin([LEG], posture, seed=2), 21.0).min() for posture in ("sitting", "supine")
    )
    assert lowest > -1.0


def test_blood_pools_in_the_order_of_the_postures() -> None:
    postures: tuple[Posture, ...] = ("elevated", "supine", "sitting", "standing")
    volumes = [blood(Twin([LEG], posture)) for posture in postures]
    assert volumes == sorted(volumes)
    assert len(set(volumes)) == len(volumes)


def test_the_same_seed_gives_the_same_session_bit_for_bit() -> None:
    one, two = (Twin([LEG, LEG], seed=7) for _ in range(2))
    assert np.array_equal(deliver(one, 5.0), deliver(two, 5.0))
    assert np.array_equal(one.A, two.A)
    assert np.array_equal(one.memory, two.memory)


def test_another_seed_gives_another_session() -> None:
    one, two = (Twin([LEG], seed=seed) for seed in (7, 8))
    assert not np.array_equal(deliver(one, 2.0), deliver(two, 2.0))


def test_a_cuff_does_the_same_alone_and_beside_another() -> None:
    other = cuff.load("leg-4")
    alone, beside = Twin([LEG], seed=3), Twin([LEG, other], seed=3)
    assert alone.substeps == beside.substeps
    assert np.array_equal(deliver(alone, 8.0), deliver(beside, 8.0))


def test_how_far_a_twin_is_advanced_at_once_does_not_matter() -> None:
    single, whole = Twin([CALF], seed=4), Twin([CALF], seed=4)
    for twin in (single, whole):
        twin.write(0, np.full(3, 30.0), 80.0)
    for _ in range(50):
        single.advance(1)
    whole.advance(50)
    assert np.array_equal(single.true_pressures(0), whole.true_pressures(0))


@pytest.mark.parametrize("ticks", [0, -1, NOISE_AHEAD + 1])
def test_an_advance_that_outruns_the_noise_is_refused(ticks: int) -> None:
    with pytest.raises(ValueError, match="advances by 1 to"):
        Twin([CALF]).advance(ticks)


def test_the_gas_in_a_sealed_chamber_obeys_boyle() -> None:
    twin = Twin([CALF], seed=1)
    for _ in range(100):
        twin.write(0, np.full(3, 40.0), 80.0)
        twin.advance(10)
    p = twin.true_pressures(0)
    chamber = CALF.chambers[1]
    tissue = twin.row("TISSUE", 0)
    blood_lost = twin.row("BLOOD_AT_REST", 0) - twin.row("DEEP", 0) - twin.row("SUPERFICIAL", 0)
    volume = cuff.gas_volume(chamber, float(p[1])) + blood_lost[1]
    volume -= twin.row("COUPLING", 0)[1] * (tissue[0] + tissue[2])
    assert (ATMOSPHERE + p[1]) * volume == pytest.approx(
        ATMOSPHERE * twin.row("GAS", 0)[1], rel=1e-8
    )


def test_following_a_table_is_writing_its_rows_one_by_one() -> None:
    like = cuff.load("leg-8")
    table = np.full((450, 1, like.n_chambers), np.nan)
    table[50:300] = np.linspace(30.0, 10.0, like.n_chambers)
    one, other = Twin([like], seed=3), Twin([like], seed=3)
    reported = one.follow(table, 60.0, 10)
    for row, expected in zip(table, reported, strict=True):
        other.write(0, row[0], 60.0)
        other.advance(10)
        assert np.array_equal(other.read(0).pressures, expected[0], equal_nan=True)
    # Only a table that is followed is observed.
    one.look_anew()
    assert np.array_equal(one.A, other.A)
    assert one.time == pytest.approx(other.time)
