"""What a made-up session delivered: the program's own set-points under the session's ceiling.

There is no record behind it, so its name says that it is made up, and only a synthetic practice
takes it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.roles import Role
from openpresso.clinic.sessions.session import Session

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

HELD: float = 0.98
"""Share of the set pressure-time that is delivered; reached by the twin (assumed)."""


@action("demo.deliver", Role.AUTOMATIC)
def deliver(desk: Desk, session_id: int, cuff: str) -> Session:
    """Enter what a made-up session delivered; a synthetic practice alone takes it."""
    if not desk.db.get_one(Practice, desk.here).synthetic:
        raise RefusedError("a real practice has no made-up sessions")
    session = desk.find(Session, session_id)
    dose = _dose(session.program, cuff)
    session.delivered = {
        "minutes": round(session.minutes, 2),
        "outcome": "delivered",
        "reason": "made up",
        "device": "twin",
        "ceiling": session.ceiling,
        "legs": dict.fromkeys(("left", "right"), dose),
        "deviations": [],
    }
    session.record_id = f"made-up-{session.id}"
    session.record_hash = hashlib.sha256(session.record_id.encode()).hexdigest()
    return session


@cache
def _dose(program: str, cuff: str) -> dict[str, Any]:
    """Return the dose of one leg by the program's set-points, as a linked record gives it."""
    timeline = programs.compile(programs.load(program), cuffs.load(cuff))
    pressures = np.nan_to_num(timeline.set_points).mean(axis=1)
    area = float(np.trapezoid(pressures, timeline.times)) / 60.0
    minutes = float(timeline.times[-1]) / 60.0
    return {
        "pressure_time": round(HELD * area, 1),
        "delivered": HELD,
        "peak": round(float(np.nanmax(timeline.set_points)) + 1.0, 1),
        "cycles": len(timeline.phases),
        "minutes": round(minutes, 2),
    }
