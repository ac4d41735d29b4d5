"""Calendars as other programs read them: iCalendar (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from icalendar import Event

    from openpresso.clinic.booking.feed import AppointmentView, CalendarView

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
REFRESH: Final = dt.timedelta(minutes=15)
"""How often a calendar program may look again (RFC 7986, 5.7)."""


def calendar_file(view: CalendarView) -> bytes:
    """Return a technician's calendar as an iCalendar file.

    Times are in UTC, so that no reader needs rules of time zones. An appointment that was cancelled
    or missed stays in the file as cancelled, so that readers take it away; SEQUENCE and
    LAST-MODIFIED tell them of a move (RFC 5545, 3.8.7.3 and 3.8.7.4).

    Parameters
    ----------
    view
        As `clinic.booking.feed.read` gives it.

    Returns
    -------
    bytes
        UTF-8, lines of at most 75 bytes that end in CRLF.
    """
    from icalendar import Calendar, vDuration

    calendar = Calendar()
    calendar.add("prodid", "-//openpresso//clinic//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", view.name)
    calendar.add("x-wr-calname", view.name)
    calendar.add("x-wr-timezone", view.zone)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    for one in view.appointments:
        calendar.add_component(_event(one))
    content: bytes = calendar.to_ical()
    return content


def _event(one: AppointmentView) -> Event:
    """Return the event of one appointment."""
    from icalendar import Event

    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", one.changed_at.astimezone(dt.UTC))
    event.add("last-modified", one.changed_at.astimezone(dt.UTC))
    event.add("sequence", one.sequence)
    event.add("dtstart", one.starts.astimezone(dt.UTC))
    event.add("dtend", one.ends.astimezone(dt.UTC))
    event.add("summary", one.summary)
    event.add("location", one.place)
    event.add("status", "CONFIRMED" if one.live else "CANCELLED")
    event.add("transp", "OPAQUE" if one.live else "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
