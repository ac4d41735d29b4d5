"""A measurement as a form: its fields, and what was typed as the clinic reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from openpresso.console.drawings.leg import OUTLINE, TOP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpresso.clinic.measures.kind import Measure
    from openpresso.console.forms.typed import Typed

FORMS: Final = ("girths", "number", "sum", "blood-pressure", "monofilament", "ankle-index")
"""Scorings that have a form here; answers of licensed instruments come on paper."""
READINGS: Final = (1, 2)
"""Each girth is read twice."""
HEIGHTS: Final = tuple(8.0 * n for n in range(9))
"""Heights above the landmark of a leg that was never measured [cm]."""
LANDMARK: Final = "upper edge of the outer ankle"
ANKLE: Final = 8.0
"""Level of the landmark above the sole in the drawing [cm]."""
MIDDLE: Final = 15.0
"""Middle of the drawing [cm]."""


def protocol(last: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return how a leg is measured: as last time, so that both can be compared.

    Parameters
    ----------
    last
        Details of the last girths of the leg; None without any.
    """
    if last is None:
        return {
            "heights": list(HEIGHTS),
            "landmark": LANDMARK,
            "offset": 0.0,
            "position": "lying",
            "tape": "",
            "before": {},
        }
    return {
        "heights": [point["height"] for point in last["points"]],
        "landmark": last["landmark"],
        "offset": last["offset"],
        "position": last["position"],
        "tape": last.get("tape", ""),
        "before": {point["height"]: point["readings"] for point in last["points"]},
    }


def marks(heights: Sequence[float], offset: float, leg: str) -> list[dict[str, float]]:
    """Return where each girth is taken in the drawing of a leg [cm].

    Parameters
    ----------
    heights, offset
        Above the landmark, which the drawing has at the ankle [cm].
    leg
        `left` or `right`; the toes point outwards.
    """
    import numpy as np

    outwards = 1.0 if leg == "left" else -1.0
    known, width, middle = OUTLINE.T
    found = []
    for height in heights:
        level = min(max(ANKLE + offset + height, 1.0), 89.0)
        centre = MIDDLE + outwards * float(np.interp(level, known, middle))
        half = float(np.interp(level, known, width))
        found.append({
            "height": height,
            "y": round(TOP - level, 2),
            "left": round(centre - half - 1.2, 2),
            "right": round(centre + half + 1.2, 2),
        })  # fmt: skip
    return found


def detail(measure: Measure, typed: Typed) -> dict[str, Any]:
    """Return what was typed as the details of a measurement; empty for kinds of one number."""
    if measure.scoring == "girths":
        return _girths(typed)
    if measure.scoring == "sum":
        return {item.key: typed.number(item.key) for item in measure.items}
    if measure.scoring == "blood-pressure":
        found = {name: typed.number(name) for name in ("systolic", "diastolic", "pulse")}
        return found | {name: typed.one(name) for name in ("position", "arm") if typed.one(name)}
    if measure.scoring == "monofilament":
        return {side: [typed.number(f"{side}-{n}") for n in range(1, 5)] for side in SIDES}
    if measure.scoring == "ankle-index":
        names = ("dorsalis_pedis", "posterior_tibial")
        ankle = {name: typed.number(name) for name in names if typed.one(name)}
        return {**ankle, "arms": [typed.number("arm-left"), typed.number("arm-right")]}
    note = typed.one("note")
    return {"note": note} if note else {}


SIDES: Final = ("left", "right")


def _girths(typed: Typed) -> dict[str, Any]:
    """Return girths; a height at which nothing was typed was not measured."""
    points = []
    for index, text in enumerate(typed.many("height")):
        readings = [typed.number(f"girth-{index}-{n}") for n in READINGS]
        if any(one is not None for one in readings):
            kept = [one for one in readings if one is not None]
            points.append({"height": _number(text), "readings": kept})
    return {
        "points": points,
        "landmark": typed.one("landmark"),
        "offset": typed.number("offset"),
        "position": typed.one("position"),
        "tape": typed.one("tape"),
        "minutes_since_compression": typed.number("minutes"),
    }


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
