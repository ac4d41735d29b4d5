"""The results as a page of the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bench import limit, peers
from bench.timing import Row, digits

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "speed.md"

HEAD = """# Speed

Measured by `make bench`, each part on the machine that it names; run it on yours. Every figure is
the median of its runs, with the least and the most in brackets; ratios are taken within one run.
"""

TEXTS = {
    "kernel": """Two cuffs on two legs, regulator and guard at 200 Hz inside, set-points written
every 50 ms from a table: a wave of fills, holds and releases at 50 mmHg with a cycle of 7 s.
*Physics alone* is the same under recorded valve commands; it divides the time by chambers and by
evaluations of the right-hand side.""",
    "cohort": """The same closed loop on many sampled legs, blocks of seven, a thread for each
core. Each leg gives the same bits as alone (`tests/twin/test_cohort.py`); the error of its physics
is that of the kernel alone, below 0.01 mmHg.""",
    "cohort:": """A block is built when it is its turn, so that memory grows with what is observed
and the limbs alone.""",
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
    "ticks": """A station with its HTTP service, sessions running on every pair of cuffs over
Modbus TCP (function 23, 50 ms time-out, no repeats), the twins served by another process on
the same machine.""",
    "vents": """`POST /vent` to a station in a process of its own, at random instants, from the
request to the last of eight commands that vent passing a tap on the wire.""",
    "emptying": """The physics of the twin. Where the guard trips, it also opens the inlets to
the dump valve, a second way out.""",
    "hour": """The same station, two cuffs; two sessions and their records, reports and fit
tests.""",
    "board:": """One tick of law and counters for eight chambers under MicroPython's unix port,
in a process of its own; see [the firmware](firmware.md) for what follows for the board.""",
    "clinic": """100,000 clients with 2,000,000 sessions and 10,000,000 measurements. A page is all
that it reads, in process, with its transaction and its entry in the audit, for clients drawn at
random. A booking is one transaction; afterwards no two overlap. Both databases wait for the
disk.""",
    "pages": """The made-up clinic of 200 clients, the console in a process of its own. Every page
that a signed-in person can open, asked for one after another by one client that keeps its
connection: from the request to the last byte, with the sign-in looked up, the entry in the audit
and compression. Keys are those of the client with the most sessions. Documents (PDF, archives) are
made when somebody asks for them and have no target.""",
    "first": """A browser with an empty cache; bytes are those on the wire, headers too. *Usable* is
when the DOM is ready and the last task of more than 50 ms is over, with the processor slowed by
Chromium's own throttle.""",
    "live": """Twins over Modbus TCP, a station, a console and eight browsers (contexts of one
Chromium), all on one machine; one leg in session. A tap on the wire changes what the sensor of one
chamber says, at random instants: measured is from that instant until the task after the frame in
which the figure was painted, so with the station's tick, its stream, the console that passes it
on, and the browser. What a screen adds is not in it.""",
    "STOP": """The click as the browser stamps it, to the Modbus command that vents the later one of
two cuffs, passing a tap; on one machine, with no session and nobody else watching.""",
    "memory": """What a station told in 12 s of a session is told again and again, 30 times faster,
to one browser through the console: as many changes as in an hour. Compared are the ends of the
second and of the last tenth, after the garbage was collected.""",
    "load": """A station with a session on twins, and a console on the same machine whose heaviest
page is asked for as fast as it comes, for five minutes; then the same without. The station tells
its ticks itself.""",
}
TEXTS |= limit.TEXTS | peers.TEXTS
SECTIONS = {
    "kernel": "The twin",
    "cohort": "Many legs",
    "limit": limit.SECTION,
    "solvers": "The twin beside general solvers",
    "peers": peers.SECTION,
    "sessions": "Sessions on the twin",
    "wire": "The wire",
    "hour": "An hour on the wire",
    "clinic": "The clinic",
    "console": "The console",
}
TITLES = {
    "kernel": "The kernel alone",
    "solvers": "Against general solvers",
    "start": "Start",
}
TITLES |= limit.TITLES | peers.TITLES


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


def write(sections: Mapping[str, tuple[Mapping[str, str], Sequence[Row]]]) -> None:
    """Write the page; each section says on what it was measured."""
    lines = [HEAD]
    for name, (here, rows) in sections.items():
        told = "; ".join(f"{what} {value}" for what, value in here.items())
        lines += ["", f"## {SECTIONS[name]}", "", f"Measured on: {told}."]
        for title, group in groupby(rows, key=lambda row: row.table):
            kind = title.split(maxsplit=1)[0].rstrip(",")
            lines += ["", f"### {TITLES.get(title, title[0].upper() + title[1:])}", ""]
            if TEXTS[kind]:
                lines += [TEXTS[kind], ""]
            lines += ["| what | median (least-most) | unit | target | |", "|---|---|---|---|---|"]
            lines += ["| " + " | ".join(cells(row)) + " |" for row in group]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
