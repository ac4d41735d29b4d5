"""Runs rows, in one or several processes, and judges what comes out."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from openpresso.errors import OpenpressoError
from openpresso.twin.validation.model import Quantity, Row, chosen
from openpresso.twin.validation.outcome import Outcome

Verdict = Literal["pass", "miss", "reported"]
BINDING: Final = ("C", "V")
"""Uses whose misses make the command fail."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One quantity with our value beside the published one."""

    quantity: Quantity
    ours: float
    error: float | None
    """Standard deviation that the instrument would give it, where it is known."""
    verdict: Verdict

    @property
    def difference(self) -> float:
        """Ours less the published value, in the quantity's unit."""
        return self.ours - self.quantity.published


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What repeating a row gave."""

    row: Row
    outcome: Outcome
    judged: tuple[Judged, ...]
    seconds: float
    """How long it took [s]."""

    @property
    def verdict(self) -> Verdict:
        """A row passes when every quantity that is judged does."""
        verdicts = {one.verdict for one in self.judged}
        return "miss" if "miss" in verdicts else "pass" if "pass" in verdicts else "reported"

    @property
    def is_broken(self) -> bool:
        """Whether the row had to pass and does not."""
        return self.row.use in BINDING and self.verdict == "miss"


class UnrepeatedError(OpenpressoError):
    """A row that nothing repeats."""

    exit_code: ClassVar[int] = 1
    default_code = "unrepeated-row"


def function(row: Row) -> Callable[[int], Outcome]:
    """Return what repeats a row: `row_<number>` of the module of its chapter.

    Raises
    ------
    UnrepeatedError
        If there is none.
    """
    module = f"openpresso.twin.validation.rows_{row.chapter}"
    name = f"row_{row.number.lower()}"
    found = getattr(importlib.import_module(module), name, None)
    if not callable(found):
        raise UnrepeatedError(
            f"row {row.number} (use {row.use}), {row.title}: nothing repeats it",
            remedy=f"write {name} in {module}.",
        )
    repeat: Callable[[int], Outcome] = found
    return repeat


def repeat(row: Row, seed: int = 0) -> Result:
    """Repeat one row on the twin and judge it."""
    start = time.perf_counter()
    outcome = function(row)(seed)
    judged = tuple(judge(quantity, outcome) for quantity in row.quantities)
    return Result(row, outcome, judged, time.perf_counter() - start)


def judge(quantity: Quantity, outcome: Outcome) -> Judged:
    """Judge one quantity; a value that is no number misses."""
    ours = float(outcome.values[quantity.name])
    holds = quantity.holds(ours) if not math.isnan(ours) else False
    verdict: Verdict = "reported" if holds is None else "pass" if holds else "miss"
    return Judged(quantity, ours, outcome.errors.get(quantity.name), verdict)


def run(numbers: Sequence[str] = (), seed: int = 0, processes: int = 1) -> Iterator[Result]:
    """Repeat rows and yield their results in the order of the file.

    Parameters
    ----------
    numbers
        Numbers of the rows; all if empty.
    seed
        Seed of sensors and cohorts.
    processes
        How many rows to repeat at a time. The kernels are compiled before, once.

    Raises
    ------
    InputError
        If there is no such row.
    UnrepeatedError
        If nothing repeats one of them; nothing is run then.
    """
    rows = chosen(numbers)
    for row in rows:
        function(row)
    if processes < 2 or len(rows) < 2:
        yield from (repeat(row, seed) for row in rows)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from openpresso.twin.validation.scene import leg

    leg("supine", seed)  # compiles the kernels and leaves them on disk for all processes
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(repeat, rows, [seed] * len(rows))
