"""Texts of programs for tests: copies of the catalog under a name of the practice's own."""

from __future__ import annotations

from importlib import resources

from openpresso.clinic.programs import draft


def shipped(name: str) -> str:
    return (resources.files("openpresso.program") / "catalog" / f"{name}.yaml").read_text("utf-8")


def copied(name: str = "heavy-legs", own: str = "own-evening") -> str:
    return draft.renamed(shipped(name), own)
