"""The automatic checks before a session: pure rules on what is known about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from openpresso.program import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openpresso.program.model import Permission

Legs = Literal["both", "left", "right", "alternate"]

ONE_LEG: Final = frozenset({"left", "right"})
PURPOSES: Final = ("treatment", "health-data")
"""What must be consented to before a session."""
MAY: Final = frozenset({"go", "cap"})
"""Outcomes of a screening with which a client is treated."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the rules look at."""

    course_state: str
    program: str
    permission: Permission
    ordered_by: str
    """Who ordered it; empty without an order."""
    legs: Legs
    outcome: str
    """Of the screening with today's answers."""
    why: tuple[str, ...]
    """Why it does not let the client be treated, each with its source."""
    gaps: tuple[str, ...]
    """Answers that a screening needs and that are not there, beside those of today."""
    unanswered: tuple[str, ...]
    """Questions of every session that were not answered today."""
    one_leg_only: bool
    """Whether the screening allows one leg only."""
    screened_legs: str
    """Legs that the screening was made for; empty where it does not say."""
    systolic: float | None
    """Measured today [mmHg]; None when it was not."""
    diastolic: float | None
    course_cuff: str
    set_cuff: str
    set_active: bool
    cleaned_at: dt.datetime | None
    used_at: dt.datetime | None
    """When the cuff set was last put on a leg."""
    running: int | None
    """Another session that runs with these cuffs or for this client."""
    trained: bool
    consents: frozenset[str]
    unfit: tuple[str, ...]
    """Why program, cuff and ceiling do not fit."""
    events: tuple[str, ...]
    """Serious adverse events that no clinician has looked at."""
    baselines_missing: int
    diabetes: bool
    """Also where nobody knows."""


Filled = dict[str, str]
"""What fills the reason of a check that is not met; an empty mapping fills nothing."""


def _course(now: Situation) -> Filled | None:
    return None if now.course_state == "active" else {"state": now.course_state}


def _screening(now: Situation) -> Filled | None:
    only_today = now.outcome == "missing" and not now.gaps and not now.why
    if now.outcome in MAY or only_today:
        return None
    return {"outcome": now.outcome, "why": "; ".join((*now.why, *now.gaps))}


def _every_session(now: Situation) -> Filled | None:
    return {"missing": ", ".join(now.unanswered)} if now.unanswered else None


def _legs(now: Situation) -> Filled | None:
    if now.screened_legs in ONE_LEG and now.legs != now.screened_legs:
        return {"why": f"the screening was made for the {now.screened_legs} leg"}
    if now.one_leg_only and now.legs not in ONE_LEG:
        return {"why": "the screening caps it at one leg"}
    return None


def _blood_pressure(now: Situation) -> Filled | None:
    return {} if now.systolic is None or now.diastolic is None else None


def _cuff_type(now: Situation) -> Filled | None:
    if not now.set_active:
        return {"why": "the cuff set is out of use: take another"}
    if now.set_cuff != now.course_cuff:
        return {"why": f"the cuff set is a {now.set_cuff}, the course needs a {now.course_cuff}"}
    return None


def _clean(now: Situation) -> Filled | None:
    if now.used_at is None:
        return None
    dirty = now.cleaned_at is None or now.cleaned_at < now.used_at
    return {} if dirty else None


def _free(now: Situation) -> Filled | None:
    return None if now.running is None else {"session": str(now.running)}


def _trained(now: Situation) -> Filled | None:
    return None if now.trained else {"cuff": now.set_cuff}


def _consent(now: Situation) -> Filled | None:
    missing = [purpose for purpose in PURPOSES if purpose not in now.consents]
    return {"missing": ", ".join(missing)} if missing else None


def _allowed(now: Situation) -> Filled | None:
    if now.permission == "none" or now.ordered_by:
        return None
    return {"program": now.program, "permission": PERMISSIONS[now.permission]}


def _fits(now: Situation) -> Filled | None:
    return {"why": "; ".join(now.unfit)} if now.unfit else None


def _events(now: Situation) -> Filled | None:
    return {"why": "; ".join(now.events)} if now.events else None


def _baseline(now: Situation) -> Filled | None:
    return {"missing": str(now.baselines_missing)} if now.baselines_missing else None


RULES: Final[Mapping[str, Callable[[Situation], Filled | None]]] = MappingProxyType(
    {
        "course-active": _course,
        "screening": _screening,
        "every-session": _every_session,
        "legs-allowed": _legs,
        "blood-pressure": _blood_pressure,
        "cuff-type": _cuff_type,
        "cuff-clean": _clean,
        "cuff-free": _free,
        "trained": _trained,
        "consent": _consent,
        "program-allowed": _allowed,
        "program-fits": _fits,
        "events-reviewed": _events,
        "baseline": _baseline,
    }
)
"""Each rule by the key of its check: None when it is met, else what fills the reason."""
