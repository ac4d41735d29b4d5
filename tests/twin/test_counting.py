from __future__ import annotations

import pytest

from bench import limit
from bench.counting import COUNTS, Number, right_hand_side
from bench.timing import exactly
from openpresso import cuff
from tests.twin.reference import both_legs


def test_a_counting_number_counts_every_operation_once() -> None:
    COUNTS.clear()
    a, b = Number(3.0), Number(4.0)
    assert float(1.0 - max((a + b) * 2.0 / b - a, Number(0.0))) == 0.5
    assert dict(COUNTS) == {"add": 3, "mul": 1, "div": 1, "compare": 1}


def test_both_legs_take_the_same_operations_at_rest() -> None:
    model = both_legs(cuff.load("leg-4"))
    left, right = right_hand_side(model, 0), right_hand_side(model, 1)
    assert left == right
    assert min(left.values()) > 1.0


def test_a_chamber_takes_no_more_operations_in_a_longer_cuff() -> None:
    few, many = (right_hand_side(both_legs(cuff.load(name))) for name in ("leg-4", "leg-24"))
    for kind in ("add", "mul", "div", "sqrt"):
        # The manifold is shared by more; only the side of a choice that is taken differs.
        assert many[kind] <= few[kind] + 1.0


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_growth_finds_the_exponent_of_a_power_law(power: float) -> None:
    rows = limit.growth("legs", (2, 8, 10_000), lambda size: exactly(1e-6 * size**power))
    assert rows[-1].value.median == pytest.approx(power)
    assert rows[0].value.median == pytest.approx(1.0)
    assert rows[1].value.median == pytest.approx(4.0 ** (power - 1.0))
