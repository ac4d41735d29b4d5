"""Courses: opened, begun, paused, extended, ended; by one editor at a time."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from openpresso import cuff
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import progress
from openpresso.clinic.courses.goal import Goal
from openpresso.clinic.errors import ChangedError, NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.measures import measurement
from openpresso.errors import InputError
from tests.clinic.courses.world import deliver

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

MARCH = dt.date(2026, 3, 2)


def state(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> progress.Progress:
    with clinic.desk(people.technician, reading=True) as desk:
        return progress.progress(desk, place.course)


def test_a_course_goes_from_its_baselines_to_its_last_follow_up(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    def feel(value: float) -> None:
        with clinic.desk(people.technician) as desk:
            measurement.take(desk, place.client, "heaviness", value=value, course_id=place.course)

    assert state(clinic, people, place).next.kind == "baseline"  # type: ignore[union-attr]
    feel(7)
    clock.pass_by(minutes=1)
    feel(7)
    assert state(clinic, people, place).stages[0].have == 1
    with clinic.desk(people.technician) as desk:
        courses.extend(desk, place.course, 1, "holiday in between")
        # Two sessions are enough for this test: a shorter course of the same kind.
        short = courses.open(
            desk, place.client, "swelling", "heavy-legs", "leg-8", planned=2,
            measure="heaviness", measure_side="none", follow_ups=[4, 12],
        )  # fmt: skip
        courses.begin(desk, short.id, on=desk.today() + dt.timedelta(days=1))
    place.course = short.id
    feel(7)
    clock.pass_by(days=1)
    feel(6)
    found = state(clinic, people, place)
    assert [(one.kind, one.state) for one in found.stages] == [
        ("baseline", "done"),
        ("session", "due"),
    ]
    deliver(clinic, people, place, clock, tmp_path)
    clock.pass_by(days=7)
    assert state(clinic, people, place).counts.next_due == clock().date()
    deliver(clinic, people, place, clock, tmp_path)
    feel(4)
    found = state(clinic, people, place)
    assert (found.counts.done, found.counts.left, found.counts.missed) == (2, 0, 0)
    assert found.stages[-1].kind == "end"
    with clinic.desk(people.technician) as desk:
        courses.finish(desk, short.id)
    clock.pass_by(days=1)
    with clinic.desk(people.technician) as desk:
        measurement.take(
            desk, place.client, "heaviness", value=4.0, course_id=short.id, purpose="end"
        )
    clock.pass_by(weeks=3)
    with clinic.desk(people.technician, reading=True) as desk:
        waiting = progress.follow_ups(desk)
    assert [(one.id, stage.number) for one, stage in waiting] == [(short.id, 4)]
    feel(5)
    clock.pass_by(weeks=12)
    found = state(clinic, people, place)
    assert [(one.kind, one.state) for one in found.stages] == [
        ("baseline", "done"),
        ("end", "done"),
        ("follow-up", "done"),
        ("follow-up", "missed"),
    ]
    assert found.next is None
    with clinic.automatic(people.practice, reading=True) as desk:
        assert verify(desk.db).ok


def test_a_pause_stops_the_plan_and_a_resume_moves_it(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    assert state(clinic, people, place).counts.due[0] == MARCH
    clock.pass_by(days=3)
    with clinic.desk(people.technician) as desk:
        courses.pause(desk, place.course, "holiday")
    clock.pass_by(days=10)
    assert state(clinic, people, place).counts.next_due is None
    with clinic.desk(people.technician) as desk:
        courses.resume(desk, place.course)
    found = state(clinic, people, place)
    assert found.counts.due[-1] == MARCH + dt.timedelta(days=10 + 7 * 7)
    with clinic.desk(people.technician, reading=True) as desk:
        taken = [(one.step, one.reason) for one in courses.history(desk, place.course)]
    assert taken == [("begin", ""), ("pause", "holiday"), ("resume", "")]


def test_a_course_with_sessions_left_is_not_finished_but_can_be_stopped_with_a_reason(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with (
        pytest.raises(RefusedError, match="8 of 8 sessions are left"),
        clinic.desk(people.technician) as desk,
    ):
        courses.finish(desk, place.course)
    with pytest.raises(InputError, match="reason"), clinic.desk(people.technician) as desk:
        courses.stop(desk, place.course, "  ")
    with clinic.desk(people.technician) as desk:
        stopped = courses.stop(desk, place.course, "moved to another town")
    assert (stopped.state, stopped.ended_on) == ("stopped", MARCH)
    with pytest.raises(RefusedError, match="stopped"), clinic.desk(people.technician) as desk:
        courses.extend(desk, place.course, 2, "came back")


def test_an_order_is_a_clinicians_and_tightens_the_ceiling(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with pytest.raises(NotAllowedError), clinic.desk(people.technician) as desk:
        courses.order(desk, place.course, "Dr. Lang", ceiling=35.0)
    with clinic.desk(people.technician, reading=True) as desk:
        assert progress.ceiling(desk, place.course, 80.0).value == 60.0
        assert progress.ceiling(desk, place.course, 65.0).value == 55.0
    with clinic.desk(people.clinician) as desk:
        courses.order(desk, place.course, "Dr. Lang", ceiling=35.0, margin=20.0)
    with clinic.desk(people.technician, reading=True) as desk:
        found = progress.ceiling(desk, place.course, 80.0)
    assert (found.value, found.reason) == (35.0, "Dr. Lang: order")
    assert [part.value for part in found.parts] == [
        60.0,
        cuff.load("leg-8").max_pressure - 5.0,
        60.0,
        35.0,
    ]


def test_a_goal_is_set_changed_and_judged(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    walks = Goal("function", MARCH + dt.timedelta(days=90), text="walks 20 minutes")
    with clinic.desk(people.technician) as desk:
        assert courses.set_goal(desk, place.course, walks).goal_set == walks
        courses.judge_goal(desk, place.course, reached=True)
    with clinic.desk(people.technician) as desk:
        assert courses.find(desk, place.course).goal_set.reached == "yes"  # type: ignore[union-attr]
        volume = Goal("girths", MARCH + dt.timedelta(days=90), -300.0, "mL", "left")
        courses.set_goal(desk, place.course, volume)
    with pytest.raises(RefusedError, match="measured"), clinic.desk(people.technician) as desk:
        courses.judge_goal(desk, place.course, reached=True)


def test_a_course_on_demand_runs_beside_a_preventive_one(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        for template in ("on-demand", "preventive-monthly"):
            made = courses.open(
                desk, place.client, "circulation", "heavy-legs", "leg-8", template=template
            )
            courses.begin(desk, made.id)
    with clinic.desk(people.technician, reading=True) as desk:
        listed = courses.of_client(desk, place.client)
        found = {one.style: progress.progress(desk, one.id) for one in listed}
        with pytest.raises(RefusedError, match="writes"):
            courses.pause(desk, place.course, "x")
    assert set(found) == {"course", "on-demand", "preventive"}
    assert found["on-demand"].counts.due == ()
    assert found["on-demand"].stages[-1].state == "coming"
    assert len(found["preventive"].counts.due) == 12


def test_the_front_desk_sees_when_sessions_are_due_and_no_more(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.front_desk, reading=True) as desk:
        found = progress.schedule(desk, place.course)
    assert (found.cuff, found.minutes, found.counts.left) == ("leg-8", 30.0, 8)
    with pytest.raises(NotAllowedError), clinic.desk(people.front_desk, reading=True) as desk:
        courses.find(desk, place.course)


def test_a_course_of_another_practice_does_not_exist(
    clinic: Clinic, place: SimpleNamespace
) -> None:
    from tests.clinic.conftest import make_people

    strangers = make_people(clinic, "Elsewhere")
    with (
        pytest.raises(NotFoundError, match="no course"),
        clinic.desk(strangers.technician, reading=True) as desk,
    ):
        courses.find(desk, place.course)


def test_who_edits_an_older_version_is_told_and_nothing_is_overwritten(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician, reading=True) as desk:
        read = courses.find(desk, place.course).version
    with clinic.desk(people.clinician) as desk:
        courses.order(desk, place.course, "Dr. Lang", ceiling=35.0, version=read)
    with (
        pytest.raises(ChangedError, match="changed by somebody else"),
        clinic.desk(people.technician) as desk,
    ):
        courses.extend(desk, place.course, 4, "swells again", version=read)
    with clinic.desk(people.technician, reading=True) as desk:
        found = courses.find(desk, place.course)
    assert (found.planned, found.order["ceiling"]) == (8, 35.0)


def test_of_two_who_edit_one_course_at_the_same_time_one_is_told(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician, reading=True) as desk:
        read = courses.find(desk, place.course).version
    together, ended = threading.Barrier(2), list[str]()

    def edit(staff: int, sessions: int) -> None:
        together.wait()
        try:
            with clinic.desk(staff) as desk:
                courses.extend(desk, place.course, sessions, "more", version=read)
            ended.append("done")
        except ChangedError:
            ended.append("told")

    threads = [
        threading.Thread(target=edit, args=(people.technician, 2)),
        threading.Thread(target=edit, args=(people.clinician, 3)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["done", "told"]
    with clinic.desk(people.technician, reading=True) as desk:
        assert courses.find(desk, place.course).planned in {10, 11}
        extended = [one for one in courses.history(desk, place.course) if one.step == "extend"]
    assert len(extended) == 1


def test_no_course_is_opened_for_a_client_who_is_not_there(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with (
        pytest.raises(NotFoundError, match="no client 999"),
        clinic.desk(people.technician) as desk,
    ):
        courses.open(desk, 999, "swelling", "heavy-legs", "leg-8")
    assert place.client != 999
