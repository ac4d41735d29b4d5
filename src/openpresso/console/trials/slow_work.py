"""Slow work beside the pages: one process that computes, one thing at a time, with a limit.

A page asks, is answered at once, and looks again. Of one person at most one piece of work waits:
a newer one takes its place.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

POLITE: Final = 10
"""The work gives way to the pages where both want the same processor."""
LIMIT: Final = 60.0
"""Longest time of one piece of work, without the start of the process [s]."""
STARTING: Final = 120.0
"""Longest time until the process has started [s]."""
KEPT: Final = 64
"""Results that are kept, the newest."""

State = Literal["waiting", "running", "done", "failed", "dropped"]


@dataclass(slots=True)
class Piece:
    """One piece of work.

    Parameters
    ----------
    key
        What it is known by.
    who
        Key of the person who asked.
    work, given
        What is done, and with what.
    about
        What the page that asked needs to show itself again.
    state
        How far it is.
    first
        Whether the process had to be started for it, which takes longer.
    result
        What it gave, when it is done.
    trouble, remedy
        Why it failed, and what to do.
    """

    key: str
    who: int
    work: Callable[..., Any]
    given: tuple[Any, ...]
    about: Mapping[str, str]
    state: State = "waiting"
    first: bool = False
    result: Any = None
    trouble: str = ""
    remedy: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in {"done", "failed", "dropped"}


class Doer(Protocol):
    """Something that does work elsewhere."""

    @property
    def ready(self) -> bool:
        """Whether it has started."""

    def do(self, work: Callable[..., Any], given: tuple[Any, ...], limit: float) -> Any:  # noqa: ANN401
        """Return what the work gives; its errors are raised here."""

    def close(self) -> None:
        """End it."""


class SlowWork:
    """A queue of work and the thread that hands it on.

    Parameters
    ----------
    doer
        What does it.
    limit
        Longest time of one piece [s].
    """

    def __init__(self, doer: Doer, limit: float = LIMIT) -> None:
        """Start nothing yet."""
        self._doer = doer
        self._limit = limit
        self._pieces: OrderedDict[str, Piece] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(
        self,
        who: int,
        key: str,
        work: Callable[..., Any],
        *given: object,
        about: Mapping[str, str] | None = None,
    ) -> Piece:
        """Ask for a piece of work, or find it if it was asked for already.

        Parameters
        ----------
        who
            Key of the person; of one person at most one piece waits.
        key
            What the work and all that is given to it are known by.
        work, given
            A function of a module, and plain values; both go to another process.
        about
            What the page needs to show itself again.
        """
        with self._changed:
            known = self._pieces.get(key)
            if known is not None and known.state not in {"failed", "dropped"}:
                self._pieces.move_to_end(key)
                return known
            for one in self._pieces.values():
                if one.who == who and one.state == "waiting":
                    one.state, one.trouble = "dropped", "something newer was asked for"
            piece = self._pieces[key] = Piece(key, who, work, given, about or {})
            self._pieces.move_to_end(key)
            self._forget()
            self._begin()
            self._changed.notify_all()
            return piece

    def find(self, who: int, key: str) -> Piece | None:
        """Return a piece of work that a person has asked for; None: it is not known any more."""
        with self._changed:
            found = self._pieces.get(key)
            return found if found is not None and found.who == who else None

    def close(self) -> None:
        """Do nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._doer.close()

    def _forget(self) -> None:
        """Forget the oldest results; work that is not over stays."""
        over = [key for key, one in self._pieces.items() if one.over]
        for key in over[: max(len(self._pieces) - KEPT, 0)]:
            del self._pieces[key]

    def _begin(self) -> None:
        """Start the thread, once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="slow work", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        """Do one piece after the other."""
        while (piece := self._next()) is not None:
            self._do(piece)

    def _do(self, piece: Piece) -> None:
        """Do a piece; what goes wrong is told to whoever looks again."""
        try:
            piece.result = self._doer.do(piece.work, piece.given, self._limit)
        except OpenpressoError as error:
            piece.trouble, piece.remedy = error.message, error.remedy
            piece.state = "failed"
        except Exception as error:  # noqa: BLE001 -- the queue outlives every piece of work
            piece.trouble = f"{type(error).__name__}: {error}"
            piece.state = "failed"
        else:
            piece.state = "done"

    def _next(self) -> Piece | None:
        """Return the piece that has waited longest; None: the work is closed."""
        with self._changed:
            while not self._closed:
                for one in self._pieces.values():
                    if one.state == "waiting":
                        one.first = not self._doer.ready
                        one.state = "running"
                        return one
                self._changed.wait()
        return None


class Process:
    """A process that does work; it is ended and started anew when a piece takes too long."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    @property
    def ready(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.is_alive()

    def do(self, work: Callable[..., Any], given: tuple[Any, ...], limit: float) -> Any:  # noqa: ANN401
        """Return what work gives in the process.

        Raises
        ------
        OpenpressoError
            If it takes longer than the limit, or the process ends; or what the work raises.
        """
        line = self._connected()
        line.send((work, given))
        if not line.poll(limit):
            self.close()
            raise OpenpressoError(
                f"it took longer than {limit:g} s and was stopped",
                code="too-long",
                remedy="Try a shorter program or fewer chambers.",
            )
        try:
            right, result = line.recv()
        except (EOFError, OSError) as error:
            self.close()
            raise OpenpressoError(
                "the process that computes has ended", code="ended", remedy="Try it again."
            ) from error
        if right:
            return result
        raise result

    def close(self) -> None:
        """End the process."""
        process, self._process, self._line = self._process, None, None
        if process is not None:
            process.kill()
            process.join(5.0)

    def _connected(self) -> Connection:
        """Return the line to the process, which is started when there is none."""
        if self.ready and self._line is not None:
            return self._line
        self.close()
        # A fork would take the sockets of the pages and the locks of their threads along.
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there,), name="slow work", daemon=True)
        process.start()
        there.close()
        if not here.poll(STARTING):
            process.kill()
            raise OpenpressoError("the process that computes did not start", code="not-started")
        here.recv()
        self._process, self._line = process, here
        return here


def _work(line: Connection) -> None:
    """Do what comes along the line until it is cut, as it is when the console ends."""
    os.nice(POLITE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line.send("ready")
    while True:
        try:
            work, given = line.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (True, work(*given))
        except Exception as error:  # noqa: BLE001 -- told to whoever asked
            answer = (False, _told(error))
        line.send(answer)


def _told(error: Exception) -> Exception:
    """Return an error that can be sent: ours as it is, others as their text."""
    if isinstance(error, OpenpressoError):
        return error
    return OpenpressoError(f"{type(error).__name__}: {error}")


@cache
def slow_work() -> SlowWork:
    """Return the one queue of this process; it starts with the first piece of work."""
    return SlowWork(Process())
