"""A session under random acts, readings and times: what must hold whatever happens."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from openpresso.session import CommandRefusedError, Readings, Session, Step, load_alarms
from openpresso.session.limits import RESUME_RATE, TRIP_MARGIN
from openpresso.session.monitor import AWAY, LOWEST, NEAR, ROWS, Monitor
from openpresso.session.states import TERMINAL, VENTED, State
from tests.session.cuff_double import LEGS, TICK, CuffDouble, a_cuff, a_timeline

N = 3
CEILING = 40.0


class SessionMachine(RuleBasedStateMachine):
    """Two ideal cuffs, a person who does anything at any time, and sensors that lie at times."""

    def __init__(self) -> None:
        super().__init__()
        self.cuff = a_cuff(N)
        timelines = {leg: a_timeline(self.cuff) for leg in LEGS}
        self.session = Session("p", timelines, dict.fromkeys(LEGS, self.cuff), CEILING)
        self.doubles = {leg: CuffDouble(self.cuff) for leg in LEGS}
        self.now = 10.0
        self.step: Step | None = None
        self.skipped: set[tuple[str, int]] = set()
        self.ceiling = dict.fromkeys(LEGS, CEILING)
        self.over = False
        self.acts = 0

    @initialize(ready=st.sampled_from([0, 1, 2, 2, 2, 2, 2, 2]))
    def begin(self, ready: int) -> None:
        self.advance(0.2)
        if ready:
            for leg in LEGS:
                self.session.turn_on(leg)
            self.advance(15.0)
        if ready == 2 and self.session.state == "ready":
            self.session.start()
            self.advance(6.0)

    def late(self) -> bool:
        """Whether this session may end now: most acts are to meet one that runs or is paused."""
        return self.acts > 6

    def tick(self, dt: float = TICK) -> None:
        before = self.step
        self.now += dt
        for double in self.doubles.values():
            double.advance(max(dt, 0.0))
        readings = {leg: double.read(self.now) for leg, double in self.doubles.items()}
        was = self.session.state
        self.step = self.session.step(self.now, readings)
        for leg, double in self.doubles.items():
            double.command = self.step.commands[leg]
        self.check_step()
        if before is not None and was == self.session.state == "paused":
            for leg in LEGS:
                old = np.nan_to_num(before.commands[leg].set_points)
                new = np.nan_to_num(self.step.commands[leg].set_points)
                assert np.all(new <= old), "a pause raised a set-point"

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self.tick()

    def check_step(self) -> None:
        assert self.step is not None
        for leg, command in self.step.commands.items():
            points = command.set_points
            assert points.shape == (N,)
            assert not np.any(points > self.ceiling[leg] + 1e-9), "a set-point above the ceiling"
            for where, chamber in self.skipped:
                if where == leg:
                    assert np.isnan(points[chamber - 1]), "a skipped chamber was pressed"
            if State(self.step.state) in VENTED:
                assert np.all(np.isnan(points))
            if State(self.step.state) in TERMINAL:
                assert not command.renew

    def act(self, name: str, *args: object) -> bool:
        """Do it and take one step; return whether it was allowed."""
        self.acts += 1
        try:
            getattr(self.session, name)(*args)
        except CommandRefusedError:
            return False
        if name == "skip":
            self.skipped.add(args)  # type: ignore[arg-type]
        elif name == "restore":
            self.skipped.discard(args)
        self.tick()
        return True

    @rule(seconds=st.sampled_from([0.05, 0.3, 1.0, 4.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.acts += 1
        self.advance(seconds)

    @precondition(lambda self: self.session.state in {"idle", "checking", "fitting"})
    @rule(leg=st.sampled_from(LEGS))
    def turn_on(self, leg: str) -> None:
        self.act("turn_on", leg)

    @precondition(lambda self: self.session.state == "ready")
    @rule()
    def start(self) -> None:
        self.act("start")

    @rule(when=st.sampled_from(["cycle-end", "now"]), chambers=st.sampled_from(["hold", "vent"]))
    def pause(self, when: str, chambers: str) -> None:
        self.act("pause", when, chambers)

    @precondition(lambda self: self.session.state in {"pausing", "paused"})
    @rule()
    def resume(self) -> None:
        before = self.step
        if not self.act("resume") or before is None or before.state != "paused":
            return
        after = self.step
        assert after is not None
        for leg in LEGS:
            old = np.nan_to_num(before.commands[leg].set_points)
            new = np.nan_to_num(after.commands[leg].set_points)
            assert np.all(new <= old + RESUME_RATE * TICK + 1e-9), "a resume jumped"

    @rule(leg=st.sampled_from(LEGS), chamber=st.integers(1, N))
    def skip(self, leg: str, chamber: int) -> None:
        self.act("skip", leg, chamber)

    @rule(leg=st.sampled_from(LEGS), chamber=st.integers(1, N))
    def restore(self, leg: str, chamber: int) -> None:
        before = self.step
        if not self.act("restore", leg, chamber) or before is None or self.step is None:
            return
        if before.state == self.step.state == "running":
            old = before.commands[leg].set_points[chamber - 1]  # type: ignore[index]
            new = self.step.commands[leg].set_points[chamber - 1]  # type: ignore[index]
            assert np.nan_to_num(new) <= np.nan_to_num(old) + RESUME_RATE * TICK + 1e-9

    @rule(
        leg=st.sampled_from(LEGS),
        chamber=st.integers(1, N),
        share=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
    )
    def soften(self, leg: str, chamber: int, share: float) -> None:
        self.act("soften", leg, chamber, share)

    @rule(share=st.sampled_from([0.5, 0.8, 0.95]))
    def trim(self, share: float) -> None:
        self.act("trim", share)

    @rule(leg=st.sampled_from(LEGS), value=st.sampled_from([10.0, 25.0, 38.0, 90.0]))
    def tighten(self, leg: str, value: float) -> None:
        self.session.tighten(leg, value, "somebody", "a reason")  # type: ignore[arg-type]
        self.ceiling[leg] = min(self.ceiling[leg], value)  # type: ignore[index]

    @precondition(lambda self: self.late() and self.session.state in {"running", "paused"})
    @rule(
        leg=st.sampled_from(LEGS),
        chamber=st.integers(0, N - 1),
        value=st.sampled_from([float("nan"), float("inf"), -30.0, 0.0, 44.0, 200.0]),
        ticks=st.integers(1, 3),
    )
    def a_sensor_lies(self, leg: str, chamber: int, value: float, ticks: int) -> None:
        self.doubles[leg].broken = {chamber: value}  # type: ignore[index]
        for _ in range(ticks):
            self.tick()
        self.doubles[leg].broken = {}  # type: ignore[index]

    @precondition(lambda self: self.late() and self.session.state in {"ready", "running", "paused"})
    @rule(leg=st.sampled_from(LEGS), ticks=st.sampled_from([2, 8, 14]))
    def a_cuff_is_silent(self, leg: str, ticks: int) -> None:
        self.doubles[leg].silent = True  # type: ignore[index]
        for _ in range(ticks):
            self.tick()
        self.doubles[leg].silent = False  # type: ignore[index]

    @precondition(
        lambda self: self.late() and self.session.state in {"running", "paused", "ending"}
    )
    @rule(dt=st.sampled_from([-3.0, 0.0, 0.4, 60.0]))
    def the_clock_jumps(self, dt: float) -> None:
        energised = State(self.session.state) not in VENTED
        self.tick(dt)
        if energised and (dt < 0.0 or dt > 0.5):
            assert self.session.state in TERMINAL
        self.now = max(self.now, self.now - dt)

    @precondition(lambda self: self.late() and self.session.state in {"running", "paused", "done"})
    @rule(bit=st.integers(0, 10))
    def a_cuff_reports_a_fault(self, bit: int) -> None:
        self.doubles["left"].faults = 1 << bit
        self.tick()
        assert self.session.state in TERMINAL

    @precondition(lambda self: self.late() and self.session.state not in {"idle", "checking"})
    @rule()
    def end(self) -> None:
        self.session.end()
        self.advance(0.2)
        assert self.session.state in {"ending", *TERMINAL}

    @precondition(lambda self: self.late() and self.session.state not in {"idle", "checking"})
    @rule()
    def emergency_vent(self) -> None:
        self.session.emergency_vent()
        assert self.session.state in TERMINAL
        self.tick()

    @precondition(lambda self: self.late() and self.session.state == "running")
    @rule()
    def the_recorder_fails(self) -> None:
        self.session.recorder_failed("disk full")
        self.advance(0.2)
        assert self.session.state in {"ending", "faulted"}

    @rule(who=st.sampled_from(["Anna", "Bruno"]))
    def acknowledge(self, who: str) -> None:
        for view in self.session.alarms:
            self.session.acknowledge(view.id, who)

    @invariant()
    def an_outcome_is_final(self) -> None:
        over = self.session.outcome is not None
        assert over or not self.over, "an ended session came back"
        self.over = over
        assert not over or self.session.reason

    def teardown(self) -> None:
        """Whatever happened, there is a way to a vented state."""
        self.session.emergency_vent()
        self.tick()
        assert self.session.outcome is not None


TestSession = SessionMachine.TestCase
TestSession.settings = settings(max_examples=settings().max_examples // 2, stateful_step_count=25)


PRESSURE = st.one_of(
    st.floats(-30.0, 150.0), st.sampled_from([float("nan"), float("inf"), float("-inf")])
)
ROW = st.tuples(PRESSURE, PRESSURE)


@given(
    st.lists(
        st.tuples(ROW, st.sampled_from([0.0, 20.0, 45.0, float("nan")]), st.integers(0, 2)),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=settings().max_examples // 2)
def test_the_short_way_of_the_monitor_finds_what_the_long_way_finds(
    ticks: list[tuple[tuple[float, float], float, int]],
) -> None:
    """The monitor skips its matrices on calm ticks; one that never skips must agree."""
    monitors = []
    for tight in (False, True):
        monitor = Monitor(
            [("left", 1), ("left", 2)], np.full(2, 130.0), np.full(2, 3.0), load_alarms()
        )
        monitor.guard_at(np.full(2, 45.0))
        monitor._tight = tight
        monitor.enter(State.RUNNING)
        monitors.append(monitor)
    now = 0.0
    level = np.zeros(2)
    for raw, set_point, kind in ticks:
        for repeat in range(12):
            now += TICK
            if kind == 0:
                level = np.array(raw)
            elif kind == 1:
                level = np.full(2, np.nan_to_num(set_point)) + 0.01 * repeat
            found = []
            for monitor in monitors:
                monitor.pressures[:] = level
                monitor.times.fill(now)
                found.append({(one.condition, one.chamber) for one in monitor.check(now)})
                monitor.told(np.full(2, set_point))
            assert found[0] == found[1]


@given(st.lists(st.floats(-60.0, 200.0), min_size=2, max_size=40), st.floats(0.0, 60.0))
def test_what_is_found_is_true(levels: list[float], set_point: float) -> None:
    monitor = Monitor([("left", 1)], np.array([130.0]), np.array([600.0]), load_alarms())
    monitor.guard_at(np.array([60.0]))
    monitor.enter(State.RUNNING)
    monitor.told(np.array([set_point]))
    for count, level in enumerate(levels):
        monitor.pressures[:] = level
        monitor.times.fill(TICK * count)
        found = {one.condition for one in monitor.check(TICK * count)}
        assert found <= {*ROWS, "time-at-pressure"}
        assert ("over-pressure" in found) == (level > 130.0)
        twice = count > 0 and min(level, levels[count - 1]) > 60.0 + TRIP_MARGIN
        assert ("over-ceiling" in found) == twice
        assert "sensor-range" not in found or level < LOWEST
        assert "deviation" not in found or set_point - level > NEAR
        assert "does-not-rise" not in found or set_point - level > AWAY
        assert not found & {"does-not-fall", "rises-while-off"} or level - set_point > AWAY


@given(st.integers(0, 400), st.sampled_from(["pause", "end", "emergency_vent"]))
@settings(max_examples=settings().max_examples // 4)
def test_no_stop_ever_raises_a_set_point(ticks: int, stop: str) -> None:
    cuff = a_cuff(N)
    session = Session("p", {"left": a_timeline(cuff)}, {"left": cuff}, 60.0)
    double = CuffDouble(cuff)
    now, before = 0.0, np.zeros(N)

    def tick() -> np.ndarray:
        nonlocal now
        now += TICK
        double.advance(TICK)
        readings: Readings | None = double.read(now)
        double.command = session.step(now, {"left": readings}).commands["left"]
        return np.nan_to_num(double.command.set_points)

    session.turn_on("left")
    while session.state != "ready":
        tick()
    session.start()
    for _ in range(ticks):
        before = tick()
    args = ("now", "hold") if stop == "pause" else ()
    getattr(session, stop)(*args)
    for _ in range(300):
        after = tick()
        assert np.all(after <= before + 1e-9)
        before = after
