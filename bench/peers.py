"""The twin beside its peers: the nearest that each of them can say, in the same run.

A peer that is not installed is told and left out, see `bench/peer.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from sksundae.cvode import CVODE

from bench import chain, jax_problem
from bench.chain import Chain
from bench.peer import CASADI, JAX, SVZEROD, Peer
from bench.timing import Row, Spread, digits, timed
from openpresso.twin import limb

Floats = NDArray[np.float64]

STEPS: Final = (0.01, 0.005, 0.0025, 0.001, 0.0002)
"""Of the compiled chain [s]."""
PROTOTYPE = {12: 3756, 24: 2100, 48: 1079}
"""Speed of the prototype's chain with steps of 1 ms, by segments."""

TEXTS = {
    "inflow": """A chain of venous segments with one-way valves and a pulsed flow into the first,
the nearest to the twin that all of these say with ease; every one solves the same equations
(`bench/chain.py`). All is linear but the valves, and svZeroDSolver's piecewise valve is exactly
ours. *Ours* has the twin's valve function, memory layout and method, with a fixed step. Errors are
the largest difference of all pressures every 50 ms over the largest pressure, against SciPy at
1e-10 on equations that are written separately. Beside each peer stands how often our speed
contains its: that of our longest step whose error is no larger than the peer's. Nobody is started
again at a corner; set-up, compiling and the reading of results are not counted. svZeroDSolver is
made for any network of vessels, and solves about four unknowns for each of our segments.""",
    "valves": """The same chain under a squeeze that wanders along it, as a program of inflations
does. svZeroDSolver's vessels know no pressure from outside, so a flow into each stands for it,
which takes a vessel and a junction more for every segment.""",
    "smooth": """A case made for solvers that choose their steps: valves that open gradually
(svZeroDSolver's `ValveTanh`, the same again in all) and a squeeze that is one slow sine. Here
CasADi and CVODE take long steps, and CasADi is faster than our fixed ones at either tolerance,
although less exact. A program of inflations is not such a case.""",
    "veins": """The twin's collapsing veins, whose conductance falls with their volume, and the
squeeze a pressure from outside; svZeroDSolver has no such vessel.""",
    "jax": """The twin's equations, 2 x 12 chambers under recorded valve commands, written once
more in `jax.numpy` (64 bits, one `lax.scan`) with the twin's own method and steps, against the
twin's physics alone under the same commands. JAX may use every core, the twin uses one. Compiling
is told apart: it is needed again for every number of chambers or ticks. Errors are the largest of
all chambers and ticks against CVODE at 1e-9. The target is the ratio of two prototypes, of which
JAX's took steps of 1 ms.""",
}
TITLES = {
    "inflow": "A chain of veins and valves",
    "valves": "The chain under a wandering squeeze",
    "smooth": "The chain made smooth",
    "veins": "The chain with veins that collapse",
    "jax": "The whole twin in JAX",
}
SECTION = "The twin beside its peers"


def problem_of(one: Chain, settings: Sequence[float], runs: int) -> dict[str, Any]:
    """Return a chain as arrays for a peer; the sources are sampled every millisecond."""
    phase = np.arange(round(one.period / 0.001) + 1) * 0.001
    turn = phase / one.period - one.late[:, None]
    source = np.array([chain.source_in_numpy(one, column) for column in turn.T]).T
    return {
        "kind": one.kind, "n": one.n, "seconds": one.seconds, "period": one.period,
        "late": one.late, "leaks": one.leaks, "everywhere": one.everywhere, "driven": one.driven,
        "start": one.start, "times": one.times, "settings": settings, "runs": runs,
        "phase": phase, "source": chain.SUPPLY + source,
        "capacity": chain.CAPACITY, "conductance": chain.CONDUCTANCE, "leak": chain.LEAK,
        "steepness": chain.STEEPNESS, "supply": chain.SUPPLY, "outlet": chain.OUTLET,
        "squeeze": chain.SQUEEZE, "rises": chain.RISES, "falls": chain.FALLS, "half": chain.HALF,
        "rest": chain.REST, "range": chain.RANGE, "collapse": limb.COLLAPSE,
        "narrowest": limb.NARROWEST, "touching": limb.TOUCHING, "sample": chain.SAMPLE,
    }  # fmt: skip


def by_scipy(one: Chain, method: str, tolerance: float) -> Floats:
    """Solve with SciPy and the equations in NumPy; return states at `times`."""
    solution = solve_ivp(
        lambda t, y: chain.rates_in_numpy(one, t, y),
        (0.0, one.times[-1]),
        one.start,
        method=method,
        rtol=tolerance,
        atol=tolerance,
        t_eval=one.times,
        # A longer step could pass over a squeeze as if there were none.
        max_step=0.05 * one.period,
    )
    return np.asarray(solution.y.T)


def by_cvode(one: Chain, tolerance: float) -> Floats:
    """Solve with CVODE and the compiled equations; return states at `times`."""
    A, kind = one.memory(), chain.KINDS.index(one.kind)  # noqa: N806 -- the one flat array

    def rates(t: float, y: Floats, out: Floats) -> None:
        chain.rates(t, y, out, A, one.n, kind, one.period)

    solver = CVODE(
        rates, method="BDF", rtol=tolerance, atol=tolerance, linsolver="band", lband=1, uband=1,
        max_num_steps=1_000_000,
    )  # fmt: skip
    return np.asarray(solver.solve(one.times, one.start).y)


def table_of(one: Chain) -> str:
    """Name of the table that a chain stands in."""
    return one.kind if one.everywhere else "inflow"


def off(found: Floats, exact: Floats) -> float:
    """Largest difference over the largest pressure [-]."""
    return float(np.abs(found - exact).max() / np.abs(exact).max())


@dataclass(frozen=True, slots=True)
class Result:
    """How fast and how exact one way to solve a chain is."""

    table: str
    what: str
    speed: Spread
    error: float

    def row(self, target: str = "", note: str = "") -> Row:
        """Return the row of its speed."""
        told = "; ".join(filter(None, (f"error {self.error:.1e}", note)))
        return Row(self.table, self.what, "x real time", self.speed, target, told)


def ratio(ours: Spread, theirs: Spread) -> Spread:
    """Return how often one speed contains another."""
    return Spread(
        ours.median / theirs.median, ours.least / theirs.most, ours.most / theirs.least, theirs.runs
    )


def ours(one: Chain, exact: Floats, runs: int) -> list[Result]:
    """Measure the compiled chain at every step."""
    found = []
    for step in STEPS:
        error = off(one.run(step), exact)
        wall = timed(20 * runs, lambda step=step: one.prepare(step))  # type: ignore[misc]
        what = f"{one.n} segments: ours, {1e3 * step:g} ms"
        found.append(Result(table_of(one), what, wall.per(one.seconds), error))
    return found


def solvers(one: Chain, exact: Floats, runs: int) -> list[Result]:
    """Measure SciPy's LSODA and CVODE."""
    found = []
    ways: list[tuple[str, Callable[[float], Floats]]] = [
        ("SciPy LSODA, NumPy", lambda tolerance: by_scipy(one, "LSODA", tolerance)),
        ("CVODE, numba, banded", lambda tolerance: by_cvode(one, tolerance)),
    ]
    for name, solve in ways:
        for tolerance in (1e-4, 1e-6):
            error = off(one.pressures(solve(tolerance)), exact)
            wall = timed(runs, lambda s=solve, t=tolerance: lambda: s(t))  # type: ignore[misc]
            what = f"{one.n} segments: {name}, {tolerance:.0e}".replace("e-0", "e-")
            found.append(Result(table_of(one), what, wall.per(one.seconds), error))
    return found


def beside(
    peer: Peer, one: Chain, settings: Sequence[float], exact: Floats, runs: int
) -> list[Result]:
    """Measure a peer; its settings are steps [s] for svZeroDSolver and else tolerances."""
    answer = peer.solve(problem_of(one, settings, runs))
    found = []
    for setting, pressures, wall in zip(settings, answer.pressures, answer.walls, strict=True):
        at = f"{1e3 * setting:g} ms" if peer is SVZEROD else f"{setting:.0e}".replace("e-0", "e-")
        what = f"{one.n} segments: {peer.name} {answer.version}, {at}"
        error = off(pressures, exact)
        found.append(Result(table_of(one), what, wall.per(one.seconds), error))
    return found


def chain_rows(one: Chain, there: Sequence[Peer], runs: int) -> list[Row]:
    """Measure one chain by all who can say it."""
    exact = one.pressures(by_scipy(one, "LSODA" if one.kind == "veins" else "DOP853", 1e-10))
    own = ours(one, exact, runs)
    others = solvers(one, exact, runs)
    if SVZEROD in there and one.kind != "veins":
        others += beside(SVZEROD, one, (0.005, 0.001), exact, runs)
    if CASADI in there:
        others += beside(CASADI, one, (1e-4, 1e-6), exact, runs)
    table = table_of(one)
    target = f">= {PROTOTYPE[one.n]:,}" if table == "inflow" and one.n in PROTOTYPE else ""
    found = [
        mine.row(target if step == 0.001 else "") for step, mine in zip(STEPS, own, strict=True)
    ]
    for other in others:
        like = next((mine for mine in own if mine.error <= other.error), own[-1])
        at = like.what.rpartition(", ")[2]
        times = digits(like.speed.median / other.speed.median)
        found.append(other.row("", f"ours x {times} ({at}, error {like.error:.1e})"))
        if SVZEROD.name in other.what and table == "inflow":
            what = f"{one.n} segments: ours over {other.what.partition(': ')[2]}"
            over = ratio(like.speed, other.speed)
            found.append(Row(table, what, "x", over, ">= 87", f"ours at {at}"))
    return found


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure the chain at every size and kind, then the whole twin in JAX."""
    sizes, short, long = ((4,), 2.0, 4) if quick else ((12, 24, 48), 10.0, 24)
    chains = [Chain("valves", n, short, everywhere=False) for n in sizes]
    chains += [Chain("valves", long, short), Chain("smooth", long), Chain("veins", long, short)]
    there = [peer for peer in (SVZEROD, CASADI, JAX) if peer.installed()]
    found = [row for one in chains for row in chain_rows(one, there, runs)]
    found += [peer.missing("inflow") for peer in (SVZEROD, CASADI) if peer not in there]
    if JAX not in there:
        return [*found, JAX.missing("jax")]
    return found + jax_problem.rows(runs, quick=quick)
