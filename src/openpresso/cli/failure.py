"""An error as a person or a program reads it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from openpresso.errors import Diagnostic, InputError, OpenpressoError

if TYPE_CHECKING:
    from typer.exceptions import TyperException


def diagnostic_as_json(found: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as a JSON object."""
    return {
        "severity": found.severity,
        "code": found.code,
        "path": found.path,
        "line": found.line,
        "message": found.message,
        "hint": found.hint,
    }


def failure_as_json(error: OpenpressoError) -> dict[str, Any]:
    """Return an error as the one JSON object that `--json` promises."""
    diagnostics = error.diagnostics if isinstance(error, InputError) else ()
    return {
        "error": error.message,
        "code": error.code,
        "remedy": error.remedy,
        "source": error.source if isinstance(error, InputError) else "",
        "diagnostics": [diagnostic_as_json(found) for found in diagnostics],
    }


def show_failure(error: OpenpressoError, *, as_json: bool) -> None:
    """Print an error: JSON on standard output, else text on standard error, framed on a terminal.

    Parameters
    ----------
    error
        What went wrong.
    as_json
        Whether a program reads the output.
    """
    if as_json:
        print(json.dumps(failure_as_json(error), indent=2, ensure_ascii=False))
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.panel import Panel
        from rich.text import Text

        panel = Panel(Text(str(error)), title=error.code, title_align="left", border_style="red")
        Console(stderr=True).print(panel)
    else:
        print(f"openpresso: {error}", file=sys.stderr)


def show_usage_failure(error: TyperException) -> None:
    """Print a wrong command line as JSON, in the shape of every other error."""
    message = error.format_message()
    found = Diagnostic("error", "usage", "", message, "See openpresso --help.")
    print(json.dumps(failure_as_json(InputError("command line", (found,))), indent=2))
