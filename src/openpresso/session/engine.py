"""The session: one delivery of a program to one client, as people steer it.

Sans I/O: `Session` knows no clock, no device, no file and no thread. The station calls `step` 20
times a second with the time and fresh readings and writes the commands that come back; people's
acts are methods that take effect at once or with the next step.

After a pause that vented, `resume` restarts the interrupted cycle, so that chambers fill in the
order of the program again; after a pause that held, it goes on where it stood. Either way
set-points rise at most `RESUME_RATE` until they have caught up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from openpresso.session import belonging
from openpresso.session.command import clock
from openpresso.session.finding import Finding
from openpresso.session.lane import Lane
from openpresso.session.limits import Limit
from openpresso.session.machine import HOLD_LIMIT, Machine
from openpresso.session.refusal import CommandRefusedError
from openpresso.session.states import TERMINAL, State, Trigger, after, allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpresso.cuff.model import Cuff
    from openpresso.program.timeline import Timeline
    from openpresso.session.alarm_table import AlarmTable
    from openpresso.session.alarms import AlarmView
    from openpresso.session.command import JSON
    from openpresso.session.fit_test import FitResult
    from openpresso.session.lane import Stage
    from openpresso.session.readings import Leg

OPERATOR = "operator"
"""Who acts when nobody is named."""


class Session(Machine):
    """One delivery of a program to one client.

    Parameters
    ----------
    program_name
        Name of the program, for texts.
    timelines
        The compiled program of each leg; these are the cuffs that must be turned on. The cycles of
        the first leg are the cycles of the session: a pause at a cycle's end waits for them.
    cuffs
        The cuff of each leg.
    ceiling
        Ceiling of the client or order [mmHg].
    limits
        Further limits, each with who set it and why.
    hold_limit
        Longest hold in a pause [s]; then the chambers are vented.
    alarms
        The alarm table; the shipped one when not given.

    Raises
    ------
    InputError
        If timelines and cuffs do not belong together.

    Examples
    --------
    >>> session = Session("gradient-drainage", timelines, cuffs, 60.0)  # doctest: +SKIP
    >>> session.turn_on("left")  # doctest: +SKIP
    >>> step = session.step(now, {"left": link.read()})  # doctest: +SKIP
    >>> link.write(step.commands["left"])  # doctest: +SKIP
    """

    def __init__(
        self,
        program_name: str,
        timelines: Mapping[Leg, Timeline],
        cuffs: Mapping[Leg, Cuff],
        ceiling: float,
        *,
        limits: Iterable[Limit] = (),
        hold_limit: float = HOLD_LIMIT,
        alarms: AlarmTable | None = None,
    ) -> None:
        """Check that all belongs together and begin idle."""
        belonging.check(timelines, cuffs)
        others = (Limit(float(ceiling), "client", "ceiling of the session"), *limits)
        lanes = []
        first = 0
        for leg, timeline in timelines.items():
            columns = slice(first, first + cuffs[leg].n_chambers)
            lanes.append(Lane(leg, cuffs[leg], timeline, columns, others))
            first = columns.stop
        super().__init__(program_name, lanes, hold_limit, alarms)

    @property
    def reason(self) -> str:
        """Why the session ended, in plain words; empty while it has not."""
        return self._reason if self.outcome else ""

    @property
    def program_time(self) -> float:
        """Position in the program [s]."""
        return self._program_time

    @property
    def duration(self) -> float:
        """Length of the program [s]."""
        return self._duration

    @property
    def generation(self) -> int:
        """Grows with each pause and stop; a step of an older generation must not be written."""
        return self._generation

    @property
    def alarms(self) -> tuple[AlarmView, ...]:
        """Open alarms, the most urgent first."""
        return self._book.views()

    @property
    def fit_results(self) -> dict[Leg, FitResult]:
        """Result of the fit test of each cuff that had one."""
        return {lane.leg: lane.fit_result for lane in self._lanes if lane.fit_result}

    @property
    def shares(self) -> dict[Leg, tuple[float, ...]]:
        """Share of the program that people let each chamber have, 0 to 1; 0: left out."""
        found = np.where(self._delivery.skipped, 0.0, self._delivery.shares)
        return {lane.leg: tuple(found[lane.columns].tolist()) for lane in self._lanes}

    @property
    def stages(self) -> dict[Leg, Stage]:
        """How far each cuff is: `off`, `checking`, `fitting`, or `on` when its tests are passed."""
        return {lane.leg: lane.stage for lane in self._lanes}

    @property
    def trimmed(self) -> float:
        """Share to which everything is trimmed down for comfort, above 0 to 1."""
        return self._delivery.trim

    @property
    def allowed(self) -> tuple[str, ...]:
        """Triggers that the present state knows."""
        return tuple(trigger.value for trigger in allowed(State(self.state)))

    def limits(self, leg: Leg) -> tuple[Limit, ...]:
        """Return every limit of one cuff with who set it and why."""
        return self._lane(leg).limits.all

    def turn_on(self, leg: Leg, who: str = OPERATOR) -> None:
        """Turn one cuff on: it is checked and fitted; nothing else turns it on."""
        lane = self._lane(leg)
        if lane.stage != "off":
            raise _refused("turn-on", f"the {leg} cuff is already on", "turn on the other cuff.")
        self._require(Trigger.TURN_ON, "turn-on")
        lane.turn_on(self._now)
        self._say("turn-on", leg, who)
        self._move(Trigger.TURN_ON)

    def start(self, who: str = OPERATOR) -> None:
        """Start the program; all cuffs must have passed their tests."""
        self._require(Trigger.START, "start")
        self._say("start", None, who)
        self._delivery.seek(0.0)
        self._origin = None
        self._move(Trigger.START)

    def pause(
        self,
        when: Literal["cycle-end", "now"] = "cycle-end",
        chambers: Literal["hold", "vent"] = "vent",
        who: str = OPERATOR,
    ) -> None:
        """Pause; it never raises a set-point.

        Parameters
        ----------
        when
            `cycle-end`: go on to the end of the cycle, then vent. `now`: stand still at once.
        chambers
            With `now`: hold the set-points for at most the hold limit, or vent.
        who
            Who asks.
        """
        now = when == "now"
        trigger = Trigger.PAUSE_NOW if now else Trigger.PAUSE_AT_CYCLE_END
        self._require(trigger, f"pause-{when}")
        if self._state is State.PAUSED and (chambers == "hold" or not self._holding):
            raise _refused("pause", "the session is paused already", "resume or end it.")
        self._say(f"pause-{when}", None, who, chambers=chambers if now else "vent")
        self._move(trigger)
        if now:
            self._begin_pause(hold=chambers == "hold")
        else:
            self._until = min(self._lead.track.cycle_end(self._program_time), self._duration)

    def resume(self, who: str = OPERATOR) -> None:
        """Go on after a pause; nothing else does."""
        self._require(Trigger.RESUME, "resume")
        self._say("resume", None, who)
        self._until = self._duration
        if self._state is State.PAUSED:
            self._delivery.rise_from(self._monitor.pressures)
            if not self._holding:
                self._program_time = self._lead.track.cycle_start(self._program_time)
                self._delivery.seek(self._program_time)
            self._origin = None
        self._move(Trigger.RESUME)

    def end(self, who: str = OPERATOR) -> None:
        """End with a controlled vent; in a session that is ending or over it does nothing."""
        if after(self._state, Trigger.END) is None:
            return
        self._say("end", None, who)
        self._reason = f"ended by {who} {self._when()}"
        self._pending_outcome = "stopped"
        self._wind_down_by(Trigger.END)

    def emergency_vent(self, who: str = OPERATOR) -> None:
        """Vent everything at once, from any state, without condition.

        The latch is set before anything else and is never taken back: whatever a step that is under
        way still does, its commands are vents without a lease.
        """
        self._vented = True
        self._generation += 1
        if self._state not in TERMINAL:
            self._reason = f"emergency vent by {who} {self._when()}"
        self._say("emergency-vent", None, who)
        self._move(Trigger.EMERGENCY_VENT)

    def recorder_failed(self, reason: str) -> None:
        """End with a controlled vent because the record cannot be written.

        Nothing waits for the recorder: a session without a record ends, and no stop is delayed.
        """
        if self._state in TERMINAL:
            return
        self._standing.append(Finding("recorder-failed", detail=reason))
        self._reason = f"the record cannot be written ({reason}) {self._when()}"
        self._pending_outcome = "faulted"
        if self._state is not State.ENDING:
            self._wind_down_by(Trigger.RECORDER_FAILED)

    def authority_lost(self, reason: str) -> None:
        """Vent with the next step because somebody else writes to the cuffs, or nobody can."""
        self._found.append(Finding("control-lost", detail=reason))

    def skip(self, leg: Leg, chamber: int, who: str = OPERATOR) -> None:
        """Leave a chamber out, at once: it is vented and stays so until it is restored."""
        lane, column = self._place(leg, chamber)
        self._say("skip", leg, who, chamber=chamber)
        self._delivery.skip(column, skipped=True)
        self._delivery.shares[column] = 1.0
        if lane.fit is not None:
            lane.fit.skip(chamber)
        self._reshaped()

    def soften(self, leg: Leg, chamber: int, share: float, who: str = OPERATOR) -> None:
        """Give a chamber only a share, 0 to 1, of the program's set-points.

        A smaller share takes effect at once, a larger one with a bounded rise.
        """
        _, column = self._place(leg, chamber)
        if not 0.0 <= share <= 1.0:
            raise _refused("soften", f"a share of {share} is not from 0 to 1", "for example 0.8.")
        if self._delivery.skipped[column]:
            text = f"chamber {chamber} of the {leg} cuff is skipped"
            raise _refused("soften", text, "restore it first.")
        self._say("soften", leg, who, chamber=chamber, share=share)
        self._reshare(column, share)

    def restore(self, leg: Leg, chamber: int, who: str = OPERATOR) -> None:
        """Take a skipped or softened chamber back, with a bounded rise.

        A chamber that was left out of the fit test stays out: nobody knows whether it is tight.
        """
        lane, column = self._place(leg, chamber)
        result = lane.fit_result
        if result is not None and result.chambers[chamber - 1].skipped:
            text = f"chamber {chamber} of the {leg} cuff was left out of the fit test"
            raise _refused("restore", text, "start a new session with it.")
        if lane.fit is not None and self._delivery.skipped[column]:
            text = f"chamber {chamber} of the {leg} cuff is left out of the running fit test"
            raise _refused("restore", text, "start a new session with it.")
        self._say("restore", leg, who, chamber=chamber)
        self._delivery.skip(column, skipped=False)
        self._reshare(column, 1.0)

    def trim(self, share: float, who: str = OPERATOR) -> None:
        """Trim everything down to a share, above 0 to 1, of the program, for comfort; only down."""
        before = self._delivery.trim
        if not 0.0 < share <= before:
            raise _refused(
                "trim",
                f"a share of {share} is not above 0 and at most the present {before:g}",
                "comfort goes only down within a session.",
            )
        self._say("trim", None, who, share=share)
        self._delivery.soften_held(np.full(self._delivery.n, share / before))
        self._delivery.trim = share
        for lane in self._lanes:
            peak = lane.limits.all[0].value
            self._tighten(lane, Limit(share * peak, who, f"comfort trim to {100 * share:.0f} %"))
        self._set_ceilings()

    def tighten(self, leg: Leg, value: float, who: str, why: str) -> None:
        """Add a limit [mmHg] to one cuff; it can only tighten the ceiling."""
        self._tighten(self._lane(leg), Limit(value, who, why))
        self._set_ceilings()

    def acknowledge(self, alarm: str, who: str) -> None:
        """Silence one alarm for at most two minutes; `who` answers for it."""
        self._notes.append(self._book.acknowledge(alarm, who, self._now))

    def _tighten(self, lane: Lane, limit: Limit) -> None:
        """Add a limit to one lane and say whether it binds."""
        binds = lane.limits.add(limit)
        self._note(
            "limit", lane.leg, value=limit.value, who=limit.who, why=limit.why, tightens=binds
        )

    def _reshare(self, column: int, share: float) -> None:
        """Set a chamber's share; what rises, rises slowly."""
        before = float(self._delivery.shares[column])
        factors = np.ones(self._delivery.n)
        if share < before:
            factors[column] = share / before
        else:
            one = slice(column, column + 1)
            self._delivery.rise_from(self._monitor.pressures, one)
        self._delivery.soften_held(factors)
        self._delivery.shares[column] = share
        self._reshaped()

    def _reshaped(self) -> None:
        """Let the next step take the new shares and skips."""
        self._delivery.reshape()
        self._changed = True

    def _when(self) -> str:
        """Return the place in the session in words."""
        if self._program_time <= 0.0 or self._state is State.READY:
            return f"before the start ({self._state})"
        return f"at {clock(self._program_time)} of {clock(self._duration)} min"

    def _say(self, command: str, leg: Leg | None, who: str, **more: JSON) -> None:
        """Keep the event of a person's act."""
        self._note("command", leg, command=command, who=who, **more)

    def _require(self, trigger: Trigger, command: str) -> None:
        """Refuse a command that the table does not know in this state."""
        if after(self._state, trigger) is None:
            can = ", ".join(one.value for one in allowed(self._state)) or "nothing: it is over"
            raise _refused(command, f"the session is {self._state.value}", f"allowed now: {can}.")

    def _lane(self, leg: Leg) -> Lane:
        """Return the lane of a leg."""
        for lane in self._lanes:
            if lane.leg == leg:
                return lane
        legs = ", ".join(lane.leg for lane in self._lanes)
        raise _refused("leg", f"there is no {leg} cuff in this session", f"legs: {legs}.")

    def _place(self, leg: Leg, chamber: int) -> tuple[Lane, int]:
        """Return the lane and the column of a chamber, numbered from 1."""
        lane = self._lane(leg)
        if self._state in TERMINAL:
            raise _refused("chamber", f"the session is {self._state.value}", "it is over.")
        if not 1 <= chamber <= lane.n:
            text = f"the {leg} cuff has no chamber {chamber}"
            raise _refused("chamber", text, f"chambers are numbered 1 to {lane.n} from distal.")
        return lane, lane.columns.start + chamber - 1


def _refused(command: str, text: str, remedy: str) -> CommandRefusedError:
    """Return the refusal of a command."""
    return CommandRefusedError(f"{command} is refused: {text}", remedy=remedy)
