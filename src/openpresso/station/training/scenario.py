"""A simulation as it is asked for: program, cuffs, person, pace and what happens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from openpresso.session import Leg
from openpresso.station.order import LegChoice, Order
from openpresso.station.training.drill import Drill
from openpresso.station.training.pace import FASTEST

Posture = Literal["supine", "elevated", "sitting"]
LEAD: float = 15.0
"""For so long before the first happening a drill runs at the pace of the clock [s]."""


class Body(BaseModel):
    """The person in the cuffs, as `twin.people.person.person` takes it; girths and fat in cm."""

    model_config = ConfigDict(extra="forbid")

    sex: str = "female"
    height: float | None = None
    """[cm]"""
    weight: float | None = None
    """[kg]"""
    girths: dict[str, float] = {}
    condition: str = "healthy"


class Event(BaseModel):
    """A happening on these cuffs: the chambers have numbers."""

    model_config = ConfigDict(extra="forbid")

    key: str
    at: float | None = None
    after: str | None = None
    wait: float = 0.0
    faults: list[str] = []
    leg: Leg = "left"
    chamber: int = 1
    client: dict[str, str] = {}
    """What the client says, by language."""


class Scenario(BaseModel):
    """Everything that a training station is told at its start."""

    model_config = ConfigDict(extra="forbid")

    program: str = ""
    """Name in the catalog; empty where `text` is given."""
    text: str = ""
    """A program's YAML file."""
    cuff: str
    legs: LegChoice | None = None
    ceiling: float | None = None
    """[mmHg]"""
    posture: Posture = "supine"
    duration: float | None = None
    """[s]"""
    person: Body = Body()
    seed: Annotated[int, Field(ge=0)] = 0
    pace: Annotated[float, Field(ge=1, le=FASTEST)] = 1.0
    """Seconds of the twin in one of the clock; in a drill until shortly before it begins."""
    drill: str = ""
    """Key of the drill; empty in a free simulation, whose pace a person sets."""
    events: list[Event] = []

    def order(self) -> Order:
        """Return what the couch is to load."""
        return Order(
            program=self.program,
            text=self.text,
            ceiling=self.ceiling,
            legs=self.legs,
            posture=self.posture,
            duration=self.duration,
            note="simulation",
        )


def of_drill(drill: Drill, cuff: str, seed: int = 0) -> Scenario:
    """Return the simulation of a drill with one type of cuff.

    Raises
    ------
    InputError
        If there is no such cuff.
    """
    from openpresso import cuff as cuffs

    n = cuffs.load(cuff).n_chambers
    return Scenario(
        program=drill.program,
        cuff=cuff,
        duration=drill.duration,
        seed=seed,
        pace=drill.hurry,
        drill=drill.key,
        events=[
            Event(
                key=one.key,
                at=one.at,
                after=one.after,
                wait=one.wait,
                faults=list(one.faults),
                leg=one.leg,
                chamber=one.chamber(n),
                client=one.client.model_dump() if one.client else {},
            )
            for one in drill.happens
        ],
    )


class Story:
    """Which happenings are due, and how fast time runs until then.

    Parameters
    ----------
    scenario
        The simulation.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Begin before everything."""
        self._waiting = list(scenario.events)
        self._came: dict[str, float] = {}
        self._drill = bool(scenario.drill)
        self._hurry = scenario.pace
        self._first = min((one.at for one in scenario.events if one.at is not None), default=0.0)

    def due(self, time: float, program_time: float, state: str) -> list[Event]:
        """Return what happens now, each only once.

        Parameters
        ----------
        time
            In the twin's time [s].
        program_time
            Position in the program [s].
        state
            Of the session; before its start nothing happens.
        """
        if state not in {"running", "pausing", "paused", "ending"}:
            return []
        found = []
        for one in list(self._waiting):
            if one.after is not None:
                came = self._came.get(one.after)
                ready = came is not None and time >= came + one.wait
            else:
                ready = one.at is not None and program_time >= one.at
            if ready:
                self._waiting.remove(one)
                self._came[one.key] = time
                found.append(one)
        return found

    def pace(self, program_time: float, state: str, chosen: float) -> float:
        """Return how fast time runs: as chosen, or in a drill fast until shortly before it begins.

        Parameters
        ----------
        program_time
            Position in the program [s].
        state
            Of the session.
        chosen
            What a person chose; it counts outside of drills.
        """
        if not self._drill:
            return chosen
        tests = state in {"checking", "fitting"}
        early = state in {"running", "pausing"} and program_time < self._first - LEAD
        return self._hurry if tests or early else 1.0
