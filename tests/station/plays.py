"""Sessions on twin cuffs as the station runs them, with what really happened in the chambers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openpresso.record import Quality, Recorder, quality
from openpresso.session import Session
from openpresso.station import RunRequest, plan
from openpresso.station.runner import Room, Technician, run
from openpresso.station.twin_clock import TwinClock
from openpresso.station.twin_link import TwinLink
from openpresso.twin.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from openpresso.session import Leg, Readings, Step


@dataclass
class Play:
    """One session, played to its end."""

    room: Room
    twin: Twin
    ceiling: float
    legs: tuple[Leg, ...]
    times: list[float] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    true: list[NDArray[np.float64]] = field(default_factory=list)
    frames: dict[str, list[tuple[float, NDArray[np.float64], NDArray[np.float64]]]] = field(
        default_factory=dict
    )
    injected: float = np.nan
    """Instant of the first fault [s]."""

    @property
    def outcome(self) -> str | None:
        return self.room.session.outcome

    @property
    def reason(self) -> str:
        return self.room.session.reason

    @property
    def declared(self) -> float:
        """Instant at which the session was over [s]."""
        over = [t for t, s in zip(self.times, self.states, strict=True) if s in OVER]
        return over[0] if over else np.nan

    def quality(self, *, true: bool = False) -> Quality:
        """Quality of the program's part against the measured or the true pressures."""
        begun = self.times[self.states.index("running")]
        legs = []
        first = 0
        all_true = np.array(self.true)
        for leg in self.legs:
            frames = [frame for frame in self.frames[leg] if frame[0] >= begun]
            times = np.array([t for t, _, _ in frames])
            set_points = np.array([s for _, s, _ in frames])
            pressures = np.array([p for _, _, p in frames])
            n = set_points.shape[1]
            if true:
                known = np.isin(np.array(self.times), times)
                pressures = all_true[known, first : first + n]
            legs.append((times, set_points, pressures))
            first += n
        return quality(legs)


OVER = {"done", "stopped", "faulted"}


def play(
    program: str,
    cuff: str = "leg-8",
    *,
    until: float = np.inf,
    act: Callable[[Session], None] | None = None,
    **request: object,
) -> Play:
    """Play a session.

    Parameters
    ----------
    program, cuff
        What to deliver, by what.
    until
        Position in the program at which a person ends the session [s].
    act
        What else a person does, called before each tick.
    request
        Further fields of `RunRequest`.
    """
    asked = RunRequest(program, cuff, **request)  # type: ignore[arg-type]
    planned = plan(asked)
    ready = planned.prepared
    twin = Twin(list(ready.cuffs.values()), asked.posture, asked.seed)
    session = ready.session()
    legs = tuple(ready.cuffs)
    chambers: dict[str, int] = {leg: one.n_chambers for leg, one in ready.cuffs.items()}
    technician = Technician(legs)
    faults = list(planned.faults)

    def everybody(one: Session) -> None:
        technician(one)
        if act is not None:
            act(one)
        if one.program_time >= until and one.state == "running":
            one.end("test")

    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "record", ready.header("twin"), chambers)
        links = {leg: TwinLink(twin, i, leg) for i, leg in enumerate(legs)}
        room = Room(session, links, TwinClock(twin), recorder)
        played = Play(room, twin, ready.ceiling, legs, frames={leg: [] for leg in legs})

        def watch(step: Step, readings: Mapping[Leg, Readings | None]) -> None:
            played.times.append(twin.time)
            played.states.append(step.state)
            played.true.append(np.concatenate([twin.true_pressures(i) for i in range(len(legs))]))
            for leg in legs:
                reading = readings[leg]
                if reading is not None:
                    frame = (twin.time, step.commands[leg].set_points, reading.pressures)
                    played.frames[leg].append(frame)
            due = [one for one in faults if one.time <= step.program_time]
            for fault in due if step.state == "running" else ():
                faults.remove(fault)
                fault.inject(twin, legs.index(fault.leg or legs[0]))
                if np.isnan(played.injected):
                    played.injected = twin.time

        run(room, everybody, watch)
        recorder.close(session.outcome or "faulted", session.reason, {})
    return played
