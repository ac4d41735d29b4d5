"""The page of the command line, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.core import TyperGroup
from typer.main import get_command

INTRODUCTION = """# Command line

Every verb takes `--help`. `--json` prints one JSON value on standard output and nothing else, also
for an error: `{"error", "code", "remedy", "source", "diagnostics"}`.

| exit code | meaning |
| --- | --- |
| 0 | delivered, or done |
| 1 | not delivered: stopped or faulted; `doctor`: something is bad |
| 2 | bad input: one message says what, where, what is allowed and what to do |
| 130 | ended by Ctrl-C |
"""


def command_page() -> str:
    """Return the page: one heading and the help text of every command."""
    from openpresso.cli.app import app

    return INTRODUCTION + "".join(_sections(get_command(app), "openpresso", None))


def _sections(command: object, name: str, parent: typer.Context | None) -> Iterator[str]:
    from typer.core import TyperCommand

    if not isinstance(command, TyperCommand | TyperGroup):
        return
    names = command.context_settings.get("help_option_names")
    context = typer.Context(
        command, info_name=name, parent=parent, terminal_width=80, help_option_names=names
    )
    yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context).strip()}\n```\n"
    if isinstance(command, TyperGroup):
        for child, inner in command.commands.items():
            yield from _sections(inner, child, context)
