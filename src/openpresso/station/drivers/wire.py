"""A link whose exchanges run in a task of its own: the rules that every driver has to keep.

A driver brings a `Wire`, which knows how to talk to its device; `WireLink` knows when to:

- One exchange at a time; the newest command wins; nobody waits for the line.
- After a failure the line is opened anew, the device says who it is, and whatever was asked before
  its readings were read is dropped, a vent excepted: nobody commands a cuff that he has not seen.
- Nothing is sent unless asked, and nothing that was asked too long ago.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from openpresso.station.drivers.failure import LineError, RefusedError
from openpresso.station.drivers.round_trips import RoundTrips

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from openpresso.session import Command, Identity, Readings

PAUSES: Final = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Time from a failure to the next attempt [s]; the last one repeats.

A late answer spoils two attempts over a serial line: the one that it misses and the one into which
it falls. Both, and one more, fit into the 500 ms after which a lease is lost.
"""
STALE: Final = 0.25
"""A command that waited longer than this is not what the station wants now [s]."""

SampleT = TypeVar("SampleT")
ResultT = TypeVar("ResultT")


class Wire(Protocol[SampleT]):
    """How to talk to one device; `WireLink` calls one method at a time.

    Each raises `LineError` when the device does not answer as it should, with what to do; the line
    is dropped then.
    """

    @property
    def remark(self) -> str:
        """What a person should know although the last exchange was answered, or nothing."""

    async def connect(self) -> Identity:
        """Open the line anew and say which cuff is there.

        The same object as before while it is the same cuff and has not been restarted.
        """

    async def exchange(self, command: Command | None) -> SampleT | None:
        """Send a command, if there is one, and return what the cuff measures; `None`: nothing new.

        The command has a set-point for each chamber of the cuff that `connect` found.
        """

    def readings(self, sample: SampleT, before: SampleT | None, identity: Identity) -> Readings:
        """Return a sample as readings; shares are of the time since the sample `before`."""

    async def reset(self) -> None:
        """Let the cuff forget its faults."""

    async def vent(self) -> None:
        """Vent the cuff, whoever holds its lease, until it is reset."""

    async def release(self) -> None:
        """Vent, and give up the lease if it is held."""

    def drop(self) -> None:
        """Let go of the line at once, open or not."""


class WireLink(Generic[SampleT]):
    """A link over a wire; made inside a running event loop.

    Parameters
    ----------
    wire
        The wire to the cuff.
    address
        The address of the cuff, as a person gave it.
    """

    def __init__(self, wire: Wire[SampleT], address: str) -> None:
        """Begin to connect."""
        self.address = address
        self.round_trips = RoundTrips()
        """Exchanges, failures and times of this link."""
        self._wire = wire
        self._identity: Identity | None = None
        self._trouble = f"the cuff at {address} was not reached yet"
        self._connected = False
        self._seen = False
        self._failures = 0
        self._command: Command | None = None
        self._written = 0.0
        self._reset = False
        self._vent = False
        self._vented = asyncio.Event()
        self._jobs: deque[tuple[Callable[[], Awaitable[Any]], asyncio.Future[Any]]] = deque()
        self._sample: SampleT | None = None
        self._before: SampleT | None = None
        self._asked = asyncio.Event()
        self._closing = asyncio.Event()
        self._asked.set()
        loop = asyncio.get_running_loop()
        self._worker = loop.create_task(self._work(), name=f"link to {address}")

    @property
    def identity(self) -> Identity | None:
        """Which cuff is at the other end; `None` until it has said so."""
        return self._identity

    @property
    def trouble(self) -> str:
        """Why the last exchange failed and what to do; empty when all is well."""
        return self._trouble

    def read(self, now: float) -> Readings | None:
        """Return the newest readings that were not returned yet, or `None`."""
        del now
        sample, self._sample = self._sample, None
        if sample is None or self._identity is None:
            return None
        readings = self._wire.readings(sample, self._before, self._identity)
        self._before = sample
        self._seen = True
        return readings

    def write(self, command: Command | None) -> None:
        """Send set-points and ceiling, the lease renewed or given up; `None`: ask for readings."""
        if command is None:
            self._drop_command()
        elif self._seen or not command.renew:
            self._command = command
            self._written = time.monotonic()
        self._asked.set()

    def reset(self) -> None:
        """Let the cuff forget its faults; it stays vented and has no lease."""
        self._reset = self._seen
        self._asked.set()

    def vent(self) -> None:
        """Vent the cuff at once, whoever holds its lease; it stays vented until it is reset."""
        self._vent = True
        self._reset = False
        self._vented.clear()
        self._asked.set()

    async def vented(self) -> None:
        """Wait until the cuff has answered the last `vent`."""
        await self._vented.wait()

    def close(self) -> None:
        """Give up the lease and let go of the line."""
        self._closing.set()
        self._asked.set()

    async def closed(self) -> None:
        """Wait until a closed link has let go of the line."""
        await asyncio.wait([self._worker])

    async def ask(self, job: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Let the worker do something else between two exchanges, and return what comes of it.

        Parameters
        ----------
        job
            One exchange over the wire.

        Raises
        ------
        LineError
            When the cuff does not answer, or refuses.
        """
        if self._worker.done() or self._closing.is_set():
            raise self._is_closed()
        result: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._jobs.append((job, result))
        self._asked.set()
        return await result

    async def _work(self) -> None:
        try:
            while not self._closing.is_set():
                await self._asked.wait()
                self._asked.clear()
                try:
                    if not self._connected:
                        await self._connect()
                    if not self._closing.is_set():
                        await self._serve()
                except LineError as error:
                    self._fail(error)
                except Exception as error:  # noqa: BLE001 - a driver's defect is a failed exchange
                    self._fail(self._defect(error))
                if self._worker.cancelling():
                    # `asyncio.wait_for`, which pymodbus uses, may swallow it (Python 3.11).
                    break
            await self._release()
        finally:
            self._let_go()

    async def _connect(self) -> None:
        """Wait until it is time to try again, then open the line."""
        if self._failures:
            pause = PAUSES[min(self._failures, len(PAUSES)) - 1]
            if await self._closing_within(pause):
                return
        identity = await self._wire.connect()
        if identity is not self._identity:
            self._before = None
        self._identity = identity
        self._connected = True
        # Not for this connection: who asked had not seen who is there.
        self._reset = False
        self._drop_command()

    async def _closing_within(self, seconds: float) -> bool:
        """Wait for so long, or until the link is closed; return whether it is."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True

    async def _serve(self) -> None:
        """Do what was asked: a reset, one exchange, one of the jobs; a vent before a reset."""
        if self._vent:
            await self._tolerated(self._wire.vent())
            self._vent = False
            self._vented.set()
        if self._reset and (self._command is None or self._command.renew):
            self._reset = False
            await self._tolerated(self._wire.reset())
        command, self._command = self._command, None
        misfit = self._misfit(command)
        began = time.monotonic()
        try:
            sample = await self._wire.exchange(None if misfit else command)
        except Exception:
            # Whether a vent arrived is not known: it is sent again with the next question.
            if command is not None and not command.renew and self._command is None:
                self._command = command
            raise
        self.round_trips.took(time.monotonic() - began)
        if sample is not None:
            self._failures = 0
            self._sample = sample
            self._trouble = misfit or self._wire.remark
        if self._jobs:
            await self._do(*self._jobs.popleft())
        if self._jobs or self._reset:
            self._asked.set()

    def _misfit(self, command: Command | None) -> str:
        """Return why a command must not be sent, or nothing; one that is too old is forgotten."""
        if command is None or self._identity is None:
            return ""
        if command.renew and time.monotonic() - self._written > STALE:
            return f"a command to the cuff at {self.address} came too late and was not sent"
        chambers = self._identity.n_chambers
        if len(command.set_points) == chambers:
            return ""
        return (
            f"the cuff at {self.address} has {chambers} chambers, the command has"
            f" {len(command.set_points)} set-points and was not sent; connect the cuff that the"
            " program was loaded for."
        )

    def _drop_command(self) -> None:
        """Forget what was asked, unless it is to vent."""
        if self._command is not None and self._command.renew:
            self._command = None

    async def _tolerated(self, request: Awaitable[None]) -> None:
        """Wait for a request that the cuff may refuse; the next exchange says why it did."""
        with contextlib.suppress(RefusedError):
            await request

    async def _do(self, job: Callable[[], Awaitable[Any]], result: asyncio.Future[Any]) -> None:
        """Do one job and hand over what comes of it; a refusal concerns the job alone."""
        try:
            found = await job()
        except RefusedError as error:
            if not result.done():
                result.set_exception(error)
        except BaseException as error:
            if not result.done():
                result.set_exception(error if isinstance(error, Exception) else self._is_closed())
            raise
        else:
            if not result.done():
                result.set_result(found)

    def _fail(self, error: LineError) -> None:
        """Say what is wrong; what was asked of this connection is void."""
        self.round_trips.failures += 1
        self._failures += 1
        self._trouble = f"{error.message}; {error.remedy}"
        self._disconnect()
        self._forsake(error)

    def _disconnect(self) -> None:
        self._wire.drop()
        self._connected = self._seen = self._reset = False
        self._sample = None
        self._drop_command()

    def _forsake(self, error: LineError) -> None:
        """Tell everybody who waits for a job that it will not be done."""
        while self._jobs:
            _, result = self._jobs.popleft()
            if not result.done():
                result.set_exception(error)

    async def _release(self) -> None:
        """Give up the lease, if the cuff can be reached."""
        if self._connected:
            with contextlib.suppress(Exception):
                await self._wire.release()

    def _let_go(self) -> None:
        self._closing.set()
        self._disconnect()
        self._command = None
        error = self._is_closed()
        self._trouble = f"{error.message}; {error.remedy}"
        self._forsake(error)

    def _defect(self, error: Exception) -> LineError:
        return LineError(
            f"the driver of the cuff at {self.address} failed: {type(error).__name__}: {error}",
            code="driver-failed",
            remedy="report this text to the driver's author.",
        )

    def _is_closed(self) -> LineError:
        return LineError(
            f"the link to the cuff at {self.address} is closed",
            code="closed",
            remedy="open it again.",
        )
