"""The command `openpresso`: its verbs, and the one place where an error becomes a message.

Nothing heavy is imported here: `openpresso --help` must answer at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from openpresso import __version__
from openpresso.cli import (
    audit,
    care,
    clinic,
    console,
    cuffs,
    demo,
    doctor,
    programs,
    records,
    run,
    station,
    twin,
    up,
    validate,
)
from openpresso.cli.failure import show_failure, show_usage_failure
from openpresso.errors import OpenpressoError

app = typer.Typer(
    name="openpresso",
    no_args_is_help=True,
    # Rich help would double the time to the first line.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.add_typer(programs.app, name="program")
app.add_typer(cuffs.app, name="cuff")
app.add_typer(records.app, name="record")
app.add_typer(care.app, name="care")
app.add_typer(twin.app, name="twin")
app.command("validate")(validate.validate)
app.add_typer(station.app, name="station")
app.add_typer(clinic.app, name="clinic")
app.add_typer(audit.app, name="audit")
app.add_typer(console.app, name="console")
app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("doctor")(doctor.doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"openpresso {__version__}")
        raise typer.Exit


@app.callback(epilog="Exit codes: 0 delivered, 1 not delivered, 2 bad input.")
def openpresso(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Run pressotherapy sessions on cuffs and on their twins, and prove what was delivered.

    Not a certified medical device.
    """


def execute(arguments: Sequence[str]) -> int:
    """Run one command line.

    Parameters
    ----------
    arguments
        The words after `openpresso`.

    Returns
    -------
    int
        Exit code: 0 delivered or done, 1 not delivered, 2 bad input, 130 after Ctrl-C.
    """
    as_json = "--json" in arguments
    command = get_command(app)
    try:
        # In its standalone mode typer prints usage errors itself and ends with SystemExit.
        code = command.main(list(arguments), prog_name="openpresso", standalone_mode=not as_json)
    except OpenpressoError as error:
        show_failure(error, as_json=as_json)
        return error.exit_code
    except TyperException as error:
        show_usage_failure(error)
        return 2
    except SystemExit as end:
        code = end.code
    return code if isinstance(code, int) else 0


def main() -> None:
    """Run the command line of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character shows "?" for it.
            stream.reconfigure(errors="replace")
    code = execute(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away; the interpreter's own last flush must not fail loudly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
