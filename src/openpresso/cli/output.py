"""How the verbs print: tables for people, one JSON value for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from openpresso.cli.failure import diagnostic_as_json

if TYPE_CHECKING:
    from rich.console import Console

    from openpresso.errors import Diagnostic

PIPE_WIDTH: Final = 1000
"""Width of lines that go into a file or a pipe: nothing is cut or wrapped [characters]."""


def console() -> Console:
    """Return a console on standard output that leaves texts as they are."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=sys.stdout, highlight=False, markup=False, width=width)


def print_json(value: object) -> None:
    """Print one JSON value."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, wide: str = "") -> None:
    """Print a table without frames.

    Parameters
    ----------
    headings
        Names of the columns.
    rows
        Texts of the cells, shape `(n_rows, n_columns)`.
    wide
        The column that may be wrapped; the others keep their width.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading != wide, overflow="fold")
    for row in rows:
        table.add_row(*row)
    screen = console()
    if screen.is_terminal:
        screen.print(table)
        return
    # Cells are padded to the width of their column; a file needs no spaces at the ends of lines.
    with screen.capture() as captured:
        screen.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def print_findings(
    source: str,
    findings: Sequence[Diagnostic],
    correct: str,
    *,
    as_json: bool,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Print what a check found and return the exit code.

    Parameters
    ----------
    source
        Name of what was checked.
    findings
        Errors, warnings and notes.
    correct
        What to say when there are none.
    as_json
        Whether a program reads the output.
    more
        Further fields of the JSON object.

    Returns
    -------
    int
        2 when there is an error, else 0.
    """
    is_correct = all(found.severity != "error" for found in findings)
    if as_json:
        result: dict[str, Any] = {
            "source": source,
            "correct": is_correct,
            "diagnostics": [diagnostic_as_json(found) for found in findings],
            **(more or {}),
        }
        print_json(result)
        return 0 if is_correct else 2
    for found in findings:
        print(found.text(source), file=sys.stdout if is_correct else sys.stderr)
    if is_correct:
        print(f"{source}: {correct}")
    return 0 if is_correct else 2


def clock_text(seconds: float) -> str:
    """Return a time [s] as minutes and seconds: `12:40`."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    return f"{minutes}:{rest:02d}"
