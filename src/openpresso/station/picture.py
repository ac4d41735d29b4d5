"""The picture of a couch that clients are shown: plain data, the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from openpresso.law.registers import FAULTS
from openpresso.session import FitResult, Leg
from openpresso.session.command import as_json

if TYPE_CHECKING:
    from openpresso.session import JSON, AlarmView
    from openpresso.session.readings import Floats
    from openpresso.station.couch import Couch


def picture(couch: Couch) -> dict[str, JSON]:
    """Return everything that a client shows of one couch."""
    session, prepared = couch.session, couch.prepared
    now = couch.now()
    phase, cycle = _place(couch)
    return {
        "couch": couch.name,
        "version": couch.version,
        "time": as_json(now),
        "state": session.state if session else "empty",
        "program": None
        if prepared is None
        else {
            "name": prepared.program.name,
            "title": prepared.program.title,
            "duration": as_json(prepared.duration),
            "ceiling": as_json(prepared.ceiling),
            "legs": prepared.legs,
            "client": prepared.order.client,
            "expected": {leg: one.model_dump() for leg, one in prepared.expected.items()},
        },
        "program_time": as_json(couch.program_time),
        "trim": session.trimmed if session else 1.0,
        "phase": phase,
        "cycle": cycle,
        "outcome": session.outcome if session else None,
        "reason": session.reason if session else "",
        "record": couch.record.name if couch.record else None,
        "trouble": couch.trouble,
        "allowed": (["load"] if couch.is_free() else [])
        + (list(session.allowed) if session else []),
        "alarms": [_alarm(one) for one in session.alarms] if session else [],
        "seat": {
            "holder": couch.seat.holder(now),
            "silent_for": as_json(couch.seat.silent_for(now)),
        },
        "cuffs": {leg: _cuff(couch, leg, now) for leg in couch.legs},
        "ticks": couch.lateness.told(),
    }


def _place(couch: Couch) -> tuple[str, int]:
    """Return the phase and the number of the cycle in which the program stands."""
    if couch.prepared is None:
        return "", 0
    lead = next(iter(couch.prepared.timelines.values()))
    at = couch.program_time
    phase = next((one.name for one in lead.phases if one.start <= at < one.end), "")
    return phase, int(np.searchsorted(lead.cycles, at, side="right"))


def _cuff(couch: Couch, leg: Leg, now: float) -> dict[str, JSON]:
    """Return what is known of one cuff."""
    link = couch.links[leg]
    readings = couch.readings.get(leg)
    command = couch.commands.get(leg)
    known = link.identity
    session = couch.session
    fit = session.fit_results.get(leg) if session else None
    return {
        "address": couch.addresses[leg],
        "identity": None
        if known is None
        else {
            "cuff": known.cuff,
            "serial": known.serial,
            "firmware": known.firmware,
            "n_chambers": known.n_chambers,
        },
        "trouble": link.trouble,
        "age": as_json(now - readings.time) if readings else None,
        "pressures": _numbers(readings.pressures) if readings else [],
        "set_points": _numbers(command.set_points) if command else [],
        "stage": session.stages.get(leg) if session else None,
        "shares": list(session.shares.get(leg, ())) if session else [],
        "pump": as_json(readings.pump) if readings else None,
        "faults": [
            {"name": name, "text": text}
            for bit, name, text in FAULTS
            if readings and readings.faults >> bit & 1
        ],
        "fault_chamber": readings.fault_chamber if readings else 0,
        "ceiling": as_json(command.ceiling) if command else None,
        "fit": fit.data() if isinstance(fit, FitResult) else None,
        "used": couch.used(leg),
    }


def _numbers(values: Floats) -> list[JSON]:
    """Return pressures [mmHg] to 1/100, `None` where there is no number."""
    return [None if value != value else round(value, 2) for value in values.tolist()]  # noqa: PLR0124 -- NaN


def _alarm(one: AlarmView) -> dict[str, JSON]:
    return {
        "id": one.id,
        "condition": one.condition,
        "priority": one.priority,
        "leg": one.leg,
        "chamber": one.chamber,
        "text": one.text,
        "cause": one.cause,
        "remedy": one.remedy,
        "value": one.value,
        "limit": one.limit,
        "detail": one.detail,
        "active": one.active,
        "audio": one.audio,
        "acknowledged_by": one.acknowledged_by,
    }
