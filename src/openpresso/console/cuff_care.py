"""What only the station knows of cuffs: their own counters, their log, their fit tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from openpresso.console.drawings.leak import Leaks, drawn, moment
from openpresso.station.client.calls import Calls, StationError
from openpresso.station.client.couch import AT_REST

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

PATIENCE: Final = 2.0
"""A station that says nothing for this long is silent: a page waits for it [s]."""
HAPPENED: Final = ("calibrated", "cleaned")
"""Lines of the log that are listed; sessions are the clinic's own."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the station's log of a cuff."""

    at: dt.datetime
    kind: str
    who: str


@dataclass(frozen=True, slots=True)
class CuffCare:
    """One cuff, as its station knows it.

    Parameters
    ----------
    serial, leg, couch
        Which, and where it is connected.
    kept
        What it counts itself; None: it keeps nothing.
    to_clean
        Why it has to be cleaned before the next client; empty: it has not.
    leaks
        Its fit tests; None without any.
    rising
        Numbers of the chambers whose leak rises, with the station's verdict.
    happened
        Calibrations and cleanings, the newest first.
    """

    serial: str
    leg: str
    couch: str
    kept: Mapping[str, Any] | None
    to_clean: str
    leaks: Leaks | None
    rising: tuple[tuple[int, str], ...]
    happened: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a station says of the cuffs of a set.

    Parameters
    ----------
    cuffs
        Those that are connected to it.
    busy
        Couches that were not asked, because a session is under way.
    silent
        Why the station says nothing; empty when it answers.
    """

    cuffs: tuple[CuffCare, ...] = ()
    busy: tuple[str, ...] = ()
    silent: str = ""


def care(station: str, key: str, serials: tuple[str, ...]) -> Told:
    """Return what the station knows of cuffs with these serial numbers.

    Couches on which a session is under way are not asked: nothing comes between its ticks.

    Parameters
    ----------
    station, key
        Address of the station, and the console's key.
    serials
        Of the set.
    """
    line = _line(station, key)
    found, busy = [], []
    try:
        for couch in _rows(line, "/couches"):
            name = str(couch["name"])
            if couch["state"] not in AT_REST:
                busy.append(name)
                continue
            for leg in couch["legs"]:
                one = _one(line, name, str(leg))
                if one is not None and one["serial"] in serials:
                    found.append(_read(one, name, str(leg)))
    except StationError as error:
        return Told(silent=error.message)
    return Told(tuple(sorted(found, key=lambda one: one.leg)), tuple(busy))


def _one(line: Calls, couch: str, leg: str) -> dict[str, Any] | None:
    """Return the care of one cuff; None: it is not connected, or does not answer."""
    path = f"/cuffs/{quote(couch, safe='')}/{quote(leg, safe='')}/care"
    try:
        return line.take("GET", path, timeout=PATIENCE)
    except StationError as error:
        if error.status in {404, 409, 503}:
            return None
        raise


def _read(one: dict[str, Any], couch: str, leg: str) -> CuffCare:
    """Return one cuff's care as a page shows it."""
    happened = [
        Happened(at, line["kind"], line["who"])
        for line in one["log"]
        if line["kind"] in HAPPENED and (at := moment(line["at"])) is not None
    ]
    return CuffCare(
        one["serial"],
        leg,
        couch,
        one["kept"],
        one["to_clean"],
        drawn(one["log"]),
        tuple(
            (trend["chamber"], trend["verdict"])
            for trend in one["trends"]
            if trend["verdict"].startswith("rises")
        ),
        tuple(reversed(happened)),
    )


def _rows(line: Calls, path: str) -> list[dict[str, Any]]:
    return line.rows("GET", path, timeout=PATIENCE)


@cache
def _line(station: str, key: str) -> Calls:
    """Return the line to a station; there is one for each, whoever uses it."""
    return Calls(station, key)
