"""The slow scale: fluid and protein in the tissue of a limb, from a minute to weeks.

It is fed by the means of the fast scale (`Averages`) and by posture, and never solved with it.
Filtration by Starling and by Michel and Levick, pressure by Guyton, lymph, flow along the limb in
oedema, bound oedema. Explicit steps: what enters one account leaves another, to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from openpresso.errors import InputError
from openpresso.twin.fluid import interstitium, lymph
from openpresso.twin.fluid.interstitium import Array, Tissue, figures
from openpresso.twin.fluid.loads import Load

STEP: Final = 1.0
"""Step in a session [min]."""
STEEPEST: Final = 0.2
"""Largest share of its distance from balance that a volume may go in a step [-]."""
SHARE_MOVED: Final = 0.3
"""Largest share of the free fluid that may leave a segment in a sub-step [-]."""
MOST_SUBSTEPS: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where a limb is on the slow scale; arrays of shape `(..., n_segments)`."""

    fluid: Array
    """Interstitial volume [mL]."""
    protein: Array
    """In the interstitium [g]."""
    glycocalyx: Array
    """Oncotic pressure under the capillaries' lining [mmHg]."""
    massage: Array
    """Of the lymphatics, 0 to 1 [-]."""
    bound: Array
    """Oedema that the tissue holds without pressure [mL]."""
    emptied: Array
    """Venous blood out of the limb, `(...,)` [mL]."""

    def volume(self, tissue: Tissue) -> Array:
        """Volume of each segment, without the blood that is out for the moment [mL]."""
        return np.asarray(tissue.volume + self.fluid - tissue.fluid)


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """What went where, summed over the time of a call; arrays `(..., n_segments)`."""

    filtered: Array
    """Out of the capillaries [mL]; negative where more was taken back."""
    drained: Array
    """By lymph [mL]."""
    along: Array
    """To the next segment, the last one's into the trunk [mL]."""
    protein_filtered: Array
    protein_drained: Array
    protein_along: Array
    """The same for protein [g]."""


def longest_step(tissue: Tissue) -> float:
    """Longest step that the tissue's own stiffness allows [min].

    The fastest volume is that of tight tissue: `(K_F + k J_0 (1 + g))/(C V_0)`.
    """
    known = figures()
    drains = tissue.lymph * known.lymph_gain * (1.0 + known.massage_gain)
    rate = (tissue.filtration + drains) / (known.stiff_share * tissue.fluid)
    return float(STEEPEST / np.max(rate))


def advance(
    tissue: Tissue, state: State, load: Load, minutes: float, step: float = STEP
) -> tuple[State, Flows]:
    """Return the state after some time under a load, and what went where meanwhile.

    Parameters
    ----------
    tissue, state, load
        Whose, from where, under what.
    minutes
        Time [min].
    step
        At most so long [min]; the last steps are made equal.

    Raises
    ------
    InputError
        If time or step are not positive, or the step is too long for the tissue.
    """
    if not (np.isfinite(minutes) and minutes > 0.0 and np.isfinite(step) and step > 0.0):
        raise InputError.one(
            "advance",
            "not-a-time",
            f"{minutes:g} min in steps of {step:g} min; both must be positive",
            path="minutes",
        )
    if state.fluid.shape != tissue.shape:
        raise InputError.one(
            "advance",
            "wrong-shape",
            f"a state of shape {state.fluid.shape} for a tissue of shape {tissue.shape}",
            path="state",
        )
    count = int(np.ceil(minutes / step - 1e-9))
    if minutes / count > (longest := longest_step(tissue)):
        raise InputError.one(
            "advance",
            "step-too-long",
            f"a step of {minutes / count:g} min; this tissue answers within "
            f"{longest / STEEPEST:.3g} min and allows at most {longest:.3g} min",
            path="step",
            hint="Take a shorter step; a longer one would be wrong without saying so.",
        )
    zero = np.zeros(tissue.shape)
    totals = [zero, zero, zero, zero, zero, zero]
    for _ in range(count):
        state, moved = _step(tissue, state, load, minutes / count)
        totals = [total + one for total, one in zip(totals, moved, strict=True)]
    return state, Flows(*totals)


def _step(tissue: Tissue, state: State, load: Load, dt: float) -> tuple[State, tuple[Array, ...]]:
    """One explicit step; lags of minutes are exact and enter by their mean."""
    known = figures()
    pressure = interstitium.pressure(tissue, state.fluid, state.bound)
    concentration = state.protein / state.fluid
    plasma = known.plasma_oncotic / known.oncotic_per_protein
    across = tissue.capillary + load.capillary - pressure - load.outside
    inside = known.oncotic_per_protein * concentration
    balance = np.maximum(inside, known.plasma_oncotic - across / known.reflection)
    lining, mean_lining = _lagged(state.glycocalyx, balance, dt / known.glycocalyx_lag)
    massage, mean_massage = _lagged(state.massage, load.massage, dt / known.massage_lag)
    filtered = dt * filtration(tissue, load, pressure, mean_lining)
    drained = dt * lymph.flow(tissue, pressure, mean_massage, load.open)
    carried = (1.0 - known.reflection) * np.where(filtered > 0.0, plasma, concentration)
    protein_in = filtered * carried + dt * tissue.diffusion * (plasma - concentration)
    protein_out = drained * concentration
    fluid = state.fluid + filtered - drained
    protein = state.protein + protein_in - protein_out
    fluid, protein, moved, protein_moved = _redistribute(tissue, load, state, fluid, protein, dt)
    bound = state.bound
    if np.any(tissue.bound):
        days = dt / (1440.0 * known.bound_lag)
        bound = _lagged(bound, bound_in_the_end(tissue, fluid), days)[0]
    emptied = _lagged(state.emptied, load.emptied, dt / known.blood_return)[0]
    after = State(fluid, protein, lining, massage, bound, emptied)
    return after, (filtered, drained, moved, protein_in, protein_out, protein_moved)


def _redistribute(
    tissue: Tissue, load: Load, state: State, fluid: Array, protein: Array, dt: float
) -> tuple[Array, Array, Array, Array]:
    """Move free fluid along the limb, in sub-steps that no segment empties in."""
    zero = np.zeros_like(fluid)
    if not np.any(load.drive):
        return fluid, protein, zero, zero
    moved, protein_moved, left = zero, zero, dt
    for _ in range(MOST_SUBSTEPS):
        rate = lymph.along(tissue, fluid, state.bound, load.drive)
        leaving = np.maximum(rate, 0.0) + _shifted(np.maximum(-rate, 0.0), 1)
        free = lymph.free_fluid(tissue, fluid, state.bound)
        fastest = float(np.max(leaving / np.maximum(free, 1e-12)))
        part = min(left, SHARE_MOVED / fastest) if fastest > 0.0 else left
        concentration = protein / fluid
        source = np.where(rate >= 0.0, concentration, _shifted(concentration, -1))
        shift = part * rate
        fluid = fluid - shift + _shifted(shift, 1)
        protein = protein - shift * source + _shifted(shift * source, 1)
        moved, protein_moved = moved + shift, protein_moved + shift * source
        left -= part
        if left <= 0.0:
            return fluid, protein, moved, protein_moved
    raise InputError.one(
        "advance",
        "step-too-long",
        f"fluid moves along the limb so fast that {dt:g} min take more than {MOST_SUBSTEPS} steps",
        path="step",
        hint="Take a shorter step, or look at the conductivity of the tissue.",
    )


def filtration(tissue: Tissue, load: Load, pressure: Array, inside: Array) -> Array:
    """Starling's flow out of the capillaries [mL/min]."""
    known = figures()
    across = tissue.capillary + load.capillary - pressure - load.outside
    pull = known.reflection * (known.plasma_oncotic - inside)
    return np.asarray(tissue.filtration * (across - pull))


def bound_in_the_end(tissue: Tissue, fluid: Array) -> Array:
    """Oedema that a volume would leave bound after weeks [mL]."""
    return np.asarray(tissue.bound * np.maximum(fluid - tissue.fluid, 0.0))


def _lagged(start: Array, end: Array, times: float) -> tuple[Array, Array]:
    """Return a first-order lag after some of its time constants, and its mean until then."""
    gap = start - end
    left = float(np.exp(-times))
    return end + gap * left, end + gap * ((1.0 - left) / times)


def _shifted(values: Array, by: int) -> Array:
    """Values moved one segment proximally (1) or distally (-1), zero where none comes."""
    moved = np.zeros_like(values)
    if by > 0:
        moved[..., 1:] = values[..., :-1]
    else:
        moved[..., :-1] = values[..., 1:]
    return moved
