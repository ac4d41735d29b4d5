"""Every command line that a page shows is one that the command line understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from openpresso.cli.app import app

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def lines_of(page: Path) -> list[list[str]]:
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    lines = (line for block in blocks for line in block.replace("\\\n", " ").splitlines())
    split = (shlex.split(line.replace(".venv/bin/", ""), comments=True) for line in lines)
    return [words[:-1] if words[-1:] == ["&"] else words for words in split]


SHOWN = [(page, words) for page in PAGES for words in lines_of(page) if words]


def understood(words: list[str]) -> None:
    """Parse a command line down to its verb, without running it."""
    command: Any = get_command(app)
    context: Any = None
    while isinstance(command, TyperGroup):
        context = command.make_context("openpresso", list(words), parent=context)
        rest = [*context._protected_args, *context.args]
        _, command, words = command.resolve_command(context, rest)
    command.make_context("verb", list(words), parent=context)


@pytest.mark.parametrize(
    "words",
    [words for _, words in SHOWN if words[0] == "openpresso"],
    ids=lambda words: " ".join(words)[:60],
)
def test_a_shown_command_is_understood(words: list[str]) -> None:
    understood(words[1:])


@pytest.mark.parametrize("words", [words for _, words in SHOWN if words[0] == "make"], ids=" ".join)
def test_a_shown_target_exists(words: list[str]) -> None:
    assert {word for word in words[1:] if "=" not in word} <= TARGETS


def test_pages_show_commands() -> None:
    assert len([words for _, words in SHOWN if words[0] == "openpresso"]) > 15
