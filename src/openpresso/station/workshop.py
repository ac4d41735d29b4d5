"""Slow work beside the control loop: preparing programs, closing records, printing reports.

It is done in a process of its own, so that no tick waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from openpresso.cuff.model import Cuff
from openpresso.errors import OpenpressoError, RecordError
from openpresso.session import Leg
from openpresso.station.order import Order
from openpresso.station.preparation import Prepared, find_program, prepare

POLITE: Final = 10
"""The workshop gives way to the control loop where both want the same processor."""

P = ParamSpec("P")
R = TypeVar("R")


class Workshop:
    """One process that does slow work, in the order in which it is asked for."""

    def __init__(self) -> None:
        """Start nothing yet."""
        # A fork would take the event loop, the sockets and the locks along.
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _move_in)

    async def do(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do a piece of work and return what it gives; its errors are raised here."""
        if kwargs:
            raise TypeError("work in another process takes no names")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)

    def close(self) -> None:
        """End the process; work that has not begun is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _move_in() -> None:
    """Give way to the control loop, and end with the station, however it ends."""
    os.nice(POLITE)
    # Ctrl-C in a terminal reaches every process of it; the station still wants its record sealed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(parent_process(),), daemon=True).start()


def _leave_with(station: BaseProcess | None) -> None:
    """End this process when the station has: killed, it has told nobody."""
    if station is not None:
        station.join()
        os._exit(1)


def made_ready(order: Order, cuffs: Mapping[Leg, Cuff]) -> Prepared:
    """Find, compile, check and rehearse a program, and say what is expected of it.

    Raises
    ------
    InputError
        If it cannot be started on these cuffs, or failed on the twin.
    """
    from openpresso.station.expectation import expectations
    from openpresso.station.rehearsal import rehearse

    prepared = prepare(find_program(order), cuffs, order)
    tried = prepared.timelines, prepared.cuffs, prepared.ceiling, prepared.posture
    rehearse(*tried)
    return replace(prepared, expected=expectations(*tried))


def put_away(folder: Path) -> str:
    """Seal a record that was ended and write its report; return what went wrong, or nothing."""
    from openpresso.record import open_record, render_report
    from openpresso.record.sealing import seal

    try:
        seal(folder)
        try:
            render_report(open_record(folder))
        except RecordError as error:
            if error.code != "no-pdf":
                raise
            render_report(open_record(folder), pdf=False)
    except (OpenpressoError, OSError) as error:
        return str(error)
    return ""


def close_open_records(folder: Path) -> list[str]:
    """Close every record that a crash left open; return their names.

    One that is still being written, or cannot be closed, is let be.
    """
    from openpresso.record import recover, unclosed

    closed = []
    for left in unclosed(folder):
        with contextlib.suppress(RecordError):
            closed.append(recover(left).name)
    return closed
