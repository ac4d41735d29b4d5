"""After a session: skin, blood pressure, comfort, pain; and what they call for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.sessions.checklist import RiseEntry

Skin = Literal["unchanged", "marks", "redness", "broken"]

LONGEST_NOTE: Final = 4000
SYSTOLIC: Final = (50.0, 300.0)
DIASTOLIC: Final = (20.0, 200.0)


@dataclass(frozen=True, slots=True)
class After:
    """What is seen and said when the cuffs are off.

    Parameters
    ----------
    skin
        As it looks; `marks` are gone within minutes.
    comfort
        0 (could not be worse) to 10 (could not be better).
    pain
        0 (none) to 10 (worst).
    systolic, diastolic
        [mmHg]; None where it was not measured, and then both.
    note
        In words.
    """

    skin: Skin
    comfort: int
    pain: int
    systolic: float | None = None
    diastolic: float | None = None
    note: str = ""

    def data(self, before: dict[str, Any] | None, rise: RiseEntry) -> dict[str, Any]:
        """Return it as plain data, with what it calls for.

        Parameters
        ----------
        before
            `systolic` and `diastolic` before the session [mmHg]; None when not known.
        rise
            How much a rise is looked at.

        Raises
        ------
        InputError
            If a value cannot be.
        """
        self._check()
        return {
            "skin": self.skin,
            "comfort": self.comfort,
            "pain": self.pain,
            "systolic": self.systolic,
            "diastolic": self.diastolic,
            "note": self.note.strip(),
            "look": list(self._calls(before or {}, rise)),
        }

    def _calls(self, before: dict[str, Any], rise: RiseEntry) -> tuple[str, ...]:
        """Return what somebody has to look at: `skin`, `pain` or `blood-pressure`."""
        found = []
        if self.skin in {"redness", "broken"}:
            found.append("skin")
        if self.pain >= 4:
            found.append("pain")
        rises = (
            (self.systolic, before.get("systolic"), rise.systolic),
            (self.diastolic, before.get("diastolic"), rise.diastolic),
        )
        if any(
            now is not None and then is not None and now - then > most for now, then, most in rises
        ):
            found.append("blood-pressure")
        return tuple(found)

    def _check(self) -> None:
        """Refuse what cannot be."""
        if self.skin not in get_args(Skin):
            raise _wrong("skin", f"{self.skin!r}; allowed are {', '.join(get_args(Skin))}")
        for name, value in (("comfort", self.comfort), ("pain", self.pain)):
            if value not in range(11):
                raise _wrong(name, f"{value!r}; a whole number from 0 to 10 is allowed")
        if (self.systolic is None) != (self.diastolic is None):
            raise _wrong("diastolic", "a blood pressure is two numbers, or none")
        if self.systolic is not None and self.diastolic is not None:
            _within("systolic", self.systolic, *SYSTOLIC)
            _within("diastolic", self.diastolic, *DIASTOLIC)
            if self.diastolic >= self.systolic:
                raise _wrong("diastolic", f"{self.diastolic:g} is not below {self.systolic:g}")
        if len(self.note) > LONGEST_NOTE:
            raise _wrong("note", f"{len(self.note)} characters; at most {LONGEST_NOTE}")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise _wrong(name, f"{value!r} mmHg; {low:g} to {high:g} mmHg is allowed")


def _wrong(field: str, message: str) -> InputError:
    return InputError.one(
        "after", "not-allowed", message, path=field, hint="correct it; nothing was changed."
    )
