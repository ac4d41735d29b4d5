"""Programs of the stories: short ones."""

from __future__ import annotations

from tests.integration.room import program


def short() -> str:
    """Return a program of small cuffs on both legs, with cycles of some 13 s."""
    return program(sweep=3.0, hold=6.0).replace("legs: one", "legs: together")
