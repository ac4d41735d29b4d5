"""The ceiling of a client: the least of its parts, and who set it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import cuff, program
from openpresso.clinic.courses.ceiling import Ceiling, ceiling
from openpresso.errors import InputError

PROGRAM = program.load("gradient-drainage")
CUFF = cuff.load("leg-8")
PRESSURES = st.one_of(st.none(), st.floats(0, 200))


def test_without_anything_else_program_and_cuff_decide() -> None:
    found = ceiling(PROGRAM, CUFF)
    assert found.value == min(PROGRAM.ceiling, CUFF.max_pressure - 5.0)
    assert [part.who for part in found.parts] == ["program", "cuff"]


def test_the_diastolic_pressure_less_the_margin_decides_where_it_is_least() -> None:
    found = ceiling(PROGRAM, CUFF, diastolic=70.0, margin=10.0)
    assert found.value == 60.0
    assert found.reason == "client: diastolic 70 less 10 mmHg"


def test_an_order_cannot_lift_the_ceiling_over_the_diastolic_pressure() -> None:
    found = ceiling(PROGRAM, CUFF, diastolic=70.0, order=120.0, ordered_by="Dr. Lang")
    assert found.value == 60.0
    assert found.parts[-1].who == "Dr. Lang"


@given(
    diastolic=st.one_of(st.none(), st.floats(30, 150)),
    margin=st.floats(0, 60),
    screening=PRESSURES,
    order=PRESSURES,
)
def test_it_is_the_least_of_its_parts_and_every_part_that_is_added_only_tightens(
    diastolic: float | None, margin: float, screening: float | None, order: float | None
) -> None:
    found = ceiling(
        PROGRAM, CUFF, diastolic=diastolic, margin=margin, screening=screening, order=order
    )
    parts = [PROGRAM.ceiling, CUFF.max_pressure - 5.0]
    parts += [max(diastolic - margin, 0.0)] if diastolic is not None else []
    parts += [one for one in (screening, order) if one is not None]
    assert found.value == min(parts)
    assert found.value <= ceiling(PROGRAM, CUFF).value
    values = [Ceiling(found.parts[: n + 1]).value for n in range(len(found.parts))]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("diastolic", [0.0, 700.0, float("nan"), -5.0])
def test_a_diastolic_pressure_that_nobody_has_is_refused(diastolic: float) -> None:
    with pytest.raises(InputError, match="diastolic"):
        ceiling(PROGRAM, CUFF, diastolic=diastolic)
