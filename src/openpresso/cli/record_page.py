"""A record as one screen of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpresso.cli.dose_table import dose_table
from openpresso.cli.output import console

if TYPE_CHECKING:
    from openpresso.record import Record


def print_record(record: Record) -> None:
    """Print a record for a person to read.

    Parameters
    ----------
    record
        The record.
    """
    screen = console()
    header = record.header
    cuffs = ", ".join(f"{leg} {cuff['name']}" for leg, cuff in header["cuffs"].items())
    screen.print(f"{header['program']['name']}  {header['started_at']}  {cuffs}")
    screen.print(f"{record.outcome}: {record.reason}" if record.reason else record.outcome)
    screen.print()
    screen.print(dose_table(record.dose))
    screen.print()
    got = record.quality
    line = quality_text("Measured", got.hold_error_p95, got.hold_over_max, got.overshoot_max)
    screen.print(line)


def quality_text(
    label: str, error: float | None, over: float | None, overshoot: float | None
) -> str:
    """Return the quality of delivery as one line.

    Parameters
    ----------
    label
        Against which pressure.
    error
        95th percentile of |pressure - set-point| in hold [mmHg].
    over
        Most over the set-point in hold [mmHg].
    overshoot
        Most over the set-point after a rise [mmHg].

    Returns
    -------
    str
        A sentence; a dash for what is not known.
    """

    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.1f}"

    return (
        f"{label}: in hold {number(error)} mmHg off (95 %), at most {number(over)} over; "
        f"over-shoot {number(overshoot)}."
    )
