"""`openpresso validate`: the twin against published measurements."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openpresso.twin.validation.run import Result


def validate(
    *,
    row: Annotated[
        list[str] | None,
        typer.Option("--row", metavar="N", help="Row to repeat; may be given more than once."),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where table and pictures go.")
    ] = Path("docs/validation"),
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of sensors and cohorts.")] = 0,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Rows repeated at a time.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold the twin against published measurements.

    Writes a page with a table and a picture for each row. With --row only those pictures are
    written, for the page needs all rows. Exit code 1 if a row misses that the twin is calibrated
    on (C) or that is mathematics (V), or if nothing repeats a row; rows held out (H) are reported
    as they fall.
    """
    from openpresso.cli.output import print_json, print_table
    from openpresso.twin.validation import page
    from openpresso.twin.validation.run import run

    numbers = [one.upper() for one in row or ()]
    start = time.monotonic()
    results = list(run(numbers, seed, jobs))
    written = page.write(results, output, table=not numbers)
    if as_json:
        print_json([_as_data(one) for one in results])
    else:
        print_table(
            ("row", "use", "what", "published", "ours", "difference", "allowed", "verdict"),
            (cell for one in results for cell in page.cells(one)),
            wide="what",
        )
        print(
            f"\n{len(results)} rows in {time.monotonic() - start:.0f} s: {page.counted(results)}."
        )
        print(written[-1] if not numbers else "\n".join(str(one) for one in written))
    raise typer.Exit(int(any(one.is_broken for one in results)))


def _as_data(result: Result) -> dict[str, object]:
    """Return a result as plain data."""
    from math import isfinite

    return {
        "row": result.row.number,
        "use": result.row.use,
        "title": result.row.title,
        "verdict": result.verdict,
        "quantities": [
            {
                "name": one.quantity.name,
                "unit": one.quantity.unit,
                "published": one.quantity.published,
                "ours": one.ours if isfinite(one.ours) else None,
                "tolerance": one.quantity.tolerance,
                "verdict": one.verdict,
            }
            for one in result.judged
        ],
    }
