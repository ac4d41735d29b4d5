"""svZeroDSolver on a chain of `bench.chain`: `python -m bench.peer_svzerod PROBLEM ANSWER`.

Needs NumPy and svzerod alone. A segment is a vessel of capacitance only, a link a valve block, the
last link the resistance of the outlet. The flow that stands for the squeeze enters the first
segment at its end; if it is to enter every segment, each has a junction and a vessel without
capacitance for it. Their piecewise valve is that of the chain: one resistance forward, another
backward; their smooth one is that of the smooth chain.
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


def model(problem: Mapping[str, Any], step: float) -> dict[str, Any]:
    """Return the chain as svZeroDSolver reads it."""
    n, resistance = int(problem["n"]), 1.0 / float(problem["conductance"])
    period = float(problem["period"])
    smooth = str(problem["kind"]) == "smooth"
    rate = {
        "Rmin": resistance,
        "Rmax": resistance / float(problem["leak"]),
        **({"Steepness": float(problem["steepness"])} if smooth else {}),
    }
    segments = [
        {
            "vessel_id": i,
            "vessel_name": f"V{i}",
            "vessel_length": 1.0,
            "zero_d_element_type": "BloodVessel",
            "zero_d_element_values": {"R_poiseuille": 0.0, "C": float(problem["capacity"])},
        }
        for i in range(n)
    ]
    segments[-1]["boundary_conditions"] = {"outlet": "OUT"}
    entered = range(n) if problem["everywhere"] else ()
    if not problem["everywhere"]:
        segments[0]["boundary_conditions"] = {"inlet": "IN0"}
    sources = [
        {
            "vessel_id": n + i,
            "vessel_name": f"S{i}",
            "vessel_length": 1.0,
            "zero_d_element_type": "BloodVessel",
            "zero_d_element_values": {"R_poiseuille": 0.0, "C": 0.0},
            "boundary_conditions": {"inlet": f"IN{i}"},
        }
        for i in entered
    ]
    pressure = float(problem["outlet"])
    return {
        "simulation_parameters": {
            "number_of_cardiac_cycles": round(float(problem["seconds"]) / period),
            "number_of_time_pts_per_cardiac_cycle": round(period / step) + 1,
            "output_all_cycles": True,
            "output_interval": round(float(problem["sample"]) / step),
            "output_variable_based": True,
            "steady_initial": False,
        },
        "initial_condition": {"pressure_all": pressure},
        "boundary_conditions": [
            {
                "bc_name": "OUT",
                "bc_type": "RESISTANCE",
                "bc_values": {"Pd": pressure, "R": resistance},
            },
            *(
                {
                    "bc_name": f"IN{i}",
                    "bc_type": "FLOW",
                    "bc_values": {"t": problem["phase"].tolist(), "Q": flow.tolist()},
                }
                for i, flow in enumerate(problem["source"][: max(len(entered), 1)])
            ),
        ],
        "vessels": segments + sources,
        "junctions": [
            {
                "junction_name": f"J{i}",
                "junction_type": "NORMAL_JUNCTION",
                "inlet_vessels": [n + i],
                "outlet_vessels": [i],
            }
            for i in entered
        ],
        "valves": [
            {
                "type": "ValveTanh" if smooth else "PiecewiseValve",
                "name": f"valve{i}",
                "params": {
                    **rate,
                    "upstream_block": f"V{i}",
                    "downstream_block": f"J{i + 1}" if entered else f"V{i + 1}",
                },
            }
            for i in range(n - 1)
        ],
    }


def main(asked: Path, told: Path) -> None:
    """Solve at every step asked for."""
    svzerod: Any = import_module("svzerod")
    problem = np.load(asked)
    n = int(problem["n"])
    pressures, walls, prepares = [], [], []
    for step in problem["settings"]:
        wanted = model(problem, float(step))
        spent = []
        solver = None
        for _ in range(int(problem["runs"])):
            began = time.perf_counter()
            solver = svzerod.Solver(wanted)
            ready = time.perf_counter()
            solver.run()
            spent.append(time.perf_counter() - ready)
            prepares.append(ready - began)
        assert solver is not None
        walls.append(spent)
        frame = solver.get_full_result()
        before = ["IN0", *(f"valve{i}" for i in range(n - 1))]
        if problem["everywhere"]:
            before = [f"J{i}" for i in range(n)]
        names = [f"pressure:{one}:V{i}" for i, one in enumerate(before)]
        pressures.append(np.array([frame[frame["name"] == name]["y"] for name in names]).T)
    np.savez(
        told,
        pressures=np.array(pressures),
        walls=np.array(walls),
        prepare=min(prepares),
        version=version("svzerod"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
