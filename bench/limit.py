"""How far the kernel is from what this core could do, and how its time grows.

The bound: add and multiply share two pipes that take a fused pair at once; division and square
root share one unit. All are counted per chamber and right-hand side, and the core's rates measured
by small loops over vectors that stay in its first cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from bench import counting
from bench.timing import Row, Spread, exactly, timed
from bench.twin import CYCLE, deliver, set_points
from bench.twin import physics as time_physics
from openpresso import cuff
from openpresso.twin import kernel, physics
from openpresso.twin.compiled import kernel as compile_kernel
from openpresso.twin.twin import Twin
from tests.twin.reference import Commands, both_legs, record_commands, replay

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TEXTS = {
    "limit": """Operations of one right-hand side per chamber, counted by running the kernel's own
functions on numbers that count, and the rates of this core, measured beside. The bound is the
larger of two: all additions and multiplications as fused pairs, or all divisions and square roots
in their one unit; comparisons, loads, stores and waiting for results are left out, so that no
program of these operations can be faster. *Kernel* is the physics alone, all lanes and the slow
response included.""",
    "where": """The parts of a right-hand side, each repeated alone at one instant in mid-cycle. The
slow response comes once in a tick; what is left of the kernel's time above are valves and sums.""",
    "growth": """Time of the physics alone against chambers or legs, over that of the smallest size
times the ratio of sizes, per evaluation of the right-hand side: 1 is linear growth, less is
better. *Exponent* is the slope of the line through their logarithms.""",
}
TITLES = {
    "limit": "How far from the machine's limit",
    "where": "Where the time goes",
    "growth": "How time grows",
}
SECTION = "The limit"

CHAINS, DEPTH, ELEMENTS = 4, 8, 128
"""Chains of operations side by side, operations in each, and elements that they are done to."""


def _loops() -> dict[str, Callable[[Floats, int], None]]:
    """Compile one loop for each operation: for every element chains of operations, side by side."""

    def compiled(body: str, *, fused: bool = False) -> Callable[[Floats, int], None]:
        lines = [f"v{k} = x[{k}, i]" for k in range(CHAINS)]
        lines += [f"v{k} = {body.format(f'v{k}')}" for _ in range(DEPTH) for k in range(CHAINS)]
        lines += [f"x[{k}, i] = v{k}" for k in range(CHAINS)]
        source = "def loop(x, rounds):\n for _ in range(rounds):\n  for i in range(x.shape[1]):\n"
        names: dict[str, Any] = {"sqrt": math.sqrt}
        exec(source + "".join(f"   {line}\n" for line in lines), names)  # noqa: S102 -- unrolled
        options: dict[str, Any] = {"fastmath": {"contract"}} if fused else {}
        loop: Callable[[Floats, int], None] = numba.njit(error_model="numpy", **options)(
            names["loop"]
        )
        return loop

    return {
        "fused multiply and add": compiled("{} * 0.999 + 0.001", fused=True),
        "add": compiled("{} + 0.001"),
        "mul": compiled("{} * 0.999"),
        "div": compiled("1.7 / {}"),
        "sqrt": compiled("sqrt({})"),
    }


def rates(runs: int, *, quick: bool) -> dict[str, Spread]:
    """Time of each operation in vectors [ns]."""
    found = {}
    rounds = 20 if quick else 400
    for name, loop in _loops().items():
        x = np.full((CHAINS, ELEMENTS), 1.3)
        loop(x, 1)
        wall = timed(8 * runs, lambda loop=loop, x=x: lambda: loop(x, rounds))  # type: ignore[misc]
        found[name] = wall.times(1e9 / (rounds * x.size * DEPTH))
    return found


def limit_rows(runs: int, *, quick: bool) -> list[Row]:
    """Count, measure the core, and set the kernel beside the bound."""
    like = cuff.load("leg-12")
    seconds = 0.5 * CYCLE if quick else 2.0 * CYCLE
    model = both_legs(like)
    deliver(model, set_points(like, 0.5 * CYCLE))
    counted = counting.right_hand_side(model)
    core = rates(runs, quick=quick)
    found = [Row("limit", f"{kind} per chamber", "", exactly(n)) for kind, n in counted.items()]
    found += [Row("limit", f"{name} in vectors", "ns", wall) for name, wall in core.items()]
    least = {name: wall.least for name, wall in core.items()}
    pipes = 0.5 * (counted["add"] + counted["mul"]) * least["fused multiply and add"]
    unfused = counted["add"] * least["add"], counted["mul"] * least["mul"]
    unit = counted["div"] * least["div"] + counted["sqrt"] * least["sqrt"]
    bound = max(pipes, unit)
    found += [
        Row("limit", "bound of the fused pairs", "ns", exactly(pipes)),
        Row("limit", "the same without fusing, as compiled", "ns", exactly(max(unfused))),
        Row("limit", "bound of division and square root", "ns", exactly(unit)),
    ]
    for legs in (2, 40):
        wall = many_legs(legs, seconds, 4 * runs)
        ns = wall.times(1e9 / (legs * like.n_chambers * evaluations(model, seconds)))
        over = ns.times(1.0 / bound)
        what = f"kernel, {legs} legs x {like.n_chambers}"
        found += [
            Row("limit", f"{what}, per chamber and right-hand side", "ns", ns),
            Row(
                "limit", f"{what}, over the bound", "x", over, "<= 10.6" if legs == 2 else "<= 3.3"
            ),
        ]
    return found


def parts(runs: int, *, quick: bool) -> list[Row]:
    """Time the parts of one right-hand side, each alone, of two legs in mid-cycle."""
    like = cuff.load("leg-12")
    model = both_legs(like)
    deliver(model, set_points(like, 0.5 * CYCLE))
    rounds, n = 1_000 if quick else 20_000, 2 * like.n_chambers
    found = []
    for number, name in enumerate(("pressures", "gas and tissue", "blood", "manifold", "response")):

        def prepare(number: int = number) -> Callable[[], None]:
            arrays = model.A.copy(), model.lanes, model.params.copy(), model.first, model.count
            return lambda: repeat_part(*arrays, 0.0, number, rounds)

        prepare()()
        ns = timed(4 * runs, prepare).times(1e9 / (rounds * n))
        note = "once in a tick, not in every right-hand side" if name == "response" else ""
        found.append(Row("where", f"{name}, 2 legs x 12, per chamber", "ns", ns, note=note))
    return found


@compile_kernel
def repeat_part(
    A: Floats, lanes: int, cuffs: Floats, first: Ints, count: Ints,  # noqa: N803
    h: float, part: int, rounds: int,
) -> None:  # fmt: skip
    """Do one part of a right-hand side many times; with `h` of 0 the state stays as it is."""
    for _ in range(rounds):
        if part == 0:
            physics.pressures(A, lanes)
        elif part == 1:
            physics.flow_gas(A, lanes, h, 1.0, 1.0, physics.START)
        elif part == 2:
            physics.flow_blood(A, lanes, h, 1.0, 1.0, physics.START)
        elif part == 3:
            kernel.spread_manifold(A, cuffs, first, count)
            kernel.flow_manifold(A, cuffs, first, count, h, 1.0, 1.0, physics.START)
        else:
            physics.respond(A, lanes)


def evaluations(model: Twin, seconds: float) -> float:
    """Return the evaluations of the right-hand side in a time."""
    return seconds / kernel.TICK * model.substeps * len(kernel.STAGES)


def many_legs(legs: int, seconds: float, runs: int) -> Spread:
    """Time the physics of several legs with leg-12 alone [s]; `legs` is even."""
    like = cuff.load("leg-12")
    pair = record_commands(both_legs(like), seconds, CYCLE)
    arrays = (pair.inlet, pair.exhaust, pair.outputs)
    commands = Commands(*(np.tile(one, (1, legs // 2, 1)) for one in arrays))

    def prepare() -> Callable[[], object]:
        model = Twin([like] * legs, seed=3)
        return lambda: replay(model, commands)

    prepare()()
    return timed(runs, prepare)


def growth(
    what: str, sizes: Sequence[int], measure: Callable[[int], Spread], *, target: str = ""
) -> list[Row]:
    """Return rows on how a time grows with a size.

    Parameters
    ----------
    what
        Name of what is counted: "legs".
    sizes
        Sizes, the smallest first.
    measure
        Time of a size, for the same work on each of what is counted [s].
    target
        Target of the exponent.
    """
    walls = [measure(size) for size in sizes]
    found = []
    for size, wall in zip(sizes, walls, strict=True):
        share = sizes[0] / size / walls[0].least
        note = f"{1e9 * wall.least / size:.3g} ns for each"
        found.append(Row("growth", f"{size:,} {what}", "x linear", wall.times(share), "", note))
    slope = np.polyfit(np.log(sizes), np.log([wall.least for wall in walls]), 1)[0]
    found.append(Row("growth", f"exponent in {what}", "", exactly(float(slope)), target))
    return found


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure the limit and the growth with chambers and legs."""
    seconds = 0.5 * CYCLE if quick else 2.0 * CYCLE

    def chambers(number: int) -> Spread:
        like = cuff.load(f"leg-{number}")
        model = both_legs(like)
        time_physics(like, 0.1, 1)
        return time_physics(like, seconds, 4 * runs).times(1.0 / evaluations(model, seconds))

    def legs(number: int) -> Spread:
        model = both_legs(cuff.load("leg-12"))
        return many_legs(number, seconds, 4 * runs).times(1.0 / evaluations(model, seconds))

    found = limit_rows(runs, quick=quick) + parts(runs, quick=quick)
    found += growth("chambers on each of 2 legs", (4, 12) if quick else (4, 8, 12, 24), chambers)
    return found + growth("legs in one twin", (2, 8) if quick else (2, 4, 8, 16, 24, 40), legs)
