"""What a twin is filled with before it begins: empty lanes, sleeves, limbs, sensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openpresso.cuff.controller import chamber_settings, cuff_settings
from openpresso.cuff.model import Cuff
from openpresso.twin import kernel, limb, parameters
from openpresso.twin.air_supply import free_flow, relief
from openpresso.twin.layout import ROW
from openpresso.twin.physics import MAP, laminar_patch

if TYPE_CHECKING:
    from openpresso.twin.twin import Twin

ZERO_ERROR = 0.3
"""What zeroing against atmosphere leaves [mmHg]; estimated."""
GAIN_ERROR = 0.005
"""Spread of the sensors' gain [-]: +-1 % at two standard deviations; estimated."""
DRIFT = 0.5 / 3600.0
"""Spread of the sensors' drift [mmHg/s]; estimated."""
NEIGHBOUR = parameters.value("sleeve", "neighbour")
"""Volume pushed into a chamber by each mmHg in a neighbour, for each mL of its slack [1/mmHg]."""
DONNING = parameters.value("response", "donning")
"""Interface pressure of a worn sleeve without air [mmHg]."""
EDGE = parameters.value("response", "edge")
"""Length over which pressure in the depth falls off at an edge, in limb radii [-]."""
OUTLET = 5.0
"""Pressure in the large veins [mmHg]."""
RESERVOIR = 1e12
"""Size of the lane that takes what leaves the limb [mL]."""


def fill(twin: Twin, rngs: Sequence[np.random.Generator]) -> None:
    """Fill all lanes of a twin; each cuff draws its sensors' errors from its own generator."""
    _reservoirs(twin)
    for index, cuff in enumerate(twin.cuffs):
        _sleeve(twin, index, cuff)
        _limb(twin, index, twin.limbs[index])
        _sensors(twin, index, rngs[index])


def spread(cuff: Cuff, radius: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a chamber's pressure that is lost to the depth under each neighbour [-].

    lambda / (2 L) (1 - exp(-L / lambda)): the mean over a segment of length L of a pressure that
    changes at its edge and decays on both sides with exp(-x / lambda).
    """
    length = np.array([chamber.length - chamber.overlap for chamber in cuff.chambers])
    decay = EDGE * radius
    return np.asarray(0.5 * decay / length * -np.expm1(-length / decay))


def _reservoirs(twin: Twin) -> None:
    """Make every lane a reservoir: at zero pressure, with no flow of its own."""
    for name, value in {
        "GAS": RESERVOIR, "DEAD": RESERVOIR, "SLACK": 1.0, "SLACK_PRESSURE": 4.0,
        "STRETCH": 1.0, "DEEP": 1.0, "SUPERFICIAL": 1.0, "REST_DEEP": 1.0,
        "REST_SUPERFICIAL": 1.0, "FIRM_DEEP": 1.0, "FIRM_SUPERFICIAL": 1.0,
        "DEEP_AT_REST": 1.0, "PER_REST_DEEP": 1.0, "PER_REST_SUPERFICIAL": 1.0,
        "COMPLIANCE_DEEP": RESERVOIR, "COMPLIANCE_SUPERFICIAL": RESERVOIR, "OUTLET": OUTLET,
    }.items():  # fmt: skip
        twin.A[ROW[name] : ROW[name] + twin.lanes] = value


def _sleeve(twin: Twin, index: int, cuff: Cuff) -> None:
    """Fill in a cuff: its chambers, valves and pump, and the settings of its law."""
    columns = {
        "DEAD": "dead_volume", "SLACK": "slack_volume", "SLACK_PRESSURE": "slack_pressure",
        "STRETCH": "stretch",
    }  # fmt: skip
    for name, field in columns.items():
        twin.row(name, index)[:] = [getattr(chamber, field) for chamber in cuff.chambers]
    twin.row("COUPLING", index)[:] = NEIGHBOUR * twin.row("SLACK", index)
    for which, valve in {"INLET": cuff.inlet, "EXHAUST": cuff.exhaust}.items():
        span, patch = laminar_patch(valve.critical_ratio)
        twin.row(f"C_{which}", index)[:] = valve.conductance
        twin.row(f"B_{which}", index)[:] = valve.critical_ratio
        twin.row(f"SPAN_{which}", index)[:] = span
        twin.row(f"PATCH_{which}", index)[:] = patch
    params = twin.params[index]
    params[kernel.M_GAS] = params[kernel.M_VOLUME] = cuff.manifold_volume
    params[kernel.PUMP_FLOW] = free_flow(cuff)
    params[kernel.PER_PUMP_MAX] = 1.0 / cuff.pump.max_pressure
    params[kernel.C_DUMP] = cuff.dump.conductance
    params[kernel.B_DUMP] = cuff.dump.critical_ratio
    params[[kernel.SPAN_DUMP, kernel.PATCH_DUMP]] = laminar_patch(cuff.dump.critical_ratio)
    params[kernel.PUMP_GAIN] = 1.0
    safety = relief(cuff)
    params[[kernel.RELIEF_OPENS, kernel.RELIEF_SLOPE]] = safety.opens, safety.slope
    twin.settings[index] = cuff_settings(cuff)
    chambers = chamber_settings(cuff)
    twin.chambers[index, : len(chambers)] = chambers


def _limb(twin: Twin, index: int, under: limb.Limb) -> None:
    """Fill in the limb under a cuff, its veins full for the pressure in the large ones."""
    deep, superficial = 1.0 - under.superficial_share, under.superficial_share
    inflow = under.inflow / (MAP - 10.0)
    creep = parameters.value("response", "creep_share")
    # What was measured is what a vein takes up in the end, creep included.
    compliance = under.compliance / (1.0 + creep)
    rows: dict[str, NDArray[np.float64] | float] = {
        "FIRM_DEEP": deep * under.rest,
        "FIRM_SUPERFICIAL": superficial * under.rest,
        "REST_DEEP": deep * under.rest,
        "REST_SUPERFICIAL": superficial * under.rest,
        "COMPLIANCE_DEEP": deep * compliance,
        "COMPLIANCE_SUPERFICIAL": superficial * compliance,
        "PER_REST_DEEP": 1.0 / (deep * under.rest),
        "PER_REST_SUPERFICIAL": 1.0 / (superficial * under.rest),
        "PER_RANGE_DEEP": 1.0 / (deep * under.largest),
        "PER_RANGE_SUPERFICIAL": 1.0 / (superficial * under.largest),
        "PER_ROOM_DEEP": 1.0 / (deep * under.largest),
        "PER_ROOM_SUPERFICIAL": 1.0 / (superficial * under.largest),
        "REST_PER_ROOM": under.rest / under.largest,
        "DEEP": deep * (under.rest + compliance * OUTLET),
        "SUPERFICIAL": superficial * (under.rest + compliance * OUTLET),
        "G_DEEP": under.conductance,
        "G_SUPERFICIAL": under.conductance * superficial / deep,
        "G_PERFORATOR": under.perforator,
        "VALVE_LEAK": under.valve_leak,
        "STEP_UP": under.step_up,
        "SUPPLY_DEEP": deep * inflow,
        "SUPPLY_SUPERFICIAL": superficial * inflow,
        "DEEP_AT_REST": deep * under.rest,
        "ARTERIAL": MAP + under.head,
        "TO_DEEP": under.deep,
        "TO_SUPERFICIAL": under.superficial,
        "SPREAD": spread(twin.cuffs[index], under.radius),
        "CONTACT": limb.CONTACT,
        "OUTLET": under.deep * DONNING,
        "CREEP_SHARE": creep,
        "CREEP_KEEP": math.exp(-kernel.TICK / parameters.value("response", "creep_time")),
        "TRANSMURAL_AT_REST": RESERVOIR,
        "TIGHT_KEEP": math.exp(-kernel.TICK / parameters.value("response", "tight_time")),
        "TONE_KEEP": math.exp(-kernel.TICK / parameters.value("response", "tone_time")),
    }
    for name, values in rows.items():
        twin.row(name, index)[:] = values


def _sensors(twin: Twin, index: int, rng: np.random.Generator) -> None:
    """Draw the errors of a cuff's sensors."""
    n = int(twin.count[index])
    twin.row("GAIN", index)[:] = rng.normal(1.0, GAIN_ERROR, n)
    twin.row("OFFSET", index)[:] = rng.normal(0.0, ZERO_ERROR, n)
    twin.row("DRIFT", index)[:] = rng.normal(0.0, DRIFT, n)
