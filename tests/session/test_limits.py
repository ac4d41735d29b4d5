from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.errors import InputError
from openpresso.session import Limit
from openpresso.session.limits import Limits
from tests.session.cuff_double import a_cuff, a_timeline


def the_limits(*others: Limit) -> Limits:
    cuff = a_cuff(limit=40.0)
    return Limits(cuff, a_timeline(cuff), others)


def test_the_smallest_limit_binds_and_names_its_owner() -> None:
    limits = the_limits(Limit(38.0, "Dr. Rossi", "order of 3 March"))
    assert limits.binding.who == "Dr. Rossi"
    np.testing.assert_array_equal(limits.ceiling(), [38.0] * 4)


def test_a_chamber_keeps_its_own_limit() -> None:
    limits = the_limits()
    assert limits.binding.who == "program"
    assert limits.binding_at(2).why == "limit of chamber 2"
    np.testing.assert_array_equal(limits.ceiling(), [40.0] * 4)


def test_the_ceiling_leaves_room_below_the_hard_limit() -> None:
    cuff = a_cuff(limit=130.0)
    limits = Limits(cuff, a_timeline(cuff, pressure=130.0))
    assert limits.ceiling().max() == 125.0
    assert limits.hard == 130.0


@given(st.lists(st.floats(0.0, 300.0), max_size=8))
def test_limits_only_tighten(values: list[float]) -> None:
    limits = the_limits()
    for value in values:
        before = limits.ceiling()
        tighter = limits.add(Limit(value, "somebody", "a reason"))
        assert np.all(limits.ceiling() <= before)
        assert limits.binding.value == min(limit.value for limit in limits.all)
        assert not tighter or limits.binding.value == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_a_limit_that_bounds_nothing_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="not a pressure") as caught:
        Limit(value, "client", "typing error")
    assert caught.value.code == "bad-limit"
