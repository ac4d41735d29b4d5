"""The drawing of a leg: chambers in order, apart from each other, inside the picture."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from openpresso import cuff as cuffs
from openpresso.console.drawings.leg import GAP, TOP, WIDTH, drawing

LEG_CUFFS = [
    name
    for name in cuffs.names()
    if {one.zone for one in cuffs.load(name).chambers} <= {"foot", "ankle", "calf", "knee", "thigh"}
]


def points(path: str) -> list[tuple[float, float]]:
    assert path.startswith("M"), path
    assert path.endswith("Z"), path
    found = [tuple(map(float, pair.split())) for pair in path[1:-1].split("L")]
    return [(x, y) for x, y in found]


def test_every_cuff_for_a_leg_is_drawn_and_the_arm_is_left_out() -> None:
    assert set(cuffs.names()) - set(LEG_CUFFS) == {"arm-8"}


@pytest.mark.parametrize("leg", ["left", "right"])
@pytest.mark.parametrize("name", LEG_CUFFS)
def test_the_chambers_follow_one_another_upwards_and_do_not_overlap(name: str, leg: str) -> None:
    shapes = drawing(cuffs.load(name), leg).shapes
    assert [one.number for one in shapes] == list(range(1, len(shapes) + 1))
    for lower, upper in pairwise(shapes):
        highest = min(y for _, y in points(lower.path))
        lowest = max(y for _, y in points(upper.path))
        assert highest - lowest == pytest.approx(GAP, abs=0.02)
        assert upper.bottom == lower.top


@pytest.mark.parametrize("leg", ["left", "right"])
@pytest.mark.parametrize("name", LEG_CUFFS)
def test_every_chamber_lies_inside_the_box_of_the_leg(name: str, leg: str) -> None:
    found = drawing(cuffs.load(name), leg)
    outline = points(found.outline)
    left, right = min(x for x, _ in outline), max(x for x, _ in outline)
    top, bottom = min(y for _, y in outline), max(y for _, y in outline)
    assert left >= 0.0
    assert right <= WIDTH
    assert top >= 0.0
    assert bottom <= TOP + 1.0
    for shape in found.shapes:
        for x, y in points(shape.path):
            assert left - 0.05 <= x <= right + 0.05
            assert top - 0.05 <= y <= bottom + 0.05
        assert shape.top < shape.bottom
        assert left < shape.middle < right


@pytest.mark.parametrize("name", LEG_CUFFS)
def test_the_two_legs_mirror_each_other(name: str) -> None:
    cuff = cuffs.load(name)
    for one, other in zip(drawing(cuff, "left").shapes, drawing(cuff, "right").shapes, strict=True):
        assert one.middle + other.middle == pytest.approx(WIDTH, abs=0.02)
        assert outer(one.path) == pytest.approx(
            [round(WIDTH - x, 2) for x in reversed(outer(other.path))], abs=0.02
        )


def outer(path: str) -> list[float]:
    """The leftmost and the rightmost point [cm]."""
    return [min(x for x, _ in points(path)), max(x for x, _ in points(path))]


def test_a_path_holds_nothing_but_numbers() -> None:
    found = drawing(cuffs.load("leg-24"), "left")
    for path in (found.outline, *(one.path for one in found.shapes)):
        assert re.fullmatch(r"M[-0-9. L]+Z", path)
