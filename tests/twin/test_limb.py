"""The limb under a cuff: the nominal one as it always was, and how a person changes it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import cuff
from openpresso.twin import limb
from openpresso.twin.depth import transmission
from openpresso.twin.people import population
from openpresso.twin.people.conditions import CONDITIONS
from openpresso.twin.people.person import NOMINAL, Person, Traits, person

CUFFS = ("arm-8", "calf-3", "foot-1", "leg-12", "leg-24", "leg-4", "leg-6", "leg-8")
LEG = cuff.load("leg-8")
PEOPLE = population.sample(40, 9) + [
    one for has in CONDITIONS for one in population.sample(4, 9, condition=has)
]
RESTS = {"foot": 2.1, "ankle": 2.0, "calf": 2.0, "knee": 1.2, "thigh": 0.9}
COMPLIANCES = {"foot": 0.147, "ankle": 0.147, "calf": 0.147, "knee": 0.12, "thigh": 0.10}
LIKE = {"hand": "foot", "forearm": "calf", "elbow": "knee", "upper-arm": "thigh"}
LEVELS = np.array([0.0, 10.0, 20.0, 30.0, 42.0, 52.0, 64.0, 76.0, 90.0])
TOTAL = np.append(0.0, np.cumsum([3.0, 2.0, 2.0, 1.6, 0.35, 0.25, 0.2, 0.12]))
BELOW_HEART = {"supine": 0.0, "elevated": -0.3, "sitting": 0.7, "standing": 1.0}


def as_it_was(name: str, posture: limb.Posture) -> dict[str, np.ndarray]:
    """Write the nominal limb down again, from literal figures and the cuff's file alone.

    What the depth lets through is not in it.
    """
    one = cuff.load(name)
    zones = [LIKE.get(chamber.zone, chamber.zone) for chamber in one.chambers]
    level = np.array([chamber.level for chamber in one.chambers])
    girth = np.array([chamber.girth for chamber in one.chambers])
    length = np.array([chamber.length - chamber.overlap for chamber in one.chambers])
    volume = girth**2 / (4.0 * math.pi) * length
    outlet = max({"arm": 62.0}.get(one.limb, 90.0), level[-1] + 0.5 * length[-1])
    upper = np.append(level[1:], outlet)
    factor = 0.735 * BELOW_HEART[posture]
    resistance = np.interp(upper, LEVELS, TOTAL) - np.interp(level, LEVELS, TOTAL)
    return {
        "volume": volume,
        "rest": volume / 100.0 * [RESTS[zone] for zone in zones],
        "compliance": volume / 100.0 * [COMPLIANCES[zone] for zone in zones],
        "largest": volume / 100.0 * 5.5,
        "conductance": 1.0 / np.maximum(resistance, 0.02),
        "step_up": factor * (upper - level),
        "head": factor * (outlet - level),
        "inflow": volume * 0.054e-2,
        "radius": girth / (2.0 * math.pi),
        "perforator": np.full(len(zones), 0.3),
        "valve_leak": np.full(len(zones), 1e-3),
        "superficial_share": np.full(len(zones), 0.15),
        "collapse": np.full(len(zones), 1.5),
    }


@pytest.mark.parametrize("posture", limb.POSTURES)
@pytest.mark.parametrize("name", CUFFS)
def test_the_nominal_limb_is_bit_for_bit_what_it_was(name: str, posture: limb.Posture) -> None:
    found = limb.under(cuff.load(name), posture)
    for field, expected in as_it_was(name, posture).items():
        assert getattr(found, field).tobytes() == expected.tobytes(), field


def test_figures_that_other_modules_take_are_what_they_were() -> None:
    assert (limb.COLLAPSE, limb.NARROWEST, limb.INFLOW) == (1.5, 0.001, 0.054e-2)
    assert (limb.SUPERFICIAL_SHARE, limb.PERFORATOR, limb.VALVE_LEAK) == (0.15, 0.3, 1e-3)
    assert (limb.HYDROSTATIC, limb.LARGEST) == (0.735, 5.5)
    assert limb.POSTURES == BELOW_HEART
    assert (limb.REST_VOLUME, limb.COMPLIANCE, limb.LIKE) == (RESTS, COMPLIANCES, LIKE)
    assert limb.OUTLET_LEVEL == {"leg": 90.0, "calf": 90.0, "foot": 90.0, "arm": 62.0}


@pytest.mark.parametrize("name", CUFFS)
@pytest.mark.parametrize("one", PEOPLE[::6])
def test_whatever_the_person_every_figure_is_positive_and_finite(name: str, one: Person) -> None:
    found = limb.under(cuff.load(name), "sitting", one)
    for field in dataclasses.fields(found):
        values = getattr(found, field.name)
        assert values.shape == (cuff.load(name).n_chambers,)
        assert np.isfinite(values).all()
        assert (values > 0.0).all(), field.name
    assert (found.fat < found.radius).all()


@given(share=st.floats(0.8, 1.3))
def test_girths_all_thicker_by_a_share_give_volumes_thicker_by_its_square(share: float) -> None:
    thicker = dataclasses.replace(
        NOMINAL, girths={site: share * one for site, one in NOMINAL.girths.items()}
    )
    found, usual = (limb.under(LEG, "supine", one) for one in (thicker, NOMINAL))
    np.testing.assert_allclose(found.radius, share * usual.radius, rtol=1e-12)
    for field in ("volume", "rest", "compliance", "largest", "inflow", "conductance", "perforator"):
        expected = share**2 * getattr(usual, field)
        np.testing.assert_allclose(getattr(found, field), expected, rtol=1e-12)


def test_a_thick_calf_leaves_the_thigh_as_it_is() -> None:
    found = limb.under(LEG, "supine", person(sex="female", girths={"calf": 40.0}))
    changed = found.volume / limb.under(LEG, "supine").volume
    zones = [chamber.zone for chamber in LEG.chambers]
    assert changed[zones.index("calf")] > 1.1
    assert changed[-1] == 1.0
    assert changed[0] == 1.0


def test_volumes_under_a_cuff_are_near_those_of_the_whole_profile_of_the_leg() -> None:
    def integral(one: Person, lower: float, upper: float) -> float:
        at = np.linspace(lower, upper, 400)
        knots = one.height * np.array([0.055, 0.195, 0.27, 0.47])
        return float((np.interp(at, knots, list(one.girths.values())) ** 2).mean())

    usual = limb.under(LEG, "supine").volume
    for one in PEOPLE[:20]:
        ratio = limb.under(LEG, "supine", one).volume / usual
        for chamber, found in list(zip(LEG.chambers, ratio, strict=True))[1:]:
            half = 0.5 * (chamber.length - chamber.overlap)
            ends = chamber.level - half, chamber.level + half
            assert found == pytest.approx(integral(one, *ends) / integral(NOMINAL, *ends), rel=0.03)


@pytest.mark.parametrize(
    ("trait", "field", "power"),
    [
        ("compliance", "compliance", 1),
        ("resistance", "conductance", -1),
        ("resistance", "perforator", -1),
        ("inflow", "inflow", 1),
        ("capacity", "rest", 1),
        ("capacity", "largest", 1),
        ("valve_leak", "valve_leak", 1),
    ],
)
def test_a_trait_scales_its_figure_and_no_other(trait: str, field: str, power: int) -> None:
    one = dataclasses.replace(NOMINAL, traits=Traits(**{trait: 2.0}))
    found, usual = (limb.under(LEG, "supine", who) for who in (one, NOMINAL))
    np.testing.assert_allclose(
        getattr(found, field), 2.0**power * getattr(usual, field), rtol=1e-12
    )
    touched = {"compliance", "conductance", "perforator", "inflow", "rest", "largest", "valve_leak"}
    scaled = {"resistance": {"conductance", "perforator"}, "capacity": {"rest", "largest"}}
    for other in touched - scaled.get(trait, {field}):
        np.testing.assert_array_equal(getattr(found, other), getattr(usual, other))


def test_a_taller_person_has_more_blood_to_lift() -> None:
    tall = limb.under(LEG, "standing", person(sex="female", height=185.0))
    short = limb.under(LEG, "standing", person(sex="female", height=155.0))
    assert (tall.head > short.head).all()
    assert tall.head[0] - short.head[0] == pytest.approx(0.735 * 90.0 * 30.0 / 164.9)


@pytest.mark.parametrize("height", [150.0, 164.9, 190.0])
def test_veins_of_a_leg_resist_by_its_own_length_and_not_by_centimetres(height: float) -> None:
    found = limb.under(LEG, "supine", person(sex="female", height=height))
    growth = found.volume / limb.under(LEG, "supine").volume
    taller = height / 164.9
    outlet = max(90.0 * taller, LEG.chambers[-1].level + 0.5 * LEG.chambers[-1].length) / taller
    ends = np.interp([LEG.chambers[0].level / taller, outlet], LEVELS, TOTAL)
    assert (growth / found.conductance).sum() == pytest.approx(ends[1] - ends[0], rel=1e-9)


def test_swelling_adds_volume_and_no_veins() -> None:
    swollen = limb.under(LEG, "supine", person(sex="female", condition="lymphoedema"))
    usual = limb.under(LEG, "supine")
    assert (swollen.volume > 1.15 * usual.volume).all()
    assert swollen.living.sum() == pytest.approx(usual.volume.sum(), rel=0.02)
    np.testing.assert_array_equal(usual.living, usual.volume)
    assert swollen.rest.sum() == pytest.approx(usual.rest.sum(), rel=0.02)
    assert swollen.inflow.sum() == pytest.approx(usual.inflow.sum(), rel=0.02)


def test_valves_of_venous_insufficiency_leak_as_its_data_say_and_never_more_than_wholly() -> None:
    ill = person(sex="female", condition="venous-insufficiency")
    np.testing.assert_allclose(limb.under(LEG, "supine", ill).valve_leak, 0.2)
    broken = dataclasses.replace(NOMINAL, traits=Traits(valve_leak=1e9))
    np.testing.assert_array_equal(limb.under(LEG, "supine", broken).valve_leak, 1.0)


def test_an_arm_follows_its_person_as_the_like_zones_of_the_leg_do() -> None:
    arm = cuff.load("arm-8")
    found = limb.under(arm, "supine", person(sex="female", girths={"thigh": 60.0}))
    ratio = found.radius / limb.under(arm, "supine").radius
    thighs = np.array([chamber.zone == "upper-arm" for chamber in arm.chambers])
    np.testing.assert_allclose(ratio[thighs], 60.0 / 57.2)
    np.testing.assert_array_equal(ratio[~thighs], 1.0)
    for name in ("leg-8", "arm-8"):
        thinnest = limb.under(cuff.load(name), "supine")
        assert (thinnest.fat < 0.25 * thinnest.radius).all()


def test_depth_takes_what_muscle_and_fat_let_through_of_the_interface_pressure() -> None:
    found = limb.under(LEG, "supine")
    for index, chamber in enumerate(LEG.chambers):
        through = transmission(
            chamber.zone, found.radius[index], found.fat[index], cover=limb.CONTACT
        )
        assert found.deep[index] == pytest.approx(float(through.muscle) / limb.CONTACT)
        assert found.superficial[index] == pytest.approx(float(through.fat) / limb.CONTACT)


@pytest.mark.parametrize("one", PEOPLE[::4])
def test_the_fastest_mode_is_that_of_the_linearised_veins(one: Person) -> None:
    found, squeeze = limb.under(LEG, "supine", one), 100.0
    n, deep = len(found.rest), 0.85
    rest = deep * found.rest
    at = rest * (1.0 + squeeze / 1.5) ** (-1.0 / 1.5)

    def rates(volume: np.ndarray) -> np.ndarray:
        pressure = 1.5 * (1.0 - (volume / rest) ** -1.5)
        open_ = (at / rest) ** 2 * np.maximum(at / rest, 0.21)
        links = found.conductance * np.maximum(open_, 0.001)
        flow = links * (pressure - np.append(pressure[1:], -squeeze))
        return np.asarray(np.append(0.0, flow[:-1]) - flow)

    step = 1e-6 * at
    jacobian = np.array([(rates(at + e) - rates(at - e)) / (2.0 * e.sum()) for e in np.diag(step)])
    slowest = np.linalg.eigvals(jacobian.T).real.min()
    assert limb.fastest(found, squeeze) == pytest.approx(-slowest, rel=1e-4)
    assert n == LEG.n_chambers
