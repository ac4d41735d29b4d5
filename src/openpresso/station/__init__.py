"""The treatment room: clock, links, and the loop that runs a session."""

from openpresso.station.delivery import Plan, deliver, plan
from openpresso.station.request import Progress, RunRequest, Summary

__all__ = ["Plan", "Progress", "RunRequest", "Summary", "deliver", "plan"]
