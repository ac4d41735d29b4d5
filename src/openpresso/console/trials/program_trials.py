"""Trials of the practice's own programs on the twin, asked for by a page and kept by the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpresso.clinic.programs import draft, trial, written
from openpresso.clinic.programs.trial import Trial
from openpresso.console.trials import slow_work, trying
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.programs.written import WrittenProgram
    from openpresso.console.trials.slow_work import Piece


def ask(desk: Desk, row: WrittenProgram) -> None:
    """Ask for the trial of a version with every cuff of the practice that can deliver it."""
    cuffs = _cuffs(desk, row)
    if cuffs:
        slow_work.slow_work().ask(
            desk.staff_id or 0, _key(desk, row), trying.tried, row.text, cuffs
        )


def piece(desk: Desk, row: WrittenProgram) -> Piece | None:
    """Return how far this person's trial of a version is; None: it was not asked for."""
    return slow_work.slow_work().find(desk.staff_id or 0, _key(desk, row))


def found(desk: Desk, row: WrittenProgram) -> dict[str, Trial]:
    """Return what came of the trials, by cuff; empty while they are not over."""
    one = piece(desk, row)
    if one is None or one.state != "done":
        return {}
    known = draft.digest(row.text)
    return {cuff: Trial(known, cuff, trouble) for cuff, trouble in one.result.items()}


def _cuffs(desk: Desk, row: WrittenProgram) -> tuple[str, ...]:
    """Return the types of the practice's cuffs on which a version has no error."""
    try:
        parsed = draft.program(row.text)
    except InputError:
        return ()
    types = written.cuff_types(desk)
    return tuple(one.cuff for one in trial.fittings(parsed, types) if one.right)


def _key(desk: Desk, row: WrittenProgram) -> str:
    """Return what a trial is known by: who asked, the text, and the cuffs of the practice."""
    return draft.digest(f"try {desk.staff_id} {_cuffs(desk, row)} {row.text}")
