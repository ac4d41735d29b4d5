"""The clinic's page: counts, means, what is missing, what is chance."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError
from openpresso.clinic.measures.measurement import Measurement
from openpresso.clinic.outcomes import clinic as outcomes
from openpresso.clinic.outcomes import kept, lasting, tally
from openpresso.clinic.outcomes.clinic import Group
from openpresso.clinic.outcomes.kept import CourseOutcome
from openpresso.clinic.people import client
from openpresso.errors import InputError
from tests.clinic.conftest import make_people
from tests.clinic.measures.course_of import straight

DeskOf = Callable[..., AbstractContextManager[Desk]]
ENDED = dt.date(2026, 2, 1)
one_database = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""For what is reckoned in Python once the sums are read; the others run on both databases."""


def rows(client_id: int, course: int, count: int, **changed: object) -> list[CourseOutcome]:
    """Rows as `kept` writes them; the same client and course under several sides."""
    plain: dict[str, object] = {
        "client_id": client_id, "course_id": course, "kind": "girths", "indication": "swelling",
        "program": "gradient-drainage", "ended_on": ENDED, "baseline": 6000.0, "baselines": 2,
        "first": 6000.0, "end": 5700.0, "ends": 2, "change": -300.0, "gain": 300.0, "srd": 152.9,
        "sem": 78.0, "verdict": "better", "why": "", "loss": "not seen again", "kept_days": 0,
        "lost_days": None, "follow_ups": [],
    }  # fmt: skip
    return [CourseOutcome(**{**plain, **changed}, side=f"s{i}") for i in range(count)]


@pytest.fixture
def fill(clinic: Clinic, people: SimpleNamespace) -> Callable[..., None]:
    """Write rows of new clients: `fill({"change": -200.0}, {...})`, one client for each."""

    def write(*changes: dict[str, object], sides: int = 1) -> None:
        with clinic.desk(people.front_desk) as desk:
            born = dt.date(1971, 3, 4)
            clients = [client.register(desk, given="Ana", born=born).id for _ in changes]
        with clinic.desk(people.technician) as desk:
            what = ("swelling", "gradient-drainage", "leg-8")
            keys = [(one, courses.open(desk, one, *what).id) for one in clients]
        with straight(clinic, people.practice) as desk:
            for (one, course), change in zip(keys, changes, strict=True):
                for row in rows(one, course, sides, **change):
                    desk.add(row)

    return write


def only(desk_of: DeskOf, **how: object) -> Group:
    with desk_of("owner", reading=True) as desk:
        found = outcomes.results(desk, "girths", **how)  # type: ignore[arg-type]
    assert len(found.groups) == 1
    return found.groups[0]


def test_means_are_of_clients_and_counts_are_of_legs(
    fill: Callable[..., None], desk_of: DeskOf
) -> None:
    fill({"change": -300.0}, {"change": -100.0, "verdict": "no clear change"}, sides=2)
    found = only(desk_of)
    assert (found.clients, found.courses, found.legs) == (2, 2, 4)
    assert found.verdicts == {"better": 2, "no clear change": 2, "worse": 0, "cannot say": 0}
    assert found.change is not None
    assert (found.change.n, found.change.mean) == (2, -200.0)
    assert found.conclusion == ""
    assert any("Fewer than 10 clients" in one for one in found.sentences)


@one_database
def test_from_ten_clients_on_the_group_has_a_word(
    fill: Callable[..., None], desk_of: DeskOf
) -> None:
    changes = [-300.0 + 10.0 * i for i in range(10)]
    fill(*({"change": one, "baseline": 6000.0 + 50.0 * i} for i, one in enumerate(changes)))
    found = only(desk_of)
    assert found.conclusion == "better"
    assert found.change is not None
    assert found.change.low is not None
    half = 2.262 * float(np.std(changes, ddof=1)) / math.sqrt(10)
    assert found.change.mean - found.change.low == pytest.approx(half, rel=1e-3)
    assert not any("Fewer" in one for one in found.sentences)


def test_who_has_no_end_is_a_category_of_its_own_with_the_worst_case_beside_it(
    fill: Callable[..., None], desk_of: DeskOf
) -> None:
    missing = {"change": None, "gain": None, "end": None, "srd": None, "verdict": "cannot say",
               "why": "no-end", "loss": "no clear gain"}  # fmt: skip
    fill({}, {}, {}, missing)
    found = only(desk_of)
    assert (found.missing_end, found.verdicts["cannot say"]) == (1, 1)
    assert found.change is not None
    assert (found.change.mean, found.worst_change) == (-300.0, -225.0)


def test_who_kept_the_gain_is_counted_at_12_and_26_weeks(
    fill: Callable[..., None], desk_of: DeskOf
) -> None:
    kept_long = {"loss": "kept", "kept_days": 182}
    fill(
        *[kept_long] * 4,
        *[{"loss": "lost", "kept_days": 28, "lost_days": 84}] * 2,
        {"loss": "lost", "kept_days": 84, "lost_days": 182},
        {"loss": "kept", "kept_days": 28},
        {},
        {"loss": "no clear gain", "verdict": "no clear change"},
    )
    found = only(desk_of)
    twelve, half_year = found.kept
    assert (twelve.kept, twelve.lost, twelve.missing, twelve.total) == (5, 2, 2, 9)
    assert (half_year.kept, half_year.lost, half_year.missing) == (4, 3, 2)
    assert twelve.complete_case == pytest.approx(5 / 7)
    assert twelve.worst_case == pytest.approx(5 / 9)
    assert twelve.share is not None
    assert twelve.low is not None
    assert twelve.high is not None
    assert twelve.low < twelve.share < twelve.high
    assert found.curve is not None
    assert found.curve.kept(12.0) == twelve.share
    assert any(
        one.startswith("5 of 9 kept at least half of the gain at 12 weeks, 2 did not, and 2 were")
        for one in found.sentences
    )


@one_database
def test_regression_to_the_mean_is_named_with_its_size(
    fill: Callable[..., None], desk_of: DeskOf
) -> None:
    rng = np.random.default_rng(1)
    firsts = rng.normal(5800.0, 104.0, 12)
    fill(
        *({"baselines": 1, "first": one, "baseline": one, "sem": 85.0, "verdict": "cannot say",
           "why": "one-baseline", "loss": "no clear gain"} for one in firsts.tolist())
    )  # fmt: skip
    found = only(desk_of)
    expected = 85.0**2 / float(np.std(firsts, ddof=1)) * 0.3989423 / 0.5
    assert found.chance == pytest.approx(expected, rel=1e-6)
    assert any("12 of 12 began with fewer than two" in one for one in found.sentences)
    assert any("regression to the mean" in one for one in found.sentences)


def test_a_fall_between_baselines_before_any_session_is_told(
    fill: Callable[..., None], desk_of: DeskOf
) -> None:
    # Two baselines 6000 +- and a second one lower by 60: the mean of both lies 30 below the first.
    fill(*({"first": 6000.0 + i, "baseline": 5970.0 + 1.2 * i} for i in range(12)))
    found = only(desk_of)
    assert found.moved is not None
    assert found.moved.mean == pytest.approx(60.0 - 2 * 0.2 * 5.5)
    assert any("people came on a bad day" in one for one in found.sentences)


def test_courses_that_go_on_and_other_periods_sides_and_practices_are_left_out(
    fill: Callable[..., None], desk_of: DeskOf, clinic: Clinic
) -> None:
    fill({}, {"ended_on": None}, {"ended_on": dt.date(2025, 2, 1)})
    assert only(desk_of).clients == 2
    assert only(desk_of, since=dt.date(2026, 1, 1)).clients == 1
    assert only(desk_of, until=dt.date(2025, 12, 31), by="indication").name == "swelling"
    with desk_of("owner", reading=True) as desk:
        assert outcomes.results(desk, "girths", side="left").groups == ()
        assert outcomes.results(desk, "pain").groups == ()
    other = make_people(clinic, "Another")
    with clinic.desk(other.owner, reading=True) as desk:
        assert outcomes.results(desk, "girths").groups == ()


def test_groups_are_told_apart(fill: Callable[..., None], desk_of: DeskOf) -> None:
    fill({}, {"program": "calf-pump", "change": 50.0, "verdict": "no clear change"})
    with desk_of("clinician", reading=True) as desk:
        found = outcomes.results(desk, "girths", language="de")
    assert [(one.name, one.clients) for one in found.groups] == [
        ("calf-pump", 1), ("gradient-drainage", 1),
    ]  # fmt: skip
    assert found.sentences[0].startswith("Es gibt keine Vergleichsgruppe")


@one_database
def test_only_owner_and_clinician_see_it_and_a_wrong_grouping_is_refused(desk_of: DeskOf) -> None:
    for role in ("technician", "front_desk", "auditor"):
        with pytest.raises(NotAllowedError), desk_of(role, reading=True) as desk:
            outcomes.results(desk, "girths")
    with pytest.raises(InputError, match="Did you mean 'program'"), desk_of("owner") as desk:
        outcomes.results(desk, "girths", by="programm")
    with pytest.raises(InputError, match="allowed are"), desk_of("owner") as desk:
        outcomes.mixed_model(desk, "girths", "x", by="client")


@one_database
def test_the_mixed_model_of_nothing_says_so(desk_of: DeskOf) -> None:
    with desk_of("owner", reading=True) as desk:
        assert outcomes.mixed_model(desk, "girths", "gradient-drainage").change is None


def test_the_mixed_model_reads_the_readings_of_the_group(
    fill: Callable[..., None], desk_of: DeskOf, clinic: Clinic, people: SimpleNamespace
) -> None:
    fill(*[{}] * 8)
    rng, begin = np.random.default_rng(12), dt.datetime(2025, 11, 1, 9, tzinfo=dt.UTC)
    with straight(clinic, people.practice) as desk:
        for row in list(desk.db.scalars(sa.select(CourseOutcome))):
            level, change = rng.normal(6000.0, 800.0), rng.normal(-300.0, 60.0)
            for week in range(9):
                value = float(level + change * week / 8.0 + rng.normal(0.0, 60.0))
                desk.add(
                    Measurement(
                        client_id=row.client_id, course_id=row.course_id, session_id=None,
                        kind="girths", side="left", at=begin + dt.timedelta(weeks=week),
                        rater_id=None, method="", value=value, unit="mL", detail={},
                        purpose=("baseline", "end")[week // 8] if week % 8 == 0 else "during",
                        void_reason="" if week != 4 else "void readings are left out",
                    )
                )  # fmt: skip
    with desk_of("clinician", reading=True) as desk:
        found = outcomes.mixed_model(desk, "girths", "gradient-drainage")
    assert found.n == 8
    assert found.change == pytest.approx(-300.0, abs=80.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -300.0 < found.high < 0.0


def test_the_page_reads_three_statements_however_many_groups_there_are(
    fill: Callable[..., None], desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill({}, {"program": "a"}, {"program": "b"})
    with desk_of("owner", reading=True) as desk:
        asked: list[object] = []
        execute = desk.db.execute

        def seen(statement: sa.Select[Any]) -> object:
            asked.append(statement)
            return execute(statement)

        monkeypatch.setattr(desk.db, "execute", seen)
        assert len(outcomes.results(desk, "girths").groups) == 3
    assert len(asked) == 3


def test_all_who_had_a_gain_are_in_one_of_three_categories() -> None:
    rng = np.random.default_rng(3)
    losses: dict[tuple[str, int, int | None], int] = {("no clear gain", 0, None): 7}
    for _ in range(200):
        after = int(rng.choice([0, 28, 84, 182]))
        before = None if rng.random() < 0.5 else after + int(rng.integers(20, 120))
        state = "lost" if before else ("kept" if after else "not seen again")
        losses[state, after, before] = losses.get((state, after, before), 0) + 1
    for weeks in range(1, 60):
        found = lasting.at(losses, weeks)
        assert found.total == 200
        assert min(found.kept, found.lost, found.missing) >= 0


def test_nothing_is_grouped_by_what_would_single_out_a_client() -> None:
    assert set(tally.GROUPS) == {"program", "indication"}
    assert kept.CourseOutcome.__table__.c.ended_on.nullable
