"""Where the answer is known: what is conserved, finer steps, no valves, no transmission."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso import cuff
from openpresso.twin.layout import ROW
from openpresso.twin.limb import Posture
from openpresso.twin.measures import Trace, watch
from openpresso.twin.twin import Twin
from openpresso.twin.validation import scene

LEG = cuff.load("leg-8")
CALF = cuff.load("calf-3")
POSTURES = st.sampled_from(["supine", "elevated", "sitting", "standing"])


def squeezed(twin: Twin, pressure: float = 50.0, seconds: float = 12.0) -> Trace:
    """Fill every chamber for half of the time and vent it for the other half."""
    n = twin.cuffs[0].n_chambers

    def drive(time: float) -> None:
        asked = pressure if time < 0.5 * seconds else np.nan
        twin.write(0, np.full(n, asked), 100.0)

    return watch(twin, seconds, drive, period=2)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(["leg-8", "calf-3", "foot-1", "leg-24"]), POSTURES, st.floats(20.0, 90.0))
def test_gas_and_blood_are_conserved(name: str, posture: Posture, pressure: float) -> None:
    twin = Twin([cuff.load(name)], posture)
    gas, blood = twin.gas_balance(), twin.blood_balance()
    squeezed(twin, pressure, 6.0)
    assert twin.gas_balance() == pytest.approx(gas, rel=1e-9)
    assert twin.blood_balance() == pytest.approx(blood, abs=1e-6)


def test_no_step_makes_or_loses_blood() -> None:
    twin = Twin([LEG], "sitting")
    balance = twin.blood_balance()
    for tick in range(600):
        if tick % 10 == 0:
            twin.write(0, np.full(8, 60.0 if tick < 300 else np.nan), 100.0)
        twin.advance(1)
        now = twin.blood_balance()
        assert abs(now - balance) < 1e-6
        balance = now


@pytest.mark.parametrize("garment", [CALF, LEG])
@pytest.mark.parametrize("posture", ["supine", "sitting"])
def test_half_the_step_changes_the_peak_flow_by_less_than_a_percent(
    garment: cuff.Cuff, posture: Posture
) -> None:
    peaks = []
    for finer in (1, 2):
        twin = Twin([garment], posture)
        twin._divide(finer * twin.substeps)
        peaks.append(squeezed(twin).outflow.max())
    assert peaks[1] == pytest.approx(peaks[0], rel=0.01)


def press(twin: Twin, asked: np.ndarray, _: float) -> None:
    twin.write(0, asked, 100.0)


@pytest.mark.parametrize("posture", ["sitting", "standing"])
def test_without_valves_a_squeeze_drives_blood_both_ways(posture: Posture) -> None:
    sound, none = Twin([LEG], posture), Twin([LEG], posture)
    none.row("VALVE_LEAK", 0)[:] = 1.0
    n = LEG.n_chambers
    calf = np.where([one.zone == "calf" for one in LEG.chambers], 60.0, np.nan)
    back = {}
    for name, twin in {"sound": sound, "none": none}.items():
        trace = watch(twin, 4.0, partial(press, twin, calf), period=2)
        back[name] = float(trace.deep_flow[:, : n - 1].min())
    assert back["none"] < -1.0
    assert back["sound"] > 0.05 * back["none"]


def test_without_valves_resting_veins_bear_the_whole_column_of_blood() -> None:
    twin = Twin([LEG], "standing")
    twin.row("VALVE_LEAK", 0)[:] = 1.0
    twin.row("ARTERIAL", 0)[:] = -1e3  # no inflow: blood stands still
    beyond = int(twin.first[0] + twin.count[0])
    for name in ("DEEP", "SUPERFICIAL"):
        twin.A[ROW[name] + beyond] = 1e3  # the large veins have blood to give
    trace = watch(twin, 60.0)
    assert np.abs(trace.deep_flow[-1]).max() < 0.05
    steps = twin.row("STEP_UP", 0)
    column = 5.0 + np.cumsum(steps[::-1])[::-1]
    np.testing.assert_allclose(trace.deep_pressure[-1], column, atol=0.5)


def test_a_sleeve_whose_pressure_goes_nowhere_moves_no_blood() -> None:
    twin = Twin([CALF], "supine")
    for name in ("TO_DEEP", "TO_SUPERFICIAL"):
        twin.row(name, 0)[:] = 0.0
    rest = watch(twin, 1.0).outflow.mean()
    trace = squeezed(twin)
    assert trace.chamber.max() > 45.0
    np.testing.assert_allclose(trace.outflow, rest, rtol=0.01)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(["leg-8", "calf-3", "arm-8"]), POSTURES)
def test_veins_at_rest_are_not_tight(name: str, posture: Posture) -> None:
    twin = Twin([cuff.load(name)], posture)
    watch(twin, 30.0)
    assert not twin.row("TIGHT", 0).any()


def test_veins_that_were_stretched_hold_less_for_minutes_and_then_as_before() -> None:
    twin = scene.leg("supine", 0)
    balance, rest = twin.blood_balance(), watch(twin, 1.0).blood[-1].sum()
    watch(twin, 240.0, scene.Prescribed(twin, scene.steady((scene.THIGH_BAND,), 60.0)))
    tight = twin.row("TIGHT", 0).copy()
    assert (tight[:4] > 0.2).all()
    after = watch(twin, 900.0, scene.Prescribed(twin, scene.steady((), 0.0))).blood.sum(axis=1)
    assert after[1200] < rest - 4.0  # a minute later
    assert after[-1] == pytest.approx(rest, abs=0.5)
    assert twin.blood_balance() == pytest.approx(balance, abs=1e-6)


def test_tight_veins_that_are_full_are_as_large_as_slack_ones() -> None:
    twin = Twin([LEG], "supine")

    def full() -> np.ndarray:
        return np.asarray(
            twin.row("REST_DEEP", 0)
            - twin.row("CREEP_DEEP", 0)
            + 1.0 / twin.row("PER_RANGE_DEEP", 0)
        )

    before = full()
    twin.row("TIGHT", 0)[:] = 0.3
    twin.advance(1)
    np.testing.assert_allclose(full(), before, rtol=1e-12)


def test_a_limb_without_inflow_or_pressure_keeps_its_blood() -> None:
    twin = Twin([CALF], "supine")
    twin.row("ARTERIAL", 0)[:] = -1e3
    trace = watch(twin, 60.0)
    assert trace.outflow[-1] == pytest.approx(0.0, abs=0.02)
    np.testing.assert_allclose(trace.deep_pressure[-1], 5.0, atol=0.2)
