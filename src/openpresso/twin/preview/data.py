"""A preview as plain data, for JSON and for the header of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.twin.preview import words
from openpresso.twin.preview.change import ENDS, ranged

if TYPE_CHECKING:
    from openpresso.twin.preview.preview import Preview

POINTS: Final = 120
"""Points of a curve at most."""
DIGITS: Final = 4
"""Significant digits; the model has fewer."""


def data(preview: Preview) -> dict[str, Any]:
    """Return everything that the page and the picture show."""
    return {
        "program": preview.program,
        "cuff": preview.cuff,
        "limb": preview.limb,
        "person": plain(preview.person),
        "posture": preview.posture,
        "ceiling": rounded(preview.ceiling),
        "duration": rounded(preview.duration),
        "presses": preview.presses,
        "head_threshold": preview.threshold,
        "reaches_head": preview.reaches,
        "segments": [plain(one) for one in preview.segments],
        "blood": plain(preview.blood),
        "change": plain(preview.change),
        "phases": [_phase(preview, number) for number in range(len(preview.cycles))],
        "volume": _volume(preview),
        "expected": list(words.plain(preview)),
        "ranges": {
            "draws": preview.draws,
            "seed": preview.seed,
            "percentiles": list(ENDS),
            "made": words.made(preview),
        },
        "unknown": list(words.unknown(preview)),
        "notice": words.NOTICE,
    }


def summary(preview: Preview) -> dict[str, Any]:
    """Return the few figures that stand beside a program that is loaded."""
    segments, change = preview.segments, preview.change.session
    figures: dict[str, Any] = plain({
        "skin_peak": max(one.skin.peak for one in segments),
        "muscle_peak": max(one.muscle.peak for one in segments),
        "ejected": preview.blood.ejected.value,
        "head_peak": max(one.head.middle for one in segments),
        "head_reached": preview.reaches,
        "change_low": change.low,
        "change": change.middle,
        "change_high": change.high,
    })  # fmt: skip
    return figures


def _phase(preview: Preview, number: int) -> dict[str, Any]:
    one, head = preview.cycles[number], preview.heads[number]
    step = max(1, -(-len(one.time) // POINTS))
    return {
        "name": one.phase,
        "duration": rounded(one.duration),
        "cycle": rounded(one.averages.duration),
        "ejected": rounded(one.averages.ejected),
        "time": plain(one.time[::step]),
        "set_points": plain(one.wanted[::step]),
        "skin": plain(one.skin[::step]),
        "tissue_fluid": plain(head[::step]),
    }


def _volume(preview: Preview) -> dict[str, Any]:
    course = preview.course
    return {
        "hours": plain(course.hours),
        "session": [plain(ranged(one)) for one in course.session],
        "without": [plain(ranged(one)) for one in course.without],
    }


def plain(value: object) -> Any:  # noqa: ANN401 -- plain data of any shape
    """Return data classes, arrays and numbers as plain data; what is no number becomes null."""
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value.tolist()]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return rounded(value) if np.isfinite(value) else None
    return value


def rounded(value: float) -> float:
    """Return a number to a few digits."""
    return float(f"{value:.{DIGITS}g}")


__all__ = ["data", "plain", "rounded", "summary"]
