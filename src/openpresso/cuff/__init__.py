"""Cuffs: what they are, the catalog, and reading them from files.

`load("leg-8")` gives a `Cuff` of the catalog, `load("my-cuff.yaml")` one from a file.
"""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpresso.cuff.model import Chamber, Cuff, Hose, Limb, Pump, Valve, Zone
from openpresso.cuff.volume import free_air, gas_volume
from openpresso.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from openpresso.cuff.sources import Figure

__all__ = [
    "Chamber",
    "Cuff",
    "Hose",
    "Limb",
    "Pump",
    "Valve",
    "Zone",
    "check",
    "cuff_schema",
    "describe",
    "free_air",
    "gas_volume",
    "load",
    "names",
]

_CATALOG: Final = Path(__file__).parent / "catalog"
_LIMBS: Final = ("foot", "calf", "leg", "arm")


@cache
def _catalog() -> tuple[str, ...]:
    """Return the catalog's names, by limb and then by number of chambers."""
    found = (file.stem for file in _CATALOG.glob("*.yaml"))

    def place(name: str) -> tuple[int, int]:
        limb, _, count = name.partition("-")
        return _LIMBS.index(limb), int(count)

    return tuple(sorted(found, key=place))


def names() -> list[str]:
    """Return the names of the cuffs in the catalog.

    Returns
    -------
    list[str]
        By limb (foot, calf, leg, arm) and then by number of chambers.
    """
    return list(_catalog())


def load(name_or_path: str | Path) -> Cuff:
    """Return a cuff of the catalog, or one from a file.

    Parameters
    ----------
    name_or_path
        A name of the catalog, or the path of a YAML file.

    Returns
    -------
    Cuff
        The cuff.

    Raises
    ------
    InputError
        If there is no such cuff, or its file has errors.
    """
    if str(name_or_path) in _catalog():
        return _from_catalog(str(name_or_path))
    return _read(_find(name_or_path), str(name_or_path))[0]


def check(path: str | Path) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a cuff file.

    Parameters
    ----------
    path
        The file, or a name of the catalog.

    Returns
    -------
    tuple[Diagnostic, ...]
        Errors and warnings; empty if there are none.
    """
    try:
        return _read(_find(path), str(path))[1]
    except InputError as error:
        return error.diagnostics


def describe(cuff: Cuff) -> tuple[Figure, ...]:
    """Return every figure of a cuff with its value, mark and source, in the order of the model.

    Parameters
    ----------
    cuff
        The cuff.

    Returns
    -------
    tuple[Figure, ...]
        Path, value with unit, mark and source of each figure.
    """
    from openpresso.cuff import sources

    return sources.describe(cuff)


def cuff_schema() -> dict[str, Any]:
    """Return the JSON Schema of a cuff file.

    Returns
    -------
    dict[str, Any]
        JSON Schema, draft 2020-12.
    """
    from openpresso.cuff.files import CuffFile

    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **CuffFile.model_json_schema(), "title": "openpresso cuff"}


@cache
def _from_catalog(name: str) -> Cuff:
    return _read(_CATALOG / f"{name}.yaml", name)[0]


def _find(name_or_path: str | Path) -> Path:
    """Return the file that a name or path means."""
    name = str(name_or_path)
    if name in _catalog():
        return _CATALOG / f"{name}.yaml"
    path = Path(name_or_path)
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if there:
        return path
    near = difflib.get_close_matches(path.stem.casefold(), _catalog(), n=3, cutoff=0.5)
    question = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError.one(
        name,
        "missing-cuff",
        "there is no such file and no such cuff in the catalog",
        hint=f"{question}The catalog has {', '.join(_catalog())}.",
    )


def _read(path: Path, source: str) -> tuple[Cuff, tuple[Diagnostic, ...]]:
    """Return the cuff of a file, and its warnings."""
    from openpresso.cuff.files import read_cuff
    from openpresso.documents import load_document

    return read_cuff(load_document(path, source=source))
