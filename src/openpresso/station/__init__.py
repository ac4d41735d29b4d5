"""The treatment room: clock, links, couches, and the loop that runs a session."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpresso.station.delivery import Plan, deliver, plan
    from openpresso.station.request import Progress, RunRequest, Summary

__all__ = ["Plan", "Progress", "RunRequest", "Summary", "deliver", "plan"]

_HOMES = {
    "Plan": "delivery", "deliver": "delivery", "plan": "delivery",
    "Progress": "request", "RunRequest": "request", "Summary": "request",
}  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- whatever the module holds
    """Import on first use: a client of a station needs no twin."""
    if name in _HOMES:
        return getattr(import_module(f"openpresso.station.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
