"""A client with a course, its sessions and its end, for tests of measurements and outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from openpresso.clinic.audit.chain import Pending
from openpresso.clinic.booking import resource
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.desk import Desk
from openpresso.clinic.outcomes import kept
from openpresso.clinic.people import client
from openpresso.clinic.sessions.session import Session

BORN = dt.date(1971, 3, 4)


def new_client(clinic: Clinic, people: SimpleNamespace, given: str = "Ana") -> int:
    with clinic.desk(people.front_desk) as desk:
        return client.register(desk, given=given, family="Ruiz", born=BORN).id


def new_course(
    clinic: Clinic, people: SimpleNamespace, client_id: int, indication: str = "swelling"
) -> int:
    with clinic.desk(people.technician) as desk:
        return courses.open(desk, client_id, indication, "gradient-drainage", "leg-8").id


def begin(clinic: Clinic, people: SimpleNamespace, course_id: int) -> None:
    """Begin a course with one session that was delivered now."""
    with clinic.desk(people.technician) as desk:
        one = courses.begin(desk, course_id)
        client_id = one.client_id
    with clinic.desk(people.owner) as desk:
        name = f"Set {course_id}"
        cuffs = resource.add_cuff_set(
            desk, name, "leg-8", left_serial=f"{name}-L", right_serial=f"{name}-R"
        ).id
    with straight(clinic, people.practice) as desk:
        now = desk.now()
        desk.add(
            Session(
                client_id=client_id,
                course_id=course_id,
                appointment_id=None,
                technician_id=people.technician,
                cuff_set_id=cuffs,
                program="gradient-drainage",
                legs="both",
                minutes=30.0,
                ceiling=40.0,
                ceiling_reason="",
                state="delivered",
                prepared_at=now,
                started_at=now,
                ended_at=now,
                checks={},
                record_id=f"r{course_id}",
                record_hash=f"h{course_id}",
                delivered={},
                after={},
                end_reason="",
            )
        )


def end(clinic: Clinic, people: SimpleNamespace, course_id: int) -> None:
    """End a course today."""
    with clinic.desk(people.clinician) as desk:
        courses.stop(desk, course_id, "test")
    with straight(clinic, people.practice) as desk:
        kept.course_changed(desk, course_id)


@contextmanager
def straight(clinic: Clinic, practice: int) -> Iterator[Desk]:
    """A desk that writes past the roles: what a test needs is not done by anybody."""
    with clinic.automatic(practice) as desk:
        desk.doing = Pending("test.write", None, practice, desk.now())
        yield desk
        desk.db.flush()
        desk.done.append(desk.doing)
        desk.doing = None
