"""The loop of the treatment room: read, step, write, record, wait."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openpresso.record import Recorder
from openpresso.session import Leg, Readings, Session, Step
from openpresso.station.clock import Clock
from openpresso.station.link import Link

PERIOD = 0.05
"""Period of the station [s]."""
VENTING = 5.0
"""Time for which the cuffs are watched after a stop or a fault [s]."""

Act = Callable[[Session], None]
"""What a person may do between two ticks."""
Watch = Callable[[Step, Mapping[Leg, Readings | None]], None]
"""What may look at a tick; it changes nothing."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a treatment room is made of."""

    session: Session
    links: Mapping[Leg, Link]
    """A line to the cuff of each leg."""
    clock: Clock
    recorder: Recorder
    """Takes frames and events; when it fails, the session ends by itself."""


def run(room: Room, act: Act, watch: Watch) -> None:
    """Run a session to its end, and watch the cuffs vent after a stop or a fault.

    Parameters
    ----------
    room
        The room, its session idle.
    act
        Called before each tick.
    watch
        Called after each tick.
    """
    ended = math.inf
    due = room.clock.now()
    while due < ended:
        room.clock.wait_until(due)
        act(room.session)
        tick(room, watch)
        due += PERIOD
        if room.session.outcome is not None and ended == math.inf:
            ended = due if room.session.outcome == "delivered" else due + VENTING


def stop(room: Room, who: str, watch: Watch) -> None:
    """Vent at once, from whatever was under way, and watch the cuffs vent."""
    room.session.emergency_vent(who)
    tick(room, watch)
    run(room, lambda _: None, watch)


def tick(room: Room, watch: Watch) -> None:
    """Read every cuff, step the session, write the commands, and only then record.

    No stop waits for the disk. A step that a stop has overtaken is not written.
    """
    session, links, recorder = room.session, room.links, room.recorder
    now = room.clock.now()
    readings = {leg: link.read(now) for leg, link in links.items()}
    step = session.step(now, readings)
    if step.generation == session.generation:
        for leg, link in links.items():
            link.write(step.commands[leg])
    for leg, reading in readings.items():
        told = step.commands[leg].set_points
        # A cuff of another size at the same address does not belong into this record.
        if reading is not None and len(reading.pressures) == len(told):
            recorder.frame(now, leg, told, reading.pressures, reading.inlet)
    for event in step.events:
        recorder.event(event.time, event.kind, event.leg, event.data)
    if not recorder.healthy and session.outcome is None:
        session.recorder_failed(recorder.trouble)
    watch(step, readings)


class Technician:
    """Does what a technician does at the start, each act when its time has come.

    The left cuff is turned on, then the right, and when both have passed their tests the program
    is started.
    """

    def __init__(self, legs: tuple[Leg, ...]) -> None:
        """Take the cuffs in the order in which they are to be turned on."""
        self._waiting = list(legs)

    def __call__(self, session: Session) -> None:
        """Do the next act, if it is time."""
        if self._waiting:
            if session.state == "idle":
                session.turn_on(self._waiting.pop(0), who="technician")
        elif session.state == "ready":
            session.start(who="technician")
