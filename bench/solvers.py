"""The same equations by general solvers, under the commands of the twin's run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from sksundae.cvode import CVODE

from bench.right_hand_side import Compiled
from bench.timing import Row, Spread, exactly, timed
from bench.twin import CYCLE, closed_loop
from openpresso import cuff
from openpresso.twin import kernel
from tests.twin.reference import Commands, Floats, Reference, both_legs, record_commands, replay

LIKE = cuff.load("leg-12")

Evaluate = Callable[[float, Floats], Floats]
Advance = Callable[[Floats, int, int], Floats]
"""From a state, over ticks of unchanged valves, to the states at their ends."""


def instants(first: int, last: int) -> Floats:
    """Start of the first tick and the ends of all [s]."""
    return np.asarray(np.arange(first, last + 1) * kernel.TICK, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Problem:
    """Commands, and the equations in NumPy and compiled."""

    commands: Commands
    numpy: Reference
    compiled: Compiled

    @classmethod
    def of(cls, seconds: float) -> Problem:
        """Record the commands of a twin's closed loop."""
        commands = record_commands(both_legs(LIKE), seconds, CYCLE)
        reference = Reference(both_legs(LIKE), "supine", commands)
        return cls(commands, reference, Compiled(both_legs(LIKE), reference))

    def lsoda(self, tolerance: float) -> Advance:
        """SciPy's LSODA on the equations in NumPy."""

        def advance(y: Floats, first: int, last: int) -> Floats:
            ends = instants(first, last)
            solution = solve_ivp(
                self.numpy.within(first, last),
                (ends[0], ends[-1]),
                y,
                method="LSODA",
                rtol=tolerance,
                atol=tolerance,
                t_eval=ends[1:],
            )
            return np.asarray(solution.y.T)

        return advance

    def cvode(self, tolerance: float, linear: str, *, compiled: bool) -> Advance:
        """CVODE's BDF; the object is made once, each stretch starts it again."""
        window = [0, 1]

        def python(t: float, y: Floats, rates: Floats) -> None:
            rates[:] = self.numpy.within(window[0], window[1])(t, y)

        def numba(t: float, y: Floats, rates: Floats) -> None:
            self.compiled(t, y, rates, window[0], window[1])

        solver = CVODE(
            numba if compiled else python,
            method="BDF",
            rtol=tolerance,
            atol=tolerance,
            linsolver=linear,
            max_num_steps=100_000,
        )

        def advance(y: Floats, first: int, last: int) -> Floats:
            window[:] = first, last
            # Between two instants alone CVODE reports every step that it takes.
            return np.asarray(solver.solve(instants(first, last), y).y[first - last :])

        return advance

    def solve(self, advance: Advance, *, valves_only: bool = True) -> Floats:
        """Return the states at the ends of all ticks; a switched valve starts the solver again."""
        y = self.numpy.start
        states = []
        for first, last in self.commands.stretches(valves_only=valves_only):
            states.append(advance(y, first, last))
            y = states[-1][-1]
        return np.concatenate(states)

    def pressures(self, states: Floats) -> Floats:
        """Chamber pressures of all states [mmHg]."""
        return np.array([self.numpy.pressures(y) for y in states])


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure LSODA and CVODE beside the twin."""
    seconds = CYCLE if not quick else 0.5 * CYCLE
    problem = Problem.of(seconds)
    twin = closed_loop(LIKE, seconds, 4 * runs).per(seconds)
    exact = problem.pressures(
        problem.solve(problem.cvode(1e-9, "gmres", compiled=True), valves_only=False)
    )
    error = float(np.abs(replay(both_legs(LIKE), problem.commands) - exact).max())
    restarts = sum(1 for _ in problem.commands.stretches(valves_only=True))
    found = [
        Row("solvers", "twin, closed loop, on the same seconds", "x real time", twin),
        Row(
            "solvers",
            "twin, commands replayed: error against CVODE at 1e-9",
            "mmHg",
            exactly(error),
            "<= 0.01",
            f"largest of all chambers and ticks; {restarts} switched valves in {seconds:g} s",
        ),
    ]
    yardsticks: list[tuple[str, str, Advance]] = []
    for tolerance in (1e-4, 1e-6):
        at = f"at {tolerance:.0e}".replace("e-0", "e-")
        yardsticks += [
            (f"SciPy LSODA, NumPy, {at}", ">= 500", problem.lsoda(tolerance)),
            *(
                (f"CVODE {linear}, {name}, {at}", ">= 20", problem.cvode(
                    tolerance, linear, compiled=name == "numba"
                ))
                for name in ("NumPy", "numba")
                for linear in (("gmres",) if name == "NumPy" else ("dense", "gmres"))
            ),
        ]  # fmt: skip
    for name, target, advance in yardsticks:
        wall = timed(runs, lambda advance=advance: lambda: problem.solve(advance))  # type: ignore[misc]
        off = float(np.abs(problem.pressures(problem.solve(advance)) - exact).max())
        speed = wall.per(seconds)
        ratio = Spread(
            twin.median / speed.median, twin.least / speed.most, twin.most / speed.least, runs
        )
        found += [
            Row("solvers", name, "x real time", speed, note=f"error {off:.4f} mmHg"),
            Row("solvers", f"twin over {name}", "x", ratio, target),
        ]
    return found
