"""The numbers of the physics as data: each has a unit, a range, a mark and a source."""

from __future__ import annotations

import math
import re

import pint
import pytest

from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.parameters import Parameter

UNITS: pint.UnitRegistry[float] = pint.UnitRegistry()
SCALE = re.compile(r"[A-Z]+ points \(\d+ to \d+\)|SD|-")
"""A score with its ends, a share of a spread, or a pure number: there is nothing to convert."""


def test_the_sets_that_the_twin_is_made_of_are_there() -> None:
    assert {"conditions", "people", "sleeve", "veins", "volumetry"} <= set(parameters.names())


@pytest.mark.parametrize("name", parameters.names())
def test_every_set_loads_and_knows_its_names(name: str) -> None:
    found = parameters.load(name)
    assert found
    assert all(one.name == key for key, one in found.items())
    assert parameters.load(name) is found


@pytest.mark.parametrize("name", parameters.names())
def test_every_number_lies_in_its_range_and_says_where_it_is_from(name: str) -> None:
    for one in parameters.load(name).values():
        assert all(math.isfinite(number) for number in (one.value, one.low, one.high)), one
        assert one.low <= one.value <= one.high, one
        assert len(one.source.strip()) >= 3, one


@pytest.mark.parametrize("name", parameters.names())
def test_every_unit_is_one_that_can_be_computed_with(name: str) -> None:
    for one in parameters.load(name).values():
        if SCALE.fullmatch(one.unit) is None:
            UNITS.parse_expression(re.sub(r"(?<=[a-z])([23])\b", r"**\1", one.unit))


def test_a_number_outside_of_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="2 is outside of 0 to 1"):
        Parameter(value=2.0, low=0.0, high=1.0, unit="-", mark="assumed", source="a test")


def test_a_number_without_source_or_with_an_unknown_field_is_refused() -> None:
    whole = {"value": 0.5, "low": 0.0, "high": 1.0, "unit": "-", "mark": "assumed"}
    with pytest.raises(ValueError, match="source"):
        Parameter.model_validate({**whole, "source": ""})
    with pytest.raises(ValueError, match="page"):
        Parameter.model_validate({**whole, "source": "a test", "page": 3})


def test_a_set_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(InputError, match="no such set") as caught:
        parameters.load("vein")
    assert "veins" in caught.value.remedy


def test_a_set_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        parameters.load("veins")["collapse"] = parameters.load("veins")["inflow"]  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        parameters.load("veins")["collapse"].value = 2.0
