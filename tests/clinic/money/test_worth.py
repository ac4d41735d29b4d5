"""Revenue by room and program, cost of a kept gain and comparison of programs, in a practice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from openpresso.clinic.booking import hours
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses.course import Course
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError
from openpresso.clinic.money import credit, credit_note, economics, invoice, payment, sale, worth
from openpresso.clinic.money.amount import tax_within
from openpresso.clinic.money.invoice import Item
from openpresso.clinic.money.revenue import revenue
from openpresso.clinic.outcomes.kept import CourseOutcome
from openpresso.clinic.people import client as clients
from openpresso.errors import InputError
from tests.clinic.conftest import Clock
from tests.clinic.money.conftest import House, filled, past_the_roles

DAY = dt.date(2026, 3, 2)


def test_revenue_of_a_day_by_room_hour_and_program(
    clinic: Clinic, house: House, people: SimpleNamespace, clock: Clock
) -> None:
    ana, ben = house.client(), house.client("Ben")
    at = clock()
    of_ana = house.appointment(ana, at)
    of_ben = house.appointment(ben, at + dt.timedelta(hours=2), room=house.other_room)
    first = house.session(ana, appointment_id=of_ana, program="wave")
    second = house.session(ben, appointment_id=of_ben, program="gradient-drainage")
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, {0: [(dt.time(8), dt.time(12)), (dt.time(14), dt.time(18))]})
        bought = sale.buy(desk, ana, "course-8")
        credit.spend(desk, ana, session_id=first, program="wave")
        single = invoice.issue(desk, ben, [Item("session", session_id=second), Item("late-fee")])
        payment.receive(desk, single.invoice.id, cents=7000, method="cash")
        payment.receive(desk, bought.paper.invoice.id, cents=36_000, method="card")
        found = revenue(desk, DAY, DAY)
    rooms = {room.room: room for room in found.rooms}
    assert rooms["Room 1"].cents == 4500 - tax_within(4500, 1900)
    assert rooms["Room 2"].cents == 5000 - tax_within(5000, 1900)
    assert rooms["Room 1"].open_hours == 8.0
    assert rooms["Room 1"].used_hours == 1.0
    assert rooms["Room 1"].each_open_hour == rooms["Room 1"].cents / 8
    assert dict(found.programs)["wave"] == rooms["Room 1"].cents
    assert dict(found.programs)["gradient-drainage"] == rooms["Room 2"].cents
    assert found.without_room == 2500
    assert found.received == 43_000
    with clinic.desk(people.owner) as desk:
        credit_note.credit(desk, single.invoice.id, reason="billed twice")
        again = revenue(desk, DAY, DAY)
        empty = revenue(desk, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=1))
        with pytest.raises(InputError, match="at most 1100 days"):
            revenue(desk, DAY, DAY - dt.timedelta(days=1))
    assert {room.room: room.cents for room in again.rooms}["Room 2"] == 0
    assert again.without_room == 0
    assert [(room.cents, room.open_hours, room.each_open_hour) for room in empty.rooms] == [
        (0, 0.0, None),
        (0, 0.0, None),
    ]


def outcome(client: int, course: int, program: str, **fields: object) -> CourseOutcome:
    row = filled(
        CourseOutcome,
        client_id=client,
        course_id=course,
        kind="girths",
        side="left",
        program=program,
        **{"ended_on": DAY, "loss": "kept", "kept_days": 84, "verdict": "better", **fields},
    )
    assert isinstance(row, CourseOutcome)
    return row


def many(
    clinic: Clinic, house: House, people: SimpleNamespace, program: str, fates: str, gain: float
) -> None:
    """Give each letter a client: (k)ept, (l)ost, (u)nseen later, (n)o change, (-) not measured."""
    how: dict[str, dict[str, object]] = {
        "k": {},
        "l": {"loss": "lost", "kept_days": 28, "lost_days": 84},
        "u": {"loss": "not seen again", "kept_days": 0},
        "n": {"loss": "no clear gain", "verdict": "no clear change", "kept_days": 0},
    }
    with past_the_roles(clinic, people.practice) as desk:
        for number, letter in enumerate(fates):
            name = f"{program} {number}"
            client = clients.register(desk, given=name, born=dt.date(1971, 3, 4)).id
            course = desk.add(filled(Course, client_id=client, program=program, ended_on=DAY))
            assert isinstance(course, Course)
            for _ in range(2):
                desk.add(house.session_row(client, course.id, program))
            if letter in how:
                desk.add(outcome(client, course.id, program, gain=gain + number, **how[letter]))


def test_the_cost_of_a_kept_gain_counts_every_client_of_the_program(
    clinic: Clinic, house: House, people: SimpleNamespace
) -> None:
    many(clinic, house, people, "wave", "kkkklunn-k-", 200.0)
    many(clinic, house, people, "other", "k", 200.0)
    with clinic.desk(people.owner, reading=True) as desk:
        each = worth.of_course(desk, 2).total
        found = worth.kept(desk, "wave", since=DAY, until=DAY)
        assert (found.clients, found.kept, found.lost, found.missing) == (11, 5, 3, 3)
        assert found.total == pytest.approx(11 * each)
        assert found.each == pytest.approx(11 * each / 5)
        assert found.best == pytest.approx(11 * each / 8)
        assert worth.kept(desk, "wave", until=DAY - dt.timedelta(days=1)).clients == 0
        assert worth.kept(desk, "other").each is None
        assert worth.kept(desk, "wave", kind="pain").missing == 11


def test_two_programs_are_compared_client_by_client_and_who_was_not_measured_is_named(
    clinic: Clinic, house: House, people: SimpleNamespace
) -> None:
    many(clinic, house, people, "wave", "kkkkkkkkkk-", 300.0)
    many(clinic, house, people, "other", "kkkkkkkkkk", 100.0)
    with clinic.desk(people.owner, reading=True) as desk:
        found = worth.compare(desk, "wave", "other", willingness=100.0)
        assert found.clients == (10, 10)
        assert (found.cost, found.effect) == (0.0, 200.0)
        assert found.word == "cheaper and better: take"
        assert found.benefit == pytest.approx(20_000)
        assert found.why[-1].startswith("1 clients are left out")
        assert worth.compare(desk, "wave", "none", willingness=1.0).word == "cannot say"
        with pytest.raises(InputError, match="allowed are 0 to"):
            worth.compare(desk, "wave", "other", willingness=float("nan"))


def test_own_figures_replace_the_assumed_ones_and_say_where_they_are_from(
    clinic: Clinic, house: House, people: SimpleNamespace, clock: Clock
) -> None:
    assert house.cuffs
    with clinic.desk(people.owner) as desk:
        before = {one.name: one for one in worth.inputs(desk)}
        assert {one.mark for one in before.values()} == {"assumed", "memory"}
        worth.enter(desk, "travel", 900, source="asked ten clients")
        clock.pass_by(days=1)
        worth.enter(desk, "travel", 700, source="asked twenty clients")
        worth.enter(desk, "swimming/ticket", 650, source="the pool")
        after = {one.name: one for one in worth.inputs(desk)}
        assert (after["travel"].value, after["travel"].mark) == (700, "entered")
        assert worth.of_course(desk, 8).travel == 8 * 700
        assert (
            worth.cost_inputs(desk).room
            == economics.CostInputs(**{name: one.value for name, one in before.items()}).room
        )
        for name, value, match in (
            ("beer", 1.0, "'beer' is unknown"),
            ("device_sessions", 0.0, "must be from 1"),
            ("travel", float("inf"), "inf must be from 0"),
        ):
            with pytest.raises(InputError, match=match):
                worth.enter(desk, name, value, source="x")
    with clinic.desk(people.technician) as desk:
        rows = {row.code: row for row in worth.other_ways(desk, "swelling").rows}
        assert rows["swimming"].cents == 8 * 2 * 650
        assert rows["pressotherapy"].prices[0].source == "price list of this practice"
        assert rows["pressotherapy"].cents == 8 * 5000


def test_only_the_owner_sees_revenue_and_worth(clinic: Clinic, people: SimpleNamespace) -> None:
    acts: tuple[Callable[[Desk], object], ...] = (
        lambda desk: revenue(desk, DAY, DAY),
        worth.inputs,
        worth.of_course,
        lambda desk: worth.kept(desk, "wave"),
        lambda desk: worth.compare(desk, "wave", "other", willingness=1.0),
    )
    for role in ("technician", "clinician", "front_desk", "auditor"):
        with clinic.desk(getattr(people, role)) as desk:
            for act in acts:
                with pytest.raises(NotAllowedError):
                    act(desk)
