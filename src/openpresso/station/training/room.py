"""The training station: the very station, its cuffs twins in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from openpresso import cuff as cuffs
from openpresso.session import Leg, Readings, Step
from openpresso.station.carebook import CareBook
from openpresso.station.couch import Couch
from openpresso.station.station import Station
from openpresso.station.training.judge import Entry, entries
from openpresso.station.training.pace import FASTEST, TrainingClock, TrainingSeat
from openpresso.station.training.scenario import Event, Scenario, Story
from openpresso.station.twin_link import TwinLink
from openpresso.station.workshop import Workshop, put_away
from openpresso.twin import limb
from openpresso.twin.faults import Fault
from openpresso.twin.people.person import person
from openpresso.twin.twin import Twin

COUCH: Final = "1"
LEGS: Final[tuple[Leg, ...]] = ("left", "right")
ADDRESS: Final = "simulation"

P = ParamSpec("P")
R = TypeVar("R")


class TrainingWorkshop(Workshop):
    """Slow work in a thread: before the first act nobody minds a late tick of a twin."""

    async def do(self, work: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- as its base
        """Do a piece of work; records of simulations are put away nowhere."""
        if work is put_away:
            return ""
        return await asyncio.to_thread(work, *args, **kwargs)


class TrainingCouch(Couch):
    """A couch on which things happen, and which keeps what was done about them.

    Parameters
    ----------
    scenario
        What happens.
    twin
        The cuffs and the legs; the clock advances it.
    clock
        The twin's time.
    folder
        Where the records of the simulation are written.
    workshop, care
        As of every couch.
    """

    def __init__(
        self,
        scenario: Scenario,
        twin: Twin,
        clock: TrainingClock,
        folder: Path,
        workshop: Workshop,
        care: CareBook,
    ) -> None:
        """Begin without a session."""
        links = {leg: TwinLink(twin, index, leg) for index, leg in enumerate(LEGS)}
        super().__init__(COUCH, links, dict.fromkeys(LEGS, ADDRESS), folder, workshop, care, clock)
        self.seat = TrainingSeat()
        self.log: list[Entry] = []
        """What happened and what people did."""
        self.said: list[dict[str, Any]] = []
        """What the client said: `time` [s] and `client`, the text by language."""
        self.chosen = scenario.pace
        """Pace that a person chose."""
        self._twin = twin
        self._training = clock
        self._story = Story(scenario)

    def vent(self, who: str) -> float:
        """Vent every cuff at once, also after the session, and keep that it was asked for."""
        sent = super().vent(who)
        self.log.append(Entry(self.now(), "command", "emergency-vent", who=who))
        return sent

    def acknowledge(self, alarm: str, who: str) -> None:
        """Silence one alarm, also after the session, and keep that it was done."""
        super().acknowledge(alarm, who)
        self.log.append(Entry(self.now(), "command", "acknowledge", who=who))

    def throw(self, name: str, leg: Leg, chamber: int) -> None:
        """Let something break now.

        Raises
        ------
        InputError
            If there is no such fault or chamber.
        """
        from openpresso.errors import InputError
        from openpresso.twin.faults import FAULTS

        n = self._twin.cuffs[LEGS.index(leg)].n_chambers
        if name not in FAULTS or not 1 <= chamber <= n:
            message = f"{name!r} at chamber {chamber}; chambers are 1 to {n}"
            hint = f"choose one of: {', '.join(FAULTS)}."
            raise InputError.one("fault", "unknown-fault", message, hint=hint)
        Fault(name, 0.0, leg, chamber).inject(self._twin, LEGS.index(leg))
        self.log.append(Entry(self.now(), "happening", name, leg, chamber))

    def is_over(self) -> bool:
        """Tell whether the session has ended."""
        return self.session is not None and self.session.outcome is not None

    def _watch(self, step: Step, readings: Mapping[Leg, Readings | None]) -> None:
        """Keep what a client shows, and let happen what is due."""
        super()._watch(step, readings)
        for event in step.events:
            # A vent is kept when it is asked for: after the session no step tells of it.
            self.log += [one for one in entries(event) if one.name != "emergency-vent"]
        for one in self._story.due(self.now(), step.program_time, step.state):
            self._happen(one)
        self._training.pace = self._story.pace(step.program_time, step.state, self.chosen)

    def _happen(self, one: Event) -> None:
        """Let one thing happen."""
        self.log.append(Entry(self.now(), "happening", one.key, one.leg, one.chamber))
        for name in one.faults:
            Fault(name, 0.0, one.leg, one.chamber).inject(self._twin, LEGS.index(one.leg))
        if one.client:
            self.said.append({"time": round(self.now(), 2), "client": one.client})


class TrainingStation(Station):
    """A station with one couch whose cuffs are twins. Make it inside a running event loop.

    Parameters
    ----------
    scenario
        The simulation.
    folder
        Its own data; nobody keeps it.

    Raises
    ------
    InputError
        If there can be no such person, or there is no such cuff.
    """

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        """Build the twin and the couch."""
        super().__init__({}, folder)
        cuff = cuffs.load(scenario.cuff)
        body = person(**scenario.person.model_dump())
        limbs = [limb.under(cuff, scenario.posture, body) for _ in LEGS]
        twin = Twin([cuff, cuff], scenario.posture, scenario.seed, limbs)
        self.scenario = scenario
        self.clock: TrainingClock = TrainingClock(twin)
        if not scenario.drill:
            self.clock.pace = scenario.pace
        self.workshop = TrainingWorkshop()
        self.couch = TrainingCouch(
            scenario, twin, self.clock, self.records, self.workshop, self.care
        )
        self.couches[COUCH] = self.couch

    async def load(self) -> None:
        """Load the program.

        Raises
        ------
        InputError
            If it cannot be delivered by these cuffs.
        """
        await self.couch.load(self.scenario.order(), "the simulation")

    def choose(self, pace: float) -> None:
        """Choose how fast time runs, 1 to `FASTEST`; a drill has its own pace."""
        self.couch.chosen = min(max(pace, 1.0), FASTEST)
        if not self.scenario.drill:
            self.clock.pace = self.couch.chosen
