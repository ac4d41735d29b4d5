"""The way through the house: pages that are always one press away, and who has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openpresso.clinic.roles import ACTIONS, Role


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the way.

    Parameters
    ----------
    path, title, icon
        Where, how it is called in English, and its picture in pieces.html.
    action
        Action that whoever sees the page must hold.
    """

    path: str
    title: str
    icon: str
    action: str


PLACES: Final = (
    Place("/", "Today", "today", "appointment.day"),
    Place("/clients", "Clients", "clients", "client.search"),
    Place("/live", "Session", "live", "session.open"),
    Place("/calendar", "Calendar", "calendar", "appointment.day"),
    Place("/outcomes", "Outcomes", "outcomes", "outcomes.clinic"),
    Place("/cuffs", "Cuffs", "cuffs", "cuff_set.list"),
    Place("/programs", "Programs", "programs", "program.list"),
    Place("/simulate", "Simulate", "simulate", "drill.enter"),
    Place("/staff", "Staff", "staff", "staff.hire"),
    Place("/audit", "Audit", "audit", "audit.read-day"),
    Place("/integrations", "Integrations", "settings", "integration.add"),
)


def places(roles: frozenset[Role]) -> list[Place]:
    """Return the places that somebody with these roles may enter."""
    return [one for one in PLACES if one.action in ACTIONS and ACTIONS[one.action].roles & roles]
