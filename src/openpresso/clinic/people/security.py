"""Figures of passwords, PINs, codes and sign-ins, read from `security.yaml` with their sources."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from openpresso.documents import load_document, validate
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).with_name("security.yaml")


@dataclass(frozen=True, slots=True)
class Security:
    """The figures.

    Parameters
    ----------
    figures
        Each by its name.
    common
        Words that people choose first.
    """

    figures: Mapping[str, int]
    common: frozenset[str]

    def __getitem__(self, name: str) -> int:
        return self.figures[name]

    def span(self, name: str) -> dt.timedelta:
        """Return a figure in hours or minutes as a span of time."""
        unit = name.rpartition("-")[2]
        return dt.timedelta(**{unit: self.figures[name]})


@lru_cache(maxsize=4)
def security(path: Path = SHIPPED) -> Security:
    """Read the figures.

    Raises
    ------
    InputError
        If the file is none of figures, or one is missing; it names line, value and what is allowed.
    """
    from openpresso.clinic.people.security_file import FigureName, SecurityFile  # pydantic

    content = validate(load_document(path), SecurityFile)
    missing = [name for name in get_args(FigureName) if name not in content.figures]
    if missing:
        raise InputError.one(
            str(path),
            "missing-figure",
            f"there is no {', '.join(missing)}",
            path="figures",
            hint="Add it with value, unit, mark and source.",
        )
    return Security(
        {name: entry.value for name, entry in content.figures.items()},
        frozenset(content.common.words),
    )
