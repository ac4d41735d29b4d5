"""What a cuff counts in every tick: time, air, wear and trips.

The buffer of counts is flat: those of the cuff, then `CHAMBER_COUNTS` for each chamber. Counts that
stay without power are all but the first two and what follows from them.
"""

from .controller import DUTY, FAULT_BITS
from .registers import LEASE, RESTARTED

# Counts of a cuff; the last two remember, for the next tick.
(
    TICKS, PUMP_GIVEN, POWERED, POWERED_TICKS, PUMPED_FOR, PUMPED_TICKS, TRIPS, LEASES_LOST,
    WAS_TRIPPED, HAD_LEASE_FAULT,
) = range(10)  # fmt: skip
CUFF_COUNTS = 10
# Counts of a chamber; the last two remember what the valves were told.
(
    INLET_OPEN_FOR, EXHAUST_OPEN_FOR, INLET_CYCLES, EXHAUST_CYCLES, INLET_WAS, EXHAUST_WAS,
) = range(6)  # fmt: skip
CHAMBER_COUNTS = 6

WRAP = (1 << 30) - 1
"""Counts of ticks and of air begin again after this: an integer of 31 bits needs no memory."""
WRAP_VALVE = (1 << 16) - 1
"""Counts of a valve's open ticks begin again after this."""
CENTIHOUR = 7200
"""Ticks in 1/100 h."""


def count(
    n: int, state: list[int], inlet: list[int], exhaust: list[int], outputs: list[int],
    counts: list[int],
) -> None:  # fmt: skip
    """Count one tick, after the law's.

    Parameters
    ----------
    n
        Number of chambers.
    state, inlet, exhaust, outputs
        The law's buffers after its tick.
    counts
        `CUFF_COUNTS + n * CHAMBER_COUNTS` integers; changed in place.
    """
    duty = outputs[DUTY]
    counts[TICKS] = (counts[TICKS] + 1) & WRAP
    counts[PUMP_GIVEN] = (counts[PUMP_GIVEN] + duty) & WRAP
    counts[POWERED_TICKS] += 1
    if counts[POWERED_TICKS] >= CENTIHOUR:
        counts[POWERED_TICKS] = 0
        counts[POWERED] += 1
    counts[PUMPED_TICKS] += 1 if duty else 0
    if counts[PUMPED_TICKS] >= CENTIHOUR:
        counts[PUMPED_TICKS] = 0
        counts[PUMPED_FOR] += 1
    tripped = 1 if state[FAULT_BITS] & ~RESTARTED else 0
    counts[TRIPS] += 1 if tripped > counts[WAS_TRIPPED] else 0
    counts[WAS_TRIPPED] = tripped
    lost = 1 if state[FAULT_BITS] & LEASE else 0
    counts[LEASES_LOST] += 1 if lost > counts[HAD_LEASE_FAULT] else 0
    counts[HAD_LEASE_FAULT] = lost
    for i in range(n):
        at = CUFF_COUNTS + i * CHAMBER_COUNTS
        if inlet[i]:
            counts[at + INLET_OPEN_FOR] = (counts[at + INLET_OPEN_FOR] + 1) & WRAP_VALVE
            counts[at + INLET_CYCLES] += 1 - counts[at + INLET_WAS]
        counts[at + INLET_WAS] = inlet[i]
        if exhaust[i]:
            counts[at + EXHAUST_OPEN_FOR] = (counts[at + EXHAUST_OPEN_FOR] + 1) & WRAP_VALVE
        else:
            counts[at + EXHAUST_CYCLES] += counts[at + EXHAUST_WAS]
        counts[at + EXHAUST_WAS] = exhaust[i]
