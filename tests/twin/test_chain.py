from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from bench import chain
from bench.chain import Chain
from openpresso.twin import limb

STEP = 0.0002


def by_scipy(one: Chain, until: float) -> NDArray[np.float64]:
    times = one.times[one.times <= until + 1e-9]
    solution = solve_ivp(
        lambda t, y: chain.rates_in_numpy(one, t, y),
        (0.0, times[-1]),
        one.start,
        method="DOP853",
        rtol=1e-10,
        atol=1e-10,
        t_eval=times,
        max_step=0.05,
    )
    return np.array(
        [chain.pressures_in_numpy(one, t, y) for t, y in zip(times, solution.y.T, strict=True)]
    )


@pytest.mark.parametrize("kind", chain.KINDS)
def test_the_compiled_chain_and_scipy_agree_to_a_millionth(kind: chain.Kind) -> None:
    one = Chain(kind, 8, 2.0)
    exact = by_scipy(one, 2.0)
    assert np.abs(one.run(STEP) - exact).max() <= 1e-6 * np.abs(exact).max()


@pytest.mark.parametrize("n", [1, 3, 12])
def test_without_valves_the_chain_is_the_linear_rc_line(n: int) -> None:
    one = Chain("smooth", n, 2.0, valved=False)
    # dP/dt = K (P - outlet) + supply / C + Re(z exp(i w t)), P = outlet at first
    g, c = chain.CONDUCTANCE, chain.CAPACITY
    matrix = -2.0 * np.eye(n) + np.eye(n, k=1) + np.eye(n, k=-1)
    matrix[0, 0] += 1.0
    matrix *= g / c
    steady = -np.linalg.solve(matrix, np.full(n, chain.SUPPLY / c))
    turn = 2.0 * math.pi / one.period
    drive = -0.5j * turn * chain.SQUEEZE * np.exp(-2j * math.pi * one.late)
    swing = np.linalg.solve(1j * turn * np.eye(n) - matrix, drive)
    expected = [
        chain.OUTLET
        + steady
        + (swing * np.exp(1j * turn * t)).real
        - expm(matrix * t) @ (steady + swing.real)
        for t in one.times
    ]
    assert np.abs(one.run(STEP) - expected).max() <= 1e-8


@given(
    kind=st.sampled_from(chain.KINDS),
    volumes=st.lists(st.floats(0.5, 20.0), min_size=2, max_size=20),
    t=st.floats(0.0, 60.0),
)
@settings(deadline=None)
def test_compiled_and_written_rates_agree(kind: chain.Kind, volumes: list[float], t: float) -> None:
    one = Chain(kind, len(volumes))
    y, found = np.array(volumes), np.zeros(len(volumes))
    chain.rates(t, y, found, one.memory(), one.n, chain.KINDS.index(kind), one.period)
    expected = chain.rates_in_numpy(one, t, y)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("kind", chain.KINDS)
def test_blood_is_neither_made_nor_lost(kind: chain.Kind) -> None:
    one = Chain(kind, 6)
    y, rates = one.start + np.linspace(0.0, 1.0, 6), np.zeros(6)
    y[-1] = one.start[-1]
    chain.rates(0.0, y, rates, one.memory(), 6, chain.KINDS.index(kind), one.period)
    pressure = chain.pressures_in_numpy(one, 0.0, y)[-1]
    a = y[-1] / chain.REST
    narrowed = min(max(a * a * min(max(a, limb.TOUCHING), 1.0), limb.NARROWEST), 2.0)
    wide = narrowed if kind == "veins" else 1.0
    out = chain.CONDUCTANCE * wide * (pressure - chain.OUTLET)
    squeezed = chain.source_in_numpy(one, -one.late).sum()
    assert rates.sum() == pytest.approx(6 * chain.SUPPLY + squeezed - out, abs=1e-9)


def test_valves_make_the_squeeze_pump() -> None:
    def mean(valved: bool) -> float:
        found = Chain("valves", 12, 6.0, valved=valved).run(0.001)
        return float(found[-40:, 0].mean())

    assert mean(valved=True) < mean(valved=False) - 1.0
