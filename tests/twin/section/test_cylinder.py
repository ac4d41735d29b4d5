"""The closed forms, each against another way to the same figure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.twin.section.cylinder import Cylinder, waves
from tests.twin.section.reference import tube

POSITIVE = st.floats(0.5, 50.0)


@given(modulus=POSITIVE, poisson=st.floats(0.1, 0.4999), inner=st.floats(0.1, 0.9))
def test_one_layer_is_what_lame_wrote(modulus: float, poisson: float, inner: float) -> None:
    shear = np.array([modulus / (2.0 * (1.0 + poisson))])
    lame = 2.0 * shear * poisson / (1.0 - 2.0 * poisson)
    found = Cylinder.under(8.0, np.array([inner, 1.0]), shear, lame, held=False)
    r = np.linspace(inner, 1.0, 7)
    square = inner**2
    radial = 8.0 / (1.0 - square) * (1.0 - square / r**2)
    hoop = 8.0 / (1.0 - square) * (1.0 + square / r**2)
    np.testing.assert_allclose(found.radial(r), radial, rtol=1e-7, atol=1e-7)
    total = (1.0 + poisson) / 3.0 * (radial + hoop)
    np.testing.assert_allclose(found.pressure(r), total, rtol=1e-7)


@given(cut=st.floats(0.3, 0.9), modulus=POSITIVE)
def test_layers_of_one_tissue_are_one_layer(cut: float, modulus: float) -> None:
    one = (np.array([modulus]), np.array([100.0 * modulus]))
    two = (np.full(2, modulus), np.full(2, 100.0 * modulus))
    r = np.linspace(0.2, 1.0, 9)
    whole = Cylinder.under(8.0, np.array([0.2, 1.0]), *one, held=True)
    parts = Cylinder.under(8.0, np.array([0.2, cut, 1.0]), *two, held=True)
    np.testing.assert_allclose(whole.pressure(r), parts.pressure(r), rtol=1e-9)
    np.testing.assert_allclose(whole.displacement(r), parts.displacement(r), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("held", [True, False])
def test_layers_are_the_limit_of_finite_strain_at_little_pressure(held: bool) -> None:
    radii, shear = np.array([1.5, 4.0, 5.9, 6.0]), np.array([5.0, 1.7, 50.0])
    lame = 500.0 * shear
    small = Cylinder.under(1e-3, radii, shear, lame, held=held)
    large = tube(1e-3, radii, shear, lame, held=held)
    for k in range(3):
        r = large.radius[k, 1:-1]
        np.testing.assert_allclose(large.pressure[k, 1:-1], small.pressure(r), rtol=2e-3)


@given(cover=st.floats(0.05, 1.0), contacts=st.integers(2, 12), angle=st.floats(-3.0, 3.0))
def test_the_middle_of_a_disc_bears_the_cover(cover: float, contacts: int, angle: float) -> None:
    assert waves(cover, contacts, np.array(1.0), np.array(angle)) == pytest.approx(cover)


@given(cover=st.floats(0.1, 0.9), contacts=st.integers(2, 8))
def test_pressure_falls_with_depth_under_what_presses(cover: float, contacts: int) -> None:
    depth = np.linspace(0.05, 1.0, 20)
    assert (np.diff(waves(cover, contacts, depth, np.array(0.0))) <= 1e-12).all()


def test_a_wave_keeps_its_volume_balance_of_forces_and_free_skin() -> None:
    order, step = 3, 1e-3

    def stress_function(x: float, y: float) -> float:
        r, angle = np.hypot(x, y), np.arctan2(y, x)
        b = -1.0 / (2.0 * (order + 1.0))
        a = -b * (order + 1.0) / (order - 1.0)
        return float((a * r**order + b * r ** (order + 2)) * np.cos(order * angle))

    def bends(x: float, y: float) -> float:
        sides = sum(
            stress_function(x + dx, y + dy)
            for dx, dy in ((step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step))
        )
        return (sides - 4.0 * stress_function(x, y)) / step**2

    for r, angle in ((0.3, 0.2), (0.7, 1.1), (0.9, 2.0)):
        pressure = -0.5 * bends(r * np.cos(angle), r * np.sin(angle))
        assert pressure == pytest.approx(r**order * np.cos(order * angle), abs=1e-5)
