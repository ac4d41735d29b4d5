"""Running rows: judged as they fall, the same on every run, and none left out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openpresso.twin.fluid import swelling
from openpresso.twin.validation import rows_fluid, run
from openpresso.twin.validation.model import chosen, rows
from openpresso.twin.validation.outcome import Outcome

ROW_1 = chosen(["1"])[0]
ROW_7 = chosen(["7"])[0]


def repeated(monkeypatch: pytest.MonkeyPatch, values: dict[str, float]) -> run.Result:
    monkeypatch.setattr(run, "function", lambda _: lambda _: Outcome(values))
    return run.repeat(ROW_1)


def test_every_row_has_a_function() -> None:
    for row in rows():
        assert callable(run.function(row))


def test_the_valve_of_a_data_sheet_is_met() -> None:
    result = run.repeat(ROW_1)
    assert result.verdict == "pass"
    assert result.judged[0].difference == pytest.approx(0.0, abs=4.2)


@pytest.mark.parametrize(
    ("ours", "verdict"), [(420.0, "pass"), (440.0, "miss"), (math.nan, "miss"), (math.inf, "miss")]
)
def test_a_value_is_judged_as_it_falls(
    monkeypatch: pytest.MonkeyPatch, ours: float, verdict: str
) -> None:
    assert repeated(monkeypatch, {"flow": ours}).verdict == verdict


def test_a_miss_breaks_the_run_only_where_the_twin_was_calibrated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert repeated(monkeypatch, {"flow": 500.0}).is_broken
    monkeypatch.setattr(run, "function", lambda _: lambda _: Outcome({"deficit": 50.0}))
    held_out = run.repeat(ROW_7)
    assert held_out.verdict == "miss"
    assert not held_out.is_broken


@pytest.mark.parametrize("use", ["C", "H", "Q", "V"])
def test_a_row_that_nothing_repeats_stops_the_run_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, use: str
) -> None:
    new = ROW_1.model_copy(update={"number": "99", "use": use})
    monkeypatch.setattr(run, "chosen", lambda _: (ROW_1, new))
    monkeypatch.setattr(run, "repeat", lambda *_: pytest.fail("a row was repeated"))
    with pytest.raises(run.UnrepeatedError, match=f"row 99 .use {use}") as raised:
        next(run.run())
    assert raised.value.exit_code == 1
    assert "write row_99 in openpresso.twin.validation.rows_gas" in raised.value.remedy


def test_the_same_seed_gives_the_same_values() -> None:
    for number in ("10", "18"):
        first, second = (
            [one.ours for one in run.repeat(chosen([number])[0], seed=3).judged] for _ in range(2)
        )
        assert first == second


def test_rows_run_in_two_processes_as_in_one() -> None:
    alone, together = (
        [(one.row.number, [j.ours for j in one.judged]) for one in run.run(["1", "6", "35"], 0, n)]
        for n in (1, 2)
    )
    assert alone == together


def test_courses_get_the_cycle_that_the_twin_delivers_and_it_is_near_an_ideal_one() -> None:
    twin, ideal = rows_fluid.pumped(60.0, 0), swelling.sequence(60.0, 50.0)
    assert twin.duration == pytest.approx(ideal.duration)
    np.testing.assert_allclose(twin.held, ideal.held, atol=5.0)
    np.testing.assert_allclose(twin.interface, ideal.interface, atol=4.0)


def test_a_day_that_takes_out_nothing_leaves_nothing_to_keep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {"reduction": 1.0, "kept": 800.0, "relapse": -500.0}
    monkeypatch.setattr(rows_fluid, "values", lambda _, **__: found)
    monkeypatch.setattr(rows_fluid, "pumped", lambda *_: None)
    assert math.isnan(rows_fluid.row_32(0).values["kept"])
