"""Who may do what: roles, and the register of every action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a person is in a practice; one person can be several."""

    TECHNICIAN = "technician"
    CLINICIAN = "clinician"
    FRONT_DESK = "front-desk"
    OWNER = "owner"
    AUDITOR = "auditor"
    AUTOMATIC = "automatic"
    """The clinic itself, for what happens without a person: reminders, expiry. Nobody has it."""


PEOPLE = (Role.TECHNICIAN, Role.CLINICIAN, Role.FRONT_DESK, Role.OWNER, Role.AUDITOR)
"""Roles that a person can have."""
CARE = (Role.TECHNICIAN, Role.CLINICIAN)
"""Those who treat."""
HOUSE = (Role.TECHNICIAN, Role.CLINICIAN, Role.FRONT_DESK, Role.OWNER)
"""Everybody but the auditor."""

Kind = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done in a clinic.

    Parameters
    ----------
    name
        Stable name, `noun.verb`, as the audit and the permissions name it.
    kind
        Whether it only reads.
    roles
        Roles that may do it.
    summary
        What it does, the first line of its docstring.
    """

    name: str
    kind: Kind
    roles: frozenset[Role]
    summary: str


ACTIONS: dict[str, Action] = {}
"""Every action by name. It is complete once `openpresso.clinic.rooms` is imported."""
