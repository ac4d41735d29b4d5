"""The figures of booking: cleaning, longest appointment, late cancellation, as data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Final

from openpresso.documents import load_document, validate

SHIPPED: Final = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True, slots=True)
class BookingRules:
    """The figures of booking.

    Parameters
    ----------
    cleaning
        What a new cuff set needs after each appointment.
    longest_cleaning
        Most that a cuff set can need.
    longest
        Longest appointment.
    late_cancel
        A cancellation nearer to the start than this is a late one.
    step
        Distance of the times that are offered.
    horizon
        How far the next free time is looked for.
    farthest
        How far ahead can be booked.
    offer_lasts
        How long a time is kept for one who waits.
    """

    cleaning: dt.timedelta
    longest_cleaning: dt.timedelta
    longest: dt.timedelta
    late_cancel: dt.timedelta
    step: dt.timedelta
    horizon: dt.timedelta
    farthest: dt.timedelta
    offer_lasts: dt.timedelta


def load_rules(path: Path) -> BookingRules:
    """Read the figures of booking.

    Parameters
    ----------
    path
        A YAML file of the form of the shipped one.

    Raises
    ------
    InputError
        If the file has another form; it names the line, the value and what is allowed.
    """
    from openpresso.clinic.booking.rules_file import RulesFile  # pydantic only on reading

    content = validate(load_document(path), RulesFile)
    return BookingRules(
        **{
            one.name: dt.timedelta(seconds=getattr(content, one.name).value)
            for one in fields(BookingRules)
        }
    )


@lru_cache(maxsize=1)
def booking_rules() -> BookingRules:
    """Return the shipped figures."""
    return load_rules(SHIPPED)
