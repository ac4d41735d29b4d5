"""People of the stories, entered past the console where their coming is not the story."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING

from openpresso.clinic.booking import resource
from openpresso.clinic.courses import course as courses
from openpresso.clinic.people import client
from openpresso.clinic.screening import screening
from tests.clinic.courses.world import agree, healthy, prepared

if TYPE_CHECKING:
    from tests.browser.house import House


def workday(days: int) -> dt.date:
    """Return a Tuesday, about so many days from now."""
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    return day + dt.timedelta(days=(1 - day.weekday()) % 7)


def newcomer(house: House, story: str) -> SimpleNamespace:
    """Register somebody who agrees to be treated; the name says in which story."""
    with house.desk("desk") as desk:
        family = story.removeprefix("test_").replace("_", " ").title()[:40]
        found = client.register(
            desk, given="Bea", family=family, born=dt.date(1981, 3, 4), sex="male"
        )
        agree(desk, found.id)
        return SimpleNamespace(key=found.id, number=found.number, name=f"Bea {family}")


def screened(house: House, client_id: int) -> None:
    """Answer the screening as somebody healthy."""
    with house.desk() as desk:
        screening.answer(desk, client_id, healthy())


def course_of(house: House, client_id: int) -> int:
    """Open and begin a course on the large cuffs; return its key."""
    with house.desk() as desk:
        opened = courses.open(desk, client_id, "lymph-drainage", "gradient-drainage", "leg-8")
        courses.begin(desk, opened.id)
        return opened.id


def prepared_session(house: House, client_id: int, course_id: int) -> int:
    """Prepare a session with the second set of large cuffs; return its key."""
    with house.desk() as desk:
        cuff_set = next(one.id for one in resource.cuff_sets(desk) if one.name == "leg-8 B")
        place = SimpleNamespace(client=client_id, course=course_id, cuff_set=cuff_set)
        return prepared(desk, place)


def ordered_course(house: House, client_id: int) -> int:
    """Open and begin a course on the small cuffs, which a clinician orders; return its key."""
    with house.desk() as desk:
        opened = courses.open(desk, client_id, "swelling", "dvt-sequential", "calf-3").id
    with house.desk("clinician") as desk:
        courses.order(desk, opened, "Dr. Winter", ceiling=45.0)
    with house.desk() as desk:
        courses.begin(desk, opened)
    return opened
