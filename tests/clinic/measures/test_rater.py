"""Raters: checked by repeats, and the error that follows for what they measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError, NotFoundError
from openpresso.clinic.measures import rater
from openpresso.errors import InputError
from tests.clinic.conftest import START, Clock, make_people

DeskOf = Callable[..., AbstractContextManager[Desk]]
STEADY = [5800.0 + 30.0 * (-1) ** i for i in range(10)]
SHAKY = [5800.0 + 150.0 * (-1) ** i for i in range(10)]
DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(10)]


def test_without_a_check_the_error_is_that_of_one_rater_or_of_several(
    desk_of: DeskOf, people: SimpleNamespace
) -> None:
    with desk_of("technician", reading=True) as desk:
        same = rater.error(desk, "girths", people.technician)
        other = rater.error(desk, "girths", None)
        unknown = rater.error(desk, "vcss", None)
    assert (same.sem, same.kind, same.relative, same.n) == (0.013, "default", True, 0)
    assert (other.sem, other.kind) == (0.03, "default")
    assert same.source.startswith("assumed: ")
    assert (unknown.sem, unknown.at(3.0), unknown.real_difference(3.0)) == (None, None, None)
    assert same.real_difference(5800.0) == pytest.approx(209.0, abs=1.0)


def test_repeats_of_one_sitting_can_only_raise_the_usual_error(
    desk_of: DeskOf, people: SimpleNamespace
) -> None:
    with desk_of("technician") as desk:
        found = rater.check(desk, "girths", STEADY)
        assert (found.accepted, found.apart, found.rater_id) == (True, False, people.technician)
        assert found.low < found.sem < found.high
        own = rater.error(desk, "girths", people.technician)
        assert (own.sem, own.kind, own.n, own.freedom) == (0.013, "own", 10, None)
        assert "one sitting" in own.source
        assert rater.check(desk, "girths", SHAKY).accepted is False
        own = rater.error(desk, "girths", people.technician)
        assert own.sem is not None
        assert own.sem > 0.02
        assert own.freedom == 9


def test_repeats_of_several_days_are_the_raters_own_error_and_ask_for_more_as_they_are_few(
    desk_of: DeskOf, people: SimpleNamespace
) -> None:
    with desk_of("technician") as desk:
        found = rater.check(desk, "girths", STEADY, days=DAYS)
        own = rater.error(desk, "girths", people.technician)
        assert (own.sem, own.freedom) == (found.sem, 9)
        assert own.real_difference(5800.0) == pytest.approx(
            2.262 * 2**0.5 * found.sem * 5800.0, rel=1e-3
        )
        assert rater.error(desk, "girths", people.clinician).kind == "default"
        assert rater.error(desk, "pain", people.technician).kind == "default"


def test_the_newest_check_counts_and_an_earlier_moment_knows_the_earlier_one(
    desk_of: DeskOf, people: SimpleNamespace, clock: Clock
) -> None:
    with desk_of("technician") as desk:
        rater.check(desk, "girths", SHAKY)
    clock.pass_by(days=30)
    with desk_of("technician") as desk:
        rater.check(desk, "girths", STEADY)
        now = rater.error(desk, "girths", people.technician)
        then = rater.error(desk, "girths", people.technician, before=clock())
        first = rater.error(desk, "girths", people.technician, before=START)
        assert now.sem == 0.013
        assert then.sem is not None
        assert then.sem > 0.02
        assert first.kind == "default"
        assert [one.accepted for one in rater.checks(desk, people.technician)] == [True, False]


def test_a_check_that_tells_nothing_or_is_of_nobody_here_is_refused(
    desk_of: DeskOf, clinic: Clinic
) -> None:
    for values, days in (([1.0, 2.0], ()), (STEADY, DAYS[:3])):
        with pytest.raises(InputError), desk_of("technician") as desk:
            rater.check(desk, "girths", values, days=days)
    stranger = make_people(clinic, "Another").technician
    with pytest.raises(NotFoundError), desk_of("clinician") as desk:
        rater.check(desk, "girths", STEADY, rater_id=stranger)
    with pytest.raises(NotAllowedError), desk_of("front_desk") as desk:
        rater.check(desk, "girths", STEADY)
