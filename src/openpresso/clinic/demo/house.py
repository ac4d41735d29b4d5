"""The made-up practice itself: its staff, rooms, cuff sets, opening hours and prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpresso.clinic.booking import hours, resource
from openpresso.clinic.clinic import found
from openpresso.clinic.demo.cases import cases
from openpresso.clinic.money import letterhead, package, price
from openpresso.clinic.people import certificate, password, sign_in, staff

if TYPE_CHECKING:
    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.desk import Desk

PASSWORD: Final = "air-in-and-out-again"  # noqa: S105 -- of made-up people, printed for everybody
"""Of everybody in the made-up practice."""
STAFF: Final = (
    ("Olivia", "Sommer", "owner", ("owner",)),
    ("Clara", "Winter", "clinician", ("clinician",)),
    ("Theo", "Berg", "technician", ("technician",)),
    ("Tina", "Falk", "tina", ("technician",)),
    ("Fiona", "Reich", "desk", ("front-desk",)),
    ("Artur", "Klein", "auditor", ("auditor",)),
)
WEEK: Final = {day: ((dt.time(8), dt.time(12, 30)), (dt.time(13), dt.time(19))) for day in range(5)}
TAX: Final = 1900
"""[basis points]"""


@dataclass(frozen=True, slots=True)
class House:
    """Keys of the practice, its people by login, its rooms, and its cuff sets by type."""

    practice: int
    staff: dict[str, int]
    technicians: tuple[int, ...]
    rooms: tuple[int, ...]
    cuff_sets: dict[str, tuple[int, ...]]


def furnish(clinic: Clinic, today: dt.date, last: dt.date) -> House:
    """Found the practice and furnish it.

    Parameters
    ----------
    clinic
        An open clinic with nobody in it.
    today
        Day of the founding.
    last
        Day until which certificates hold.
    """
    with clinic.automatic() as desk:
        key = found(
            desk,
            "Practice at the Park (made up)",
            country="DE",
            zone="Europe/Berlin",
            synthetic=True,
        ).id
    people = {}
    with clinic.automatic(key) as desk:
        given, family, login, roles = STAFF[0]
        people[login] = staff.hire(desk, given=given, family=family, login=login, roles=roles).id
    with clinic.desk(people["owner"]) as desk:
        for given, family, login, roles in STAFF[1:]:
            people[login] = staff.hire(
                desk, given=given, family=family, login=login, roles=roles
            ).id
        hours.set_week(desk, WEEK)
        rooms = tuple(resource.add_room(desk, name).id for name in ("Garden", "Pond"))
        sets: dict[str, tuple[int, ...]] = {}
        for kind in sorted({case.cuff for case in cases().values()}):
            sets[kind] = tuple(
                resource.add_cuff_set(
                    desk,
                    f"{kind} {letter}",
                    kind,
                    left_serial=f"{kind}-{letter}-L",
                    right_serial=f"{kind}-{letter}-R",
                    calibrated_on=today,
                ).id
                for letter in "AB"
            )
            for login in ("technician", "tina"):
                expires = max(last + dt.timedelta(days=200), today + dt.timedelta(days=400))
                certificate.issue(desk, people[login], kind, expires_on=expires)
        _charge(desk)
    _let_in(clinic, key, people)
    return House(key, people, (people["technician"], people["tina"]), rooms, sets)


def calibrate(clinic: Clinic, house: House, today: dt.date) -> None:
    """Enter when the cuffs were calibrated last: the second set of each type is soon due again."""
    with clinic.desk(house.staff["owner"]) as desk:
        known = {one.id: one for one in resource.cuff_sets(desk)}
        for keys in house.cuff_sets.values():
            for key, ago in zip(keys, (40, 350), strict=True):
                day = today - dt.timedelta(days=ago)
                resource.change_cuff_set(desk, key, known[key].version, calibrated_on=day)


def _let_in(clinic: Clinic, practice: int, people: dict[str, int]) -> None:
    """Give everybody the password, as people set theirs: with a one-time code."""
    with clinic.automatic(practice) as desk:
        codes = {login: password.reset(desk, key) for login, key in people.items()}
    for login, code in codes.items():
        sign_in.set_password(clinic, login, code, PASSWORD, practice=practice)


def _charge(desk: Desk) -> None:
    """Set the prices; they are assumed."""
    price.enter(
        desk,
        "session",
        cents=4800,
        title={"en": "Session of 30 minutes", "de": "Sitzung von 30 Minuten"},
        tax=TAX,
        kind="session",
    )
    package.offer(desk, "course-8", cents=36000, tax=TAX)
    letterhead.write(
        desk,
        address="Parkweg 1\n10115 Berlin",
        phone="+49 30 000000",
        email="practice@example.org",
        tax_number="00/000/00000",
    )
