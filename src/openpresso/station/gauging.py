"""Holding a cuff still beside a gauge: what calibration needs of a link."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.law.registers import FAULTS
from openpresso.session import Command
from openpresso.station.drivers import LineError

if TYPE_CHECKING:
    from openpresso.session import Identity, Readings
    from openpresso.session.readings import Floats
    from openpresso.station.link import Link

PERIOD: Final = 0.05
"""Time between two questions [s]."""
KEPT: Final = 80
KEPT_AT_REST: Final = 400
"""Readings that are averaged: 4 s; 20 s at rest, for the last air leaves a slack chamber slowly."""
REACHED_WITHIN: Final = 5.0
"""Longest time until a cuff answers [s]."""
TRIES: Final = 10
"""Readings within which a reset shows."""
STILL_WITHIN: Final = 90.0
"""Longest time until a pressure stands still [s]; a large chamber takes long to fill."""
STILL: Final = 0.5
STILL_AT_REST: Final = 0.1
"""A pressure stands still when the halves of its readings differ by less [mmHg]."""
NEAR: Final = 3.0
"""A held chamber is this near to what was asked for [mmHg]."""


async def reached(link: Link) -> Identity:
    """Wait until a cuff has said who it is and has given readings.

    Raises
    ------
    LineError
        When it does not, with why.
    """
    return (await _fresh(link, REACHED_WITHIN)).identity


async def healthy(link: Link) -> None:
    """Let a cuff forget that it was switched on, and see that nothing else is wrong with it.

    Raises
    ------
    LineError
        When a fault stays.
    """
    faults = (await _fresh(link, REACHED_WITHIN)).faults
    for _ in range(TRIES):
        if not faults:
            return
        link.reset()
        faults = (await _fresh(link, REACHED_WITHIN)).faults
    raise _faulty(link, faults)


@asynccontextmanager
async def still(link: Link, command: Command | None = None) -> AsyncIterator[Callable[[], Floats]]:
    """Keep a cuff as a command says, and begin once its pressures stand still.

    What it gives returns the mean pressures of the last readings [mmHg]. The lease is renewed all
    the while, and given up in the end.

    Parameters
    ----------
    link
        The link; nobody else uses it.
    command
        What to hold; without one the cuff rests.

    Raises
    ------
    LineError
        When the cuff falls silent, trips, or does not come to rest.
    """
    kept: deque[Floats] = deque(maxlen=KEPT if command else KEPT_AT_REST)
    keeper = asyncio.create_task(_keep(link, command, kept))
    try:
        await _stand_still(command, kept, keeper)

        def mean() -> Floats:
            if keeper.done():
                keeper.result()
            found: Floats = np.array(kept).mean(axis=0)
            return found

        yield mean
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError, LineError):
            await keeper
        if command is not None:
            nothing = np.full_like(command.set_points, np.nan)
            link.write(Command(nothing, command.ceiling, renew=False))
            await asyncio.sleep(2 * PERIOD)


async def _keep(link: Link, command: Command | None, kept: deque[Floats]) -> None:
    """Ask for readings until a fault, renewing the lease."""
    silent = 0
    while True:
        readings = link.read(0.0)
        silent = 0 if readings is not None else silent + 1
        if readings is not None:
            kept.append(readings.pressures)
            if readings.faults and command is not None:
                raise _faulty(link, readings.faults)
        elif silent * PERIOD > 1.0:
            raise LineError(link.trouble or "the cuff gives no readings")
        link.write(command)
        await asyncio.sleep(PERIOD)


async def _stand_still(
    command: Command | None, kept: deque[Floats], keeper: asyncio.Task[None]
) -> None:
    """Wait until the pressures stand still at what was asked for."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STILL_WITHIN
    while loop.time() < deadline:
        await asyncio.sleep(PERIOD)
        if keeper.done():
            keeper.result()
        if len(kept) == kept.maxlen and _is_still(np.array(kept), command):
            return
    raise LineError(
        f"the pressure does not come to rest within {STILL_WITHIN:.0f} s",
        remedy="look for a leak, then try again.",
    )


def _is_still(pressures: Floats, command: Command | None) -> bool:
    """Whether readings, shape `(n, n_chambers)`, stand still where they should."""
    half = len(pressures) // 2
    moved = np.abs(pressures[half:].mean(axis=0) - pressures[:half].mean(axis=0))
    if command is None:
        return bool(np.all(moved < STILL_AT_REST))
    held = np.isfinite(command.set_points)
    off = np.abs(pressures.mean(axis=0) - command.set_points)[held]
    return bool(np.all(moved[held] < STILL) and np.all(off < NEAR))


async def _fresh(link: Link, within: float) -> Readings:
    """Return the next readings."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while (readings := link.read(0.0)) is None:
        if loop.time() > deadline:
            raise LineError(link.trouble or "the cuff gives no readings")
        link.write(None)
        await asyncio.sleep(PERIOD)
    return readings


def _faulty(link: Link, faults: int) -> LineError:
    said = "; ".join(text.lower() for bit, _, text in FAULTS if faults >> bit & 1)
    where = link.identity.serial if link.identity else "there"
    return LineError(
        f"the cuff {where} has vented: {said or f'fault {faults}'}",
        code="cuff-fault",
        remedy="put right what it says, then try again.",
    )
