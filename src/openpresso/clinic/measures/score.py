"""Scores: what the answers to an instrument add up to."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ANSWERED: Final = 0.5
"""Share of a domain's items that must be answered for it to have a mean; from memory."""


def domain_mean(answers: Sequence[float | None]) -> float | None:
    """Return the mean of the answered items of one domain; None when too few are answered."""
    given = [one for one in answers if one is not None]
    enough = len(given) >= ANSWERED * len(answers) and given
    return statistics.fmean(given) if enough else None


def domain_means(domains: Mapping[str, Sequence[float | None]]) -> dict[str, float | None]:
    """Return the mean of each domain (LYMQOL: Keeley 2010)."""
    return {name: domain_mean(answers) for name, answers in domains.items()}


def global_index(answers: Sequence[float], low: int = 1, high: int = 5) -> float:
    """Return a global index from 0 to 100 (CIVIQ: (sum - 20) / 80 x 100 for 20 items of 1 to 5).

    Parameters
    ----------
    answers
        All answers; none may be missing.
    low, high
        Range of one answer.
    """
    least = low * len(answers)
    return 100.0 * (sum(answers) - least) / ((high - low) * len(answers))
