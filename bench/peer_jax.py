"""The twin's equations in JAX under recorded commands: `python -m bench.peer_jax PROBLEM ANSWER`.

Needs NumPy and JAX alone. The equations are those of `tests/twin/reference.py` in `jax.numpy`, with
numbers of 64 bits; the steps are the twin's, in one `lax.scan` over the ticks of the law. Chamber
pressures come from two rounds of Newton's method from those of the stage before.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

WEIGHTS, INSTANTS = (1.0, 1.0, 1.0 / 3.0, 1.0), (0.0, 0.5, 1.0, 0.5)
"""Of the stages of the twin's method."""

Array = Any
"""An array of JAX, which need not be installed."""
State = tuple[Array, ...]
Rates = Callable[[State, Array, Array, Array], tuple[State, Array]]


def equations(p: Mapping[str, Any]) -> Rates:
    """Return the right-hand side: rates and chamber pressures of a state and a guess of them."""
    jnp: Any = import_module("jax.numpy")
    atmosphere, laminar = p["atmosphere"], p["laminar"]
    p = {name: jnp.asarray(value) for name, value in p.items() if value.dtype.kind == "f"}

    def iso_6358(upstream: Array, downstream: Array, valve: Array, opening: Array) -> Array:
        conductance, b = valve[0], valve[1]
        high = jnp.maximum(upstream, downstream) + atmosphere
        ratio = (jnp.minimum(upstream, downstream) + atmosphere) / high
        edge = (laminar - b) / (1.0 - b)
        linear = jnp.sqrt(1.0 - edge**2) * (1.0 - ratio) / (1.0 - laminar)
        part = jnp.maximum((ratio - b) / (1.0 - b), 0.0)
        shape = jnp.where(ratio > laminar, linear, jnp.sqrt(jnp.maximum(1.0 - part * part, 0.0)))
        flow = conductance * opening * (high / 750.062) * shape
        return jnp.sign(upstream - downstream) * flow * 1000.0 * (100.0 / 101.325)

    def one_way(difference: Array) -> Array:
        return jnp.where(difference > 0.0, 1.0, p["valve_leak"]) * difference

    def chambers(gas: Array, tissue: Array, blood: Array, guess: Array) -> Array:
        padded = jnp.pad(tissue, ((0, 0), (1, 1)))
        beside = padded[:, :-2] + padded[:, 2:]
        empty = p["empty"] - blood[0] - blood[1] - p["neighbour"] * p["slack"] * beside
        for _ in range(2):
            near = p["knee"] / (guess + p["knee"])
            volume = empty + p["slack"] * (1.0 - near) + p["stretch"] * guess
            excess = (atmosphere + guess) * volume - atmosphere * gas
            slope = p["slack"] / p["knee"] * near * near + p["stretch"]
            guess = guess - excess / (volume + (atmosphere + guess) * slope)
            guess = jnp.maximum(guess, -0.9 * p["knee"])
        return guess, beside

    def rates(state: State, told: Array, lags: Array, guess: Array) -> tuple[State, Array]:
        gas, tissue, blood, manifold_gas, creep, tone, tight = state
        inlet, exhaust, dump, speed = (one + away * lags[k] for k, (one, away) in enumerate(told))
        pressure, beside = chambers(gas, tissue, blood, guess)
        manifold = atmosphere * (manifold_gas / p["manifold_volume"] - 1.0)
        given = iso_6358(manifold[:, None], pressure, p["inlet"], inlet)
        lost = iso_6358(pressure, 0.0, p["exhaust"], exhaust)
        dumped = iso_6358(manifold, 0.0, p["dump"], dump)
        dumped += p["relief_slope"] * jnp.maximum(manifold - p["relief_opens"], 0.0)
        pumped = p["pump"] * speed * jnp.clip(1.0 - manifold / p["pump_max"], 0.0, 1.0)

        rest = p["rest"] * (1.0 - tight) + creep
        a, above = blood / rest, blood - rest
        full = jnp.minimum(above / (p["room"] + p["rest"] * tight), 0.98)
        wide = jnp.maximum(a, 0.02)
        collapsed = p["collapse"] * (1.0 - 1.0 / (wide * jnp.sqrt(wide)))
        stretched = above / (p["compliance"] * (1.0 - full * full))
        transmural = jnp.where(a < 1.0, collapsed, stretched)
        open_ = a * a * jnp.clip(a, p["touching"], 1.0)
        conductance = p["along"] * jnp.clip(open_, p["narrowest"], 2.0)
        mixed = (1.0 - 2.0 * p["spread"]) * tissue + p["spread"] * beside
        around = p["through"] * jnp.stack([mixed, tissue]) + p["worn"]
        inside = around + transmural
        downstream = jnp.concatenate([inside[:, :, 1:], p["outlet"][:, :, None]], axis=2)
        flow = conductance * one_way(inside - downstream - p["step_up"])
        across = p["perforator"] * one_way(inside[1] - inside[0])
        driving = jnp.maximum(p["arterial"] - jnp.maximum(inside, around), 0.0)
        change = p["inflow"] * (1.0 + tone) * driving - flow
        change += jnp.pad(flow[:, :, :-1], ((0, 0), (0, 0), (1, 0)))
        change += jnp.stack([across, -across])

        way = p["creep_share"] * jnp.maximum(above, 0.0)
        emptied = jnp.clip(1.0 - blood[0] / p["deep_at_rest"], 0.0, 1.0)
        congested = jnp.clip(transmural[0] / p["distends"] - 1.0, 0.0, 1.0)
        wanted = p["dilates"] * emptied - p["constricts"] * congested
        beyond = jnp.clip((transmural[0] - p["at_rest"]) / p["stretches"] - 1.0, 0.0, 1.0)
        return (
            given - lost,
            (p["contact"] * pressure - tissue) / p["tissue_lag"],
            change,
            pumped - dumped - given.sum(axis=1),
            (way - creep) / p["creep_time"],
            (wanted - tone) / p["tone_time"],
            (p["tightens"] * beyond - tight) / p["tight_time"],
        ), pressure

    return rates


def runner(problem: Mapping[str, Any], substeps: int) -> Callable[..., Any]:
    """Return a function from start and commands to the pressures at the ends of all ticks."""
    jax: Any = import_module("jax")
    rates = equations(problem)
    tick = float(problem["tick"])
    h = tick / substeps
    lag_times = jax.numpy.asarray(problem["lags"])

    def advance(carry: tuple[State, Array], told: Array) -> tuple[tuple[State, Array], Any]:
        state, guess = carry
        for substep in range(substeps):
            start = state
            for weight, instant in zip(WEIGHTS, INSTANTS, strict=True):
                lags = jax.numpy.exp(-(substep + instant) * h / lag_times)
                change, guess = rates(state, told, lags, guess)
                state = tuple(
                    first + weight * (now + 0.5 * h * rate - first)
                    for first, now, rate in zip(start, state, change, strict=True)
                )
        _, guess = rates(state, told, jax.numpy.exp(-tick / lag_times), guess)
        return (state, guess), guess

    def run(state: State, commands: Array) -> Array:
        return jax.lax.scan(advance, (state, 0.0 * state[0]), commands)[1]

    return run


def main(asked: Path, told: Path) -> None:
    """Solve with every number of substeps asked for."""
    jax: Any = import_module("jax")
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 -- its own form
    with np.load(asked) as archive:
        problem = dict(archive)
    names = ("gas", "tissue", "blood", "manifold_gas", "creep", "tone", "tight")
    state = tuple(jax.numpy.asarray(problem[f"start_{name}"]) for name in names)
    commands = tuple(
        (jax.numpy.asarray(problem[f"{name}_told"]), jax.numpy.asarray(problem[f"{name}_away"]))
        for name in ("inlet", "exhaust", "dump", "speed")
    )
    found, walls, compiles = [], [], []
    for substeps in problem["settings"]:
        began = time.perf_counter()
        run = jax.jit(runner(problem, int(substeps))).lower(state, commands).compile()
        compiles.append(time.perf_counter() - began)
        spent = []
        trace = run(state, commands).block_until_ready()
        for _ in range(int(problem["runs"])):
            began = time.perf_counter()
            trace = run(state, commands).block_until_ready()
            spent.append(time.perf_counter() - began)
        walls.append(spent)
        found.append(np.asarray(trace))
    np.savez(
        told,
        pressures=np.array(found),
        walls=np.array(walls),
        prepare=np.array(compiles),
        version=version("jax"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
