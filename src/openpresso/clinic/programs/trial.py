"""Whether a program may be released: right on the practice's cuffs, and tried on the twin.

The twin is not asked here: a trial takes seconds, and no transaction waits for it. What it found
comes along with the digest of the text that was tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from openpresso import cuff as cuffs
from openpresso.clinic.programs import draft
from openpresso.errors import Diagnostic, InputError
from openpresso.program.check import fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpresso.cuff.model import Cuff
    from openpresso.program.model import Program


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial on the twin.

    Parameters
    ----------
    digest
        Of the text that was tried; see `draft.digest`.
    cuff
        Name of the cuff in the catalog.
    trouble
        Why it did not pass; empty when it did.
    """

    digest: str
    cuff: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a program goes with one type of cuff.

    Parameters
    ----------
    cuff
        Name of the cuff in the catalog.
    meant
        Whether the program is for cuffs of this limb with as many chambers.
    found
        What is wrong; empty for a cuff that it is not meant for.
    """

    cuff: str
    meant: bool
    found: tuple[Diagnostic, ...]

    @property
    def right(self) -> bool:
        """Whether this cuff can deliver it."""
        return self.meant and not any(one.severity == "error" for one in self.found)


def meant_for(program: Program, cuff: Cuff) -> bool:
    """Return whether a program is for cuffs of this limb with as many chambers."""
    right = cuff.limb in program.fit.limbs
    return right and program.fit.fewest <= cuff.n_chambers <= program.fit.most


def fittings(program: Program, types: Iterable[str]) -> tuple[Fitting, ...]:
    """Return how a program goes with types of cuffs; those that nobody knows are left out."""
    known = cuffs.names()
    found = []
    for name in sorted(set(types)):
        if name in known:
            cuff = cuffs.load(name)
            meant = meant_for(program, cuff)
            found.append(Fitting(name, meant, _found(program, name) if meant else ()))
    return tuple(found)


@lru_cache(maxsize=256)
def _found(program: Program, cuff_name: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a program on a cuff, worked out once: pages ask for it often."""
    return fits(program, cuffs.load(cuff_name))


def missing(text: str, types: Iterable[str], trials: Mapping[str, Trial]) -> tuple[str, ...]:
    """Return why a program is not released; empty when it can be.

    Parameters
    ----------
    text
        The program.
    types
        Types of the practice's cuffs.
    trials
        By the name of the cuff, of this very text; others count for nothing.
    """
    try:
        program = draft.program(text)
    except InputError as error:
        return tuple(one.text() for one in error.diagnostics)
    meant = [one for one in fittings(program, types) if one.meant]
    if not meant:
        own = ", ".join(sorted(set(types))) or "none"
        return (f"it is for none of the practice's cuffs ({own}): change fits, or the cuffs",)
    reasons = []
    for one in meant:
        errors = [found.text() for found in one.found if found.severity == "error"]
        if errors:
            reasons += [f"on {one.cuff}: {error}" for error in errors]
            continue
        trial = trials.get(one.cuff)
        if trial is None or trial.digest != draft.digest(text):
            reasons.append(f"it was not tried on the twin with {one.cuff}")
        elif trial.trouble:
            reasons.append(f"on the twin with {one.cuff}: {trial.trouble}")
    return tuple(reasons)
