"""Measurements are taken, asked about, voided and read; never changed, never deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.measures import licence, measurement
from openpresso.clinic.measures.measurement import Measurement
from openpresso.clinic.people.client import Client
from openpresso.clinic.roles import ACTIONS
from openpresso.errors import InputError
from tests.clinic.conftest import START, Clock, make_people
from tests.clinic.measures.course_of import begin, end, new_client, new_course, straight
from tests.clinic.measures.legs import entry, scaled

DeskOf = Callable[..., AbstractContextManager[Desk]]


@pytest.fixture
def one(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    client = new_client(clinic, people)
    return SimpleNamespace(client=client, course=new_course(clinic, people, client))


def take(desk_of: DeskOf, client: int, kind: str = "girths", **how: Any) -> int:  # noqa: ANN401 -- of measurement.take
    how = {"side": "left", "detail": entry(), **how} if kind == "girths" else how
    with desk_of("technician") as desk:
        return measurement.take(desk, client, kind, **how).id


def refused(code: str, desk_of: DeskOf, client: int, kind: str = "girths", **how: Any) -> None:  # noqa: ANN401 -- as take
    with pytest.raises(InputError) as caught:
        take(desk_of, client, kind, **how)
    assert caught.value.code == code, caught.value


def test_girths_are_kept_with_their_volume_who_when_and_how(
    one: SimpleNamespace, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    key = take(desk_of, one.client, course_id=one.course)
    with desk_of("clinician", reading=True) as desk:
        found = measurement.latest(desk, one.client, "girths", "left")
        assert found is not None
        assert (found.id, found.rater_id, found.at) == (key, people.technician, START)
        assert (found.unit, found.method, found.purpose) == ("mL", "truncated-cones", "baseline")
        assert found.detail["points"] == entry()["points"]
        assert 3000.0 < found.value < 4000.0
        assert measurement.latest(desk, one.client, "girths", "right") is None


def test_what_a_kind_says_is_asked_of_every_entry(one: SimpleNamespace, desk_of: DeskOf) -> None:
    refused("unknown-kind", desk_of, one.client, "girth")
    refused("bad-side", desk_of, one.client, "weight", side="left", value=70)
    refused("out-of-range", desk_of, one.client, "pain", value=12)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (START + dt.timedelta(minutes=6), "in-the-future"),
        (dt.datetime(1960, 1, 1, tzinfo=dt.UTC), "before-birth"),
        (dt.datetime(2026, 3, 1, 9), "naive-time"),  # noqa: DTZ001 -- that is what is wrong
    ],
)
def test_an_impossible_moment_is_refused(
    one: SimpleNamespace, desk_of: DeskOf, at: dt.datetime, code: str
) -> None:
    refused(code, desk_of, one.client, "pain", value=3, at=at)


def test_a_question_is_answered_and_the_answer_kept_with_the_measurement(
    one: SimpleNamespace, desk_of: DeskOf, clock: Clock
) -> None:
    take(desk_of, one.client)
    clock.pass_by(days=1)
    how: dict[str, Any] = {"side": "left", "detail": entry(scaled(1.3))}
    with desk_of("technician", reading=True) as desk:
        asked = measurement.examine(desk, one.client, "girths", **how)
    assert [question.key for question in asked] == ["too-fast"]
    refused("too-fast", desk_of, one.client, **how)
    key = take(desk_of, one.client, **how, confirmed=["too-fast", "never-asked"])
    with desk_of("technician", reading=True) as desk:
        kept = desk.find(Measurement, key).detail["confirmed"]
    assert kept == [{"key": "too-fast", "question": asked[0].texts["en"]}]


def test_the_left_leg_entered_as_the_right_one_is_asked_about(
    one: SimpleNamespace, desk_of: DeskOf, clock: Clock
) -> None:
    take(desk_of, one.client, side="left", detail=entry(scaled(1.08)))
    take(desk_of, one.client, side="right")
    clock.pass_by(days=7)
    refused("wrong-side", desk_of, one.client, side="right", detail=entry(scaled(1.08)))
    refused("wrong-side", desk_of, one.client, side="left", detail=entry())


def test_a_slip_with_its_point_is_named_by_its_height(
    one: SimpleNamespace, desk_of: DeskOf
) -> None:
    slip = entry()
    slip["points"][0]["readings"] = [224.0, 22.5]
    refused("ten-times", desk_of, one.client, detail=slip)


def test_the_protocol_stays_within_a_course(
    one: SimpleNamespace, clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, clock: Clock
) -> None:
    take(desk_of, one.client, course_id=one.course)
    clock.pass_by(days=3)
    coarse = entry(points=entry()["points"][::2], spacing=8.0)
    refused("protocol-changed", desk_of, one.client, detail=coarse, course_id=one.course)
    refused("protocol-changed", desk_of, one.client, side="right", detail=coarse,
            course_id=one.course)  # fmt: skip
    other = new_course(clinic, people, one.client)
    assert take(desk_of, one.client, detail=coarse, course_id=other)


def test_a_void_first_series_does_not_fix_the_protocol(
    one: SimpleNamespace, desk_of: DeskOf, clock: Clock
) -> None:
    first = take(desk_of, one.client, course_id=one.course)
    with desk_of("technician") as desk:
        measurement.void(desk, first, "wrong landmark")
    clock.pass_by(hours=1)
    assert take(desk_of, one.client, detail=entry(offset=5.0), course_id=one.course)


def test_purposes_follow_the_course(
    one: SimpleNamespace, clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, clock: Clock
) -> None:
    def purpose(**how: Any) -> str:  # noqa: ANN401 -- as take
        with desk_of("technician") as desk:
            course = {"course_id": one.course}
            return measurement.take(desk, one.client, "pain", value=4, **{**course, **how}).purpose

    assert purpose(course_id=None) == "other"
    assert purpose() == "baseline"
    refused("early-purpose", desk_of, one.client, "pain", value=4, course_id=one.course,
            purpose="end")  # fmt: skip
    begin(clinic, people, one.course)
    clock.pass_by(days=7)
    assert purpose() == "during"
    refused("late-baseline", desk_of, one.client, "pain", value=4, course_id=one.course,
            purpose="baseline")  # fmt: skip
    assert purpose(at=START - dt.timedelta(days=2)) == "baseline"
    assert purpose(purpose="end") == "end"
    end(clinic, people, one.course)
    assert purpose() == "end"
    clock.pass_by(days=7)
    assert purpose() == "end"
    clock.pass_by(days=1)
    assert purpose() == "follow-up"
    refused("bad-purpose", desk_of, one.client, "pain", value=4, purpose="fun")
    refused("no-course", desk_of, one.client, "pain", value=4, purpose="baseline")


def test_a_void_measurement_stays_to_be_seen_and_counts_for_nothing(
    one: SimpleNamespace, desk_of: DeskOf, clock: Clock
) -> None:
    good = take(desk_of, one.client, "pain", value=4)
    clock.pass_by(days=1)
    bad = take(desk_of, one.client, "pain", value=9)
    with pytest.raises(InputError), desk_of("technician") as desk:
        measurement.void(desk, bad, "  ")
    with desk_of("technician") as desk:
        measurement.void(desk, bad, "of another client")
    with desk_of("technician") as desk:
        last = measurement.latest(desk, one.client, "pain")
        assert last is not None
        assert last.id == good
        assert [row.id for row in measurement.series(desk, one.client, "pain")] == [good]
        both = measurement.series(desk, one.client, "pain", void_too=True)
        assert [(row.id, row.value) for row in both] == [(good, 4.0), (bad, 9.0)]
    with pytest.raises(RefusedError, match="of another client"), desk_of("technician") as desk:
        measurement.void(desk, bad, "again")


def test_no_action_on_measurements_changes_or_deletes_them() -> None:
    names = {name for name in ACTIONS if name.startswith("measurement.")}
    assert names == {
        f"measurement.{verb}" for verb in ("take", "examine", "void", "series", "latest", "kinds")
    }


def test_an_instrument_with_a_licence_waits_for_the_owner_to_say_that_there_is_one(
    one: SimpleNamespace, desk_of: DeskOf
) -> None:
    answers = {"detail": {"answers": [2] * 20}}
    with pytest.raises(RefusedError, match="licence"):
        take(desk_of, one.client, "civiq-20", **answers)
    with desk_of("owner") as desk:
        key = licence.declare(desk, "civiq-20", "2026/17").id
    take(desk_of, one.client, "civiq-20", **answers)
    with desk_of("owner") as desk:
        licence.end(desk, key)
        assert licence.held(desk) == []
    with pytest.raises(RefusedError, match="licence"):
        take(desk_of, one.client, "civiq-20", **answers)
    with pytest.raises(InputError), desk_of("owner") as desk:
        licence.declare(desk, "pain", "none")


def test_nothing_is_measured_of_a_client_who_is_not_active(
    one: SimpleNamespace, clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    with straight(clinic, people.practice) as desk:
        desk.find(Client, one.client).state = "restricted"
    with pytest.raises(RefusedError, match="restricted"):
        take(desk_of, one.client, "pain", value=4)


def test_another_practice_and_another_client_are_out_of_reach(
    one: SimpleNamespace, clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    key = take(desk_of, one.client, "pain", value=4)
    other = make_people(clinic, "Another")
    with pytest.raises(NotFoundError), clinic.desk(other.technician) as desk:
        measurement.void(desk, key, "not mine")
    with pytest.raises(NotFoundError), clinic.desk(other.technician) as desk:
        measurement.take(desk, one.client, "pain", value=4)
    with clinic.desk(other.technician) as desk:
        assert measurement.series(desk, one.client, "pain") == []
    friend = new_client(clinic, people, "Eva")
    refused("other-client", desk_of, friend, "pain", value=4, course_id=one.course)


def test_the_front_desk_sees_no_measurements_and_the_audit_names_who_was_read(
    one: SimpleNamespace, clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    take(desk_of, one.client, "pain", value=4)
    for role in ("front_desk", "owner", "auditor"):
        with pytest.raises(NotAllowedError), desk_of(role) as desk:
            measurement.series(desk, one.client, "pain")
    with desk_of("technician") as desk:
        measurement.series(desk, one.client, "pain")
    with clinic.automatic(people.practice, reading=True) as desk:
        last = desk.db.scalars(sa.select(Entry).order_by(Entry.id.desc()).limit(1)).one()
        assert (last.action, last.client_id) == ("measurement.series", one.client)
        assert verify(desk.db).ok
