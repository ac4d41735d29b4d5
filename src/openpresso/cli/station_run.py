"""A whole session in a station, as a technician would steer it, from the command line."""

from __future__ import annotations

import contextlib
import math
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from openpresso.cli.output import console, print_json
from openpresso.cli.progress import watch
from openpresso.cli.summary import COLOURS
from openpresso.station.client import StationError
from openpresso.station.request import Progress

if TYPE_CHECKING:
    from openpresso.session import Leg
    from openpresso.session.readings import Floats
    from openpresso.station.client import CouchClient, Snapshot, StationClient
    from openpresso.station.order import LegChoice

TESTING: Final = 120.0
"""The tests of one cuff end within this time [s]."""
SPARE: Final = 600.0
"""A session may take this much longer than its program, with pauses [s]."""
SEALING: Final = 60.0
"""A record is sealed within this time [s]."""
EMPTYING: Final = 15.0
"""After a vent the end is waited for this long [s]."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    program: str
    legs: LegChoice | None
    ceiling: str | None
    duration: str | None
    posture: Literal["supine", "elevated", "sitting"]
    client: str
    who: str
    force: bool


def run_session(wish: Wish, client: StationClient, couch: str, *, as_json: bool) -> int:
    """Deliver a session and return the exit code: 0 delivered, 1 not.

    Ctrl-C and SIGTERM vent at once, and so does a defect of this program: it began the session
    and leaves none behind that nobody watches.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with client:
        with watch(wish.program, quiet=as_json) as show:
            end = _steer(wish, client.couch(couch), show)
        summary = _summary(client, end)
    if as_json:
        print_json(summary)
    else:
        _say(summary)
    return 0 if summary["outcome"] == "delivered" else 1


def _steer(wish: Wish, couch: CouchClient, show: Callable[[Progress], None]) -> Snapshot:
    """Take the seat, go through the session, and return its last snapshot."""
    with couch.seat(wish.who, force=wish.force):
        try:
            _load(wish, couch)
            return _deliver(couch, show)
        except KeyboardInterrupt:
            couch.vent()
            return couch.wait(_over, EMPTYING)
        except StationError as error:
            if error.code == "seat-lost":
                # Somebody else steers; the session is theirs.
                raise
            _vent_if_under_way(couch)
            raise
        except BaseException:
            _vent_if_under_way(couch)
            raise


def _load(wish: Wish, couch: CouchClient) -> None:
    path = Path(wish.program)
    is_file = path.suffix in {".yaml", ".yml"}
    couch.load(
        "" if is_file else wish.program,
        text=_text(path) if is_file else "",
        ceiling=wish.ceiling,
        legs=wish.legs,
        posture=wish.posture,
        duration=wish.duration,
        client=wish.client,
    )


def _text(path: Path) -> str:
    from openpresso import program

    # Read here, so that every message names the file and its lines before anything is sent.
    program.load(path)
    return path.read_text("utf-8")


def _deliver(couch: CouchClient, show: Callable[[Progress], None]) -> Snapshot:
    """Turn on, test, start, and watch to the end."""

    def until(reached: Callable[[Snapshot], object], timeout: float) -> Snapshot:
        def look(now: Snapshot) -> object:
            show(_progress(now))
            return _over(now) or reached(now)

        return couch.wait(look, timeout)

    now = couch.snapshot()
    for leg in _worn(now):
        told = couch.turn_on(leg)
        tested = lambda now, told=told: now["version"] >= told and now["state"] in {"idle", "ready"}  # noqa: E731
        now = until(tested, TESTING)
        if _over(now):
            return now
    couch.start()
    return until(_over, now["program"]["duration"] + SPARE)


def _worn(now: Snapshot) -> tuple[Leg, ...]:
    legs = now["program"]["legs"]
    return ("left", "right") if legs in {"both", "alternate"} else (legs,)


def _over(now: Snapshot) -> bool:
    return now["outcome"] is not None


def _vent_if_under_way(couch: CouchClient) -> None:
    with contextlib.suppress(StationError):
        now = couch.snapshot()
        if now["state"] != "empty" and not _over(now):
            couch.vent()


def _progress(now: Snapshot) -> Progress:
    """Return a snapshot as the live view takes it."""
    pressures, set_points = {}, {}
    for leg, cuff in now["cuffs"].items():
        count = max(len(cuff["pressures"]), len(cuff["set_points"]))
        pressures[leg] = _numbers(cuff["pressures"], count)
        set_points[leg] = _numbers(cuff["set_points"], count)
    return Progress(
        time=now["program_time"],
        duration=now["program"]["duration"] if now["program"] else 0.0,
        state=now["state"],
        phase=now["phase"],
        cycle=now["cycle"],
        pressures=pressures,
        set_points=set_points,
        alarms=tuple(alarm["text"] for alarm in now["alarms"]),
    )


def _numbers(values: list[float | None], count: int) -> Floats:
    """Return `count` numbers; NaN where there is none, and where a chamber is sealed."""
    known = [math.nan if one is None or one < 0.0 else one for one in values]
    return np.array(known + [math.nan] * (count - len(known)))


def _summary(client: StationClient, end: Snapshot) -> dict[str, Any]:
    """Return how it ended, with the dose once the record is sealed."""
    summary: dict[str, Any] = {
        "outcome": end["outcome"],
        "reason": end["reason"],
        "program": end["program"]["name"] if end["program"] else None,
        "couch": end["couch"],
        "record": end["record"],
        "dose": None,
        "ticks": end["ticks"],
    }
    until = time.monotonic() + SEALING
    while end["record"] and time.monotonic() < until:
        with contextlib.suppress(StationError):
            summary["dose"] = client.record(end["record"])["dose"]
            break
        time.sleep(0.2)
    return summary


def _say(summary: dict[str, Any]) -> None:
    from rich.text import Text

    screen = console()
    outcome, reason = summary["outcome"], summary["reason"]
    head = Text.assemble((outcome, COLOURS.get(outcome, "bold")), f": {reason}" if reason else "")
    screen.print(head)
    for leg, dose in (summary["dose"] or {}).items():
        screen.print(f"{leg}: {dose['minutes']:.1f} min delivered")
    screen.print(Text(f"Record  {summary['record'] or 'none'}", no_wrap=True, overflow="fold"))
    screen.print("Not a certified medical device.", style="dim")
