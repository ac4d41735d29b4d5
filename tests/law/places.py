"""The places where the law runs, each behind the same two questions."""

from __future__ import annotations

import inspect
import os
import random
import subprocess
import tempfile
import types
from array import array
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from openpresso import cuff
from openpresso.cuff.controller import chamber_settings, cuff_settings
from openpresso.law import controller, counters, guard, regulator
from openpresso.law.guard import INVALID
from openpresso.law.regulator import SEAL, VENT
from openpresso.twin.compiled import compiled_law
from openpresso.twin.rig.firmware import micropython
from openpresso.twin.serving.staging import stage
from scripts.firmware import build_law

Function = Callable[..., Any]
Buffers = dict[str, list[int]]

SCALARS: dict[str, Function] = {
    name: function
    for module in (regulator, guard)
    for name, function in vars(module).items()
    if isinstance(function, types.FunctionType) and function.__module__ == module.__name__
}
"""The functions of numbers alone."""

PRESSURES = (-2000, 35000)
COUNTS = (0, 1 << 29)
FLAGS = (0, 1)
RANGES: dict[str, tuple[int, int]] = {
    "reading": (-32768, 35000), "last": PRESSURES, "set_point": (-32768, 15000),
    "level": (-20000, 50000), "served_level": PRESSURES, "predicted": (-100000, 100000),
    "manifold": (-5000, 40000), "mark": PRESSURES, "highest": (1, 40000),
    "ceiling": (0, 15000), "limit": (0, 15000), "slope": (-400000, 400000),
    "deficit": (0, 3000000), "total": (-100000, 100000), "change": (-37000, 37000),
    "wanted": FLAGS, "was_open": FLAGS, "wants": FLAGS, "others": FLAGS, "condition": FLAGS,
    "moving": FLAGS, "moved": FLAGS, "emptied": FLAGS, "inlet_open": FLAGS, "vented": FLAGS,
    "count": COUNTS, "served_ticks": COUNTS, "exhaust_ticks": COUNTS, "settled_ticks": COUNTS,
    "speed": (0, 10000), "rise": (0, 6000), "duty": (0, 100), "lag": (0, 60), "ticks": (0, 60),
    "before": (0, 24576), "openings": (0, 24), "fall": (0, 2000), "opened": (0, 24576),
    "bad": FLAGS, "held": COUNTS, "released": COUNTS,
    "span": (300, 8000), "air": (0, 1000000), "share": (0, 100),
}  # fmt: skip
"""Values that each argument can have; half of the draws are small, where decisions turn."""

EDGES = (VENT, SEAL, INVALID, 0)


def inputs(name: str, count: int, seed: int) -> list[list[int]]:
    """Random arguments of one function."""
    rng = random.Random(f"{name} {seed}")
    bounds = [RANGES[argument] for argument in inspect.signature(SCALARS[name]).parameters]

    def drawn(low: int, high: int) -> int:
        if rng.random() < 0.05:
            return min(max(rng.choice(EDGES), low), high)
        if rng.random() < 0.5:
            low, high = max(low, -1500), min(high, 6000)
        return rng.randint(low, high)

    return [[drawn(*bound) for bound in bounds] for _ in range(count)]


class Play:
    """A made-up session of one cuff: settings, set-points and readings, tick by tick."""

    def __init__(self, type_name: str, ticks: int, seed: int) -> None:
        rng = random.Random(f"{type_name} {seed}")
        garment = cuff.load(type_name)
        self.n = n = garment.n_chambers
        self.settings = cuff_settings(garment)
        self.chambers = chamber_settings(garment)
        self.rows: list[list[int]] = []
        set_points = [VENT] * n
        pressures = [0] * n
        wild = seed % 3 == 2
        for at in range(ticks):
            if at % 150 == 0:
                set_points = [rng.choice((VENT, SEAL, 0, 2000, 4000, 5000, 5200)) for _ in range(n)]
            lease = -1 if at < 20 else 0 if at % 20 == 0 else 1
            for i, aim in enumerate(set_points):
                pressures[i] += (max(aim, 0) - pressures[i]) // 40 + rng.randint(-25, 25)
                if wild and rng.random() < 0.01:
                    pressures[i] = rng.choice((INVALID, *PRESSURES, rng.randint(*PRESSURES)))
            self.rows.append([lease, 6000, rng.randint(0, 1), *set_points, *pressures])

    def performed(
        self,
        tick: Function,
        buffer: Callable[[list[int]], Any],
        count: Function = counters.count,
    ) -> list[list[int]]:
        """All buffers after every tick, in the place to which the three belong."""
        n = self.n
        settings, chambers = buffer(self.settings), buffer(self.chambers)
        state = buffer([0] * controller.CUFF_STATE)
        memory = buffer([0] * (n * controller.WIDTH))
        inlet, exhaust = buffer([0] * n), buffer([0] * n)
        outputs = buffer([0] * controller.CUFF_OUTPUTS)
        counts = buffer([0] * (counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS))
        trace: list[list[int]] = []
        for lease, ceiling, senses, *values in self.rows:
            if lease < 1:
                state[controller.LEASE_AGE] = lease
            state[controller.CEILING] = ceiling
            tick(
                settings, chambers, buffer(values[:n]), buffer(values[n:]), senses,
                state, memory, inlet, exhaust, outputs,
            )  # fmt: skip
            count(n, state, inlet, exhaust, outputs, counts)
            everything = (state, memory, inlet, exhaust, outputs, counts)
            trace.append([int(value) for row in everything for value in row])
        return trace


class Place:
    """CPython: the law as it stands."""

    def answers(self, name: str, rows: list[list[int]]) -> list[int]:
        """What a function of numbers answers to each row of arguments."""
        return [int(SCALARS[name](*row)) for row in rows]

    def performs(self, play: Play) -> list[list[int]]:
        """What whole ticks leave in the buffers."""
        return play.performed(controller.tick, list)


class Numba(Place):
    """The law as the twin compiles it."""

    def answers(self, name: str, rows: list[list[int]]) -> list[int]:
        """What a function of numbers answers to each row of arguments."""
        compiled = compiled_law()[name]
        return [int(compiled(*row)) for row in rows]

    def performs(self, play: Play) -> list[list[int]]:
        """What whole ticks leave in the buffers."""
        law = compiled_law()
        return play.performed(
            law["tick"], lambda values: np.array(values, dtype=np.int64), law["count"]
        )


class MicroPython(Place):
    """The law under MicroPython's unix port: its plain source, or as it is built for boards.

    Parameters
    ----------
    built
        Whether the functions are put into one another and compiled, as `make firmware` does.
    """

    def __init__(self, *, built: bool) -> None:
        self.built = built

    def answers(self, name: str, rows: list[list[int]]) -> list[int]:
        """What a function of numbers answers to each row of arguments."""
        module = SCALARS[name].__module__.rpartition(".")[2]
        flat = [value for row in rows for value in row]
        return self._ran(f"{module}.{name}", [len(rows[0]), *flat])

    def performs(self, play: Play) -> list[list[int]]:
        """What whole ticks leave in the buffers."""
        head = [play.n, len(play.settings), len(play.chambers), *play.settings, *play.chambers]
        flat = self._ran("play", head + [value for row in play.rows for value in row])
        width = len(flat) // len(play.rows)
        return [flat[at : at + width] for at in range(0, len(flat), width)]

    def _ran(self, job: str, numbers: list[int]) -> list[int]:
        program = micropython()
        assert program is not None
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "in"), Path(folder, "out")
            source.write_bytes(array("i", numbers).tobytes())
            subprocess.run(
                [program, Path(__file__).with_name("on_board.py"), job, source, target],
                env=os.environ | {"MICROPYPATH": f"{self._staged()}:.frozen"}, check=True,
            )  # fmt: skip
            return array("i", target.read_bytes()).tolist()

    def _staged(self) -> str:
        return _staged(built=self.built).name


@cache
def _staged(*, built: bool) -> tempfile.TemporaryDirectory[str]:
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory()
    if built:
        build_law(Path(folder.name), "host")
    else:
        stage(Path(folder.name), cuff.load("leg-8"), "test")
    return folder
