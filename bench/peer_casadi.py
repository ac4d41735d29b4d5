"""CasADi's CVODES on a chain of `bench.chain`: `python -m bench.peer_casadi PROBLEM ANSWER`.

Needs NumPy and CasADi alone. The equations are CasADi expressions, so that CVODES has their exact
sparse Jacobian; nothing is started again where a valve switches or the squeeze has a corner.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np


def equations(problem: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
    """Return time, volumes, their rates and the pressures as expressions."""
    ca: Any = import_module("casadi")
    n, kind = int(problem["n"]), str(problem["kind"])
    per_g, leaks = float(problem["conductance"]), problem["leaks"]
    capacity, squeeze = float(problem["capacity"]), float(problem["squeeze"])
    period, half = float(problem["period"]), float(problem["half"])
    rises, falls = float(problem["rises"]), float(problem["falls"])
    t, y = ca.SX.sym("t"), ca.SX.sym("y", n)
    pressures, sources, wide = [], [], []
    for i in range(n):
        u = t / period - problem["late"][i]
        u -= ca.floor(u)
        pressure, source, conductance = y[i] / capacity, 0.0, per_g
        if kind == "smooth":
            source = capacity * squeeze * ca.pi / period * ca.sin(2.0 * ca.pi * u)
        elif kind == "valves":
            up = ca.fmax(1.0 - ca.fabs(u - rises) / half, 0.0)
            down = ca.fmax(1.0 - ca.fabs(u - falls) / half, 0.0)
            source = capacity * squeeze / (half * period) * (up - down)
        else:
            rest, room = float(problem["rest"]), float(problem["range"])
            up, down = (
                ca.fmin(ca.fmax((u - (centre - half)) * (0.5 / half), 0.0), 1.0)
                for centre in (rises, falls)
            )
            a, above = y[i] / rest, y[i] - rest
            full = ca.fmin(above / room, 0.98)
            below = float(problem["collapse"]) * (1.0 - ca.fmax(a, 0.02) ** -1.5)
            inside = ca.if_else(a < 1.0, below, above / (capacity * (1.0 - full * full)))
            pressure = squeeze * (up - down) + inside
            open_ = a * a * ca.fmin(ca.fmax(a, float(problem["touching"])), 1.0)
            conductance = per_g * ca.fmin(ca.fmax(open_, float(problem["narrowest"])), 2.0)
        pressures.append(pressure)
        sources.append(source)
        wide.append(conductance)
    flows = []
    for i in range(n):
        d = pressures[i] - (pressures[i + 1] if i + 1 < n else float(problem["outlet"]))
        if kind == "smooth":
            shut = 0.5 * (1.0 - ca.tanh(float(problem["steepness"]) * d))
            flows.append(wide[i] * d / (1.0 + (1.0 / leaks[i] - 1.0) * shut))
        else:
            flows.append(wide[i] * (ca.fmax(d, 0.0) + leaks[i] * ca.fmin(d, 0.0)))
    supply = float(problem["supply"])
    change = [
        problem["driven"][i] * (supply + sources[i]) - flows[i] + (flows[i - 1] if i > 0 else 0.0)
        for i in range(n)
    ]
    return t, y, ca.vertcat(*change), ca.vertcat(*pressures)


def main(asked: Path, told: Path) -> None:
    """Solve at every tolerance asked for."""
    ca: Any = import_module("casadi")
    problem = np.load(asked)
    t, y, change, pressure = equations(problem)
    observe = ca.Function("observe", [t, y], [pressure])
    times = problem["times"]
    found, walls, prepares = [], [], []
    for tolerance in problem["settings"]:
        began = time.perf_counter()
        options = {"reltol": tolerance, "abstol": tolerance, "max_num_steps": 1_000_000}
        equation = {"x": y, "t": t, "ode": change}
        solver = ca.integrator("chain", "cvodes", equation, 0.0, times[1:], options)
        prepares.append(time.perf_counter() - began)
        spent = []
        states = None
        for _ in range(int(problem["runs"])):
            began = time.perf_counter()
            states = solver(x0=problem["start"])["xf"]
            spent.append(time.perf_counter() - began)
        walls.append(spent)
        all_states = np.vstack([problem["start"], np.array(states).T])
        found.append(
            [np.array(observe(*one)).ravel() for one in zip(times, all_states, strict=True)]
        )
    np.savez(
        told,
        pressures=np.array(found),
        walls=np.array(walls),
        prepare=min(prepares),
        version=version("casadi"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
