"""What the API lets in: whole numbers, days and texts beyond which nothing has a sense.

The clinic's own rules are narrower and have the last word. These are so wide that no rule of the
clinic is cut off, and so narrow that no sum of days leaves the calendar.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

HIGHEST: Final = 2**53 - 1
"""Beyond it a program that reads JSON no longer knows one whole number from the next."""
FIRST_DAY: Final = dt.date(1850, 1, 1)
LAST_DAY: Final = dt.date(2200, 12, 31)
LARGEST: Final = 1e9
"""Of a number with decimals, of either sign."""
LONGEST_TEXT: Final = 20_000
"""[characters] Twice the longest note."""
MOST_ITEMS: Final = 1000
DEEPEST: Final = 8
"""Levels of free data."""
WHOLE: Final = (-1_000_000, 1_000_000)
"""Of a whole number that no row below names."""
BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "before": (1, HIGHEST),
    "cents": (0, 10**11),
    "cleaning_minutes": (0, 1440),
    "days": (0, 36_600),
    "due_days": (0, 3660),
    "every": (1, 366),
    "kept_version": (1, HIGHEST),
    "limit": (1, 500),
    "merged_version": (1, HIGHEST),
    "minutes": (1, 1440),
    "most": (1, 10_000),
    "sessions": (1, 1000),
    "times": (1, 366),
    "version": (1, HIGHEST),
    "week": (0, 6),
    "weekdays": (0, 6),
    "weeks": (1, 520),
}
"""Least and most by the name of a parameter."""
KEYS: Final = {
    "kept_id": "client",
    "licence_id": "instrument_licence",
    "merged_id": "client",
    "one_id": "client",
    "other_id": "client",
    "program_id": "written_program",
    "rater_id": "staff",
    "request_id": "erasure_request",
    "technician_id": "staff",
    "to_client": "client",
    "use_id": "credit_use",
}
"""Table of a key whose name is not that of its table and `_id`."""
