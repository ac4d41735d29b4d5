"""Where each quantity of the twin lies in memory: rows of one flat array, a lane for each chamber.

The chambers of all cuffs lie side by side, with an empty lane before, between and after the cuffs
so that every lane has a distal and a proximal neighbour. A lane of row `R` is `R * STRIDE + lane`.
One array and a constant stride let the compiler see that rows never overlap, and so vectorise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STRIDE = 584
"""Lanes a row can hold: short strides make rows collide in the processor's store buffer."""

LINE = 8
"""Numbers in a cache line."""

STATE = ("GAS", "TISSUE", "DEEP", "SUPERFICIAL")
"""Integrated rows: gas in the chamber [mL at 760 mmHg], tissue pressure [mmHg], and blood in deep
and superficial veins [mL]."""

ROWS = (
    *STATE,
    *(f"S_{name}" for name in STATE),
    # slow states of the veins: blood held by creep [mL], change of the inflow by tone [-], and the
    # share of the resting volume that tightened veins give up [-]
    "CREEP_DEEP", "CREEP_SUPERFICIAL", "TONE", "TIGHT",
    # bookkeeping: gas lost and blood supplied since the start [mL]
    "LOST", "SUPPLIED",
    # valves: what they were told, how far they are from it, and what half a substep leaves of that
    "INLET", "EXHAUST", "INLET_AWAY", "EXHAUST_AWAY", "INLET_KEEP", "EXHAUST_KEEP",
    # algebraic: pressures [mmHg] and flows [mL/s]
    "PRESSURE", "MANIFOLD", "AROUND_DEEP", "AROUND_SUPERFICIAL", "P_DEEP", "P_SUPERFICIAL",
    "Q_DEEP", "Q_SUPERFICIAL", "Q_INLET",
    # parameters of the sleeve
    "DEAD", "SLACK", "SLACK_PRESSURE", "STRETCH", "COUPLING", "BLOOD_AT_REST",
    "C_INLET", "B_INLET", "SPAN_INLET", "PATCH_INLET",
    "C_EXHAUST", "B_EXHAUST", "SPAN_EXHAUST", "PATCH_EXHAUST", "LEAK",
    # parameters of the limb
    "TO_DEEP", "TO_SUPERFICIAL", "SPREAD", "CONTACT",
    "REST_DEEP", "REST_SUPERFICIAL", "COMPLIANCE_DEEP", "COMPLIANCE_SUPERFICIAL",
    "PER_REST_DEEP", "PER_REST_SUPERFICIAL", "PER_RANGE_DEEP", "PER_RANGE_SUPERFICIAL",
    "G_DEEP", "G_SUPERFICIAL", "G_PERFORATOR", "VALVE_LEAK", "STEP_UP",
    "IN_DEEP", "IN_SUPERFICIAL", "ARTERIAL", "OUTLET",
    # parameters of the slow response: what the rows above are without it, and how it follows
    "FIRM_DEEP", "FIRM_SUPERFICIAL", "CREEP_SHARE", "CREEP_KEEP",
    "SUPPLY_DEEP", "SUPPLY_SUPERFICIAL", "DEEP_AT_REST", "TONE_KEEP",
    "TRANSMURAL_AT_REST", "TIGHT_KEEP",
    "PER_ROOM_DEEP", "PER_ROOM_SUPERFICIAL", "REST_PER_ROOM",
    # observations, one at the end of each period: sums of interface, tissue and venous pressure and
    # of the outflow, the highest tissue pressure and outflow, periods under blocking pressure, and
    # those under driving pressure without a break, now and at most
    "SUM_INTERFACE", "SUM_TISSUE", "SUM_VENOUS", "SUM_OUT", "MOST_TISSUE", "MOST_OUT", "BLOCKED",
    "RUN", "DRIVEN",
    # sensors: measured = gain * pressure + offset + drift * time + noise
    "GAIN", "OFFSET", "DRIFT",
)  # fmt: skip
"""Names of the rows, in order; `S_` holds the state at the substep's start."""

ROW = {name: index * STRIDE for index, name in enumerate(ROWS)}
"""Start of each row in the flat array."""


def allocate() -> NDArray[np.float64]:
    """Return the flat array, so laid that vectors from lane 1 on do not straddle cache lines."""
    size = len(ROWS) * STRIDE
    memory = np.zeros(size + LINE)
    start = -(memory.ctypes.data // memory.itemsize + 1) % LINE
    return memory[start : start + size]
