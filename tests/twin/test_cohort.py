"""Many legs at once: each as it would be alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso import cuff
from openpresso.errors import InputError
from openpresso.twin import limb
from openpresso.twin.cohort import Cohort
from openpresso.twin.people import population
from openpresso.twin.steps import substeps
from openpresso.twin.twin import Twin

LEG = cuff.load("calf-3")
PEOPLE = population.sample(12, seed=5)
LIMBS = [limb.under(LEG, "sitting", one) for one in PEOPLE]
TABLE = np.full((240, LEG.n_chambers), np.nan)
TABLE[20:160] = np.linspace(45.0, 25.0, LEG.n_chambers)
TABLE[160:200, 1:] = 30.0


def flattened(found: object) -> np.ndarray:
    return np.concatenate([np.ravel(getattr(found, name)) for name in found.__slots__])  # type: ignore[attr-defined]


@settings(max_examples=6, deadline=None)
@given(
    threads=st.integers(1, 4),
    lanes=st.sampled_from([1, 8, 20, 200]),
    count=st.integers(1, len(LIMBS)),
)
def test_a_leg_gives_the_same_bits_alone_in_any_block_and_on_any_number_of_threads(
    threads: int, lanes: int, count: int
) -> None:
    cohort = Cohort(LEG, LIMBS[:count], seed=3, threads=threads, lanes=lanes)
    found = cohort.deliver(TABLE, 60.0)
    number = count - 1
    alone = Twin([LEG], seed=3, limbs=[LIMBS[number]], numbers=[number])
    alone.follow(TABLE[:, None], 60.0, 10)
    assert (found[number].interface > 15.0).all()
    np.testing.assert_array_equal(flattened(found[number]), flattened(alone.observed(0)))


def test_legs_that_get_set_points_of_their_own_get_just_these() -> None:
    own = np.repeat(TABLE[:, None], 3, axis=1)
    own[:, 1] *= 0.5
    cohort = Cohort(LEG, LIMBS[:3], seed=3)
    first, second, third = cohort.deliver(own, 60.0)
    alike = cohort.deliver(TABLE, 60.0)
    np.testing.assert_array_equal(first.interface, alike[0].interface)
    np.testing.assert_array_equal(third.interface, alike[2].interface)
    assert (second.interface < 0.8 * alike[1].interface).all()


def test_what_a_cycle_does_is_observed_on_every_leg() -> None:
    found = Cohort(LEG, LIMBS, seed=3).averages(TABLE, 60.0, cycles=2)
    ejected = np.array([one.ejected for one in found])
    assert (ejected > 0.0).all()
    assert np.ptp(ejected) > 0.1 * ejected.mean()


def test_a_limb_that_does_not_fit_the_cuff_is_refused() -> None:
    other = limb.under(cuff.load("leg-8"), "supine")
    with pytest.raises(InputError, match=r"limbs\[1\].*8 chambers.*calf-3 has 3"):
        Cohort(LEG, [LIMBS[0], other])
    with pytest.raises(InputError, match="no leg"):
        Cohort(LEG, [])


@pytest.mark.parametrize(("factor", "why"), [(1e9, "more than 64 steps"), (np.nan, "not a number")])
def test_veins_that_no_step_is_fine_enough_for_are_refused_instead_of_computed_wrongly(
    factor: float, why: str
) -> None:
    stiff = replace(LIMBS[0], conductance=LIMBS[0].conductance * factor)
    with pytest.raises(InputError, match=why):
        substeps([LEG], [stiff])
