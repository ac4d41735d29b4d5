"""The control seat, kept by heartbeats."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final, Self

from openpresso.station.client.calls import TIMEOUT, StationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from openpresso.station.client.calls import Calls

BEAT_EVERY: Final = 2.0
"""Time between two heartbeats of the holder of the seat [s]."""


class SeatClient:
    """The control seat of a couch, kept by heartbeats in a thread of its own.

    Use it with `with`: it is taken at the beginning and left at the end. When it is lost, because
    somebody took it over or the station was not reached, the next command raises `seat-lost`.

    Parameters
    ----------
    calls
        The line to the station.
    path
        Of the seat.
    name
        Who sits there.
    sit
        Told when the seat is taken, and `None` when it is left.
    under_way
        Tells whether a session is under way.
    force
        Take it from somebody else.
    """

    def __init__(
        self,
        calls: Calls,
        path: str,
        name: str,
        sit: Callable[[SeatClient | None], None],
        under_way: Callable[[], bool],
        *,
        force: bool = False,
    ) -> None:
        """Take nothing yet."""
        self.name = name
        self._calls = calls
        self._path = path
        self._sit = sit
        self._under_way = under_way
        self._force = force
        self._left = threading.Event()
        self._thread: threading.Thread | None = None
        self._lost: StationError | None = None
        self.headers: dict[str, str] = {}
        """What a command carries to show that its sender has the seat."""

    def __enter__(self) -> Self:
        """Take the seat and keep it."""
        body = {"name": self.name, "force": self._force}
        taken = self._calls.take("POST", self._path, body)
        self.headers = {"Openpresso-Seat": taken["token"]}
        self._left.clear()
        self._lost = None
        self._thread = threading.Thread(target=self._keep, name="openpresso-seat", daemon=True)
        self._thread.start()
        self._sit(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the seat, unless it is lost.

        When an error ends the block while a session is under way, the seat is not left: it falls
        silent, and the station pauses and then vents, as it does when a client is gone.
        """
        self._sit(None)
        self._left.set()
        if self._thread is not None:
            self._thread.join(TIMEOUT)
        with contextlib.suppress(StationError):
            if self._lost is None and (kind is None or not self._under_way()):
                self._send("DELETE")

    @property
    def lost(self) -> bool:
        """Whether the seat was lost."""
        return self._lost is not None

    def check(self) -> None:
        """Raise `seat-lost` when the seat was lost."""
        if self._lost is not None:
            raise self._lost

    def _keep(self) -> None:
        """Send heartbeats until the seat is left or lost."""
        while not self._left.wait(BEAT_EVERY):
            try:
                self._send("PUT")
            except StationError as error:
                # Silence may pass; that the station refuses the token does not.
                if error.status in {401, 403, 404}:
                    self._lost = StationError(
                        f"the control seat is lost: {error.message}",
                        "seat-lost",
                        "take it again, with force if somebody else has it.",
                        error.status,
                    )
                    return

    def _send(self, method: str) -> None:
        self._calls.request(method, self._path, headers=self.headers)
