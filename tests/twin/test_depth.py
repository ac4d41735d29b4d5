"""The shares that reach beneath the skin, as the fast scale reads them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from openpresso.errors import InputError
from openpresso.twin.depth import LIKE, tables, transmission
from openpresso.twin.parameters import load
from openpresso.twin.section import table
from scripts import depth as script

ZONES = st.sampled_from(["calf", "thigh"])
RADII = st.floats(2.2, 13.5)
FAT_SHARES = st.floats(0.015, 0.6)
COVERS = st.floats(0.6, 1.0)
NAMES = ("skin", "fat", "muscle")


@given(zone=ZONES, radius=RADII, fat_share=FAT_SHARES, cover=COVERS)
def test_between_knots_shares_are_linear(
    zone: str, radius: float, fat_share: float, cover: float
) -> None:
    stored = tables()[zone]
    reference = RegularGridInterpolator(stored.knots, stored.shares)
    found = transmission(zone, radius, fat_share * radius, cover)
    place = (cover, radius, np.clip(fat_share, 0.015, 0.6))
    expected = reference(place).ravel()
    np.testing.assert_allclose([getattr(found, name) for name in NAMES], expected, atol=1e-9)


@given(zone=ZONES, radius=RADII, fat_share=FAT_SHARES, cover=COVERS)
def test_shares_are_shares(zone: str, radius: float, fat_share: float, cover: float) -> None:
    found = transmission(zone, radius, fat_share * radius, cover)
    assert found.skin == pytest.approx(cover)
    assert 0.5 < found.fat < 1.0
    assert 0.5 < found.muscle < 1.0


@given(zone=ZONES, radius=RADII, fat_share=FAT_SHARES)
def test_a_sleeve_all_round_reaches_the_muscle_nearly_in_full(
    zone: str, radius: float, fat_share: float
) -> None:
    assert transmission(zone, radius, fat_share * radius).muscle > 0.95


@given(zone=ZONES, radius=RADII, fat_share=FAT_SHARES, cover=st.floats(0.6, 0.95))
def test_more_cover_means_more_pressure_at_every_depth(
    zone: str, radius: float, fat_share: float, cover: float
) -> None:
    less = transmission(zone, radius, fat_share * radius, cover)
    more = transmission(zone, radius, fat_share * radius, cover + 0.05)
    assert all(getattr(more, name) > getattr(less, name) for name in NAMES)


def test_many_legs_at_once_are_each_leg_alone() -> None:
    radius, fat = np.array([[3.4, 5.6, 9.1]]), np.array([[0.4], [0.8]])
    found = transmission("calf", radius, fat, 0.7)
    assert found.muscle.shape == (2, 3)
    for (row, column), share in np.ndenumerate(found.muscle):
        alone = transmission("calf", radius[0, column], fat[row, 0], 0.7)
        assert share == alone.muscle
        assert alone.muscle.shape == ()


def test_no_legs_give_no_shares() -> None:
    assert transmission("calf", np.empty(0), np.empty(0)).muscle.shape == (0,)


@pytest.mark.parametrize("zone", sorted(LIKE))
def test_every_zone_of_a_limb_has_a_section(zone: str) -> None:
    assert transmission(zone, 5.0, 0.6).muscle == transmission(LIKE[zone], 5.0, 0.6).muscle


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(InputError, match="'nose' is not a zone of a limb") as caught:
        transmission("nose", 5.0, 0.6)
    assert "calf" in caught.value.remedy


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1.0, 0.0])
@pytest.mark.parametrize("name", ["radius", "fat", "cover"])
def test_what_is_no_number_above_zero_is_refused(name: str, bad: float) -> None:
    values = {"radius": 5.0, "fat": 0.6, "cover": 1.0} | {name: bad}
    with pytest.raises(InputError, match=f"{name}: {bad:g} is not a number above 0"):
        transmission("calf", values["radius"], values["fat"], values["cover"])


def test_fat_thicker_than_the_leg_is_refused() -> None:
    with pytest.raises(InputError, match="7 cm of fat do not fit in a leg of 5 cm radius"):
        transmission("thigh", [9.0, 5.0], 7.0)


@pytest.mark.parametrize(
    "radius, fat, cover, message",
    [
        (20.0, 2.0, 1.0, "radius: 20 is outside of 2.09 to 14.18"),
        (1.5, 0.2, 1.0, "radius: 1.5 is outside of"),
        (5.0, 3.4, 1.0, "fat over radius: 0.68 is outside of 0.0142 to 0.63"),
        (9.0, 0.05, 1.0, "fat over radius: 0.00555556 is outside of"),
        (5.0, 0.5, 0.4, "cover: 0.4 is outside of"),
        (5.0, 0.5, 1.1, "cover: 1.1 is outside of"),
    ],
)
def test_what_the_table_has_not_is_refused(
    radius: float, fat: float, cover: float, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        transmission("calf", radius, fat, cover)


def test_a_little_outside_of_the_table_its_last_knot_counts() -> None:
    assert transmission("calf", 14.0, 1.4).muscle == pytest.approx(
        float(transmission("calf", 13.5, 1.35).muscle), abs=1e-12
    )


def test_a_row_solved_anew_is_what_is_stored() -> None:
    found = table.row("calf", 0.8, 5.5, 0.15, around=40)
    stored = transmission("calf", 5.5, 0.15 * 5.5, 0.8)
    assert found.fat == pytest.approx(float(stored.fat), abs=script.NEAR)
    assert found.muscle == pytest.approx(float(stored.muscle), abs=script.NEAR)


def test_the_table_was_made_with_the_tissues_as_they_are() -> None:
    text = script.TABLE.read_text(encoding="utf-8")
    for name, one in load("tissue").items():
        assert f"{name} {one.value:g}" in text


def test_the_table_is_written_as_it_is_read() -> None:
    row = table.Row("calf", 0.6, 2.2, 0.015, 0.6, 0.59, 0.72)
    lines = table.written([row]).splitlines()
    assert lines[-2] == ",".join(table.COLUMNS)
    assert lines[-1] == "calf,0.6,2.2,0.015,0.6000,0.5900,0.7200"
