"""Whole sessions by the command line, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.timing import Row, Spread

COMMAND = (str(Path(sys.executable).with_name("openpresso")),)
PROGRAM = "gradient-drainage"


def run(cuff: str, folder: Path, cache: Path | None = None) -> dict[str, Any]:
    """Deliver a session; return its summary with the time of the whole process and its size."""
    environment = os.environ | ({"NUMBA_CACHE_DIR": str(cache)} if cache else {})
    out = folder / f"{cuff}-{time.monotonic_ns()}"
    began = time.perf_counter()
    done = subprocess.run(
        [*COMMAND, "run", PROGRAM, "--cuff", cuff, "--json", "--out", str(out)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    summary: dict[str, Any] = json.loads(done.stdout)
    summary["process_s"] = time.perf_counter() - began
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    summary["record_mb"] = size / 1e6
    return summary


def breakdown(cuff: str, folder: Path) -> dict[str, float]:
    """Seconds of each part of a session, measured in a process of its own."""
    out = folder / f"{cuff}-parts-{time.monotonic_ns()}"
    done = subprocess.run(
        [sys.executable, "-m", "bench.parts", PROGRAM, cuff, str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    parts: dict[str, float] = json.loads(done.stdout)
    return parts


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure warm sessions, the help text, and a first run with nothing compiled."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        targets = {"leg-8": ("<= 5", "<= 12"), "leg-24": ("<= 10", "")}
        for cuff, (wall, size) in targets.items():
            run(cuff, folder)
            found += session_rows(cuff, [run(cuff, folder) for _ in range(runs)], wall, size)
            parts = [breakdown(cuff, folder) for _ in range(1 if quick else runs)]
            found += [
                Row(f"parts of {cuff}", part, "s", Spread.of([one[part] for one in parts]))
                for part in parts[0]
            ]
        found.append(Row("start", "openpresso --help", "s", help_text(max(runs, 5)), "<= 0.3"))
        firsts = [run("leg-8", folder, folder / f"cache-{n}") for n in range(1 if quick else runs)]
        found += [
            Row(
                "start",
                "first run, nothing compiled: whole process",
                "s",
                Spread.of([one["process_s"] for one in firsts]),
                "<= 60",
            ),
            Row(
                "start",
                "first run, nothing compiled: to the first tick",
                "s",
                Spread.of([one["first_tick_s"] for one in firsts]),
            ),
        ]
    return found


def session_rows(cuff: str, summaries: list[dict[str, Any]], wall: str, size: str) -> list[Row]:
    """Rows of one cuff's sessions."""

    def row(what: str, key: str, unit: str, target: str = "") -> Row:
        spread = Spread.of([float(one[key]) for one in summaries])
        return Row(f"session, 2 x {cuff}, 30 min", what, unit, spread, target)

    return [
        row("whole process", "process_s", "s", wall),
        row("of it the session, as it says itself", "wall_s", "s"),
        row("to the first tick", "first_tick_s", "s", "<= 3"),
        row("in the twin", "kernel_s", "s"),
        row("peak memory", "peak_rss_mb", "MB", "<= 400"),
        row("record and report on disk", "record_mb", "MB", size),
    ]


def help_text(runs: int) -> Spread:
    """Time until `openpresso --help` has answered [s]."""
    walls = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([*COMMAND, "--help"], capture_output=True, check=True)
        walls.append(time.perf_counter() - began)
    return Spread.of(walls)
