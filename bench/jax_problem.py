"""The whole twin as arrays for JAX, and what JAX makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench import solvers, twin
from bench.peer import JAX
from bench.timing import Row, Spread, exactly
from openpresso.twin import filling, kernel, limb, parameters
from openpresso.twin.air_supply import free_flow
from tests.twin import reference
from tests.twin.reference import Reference, both_legs, replay

RESPONSE = (
    "creep_share", "creep_time", "tone_time", "dilates", "constricts", "distends",
    "tightens", "stretches", "tight_time",
)  # fmt: skip


def arrays(of: Reference) -> dict[str, Any]:
    """Parameters, start and commands of a reference, as arrays."""
    cuff, under = of.cuff, of.limb
    start = of.start
    size, cuffs = of.size, of.shape[0]
    fast, manifold = start[: 4 * size].reshape(4, *of.shape), start[4 * size : 4 * size + cuffs]
    slow = start[4 * size + cuffs :].reshape(4, *of.shape)
    floats = {
        "atmosphere": reference.ATMOSPHERE, "laminar": reference.LAMINAR,
        "tissue_lag": reference.TISSUE_LAG, "collapse": reference.KP,
        "narrowest": limb.NARROWEST, "touching": limb.TOUCHING, "valve_leak": limb.VALVE_LEAK,
        "perforator": limb.PERFORATOR, "contact": limb.CONTACT, "neighbour": filling.NEIGHBOUR,
        "empty": of.dead + of.blood_at_rest, "slack": of.slack, "knee": of.knee,
        "stretch": of.stretch, "manifold_volume": cuff.manifold_volume,
        "relief_slope": of.relief.slope, "relief_opens": of.relief.opens,
        "pump": free_flow(cuff), "pump_max": cuff.pump.max_pressure,
        "rest": of.rest, "room": of.room, "compliance": of.compliance, "along": of.along,
        "through": np.stack([under.deep, under.superficial])[:, None, :],
        "worn": under.deep * filling.DONNING, "spread": of.spread, "step_up": under.step_up,
        "outlet": np.full((2, cuffs), filling.OUTLET), "arterial": reference.ARTERIAL + under.head,
        "inflow": of.inflow, "deep_at_rest": of.deep_at_rest, "at_rest": of.at_rest,
        "tick": kernel.TICK,
        "lags": [cuff.inlet.lag, cuff.exhaust.lag, cuff.dump.lag, cuff.pump.lag],
        "inlet": [cuff.inlet.conductance, cuff.inlet.critical_ratio],
        "exhaust": [cuff.exhaust.conductance, cuff.exhaust.critical_ratio],
        "dump": [cuff.dump.conductance, cuff.dump.critical_ratio],
        **{name: parameters.value("response", name) for name in RESPONSE},
    }  # fmt: skip
    commands = {
        f"{name}_{part}": getattr(getattr(of, name), part)
        for name in ("inlet", "exhaust", "dump", "speed")
        for part in ("told", "away")
    }
    state = {
        "start_gas": fast[0], "start_tissue": fast[1], "start_blood": fast[2:],
        "start_manifold_gas": manifold, "start_creep": slow[:2], "start_tone": slow[2],
        "start_tight": slow[3],
    }  # fmt: skip
    every = {**floats, **commands, **state}
    return {name: np.asarray(value, dtype=np.float64) for name, value in every.items()}


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure JAX with the twin's steps and with steps of a quarter."""
    seconds = 0.5 * twin.CYCLE if quick else twin.CYCLE
    problem = solvers.Problem.of(seconds)
    substeps = both_legs(solvers.LIKE).substeps
    settings = (substeps,) if quick else (substeps, 4 * substeps)
    answer = JAX.solve(arrays(problem.numpy) | {"settings": settings, "runs": runs})
    advance = problem.cvode(1e-9, "gmres", compiled=True)
    exact = problem.pressures(problem.solve(advance, valves_only=False))
    error = float(np.abs(replay(both_legs(solvers.LIKE), problem.commands) - exact).max())
    own = twin.physics(solvers.LIKE, seconds, 4 * runs).per(seconds)
    found = [Row("jax", "ours, physics alone", "x real time", own, note=f"error {error:.1e} mmHg")]
    for number, wall, compiling, pressures in zip(
        settings, answer.walls, answer.prepare, answer.pressures, strict=True
    ):
        speed = wall.per(seconds)
        name = f"JAX {answer.version}, {number} step(s) in 5 ms"
        wrong = f"error {np.abs(pressures - exact).max():.1e} mmHg"
        over = Spread(
            own.median / speed.median, own.least / speed.most, own.most / speed.least, runs
        )
        found += [
            Row("jax", name, "x real time", speed, note=wrong),
            Row("jax", f"ours over {name}", "x", over, ">= 15" if number == substeps else ""),
            Row("jax", f"compile {name}", "s", exactly(float(compiling))),
        ]
    return found
