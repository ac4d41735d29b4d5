"""One couch, as a Python client sees it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from openpresso.station.client.calls import PREPARING, TIMEOUT, StationError, given
from openpresso.station.client.seat import SeatClient
from openpresso.station.client.telling import told

if TYPE_CHECKING:
    from openpresso.session import Leg
    from openpresso.station.client.calls import Calls
    from openpresso.station.client.telling import Snapshot
    from openpresso.station.order import LegChoice

AT_REST: Final = frozenset({"empty", "idle", "done", "stopped", "faulted"})
"""States in which nothing is energised, and nothing will be without a person."""


class CouchClient:
    """One couch of a station. Commands need its control seat: `with couch.seat("Ana"):`.

    A command returns when the station has taken it. What comes of it is told by the stream: `wait`.

    Parameters
    ----------
    calls
        The line to the station.
    name
        Name of the couch.
    """

    def __init__(self, calls: Calls, name: str) -> None:
        """Ask for nothing yet."""
        self._calls = calls
        self.name = name
        self._path = f"/couches/{quote(name, safe='')}"
        self._seat: SeatClient | None = None

    def snapshot(self) -> Snapshot:
        """Return everything that the station tells of this couch, at this moment."""
        return self._calls.take("GET", self._path)

    def seat(self, name: str, *, force: bool = False) -> SeatClient:
        """Return the control seat, to be taken with `with`.

        Parameters
        ----------
        name
            Who sits there; it stands in the record.
        force
            Take it from somebody else.
        """
        return SeatClient(
            self._calls, f"{self._path}/seat", name, self._sit, self._under_way, force=force
        )

    def _sit(self, seat: SeatClient | None) -> None:
        """Command from this seat from now on, or from none."""
        self._seat = seat

    def _under_way(self) -> bool:
        """Tell whether leaving the seat would leave something behind that presses on a leg."""
        return self.snapshot()["state"] not in AT_REST

    def load(
        self,
        program: str = "",
        *,
        text: str = "",
        ceiling: float | str | None = None,
        legs: LegChoice | None = None,
        posture: Literal["supine", "elevated", "sitting"] = "supine",
        duration: float | str | None = None,
        client: str = "",
        order: str = "",
        note: str = "",
    ) -> int:
        """Load a program: it is checked against the cuffs and rehearsed on a twin.

        Parameters
        ----------
        program, text
            Name in the catalog, or a whole program as YAML.
        ceiling
            Highest pressure allowed [mmHg], or a text with its unit.
        legs
            Which limbs; without it as the program says.
        posture
            How the person lies.
        duration
            Shorter than the program, whole cycles of it [s], or a text with its unit.
        client, order, note
            For the record.

        Returns
        -------
        int
            Version of the snapshot in which it is known, as for every command.
        """
        body = {
            "program": program,
            "text": text,
            "ceiling": ceiling,
            "legs": legs,
            "posture": posture,
            "duration": duration,
            "client": client,
            "order": order,
            "note": note,
        }
        return self._command("PUT", "session", given(body), timeout=PREPARING)

    def unload(self) -> int:
        """Take away a session that is over or has not begun."""
        return self._command("DELETE", "session")

    def turn_on(self, leg: Leg) -> int:
        """Turn one cuff on: it is checked and its fit test begins."""
        return self._command("POST", "turn-on", {"leg": leg})

    def start(self) -> int:
        """Start the program; all cuffs must have passed their tests."""
        return self._command("POST", "start")

    def pause(
        self,
        when: Literal["cycle-end", "now"] = "cycle-end",
        chambers: Literal["hold", "vent"] = "vent",
    ) -> int:
        """Pause at the end of the cycle, or now: hold the pressures for a short time, or vent."""
        return self._command("POST", "pause", {"when": when, "chambers": chambers})

    def resume(self) -> int:
        """Go on after a pause."""
        return self._command("POST", "resume")

    def end(self) -> int:
        """End the session with a controlled vent."""
        return self._command("POST", "end")

    def skip(self, leg: Leg, chamber: int) -> int:
        """Leave a chamber out; 1 is the most distal."""
        return self._command("POST", "skip", {"leg": leg, "chamber": chamber})

    def soften(self, leg: Leg, chamber: int, share: float) -> int:
        """Give a chamber only a share, 0 to 1, of the program's pressure."""
        body = {"leg": leg, "chamber": chamber, "share": share}
        return self._command("POST", "soften", body)

    def restore(self, leg: Leg, chamber: int) -> int:
        """Take a skipped or softened chamber back; it rises slowly."""
        return self._command("POST", "restore", {"leg": leg, "chamber": chamber})

    def trim(self, share: float) -> int:
        """Trim everything down to a share of the program, for comfort."""
        return self._command("POST", "trim", {"share": share})

    def tighten(self, leg: Leg, value: float | str, why: str) -> int:
        """Lower the ceiling of one cuff [mmHg], or a text with its unit."""
        return self._command("POST", "tighten", {"leg": leg, "value": value, "why": why})

    def acknowledge(self, alarm: str) -> int:
        """Silence an alarm, by its id, for at most two minutes."""
        return self._command("POST", "acknowledge", {"alarm": alarm})

    def cleaned(self, leg: Leg) -> int:
        """Say that a cuff was cleaned."""
        return self._command("POST", "cleaned", {"leg": leg})

    def vent(self) -> int:
        """EMERGENCY VENT of this couch; it needs no key and no seat."""
        return int(self._calls.take("POST", f"{self._path}/vent")["version"])

    def stream(self, patience: float = 30.0) -> Iterator[Snapshot]:
        """Yield a full snapshot each time something changed, the present one first.

        A connection that breaks is made again; a snapshot then says where things stand.

        Parameters
        ----------
        patience
            Time without a connection after which it gives up [s].

        Raises
        ------
        StationError
            `stream-gap` when something was lost, `no-station` when patience is over, or a refusal.
        """
        for snapshot in told(self._calls, f"{self._path}/stream", patience):
            if snapshot is not None:
                yield snapshot

    def wait(self, predicate: Callable[[Snapshot], object], timeout: float) -> Snapshot:
        """Return the first snapshot of which a predicate is true.

        Parameters
        ----------
        predicate
            Looks at a snapshot.
        timeout
            [s]

        Raises
        ------
        StationError
            `timeout` when the time is over, `seat-lost` when this client lost the control seat, or
            as `stream`.
        """
        until = time.monotonic() + timeout
        newest: Snapshot = {}
        stream = told(self._calls, f"{self._path}/stream", timeout)
        with contextlib.closing(stream):
            for snapshot in stream:
                newest = snapshot or newest
                if snapshot is not None and predicate(snapshot):
                    return snapshot
                if self._seat is not None:
                    self._seat.check()
                if time.monotonic() >= until:
                    break
        raise StationError(
            f"what was waited for did not come within {timeout:g} s; couch {self.name} is "
            f"{newest.get('state', 'not heard of')}",
            "timeout",
            "wait longer, or look at its alarms.",
        )

    def _command(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> int:
        """Send a command with the token of the seat; return the version that knows of it."""
        headers = {}
        if self._seat is not None:
            self._seat.check()
            headers = self._seat.headers
        answer = self._calls.take(
            method, f"{self._path}/{path}", body, headers=headers, timeout=timeout
        )
        return int(answer["version"])
