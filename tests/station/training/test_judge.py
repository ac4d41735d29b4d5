"""The judgement of a drill: examples of each rule, and what must hold for any log."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.session import JSON, Event
from openpresso.station.training.drill import COMMANDS, Drill, shipped
from openpresso.station.training.judge import Entry, Verdict, entries, judge

PAIN = shipped()["pain-in-the-calf"]
BREAK = shipped()["a-short-break"]
FULL = shipped()["stays-full"]


def judged(drill: Drill, log: list[Entry], **answers: str) -> Verdict:
    """The judgement with right answers, but for those that are given."""
    right = {asked.key: asked.right for asked in drill.questions}
    return judge(drill, log, right | answers)


def happens(time: float, key: str) -> Entry:
    return Entry(time, "happening", key)


def alarm(time: float, condition: str = "does-not-fall") -> Entry:
    return Entry(time, "alarm", condition, "left", 4)


def act(time: float, command: str, leg: str | None = None, who: str = "Ana") -> Entry:
    return Entry(time, "command", command, leg, None, who)


def met(verdict: Verdict) -> dict[str, bool]:
    return {one.key: one.met for one in verdict.findings}


COMMAND = st.sampled_from(sorted(frozenset().union(*COMMANDS.values())))
TIME = st.floats(0.0, 300.0).map(lambda value: round(value, 2))
ACTS = st.lists(
    st.builds(
        act,
        TIME,
        COMMAND,
        st.sampled_from([None, "left", "right"]),
        st.sampled_from(["Ana", "the station: the control seat is silent"]),
    ),
    max_size=12,
)


@st.composite
def logs(draw: st.DrawFn) -> tuple[str, list[Entry]]:
    """A drill and a log of it: what happens, perhaps alarms, and any acts."""
    drill = draw(st.sampled_from(sorted(shipped())))
    came = draw(st.integers(0, len(shipped()[drill].happens)))
    found = [
        happens(60.0 * (i + 1), one.key) for i, one in enumerate(shipped()[drill].happens[:came])
    ]
    found += [alarm(time) for time in draw(st.lists(TIME, max_size=2))]
    return drill, draw(st.permutations(found + draw(ACTS)))


@given(logs())
def test_the_order_of_the_lines_changes_nothing(case: tuple[str, list[Entry]]) -> None:
    drill, log = case
    ordered = sorted(log, key=lambda entry: entry.time)
    assert judged(shipped()[drill], ordered) == judged(shipped()[drill], log)


@given(logs())
def test_passed_means_that_everything_is_met(case: tuple[str, list[Entry]]) -> None:
    drill, log = case
    found = judged(shipped()[drill], log)
    assert found.passed == all(one.met for one in found.findings)
    assert len(found.findings) == len(shipped()[drill].expect) + len(shipped()[drill].questions)


@given(logs())
def test_what_the_station_does_by_itself_counts_for_nobody(case: tuple[str, list[Entry]]) -> None:
    drill, log = case
    own = [one for one in log if one.kind != "command" or one.who == "Ana"]
    assert judged(shipped()[drill], log) == judged(shipped()[drill], own)


@given(logs(), TIME, COMMAND)
def test_a_forbidden_act_never_turns_a_failed_never_into_a_kept_one(
    case: tuple[str, list[Entry]], time: float, command: str
) -> None:
    drill, log = case
    nevers = {one.key for one in shipped()[drill].expect if one.never and not one.moot}
    before = met(judged(shipped()[drill], log))
    after = met(judged(shipped()[drill], [*log, act(time, command)]))
    assert all(before[key] or not after[key] for key in nevers)


@given(logs(), st.floats(0.0, 100.0))
def test_acting_earlier_but_not_before_it_happened_never_loses_what_was_met(
    case: tuple[str, list[Entry]], earlier: float
) -> None:
    drill, log = case
    first = min((one.time for one in log if one.kind == "happening"), default=0.0)
    moved = [
        replace(one, time=max(one.time - earlier, first))
        if one.kind == "command" and one.time >= first
        else one
        for one in log
    ]
    begin = shipped()[drill].happens[0].key
    single = {one.key for one in shipped()[drill].expect if one.do and one.after == begin}
    before, after = (met(judged(shipped()[drill], one)) for one in (log, moved))
    assert all(after[key] for key in single if before[key])


@pytest.mark.parametrize("drill", sorted(shipped()))
def test_nobody_passes_a_drill_by_doing_nothing(drill: str) -> None:
    assert not judged(shipped()[drill], []).passed
    log = [happens(60.0 * i, one.key) for i, one in enumerate(shipped()[drill].happens, 1)]
    assert not judged(shipped()[drill], [*log, alarm(200.0)]).passed


def test_softening_in_time_and_stopping_in_time_passes() -> None:
    log = [
        happens(60.0, "pain"),
        act(75.0, "soften", "left"),
        happens(105.0, "numb"),
        act(112.5, "emergency-vent"),
    ]
    found = judged(PAIN, log)
    assert found.passed
    assert [(one.done, one.seconds) for one in found.findings[:2]] == [
        ("soften", 15.0),
        ("emergency-vent", 7.5),
    ]


def test_a_stop_at_the_first_complaint_is_enough_for_the_second() -> None:
    found = judged(PAIN, [happens(60.0, "pain"), act(70.0, "emergency-vent")])
    assert found.passed
    assert [one.reached for one in found.findings[:3]] == [True, False, False]


def test_softening_the_other_leg_does_not_count() -> None:
    log = [happens(60.0, "pain"), act(65.0, "skip", "right")]
    assert not met(judged(PAIN, log))["eased"]
    assert met(judged(PAIN, [*log, act(70.0, "trim")]))["eased"]


def test_too_late_is_not_met_and_says_when() -> None:
    log = [happens(60.0, "pain"), act(95.0, "pause-now")]
    first = judged(PAIN, log).findings[0]
    assert (first.met, first.done, first.seconds) == (False, "pause-now", 35.0)


def test_going_on_before_the_client_is_ready_fails_and_after_it_passes() -> None:
    begin = [happens(60.0, "asks"), act(66.0, "pause-now"), happens(120.0, "ready")]
    early = judged(BREAK, [*begin, act(100.0, "resume")])
    assert met(early) == {"paused": True, "not-yet": False, "resumed": False}
    assert judged(BREAK, [*begin, act(130.0, "resume")]).passed


def test_the_time_runs_from_the_alarm_and_whoever_acts_before_it_is_in_time() -> None:
    log = [happens(140.0, "stuck"), alarm(165.0)]
    late = [act(181.0, "emergency-vent"), act(181.0, "acknowledge")]
    assert met(judged(FULL, log + late)) == {"stopped": False, "seen": True, "next": True}
    early = [act(150.0, "emergency-vent"), act(170.0, "acknowledge")]
    found = judged(FULL, log + early)
    assert found.passed
    assert found.findings[0].seconds == 0.0


def test_a_wrong_answer_fails_and_is_told() -> None:
    log = [happens(60.0, "pain"), act(70.0, "emergency-vent")]
    found = judged(PAIN, log, afterwards="weaker")
    assert not found.passed
    assert (found.findings[-1].met, found.findings[-1].done) == (False, "weaker")


def test_alarms_and_commands_are_taken_from_the_events_of_a_session() -> None:
    raised: dict[str, JSON] = {"alarm": "1", "condition": "leak", "priority": "high", "chamber": 3}
    told: dict[str, JSON] = {"command": "skip", "who": "Ana", "chamber": 3}
    assert entries(Event(1.0, "alarm-raised", "left", raised)) == [
        Entry(1.0, "alarm", "leak", "left", 3)
    ]
    assert entries(Event(2.0, "command", "left", told)) == [
        Entry(2.0, "command", "skip", "left", 3, "Ana")
    ]
    assert entries(Event(3.0, "state", None, {"state": "running"})) == []
