"""The dose of a session as a table that fits on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rich.table import Table

if TYPE_CHECKING:
    from openpresso.record import ChamberDose, LegDose

MOST_ROWS: Final = 8
"""Chambers of a cuff with more are shown in groups of neighbours."""
HEADINGS: Final = ("peak", "hold", "mmHg·min", "min>30", "of set")


def dose_table(dose: Mapping[str, LegDose]) -> Table:
    """Return the dose of each leg, the most proximal chamber on top.

    Peak and mean in hold [mmHg], pressure-time [mmHg min], time above 30 mmHg [min], and the share
    of the pressure-time that was asked for. A group of chambers shows its highest peak and the
    means of the rest.

    Parameters
    ----------
    dose
        By leg.

    Returns
    -------
    Table
        At most 80 characters wide.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    legs = list(dose.items())
    for number, (leg, _) in enumerate(legs):
        gap = "   " if number else ""
        table.add_column(f"{gap}{leg}", justify="right", no_wrap=True, header_style="bold")
        for heading in HEADINGS:
            table.add_column(heading, justify="right", no_wrap=True)
    columns = [_rows(one.chambers) for _, one in legs]
    for row in range(max(map(len, columns), default=0)):
        cells = (column[row] if row < len(column) else ("",) * 6 for column in columns)
        table.add_row(*(cell for part in cells for cell in part))
    return table


def _rows(chambers: Sequence[ChamberDose]) -> list[tuple[str, ...]]:
    size = -(-len(chambers) // MOST_ROWS)
    groups = [chambers[start : start + size] for start in range(0, len(chambers), size)]
    return [_row(group) for group in reversed(groups)]


def _row(group: Sequence[ChamberDose]) -> tuple[str, ...]:
    first, last = group[0].chamber, group[-1].chamber
    peaks = [one.peak for one in group if one.peak is not None]
    holds = [one.hold_mean for one in group if one.hold_mean is not None]
    shares = [one.delivered for one in group if one.delivered is not None]
    return (
        f"{first}" if first == last else f"{first}-{last}",
        f"{max(peaks):.0f}" if peaks else "-",
        f"{sum(holds) / len(holds):.0f}" if holds else "-",
        f"{sum(one.pressure_time for one in group) / len(group):.0f}",
        f"{sum(one.above_30 for one in group) / len(group):.1f}",
        f"{sum(shares) / len(shares):.0%}" if shares else "-",
    )
