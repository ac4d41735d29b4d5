"""What was measured of a client, one thing at a time: its trend, its readings, and voiding one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.measures import measurement
from openpresso.clinic.measures.kind import kinds
from openpresso.clinic.people import client
from openpresso.clinic.people.staff import Staff
from openpresso.console import body_sites
from openpresso.console.drawings import trend
from openpresso.console.forms.entered import Key
from openpresso.console.forms.typed import NOTHING, Filled, Typed, status_of
from openpresso.console.page import needs, show
from openpresso.console.rights import may
from openpresso.console.visitor import Looking, Visitor
from openpresso.errors import OpenpressoError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.measures.measurement import Measurement

router = APIRouter(include_in_schema=False)
HERE = "/clients"


@router.get("/clients/{client_id}/trends/{kind}", **needs("measurement.series"))
def one(visitor: Looking, client_id: Key, kind: str, side: str = "", height: str = "") -> Response:
    """Show one kind on one side, or the girths at one height of a leg."""
    return _page(visitor, client_id, kind, side, height, NOTHING)


@router.post("/clients/{client_id}/trends/{kind}/void", **needs("measurement.void"))
def void(visitor: Looking, client_id: Key, kind: str, typed: Filled) -> Response:
    """Void a measurement, with the reason; it stays to be seen."""
    side, height = typed.one("side"), typed.one("height")
    key = typed.one("measurement")
    wanted = int(key) if key.isdecimal() and len(key) < 16 else 0
    try:
        with visitor.desk() as desk:
            rows = measurement.series(desk, client_id, _kind(kind), side, void_too=True)
            if all(row.id != wanted for row in rows):
                raise NotFoundError("there is no such measurement", remedy="Look it up again.")
            measurement.void(desk, wanted, typed.one("reason"))
    except OpenpressoError as error:
        return _page(visitor, client_id, kind, side, height, typed, error=error)
    at = f"&height={height}" if _number(height) is not None else ""
    return RedirectResponse(f"/clients/{client_id}/trends/{kind}?side={side}{at}", 303)


def _kind(key: str) -> str:
    """Return the key of a kind that there is."""
    if key not in kinds():
        raise NotFoundError(
            f"{key[:80]!r} is not measured here", remedy="Choose one of the client's page."
        )
    return key


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _page(
    visitor: Visitor,
    client_id: int,
    kind: str,
    side: str,
    height: str,
    typed: Typed,
    *,
    error: OpenpressoError | None = None,
) -> Response:
    measure = kinds()[_kind(kind)]
    side = side if side in measure.sides else measure.sides[0]
    level = _number(height) if kind == body_sites.GIRTHS else None
    with visitor.desk(reading=True) as desk:
        found = client.find(desk, client_id)
        every = measurement.series(desk, client_id, kind, side, void_too=True)
        rows = [row for row in every if not row.void_reason]
        shown = _readings(rows, level)
        return show(
            "body_trend.html",
            visitor,
            desk,
            here=HERE,
            status=status_of(error) if error else 200,
            error=error,
            typed=typed,
            client=found,
            measure=measure,
            unit="cm" if level is not None else measure.unit,
            side=side,
            height=level,
            place=body_sites.place(level + _offset(rows)) if level is not None else "",
            last=body_sites.last(desk, shown, side) if shown else None,
            trend=trend.of(desk, shown) if shown else None,
            rows=every[::-1],
            values=_values(every, level),
            names=_names(desk, every),
            may_void=may(desk, "measurement.void"),
            may_take=may(desk, "measurement.take") and found.state == "active",
        )


def _readings(rows: list[Measurement], level: float | None) -> list[body_sites.Reading]:
    """Return what the drawing shows: the headline value, or the girths at one height."""
    if level is None:
        return body_sites.readings(rows)
    return body_sites.at_height(rows, level)


def _offset(rows: list[Measurement]) -> float:
    return float(rows[-1].detail.get("offset", 0.0)) if rows else 0.0


def _values(rows: list[Measurement], level: float | None) -> dict[int, float | None]:
    """Return the value of each row by its key; None where it has none at the height."""
    if level is None:
        return {row.id: row.value for row in rows}
    found: dict[int, float | None] = {}
    for row in rows:
        own = body_sites.at_height([row], level)
        found[row.id] = own[0].value if own else None
    return found


def _names(desk: Desk, rows: list[Measurement]) -> dict[int, str]:
    """Return who has measured, by key."""
    keys = {row.rater_id for row in rows if row.rater_id is not None}
    return {key: desk.find(Staff, key).name for key in keys}
