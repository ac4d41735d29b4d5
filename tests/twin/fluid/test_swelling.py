"""Rows of the validation on the slow scale; held-out rows are run, not judged."""

from __future__ import annotations

import math

import pytest

from openpresso.twin.fluid import swelling


def test_only_long_holds_give_the_head_that_moves_fluid() -> None:
    heads = swelling.fluid_heads()
    assert len(heads) == 9
    for name, head in heads.items():
        if not name.endswith("_50"):
            assert head < 30.0, name
    assert heads["head_120_50"] > 30.0


def test_tissue_fluid_has_some_four_fifths_of_the_chambers_pressure() -> None:
    assert swelling.fluid_pressure_share()["share"] == pytest.approx(80.0, abs=10.0)


def test_small_cuff_steps_read_the_published_filtration_coefficient() -> None:
    assert 2.6 <= swelling.filtration_coefficient()["coefficient"] <= 2.9


def test_a_working_day_swells_the_lower_leg_as_published() -> None:
    found = swelling.working_day()
    assert 62.4 <= found["swelling"] <= 94.4
    assert found["sitting"] < found["swelling"] < found["standing"]


def test_stasis_halves_lymph_flow_and_cycling_almost_doubles_it() -> None:
    found = swelling.lymph_flow()
    assert found["stasis"] == pytest.approx(-50.0, abs=10.0)
    assert found["cycling"] == pytest.approx(83.0, abs=10.0)


def test_terminal_lymphatics_like_30_mmhg_that_comes_and_goes_and_stop_under_45() -> None:
    found = swelling.terminal_lymphatics()
    assert found["at_30"] > 1.05
    assert found["at_45"] < 0.05


def test_a_session_of_a_healthy_leg_moves_what_was_expected() -> None:
    found = swelling.healthy_session()
    assert -60.0 <= found["fluid"] <= -20.0
    assert found["blood"] < 0.0


@pytest.mark.parametrize("row", ["sitting", "tissue_pressure_rise", "one_session", "month"])
def test_held_out_rows_give_finite_numbers(row: str) -> None:
    assert all(math.isfinite(value) for value in getattr(swelling, row)().values())


def test_a_cohort_gives_its_distribution() -> None:
    found = swelling.at_home(people=12, weeks=1)
    assert found["p5"] <= found["change"] <= found["p95"]
    assert found == swelling.at_home(people=12, weeks=1)
