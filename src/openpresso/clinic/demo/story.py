"""What happens to one made-up client, visit by visit, through the clinic's own actions.

Each step is done at its own time by the person whose work it is; what the step finds (a clash, a
client who does not come) decides what comes next.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.clinic.booking import book, resource, settle
from openpresso.clinic.booking import day as days
from openpresso.clinic.booking.appointment import Appointment
from openpresso.clinic.consent import consent
from openpresso.clinic.consent import text as consent_text
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses.goal import Goal
from openpresso.clinic.courses.template import Side
from openpresso.clinic.demo.delivery import deliver
from openpresso.clinic.errors import ClashError
from openpresso.clinic.measures import measurement
from openpresso.clinic.money import payment, sale
from openpresso.clinic.people import client as clients
from openpresso.clinic.screening import screening
from openpresso.clinic.screening.rules import current
from openpresso.clinic.sessions import adverse_event, checklist
from openpresso.clinic.sessions import session as sessions
from openpresso.clinic.sessions.aftercare import After
from openpresso.errors import InputError
from openpresso.twin.people.volumetry import girths_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.demo.cases import Case
    from openpresso.clinic.demo.house import House
    from openpresso.clinic.demo.truth import Truth
    from openpresso.clinic.desk import Desk

SESSIONS: Final = 8
SPACING: Final = 8.0
"""Between two girths [cm]; the quick protocol."""
TENSION: Final = 0.006
"""Spread of how tight a tape is laid, from day to day [-]; the volume errs by twice as much."""
READING: Final = 0.15
"""Spread of one reading [cm]."""
TRIES: Final = 60
"""Slots tried for a series before a client is told that there is none."""

Step = tuple[dt.datetime, "Callable[[], Iterator[Step]]"]
"""When, and what: it yields what is to be done later."""


@dataclass(slots=True, eq=False)
class Story:
    """One client.

    Parameters
    ----------
    clinic, house
        Where.
    indication, case, truth
        Why, and what is true of the leg.
    who
        Names, birth date and the like, as `clients.register` takes them.
    begins
        Day of the first contact.
    chance
        Of this client alone.
    """

    clinic: Clinic
    house: House
    indication: str
    case: Case
    truth: Truth
    who: dict[str, Any]
    begins: dt.date
    chance: np.random.Generator
    client: int = 0
    course: int = 0
    technician: int = 0
    done: list[dt.datetime] = field(default_factory=list)
    missed: int = 0
    gone: bool = False

    def first(self) -> Step:
        """Return the first step."""
        return self._at(self.begins, 10), self.arrive

    def arrive(self) -> Iterator[Step]:
        """Register, agree, be screened, measured for the first time, and open the course."""
        with self._desk("desk") as desk:
            self.client = clients.register(desk, **self.who).id
            for purpose in ("treatment", "health-data", "reminders"):
                shown = consent_text.find(consent_text.current(), purpose).shown.texts["en"]
                consent.record(
                    desk,
                    self.client,
                    purpose,
                    "given",
                    how="screen",
                    text_sha256=consent_text.sha256(shown),
                )
        refused = self.chance.random() < 0.04
        self.technician = int(self.chance.choice(self.house.technicians))
        with self.clinic.desk(self.technician) as desk:
            given = screened(self.who["sex"], self._age())
            if refused:
                given |= {"thrombosis-now": True}
            screening.answer(desk, self.client, given)
            if refused:
                return
            self.course = courses.open(
                desk,
                self.client,
                self.indication,
                self.case.program,
                self.case.cuff,
                goal=self._goal(),
                measure=self._kind(),
                measure_side=self._side(),
            ).id
            self._measure(desk)
        yield self._after(days=5), self.return_for_baseline

    def return_for_baseline(self) -> Iterator[Step]:
        """Be measured again, buy the course, pay, and book it."""
        with self.clinic.desk(self.technician) as desk:
            self._measure(desk)
            monday = desk.today() + dt.timedelta(days=7 - desk.today().weekday())
            courses.begin(desk, self.course, on=monday)
        with self._desk("desk") as desk:
            paper = sale.buy(desk, self.client, "course-8").paper
            owed = payment.balance(desk, paper.invoice.id).open
            payment.receive(desk, paper.invoice.id, cents=owed, method="card")
        booked = self._book_series(monday)
        for one in booked:
            yield self._visit(one)

    def visit(self, appointment: int) -> Iterator[Step]:
        """Come to a session, or not."""
        if self.gone:
            return
        if self.chance.random() > self.case.attends:
            yield self._after(minutes=30), lambda: self.stay_away(appointment)
            return
        with self.clinic.desk(self.technician) as desk:
            found = settle.arrive(desk, appointment)
            systolic = int(self.chance.normal(126, 7))
            diastolic = int(self.chance.choice(DIASTOLIC))
            measurement.take(
                desk,
                self.client,
                "blood-pressure",
                detail={"systolic": systolic, "diastolic": diastolic, "pulse": 68},
            )
            resource.clean(desk, found.cuff_set_id)
            key = sessions.prepare(
                desk, self.course, found.cuff_set_id, "both", prepared(), appointment
            ).id
            sessions.begin(desk, key)
        yield self._after(minutes=36), lambda: self.get_up(appointment, key)

    def get_up(self, appointment: int, key: int) -> Iterator[Step]:
        """End a session; after the last one the course."""
        with self.clinic.automatic(self.house.practice) as desk:
            deliver(desk, key, self.case.cuff)
        with self.clinic.desk(self.technician) as desk:
            comfort = int(np.clip(round(self.chance.normal(8, 1.2)), 2, 10))
            red = self.chance.random() < 0.03
            sessions.finish(desk, key, After("redness" if red else "unchanged", comfort, 0))
            if red:
                adverse_event.enter(
                    desk, self.client, "skin-irritation", "mild", "red stripe", session_id=key
                )
            settle.finish(desk, appointment)
            self.done.append(desk.now())
            if len(self.done) == SESSIONS:
                courses.finish(desk, self.course)
        if len(self.done) < SESSIONS:
            return
        for later in (1, 3):
            yield self._after(days=later), self.be_measured
        for weeks in (4, 12, 26, 52):
            if self.chance.random() < self.case.returns:
                late = float(self.chance.uniform(-5, 8))
                yield self._after(days=7 * weeks + late), self.be_measured

    def stay_away(self, appointment: int) -> Iterator[Step]:
        """Be missed; come a week after the last appointment instead."""
        with self._desk("desk") as desk:
            one = settle.miss(desk, appointment).appointment
        self.missed += 1
        if self.missed > 3:
            with self.clinic.desk(self.technician) as desk:
                courses.stop(desk, self.course, "did not come any more")
            self.gone = True
            with self._desk("desk") as desk:
                for later in days.of_client(desk, self.client):
                    settle.cancel(desk, later.id, later.version, "course stopped")
            return
        for week in range(SESSIONS, SESSIONS + 8):
            again_at = one.starts + dt.timedelta(weeks=week)
            try:
                with self._desk("desk") as desk:
                    local = again_at.astimezone(desk.zone)
                    time = one.starts.astimezone(desk.zone).time()
                    again = book.book(
                        desk,
                        self.client,
                        one.staff_id,
                        one.room_id,
                        one.cuff_set_id,
                        local.date(),
                        time,
                        45,
                        course_id=self.course,
                    )
            except ClashError:
                continue
            yield self._visit(again)
            return

    def be_measured(self) -> Iterator[Step]:
        """Be measured once more."""
        with self.clinic.desk(self.technician) as desk:
            self._measure(desk)
        return iter(())

    def _measure(self, desk: Desk) -> None:
        """Take girths and the complaint, each with its error."""
        first = self.done[0] if self.done else desk.now()
        since = (desk.now() - self.done[-1]).total_seconds() / 86400 if self.done else 0.0
        day = (desk.now() - first).total_seconds() / 86400 if self.done else -1.0
        wide = self.truth.widening(day, len(self.done), SESSIONS, since)
        heights = np.arange(0.0, 65.0, SPACING)
        true = girths_at(self.truth.person, heights + 10.0) * wide
        tight = 1.0 + self.chance.normal(0.0, TENSION)
        read = true[:, None] * tight + self.chance.normal(0.0, READING, (len(true), 2))
        points = [
            {"height": float(height), "readings": [round(float(one), 1) for one in both]}
            for height, both in zip(heights, read, strict=True)
        ]
        self._take(
            desk,
            "girths",
            side="left",
            course_id=self.course,
            detail={
                "points": points,
                "landmark": "upper edge of the outer ankle",
                "offset": 0.0,
                "position": "lying",
                "minutes_since_compression": 60.0,
            },
        )
        kind = self.case.complaint.kind
        feels = self.truth.feels(len(self.done), SESSIONS, since) + self.chance.normal(0.0, 0.6)
        top = 15 if kind == "cellulite-severity" else 10
        value = int(np.clip(round(feels), 0, top))
        how = (
            {"side": "both", "detail": items(value)}
            if kind == "cellulite-severity"
            else {"value": value}
        )
        self._take(desk, kind, course_id=self.course, **how)

    def _take(self, desk: Desk, kind: str, **what: Any) -> None:  # noqa: ANN401
        """Enter a measurement; what a guard asks is looked at once more, and is so."""
        try:
            measurement.take(desk, self.client, kind, **what)
        except InputError:
            asked = measurement.examine(desk, self.client, kind, **what)
            keys = {one.key for one in asked}
            measurement.take(desk, self.client, kind, confirmed=keys, **what)

    def _visit(self, booked: Appointment) -> Step:
        """Return the step of coming, five minutes early."""
        return booked.starts - dt.timedelta(minutes=5), lambda: self.visit(booked.id)

    def _book_series(self, monday: dt.date) -> list[Appointment]:
        """Book eight weeks at the first time of the client's liking that is free; none at worst."""
        sets = self.house.cuff_sets[self.case.cuff]
        for _ in range(TRIES):
            weekday, hour = int(self.chance.integers(5)), int(self.chance.choice(HOURS))
            room, cuff_set = self.chance.choice(self.house.rooms), self.chance.choice(sets)
            try:
                with self._desk("desk") as desk:
                    return book.book_series(
                        desk,
                        self.client,
                        self.technician,
                        int(room),
                        int(cuff_set),
                        monday + dt.timedelta(days=weekday),
                        dt.time(hour),
                        45,
                        times=SESSIONS,
                        course_id=self.course,
                    )
            except ClashError:
                continue
        return []

    def _goal(self) -> Goal | None:
        kind = self._kind()
        due = self.begins + dt.timedelta(days=100)
        if kind == "girths":
            return Goal("girths", due, -300.0, "mL", "left")
        return None

    def _kind(self) -> str:
        return (
            "girths"
            if self.indication in {"swelling", "lymph-drainage"}
            else self.case.complaint.kind
        )

    def _side(self) -> Side:
        return SIDES.get(self._kind(), "none")

    def _age(self) -> int:
        return int((self.begins - self.who["born"]).days / 365.25)

    def _desk(self, login: str) -> AbstractContextManager[Desk]:
        return self.clinic.desk(self.house.staff[login])

    def _after(self, **span: float) -> dt.datetime:
        """Return a later time, moved into the day's hours when it is days away."""
        later = self.clinic.clock() + dt.timedelta(**span)
        return self._at(later.date(), 8 + int(self.chance.integers(9))) if "days" in span else later

    def _at(self, day: dt.date, hour: int) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(hour, int(self.chance.integers(60))), dt.UTC)


SIDES: Final[dict[str, Side]] = {"girths": "left", "cellulite-severity": "both"}
DIASTOLIC: Final = (72, 76, 80, 84)
"""[mmHg]; a few values, for each makes a ceiling under which the program is checked anew."""
HOURS: Final = (8, 9, 10, 11, 13, 14, 15, 16, 17, 18)


def items(total: int) -> dict[str, int]:
    """Return five items of the severity scale that add up to a sum."""
    low, more = divmod(total, 5)
    names = ("number", "depth", "raised", "laxity", "grade")
    return {name: low + (place < more) for place, name in enumerate(names)}


def screened(sex: str, age: int) -> dict[str, Any]:
    """Return the answers of somebody whom nothing speaks against."""
    rules = current()
    found: dict[str, Any] = {}
    for key, question in rules.questions.items():
        if question.least is not None:
            keys = [f"{key}.left", f"{key}.right"] if question.per_leg else [key]
            found |= dict.fromkeys(keys, question.least)
    return {**found, "age": age, "sex": sex}


def prepared() -> dict[str, Any]:
    """Return the answers before a session on an ordinary day."""
    asked = {
        check.key: check.right
        for check in checklist.shipped().checks.values()
        if check.kind == "asked"
    }
    measured = {"systolic", "diastolic", "pulse-rate", "pregnancy-warning"}
    daily = {
        key: question.least
        for key, question in current().questions.items()
        if question.asked == "every-session" and key not in measured
    }
    return asked | daily
