"""Who a person can be, what is filled in, and what is refused with a reason."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import math
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openpresso.errors import InputError
from openpresso.twin.parameters import load
from openpresso.twin.people import plausible
from openpresso.twin.people.conditions import CONDITIONS, SETS
from openpresso.twin.people.person import NOMINAL, SEXES, Person, Traits, person, swelling
from openpresso.twin.people.shape import SITES, Site, between, cone, cones, widened
from openpresso.twin.people.text import EXAMPLE, parse

NO_NUMBERS = st.one_of(
    st.floats(max_value=0.0), st.just(math.nan), st.just(math.inf), st.booleans(), st.text()
)


def code(**given: object) -> str:
    with pytest.raises(InputError) as caught:
        person(**{"sex": "female", **given})  # type: ignore[arg-type]
    assert "allowed" in str(caught.value)
    assert caught.value.remedy
    return caught.value.code


def test_the_nominal_person_is_the_mean_woman_of_the_cuffs_files() -> None:
    assert NOMINAL.girths == {"ankle": 21.21, "calf": 35.01, "knee": 35.26, "thigh": 57.20}
    assert (NOMINAL.sex, NOMINAL.height, NOMINAL.weight) == ("female", 164.9, 60.6)
    assert NOMINAL.traits == Traits()
    assert person(sex="female", height=164.9, weight=60.6) == NOMINAL


@pytest.mark.parametrize(
    ("sex", "below_knee", "thigh"), [("female", 2696, 5719), ("male", 3307, 6299)]
)
def test_mean_legs_have_the_volumes_computed_from_the_data_set(
    sex: str, below_knee: float, thigh: float
) -> None:
    one = person(sex=sex)
    assert between(one.girths, one.height, "ankle", "knee") == pytest.approx(below_knee, abs=1.0)
    assert between(one.girths, one.height, "knee", "thigh") == pytest.approx(thigh, rel=1e-3)


@pytest.mark.parametrize(("sex", "measured"), [("female", 742.0), ("male", 871.0)])
def test_mean_feet_have_the_volumes_that_were_measured(sex: str, measured: float) -> None:
    assert plausible.foot_volume(sex, person(sex=sex).girths["ankle"]) == pytest.approx(measured)


def test_the_foot_of_a_mean_man_follows_from_a_womans_by_the_ankle_alone() -> None:
    by_ankle = plausible.foot_volume("female", person(sex="male").girths["ankle"])
    assert by_ankle == pytest.approx(871.0, rel=0.03)


@given(radius=st.floats(1.0, 20.0), top=st.floats(1.0, 20.0), length=st.floats(0.1, 50.0))
def test_a_cone_has_the_volume_of_a_cone(radius: float, top: float, length: float) -> None:
    closed = math.pi * length / 3.0 * (radius**2 + radius * top + top**2)
    found = cone(2.0 * math.pi * radius, 2.0 * math.pi * top, length)
    assert float(found) == pytest.approx(closed, rel=1e-12)


def test_a_centimetre_of_calf_girth_is_some_70_millilitres() -> None:
    before = cones([35.0, 35.0], [0.0, 12.0])
    assert cones([36.0, 36.0], [0.0, 12.0]) - before == pytest.approx(67.8, abs=0.1)
    assert float(widened(35.0, before, 67.8)) == pytest.approx(36.0, abs=0.001)


@given(girth=st.floats(10.0, 100.0), share=st.floats(-0.5, 1.0))
def test_a_segment_that_swells_and_shrinks_again_is_as_thick_as_before(
    girth: float, share: float
) -> None:
    thicker = float(widened(girth, 500.0, 500.0 * share))
    assert float(widened(thicker, 500.0 * (1.0 + share), -500.0 * share)) == pytest.approx(girth)


@given(
    sex=st.sampled_from(SEXES),
    height=st.floats(100.0, 230.0),
    weight=st.floats(25.0, 350.0),
    condition=st.sampled_from(CONDITIONS),
)
def test_whoever_can_be_is_filled_in_and_accepted(
    sex: str, height: float, weight: float, condition: str
) -> None:
    assume(10.0 < weight / (height / 100.0) ** 2 < 90.0)
    one = person(sex=sex, height=height, weight=weight, condition=condition)
    assert set(one.girths) == set(one.fat) == set(SITES)
    assert all(0.0 < one.fat[site] < one.girths[site] / (2.0 * math.pi) for site in SITES)


@given(lighter=st.floats(40.0, 119.0), more=st.floats(0.5, 60.0), sex=st.sampled_from(SEXES))
def test_a_heavier_person_has_thicker_legs_and_more_fat(
    lighter: float, more: float, sex: str
) -> None:
    light = person(sex=sex, height=165.0, weight=lighter)
    heavy = person(sex=sex, height=165.0, weight=lighter + more)
    for site in SITES:
        assert heavy.girths[site] > light.girths[site]
        assert heavy.fat[site] > light.fat[site]


def test_what_is_given_is_kept_and_the_rest_is_filled_in() -> None:
    one = person(sex="male", weight=90.0, girths={"calf": 41.5}, fat={"thigh": 1.3})
    usual = person(sex="male", weight=90.0)
    assert one.girths == {**usual.girths, "calf": 41.5}
    assert one.fat == {**usual.fat, "thigh": 1.3}


def test_one_thickness_of_fat_is_that_at_the_calf_and_the_rest_goes_with_it() -> None:
    one = person(sex="female", fat=1.9)
    for site in SITES:
        assert one.fat[site] == pytest.approx(2.0 * NOMINAL.fat[site])


def test_a_condition_scales_what_is_filled_in_and_never_what_is_given() -> None:
    swollen = person(sex="female", girths={"calf": 36.0}, condition="lymphoedema")
    assert swollen.girths["calf"] == 36.0
    assert swollen.girths["ankle"] == pytest.approx(1.2 * NOMINAL.girths["ankle"])
    assert swelling(swollen)["calf"] == pytest.approx(36.0 / 35.01)
    assert swelling(swollen)["ankle"] == pytest.approx(1.2)
    assert set(swelling(NOMINAL).values()) == {1.0}


def test_conditions_change_the_traits_that_they_name() -> None:
    ill = person(sex="female", condition="lymphoedema").traits
    assert ill == Traits(lymph=load("fluid")["lymphoedema.lymph"].value)
    assert ill.lymph < 0.7
    assert person(sex="female", condition="after-sport").traits.inflow == 1.4
    leaking = person(sex="female", condition="venous-insufficiency").traits
    assert leaking.valve_leak * 1e-3 == pytest.approx(0.2)
    assert leaking.capacity > 1.0


def test_what_a_condition_does_stands_in_one_set_only() -> None:
    of_veins, of_fluid = ({key for key in load(name) if "." in key} for name in SETS)
    assert of_veins
    assert of_fluid
    assert not of_veins & of_fluid


def test_an_ankle_thicker_than_the_calf_occurs_in_lymphoedema_alone() -> None:
    girths: Mapping[Site, float] = {"ankle": 45.0, "calf": 43.0}
    assert code(girths=girths, weight=75.0) == "girth-order"
    one = person(sex="female", weight=75.0, girths=girths, condition="lymphoedema")
    assert one.girths["ankle"] == 45.0


@given(site=st.sampled_from(SITES), girth=NO_NUMBERS)
def test_a_girth_that_is_no_length_is_refused(site: Site, girth: float) -> None:
    assert code(girths={site: girth}) == "implausible-girth"


@given(fat=NO_NUMBERS, site=st.sampled_from(SITES))
def test_fat_that_is_no_length_is_refused(fat: float, site: Site) -> None:
    assert code(fat=fat) == "implausible-fat"
    assert code(fat={site: fat}) == "implausible-fat"


@given(site=st.sampled_from(SITES), beyond=st.floats(1.0, 10.0))
def test_fat_thicker_than_the_radius_is_refused(site: Site, beyond: float) -> None:
    radius = NOMINAL.girths[site] / (2.0 * math.pi)
    assert code(fat={site: beyond * radius}) == "fat-too-thick"


@given(weight=st.floats(40.0, 80.0), thigh=st.floats(130.0, 180.0))
def test_a_leg_too_heavy_for_its_body_is_refused(weight: float, thigh: float) -> None:
    swollen: Mapping[Site, float] = {"calf": 100.0, "knee": 105.0, "thigh": thigh}
    assert code(weight=weight, girths=swollen) == "leg-too-heavy"
    assert code(weight=weight, girths=swollen, condition="lymphoedema") == "leg-too-heavy"


def test_a_leg_too_light_for_its_body_is_refused() -> None:
    thin: Mapping[Site, float] = {"ankle": 12.0, "calf": 15.0, "knee": 15.0, "thigh": 20.0}
    assert code(weight=90.0, girths=thin) == "leg-too-light"


@given(height=st.one_of(NO_NUMBERS, st.floats(0.0, 99.9), st.floats(230.1, 1e300)))
def test_a_height_that_nobody_has_is_refused(height: float) -> None:
    assert code(height=height) == "implausible-height"


@given(weight=st.one_of(NO_NUMBERS, st.floats(0.0, 24.9), st.floats(350.1, 1e300)))
def test_a_weight_that_nobody_has_is_refused(weight: float) -> None:
    assert code(weight=weight) == "implausible-weight"


def test_height_and_weight_must_go_together() -> None:
    assert code(height=200.0, weight=30.0) == "implausible-build"
    assert code(height=120.0, weight=250.0) == "implausible-build"


def test_every_reason_is_given_at_once() -> None:
    with pytest.raises(InputError) as caught:
        person(sex="female", height=20.0, weight=60.0, girths={"calf": -3.0, "heel": 30.0})  # type: ignore[dict-item]
    codes = [one.code for one in caught.value.diagnostics]
    assert codes == ["implausible-height", "implausible-girth", "unknown-site"]


def test_an_unknown_condition_or_sex_gets_the_nearest_one_proposed() -> None:
    with pytest.raises(InputError, match="did you mean 'lymphoedema'"):
        person(sex="female", condition="lymphodema")
    with pytest.raises(InputError, match="did you mean 'female'"):
        person(sex="femal")
    assert code(condition="gout") == "unknown-condition"
    assert code(sex="other") == "unknown-sex"


def test_a_person_cannot_be_changed_and_can_be_copied() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        NOMINAL.weight = 70.0  # type: ignore[misc]
    assert copy.deepcopy(NOMINAL) == NOMINAL


def test_a_person_is_read_from_text() -> None:
    one = parse(EXAMPLE)
    assert one == person(
        sex="female", height=165.0, weight=60.0, girths={"calf": 36.0}, fat=1.5,
        condition="lymphoedema",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "male, 1.8 m, 80 kg, thigh 58 cm, fat at thigh 12 mm",
        "80 kg, Man, height 180 cm, girth of the thigh 58 cm, thigh fat 1.2 cm, healthy",
        "m,180cm,80kg,thigh 580 mm,thigh fat 1.2cm",
    ],
)
def test_order_units_and_small_words_do_not_matter(text: str) -> None:
    asked = person(
        sex="male", height=180.0, weight=80.0, girths={"thigh": 58.0}, fat={"thigh": 1.2}
    )
    read = parse(text)
    assert (read.sex, read.girths["thigh"]) == ("male", 58.0)
    assert read.height == pytest.approx(asked.height)
    assert read.girths == pytest.approx(asked.girths)
    assert read.fat == pytest.approx(asked.fat)


def test_a_text_may_leave_out_all_but_the_sex() -> None:
    assert parse("female") == NOMINAL
    assert parse("woman, venous insufficiency").condition == "venous-insufficiency"
    assert parse("female, 132.277 lb").weight == pytest.approx(60.0, abs=0.001)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not-a-person"),
        (7, "not-a-person"),
        ("165 cm, 60 kg", "no-sex"),
        ("female, 60", "bare-number"),
        ("female, 60 stone", "unknown-unit"),
        ("female, 60 kg, 61 kg", "said-twice"),
        ("female, male", "said-twice"),
        ("female, calf 35 cm, calf girth 36 cm", "said-twice"),
        ("female, fat 1 cm, calf fat 2 cm", "said-twice"),
        ("female, lymphodema", "unknown-word"),
        ("female, calv 36 cm", "unknown-measure"),
        ("female, weight 60 cm", "not-a-weight"),
        ("female, calf 36 kg", "unknown-unit"),
        ("female, calf -36 cm", "implausible-girth"),
        ("female, 20 cm", "implausible-height"),
        ("female,, 60 kg", "unknown-word"),
    ],
)
def test_a_text_that_is_not_understood_is_refused_with_the_reason(text: object, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, source="--person")
    assert caught.value.code == says
    assert str(caught.value).startswith("--person")
    assert caught.value.remedy


@given(text=st.text(max_size=60))
def test_no_text_does_anything_but_give_a_person_or_a_reason(text: str) -> None:
    with contextlib.suppress(InputError):
        assert isinstance(parse(text), Person)
