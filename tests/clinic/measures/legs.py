"""Girths of made-up legs as they are entered."""

from __future__ import annotations

from typing import Any

import numpy as np

from openpresso.clinic.measures import girths

HEIGHTS = [0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 36.0, 40.0]
LEG = [22.4, 23.6, 26.3, 29.8, 33.1, 35.6, 36.2, 35.2, 34.8, 36.9, 40.3]
"""Girths from the ankle to above the knee [cm]."""


def entry(leg: list[float] | None = None, **changed: object) -> dict[str, Any]:
    """Girths as a technician enters them, each read twice."""
    points = [
        {"height": height, "readings": [round(girth, 1), round(girth + 0.1, 1)]}
        for height, girth in zip(HEIGHTS, leg or LEG, strict=True)
    ]
    return {
        "points": points,
        "landmark": "upper edge of the lateral malleolus",
        "offset": 2.0,
        "spacing": 4.0,
        "position": "lying",
        "tape": "tension tape",
        "minutes_since_compression": 600,
    } | changed


def scaled(factor: float) -> list[float]:
    return [factor * one for one in LEG]


def noisy(rng: np.random.Generator, leg: list[float], noise: float = 0.3) -> girths.Girths:
    """A leg measured with the noise of a tape."""
    points = [
        {"height": height, "readings": [round(float(x), 1) for x in rng.normal(girth, noise, 2)]}
        for height, girth in zip(HEIGHTS, leg, strict=True)
    ]
    return girths.read(entry() | {"points": points})


def with_reading(
    index: int, which: int, value: float, leg: list[float] | None = None
) -> girths.Girths:
    """Girths with one reading entered wrongly."""
    detail = entry(leg)
    detail["points"][index]["readings"][which] = value
    return girths.read(detail)
