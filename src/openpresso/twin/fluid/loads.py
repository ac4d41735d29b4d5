"""What acts on the tissue of a limb for a while: posture, muscles, a garment, or a cuff's cycle."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal, Protocol, get_args

import numpy as np

from openpresso.errors import InputError
from openpresso.twin.fluid import lymph
from openpresso.twin.fluid.interstitium import Array, Tissue, figures
from openpresso.twin.limb import POSTURES, Posture

Activity = Literal["still", "walking", "cycling", "stasis"]
"""What the muscles do; `stasis` is a venous cuff that holds blood and lymph back."""


class Cycle(Protocol):
    """What the slow scale needs to know of one cycle of a program: the `Averages` of the twin."""

    @property
    def duration(self) -> float:
        """Length of the cycle [s]."""

    @property
    def interface(self) -> Array:
        """Mean skin pressure [mmHg]."""

    @property
    def tissue(self) -> Array:
        """Mean tissue pressure [mmHg]."""

    @property
    def tissue_peak(self) -> Array:
        """Highest tissue pressure [mmHg]."""

    @property
    def held(self) -> Array:
        """Longest time above 30 mmHg of tissue pressure [s]."""

    @property
    def above(self) -> Array:
        """Share of the cycle above the lymphatics' pump pressure [-]."""

    @property
    def venous(self) -> Array:
        """Mean pressure in the deep veins [mmHg]."""

    @property
    def ejected(self) -> float:
        """Blood moved out of the limb beyond rest outflow [mL]."""


_OF_SEGMENTS: Final = ("interface", "tissue", "tissue_peak", "held", "above", "venous")


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What acts on the tissue for a while; arrays that broadcast to `(..., n_segments)`."""

    capillary: Array
    """Capillary pressure above that lying at heart level [mmHg]."""
    outside: Array
    """Tissue pressure from outside [mmHg]."""
    massage: Array
    """State of massage that the lymphatics tend to, 0 to 1 [-]."""
    open: Array
    """Share of time that lymph gets to the trunk [-]."""
    drive: Array
    """Free-fluid pressure above the threshold, mean over a cycle [mmHg]."""
    emptied: Array
    """Venous blood that is kept out of the limb, `(...,)` [mL]."""


def resting(tissue: Tissue, posture: Posture, activity: Activity = "still") -> Load:
    """Return what acts on a limb without a cuff in a posture."""
    return worn(tissue, posture, 0.0, activity)


def worn(
    tissue: Tissue, posture: Posture, outside: Array | float, activity: Activity = "still"
) -> Load:
    """Return what acts under a steady outside pressure, such as that of a garment.

    Blood backs up behind a pressure above that in the veins (a waterfall), and capillary pressure
    rises by the excess; lymph stops where the pressure is above that of the lymphatics' pump.

    Parameters
    ----------
    tissue, posture, activity
        Whose, and how the limb is held and moved.
    outside
        Tissue pressure, one or for each segment [mmHg].

    Raises
    ------
    InputError
        If posture or activity are unknown, or the pressure is negative or not finite.
    """
    _check_held(posture, activity, outside)
    known = figures()
    left = {"walking": known.walking_pump, "cycling": known.cycling_pump}.get(activity, 1.0)
    moved = {"walking": known.walking_massage, "cycling": known.cycling_massage}.get(activity, 0.0)
    held_back = known.stasis if activity == "stasis" else 0.0
    zero = np.zeros(tissue.shape)
    pressed = zero + outside
    head = left * tissue.below_heart(posture)
    backed_up = np.maximum(pressed - (known.large_veins + np.maximum(head, 0.0)), 0.0)
    above = (pressed > known.lymph_pump).astype(np.float64)
    return Load(
        capillary=zero + known.posture_buffer * head + _felt(backed_up),
        outside=pressed,
        massage=zero + moved,
        open=lymph.passage(above) * (1.0 - held_back),
        drive=zero,
        emptied=np.zeros(tissue.shape[:-1]),
    )


def under_cuff(
    tissue: Tissue, averages: Cycle, posture: Posture, rest_venous: Array | None = None
) -> Load:
    """Return what acts under a cuff that repeats a cycle.

    The rise of venous pressure is what the fast scale gives above the hydrostatic one, at most the
    tissue pressure; a fall below it counts like one of posture, by the share that is not buffered.

    Parameters
    ----------
    tissue, posture
        Whose, and how the limb was held in the fast scale.
    averages
        Of one cycle, `(n_segments,)`.
    rest_venous
        Pressure in the deep veins without a cuff, in that posture, if the fast scale gave it
        `(n_segments,)` [mmHg]; that of a column of blood without it.

    Raises
    ------
    InputError
        If the cuff has another number of segments, or a mean is not a number.
    """
    known = figures()
    _check_averages(tissue, averages)
    _check_held(posture)
    head = tissue.head(posture)
    calm = known.large_veins + head if rest_venous is None else rest_venous
    change = averages.venous - calm
    fall = known.posture_buffer * np.clip(change, -np.maximum(head, 0.0), 0.0)
    rise = np.clip(change, 0.0, np.maximum(averages.tissue, 0.0))
    swing = np.minimum(averages.tissue_peak, 2.0 * (averages.tissue_peak - averages.tissue))
    pressed = averages.tissue > 0.0
    skin = np.where(pressed, averages.interface / np.where(pressed, averages.tissue, 1.0), 1.0)
    plateau = tissue.share * skin * averages.tissue_peak
    zero = np.zeros(tissue.shape)
    return Load(
        capillary=zero + known.posture_buffer * tissue.below_heart(posture) + fall + _felt(rise),
        outside=zero + averages.tissue,
        massage=zero + lymph.massage(swing, 60.0 / averages.duration),
        open=zero + lymph.passage(averages.above),
        drive=zero + lymph.driving(plateau, averages.held, tissue.lag, averages.duration),
        emptied=np.zeros(tissue.shape[:-1]) + np.maximum(averages.ejected, 0.0),
    )


def blended(parts: list[tuple[float, Load]]) -> Load:
    """Return the mean of loads, each with the time it acts."""
    total = sum(time for time, _ in parts)
    named = {
        one.name: sum(time / total * getattr(load, one.name) for time, load in parts)
        for one in fields(Load)
    }
    return Load(**named)


def _felt(rise: Array) -> Array:
    """Share of a rise of venous pressure that capillaries feel [mmHg]."""
    return np.asarray((1.0 - figures().arteriolar_share) * rise)


def _check_held(posture: str, activity: str = "still", outside: Array | float = 0.0) -> None:
    for path, given, allowed in (
        ("posture", posture, tuple(POSTURES)),
        ("activity", activity, get_args(Activity)),
    ):
        if given not in allowed:
            raise InputError.one(
                "load",
                f"unknown-{path}",
                f"{given!r} is no known {path}",
                path=path,
                hint=f"One of {', '.join(allowed)}.",
            )
    pressure = np.asarray(outside, dtype=np.float64)
    if not np.all(np.isfinite(pressure) & (pressure >= 0.0)):
        raise InputError.one(
            "load",
            "not-a-pressure",
            f"{outside} mmHg from outside; 0 or more is allowed",
            path="outside",
        )


def _check_averages(tissue: Tissue, averages: Cycle) -> None:
    segments = tissue.shape[-1]
    for name in _OF_SEGMENTS:
        value = np.asarray(getattr(averages, name))
        if value.shape[-1:] != (segments,):
            raise InputError.one(
                "averages",
                "wrong-segments",
                f"shape {value.shape}; the tissue has {segments} segments",
                path=name,
            )
    for name in ("duration", *_OF_SEGMENTS, "ejected"):
        value = np.asarray(getattr(averages, name))
        if not np.all(np.isfinite(value)) or (name == "duration" and value <= 0.0):
            raise InputError.one(
                "averages",
                "not-a-mean",
                f"{value} is not a finite mean over a cycle",
                path=name,
                hint="Run the fast twin until its cycles repeat.",
            )
