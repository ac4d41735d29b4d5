"""When a cuff or a ceiling does not allow a program: the nearest one that they allow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from openpresso import program as programs
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.cuff import Cuff
    from openpresso.program import Program


def nearest(one: Program, garment: Cuff, ceiling: float | None) -> Program | None:
    """Return the nearest program that a cuff can deliver under a ceiling.

    Parameters
    ----------
    one
        The program that is not allowed.
    garment
        The cuff.
    ceiling
        Highest pressure allowed [mmHg].

    Returns
    -------
    Program or None
        With what was changed in its `adaptations`; `None` where there is no such program.
    """
    limit = garment.max_pressure if ceiling is None else ceiling
    try:
        found = programs.nearest(programs.lowered(one, garment, limit), garment)
    except InputError:
        return None
    return None if programs.fits(found, garment, ceiling) else found


def write(one: Program, path: Path) -> None:
    """Write a program as a YAML file.

    Parameters
    ----------
    one
        The program.
    path
        The file; refused when it exists.

    Raises
    ------
    InputError
        If the file exists or cannot be written.
    """
    import yaml

    text = yaml.safe_dump(programs.to_data(one), sort_keys=False, allow_unicode=True, width=96)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError.one(
            str(path),
            "cannot-write",
            f"the program cannot be written: {error.strerror or error}",
            hint="name a new file in a folder that you may write.",
        ) from error
