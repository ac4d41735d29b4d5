"""How fluid leaves tissue: by lymphatics, and along the limb where oedema has opened channels.

Lymph: `J_L = J_0 clip(1 + k (P_i - P_0), 0, 10) (1 + g m) open`, with `m` the state of massage.
Along the limb: Darcy flow, driven by what the free-fluid pressure has above a threshold of 30 mmHg.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from openpresso.twin.fluid.interstitium import Array, Tissue, figures

PASCAL: Final = 133.322
"""[Pa] in 1 mmHg."""
_SI: Final = 1e-4 / 1e-2 * 1e6 * 60.0 * PASCAL
"""cm2 over cm, m3/s and Pa as mL/min and mmHg."""


def flow(tissue: Tissue, pressure: Array, massage: Array, open_share: Array) -> Array:
    """Lymph flow of each segment [mL/min].

    Parameters
    ----------
    tissue
        Whose.
    pressure
        Interstitial pressure of its own, without what presses from outside [mmHg]: outside
        pressure closes lymphatics as much as it fills them.
    massage
        State of massage, 0 to 1 [-].
    open_share
        Share of time that the way to the trunk is open [-].
    """
    known = figures()
    filled = 1.0 + known.lymph_gain * (pressure - known.tissue_pressure)
    driven = np.minimum(np.maximum(filled, 0.0), known.lymph_most)
    return np.asarray(tissue.lymph * driven * (1.0 + known.massage_gain * massage) * open_share)


def passage(above: Array) -> Array:
    """Share of time that lymph of a segment gets to the trunk [-].

    Parameters
    ----------
    above
        Share of a cycle that tissue pressure is above the lymphatics' pump pressure
        `(..., n_segments)`, distal to proximal [-]. What leaves a segment has to pass those
        above it, so the least open one rules.
    """
    free = np.clip(1.0 - above, 0.0, 1.0)
    return np.asarray(np.minimum.accumulate(free[..., ::-1], axis=-1)[..., ::-1])


def massage(swing: Array, rate: float) -> Array:
    """State of massage that cyclic pressure tends to, 0 to 1 [-].

    Parameters
    ----------
    swing
        Rise and fall of tissue pressure [mmHg].
    rate
        Cycles a minute [1/min].
    """
    known = figures()
    depth = np.clip(swing / known.massage_pressure, 0.0, 1.0)
    return np.asarray(depth * -np.expm1(-rate / known.massage_rate))


def head_reached(plateau: Array, held: Array, lag: Array, period: Array | float = np.inf) -> Array:
    """Free-fluid pressure above rest at the end of a hold [mmHg].

    `H = p (1 - exp(-t/tau))/(1 - exp(-T/tau))`: the lag `tau dP/dt = p - P` under one hold, or
    under holds that repeat.

    Parameters
    ----------
    plateau
        What the pressure would reach in the end: share times skin pressure [mmHg].
    held, lag
        Length of the hold and the tissue's lag [s].
    period
        Of the repeats [s]; without end for a single hold.
    """
    return np.asarray(plateau * np.expm1(-held / lag) / np.expm1(-np.asarray(period) / lag))


def driving(plateau: Array, held: Array, lag: Array, period: float) -> Array:
    """Mean over a cycle of what the free-fluid pressure has above the threshold [mmHg].

    `1/T int max(P - 30, 0) dt` in closed form, for one hold in a cycle, once cycles repeat.

    Parameters
    ----------
    plateau, held, lag, period
        As for `head_reached`.
    """
    limit = figures().threshold
    top = head_reached(plateau, held, lag, period)
    reaches = top > limit
    over = np.where(reaches, top, 2.0 * limit)
    full = np.where(reaches, np.maximum(plateau, over * (1.0 + 1e-12)), 3.0 * limit)
    bottom = over * np.exp(-np.maximum(period - held, 0.0) / lag)
    start = np.maximum(bottom, limit)
    rising = held - lag * np.log((full - bottom) / (full - start))
    climbed = (full - limit) * rising - lag * (over - start)
    falling = lag * np.log(over / start)
    sunk = lag * (over - start) - limit * falling
    return np.asarray(np.where(reaches, (climbed + sunk) / period, 0.0))


def free_fluid(tissue: Tissue, fluid: Array, bound: Array) -> Array:
    """Fluid that can move along the limb: what is neither held by the gel nor bound [mL]."""
    held = bound + (1.0 + figures().tight_until) * tissue.fluid
    return np.asarray(np.maximum(fluid - held, 0.0))


def conductivity(tissue: Tissue, fluid: Array, bound: Array) -> Array:
    """Hydraulic conductivity [m2/(Pa s)]: from that of normal tissue to that of oedema, in logs.

    It rises between the volume at which free fluid begins and that at which tissue is slack.
    """
    known = figures()
    loose = free_fluid(tissue, fluid, bound) / tissue.fluid
    part = np.minimum(loose / (known.slack_from - known.tight_until), 1.0)
    dry = known.dry_conductivity
    return np.asarray(np.where(part > 0.0, dry * (tissue.conductivity / dry) ** part, 0.0))


def along(tissue: Tissue, fluid: Array, bound: Array, drive: Array) -> Array:
    """Flow from each segment to the next, the last one's into the trunk [mL/min].

    `q = K A/L (E_i - E_i+1)`, with the conductivity of the segment that gives.

    Parameters
    ----------
    tissue, fluid, bound
        Whose, interstitial volume and what of it is bound [mL].
    drive
        `driving` of each segment [mmHg].
    """
    area = figures().subcutis_share * tissue.volume / tissue.length
    ability = _SI * conductivity(tissue, fluid, bound) * area / tissue.length
    upper = np.concatenate([drive[..., 1:], np.zeros_like(drive[..., :1])], axis=-1)
    difference = drive - upper
    giving = np.where(difference >= 0.0, ability, np.roll(ability, -1, axis=-1))
    return np.asarray(giving * difference)
