"""Every check of a program in one place: its file, its cuff, its ceiling, its air."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpresso.errors import Diagnostic, InputError
from openpresso.program.coherence import contradictions
from openpresso.program.diagnostics import problems
from openpresso.program.feasibility import cannot_follow
from openpresso.program.files import read

if TYPE_CHECKING:
    from pathlib import Path

    from openpresso.cuff.model import Cuff
    from openpresso.program.model import LegUse, Program


def check(
    path_or_name: str | Path, cuff: Cuff | None = None, ceiling: float | None = None
) -> tuple[Diagnostic, ...]:
    """Return everything that is wrong with a program file.

    Parameters
    ----------
    path_or_name
        A file, or a name in the catalog.
    cuff
        The cuff that shall deliver it; without it the file alone is checked.
    ceiling
        Highest pressure allowed here and now [mmHg].

    Returns
    -------
    tuple of Diagnostic
        Empty when nothing is wrong. A file that cannot be read gives its diagnostics too.
    """
    try:
        program = read(path_or_name)
    except InputError as error:
        return error.diagnostics
    if cuff is None:
        return contradictions(program)
    return fits(program, cuff, ceiling)


def fits(
    program: Program, cuff: Cuff, ceiling: float | None = None, *, legs: LegUse | None = None
) -> tuple[Diagnostic, ...]:
    """Return why a cuff cannot deliver a program: limb, chambers, zones, limits, time, air.

    Parameters
    ----------
    program, cuff
        What, by what.
    ceiling
        Highest pressure allowed here and now [mmHg].
    legs
        In place of the program's own use of the legs.

    Returns
    -------
    tuple of Diagnostic
        Empty when it fits.
    """
    found = problems(program, cuff, ceiling, legs=legs)
    return found or tuple(cannot_follow(program, cuff, legs=legs))
