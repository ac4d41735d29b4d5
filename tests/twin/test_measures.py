"""What a laboratory measures on the twin, against closed forms and the twin's own balance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import cuff
from openpresso.errors import InputError
from openpresso.twin import measures
from openpresso.twin.measures import Floats, Trace, watch
from openpresso.twin.parameters import load
from openpresso.twin.twin import Twin

CALF = cuff.load("calf-3")
FLOWS = st.floats(0.1, 100.0)


def outflowing(flow: Floats, span: float = 0.05) -> Trace:
    """Return a trace of which only time and outflow matter."""
    empty = {name: np.zeros((len(flow), 1)) for name in measures.ROWS_KEPT}
    time = np.arange(1, len(flow) + 1, dtype=np.float64) * span
    return Trace(time=time, outflow=flow, inflow=np.zeros((len(flow), 1)), **empty)


@given(FLOWS)
def test_velocity_is_the_operator_times_flow_over_area(flow: float) -> None:
    known = {name: one.value for name, one in load("measures").items()}
    pressed = measures.velocity(flow, "femoral", "compressed")
    assert pressed.value == pytest.approx(known["profile"] * flow / known["area_femoral"])
    rest = measures.velocity(flow, "femoral", "rest")
    assert rest.value == pytest.approx(known["phasic"] * pressed.value)
    assert pressed.error == pytest.approx(known["velocity_error"] * pressed.value)
    assert pressed.unit == "cm/s"


def test_a_resting_leg_is_measured_as_slow_as_people_are() -> None:
    # Common femoral vein at rest: 17.6 SD 5.6 cm/s, n = 22 (BMC 2022); flow 4.9 mL/s.
    assert 17.6 - 2.0 * 5.6 < measures.velocity(4.9, "femoral", "rest").value < 17.6 + 2.0 * 5.6


@given(FLOWS)
def test_the_mean_velocity_is_the_flow_over_the_area(flow: float) -> None:
    mean = measures.mean_velocity(flow, "popliteal")
    assert mean.value * load("measures")["area_popliteal"].value == pytest.approx(flow)
    assert mean.error == pytest.approx(math.hypot(0.1, 0.1) * mean.value)


def test_a_flow_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="finite"):
        measures.velocity(math.nan, "femoral", "rest")


@given(st.floats(1.0, 40.0), st.floats(0.5, 20.0))
def test_ejected_volume_is_the_area_above_the_resting_outflow(rest: float, more: float) -> None:
    flow = np.full(200, rest)
    flow[20:60] += more
    flow[60:120] -= 0.5 * rest  # veins refill: this is not taken from what was ejected
    found = measures.ejected(outflowing(flow), rest)
    assert found.value == pytest.approx(more * 40 * 0.05, rel=1e-9)


@given(st.floats(1.0, 20.0), st.floats(10.0, 100.0))
def test_exponential_refill_takes_the_logarithm_of_ten(tau: float, lost: float) -> None:
    time = np.arange(0.0, 100.0, 0.01)
    blood = 200.0 - lost * np.exp(-time / tau)
    found = measures.refill_time(time, blood, 200.0)
    assert found.value == pytest.approx(tau * math.log(10.0), abs=0.02)


def test_veins_that_do_not_refill_take_for_ever() -> None:
    found = measures.refill_time(np.arange(5.0), np.array([5.0, 4.0, 4.0, 4.1, 4.2]), 10.0)
    assert math.isinf(found.value)


def test_a_trace_closes_the_balance_of_blood() -> None:
    twin = Twin([CALF], "sitting")

    def press(_: float) -> None:
        twin.write(0, np.array([50.0, 45.0, 40.0]), 80.0)

    start = sum(float(twin.row(name, 0).sum()) for name in ("DEEP", "SUPERFICIAL"))
    trace = watch(twin, 5.0, press)
    moved = 0.05 * (trace.inflow.sum() - trace.outflow.sum())
    assert trace.blood[-1].sum() - start == pytest.approx(moved, abs=1e-6)
    assert trace.time[-1] == pytest.approx(5.0)
    assert trace.between(1.0, 2.0) == slice(20, 40)


def test_the_skin_gets_less_than_the_chamber_holds_and_the_muscle_about_as_much() -> None:
    twin = Twin([CALF])

    def press(_: float) -> None:
        twin.write(0, np.full(3, 60.0), 80.0)

    trace = watch(twin, 8.0, press)
    skin, muscle = measures.interface_pressure(trace, 1), measures.muscle_pressure(twin, 1)
    assert 0.5 * 60.0 < skin.value <= trace.chamber[-1, 1]
    assert 0.5 * skin.value < muscle.value < 1.1 * skin.value
    assert skin.error > 0.0
    assert muscle.error > 0.0


def test_watching_for_less_than_a_period_is_refused() -> None:
    with pytest.raises(InputError, match="period"):
        watch(Twin([CALF]), 0.01)
