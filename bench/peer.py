"""A library beside the twin: in a process of its own, on arrays that it is handed.

A peer needs NumPy and itself alone. The interpreter that has the peers is named by
`OPENPRESSO_PEERS`; else it is that of `.cache/peers`, if there is one, else that of this process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.timing import Row, Spread, exactly

Floats = NDArray[np.float64]

ROOT = Path(__file__).parent.parent
OWN = ROOT / ".cache" / "peers" / "bin" / "python"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a peer made of a problem: of every setting the pressures and times."""

    version: str
    pressures: Floats
    walls: Sequence[Spread]
    prepare: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Peer:
    """A library in a process of its own.

    Parameters
    ----------
    package
        Name by which it is installed and imported.
    name
        Name for people.
    """

    package: str
    name: str

    def installed(self) -> bool:
        """Ask the interpreter of the peers."""
        code = f"import importlib.util as u, sys; sys.exit(u.find_spec('{self.package}') is None)"
        return subprocess.run([interpreter(), "-c", code], check=False).returncode == 0

    def solve(self, problem: Mapping[str, Any]) -> Answer:
        """Hand over a problem and take its answer."""
        with tempfile.TemporaryDirectory() as folder:
            asked, told = Path(folder, "problem.npz"), Path(folder, "answer.npz")
            np.savez(asked, **problem)
            command = [interpreter(), "-m", f"bench.peer_{self.package}", str(asked), str(told)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"{self.name} failed: {done.stderr.strip()[-2000:]}")
            with np.load(told) as answer:
                walls = [Spread.of(one.tolist()) for one in answer["walls"]]
                prepare = np.atleast_1d(answer["prepare"])
                return Answer(str(answer["version"]), answer["pressures"], walls, prepare)

    def missing(self, table: str) -> Row:
        """Say that it is not there."""
        how = f"not installed: pip install {self.package}"
        return Row(table, self.name, "rows", exactly(0.0), note=how)


SVZEROD, CASADI, JAX = (
    Peer("svzerod", "svZeroDSolver"), Peer("casadi", "CasADi CVODES"), Peer("jax", "JAX"),
)  # fmt: skip


def interpreter() -> str:
    """Return the Python that has the peers."""
    return os.environ.get("OPENPRESSO_PEERS") or str(OWN if OWN.exists() else sys.executable)
