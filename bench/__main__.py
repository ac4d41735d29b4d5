"""Every speed claim, measured: `python -m bench`, or `python -m bench --quick` for a short run.

Prints a table and writes it to bench/results.json and docs/explanation/speed.md.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bench import page, sessions, solvers, twin
from bench.machine import machine
from bench.timing import Row

FOLDER = Path(__file__).parent
SECTIONS = {"kernel": twin.rows, "solvers": solvers.rows, "sessions": sessions.rows}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything; writes nothing")
    parser.add_argument("--only", choices=SECTIONS, help="one section; writes nothing")
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement")
    asked = parser.parse_args()
    here = machine()
    rows: list[Row] = []
    for name, measure in SECTIONS.items():
        if asked.only in {None, name}:
            print(f"measuring: {name} ...", flush=True)
            rows += measure(asked.runs, quick=asked.quick)
    print(page.table(rows))
    print("\n".join(f"{name}: {value}" for name, value in here.items()))
    if not asked.quick and asked.only is None:
        results = {"machine": here, "rows": [asdict(row) for row in rows]}
        text = json.dumps(results, indent=1) + "\n"
        (FOLDER / "results.json").write_text(text, encoding="utf-8")
        page.write(rows, here)


if __name__ == "__main__":
    main()
