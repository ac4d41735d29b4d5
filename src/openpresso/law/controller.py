"""One tick of a cuff at 200 Hz: the regulator, then the guard, which has the last word.

All buffers are flat and integer, so that a microcontroller's `array`, a Python list and a NumPy
array serve alike; nothing is allocated. A chamber's memory begins at `i * WIDTH`.
"""

from .guard import (
    COMPRESSED,
    EMPTYING_TICKS,
    FAR,
    INVALID_TRIP,
    JUMP_TRIP,
    LEASE_TICKS,
    MADE_UP_TRIP,
    OVER_TICKS,
    PUMP_TICKS,
    VENT_TICKS,
    ZERO_RUN,
    air_given,
    count_if,
    count_invalid,
    count_jumps,
    does_not_fall,
    held_for,
    invalid,
    judges_fall,
    made_up,
    over_limit,
    zero_off,
)
from .registers import (
    FROZEN,
    JUMPS,
    LEASE,
    NO_FALL,
    NO_HOLD,
    NO_RISE,
    OVER_PRESSURE,
    PUMP,
    RANGE,
    RESTARTED,
    TIME_AT_PRESSURE,
    ZERO,
)
from .regulator import (
    RAISE_DUTY,
    READY,
    SHIFT,
    VENT,
    bleeds,
    estimate_level,
    estimate_slope,
    exhaust_open,
    joins,
    keeps_manifold,
    limited,
    manifold_let_out,
    manifold_raised,
    near,
    opening,
    pump_duty,
    shortfall,
    spun_up,
    throttled,
    wants_air,
)

# Settings of a cuff, written once.
(
    LEAD, MANIFOLD_RISE, PUMP_MAX, INLET_FALL, DUMP_FALL,
    PUMP_LAG, DUTY_SPAN, HOLD_TICKS, FROZEN_TICKS,
) = range(9)  # fmt: skip
CUFF_SETTINGS = 9
# Settings of a chamber.
LIMIT, AIR_BUDGET = range(2)
CHAMBER_SETTINGS = 2
# State of a cuff. LEASE_AGE < 0: never leased, so vented and silent.
(
    LEASE_AGE, CEILING, SERVED, SERVED_TICKS, SWITCHING, MANIFOLD, INLETS, DUMP, SPEED,
    QUIET, PUMP_RUNS, FAULT_BITS, FAULT_CHAMBER, TRIPPED_TICKS, DEFICIT, HIGHEST_TARGET,
) = range(16)  # fmt: skip
CUFF_STATE = 16
# Memory of a chamber.
(
    LEVEL, SLOPE, WANTS, LAST, SAME, OVER, BAD, JUMP_SCORE,
    EXHAUST_TICKS, HELD, RELEASED, OFF_ZERO, SETTLED, TARGET, MADE_UP, AIR, MARK,
    MOVED,
) = range(18)  # fmt: skip
WIDTH = 18
# Outputs of a cuff.
DUTY, DUMP_OPEN = range(2)
CUFF_OUTPUTS = 2

SWITCH_TICKS = 5
"""Ticks from the last open inlet to one at another pressure: the first takes 10 ms to close."""
QUIET_TICKS = 8
"""Ticks from the last closed inlet to the opening of the dump valve."""


def tick(
    settings: list[int], chambers: list[int], set_points: list[int], readings: list[int],
    pump_senses: int, state: list[int], memory: list[int], inlet: list[int], exhaust: list[int],
    outputs: list[int],
) -> None:  # fmt: skip
    """Advance the cuff by one tick of 5 ms.

    Parameters
    ----------
    settings, chambers
        Settings of the cuff and of its chambers (`CHAMBER_SETTINGS` each).
    set_points, readings
        Set-points and raw readings [1/100 mmHg], one for each chamber.
    pump_senses
        1 when the pump's current says that it runs.
    state, memory
        State of the cuff and of its chambers (`WIDTH` each); changed in place.
    inlet, exhaust, outputs
        Commands: 1 opens a valve; pump duty [%] and dump valve; changed in place.
    """
    n = len(set_points)
    lead = settings[LEAD]
    ceiling = state[CEILING]
    leased = 0 <= state[LEASE_AGE] <= LEASE_TICKS and state[FAULT_BITS] == 0
    for i in range(n):
        at = i * WIDTH
        reading = memory[at + LAST] if invalid(readings[i]) else readings[i]
        level = memory[at + LEVEL]
        slope = memory[at + SLOPE]
        memory[at + LEVEL] = estimate_level(level, slope, reading)
        memory[at + SLOPE] = estimate_slope(level, slope, reading)
        level = memory[at + LEVEL] >> SHIFT
        predicted = level + ((memory[at + SLOPE] * lead) >> (SHIFT + 4))
        target = limited(set_points[i], ceiling, chambers[i * CHAMBER_SETTINGS + LIMIT])
        if not leased:
            target = VENT
        memory[at + SETTLED] = count_if(
            memory[at + SETTLED], target == memory[at + TARGET] and near(target, level)
        )
        memory[at + TARGET] = target
        memory[at + WANTS] = wants_air(target, level, predicted, memory[at + WANTS])
        exhaust[i] = exhaust_open(target, level, predicted, exhaust[i])
        if exhaust[i]:
            memory[at + WANTS] = 0
    regulate_manifold(n, settings, state, memory, inlet, outputs)
    guard(n, settings, chambers, readings, pump_senses, state, memory, inlet, exhaust, outputs)


def regulate_manifold(
    n: int, settings: list[int], state: list[int], memory: list[int], inlet: list[int],
    outputs: list[int],
) -> None:  # fmt: skip
    """Share the one manifold: serve the largest deficit, and with it all at its pressure.

    Inlets at unlike pressures are never open together: there is no check valve between them. An
    inlet opens once the manifold has reached its chamber's pressure.
    """
    before = state[SERVED]
    served = choose_served(n, state, memory)
    if served != before:
        state[SWITCHING] = 1
    served_level = memory[served * WIDTH + LEVEL] >> SHIFT if served >= 0 else 0
    if state[QUIET] >= SWITCH_TICKS:
        state[SWITCHING] = 0
    raised = state[MANIFOLD] >= served_level + (0 if state[SERVED_TICKS] else READY)
    ready = served >= 0 and raised and not state[SWITCHING]
    flowing = open_inlets(n, ready, served_level, settings[PUMP_LAG], state, memory, inlet)
    run_pump(served >= 0, raised, served_level, settings, state, outputs)
    outputs[DUMP_OPEN] = bleeds(
        state[MANIFOLD], state[HIGHEST_TARGET], state[DEFICIT], outputs[DUMP_OPEN]
    )
    state[QUIET] = count_if(state[QUIET], not flowing)
    if state[QUIET] <= QUIET_TICKS and not state[HIGHEST_TARGET]:
        outputs[DUMP_OPEN] = 0
    state[SERVED_TICKS] = count_if(state[SERVED_TICKS], flowing) if ready else 0
    estimate_manifold(served >= 0, served_level, flowing, settings, state, outputs)


def choose_served(n: int, state: list[int], memory: list[int]) -> int:
    """Return the chamber that has the manifold now, or -1 when none asks for air.

    Chambers take turns from distal to proximal; one that is nearly full gives it up by itself, one
    that fills from empty when its slice is over.
    """
    served = max(state[SERVED], 0)
    following = -1
    i = served
    for _ in range(1, n):
        i = i + 1 if i + 1 < n else 0
        if memory[i * WIDTH + WANTS]:
            following = i
            break
    at = served * WIDTH
    deficit = memory[at + TARGET] - (memory[at + LEVEL] >> SHIFT)
    if keeps_manifold(memory[at + WANTS], state[SERVED_TICKS], deficit, following >= 0):
        state[SERVED] = served
    else:
        state[SERVED] = following
        state[SERVED_TICKS] = 0
    return state[SERVED]


def open_inlets(
    n: int, ready: int, served_level: int, lag: int, state: list[int], memory: list[int],
    inlet: list[int],
) -> int:  # fmt: skip
    """Open the inlets that may be open now and return how many they are.

    On the way the shortfalls of the chambers that ask for air are added up, and the highest
    set-point is found.
    """
    flowing = 0
    deficit = 0
    highest = 0
    for i in range(n):
        at = i * WIDTH
        level = memory[at + LEVEL] >> SHIFT
        target = memory[at + TARGET]
        wants = memory[at + WANTS]
        inlet[i] = 1 if ready and joins(wants, level, served_level) else 0
        flowing += inlet[i]
        if wants:
            deficit += shortfall(target, level, memory[at + SLOPE], lag)
        highest = max(highest, target)
    state[DEFICIT] = deficit
    state[HIGHEST_TARGET] = highest
    return flowing


def run_pump(
    serving: int, raised: int, served_level: int, settings: list[int], state: list[int],
    outputs: list[int],
) -> None:  # fmt: skip
    """Set the pump: by the shortfalls while it serves a chamber, harder to raise the manifold."""
    duty = pump_duty(state[DEFICIT], served_level, settings[DUTY_SPAN], settings[PUMP_MAX])
    if not serving or (raised and throttled(state[MANIFOLD], served_level)):
        duty = 0
    outputs[DUTY] = duty if raised or not serving else max(duty, RAISE_DUTY)


def estimate_manifold(
    serving: int, served_level: int, flowing: int, settings: list[int], state: list[int],
    outputs: list[int],
) -> None:  # fmt: skip
    """Estimate the pressure of the manifold, which has no sensor, from what was commanded."""
    state[SPEED] = spun_up(state[SPEED], outputs[DUTY], settings[PUMP_LAG])
    manifold = manifold_raised(
        state[MANIFOLD], state[SPEED] // 100, settings[MANIFOLD_RISE], settings[PUMP_MAX]
    )
    state[INLETS] = opening(state[INLETS], flowing)
    state[DUMP] = opening(state[DUMP], outputs[DUMP_OPEN])
    if serving:
        manifold = manifold_let_out(manifold, served_level, settings[INLET_FALL], state[INLETS])
    state[MANIFOLD] = manifold_let_out(manifold, 0, settings[DUMP_FALL], state[DUMP])


def guard(
    n: int, settings: list[int], chambers: list[int], readings: list[int], pump_senses: int,
    state: list[int], memory: list[int], inlet: list[int], exhaust: list[int], outputs: list[int],
) -> None:  # fmt: skip
    """Check every chamber, asked for or not, on raw readings; a fault vents the whole cuff."""
    sharing = 0
    for i in range(n):
        sharing += inlet[i]
    share = outputs[DUTY] // max(sharing, 1)
    for i in range(n):
        last = memory[i * WIDTH + LAST]
        bits = sensor_faults(i, readings[i], last, settings[FROZEN_TICKS], memory)
        if not invalid(readings[i]):
            bits |= pressure_faults(i, readings[i], settings, chambers, state, memory)
            bits |= exhaust_faults(i, exhaust[i], memory)
            bits |= air_faults(n, i, readings[i] - last, share, chambers, memory, inlet, exhaust)
        if bits and state[FAULT_BITS] == 0:
            state[FAULT_CHAMBER] = i + 1
        state[FAULT_BITS] |= bits
    if 0 <= state[LEASE_AGE] <= LEASE_TICKS:
        state[LEASE_AGE] += 1
    if state[LEASE_AGE] > LEASE_TICKS:
        state[FAULT_BITS] |= LEASE
    state[PUMP_RUNS] = count_if(state[PUMP_RUNS], pump_senses and outputs[DUTY] == 0)
    if state[PUMP_RUNS] > PUMP_TICKS:
        state[FAULT_BITS] |= PUMP
    if state[FAULT_BITS]:
        vent_all(n, state, inlet, exhaust, outputs)


def vent_all(
    n: int, state: list[int], inlet: list[int], exhaust: list[int], outputs: list[int]
) -> None:
    """Open every way out: exhausts, dump, and for a while the inlets; stop the pump.

    The inlets stay closed to a pump that does not stop: they would be a way in.
    """
    state[TRIPPED_TICKS] = count_if(state[TRIPPED_TICKS], 1)
    pump_runs = state[FAULT_BITS] & PUMP
    relieving = 1 if state[TRIPPED_TICKS] <= VENT_TICKS and not pump_runs else 0
    for i in range(n):
        inlet[i] = relieving
        exhaust[i] = 1
    outputs[DUTY] = 0
    outputs[DUMP_OPEN] = 1


def start_up(state: list[int]) -> None:
    """Begin after power came: vented, unleased, and so until a reset."""
    for k in range(CUFF_STATE):
        state[k] = 0
    state[LEASE_AGE] = -1
    state[FAULT_BITS] = RESTARTED
    state[TRIPPED_TICKS] = VENT_TICKS


def reset(n: int, lasting: int, state: list[int], memory: list[int]) -> None:
    """Forget every fault but the `lasting` ones; the cuff stays vented and has no lease.

    How long a chamber has been compressed is not forgotten.
    """
    state[LEASE_AGE] = -1
    state[FAULT_BITS] = lasting
    state[FAULT_CHAMBER] = 0
    state[PUMP_RUNS] = 0
    state[TRIPPED_TICKS] = VENT_TICKS if lasting else 0
    for i in range(n):
        at = i * WIDTH
        memory[at + SAME] = 0
        memory[at + OVER] = 0
        memory[at + BAD] = 0
        memory[at + JUMP_SCORE] = 0
        memory[at + OFF_ZERO] = 0
        memory[at + MADE_UP] = 0
        memory[at + AIR] = 0


def sensor_faults(i: int, reading: int, last: int, frozen_ticks: int, memory: list[int]) -> int:
    """Return the fault bits of one sensor; its reading is remembered if it is a pressure."""
    at = i * WIDTH
    bad = invalid(reading)
    memory[at + BAD] = count_invalid(memory[at + BAD], bad)
    bits = RANGE if memory[at + BAD] >= INVALID_TRIP else 0
    if bad:
        return bits
    memory[at + LAST] = reading
    memory[at + SAME] = count_if(memory[at + SAME], reading == last)
    memory[at + JUMP_SCORE] = count_jumps(memory[at + JUMP_SCORE], reading, last)
    if memory[at + SAME] >= frozen_ticks:
        bits |= FROZEN
    if memory[at + JUMP_SCORE] > JUMP_TRIP:
        bits |= JUMPS
    return bits


def pressure_faults(
    i: int, reading: int, settings: list[int], chambers: list[int], state: list[int],
    memory: list[int],
) -> int:  # fmt: skip
    """Return the fault bits of one chamber whose pressure is too high or stays up too long."""
    at = i * WIDTH
    limit = chambers[i * CHAMBER_SETTINGS + LIMIT]
    ceiling = state[CEILING] if state[LEASE_AGE] >= 0 else limit
    memory[at + OVER] = count_if(memory[at + OVER], over_limit(reading, ceiling, limit))
    memory[at + RELEASED] = count_if(memory[at + RELEASED], reading <= COMPRESSED)
    memory[at + HELD] = held_for(memory[at + HELD], memory[at + RELEASED])
    bits = OVER_PRESSURE if memory[at + OVER] >= OVER_TICKS else 0
    if memory[at + HELD] > settings[HOLD_TICKS]:
        bits |= TIME_AT_PRESSURE
    return bits


def exhaust_faults(i: int, exhaust_is_open: int, memory: list[int]) -> int:
    """Return the fault bits of one chamber that does not empty as its exhaust should let it."""
    at = i * WIDTH
    target = memory[at + TARGET]
    level = memory[at + LEVEL] >> SHIFT
    bits = 0
    memory[at + EXHAUST_TICKS] = count_if(memory[at + EXHAUST_TICKS], exhaust_is_open)
    if judges_fall(memory[at + EXHAUST_TICKS]):
        if does_not_fall(target, level, memory[at + MARK], memory[at + EXHAUST_TICKS]):
            bits = NO_FALL
        memory[at + MARK] = level
    off_zero = zero_off(target == VENT, level, memory[at + EXHAUST_TICKS])
    memory[at + OFF_ZERO] = count_if(memory[at + OFF_ZERO], off_zero)
    if memory[at + OFF_ZERO] >= ZERO_RUN:
        bits |= ZERO
    return bits


def air_faults(
    n: int, i: int, change: int, share: int, chambers: list[int], memory: list[int],
    inlet: list[int], exhaust: list[int],
) -> int:  # fmt: skip
    """Account for the air given to one chamber: too much of it is a leak, a kink or a drift.

    `change` is that of the reading, `share` [%] the pump's duty for each open inlet.
    """
    at = i * WIDTH
    target = memory[at + TARGET]
    emptying = target == VENT or memory[at + EXHAUST_TICKS] > EMPTYING_TICKS
    memory[at + AIR] = air_given(memory[at + AIR], emptying, inlet[i], share)
    settled = memory[at + SETTLED]
    if i > 0:
        settled = min(settled, memory[at - WIDTH + SETTLED])
    if i + 1 < n:
        settled = min(settled, memory[at + WIDTH + SETTLED])
    moving = inlet[i] or exhaust[i]
    memory[at + MADE_UP] = made_up(
        memory[at + MADE_UP], settled, moving, memory[at + MOVED], change
    )
    memory[at + MOVED] = moving
    if memory[at + MADE_UP] > MADE_UP_TRIP:
        return NO_HOLD
    if memory[at + AIR] > chambers[i * CHAMBER_SETTINGS + AIR_BUDGET]:
        return NO_RISE if target - (memory[at + LEVEL] >> SHIFT) > FAR else NO_HOLD
    return 0
