"""Priors are labelled, have ranges, fade, and never touch the physics."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import openpresso.twin
from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.fluid import priors

NAMES = st.sampled_from(priors.names())
MODELS = ("interstitium", "lymph", "loads", "balance", "state", "days", "swelling")


@given(NAMES)
def test_every_prior_says_that_it_is_no_physics_and_where_it_is_from(name: str) -> None:
    prior = priors.prior(name)
    assert prior.label.startswith("prior, not physics")
    assert prior.change.source in prior.label
    assert prior.after(0.0).label == priors.LABEL


def test_nothing_at_all_is_among_what_may_happen_to_cellulite() -> None:
    change = priors.prior("cellulite").change
    assert change.low < change.value < 0.0
    assert change.high == 0.0
    assert change.mark == "estimate"


def test_pressure_removes_no_fat_and_adds_no_performance() -> None:
    assert priors.prior("fat").after(0.0).low == 0.0
    assert priors.prior("performance").change.value == 0.0


@given(name=NAMES, weeks=st.floats(0.0, 100.0), more=st.floats(0.0, 100.0))
def test_changes_fade_and_their_range_holds_the_middle(
    name: str, weeks: float, more: float
) -> None:
    early, late = priors.prior(name).after(weeks), priors.prior(name).after(weeks + more)
    assert abs(late.middle) <= abs(early.middle)
    assert early.low <= early.middle <= early.high


def test_a_time_of_relapse_is_when_two_thirds_are_gone() -> None:
    prior = priors.prior("cellulite")
    left = prior.after(prior.relapse.value).middle / prior.change.value
    assert left == pytest.approx(np.exp(-1.0))


@given(name=NAMES, seed=st.integers(0, 1000), weeks=st.floats(0.0, 10.0))
def test_drawn_people_lie_in_the_range_and_are_the_same_for_a_seed(
    name: str, seed: int, weeks: float
) -> None:
    prior = priors.prior(name)
    drawn = prior.drawn(50, seed, weeks)
    assert np.all(drawn >= prior.change.low)
    assert np.all(drawn <= max(prior.change.high, 0.0))
    assert np.array_equal(drawn, prior.drawn(50, seed, weeks))


def test_the_physics_does_not_know_the_priors() -> None:
    folder = Path(str(openpresso.twin.__file__)).parent
    for name in MODELS:
        (file,) = folder.rglob(f"{name}.py")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        words |= {
            one.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for one in node.names
        }
        assert "priors" not in words, name


def test_every_prior_has_a_time_of_relapse() -> None:
    keys = set(parameters.load("priors"))
    for name in priors.names():
        assert f"{name}.relapse" in keys
        assert parameters.load("priors")[f"{name}.relapse"].low > 0.0


@pytest.mark.parametrize("weeks", [-1.0, float("nan"), float("inf")])
def test_times_that_are_none_are_refused(weeks: float) -> None:
    with pytest.raises(InputError, match="0 or more"):
        priors.prior("girth").after(weeks)


def test_unknown_priors_are_refused_with_those_that_are_known() -> None:
    with pytest.raises(InputError, match="cellulite"):
        priors.prior("celulite")


def test_nobody_cannot_be_drawn() -> None:
    with pytest.raises(InputError, match="at least 1"):
        priors.prior("girth").drawn(0, 1)
