"""The console's line to one treatment room: who of its people has which seat, what they command.

The station decides. The console carries each person's commands with the seat of that person's own
sign-in; it beats for nobody: only a browser that still shows the page does.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx

from openpresso.station.client.calls import PREPARING, TIMEOUT, Calls, StationError, given

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from openpresso.clinic.sessions.handover import HandOver
    from openpresso.station.client.telling import Snapshot

SILENCE: Final = 6.0
"""A stream that says nothing for this long is broken: the station tells something every 2 s [s]."""
COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "turn-on": ("leg",),
    "start": (),
    "pause": ("when", "chambers"),
    "resume": (),
    "end": (),
    "skip": ("leg", "chamber"),
    "soften": ("leg", "chamber", "share"),
    "restore": ("leg", "chamber"),
    "trim": ("share",),
    "acknowledge": ("alarm",),
    "cleaned": ("leg",),
}
"""Commands that people give on the page, with what each needs. Loading comes from a preparation."""
RAISING: Final = frozenset({"turn-on", "start", "resume", "restore"})
"""After these a pressure may rise: each takes a second, deliberate act."""


class Room:
    """One station, as the people of the console use it.

    Parameters
    ----------
    url
        Address of the station.
    key
        The console's key, of the role technician.
    """

    def __init__(self, url: str, key: str) -> None:
        """Ask for nothing yet."""
        self._calls = Calls(url, key)
        self._seats: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the connections."""
        self._calls.http.close()

    def couches(self) -> list[dict[str, Any]]:
        """Return every couch, with its legs, its state and who has its seat."""
        return self._calls.rows("GET", "/couches")

    def snapshot(self, couch: str) -> Snapshot:
        """Return everything that the station tells of a couch."""
        return self._calls.take("GET", _path(couch))

    def records(self) -> list[dict[str, Any]]:
        """Return the station's records in short, the newest first."""
        return self._calls.rows("GET", "/records", timeout=PREPARING)

    def report(self, record: str) -> bytes:
        """Return the report of a record, as PDF."""
        path = f"/records/{quote(record, safe='')}/report.pdf"
        return self._calls.request("GET", path, timeout=PREPARING).content

    def sit(self, token: str, couch: str, name: str, *, force: bool = False) -> None:
        """Take the control seat for a sign-in.

        Parameters
        ----------
        token
            Of the sign-in.
        couch
            Name of the couch.
        name
            Who sits there; it stands in the record.
        force
            Take it from somebody else.
        """
        body = {"name": name[:60], "force": force}
        taken = self._calls.take("POST", f"{_path(couch)}/seat", body)
        with self._lock:
            self._seats = {key: seat for key, seat in self._seats.items() if key[1] != couch}
            self._seats[token, couch] = taken["token"]

    def leave(self, token: str, couch: str) -> None:
        """Give the seat up."""
        headers = self._seat(token, couch)
        self._forget(token, couch)
        self._calls.request("DELETE", f"{_path(couch)}/seat", headers=headers)

    def sits(self, token: str, couch: str) -> bool:
        """Tell whether a sign-in took the seat and has not lost it as far as the console knows."""
        return (token, couch) in self._seats

    def beat(self, token: str, couch: str) -> bool:
        """Pass on that a browser still shows the couch; tell whether its sign-in has the seat.

        Raises
        ------
        StationError
            If the station does not answer.
        """
        if not self.sits(token, couch):
            return False
        try:
            self._calls.request("PUT", f"{_path(couch)}/seat", headers=self._seat(token, couch))
        except StationError as error:
            if error.status not in {401, 403, 404}:
                raise
            self._forget(token, couch)
            return False
        return True

    def command(self, token: str, couch: str, command: str, values: Mapping[str, Any]) -> None:
        """Send one of `COMMANDS` with the seat of a sign-in.

        Raises
        ------
        StationError
            If the sign-in has no seat, or the station refuses.
        """
        body = {name: values[name] for name in COMMANDS[command] if values.get(name) is not None}
        headers = self._seat(token, couch)
        self._calls.request("POST", f"{_path(couch)}/{command}", body or None, headers=headers)

    def load(self, token: str, couch: str, order: HandOver, note: str) -> None:
        """Load what a preparation hands over; nothing is energised.

        Parameters
        ----------
        token, couch
            The sign-in that has the seat, and of which couch.
        order
            Program, ceiling, legs, duration and client.
        note
            For the record.
        """
        body = {
            "text": order.text,
            "ceiling": order.ceiling,
            "legs": order.legs,
            "duration": order.duration,
            "client": order.client,
            "order": order.order,
            "note": note,
        }
        headers = self._seat(token, couch)
        path = f"{_path(couch)}/session"
        self._calls.request("PUT", path, given(body), headers=headers, timeout=PREPARING)

    async def stream(self, couch: str) -> AsyncIterator[bytes]:
        """Yield the station's stream of a couch as it comes, until it ends.

        Yields
        ------
        bytes
            Server-sent events.
        """
        headers = dict(self._calls.http.headers)
        timeout = httpx.Timeout(TIMEOUT, read=SILENCE)
        path = f"{self._calls.url}{_path(couch)}/stream"
        try:
            async with (
                httpx.AsyncClient(trust_env=False, timeout=timeout, headers=headers) as line,
                line.stream("GET", path) as answer,
            ):
                if answer.is_error:
                    return
                async for part in answer.aiter_bytes():
                    yield part
        except httpx.HTTPError:
            # The browser connects again by itself, and greys what it shows meanwhile.
            return

    def _seat(self, token: str, couch: str) -> dict[str, str]:
        """Return what shows that a sign-in has the seat."""
        seat = self._seats.get((token, couch))
        if seat is None:
            raise StationError(
                "you do not have the control seat of this couch",
                "no-seat",
                "Take the seat first; others watch meanwhile.",
                403,
            )
        return {"Openpresso-Seat": seat}

    def _forget(self, token: str, couch: str) -> None:
        with self._lock:
            self._seats.pop((token, couch), None)


@cache
def room_of(station: str, key: str) -> Room:
    """Return the line to a station; there is one for each, whoever uses it."""
    return Room(station, key)


def _path(couch: str) -> str:
    return f"/couches/{quote(couch, safe='')}"
