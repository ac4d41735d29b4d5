"""Quantities read, written and refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import units
from openpresso.errors import InputError
from openpresso.units import TABLES, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

PINT_NAMES = {"Torr": "torr", "in": "inch", "dm3": "dm**3", "cm3": "cm**3", "weeks": "week"}
PINT_NAMES |= {"dm3/(s bar)": "dm**3/s/bar", "L/(s bar)": "L/s/bar", "L/(min bar)": "L/min/bar"}
REGISTRY: pint.UnitRegistry[float] = pint.UnitRegistry()
KINDS = tuple(TABLES)
FINITE = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@pytest.mark.parametrize(
    "read, text, value",
    [
        (units.pressure, "45 mmHg", 45.0),
        (units.pressure, "6 kPa", 45.0037),
        (units.pressure, "60 cmH2O", 44.1335),
        (units.duration, "30 min", 1800.0),
        (units.duration, " 2.5s ", 2.5),
        (units.volume, "700 mL", 700.0),
        (units.length, "4 mm", 0.4),
        (units.flow, "6 L/min", 100.0),
    ],
)
def test_a_quantity_is_read_into_the_default_unit(
    read: Callable[[str], float], text: str, value: float
) -> None:
    assert read(text) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_factor_equals_that_of_pint(kind: Kind) -> None:
    table = TABLES[kind]
    default = PINT_NAMES.get(table.unit, table.unit)
    for unit, factor in table.factors.items():
        one = REGISTRY.Quantity(1.0, PINT_NAMES.get(unit, unit)).to(default)
        assert factor == pytest.approx(one.magnitude, rel=1e-6), unit


@pytest.mark.parametrize(
    "text, code",
    [
        ("45", "bare-number"),
        (45, "bare-number"),
        (True, "not-a-quantity"),
        (None, "not-a-quantity"),
        ("", "not-a-quantity"),
        ("45 foo", "unknown-unit"),
        ("45 s", "wrong-dimension"),
        ("nan mmHg", "not-a-quantity"),
        ("inf mmHg", "not-a-quantity"),
        ("1e999 mmHg", "not-finite"),
        ("9**9**9 mmHg", "unknown-unit"),
        ("1 mmHg" + " " * 10_000, "not-a-quantity"),
    ],
)
def test_what_is_not_a_pressure_is_refused_with_what_is_allowed(text: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        units.pressure(text, source="--ceiling")
    (found,) = caught.value.diagnostics
    assert (found.code, caught.value.source) == (code, "--ceiling")
    assert "mmHg, Torr" in found.message
    assert found.hint
    assert len(str(caught.value)) < 400


def test_a_unit_in_the_wrong_case_is_answered_with_the_right_one() -> None:
    with pytest.raises(InputError, match="did you mean 'mmHg'"):
        units.pressure("45 mmhg")


@given(kind=st.sampled_from(KINDS), value=FINITE)
def test_what_is_written_is_read_back(kind: Kind, value: float) -> None:
    back = units.parse(units.render(value, kind, digits=17), kind)
    assert back == pytest.approx(value, rel=1e-12, abs=1e-11)


@given(kind=st.sampled_from(KINDS), value=FINITE, data=st.data())
def test_a_value_survives_the_way_through_any_unit(
    kind: Kind, value: float, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(tuple(TABLES[kind].factors)))
    there = units.convert(value, unit, kind)
    assert units.parse(f"{there!r} {unit}", kind) == pytest.approx(value, rel=1e-12)


@given(text=st.text(max_size=80))
def test_any_text_gives_a_finite_number_or_one_diagnostic(text: str) -> None:
    try:
        value, found = units.pressure(text), 1
    except InputError as error:
        value, found = 0.0, len(error.diagnostics)
    assert math.isfinite(value)
    assert found == 1


@pytest.mark.parametrize(
    "value, text",
    [(1800.0, "30 min"), (2.5, "2.5 s"), (90.0, "1.5 min"), (0.0, "0 s"), (100.0, "100 s")],
)
def test_a_duration_is_written_in_the_largest_unit_that_stays_short(
    value: float, text: str
) -> None:
    assert units.format_duration(value) == text


def test_pressures_volumes_and_flows_are_written_without_noise() -> None:
    assert units.format_pressure(45.0) == "45 mmHg"
    assert units.format_volume(1200.0) == "1200 mL"
    assert units.format_length(12.5) == "12.5 cm"
    assert units.format_flow(8000.0 / 60.0) == "8 L/min"
