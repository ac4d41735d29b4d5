"""The outcome of one course, from its readings to the verdict and the time after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.digest import of_row
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.measures import measurement, rater
from openpresso.clinic.outcomes import client as outcomes
from openpresso.clinic.outcomes import kept
from openpresso.clinic.outcomes.kept import CourseOutcome
from tests.clinic.conftest import Clock
from tests.clinic.measures.course_of import begin, end, new_client, new_course
from tests.clinic.measures.legs import entry, scaled

DeskOf = Callable[..., AbstractContextManager[Desk]]
one_database = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""For what is reckoned in Python once the rows are read; the others run on both databases."""


class Play:
    """A course that a test plays: `play.girths(1.02)` measures a leg of 1.02 times the size."""

    def __init__(self, clinic: Clinic, people: SimpleNamespace, clock: Clock) -> None:
        self.clinic, self.people, self.clock = clinic, people, clock
        self.client = new_client(clinic, people)
        self.course = new_course(clinic, people, self.client)

    def girths(self, factor: float, *, days: float = 0.0, side: str = "left", **how: Any) -> int:  # noqa: ANN401
        self.clock.pass_by(days=days)
        who = how.pop("by", "technician")
        with self.clinic.desk(getattr(self.people, who)) as desk:
            return measurement.take(
                desk,
                self.client,
                "girths",
                side=side,
                detail=entry(scaled(factor**0.5)),
                course_id=self.course,
                confirmed=["too-fast", "wrong-side"],
                **how,
            ).id

    def baselines(self, *factors: float) -> None:
        for factor in factors:
            self.girths(factor, days=1)
        self.clock.pass_by(days=1)
        begin(self.clinic, self.people, self.course)
        self.clock.pass_by(days=49)

    def ends(self, *factors: float) -> None:
        for factor in factors:
            self.girths(factor, days=1, purpose="end")
        end(self.clinic, self.people, self.course)

    def result(self, side: str = "left") -> outcomes.Result:
        with self.clinic.desk(self.people.clinician, reading=True) as desk:
            return outcomes.result(desk, self.course, "girths", side)

    def relapse(self) -> outcomes.Relapse:
        with self.clinic.desk(self.people.clinician, reading=True) as desk:
            return outcomes.relapse(desk, self.course, "girths", "left")

    def rows(self) -> dict[tuple[int, str, str], dict[str, Any]]:
        with self.clinic.automatic(self.people.practice, reading=True) as desk:
            found = desk.db.scalars(sa.select(CourseOutcome))
            return {
                (one.course_id, one.kind, one.side): {
                    column.key: getattr(one, column.key)
                    for column in sa.inspect(CourseOutcome).column_attrs
                    if column.key != "id"
                }
                for one in found
            }


@pytest.fixture
def play(clinic: Clinic, people: SimpleNamespace, clock: Clock) -> Play:
    return Play(clinic, people, clock)


def test_a_leg_that_shrinks_beyond_the_error_is_better(play: Play) -> None:
    play.baselines(1.0, 1.0)
    play.ends(0.95, 0.95)
    found = play.result()
    assert (found.verdict, found.baselines, found.ends, found.provisional) == (
        "better",
        2,
        2,
        False,
    )
    assert found.change is not None
    assert found.baseline is not None
    assert found.srd is not None
    assert found.srd == pytest.approx(1.96 * 0.013 * found.baseline)
    assert found.interval == pytest.approx((found.change - found.srd, found.change + found.srd))
    assert found.why.startswith("Better: the change of -")
    assert found.error.kind == "default"
    assert len(found.days) == 4
    assert found.trend is not None
    assert found.trend.slope < 0.0


@one_database
def test_a_leg_that_shrinks_within_the_error_has_no_clear_change(play: Play) -> None:
    play.baselines(1.0, 1.0)
    play.ends(0.98, 0.98)
    assert play.result().verdict == "no clear change"


@one_database
def test_with_one_baseline_however_large_the_change_nothing_is_said(play: Play) -> None:
    play.girths(1.0)
    play.baselines()
    play.ends(0.8, 0.8)
    found = play.result()
    assert (found.verdict, found.code, found.baselines) == ("cannot say", "one-baseline", 1)
    assert "two on different days" in found.why


@one_database
def test_two_readings_of_one_day_are_one_baseline(play: Play) -> None:
    play.girths(1.0)
    play.girths(1.0, days=0.05)
    play.baselines()
    play.ends(0.8, 0.8)
    assert play.result().code == "one-baseline"


@one_database
def test_while_a_course_goes_on_the_change_is_shown_and_not_judged(play: Play) -> None:
    play.baselines(1.0, 1.0)
    play.girths(0.9)
    found = play.result()
    assert (found.verdict, found.code, found.provisional) == ("cannot say", "not-ended", True)
    assert found.change is not None
    assert found.change < 0.0
    assert play.rows()[play.course, "girths", "left"]["change"] is None


@one_database
def test_two_raters_need_a_larger_change_than_one(play: Play) -> None:
    play.baselines(1.0, 1.0)
    play.girths(0.955, days=1, purpose="end")
    play.girths(0.955, days=1, purpose="end", by="clinician")
    end(play.clinic, play.people, play.course)
    found = play.result()
    assert found.verdict == "no clear change"
    assert found.error.sem == 0.03


@one_database
def test_a_raters_own_error_judges_what_comes_after_its_check_and_not_before(
    play: Play, desk_of: DeskOf
) -> None:
    shaky = [5800.0 * (1.0 + 0.03 * (-1) ** i) for i in range(10)]
    play.baselines(1.0, 1.0)
    play.girths(0.94, days=1, purpose="end")
    play.girths(0.94, days=1, purpose="end")
    play.clock.pass_by(days=1)
    with desk_of("technician") as desk:
        rater.check(desk, "girths", shaky)
    assert play.result().verdict == "better"
    other = Play(play.clinic, play.people, play.clock)
    other.baselines(1.0, 1.0)
    other.ends(0.94, 0.94)
    assert other.result().verdict == "no clear change"
    assert other.result().error.kind == "own"


@one_database
def test_sides_do_not_mix(play: Play) -> None:
    for day in (1, 1):
        play.girths(1.0, days=day)
        play.girths(1.1, side="right")
    begin(play.clinic, play.people, play.course)
    play.clock.pass_by(days=49)
    for day in (1, 1):
        play.girths(0.94, days=day, purpose="end")
        play.girths(1.1, side="right", purpose="end")
    assert play.result("left").verdict == "better"
    assert play.result("right").verdict == "no clear change"
    assert play.result("right").change == pytest.approx(0.0, abs=1e-6)


def test_a_gain_that_is_lost_is_lost_between_the_two_visits_around_it(play: Play) -> None:
    play.baselines(1.0, 1.0)
    play.ends(0.9, 0.9)
    assert play.relapse().state == "not seen again"
    play.girths(0.9, days=28)
    assert (play.relapse().state, play.relapse().after) == ("kept", 28)
    play.girths(0.98, days=56)
    found = play.relapse()
    assert (found.state, found.after, found.before) == ("lost", 28, 84)
    assert found.visits[1][0] == 84
    row = play.rows()[play.course, "girths", "left"]
    assert (row["loss"], row["kept_days"], row["lost_days"]) == ("lost", 28, 84)
    assert "50%" in found.rule


@one_database
def test_a_later_visit_by_another_rater_does_not_change_the_verdict(play: Play) -> None:
    play.baselines(1.0, 1.0)
    play.ends(0.95, 0.95)
    before = play.result()
    play.girths(0.95, days=28, by="clinician")
    after = play.result()
    assert (after.verdict, after.srd) == (before.verdict, before.srd)


def test_voiding_a_measurement_restores_the_outcome_as_it_was(play: Play, desk_of: DeskOf) -> None:
    play.baselines(1.0, 1.0)
    play.ends(0.95, 0.95)
    play.girths(0.95, days=28)
    before = play.rows()
    wrong = play.girths(1.2, days=56)
    assert play.rows() != before
    with desk_of("technician") as desk:
        measurement.void(desk, wrong, "of another client")
    assert play.rows() == before


def test_voiding_the_only_measurement_leaves_no_row(play: Play, desk_of: DeskOf) -> None:
    only = play.girths(1.0)
    assert play.rows()
    with desk_of("technician") as desk:
        measurement.void(desk, only, "wrong leg")
    assert play.rows() == {}


def test_a_refused_measurement_leaves_the_outcome_as_it_was(play: Play, desk_of: DeskOf) -> None:
    play.baselines(1.0, 1.0)
    before = play.rows()

    def broken_off() -> None:
        with desk_of("technician") as desk:
            how: dict[str, Any] = {"side": "left", "detail": entry()}
            measurement.take(desk, play.client, "girths", course_id=play.course, **how)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert play.rows() == before


def test_rebuilt_rows_are_the_kept_ones_after_any_history(
    play: Play, clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    play.baselines(1.0, 1.02, 0.99)
    wrong = play.girths(1.3)
    play.girths(0.97, days=1, side="right", purpose="end")
    play.ends(0.95, 0.94)
    with desk_of("technician") as desk:
        measurement.void(desk, wrong, "misread")
        measurement.take(desk, play.client, "pain", value=4, course_id=play.course)
        rater.check(desk, "girths", [5800.0, 5900.0, 5850.0])
    play.girths(0.96, days=28, by="clinician")
    play.girths(0.99, days=56)
    before = play.rows()
    assert len(before) == 3
    with desk_of("owner") as desk:
        assert kept.rebuild(desk) == 3
    assert play.rows() == before
    with clinic.automatic(people.practice, reading=True) as desk:
        assert verify(desk.db).ok
        assert all(of_row(row) for row in desk.db.scalars(sa.select(CourseOutcome)))


def test_the_end_of_the_course_is_copied_to_its_rows(play: Play) -> None:
    play.baselines(1.0, 1.0)
    assert play.rows()[play.course, "girths", "left"]["ended_on"] is None
    play.ends(0.95)
    row = play.rows()[play.course, "girths", "left"]
    assert row["ended_on"] == play.clock().date()
    assert (row["indication"], row["program"]) == ("swelling", "gradient-drainage")
    assert isinstance(row["ended_on"], dt.date)


def test_reading_an_outcome_takes_the_same_number_of_statements_however_large_the_clinic(
    play: Play,
) -> None:
    def statements() -> int:
        count = 0

        def seen(*_: object) -> None:
            nonlocal count
            count += 1

        sa.event.listen(play.clinic.engine, "before_cursor_execute", seen)
        play.result()
        sa.event.remove(play.clinic.engine, "before_cursor_execute", seen)
        return count

    play.baselines(1.0, 1.0)
    play.ends(0.95)
    before = statements()
    for _ in range(3):
        other = Play(play.clinic, play.people, play.clock)
        other.girths(1.0)
    assert statements() == before


@one_database
def test_no_statement_about_one_client_scans_a_table_that_grows_with_the_clinic(
    play: Play,
) -> None:
    seen: list[tuple[str, Any]] = []

    def listen(_c: object, _u: object, statement: str, values: Any, *_: object) -> None:  # noqa: ANN401
        seen.append((statement, values))

    play.baselines(1.0, 1.0)
    sa.event.listen(play.clinic.engine, "before_cursor_execute", listen)
    play.ends(0.95)
    play.result()
    play.relapse()
    sa.event.remove(play.clinic.engine, "before_cursor_execute", listen)
    plans = []
    with play.clinic.engine.connect() as connection:
        for statement, values in seen:
            if statement.startswith("SELECT") and (
                "measurement" in statement or "outcome" in statement
            ):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans += [row[3] for row in plan]
    assert len(plans) > 5
    assert [one for one in plans if one.startswith("SCAN")] == []
