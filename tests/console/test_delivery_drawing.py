"""Delivered against planned: the picture says what the record and the plan say."""

from __future__ import annotations

from pathlib import Path

import pytest

from openpresso.console.drawings.delivery import HEIGHT, WIDTH, Plan, picture
from tests.clinic.sessions.records import make_record

PLAN = Plan("no-such-program", "leg-8", 60.0, "both", 1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_record(tmp_path_factory.mktemp("records") / "one", seconds=30.0)


def test_a_run_that_ended_early_shows_where(folder: Path) -> None:
    found = picture(folder, PLAN)
    assert found is not None
    assert found.planned == 1.0
    assert found.run == pytest.approx(0.5, abs=0.01)
    assert found.run_part == pytest.approx(0.5, abs=0.01)
    assert [one.leg for one in found.legs] == ["right", "left"]
    assert found.ticks[0] == (0.0, 0.0)
    assert found.ticks[-1] == pytest.approx((WIDTH, 1.0))


def test_without_the_program_what_was_set_stands_for_the_plan(folder: Path) -> None:
    found = picture(folder, PLAN)
    assert found is not None
    for leg in found.legs:
        # The record holds 98 % of each set-point.
        assert leg.share == pytest.approx(0.98, abs=0.005)
        assert [bar.number for bar in leg.bars] == [4, 3, 2, 1]
        assert leg.bars[-1].wanted_part == pytest.approx(1.0)
        assert all(bar.got == pytest.approx(0.98 * bar.wanted, rel=0.01) for bar in leg.bars)


def test_lines_stay_in_the_frame(folder: Path) -> None:
    found = picture(folder, PLAN)
    assert found is not None
    for path in (found.legs[0].wanted, found.legs[0].got):
        points = [part.split(" ") for part in path.replace("M", "L").split("L")[1:]]
        assert points
        assert all(0.0 <= float(x) <= WIDTH and 0.0 <= float(y) <= HEIGHT for x, y in points)


def test_a_plan_of_the_catalog_is_compiled_and_what_was_softened_is_less(tmp_path: Path) -> None:
    from openpresso import cuff as cuffs
    from openpresso import program as programs
    from openpresso.station.order import Order
    from openpresso.station.preparation import prepare
    from tests.console.delivered import softened_record

    program, cuff = programs.load("heavy-legs"), cuffs.load("leg-8")
    order = Order(ceiling=60.0, legs="both", duration=240.0)
    prepared = prepare(program, {"left": cuff, "right": cuff}, order)
    folder = softened_record(tmp_path / "soft", prepared, left=0.5)
    found = picture(folder, Plan("heavy-legs", "leg-8", 60.0, "both", 4.0))
    assert found is not None
    shares = {one.leg: one.share for one in found.legs}
    assert shares["right"] == pytest.approx(1.0, abs=0.02)
    assert shares["left"] == pytest.approx(0.5, abs=0.02)
