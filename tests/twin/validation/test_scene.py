"""The leg in a laboratory: pressure as prescribed, by the cuff's own law or without limits."""

from __future__ import annotations

import numpy as np
import pytest

from openpresso import cuff
from openpresso.twin.measures import watch
from openpresso.twin.validation import scene


def test_the_cuff_that_imitates_others_is_correct_and_says_what_it_is() -> None:
    whole = scene.whole_leg()
    assert "Not a device" in whole.title
    assert whole.n_chambers == 8
    assert all(source.strip() for source in whole.sources.values())
    like = [one.level for one in cuff.load("leg-8").chambers]
    assert [one.level for one in whole.chambers] == like


@pytest.mark.parametrize("rise", [0.1, 1.0])
def test_prescribed_pressure_is_met_however_fast_it_rises(rise: float) -> None:
    twin = scene.leg("supine", 0)
    press = scene.Prescribed(twin, scene.ramp(scene.CALF, 50.0, rise))
    trace = watch(twin, 3.0, press, period=1)
    wanted = np.minimum((trace.time - 0.005) / rise, 1.0) * 50.0
    np.testing.assert_allclose(trace.chamber[:, scene.MID_CALF], wanted, atol=0.5)
    assert np.abs(trace.chamber[:, 0]).max() < 0.5


def test_prescribed_pressure_conserves_blood() -> None:
    twin = scene.leg("sitting", 0)
    balance = twin.blood_balance()
    watch(twin, 3.0, scene.Prescribed(twin, scene.beat(scene.CALF, 80.0, 0.4, 1.0)), period=1)
    assert twin.blood_balance() == pytest.approx(balance, abs=1e-6)


def test_a_cycle_fills_and_vents_what_it_names() -> None:
    twin = scene.leg("supine", 0)
    trace = watch(twin, 20.0, scene.cycle(twin, {1: 40.0}, 5.0, 20.0))
    assert trace.chamber[trace.between(4.0, 5.0), 1].mean() == pytest.approx(40.0, abs=3.0)
    assert trace.chamber[-1].max() < 3.0
    assert trace.chamber[:, 2].max() < 3.0
