from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from openpresso.errors import InputError
from openpresso.session import Command, CommandRefusedError, Leg, Readings, Session, Step
from openpresso.session.limits import RESUME_RATE
from tests.session.cuff_double import LEGS, TICK, CuffDouble, a_bench, a_cuff, a_timeline


def told(step: Step, leg: str = "left") -> np.ndarray:
    command = step.commands[leg]  # type: ignore[index]
    assert isinstance(command, Command)
    return np.asarray(command.set_points)


def energised(step: Step) -> bool:
    return any(
        command.renew and bool(np.any(command.set_points > 0.0))
        for command in step.commands.values()
    )


def test_a_whole_session_is_delivered() -> None:
    bench = a_bench()
    bench.running()
    bench.until("done", "faulted")
    session = bench.session
    assert (session.outcome, session.reason) == ("delivered", "a-program was delivered: 1:00 min")
    assert session.program_time == session.duration == 60.0
    assert bench.events("alarm-raised") == []
    last = bench.steps[-1]
    assert np.all(np.isnan(told(last)))
    assert not last.commands["left"].renew


def test_the_set_points_are_those_of_the_timeline() -> None:
    bench = a_bench()
    bench.running(27.0)
    expected = a_timeline(a_cuff()).at(bench.session.program_time)
    np.testing.assert_allclose(told(bench.steps[-1]), expected, atol=1e-9)


def test_the_journal_tells_states_cycles_phases_and_who_did_what() -> None:
    bench = a_bench()
    bench.tick()
    for leg in LEGS:
        bench.session.turn_on(leg, who="Anna")
    bench.until("ready")
    bench.session.start(who="Anna")
    bench.until("done")
    assert [data["cycle"] for data in bench.events("cycle-start")] == [1, 1, 2, 2, 3, 3]
    assert [data["phase"] for data in bench.events("phase-start")] == [
        "warm-up", "warm-up", "main", "main",
    ]  # fmt: skip
    commands = bench.events("command")
    assert [data["command"] for data in commands] == ["turn-on", "turn-on", "start"]
    assert {data["who"] for data in commands} == {"Anna"}
    states = [data["state"] for data in bench.events("state")]
    assert states == ["checking", "fitting", "ready", "running", "ending", "done"]
    assert {data["who"] for data in bench.events("limit")} == {"program", "cuff", "client"}
    for step in bench.steps:
        for event in step.events:
            json.dumps(dict(event.data), allow_nan=False)


def test_each_cuff_is_turned_on_by_its_own_act() -> None:
    bench = a_bench()
    bench.tick()
    bench.session.turn_on("left")
    bench.until("idle", limit=60.0)
    assert bench.run(5.0).state == "idle"
    assert not bench.steps[-1].commands["right"].renew
    with pytest.raises(CommandRefusedError, match="the session is idle"):
        bench.session.start()
    with pytest.raises(CommandRefusedError, match="already on"):
        bench.session.turn_on("left")
    bench.session.turn_on("right")
    assert bench.until("ready").state == "ready"


def test_a_cuff_may_be_turned_on_before_the_first_step() -> None:
    bench = a_bench(legs=("left",))
    bench.session.turn_on("left")
    assert bench.until("ready", "faulted", limit=60.0).state == "ready"


def test_a_session_of_one_leg_needs_one_cuff() -> None:
    bench = a_bench(legs=("right",))
    bench.running()
    assert bench.until("done").commands.keys() == {"right"}


def test_alternating_legs_are_followed_on_one_clock() -> None:
    bench = a_bench(shift=10.0)
    bench.running(6.0)
    assert told(bench.steps[-1])[0] == 45.0
    assert np.all(np.isnan(told(bench.steps[-1], "right")))
    bench.run(10.0)
    assert np.all(np.isnan(told(bench.steps[-1])))
    assert told(bench.steps[-1], "right")[0] == 45.0
    bench.until("done")
    assert bench.session.duration == 70.0


def test_unchanged_commands_are_the_same_and_cannot_be_written_to() -> None:
    bench = a_bench()
    bench.running(7.0)
    first, second = bench.steps[-2:]
    assert first.commands["left"] is second.commands["left"]
    with pytest.raises(ValueError, match="read-only"):
        second.commands["left"].set_points[0] = 200.0


def test_a_pause_at_the_cycles_end_waits_for_it_and_vents() -> None:
    bench = a_bench()
    bench.running(5.0)
    bench.session.pause("cycle-end")
    assert bench.tick().state == "pausing"
    step = bench.until("paused")
    assert step.program_time == 20.0
    assert np.all(np.isnan(told(step)))
    bench.run(30.0)
    assert bench.session.program_time == 20.0
    bench.session.resume()
    bench.until("done")
    assert bench.session.outcome == "delivered"
    assert [data["cycle"] for data in bench.events("cycle-start")] == [1, 1, 2, 2, 3, 3]


def test_a_pause_in_the_last_cycle_ends_as_delivered() -> None:
    bench = a_bench()
    bench.running(45.0)
    bench.session.pause("cycle-end")
    bench.until("done", "paused")
    assert bench.session.outcome == "delivered"


def test_a_pause_at_the_cycles_end_can_be_taken_back() -> None:
    bench = a_bench()
    bench.running(5.0)
    bench.session.pause("cycle-end")
    bench.run(2.0)
    bench.session.resume()
    assert bench.run(25.0).state == "running"
    assert bench.session.program_time > 30.0


def test_a_pause_now_that_holds_never_raises_a_set_point() -> None:
    bench = a_bench()
    bench.running(2.0)
    before = told(bench.steps[-1])
    bench.session.pause("now", "hold")
    for _ in range(100):
        np.testing.assert_array_equal(told(bench.tick()), before)
    assert bench.session.state == "paused"


def test_a_hold_that_lasts_too_long_vents() -> None:
    bench = a_bench(hold_limit=10.0)
    bench.running(6.0)
    bench.session.pause("now", "hold")
    assert told(bench.run(9.0))[0] == 45.0
    assert np.all(np.isnan(told(bench.run(2.0))))
    assert bench.events("hold-vented") == [{"after": 10.0}]
    assert bench.session.state == "paused"


def test_a_held_pause_can_be_turned_into_a_vented_one() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.pause("now", "hold")
    bench.run(1.0)
    bench.session.pause("now", "vent")
    assert np.all(np.isnan(told(bench.tick())))
    with pytest.raises(CommandRefusedError, match="paused already"):
        bench.session.pause("now", "hold")


def test_resume_after_a_hold_goes_on_where_it_stood() -> None:
    bench = a_bench()
    bench.running(6.0)
    at = bench.session.program_time
    bench.session.pause("now", "hold")
    bench.run(20.0)
    bench.session.resume()
    assert bench.tick().program_time == pytest.approx(at, abs=2 * TICK)


def test_resume_after_a_vent_restarts_the_interrupted_cycle() -> None:
    bench = a_bench()
    bench.running(26.0)
    bench.session.pause("now", "vent")
    bench.run(5.0)
    bench.session.resume()
    assert bench.tick().program_time == pytest.approx(20.0, abs=2 * TICK)
    bench.until("done")
    assert bench.session.outcome == "delivered"


def test_set_points_rise_slowly_after_a_resume() -> None:
    bench = a_bench()
    bench.running(26.0)
    bench.session.pause("now", "vent")
    bench.run(5.0)
    bench.session.resume()
    for count in range(1, 120):
        assert np.nanmax(told(bench.tick()), initial=0.0) <= RESUME_RATE * TICK * (count + 1)
    assert bench.until("done").state == "done"


def test_ending_lets_the_set_points_down_and_then_vents() -> None:
    bench = a_bench()
    bench.running(7.3)
    bench.session.end(who="Anna")
    levels = [float(told(bench.tick())[0]) for _ in range(55)]
    assert levels[0] <= 45.0
    assert all(after < before for before, after in pairwise(levels))
    assert min(levels) < 6.0
    step = bench.until("stopped", limit=15.0)
    assert np.all(np.isnan(told(step)))
    assert bench.doubles["left"].pressures.max() < 5.5
    assert bench.session.reason == "ended by Anna at 0:07 of 1:00 min"
    assert bench.session.outcome == "stopped"


@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.0, 5.0])
def test_ending_during_the_tests_empties_the_cuff(seconds: float) -> None:
    bench = a_bench()
    bench.tick()
    bench.session.turn_on("left")
    bench.run(seconds)
    bench.session.end()
    bench.until("stopped", limit=20.0)
    assert bench.session.outcome == "stopped"
    assert "before the start" in bench.session.reason


def test_an_idle_session_can_be_ended() -> None:
    bench = a_bench()
    bench.session.end()
    assert bench.tick().state == "stopped"


@pytest.mark.parametrize("stop_at", ["idle", "checking", "fitting", "ready", "running", "paused"])
def test_an_emergency_vent_works_from_every_state_with_the_very_next_step(stop_at: str) -> None:
    bench = a_bench()
    bench.tick()
    if stop_at != "idle":
        bench.session.turn_on("left")
    if stop_at not in {"idle", "checking"}:
        bench.until("fitting")
        bench.run(0.5)
    if stop_at in {"ready", "running", "paused"}:
        bench.session.turn_on("right")
        bench.until("ready")
    if stop_at in {"running", "paused"}:
        bench.session.start()
        bench.run(6.0)
    if stop_at == "paused":
        bench.session.pause("now", "hold")
        bench.tick()
    assert bench.session.state == stop_at
    bench.session.emergency_vent(who="Anna")
    assert bench.session.state == "stopped"
    step = bench.tick()
    assert not energised(step)
    assert not any(command.renew for command in step.commands.values())
    assert "emergency vent by Anna" in bench.session.reason


def test_after_an_emergency_vent_nothing_energises_again() -> None:
    bench = a_bench()
    bench.running(6.0)
    generation = bench.steps[-1].generation
    bench.session.emergency_vent()
    assert bench.session.generation > generation
    for act in (bench.session.start, bench.session.resume, bench.session.pause):
        with pytest.raises(CommandRefusedError, match="it is over"):
            act()
    bench.session.end()
    bench.session.recorder_failed("disk full")
    bench.session.emergency_vent()
    for _ in range(200):
        assert not energised(bench.tick())
    assert bench.session.outcome == "stopped"


def test_an_emergency_vent_while_a_step_is_under_way_has_the_last_word() -> None:
    bench = a_bench()
    bench.running(6.0)

    class Late(CuffDouble):
        def read(self, time: float) -> Readings | None:
            bench.session._vented = True
            return super().read(time)

    bench.doubles["right"].__class__ = Late
    step = bench.tick()
    assert not energised(step)
    assert step.state == "stopped"


def test_a_step_that_an_emergency_vent_overtakes_is_of_an_older_generation() -> None:
    bench = a_bench()
    bench.running(6.0)
    session = bench.session
    assert bench.tick().generation == session.generation
    commands = session._commands

    def overtaken() -> dict[Leg, Command]:
        session.emergency_vent()
        return commands()

    session._commands = overtaken  # type: ignore[method-assign]
    assert bench.tick().generation < session.generation
    del session._commands
    step = bench.tick()
    assert step.generation == session.generation
    assert not energised(step)


def test_a_skipped_chamber_is_vented_at_once_and_stays_so() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.skip("left", 2, who="Anna")
    points = told(bench.tick())
    assert np.isnan(points[1])
    assert points[0] == 45.0
    bench.run(20.0)
    assert np.isnan(told(bench.steps[-1])[1])
    assert told(bench.steps[-1], "right")[1] == 40.0
    bench.until("done")
    assert bench.session.reason.endswith("left out: left cuff, chamber 2")


def test_a_skipped_chamber_is_vented_in_a_hold_too() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.pause("now", "hold")
    bench.tick()
    bench.session.skip("left", 1)
    assert np.isnan(told(bench.tick())[0])


def test_a_chamber_restored_in_a_hold_waits_for_the_resume() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.pause("now", "hold")
    bench.session.skip("left", 1)
    bench.tick()
    bench.session.restore("left", 1)
    assert np.isnan(told(bench.run(1.0))[0])
    bench.session.resume()
    assert told(bench.tick())[0] <= 2 * RESUME_RATE * TICK


def test_a_restored_chamber_rises_slowly() -> None:
    bench = a_bench()
    bench.running(4.5)
    bench.session.skip("left", 1)
    bench.run(2.0)
    bench.session.restore("left", 1)
    first = told(bench.tick())
    assert first[0] <= 2 * RESUME_RATE * TICK
    assert first[1] == 40.0
    assert told(bench.run(1.0))[0] == pytest.approx(first[0] + RESUME_RATE, abs=1.0)


def test_a_chamber_that_was_not_fit_tested_stays_out() -> None:
    bench = a_bench()
    bench.session.skip("left", 3)
    bench.running()
    with pytest.raises(CommandRefusedError, match="left out of the fit test"):
        bench.session.restore("left", 3)


def test_a_softened_chamber_gets_its_share() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.soften("left", 1, 0.5)
    assert told(bench.tick())[0] == 22.5
    bench.run(20.0)
    assert told(bench.steps[-1])[0] == 22.5
    bench.session.soften("left", 1, 0.9)
    assert told(bench.tick())[0] <= 22.5 + 2 * RESUME_RATE * TICK


def test_softening_in_a_hold_lowers_the_hold() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.pause("now", "hold")
    bench.session.soften("left", 1, 0.5)
    assert told(bench.tick())[0] == 22.5
    bench.session.soften("left", 1, 1.0)
    assert told(bench.tick())[0] == 22.5


def test_comfort_goes_only_down_and_tightens_the_ceiling() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.trim(0.8, who="client")
    points = told(bench.tick())
    np.testing.assert_allclose(points, [36.0, 32.0, 28.0, 24.0])
    with pytest.raises(CommandRefusedError, match=r"at most the present 0\.8"):
        bench.session.trim(0.9)
    bench.run(5.0)
    assert bench.session.state == "running"
    assert bench.steps[-1].commands["left"].ceiling == pytest.approx(36.0)
    limit = bench.session.limits("left")[-1]
    assert (limit.who, limit.why) == ("client", "comfort trim to 80 %")


def test_a_tightened_ceiling_clips_at_once_and_gives_the_chamber_time_to_follow() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.tighten("left", 20.0, "Dr. Rossi", "tingling toes")
    step = bench.tick()
    assert told(step).max() <= 20.0
    assert told(step, "right").max() == 45.0
    assert step.commands["left"].ceiling == 45.0
    step = bench.run(4.0)
    assert step.commands["left"].ceiling == 20.0
    assert bench.session.state == "running"
    assert bench.events("limit")[-1]["tightens"] is True


def test_a_looser_limit_changes_nothing() -> None:
    bench = a_bench(ceiling=40.0)
    bench.running(6.0)
    bench.session.tighten("left", 90.0, "somebody", "wants more")
    assert told(bench.tick()).max() == 40.0
    assert bench.events("limit")[-1]["tightens"] is False


def test_a_recorder_that_fails_ends_the_session_with_an_alarm() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.recorder_failed("disk full")
    step = bench.tick()
    assert step.state == "ending"
    bench.until("faulted", limit=15.0)
    assert "the record cannot be written (disk full)" in bench.session.reason
    assert bench.events("alarm-raised")[0]["condition"] == "recorder-failed"
    assert any(view.condition == "recorder-failed" for view in bench.session.alarms)


def test_no_session_starts_with_a_recorder_that_failed() -> None:
    bench = a_bench()
    bench.tick()
    bench.session.recorder_failed("disk full")
    assert bench.tick().state == "faulted"
    with pytest.raises(CommandRefusedError):
        bench.session.turn_on("left")


def test_a_recorder_that_fails_while_ending_is_told() -> None:
    bench = a_bench()
    bench.running(6.0)
    bench.session.end()
    bench.run(1.0)
    bench.session.recorder_failed("disk full")
    bench.until("faulted", limit=15.0)
    assert "disk full" in bench.session.reason


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda session: session.skip("left", 9), "no chamber 9"),
        (lambda session: session.skip("tail", 1), "no tail cuff"),
        (lambda session: session.soften("left", 1, 1.5), "not from 0 to 1"),
        (lambda session: session.soften("left", 1, float("nan")), "not from 0 to 1"),
        (lambda session: session.trim(0.0), "not above 0"),
        (lambda session: session.resume(), "the session is idle"),
        (lambda session: session.pause("now"), "the session is idle"),
        (lambda session: session.acknowledge("alarm-1", "Anna"), "no alarm"),
    ],
)
def test_a_command_that_makes_no_sense_now_is_refused_and_changes_nothing(
    act: object, text: str
) -> None:
    bench = a_bench()
    bench.tick()
    assert callable(act)
    with pytest.raises(CommandRefusedError, match=text) as caught:
        act(bench.session)
    assert caught.value.remedy
    assert bench.tick().state == "idle"
    assert bench.events("command") == []


def test_a_skipped_chamber_cannot_be_softened() -> None:
    bench = a_bench()
    bench.session.skip("left", 1)
    with pytest.raises(CommandRefusedError, match="is skipped"):
        bench.session.soften("left", 1, 0.5)


def test_a_timeline_for_another_cuff_is_refused() -> None:
    with pytest.raises(InputError, match="compile the program for this cuff"):
        Session("p", {"left": a_timeline(a_cuff(4))}, {"left": a_cuff(6)}, 60.0)
    with pytest.raises(InputError, match="there is no left cuff"):
        Session("p", {"left": a_timeline(a_cuff(4))}, {}, 60.0)
    with pytest.raises(InputError, match="no leg has a timeline"):
        Session("p", {}, {}, 60.0)


@pytest.mark.parametrize("bad", [-5.0, float("inf")])
def test_a_timeline_with_impossible_set_points_is_refused(bad: float) -> None:
    timeline = a_timeline(a_cuff())
    timeline.set_points[1, 0] = bad
    with pytest.raises(InputError, match="or NaN to vent"):
        Session("p", {"left": timeline}, {"left": a_cuff()}, 60.0)


def test_a_timeline_with_falling_times_is_refused() -> None:
    timeline = a_timeline(a_cuff())
    timeline.times[1] = 50.0
    with pytest.raises(InputError, match="never fall"):
        Session("p", {"left": timeline}, {"left": a_cuff()}, 60.0)
