"""The report of a session: one self-contained HTML page and the same as a PDF of A4 pages.

It holds what a treatment protocol must state (German S1 guideline: device, cuff, inflation,
deflation, plateau, pause, frequency, total duration) and what payers ask for (CPT 97016: device,
pressure, minutes, side, girth before and after, functional goal). What nobody recorded is said to
be not recorded. The same record gives the same page, byte for byte.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpresso.program.model import GRADES, PERMISSIONS
from openpresso.record import curves, limb, papers
from openpresso.record.course import identity
from openpresso.record.folder import refusal, replace
from openpresso.record.happenings import happenings
from openpresso.record.pages import render_pdf
from openpresso.record.settings import Settings, representative, settings

if TYPE_CHECKING:
    from openpresso.record.printer import Printer
    from openpresso.record.read import Record

OUTCOMES: Final = {
    "delivered": "Delivered",
    "stopped": "Stopped",
    "faulted": "Ended by a fault",
    "interrupted": "Interrupted",
}
DEVICES: Final = {
    "twin": "Delivered to a twin, a simulation of cuff and limb. Nobody was treated.",
    "cuff": "",
}
ABSENT: Final = "not recorded"
ROWS: Final = (
    ("Inflation", "inflation"),
    ("Plateau", "plateau"),
    ("Deflation", "deflation"),
    ("Pause", "pause"),
)


def render_report(
    record: Record,
    folder: Path | str | None = None,
    *,
    pdf: bool = True,
    printer: Printer | None = None,
) -> tuple[Path, ...]:
    """Write the report of a session.

    Parameters
    ----------
    record
        The record.
    folder
        Where to write `report.html` and `report.pdf`; the record's own folder when not given. In
        the record's folder they are listed in `reports.json`, so that `verify` covers them.
    pdf
        Whether to write the PDF as well.
    printer
        Makes the PDF in its own process; without one it is made here.

    Returns
    -------
    tuple[Path, ...]
        The HTML page and, if asked for, the PDF.

    Raises
    ------
    RecordError
        If the report or its PDF cannot be made or written, or the record's files are not those
        recorded.
    """
    place = Path(folder) if folder is not None else record.folder
    page = render_html(record)
    made: dict[str, bytes] = {papers.NAMES[0]: page.encode()}
    if pdf:
        made[papers.NAMES[1]] = printer.pdf(page) if printer else render_pdf(page)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            replace(place / name, content)
        if place.resolve() == record.folder.resolve():
            present = [name for name in papers.NAMES if (place / name).exists()]
            papers.note(place, record.digest, present)
    except OSError as error:
        raise refusal(place, error) from error
    return tuple(place / name for name in made)


def render_html(record: Record) -> str:
    """Return the report as one self-contained HTML page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("openpresso.record"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_number, pressure=_pressure, share=_share, span=_span, clock=_clock
    )
    return environment.get_template("report.html.j2").render(_context(record))


def _context(record: Record) -> dict[str, Any]:
    """Return everything that the template shows."""
    header = record.header
    program = {"purpose": "", "permission": "none", "version": None, **header["program"]}
    evidence = {"finding": "", "studied_dose": "", "unknown": (), **(program.get("evidence") or {})}
    grade = evidence.get("grade")
    legs = [_leg(record, leg) for leg in ("left", "right") if leg in record.legs]
    most = curves.nice_top(
        max(one.pressure_time for leg in record.dose.values() for one in leg.chambers)
    )
    crowded = max(record.legs.values()) > curves.CROWDED
    ran = record.course.window is None or record.course.window[0] <= record.course.window[1]
    for one in legs:
        chambers = record.dose[one["leg"]].chambers
        one["limb"] = limb.drawing(one["leg"], one["cuff"], chambers, most, ran=ran)
    bar = limb.colour_bar(most)
    return {
        "record": record,
        "header": header,
        "program": program,
        "title": program.get("title") or program["name"],
        "permission": PERMISSIONS.get(program["permission"], ""),
        "evidence": evidence,
        "grade": grade,
        "grade_meaning": GRADES.get(grade, "") if grade else "",
        "outcome": OUTCOMES.get(record.outcome, record.outcome),
        "device": DEVICES[header["device"]],
        "absent": ABSENT,
        "legs": legs,
        "ran": ran,
        "bar": bar,
        "unused": ran
        and any(c.set_peak is None for leg in record.dose.values() for c in leg.chambers),
        "rows": ROWS,
        "happenings": happenings(record, 9 if crowded else 13),
        "crowded": crowded,
        "ceiling_shown": any(one["scale"] >= header["ceiling"] for one in legs),
        "facts": _facts(record),
    }


def _facts(record: Record) -> list[tuple[str, str]]:
    """Return who, what and when as names and values; an empty value was not recorded."""
    header = record.header
    minutes = max((leg.minutes for leg in record.dose.values()), default=0.0)
    planned = header["planned"]
    reason = header["ceiling_reason"]
    facts = [
        ("Client", header["client"]),
        ("Operator", header["operator"]),
        ("Started (UTC)", header["started_at"][:16].replace("T", " ")),
        ("Session", header["session"]),
        ("Side", " and ".join(leg for leg in ("left", "right") if leg in record.legs)),
        (
            "Minutes of use",
            f"{minutes:.1f} min" + (f" of {planned / 60:.0f} planned" if planned else ""),
        ),
        ("Ceiling", f"{header['ceiling']:g} mmHg" + (f" ({reason})" if reason else "")),
        ("Posture", header["posture"]),
    ]
    for leg in record.legs:
        cuff = header["cuffs"].get(leg, {})
        told = [cuff.get("name", "")]
        known = identity(record.events, leg) or header["identities"].get(leg) or {}
        told += [f"{name} {known[name]}" for name in ("serial", "firmware") if known.get(name)]
        facts.append((f"Cuff, {leg}", ", ".join(told)))
    return [
        *facts,
        ("Functional goal", header["goal"]),
        ("Ordered by", header["order"]),
    ]


def _leg(record: Record, leg: str) -> dict[str, Any]:
    """Return what the template shows of one leg."""
    waves = record.waveforms(leg)
    window = record.course.window or (record.begin, record.end)
    top = max((one.peak or 0.0 for one in record.dose[leg].chambers), default=0.0)
    asked = max((one.set_peak or 0.0 for one in record.dose[leg].chambers), default=0.0)
    scale = curves.nice_top(1.04 * max(top, asked, 10.0))
    width = 890.0 if len(record.legs) > 1 else 1840.0
    span = representative(waves, window, record.cycles(leg))
    found: Settings | None = settings(waves, span) if span else None
    whole = window if window[0] <= window[1] else (record.begin, record.end)
    return {
        "leg": leg,
        "cuff": {"title": "", "name": ABSENT, **record.header["cuffs"].get(leg, {})},
        "dose": record.dose[leg],
        "settings": found,
        "span": span,
        "scale": scale,
        "cycle": curves.cycle_curve(
            waves,
            (span.start, span.end),
            scale,
            f"{leg}: set-point and pressure in one cycle",
            width,
        )
        if span
        else "",
        "session": curves.session_curve(
            waves,
            whole,
            scale,
            record.header["ceiling"],
            f"{leg}: highest pressure over the session",
            width,
        ),
        "girths": [one for one in record.header["girths"] if one["leg"] == leg],
    }


def _number(value: float | None, digits: int = 1) -> str:
    """Return a number, or a dash for none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def _pressure(value: float | None) -> str:
    """Return a pressure with its unit, or a dash for none."""
    return "–" if value is None else f"{value:.1f} mmHg"


def _share(value: float | None) -> str:
    """Return a share in percent, or a dash for none."""
    return "–" if value is None else f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def _span(value: tuple[float, float] | None, unit: str) -> str:
    """Return a range with its unit, as one number when both ends are shown alike."""
    if value is None:
        return "–"
    digits = 0 if value[1] >= 10.0 else 1
    low, high = (f"{one:.{digits}f}" for one in value)
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def _clock(value: float) -> str:
    """Return seconds as minutes and seconds."""
    minutes, seconds = divmod(max(round(value), 0), 60)
    return f"{minutes}:{seconds:02d}"
