"""Calendars: what other programs read from the file."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from openpresso.clinic.booking.feed import AppointmentView, CalendarView
from openpresso.interchange.calendar import calendar_file

START = dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC)


def view(place: str = "Blue", name: str = "Ana Ruiz", *, live: bool = True) -> CalendarView:
    one = AppointmentView(
        "appointment-1-7@openpresso.invalid",
        3,
        START,
        START + dt.timedelta(minutes=30),
        "C-000001",
        place,
        live,
        dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC),
    )
    return CalendarView(name, "Europe/Berlin", (one,))


def test_an_event_has_everything_that_the_standard_asks_for() -> None:
    (event,) = Calendar.from_ical(calendar_file(view())).walk("VEVENT")
    assert event["UID"] == "appointment-1-7@openpresso.invalid"
    assert event["SEQUENCE"] == 3
    assert event.decoded("DTSTART") == START
    assert event.decoded("DTEND") == START + dt.timedelta(minutes=30)
    assert event.decoded("DTSTAMP") == dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
    assert (event["STATUS"], event["SUMMARY"], event["LOCATION"], event["CLASS"]) == (
        "CONFIRMED",
        "C-000001",
        "Blue",
        "PRIVATE",
    )


def test_the_file_is_a_published_calendar_with_times_in_utc() -> None:
    lines = calendar_file(view()).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert {"VERSION:2.0", "METHOD:PUBLISH", "DTSTART:20260329T010000Z"} <= set(lines)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M" in lines
    assert any(line.startswith("PRODID:") for line in lines)


def test_a_cancelled_appointment_stays_in_the_file_as_cancelled_and_free() -> None:
    (event,) = Calendar.from_ical(calendar_file(view(live=False))).walk("VEVENT")
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


names = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=120
)


@given(names, names)
def test_any_name_comes_back_and_no_line_is_longer_than_75_bytes(place: str, name: str) -> None:
    content = calendar_file(view(place, name))
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(content)
    assert calendar["X-WR-CALNAME"] == name
    (event,) = calendar.walk("VEVENT")
    assert event["LOCATION"] == place


def test_an_empty_calendar_is_a_calendar() -> None:
    assert Calendar.from_ical(calendar_file(CalendarView("Ana", "UTC", ()))).walk("VEVENT") == []
