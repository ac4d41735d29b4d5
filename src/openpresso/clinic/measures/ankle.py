"""The ankle brachial index: from pressures, with its method, and when it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

METHOD: Final = "highest-ankle"
"""Highest ankle over highest arm pressure; the lowest ankle would find 34.5 instead of 18.0 %
abnormal in the same people (getABI, PMC1950873), so the method is kept with the value."""
ABNORMAL: Final = 0.90
BORDERLINE: Final = 0.99
INVALID: Final = 1.30
"""Above it the index is not good but invalid: the artery may not be compressible."""
STIFF: Final = 1.40
"""Above it the artery is called not compressible (ACC/AHA as quoted)."""

Meaning = Literal["abnormal", "borderline", "normal", "doubtful", "not compressible"]


@dataclass(frozen=True, slots=True)
class AnkleIndex:
    """An ankle brachial index."""

    value: float
    meaning: Meaning
    method: str = METHOD

    @property
    def valid(self) -> bool:
        """Whether it says anything about the flow; if not, take a toe pressure."""
        return self.value <= INVALID


def ankle_index(ankle: Sequence[float], arms: Sequence[float]) -> AnkleIndex:
    """Return the index of one leg.

    Parameters
    ----------
    ankle
        Systolic pressures at that ankle, one for each artery [mmHg].
    arms
        Systolic pressures of both arms [mmHg].
    """
    value = max(ankle) / max(arms)
    return AnkleIndex(value, meaning(value))


def meaning(value: float) -> Meaning:
    """Return what an index means; 0.90 and 0.99 are the upper ends of their bands."""
    if value > STIFF:
        return "not compressible"
    if value > INVALID:
        return "doubtful"
    if value <= ABNORMAL:
        return "abnormal"
    return "borderline" if round(value, 2) <= BORDERLINE else "normal"
