"""One course as a clinic plays it, from the first question to the visit a year after its end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.booking import book, hours, resource, settle
from openpresso.clinic.booking import day as days
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import progress, report
from openpresso.clinic.courses.goal import Goal
from openpresso.clinic.measures import measurement
from openpresso.clinic.money import package, payment, price, sale
from openpresso.clinic.outcomes import client as outcomes
from openpresso.clinic.people import certificate
from openpresso.clinic.people import client as clients
from openpresso.clinic.screening import screening
from openpresso.clinic.sessions import session as sessions
from openpresso.clinic.sessions.aftercare import After
from tests.clinic.conftest import Clock
from tests.clinic.courses.world import agree, answers, healthy, take_pressure
from tests.clinic.measures.legs import LEG, entry
from tests.clinic.sessions.records import make_record

WEEK = {day: ((dt.time(8), dt.time(18)),) for day in range(5)}


def furnish(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    """A room, a cuff set, prices and a technician who is trained."""
    with clinic.desk(people.owner) as desk:
        room = resource.add_room(desk, "Garden").id
        cuff_set = resource.add_cuff_set(
            desk, "Set 1", "leg-8", left_serial="L-1", right_serial="R-1"
        ).id
        certificate.issue(desk, people.technician, "leg-8", expires_on=dt.date(2029, 3, 1))
        hours.set_week(desk, WEEK)
        package.offer(desk, "course-8", cents=36000, tax=1900)
        title = {"en": "Session", "de": "Sitzung"}
        price.enter(desk, "session", cents=4800, title=title, tax=1900, kind="session")
    return SimpleNamespace(room=room, cuff_set=cuff_set)


def measured(
    clinic: Clinic, people: SimpleNamespace, client: int, course: int, factor: float
) -> None:
    """Girths of a leg that is so many times as wide as at the beginning, with the tape's noise."""
    noise = np.random.default_rng(int(1e6 * factor)).normal(0.0, 0.05, len(LEG))
    with clinic.desk(people.technician) as desk:
        leg = [round(factor * one + more, 1) for one, more in zip(LEG, noise, strict=True)]
        measurement.take(desk, client, "girths", side="left", detail=entry(leg), course_id=course)


def test_a_course_from_screening_to_the_visit_after_52_weeks(
    clinic: Clinic, people: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    house = furnish(clinic, people)
    with clinic.desk(people.front_desk) as desk:
        client = clients.register(
            desk, given="Ana", family="Ruiz", born=dt.date(1981, 3, 4), sex="female"
        ).id
        agree(desk, client)
    with clinic.desk(people.technician) as desk:
        screening.answer(desk, client, healthy(sex="female"))
        goal = Goal("girths", dt.date(2026, 8, 1), -60.0, "mL", "left")
        course = courses.open(
            desk, client, "swelling", "heavy-legs", "leg-8", goal=goal,
            measure="girths", measure_side="left",
        ).id  # fmt: skip

    # Two baselines on different days, then the course is bought and booked.
    for _ in range(2):
        measured(clinic, people, client, course, 1.0)
        clock.pass_by(days=3)
    clock.pass_by(days=1)
    with clinic.desk(people.technician) as desk:
        courses.begin(desk, course)
    with clinic.desk(people.front_desk) as desk:
        paper = sale.buy(desk, client, "course-8").paper
        payment.receive(desk, paper.invoice.id, cents=36000, method="card")
        booked = [
            one.id
            for one in book.book_series(
                desk, client, people.technician, house.room, house.cuff_set,
                desk.today() + dt.timedelta(days=1), dt.time(10), 45, course_id=course,
            )
        ]  # fmt: skip

    # Eight sessions, each with its record; the clocks of Berlin change among them.
    for number, appointment in enumerate(booked):
        with clinic.desk(people.technician, reading=True) as desk:
            clock.moment = days.find(desk, appointment).starts
        with clinic.desk(people.technician) as desk:
            settle.arrive(desk, appointment)
            take_pressure(desk, client)
            resource.clean(desk, house.cuff_set)
            key = sessions.prepare(desk, course, house.cuff_set, "both", answers(), appointment).id
            sessions.begin(desk, key)
        record = make_record(tmp_path / f"run-{number}", started=clock(), seconds=2.0)
        clock.pass_by(minutes=31)
        with clinic.desk(people.technician) as desk:
            sessions.link(desk, key, record)
            sessions.finish(desk, key, After("unchanged", 8, 1))
            settle.finish(desk, appointment)
    with clinic.desk(people.technician) as desk:
        courses.finish(desk, course)
        left = package.held(desk, client)[0].left
        assert (left.total, left.left) == (8, 0)

    # A clear gain at the end (5 % of girth is 10 % of volume), most of it lost by 26 weeks.
    for factor in (0.95, 0.95):
        clock.pass_by(days=1)
        measured(clinic, people, client, course, factor)
    with clinic.desk(people.technician, reading=True) as desk:
        assert outcomes.result(desk, course, "girths", "left").verdict == "better"
    weeks = 0
    for due, factor in ((4, 0.955), (12, 0.96), (26, 0.985), (52, 0.99)):
        clock.pass_by(weeks=due - weeks)
        weeks = due
        measured(clinic, people, client, course, factor)

    with clinic.desk(people.clinician, reading=True) as desk:
        found = outcomes.result(desk, course, "girths", "left")
        assert (found.verdict, found.baselines, found.ends) == ("better", 2, 2)
        assert found.change is not None
        assert found.srd is not None
        assert found.change < -found.srd
        lost = outcomes.relapse(desk, course, "girths", "left")
        assert lost.state == "lost"
        assert lost.before is not None
        assert 80 <= lost.after <= 90
        assert 175 <= lost.before <= 190
        stages = progress.progress(desk, course)
        assert stages.counts.done == 8
        text = report.page(desk, course)
        pdf = report.printed(desk, course)
    for said in (
        "Ana Ruiz, born 1981-03-04, C-000001",
        "better",
        "half of it or more was gone",
        "Not a certified medical device",
    ):
        assert said in text, said
    assert pdf.startswith(b"%PDF")
    with clinic.automatic(people.practice, reading=True) as desk:
        assert verify(desk.db).ok
