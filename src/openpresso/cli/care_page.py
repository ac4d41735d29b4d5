"""What a person reads of a cuff's care."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openpresso.cli.output import console, print_table

if TYPE_CHECKING:
    from datetime import date

    from openpresso.session import Identity
    from openpresso.station.care import Care, Trend


def print_care(identity: Identity, care: Care, trends: Sequence[Trend], dirty: str) -> None:
    """Print identity, wear, calibration, cleaning and leaks of a cuff.

    Parameters
    ----------
    identity, care
        What the cuff says.
    trends
        How its leak rates go.
    dirty
        Why it is to be cleaned, or nothing.
    """
    screen = console()
    screen.print(f"{identity.cuff} {identity.serial}, firmware {identity.firmware}", style="bold")
    if dirty:
        screen.print(f"to clean before the next client: {dirty}", style="bold yellow")
    else:
        screen.print(f"clean (last cleaning noted: {_day(care.cleaned_on)})")
    by = f" by {care.calibrated_by}" if care.calibrated_by else ""
    screen.print(f"calibrated: {_day(care.calibrated_on)}{by}\n")
    rows = (
        ("powered", f"{care.powered:.2f} h"),
        ("pump ran", f"{care.pumped:.2f} h"),
        ("guard vented it", f"{care.trips} times"),
        ("station lost", f"{care.leases_lost} times"),
        ("late ticks", str(care.late_ticks)),
        ("longest tick", f"{care.longest_tick} us"),
        ("requests", f"{care.requests}, {care.bad_frames} not understood"),
    )
    print_table(("counter", "value"), rows)
    screen.print()
    print_table(
        ("chamber", "inlet cycles", "exhaust cycles", "zero", "span"),
        (
            (
                str(i + 1),
                str(int(care.inlet_cycles[i])),
                str(int(care.exhaust_cycles[i])),
                f"{one.zero:+.2f} mmHg",
                f"{one.span:.4f}",
            )
            for i, one in enumerate(care.calibrations)
        ),
    )
    screen.print()
    if not trends:
        screen.print("leaks: the station's log has no fit test of this cuff")
        return
    print_table(("chamber", "last leak", "in 10 sessions", "leak"), map(_leak, trends), wide="leak")


def _leak(trend: Trend) -> tuple[str, str, str, str]:
    """Return the row of one chamber's leak."""
    last = "not tested" if math.isnan(trend.last) else f"{trend.last:.2f} mmHg/s"
    slope = "" if math.isnan(trend.slope) else f"{trend.slope:+.2f} ± {trend.error:.2f} mmHg/s"
    return str(trend.chamber), last, slope, trend.verdict


def _day(day: date | None) -> str:
    return day.isoformat() if day else "never"
