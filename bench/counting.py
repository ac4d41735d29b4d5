"""How many operations one right-hand side of the twin takes, counted by running it.

The functions of the kernel are run as plain Python over numbers that count what is done with them.
A minimum, a maximum and a comparison count as one comparison; of a choice between two sides only
the side that is taken is counted, though vector instructions may compute both.
"""

from __future__ import annotations

import math
import types
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openpresso.twin import kernel, physics
from openpresso.twin.layout import ROW
from openpresso.twin.twin import Twin

Index = Any
"""Whatever an array takes as an index."""
COUNTS: Counter[str] = Counter()


class Number:
    """A float that counts its operations."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value

    def __add__(self, other: Number | float) -> Number:
        return _done("add", self.value + float(other))

    def __radd__(self, other: float) -> Number:
        return _done("add", other + self.value)

    def __sub__(self, other: Number | float) -> Number:
        return _done("add", self.value - float(other))

    def __rsub__(self, other: float) -> Number:
        return _done("add", other - self.value)

    def __mul__(self, other: Number | float) -> Number:
        return _done("mul", self.value * float(other))

    def __rmul__(self, other: float) -> Number:
        return _done("mul", other * self.value)

    def __truediv__(self, other: Number | float) -> Number:
        return _done("div", self.value / float(other))

    def __rtruediv__(self, other: float) -> Number:
        return _done("div", other / self.value)

    def __neg__(self) -> Number:
        return Number(-self.value)

    def __float__(self) -> float:
        return self.value

    def __lt__(self, other: Number | float) -> bool:
        COUNTS["compare"] += 1
        return self.value < float(other)

    def __gt__(self, other: Number | float) -> bool:
        COUNTS["compare"] += 1
        return self.value > float(other)

    def __ge__(self, other: Number | float) -> bool:
        COUNTS["compare"] += 1
        return self.value >= float(other)


def _done(what: str, value: float) -> Number:
    COUNTS[what] += 1
    return Number(value)


def _square_root(of: Number) -> Number:
    return _done("sqrt", math.sqrt(float(of)))


class Memory:
    """An array of counting numbers that counts what is loaded and stored."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        self._values = values.copy()

    def __getitem__(self, index: Index) -> Number:
        COUNTS["load"] += 1
        return Number(float(self._values[index]))

    def __setitem__(self, index: Index, value: Number | float) -> None:
        COUNTS["store"] += 1
        self._values[index] = float(value)


def _plain(module: types.ModuleType, others: dict[str, Any]) -> dict[str, Any]:
    """Return a module's compiled functions as plain Python that counts, by name.

    Those of `others` take the place of its own.
    """
    namespace: dict[str, Any] = {}
    for name, thing in vars(module).items():
        if name in others:
            namespace[name] = others[name]
        elif hasattr(thing, "py_func"):
            namespace[name] = types.FunctionType(thing.py_func.__code__, namespace, name)
        elif isinstance(thing, (int, float, np.integer, tuple)):
            namespace[name] = thing
    namespace |= {"math": types.SimpleNamespace(sqrt=_square_root), "np": np}
    return namespace


def right_hand_side(model: Twin, cuff: int = 0) -> dict[str, float]:
    """Count the operations of one right-hand side per chamber of one cuff, by kind.

    Gas, tissue, blood and manifold with the step of a stage; without law, valves and the slow
    response, which come once in a tick.
    """
    physical = _plain(physics, {})
    clockwork = _plain(
        kernel, {"valve_flow": physical["valve_flow"], "advanced": physical["advanced"]}
    )
    n = int(model.count[cuff])
    starts = np.array(list(ROW.values()))
    lanes = np.arange(int(model.first[cuff]) - 1, int(model.first[cuff]) + n + 1)
    shifted = np.zeros_like(model.A)
    for start in starts:
        shifted[start : start + n + 2] = model.A[start + lanes]
    A, row = Memory(shifted), Memory(model.params[[cuff]])  # noqa: N806 -- the one flat array
    one, count = np.array([1]), np.array([n])
    stages: list[Callable[[], None]] = [
        lambda: physical["pressures"](A, n + 2),
        lambda: clockwork["spread_manifold"](A, row, one, count),
        lambda: physical["flow_gas"](A, n + 2, 0.0025, 1.0, 1.0, physics.START),
        lambda: clockwork["flow_manifold"](A, row, one, count, 0.0025, 1.0, 1.0, physics.START),
        lambda: physical["flow_blood"](A, n + 2, 0.0025, 1.0, 1.0, physics.START),
    ]
    COUNTS.clear()
    for stage in stages:
        stage()
    kinds = ("add", "mul", "div", "sqrt", "compare", "load", "store")
    return {kind: COUNTS[kind] / n for kind in kinds}
