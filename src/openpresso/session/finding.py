"""A finding: one alarm condition that is true now, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpresso.session.readings import Leg


@dataclass(frozen=True, slots=True)
class Finding:
    """One alarm condition that is determined to be true."""

    condition: str
    """A condition of the alarm table."""
    leg: Leg | None = None
    chamber: int | None = None
    """1..N from distal to proximal."""
    value: float = math.nan
    """What was measured, in the unit of the condition."""
    limit: float = math.nan
    """What it was measured against, in the same unit."""
    detail: str = ""
    """What the numbers do not say."""
    said: str = ""
    """Said in place of the table's text, where nobody measured the numbers of that text."""

    @property
    def key(self) -> tuple[str, Leg | None, int | None]:
        """Condition and place: equal keys are one occurrence."""
        return self.condition, self.leg, self.chamber

    @property
    def place(self) -> str:
        """Where, in words: `left cuff, chamber 3`."""
        if self.leg is None:
            return "station"
        return f"{self.leg} cuff" + (f", chamber {self.chamber}" if self.chamber else "")
