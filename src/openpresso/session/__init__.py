"""The sans-I/O session engine: states, limits, alarms, fit test; takes time as an argument."""

from openpresso.session.alarm_table import AlarmTable, alarm_page, load_alarms
from openpresso.session.alarms import AlarmView
from openpresso.session.command import JSON, SEAL, Command, Event, Step
from openpresso.session.engine import Session
from openpresso.session.fit_test import ChamberFit, FitResult
from openpresso.session.limits import Limit
from openpresso.session.readings import Identity, Leg, Readings
from openpresso.session.refusal import CommandRefusedError
from openpresso.session.states import TABLE, State, Trigger, diagram, state_page

__all__ = [
    "JSON",
    "SEAL",
    "TABLE",
    "AlarmTable",
    "AlarmView",
    "ChamberFit",
    "Command",
    "CommandRefusedError",
    "Event",
    "FitResult",
    "Identity",
    "Leg",
    "Limit",
    "Readings",
    "Session",
    "State",
    "Step",
    "Trigger",
    "alarm_page",
    "diagram",
    "load_alarms",
    "state_page",
]
