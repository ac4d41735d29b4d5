"""The whole kernel against SciPy on the same equations, written a second time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from openpresso import cuff
from openpresso.law import controller as law
from openpresso.twin import kernel
from openpresso.twin.steps import substeps
from openpresso.twin.twin import Twin
from tests.twin.reference import (
    Commands,
    Floats,
    Reference,
    both_legs,
    commanded,
    record_commands,
    replay,
    wave,
)

CUFF = cuff.load("leg-12")
SECONDS = 7.0


@pytest.fixture(scope="module")
def commands() -> Commands:
    model = both_legs(CUFF)
    found = record_commands(model, SECONDS, period=SECONDS)
    assert not model.state[:, law.FAULT_BITS].any()
    return found


def exact(reference: Reference) -> tuple[Floats, Floats]:
    """Pressures at the ticks' ends and the last state, to a tight tolerance."""
    y = reference.start
    pressures = np.zeros((len(reference.commands), *reference.shape))
    for first, last in reference.commands.stretches():
        solution = solve_ivp(
            reference.within(first, last),
            (first * kernel.TICK, last * kernel.TICK),
            y,
            method="DOP853",
            rtol=1e-9,
            atol=1e-8,
            t_eval=np.arange(first + 1, last + 1) * kernel.TICK,
        )
        assert solution.success
        for tick in range(first, last):
            pressures[tick] = reference.pressures(solution.y[:, tick - first])
        y = solution.y[:, -1]
    return pressures, y


def test_the_commands_fill_hold_and_release_chambers(commands: Commands) -> None:
    pressures = replay(both_legs(CUFF), commands)
    highest = pressures.max(axis=0)
    assert (highest > 40.0).sum() >= 6
    assert (pressures[-1] < 0.5 * highest)[highest > 40.0].all()
    assert commands.inlet.any(axis=(0, 1)).all()


def stretched(by: float) -> Twin:
    """Return both legs with veins that take themselves for stretched by a pressure [mmHg]."""
    model = both_legs(CUFF)
    for leg in range(2):
        model.row("TRANSMURAL_AT_REST", leg)[:] -= by
    return model


@pytest.mark.parametrize("by", [0.0, 18.0])
def test_replayed_commands_give_the_pressures_and_blood_of_scipy(
    commands: Commands, by: float
) -> None:
    reference = Reference(stretched(by), "supine", commands)
    expected, y = exact(reference)
    twin = stretched(by)
    assert np.abs(replay(twin, commands) - expected).max() < 0.01
    start = 2 * reference.size
    for name in ("DEEP", "SUPERFICIAL"):
        found = np.concatenate([twin.row(name, leg) for leg in range(2)])
        np.testing.assert_allclose(found, y[start : start + reference.size], rtol=5e-4)
        start += reference.size
    tight = np.concatenate([twin.row("TIGHT", leg) for leg in range(2)])
    np.testing.assert_allclose(tight, y[-reference.size :], atol=2e-5)
    assert (tight.max() > 0.01) == (by > 0.0)


def unrelieved() -> Twin:
    """Return both legs with manifolds whose relief valves stay closed."""
    model = both_legs(CUFF)
    model.params[:, kernel.RELIEF_SLOPE] = 0.0
    return model


def test_halving_the_substep_brings_the_error_down_with_its_third_power(
    commands: Commands,
) -> None:
    # A relief valve that opens breaks the smoothness on which the order rests.
    finest = replay(unrelieved(), commands, 16)
    errors = [
        float(np.sqrt(np.mean((replay(unrelieved(), commands, n) - finest) ** 2)))
        for n in (1, 2, 4)
    ]
    assert errors[0] > 5.0 * errors[1] > 25.0 * errors[2]


@pytest.mark.parametrize("name", cuff.names())
def test_every_cuff_of_the_catalog_is_stepped_finely_enough(name: str) -> None:
    like = cuff.load(name)
    model = Twin([like], seed=1)
    pressure = 0.8 * like.max_pressure
    kept = []
    for tick in range(1000):
        if tick % 10 == 0:
            model.write(0, np.full(like.n_chambers, pressure), like.max_pressure)
        model.advance(1)
        kept.append(commanded(model))
    commands = Commands(*(np.array(one) for one in zip(*kept, strict=True)))
    coarse = replay(Twin([like]), commands)
    fine = replay(Twin([like]), commands, 4 * substeps([like]))
    assert np.abs(coarse - fine).max() < 0.01


def test_the_wave_vents_at_its_end() -> None:
    assert np.isnan(wave(12, 50.0, 10.0, 9.5)).all()
    assert (wave(12, 50.0, 10.0, 1.0) > 0.0).sum() == 5
