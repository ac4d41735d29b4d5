"""What one tick of a session does: take readings, plan, limit, watch, judge, answer.

Neither clock nor device is known here: time is an argument, readings come in, commands go out.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from openpresso.session.alarms import AlarmBook
from openpresso.session.command import Command, Event, Step, as_json, clock
from openpresso.session.delivery import Delivery
from openpresso.session.finding import Finding
from openpresso.session.lane import FRESH, Lane
from openpresso.session.limits import SETTLE_TIME
from openpresso.session.monitor import Monitor
from openpresso.session.states import TERMINAL, VENTED, State, Trigger, after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpresso.session.alarm_table import AlarmTable
    from openpresso.session.command import JSON
    from openpresso.session.fit_test import FitResult
    from openpresso.session.readings import Floats, Leg, Readings

Outcome = Literal["delivered", "stopped", "faulted"]

RAMP_DOWN: Final = 3.0
"""A controlled end lets the set-points down over this time [s]."""
EMPTY_TIME: Final = 15.0
"""After that the chambers are empty within this time [s]."""
HOLD_LIMIT: Final = 60.0
"""A pause holds the chambers at most this long, then it vents them [s]."""
_OUTCOMES: Final[dict[State, Outcome]] = {
    State.DONE: "delivered",
    State.STOPPED: "stopped",
    State.FAULTED: "faulted",
}
_EMPTIED: Final[dict[Outcome, Trigger]] = {
    "delivered": Trigger.EMPTIED_AFTER_DELIVERY,
    "stopped": Trigger.EMPTIED_AFTER_END,
    "faulted": Trigger.EMPTIED_AFTER_FAILURE,
}


class Machine:
    """The part of a session that runs by itself; `Session` adds what people can do.

    Parameters
    ----------
    program_name
        Name of the program, for texts.
    lanes
        One lane for each leg.
    hold_limit
        Longest hold in a pause [s].
    alarms
        The alarm table; the shipped one when not given.
    """

    def __init__(
        self,
        program_name: str,
        lanes: Sequence[Lane],
        hold_limit: float = HOLD_LIMIT,
        alarms: AlarmTable | None = None,
    ) -> None:
        """Begin idle and vented."""
        self.program_name = program_name
        self._lanes = tuple(lanes)
        self._lead = self._lanes[0]
        self._duration = max(float(lane.track.duration) for lane in lanes)
        self._hold_limit = hold_limit
        n = sum(lane.n for lane in lanes)
        self._book = AlarmBook(alarms)
        self._monitor = Monitor(
            [(lane.leg, chamber + 1) for lane in lanes for chamber in range(lane.n)],
            np.concatenate([np.full(lane.n, lane.limits.hard) for lane in lanes]),
            np.concatenate([np.full(lane.n, lane.cuff.max_hold) for lane in lanes]),
            self._book.table,
        )
        self._delivery = Delivery([(lane.track, lane.columns) for lane in lanes], n)
        for lane in lanes:
            lane.attach(self._monitor)
        self._state = State.IDLE
        self._vented = False
        self._generation = 0
        self._now = -math.inf
        self._program_time = 0.0
        self._origin: float | None = None
        self._until = self._duration
        self._since: float | None = None
        self._holding = False
        self._pending_outcome: Outcome = "stopped"
        self._reason = ""
        self._notes: list[tuple[str, Leg | None, Mapping[str, JSON]]] = []
        self._found: list[Finding] = []
        self._standing: list[Finding] = []
        self._guard: Floats = np.zeros(n)
        self._guard_due = math.inf
        self._changed = True
        self._answer: dict[Leg, Command] = {}
        self._set_ceilings()
        for lane in lanes:
            for limit in lane.limits.all:
                self._note("limit", lane.leg, value=limit.value, who=limit.who, why=limit.why)

    def step(self, now: float, readings: Mapping[Leg, Readings | None]) -> Step:
        """Advance to `now` and return what to tell the cuffs and what happened.

        Parameters
        ----------
        now
            Monotonic time [s].
        readings
            Fresh readings of each cuff; `None` where there are none.

        Returns
        -------
        Step
            The commands, already limited; all vented whenever anything is wrong.
        """
        dt = self._elapsed(now)
        now = self._now
        for lane in self._lanes:
            lane.take(readings.get(lane.leg), now)
        state = self._state
        if state is State.RUNNING or state is State.PAUSING:
            self._follow(now, dt)
        elif state not in TERMINAL:
            self._plan(now)
        if now >= self._guard_due:
            self._settle_guard()
        self._watch(now)
        # Taken before the last look at the latch: a vent that comes later makes this step outdated.
        generation = self._generation
        if self._vented or self._state in TERMINAL:
            self._delivery.vent()
            self._changed = True
        commands = self._commands()
        events: tuple[Event, ...] = ()
        if self._notes:
            instant = now if math.isfinite(now) else 0.0
            notes, self._notes = self._notes, []
            events = tuple(Event(instant, kind, leg, data) for kind, leg, data in notes)
        return Step(self.state, commands, events, self._program_time, generation)

    @property
    def state(self) -> str:
        """The state, a value of `State`."""
        state = self._state
        return State.STOPPED if self._vented and state not in TERMINAL else state

    @property
    def outcome(self) -> Outcome | None:
        """How the session ended; `None` while it has not."""
        return _OUTCOMES.get(State(self.state))

    def _elapsed(self, now: float) -> float:
        """Return the time since the last step; a clock that went wrong is a finding."""
        if not math.isfinite(self._now):
            for lane in self._lanes:
                lane.begin_at(now)
        dt = now - self._now if math.isfinite(self._now) else 0.0
        if not (dt >= 0.0 and math.isfinite(now)):
            went = f"from {self._now:.3f} s to {now:.3f} s" if math.isfinite(now) else "wrong"
            detail = f"the station's clock went {went}"
            self._found.append(Finding("control-lost", detail=detail))
            return 0.0
        self._now = now
        if dt > FRESH and self._state not in VENTED:
            detail = f"{dt:.2f} s between two steps, at most {FRESH:.1f} s is allowed"
            self._found.append(Finding("control-lost", value=dt, limit=FRESH, detail=detail))
            self._origin = None
            return 0.0
        return dt

    def _follow(self, now: float, dt: float) -> None:
        """Follow the timelines."""
        if self._origin is None:
            self._origin = now - self._program_time
        time = now - self._origin
        if time >= self._until:
            self._program_time = self._until
            self._reach(self._until)
            return
        self._program_time = time
        if time >= self._delivery.next_mark:
            for index, kind, mark in self._delivery.marks(time):
                what = kind.removesuffix("-start")
                self._note(
                    kind, self._lanes[index].leg, **{what: mark, "program_time": as_json(time)}
                )
        if self._delivery.follow(time, dt):
            self._changed = True

    def _reach(self, time: float) -> None:
        """Come to the end of the program, or of the cycle after which a pause was asked for."""
        if time < self._duration:
            self._move(Trigger.CYCLE_ENDED)
            self._begin_pause(hold=False)
            return
        self._pending_outcome = "delivered"
        self._reason = f"{self.program_name} was delivered: {clock(time)} min"
        skipped = [
            f"{lane.leg} cuff, chamber {chamber + 1}"
            for lane in self._lanes
            for chamber in np.nonzero(self._delivery.skipped[lane.columns])[0].tolist()
        ]
        if skipped:
            self._reason += f"; left out: {', '.join(skipped)}"
        self._wind_down_by(Trigger.DELIVERED)

    def _plan(self, now: float) -> None:
        """Set the set-points of a state other than running."""
        self._changed = True
        if self._state is State.PAUSED:
            self._stand_still(now)
        elif self._state is State.ENDING:
            self._wind_down(now)
        else:
            for lane in self._lanes:
                if lane.fresh_at == now:
                    self._test(lane, now)

    def _test(self, lane: Lane, now: float) -> None:
        """Do the next step of a cuff's tests."""
        if lane.stage == "checking" and lane.zero is not None:
            passed = lane.zero.take(now, lane.pressures())
            if passed and lane.wrong() is None and not lane.faults:
                self._note("cuff-checked", lane.leg, **lane.described())
                lane.begin_fit(now, self._delivery.skipped[lane.columns])
                self._move(Trigger.CHECKED)
            elif not passed and (finding := lane.zero.failed(now, lane.leg)):
                self._found.append(finding)
        elif lane.stage == "fitting" and lane.fit is not None:
            points = lane.fit.step(now, lane.pressures(), lane.inlet, lane.pump)
            self._delivery.write(lane.columns, points)
            if lane.fit.result is not None:
                self._fitted(lane, lane.fit.result)

    def _fitted(self, lane: Lane, result: FitResult) -> None:
        """Take the result of a fit test."""
        lane.fit = None
        lane.fit_result = result
        self._note("fit-test", lane.leg, **result.data())
        self._delivery.write(lane.columns, np.full(lane.n, np.nan))
        if result.findings:
            self._found += result.findings
            return
        lane.stage = "on"
        self._set_ceilings()
        stages = {one.stage for one in self._lanes}
        if stages == {"on"}:
            self._move(Trigger.ALL_FITTED)
        elif not stages & {"checking", "fitting"}:
            self._move(Trigger.FITTED)

    def _begin_pause(self, *, hold: bool) -> None:
        """Stand still from now on, holding the present set-points or vented."""
        self._delivery.freeze()
        self._holding = hold
        self._since = None
        self._until = self._duration
        self._generation += 1
        self._plan(self._now)

    def _stand_still(self, now: float) -> None:
        """Hold for a while, or stay vented."""
        if self._since is None:
            self._since = now
        if self._holding and now - self._since >= self._hold_limit:
            self._holding = False
            self._note("hold-vented", None, after=self._hold_limit)
        if self._holding:
            self._delivery.hold()
        else:
            self._delivery.vent()

    def _wind_down_by(self, trigger: Trigger) -> None:
        """Begin a controlled end."""
        self._delivery.freeze()
        self._generation += 1
        if self._move(trigger) and self._state is State.ENDING:
            self._since = None
            self._plan(self._now)

    def _wind_down(self, now: float) -> None:
        """Let the set-points down, then vent until all is empty."""
        if self._since is None:
            self._since = now
        elapsed = now - self._since
        ramp = RAMP_DOWN if self._delivery.held else 0.0
        if elapsed < ramp:
            self._delivery.hold(1.0 - elapsed / ramp)
            return
        self._delivery.vent()
        worn = [lane for lane in self._lanes if lane.stage != "off"]
        if all(lane.fresh_at == now and lane.not_empty() is None for lane in worn):
            self._move(_EMPTIED[self._pending_outcome])
        elif elapsed > ramp + EMPTY_TIME:
            detail = f"not empty {EMPTY_TIME:.0f} s after the end"
            self._found += [one for lane in worn if (one := lane.not_empty(detail))]

    def _watch(self, now: float) -> None:
        """Look at everything that may be wrong, after every other writer, and judge it."""
        found = self._monitor.check(now)
        if self._state in TERMINAL:
            self._found = []
        else:
            for lane in self._lanes:
                if lane.stage != "off" and lane.suspicious(now):
                    self._found += lane.findings(now)
        if found or self._found or self._standing or self._book.busy:
            found = [*self._standing, *self._found, *found]
            self._found = []
            self._judge(found)

    def _judge(self, found: list[Finding]) -> None:
        """Raise alarms, and stop where the table says so."""
        table = self._book.table.conditions
        seen = [self._explained(one) for one in found]
        self._notes += self._book.update(self._now, seen)
        worst = next((one for one in seen if table[one.condition].response == "vent"), None)
        if worst is not None and self._state not in TERMINAL:
            self._reason = table[worst.condition].words(worst)
            self._generation += 1
            self._move(Trigger.FAULT)

    def _explained(self, finding: Finding) -> Finding:
        """Say who set the ceiling that was passed."""
        if finding.condition != "over-ceiling" or finding.chamber is None:
            return finding
        lane = next(one for one in self._lanes if one.leg == finding.leg)
        limit = lane.limits.binding_at(finding.chamber)
        return replace(finding, detail=f"ceiling {limit}" if lane.stage == "on" else "in the tests")

    def _set_ceilings(self) -> None:
        """Take the ceilings of all cuffs; chambers have `SETTLE_TIME` to come down."""
        ceiling = self._delivery.ceiling
        for lane in self._lanes:
            ceiling[lane.columns] = lane.ceiling()
        np.maximum(self._guard, ceiling, out=self._guard)
        if np.any(self._guard > ceiling):
            self._guard_due = self._now + SETTLE_TIME
        self._guard_by(self._guard)
        self._delivery.reshape()
        self._changed = True

    def _settle_guard(self) -> None:
        """Watch the tightened ceilings from now on."""
        self._guard = self._delivery.ceiling.copy()
        self._guard_due = math.inf
        self._guard_by(self._guard)
        self._changed = True

    def _guard_by(self, guard: Floats) -> None:
        """Let the monitor and the cuffs guard by these ceilings [mmHg]."""
        self._monitor.guard_at(guard)
        for lane in self._lanes:
            lane.guard = float(guard[lane.columns].max())

    def _commands(self) -> dict[Leg, Command]:
        """Return the commands; where nothing changed, those of the last step."""
        if self._changed:
            self._changed = False
            self._answer = {}
            points = self._delivery.set_points
            self._monitor.told(points)
            alive = not self._vented and self._state not in TERMINAL
            for lane in self._lanes:
                own = points[lane.columns].copy()
                own.setflags(write=False)
                self._answer[lane.leg] = Command(own, lane.guard, alive and lane.stage != "off")
        return self._answer

    def _move(self, trigger: Trigger) -> bool:
        """Let the table move the session; return whether it did."""
        before = self._state
        target = after(before, trigger)
        if target is None:
            return False
        self._state = target
        self._changed = True
        if target is not before:
            self._monitor.enter(target)
            self._note(
                "state", None, state=target.value, before=before.value, trigger=trigger.value
            )
        if target in TERMINAL:
            self._delivery.vent()
            self._note("outcome", None, outcome=_OUTCOMES[target], reason=self._reason)
        return True

    def _note(self, kind: str, leg: Leg | None, **data: JSON) -> None:
        """Keep an event for the next step's answer."""
        self._notes.append((kind, leg, data))
