"""Every speed claim, measured: `python -m bench`, or `python -m bench --quick` for a short run.

Prints a table and writes what it measured to bench/results.json and docs/explanation/speed.md;
sections that were left out by `--only` stay as they were, each with the machine it was measured on.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import clinic, cohort, console, limit, page, peers, sessions, solvers, twin, wire
from bench.machine import machine
from bench.timing import Row, Spread

RESULTS = Path(__file__).with_name("results.json")
SECTIONS = {
    "kernel": twin.rows,
    "cohort": cohort.rows,
    "limit": limit.rows,
    "solvers": solvers.rows,
    "peers": peers.rows,
    "sessions": sessions.rows,
    "wire": wire.rows,
    "hour": wire.hour_rows,
    "clinic": clinic.rows,
    "console": console.rows,
}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything; writes nothing")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="one section, or some")
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement")
    asked = parser.parse_args()
    for name, measure in SECTIONS.items():
        if asked.only is None or name in asked.only:
            here = machine()
            print(f"measuring: {name} ...", flush=True)
            rows = measure(asked.runs, quick=asked.quick)
            print(page.table(rows))
            if not asked.quick:
                keep(name, here, rows)
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))


def keep(name: str, here: dict[str, str], rows: list[Row]) -> None:
    """Write one section and the page of all."""
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    results[name] = {"machine": here, "rows": [asdict(row) for row in rows]}
    results = {one: results[one] for one in SECTIONS if one in results}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    page.write({one: (found["machine"], _rows(found)) for one, found in results.items()})


def _rows(found: dict[str, Any]) -> list[Row]:
    return [Row(**(one | {"value": Spread(**one["value"])})) for one in found["rows"]]


if __name__ == "__main__":
    main()
