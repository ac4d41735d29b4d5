"""The results as a page of the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bench.timing import Row

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "speed.md"

HEAD = """# Speed

Measured by `make bench` on the machine below; run it on yours. Every figure is the median of its
runs, with the least and the most in brackets; ratios are taken within one run of the bench.
"""

TEXTS = {
    "kernel": """Two cuffs on two legs, regulator and guard at 200 Hz inside, set-points written
every 50 ms from a table: a wave of fills, holds and releases at 50 mmHg with a cycle of 7 s.
*Physics alone* is the same under recorded valve commands; it divides the time by chambers and by
evaluations of the right-hand side.""",
    "solvers": """The same equations, 2 x 12 chambers, given to solvers that choose their own
steps. The valve commands are those of the twin's run; a solver starts again whenever a valve is
switched (not at a change of the pump's duty, which favours it), and is asked for the state every
5 ms. It has no regulator, guard or sensors to compute; the twin has. *NumPy* is a vectorised
right-hand side of its own in `tests/twin/reference.py`; *numba* is the twin's compiled one,
called from the solver through Python. Errors are the largest of all chambers and ticks, against
CVODE at 1e-9: compare a speed only with that of a like error.""",
    "session": """`openpresso run gradient-drainage --cuff ... --json` in a fresh process, compiled
before: both legs, 30 minutes at 20 Hz with engine, alarms, recorder and PDF report. *To the first
tick* counts from the call, imports excluded.""",
    "parts": """The same session in a process of its own with a stopwatch round each part; the
stopwatches themselves add to it.""",
    "start": "",
}
TITLES = {
    "kernel": "The kernel alone",
    "solvers": "Against general solvers",
    "start": "Start",
}


def digits(value: float) -> str:
    """Return a number with three digits that count."""
    if value >= 100.0:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1e}"


def cells(row: Row) -> list[str]:
    """Return the cells of one row."""
    value = row.value
    spread = f" ({digits(value.least)}-{digits(value.most)})" if value.runs > 1 else ""
    return [row.what, f"{digits(value.median)}{spread}", row.unit, row.target, row.note]


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text tables."""
    lines = []
    for title, group in groupby(rows, key=lambda row: row.table):
        lines += ["", title]
        lines += [
            f"  {what:<62} {value:>28} {unit:<12} {target:<8} {note}".rstrip()
            for what, value, unit, target, note in map(cells, group)
        ]
    return "\n".join(lines)


def write(rows: Sequence[Row], here: Mapping[str, str]) -> None:
    """Write the page."""
    lines = [HEAD, "| machine | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in here.items()]
    for title, group in groupby(rows, key=lambda row: row.table):
        kind = title.split(maxsplit=1)[0].rstrip(",")
        lines += ["", f"## {TITLES.get(title, title[0].upper() + title[1:])}", ""]
        if TEXTS[kind]:
            lines += [TEXTS[kind], ""]
        lines += ["| what | median (least-most) | unit | target | |", "|---|---|---|---|---|"]
        lines += ["| " + " | ".join(cells(row)) + " |" for row in group]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
