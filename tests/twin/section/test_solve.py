"""The finite elements against closed forms and against an ordinary equation in the radius."""

from __future__ import annotations

import numpy as np
import pytest

from openpresso.errors import InputError
from openpresso.twin.section import convergence
from openpresso.twin.section.cylinder import waves
from openpresso.twin.section.edge import edge
from openpresso.twin.section.field import KILOPASCAL, Load, within
from openpresso.twin.section.layout import TISSUES, Bone, Layout, leg
from openpresso.twin.section.material import Material, nominal
from openpresso.twin.section.mesh import build
from openpresso.twin.section.solve import Section, StrainError
from tests.twin.section.reference import tube

LAYERS = nominal()
ONE = Material.of(np.full(len(TISSUES), 15.0), 0.4999)


@pytest.fixture(scope="module")
def calf() -> Section:
    return Section(build(leg("calf", 5.6, 0.9), 40), LAYERS)


@pytest.mark.parametrize("held", [True, False], ids=["bone", "bore"])
@pytest.mark.parametrize("material", [ONE, LAYERS], ids=["one tissue", "layers"])
def test_even_pressure_gives_what_the_closed_form_says(material: Material, held: bool) -> None:
    found = convergence.run(material, 40, held=held)
    assert found.displacement < 0.01
    assert found.pressure < 0.01
    assert found.radial < 0.01


@pytest.mark.parametrize("poisson", [0.49, 0.499, 0.4999, 0.49999])
def test_nothing_locks_when_volume_hardly_changes(poisson: float) -> None:
    material = Material.of(np.full(len(TISSUES), 15.0), poisson)
    found = convergence.run(material, 40, held=False)
    assert found.displacement < 0.003
    assert found.pressure < 0.01


def test_errors_fall_as_fast_as_the_elements_promise() -> None:
    runs = [convergence.run(LAYERS, around, held=False) for around in (40, 60, 80)]
    displacement, pressure = convergence.order(runs)
    assert displacement > 2.2
    assert pressure > 1.2


def test_waves_round_a_disc_fall_with_depth_as_michell_says() -> None:
    disc = Layout(6.0, 0.15, 1.0, 0.1, ())
    material = Material.of(np.full(len(TISSUES), 15.0), 0.49999)
    found = Section(build(disc, 80), material, hollow=True).solve(Load(60.0, 0.6, 4), linear=True)
    deep = np.hypot(*found.place)
    angle = np.arctan2(found.place[1], found.place[0])
    share = found.pressure / (60.0 * KILOPASCAL)
    apart = np.abs(share - waves(0.6, 4, 1.0 - deep / 6.0, angle, 100))
    assert apart[deep < 4.0].max() < 0.01
    assert found.mean(found.pressure, deep > 0.0) == pytest.approx(0.6, abs=1e-4)


@pytest.mark.parametrize("held", [True, False], ids=["bone", "bore"])
def test_finite_strain_is_that_of_an_ordinary_equation(held: bool) -> None:
    pressure = 60.0 if held else 20.0
    layout = convergence.TUBE
    found = Section(build(layout, 40), LAYERS, hollow=not held).solve(Load(pressure))
    radii = np.array([layout.bones[0].radius, *layout.rings[::-1]])
    exact = tube(pressure * KILOPASCAL, radii, LAYERS.shear[::-1], LAYERS.lame[::-1], held=held)
    r = np.hypot(*found.place)
    for k, tissue in enumerate(reversed(TISSUES)):
        kept = within(found, tissue)
        places, total = exact.radius[k], exact.pressure[k]
        expected = np.interp(r[kept], places, total)
        off = np.sqrt(np.mean((found.pressure[kept] - expected) ** 2))
        assert off < 0.01 * np.sqrt(np.mean(expected**2))
        moved = np.interp(r[kept], places, exact.moved[k])
        furthest = np.abs(exact.moved - exact.radius).max()
        assert np.abs(np.hypot(*found.moved)[kept] - moved).max() < 0.01 * furthest


def test_finite_strain_is_linear_elasticity_under_little_pressure(calf: Section) -> None:
    load = Load(0.05, 0.6)
    large, small = calf.solve(load), calf.solve(load, linear=True)
    scale = np.abs(small.vertices).max()
    assert np.abs(large.vertices - small.vertices).max() < 0.01 * scale


def test_under_a_sleeve_all_round_every_depth_bears_nearly_all(calf: Section) -> None:
    found = calf.solve(Load(60.0))
    for tissue in ("fat", "muscle"):
        assert 0.98 < found.mean(found.pressure, within(found, tissue)) < 1.0
    assert np.abs(found.vertices).max() < 0.03


def test_under_what_presses_a_part_pressure_falls_with_depth(calf: Section) -> None:
    found = calf.solve(Load(60.0, 0.6))
    r, angle = np.hypot(*found.place), np.arctan2(found.place[1], found.place[0])
    under = np.abs(np.abs(angle) - np.pi) < 0.2
    fat = found.mean(found.pressure, under & within(found, "fat"))
    deep = found.mean(found.pressure, under & within(found, "muscle") & (r < 2.5))
    assert fat > 0.95
    assert deep < 0.85


def test_one_step_or_many_lead_to_the_same_rest(calf: Section) -> None:
    load = Load(60.0, 0.6)
    state = np.zeros(calf.size)
    for k in range(1, 5):
        found = calf.newton(state, load, k / 4.0)
        assert found is not None
        state = found
    at_once = calf.solve(load)
    np.testing.assert_allclose(calf.field(state, load).vertices, at_once.vertices, atol=1e-6)


def test_volume_is_kept(calf: Section) -> None:
    found = calf.solve(Load(60.0, 0.6))
    assert (found.area * found.volume).sum() / found.area.sum() == pytest.approx(1.0, abs=0.005)


def test_a_load_that_nothing_bears_is_refused() -> None:
    soft = Material.of(np.full(len(TISSUES), 0.05), 0.499)
    with pytest.raises(StrainError, match=r"no rest beyond .* mmHg on 0.6 of the girth"):
        Section(build(leg("calf", 5.6, 0.9), 40), soft).solve(Load(120.0, 0.6))


@pytest.mark.parametrize(
    "load, message",
    [
        (Load(60.0, 0.7), "4 parts with a cover of 0.7 do not end at nodes of 40"),
        (Load(60.0, 1.2), "1.2 is not a share of the girth"),
        (Load(float("nan")), "nan mmHg is not a pressure above 0"),
    ],
)
def test_a_load_that_the_mesh_cannot_have_is_refused(load: Load, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load.fit(40)


def test_past_the_end_of_a_sleeve_pressure_ends_within_a_radius() -> None:
    layout = Layout(5.6, 0.15, 0.9, 0.1, (Bone(0.0, 0.0, 1.3),))
    found = edge(layout, LAYERS)
    inside, at, past = np.interp([-5.6, 0.0, 5.6], found.along, found.muscle)
    assert inside > 0.95
    assert at == pytest.approx(0.5, abs=0.02)
    assert abs(past) < 0.05
    assert 0.2 < found.reach(found.muscle) / 5.6 < 0.4
