"""What a person reads when a session has ended, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from openpresso.cli.dose_table import dose_table
from openpresso.cli.output import console
from openpresso.cli.record_page import quality_text

if TYPE_CHECKING:
    from openpresso.station import Summary

COLOURS = {"delivered": "bold green", "stopped": "bold yellow", "faulted": "bold red"}


def show_summary(summary: Summary, screen: Console | None = None) -> None:
    """Print how a session went: outcome and why, dose, quality, where record and report are.

    Parameters
    ----------
    summary
        What the station says of the session.
    screen
        Where to print; standard output when it is not given.
    """
    from openpresso.record import open_record

    screen = screen or console()
    record = open_record(summary.record)
    program = record.header["program"]
    legs = " and ".join(record.legs)
    why = f": {summary.reason}" if summary.reason else ""
    head = Text.assemble((summary.outcome, COLOURS.get(summary.outcome, "bold")), why)
    title = f"{program['title']} · {summary.cuff}, {legs}"
    screen.print(Text(title, style="bold", no_wrap=True, overflow="ellipsis"))
    screen.print(head)
    screen.print()
    screen.print(dose_table(record.dose))
    screen.print()
    names = ("hold_error_p95", "hold_over_max", "overshoot_max")
    measured = (summary.hold_error_p95, summary.hold_over_max, summary.overshoot_max)
    screen.print(quality_text("Measured", *measured))
    screen.print(quality_text("In truth", *(summary.true.get(name) for name in names)))
    minutes = max((leg.minutes for leg in record.dose.values()), default=0.0)
    screen.print(
        f"{minutes:.1f} min delivered in {summary.wall_s:.1f} s, "
        f"{summary.peak_rss_mb:.0f} MB at most."
    )
    screen.print()
    screen.print(Text(f"Record  {summary.record}", no_wrap=True, overflow="fold"))
    report = summary.report or "none"
    screen.print(Text(f"Report  {report}", no_wrap=True, overflow="fold"))
    screen.print("Not a certified medical device.", style="dim")
