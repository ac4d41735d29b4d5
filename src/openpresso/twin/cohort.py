"""Many legs at once: the twin's own kernel over blocks of legs, on as many threads as processors.

Nothing is computed otherwise than in `Twin`: a leg gives the same bits alone, in any block and on
any number of threads.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.model import Cuff
from openpresso.errors import InputError
from openpresso.twin.averages import PERIOD, REST, TICKS, Averages, averaged
from openpresso.twin.limb import Limb
from openpresso.twin.observation import Observed
from openpresso.twin.steps import substeps
from openpresso.twin.twin import Twin

Floats = NDArray[np.float64]
T = TypeVar("T")

LANES: Final = 96
"""Chambers of a block: few enough for the processor's nearest cache, enough to fill its vectors."""


class Cohort:
    """One kind of cuff on many legs.

    Parameters
    ----------
    cuff
        What every leg wears.
    limbs
        The legs.
    seed
        Of the sensors; each leg draws its own errors.
    threads
        How many work at once; by default one for each processor.
    lanes
        Chambers of a block.

    Raises
    ------
    InputError
        If there is no leg, or a limb does not fit the cuff or is too stiff to be stepped.
    """

    def __init__(
        self,
        cuff: Cuff,
        limbs: Sequence[Limb],
        seed: int = 0,
        *,
        threads: int | None = None,
        lanes: int = LANES,
    ) -> None:
        """Sort the legs into blocks of equal steps; each block is built when it is its turn."""
        if not limbs:
            raise InputError.one("cohort", "no-legs", "there is no leg in it", hint="add one.")
        for number, limb in enumerate(limbs):
            if limb.volume.shape != (cuff.n_chambers,) or not np.isfinite(limb.volume).all():
                raise InputError.one(
                    "cohort",
                    "other-limb",
                    f"it lies under {limb.volume.size} chambers, {cuff.name} has "
                    f"{cuff.n_chambers}; or its volume is not a number",
                    path=f"limbs[{number}]",
                    hint="make it with openpresso.twin.limb.under for this cuff.",
                )
        self.cuff = cuff
        self.limbs = tuple(limbs)
        self.seed = seed
        self.threads = threads or os.cpu_count() or 1
        alike: defaultdict[int, list[int]] = defaultdict(list)
        for number, limb in enumerate(self.limbs):
            alike[substeps([cuff], [limb])].append(number)
        size = max(lanes // (cuff.n_chambers + 1), 1)
        self.blocks = [
            numbers[at : at + size]
            for _, numbers in sorted(alike.items())
            for at in range(0, len(numbers), size)
        ]
        """Numbers of the legs in each block; all need equal steps, so that none changes another."""

    def deliver(self, asked: Floats, ceiling: float) -> list[Observed]:
        """Deliver a table of set-points to every leg and say what was observed of each.

        Parameters
        ----------
        asked
            Set-points every 50 ms [mmHg], shape `(n_periods, n_chambers)`, or
            `(n_periods, n_legs, n_chambers)` where legs get their own.
        ceiling
            Highest pressure allowed [mmHg].
        """
        return self._all(lambda twin, part: _followed(twin, _of(asked, part), ceiling))

    def averages(self, asked: Floats, ceiling: float, cycles: int) -> list[Averages]:
        """Run cycles of set-points on every leg and say what the last one does.

        Parameters
        ----------
        asked, ceiling
            As in `deliver`; one cycle.
        cycles
            How many.
        """
        vented = np.full((round(REST / PERIOD), self.cuff.n_chambers), np.nan)

        def work(twin: Twin, part: list[int]) -> list[Averages]:
            rest = _followed(twin, _of(vented, part), ceiling)
            seen = rest
            for _ in range(cycles):
                twin.look_anew()
                seen = _followed(twin, _of(asked, part), ceiling)
            return [averaged(one, before) for one, before in zip(seen, rest, strict=True)]

        return self._all(work)

    def _all(self, work: Callable[[Twin, list[int]], list[T]]) -> list[T]:
        """Do a piece of work on every block and return what comes of each leg, in their order."""

        def one(part: list[int]) -> list[T]:
            twin = Twin(
                [self.cuff] * len(part),
                seed=self.seed,
                limbs=[self.limbs[number] for number in part],
                numbers=part,
            )
            return work(twin, part)

        found: dict[int, T] = {}
        with ThreadPoolExecutor(self.threads) as pool:
            for part, results in zip(self.blocks, pool.map(one, self.blocks), strict=True):
                found |= dict(zip(part, results, strict=True))
        return [found[number] for number in range(len(self.limbs))]


def _of(asked: Floats, part: list[int]) -> Floats:
    """Return the set-points of the legs of a block, `(n_periods, n_legs, n_chambers)`."""
    if asked.ndim == 3:
        return np.ascontiguousarray(asked[:, part])
    return np.repeat(asked[:, None], len(part), axis=1)


def _followed(twin: Twin, asked: Floats, ceiling: float) -> list[Observed]:
    twin.follow(asked, ceiling, TICKS)
    return [twin.observed(index) for index in range(len(twin.cuffs))]
