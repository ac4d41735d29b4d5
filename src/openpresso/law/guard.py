"""The guard: what makes the cuff vent by itself.

Pure functions of integers: pressures in 1/100 mmHg, times in ticks of 5 ms. Each counter function
returns the counter's next value; the controller trips when it passes its limit.
"""

INVALID = -32768
"""Reading: the sensor gave no number."""

LONGEST = 1 << 29
"""Counts stop here, after 31 days: an integer of 31 bits needs no memory of its own."""

LEASE_TICKS = 100
"""500 ms without a renewal: the station is gone."""
OVER_TICKS = 3
"""Consecutive readings over the limit that trip."""
CEILING_MARGIN = 700
"""The guard trips this far above the ceiling: regulation stays within 3 mmHg of it."""
LOWEST = -2000
HIGHEST = 35000
INVALID_PENALTY = 10
INVALID_TRIP = 30
"""Three invalid readings in a row, or more of them than one in ten for long."""
JUMP = 1500
"""No chamber changes by 15 mmHg within one tick; a sensor may."""
JUMP_PENALTY = 100
JUMP_TRIP = 250
"""Three jumps within half a second."""
COMPRESSED = 2000
"""20 mmHg: a chamber above it counts as compressed."""
RELEASED_TICKS = 100
"""A release is half a second at or below 20 mmHg; less does not end a hold."""
EMPTYING_TICKS = 20
"""A chamber whose exhaust is open for 100 ms is being emptied: its air begins anew."""
STUCK_ABOVE = 600
"""A held chamber this far above its set-point, a vented one above 20 mmHg, must fall."""
FALL_TICKS = 100
FALL = 100
"""A chamber being let down falls by 1 mmHg or more in half a second."""
SETTLE_TICKS = 2000
"""10 s at one set-point: tissue and veins have given way."""
MADE_UP_TRIP = 600
"""Pressure made up in one hold after settling: more is a leak or a drifting sensor."""
NOISE_RISE = 25
"""What a reading rises by itself after noise has opened a valve."""
ZERO_OFF = 400
ZERO_TICKS = 4000
"""A chamber vented for 20 s must read zero; the slack of a large one empties slowly."""
ZERO_RUN = 20
"""100 ms off zero: one reading is no drift."""
BELOW_ZERO = -300
BELOW_TICKS = 200
"""A vented chamber is never below the atmosphere: 1 s of it is a sensor that drifts low."""
AIR_WEARS = 1
"""Air given is forgotten by 1 % of the pump's flow: so much may leak."""
FAR = 500
"""A chamber that took all its air and is still 5 mmHg below its set-point does not rise."""
PUMP_TICKS = 100
VENT_TICKS = 2000
"""For 10 s after a trip the inlets stand open too, so that a stuck exhaust has a way out."""


def invalid(reading: int) -> int:
    """Tell whether a reading is no pressure."""
    return 1 if reading < LOWEST or reading > HIGHEST else 0


def count_if(count: int, condition: int) -> int:
    """Return the length of an unbroken run of ticks on which `condition` held."""
    if not condition:
        return 0
    return count + 1 if count < LONGEST else count


def count_invalid(count: int, bad: int) -> int:
    """Return the score of invalid readings: each adds a penalty that valid ones wear off."""
    if bad:
        return min(count + INVALID_PENALTY, 2 * INVALID_TRIP)
    return max(count - 1, 0)


def held_for(held: int, released: int) -> int:
    """Return for how long a chamber has been compressed, `released` ticks after its last time."""
    if released >= RELEASED_TICKS:
        return 0
    return held + 1 if held < LONGEST else held


def count_jumps(count: int, reading: int, last: int) -> int:
    """Return the jump score: each jump adds a penalty that wears off tick by tick."""
    if -JUMP <= reading - last <= JUMP:
        return max(count - 1, 0)
    return min(count + JUMP_PENALTY, 2 * JUMP_TRIP)


def over_limit(reading: int, ceiling: int, limit: int) -> int:
    """Tell whether a reading is above the chamber's limit or too far above the ceiling."""
    return 1 if reading > min(limit, ceiling + CEILING_MARGIN) else 0


def judges_fall(exhaust_ticks: int) -> int:
    """Tell whether a chamber being let down is to be compared with half a second ago."""
    return 1 if exhaust_ticks % FALL_TICKS == 1 else 0


def does_not_fall(set_point: int, level: int, mark: int, exhaust_ticks: int) -> int:
    """Tell whether a chamber stays up although its exhaust has been open for half a second.

    `mark` is its level then.
    """
    high = level > max(set_point + STUCK_ABOVE, COMPRESSED)
    return 1 if exhaust_ticks > 1 and high and level > mark - FALL else 0


def made_up(total: int, settled_ticks: int, moving: int, moved: int, change: int) -> int:
    """Return the net pressure that the valves made up since the set-points settled.

    `change` is that of the reading in this tick, `moving` whether one of the valves is open and
    `moved` whether one was in the tick before. A chamber that neither leaks nor drifts needs none,
    once tissue and veins have given way and its neighbours rest. An inlet opens when noise makes a
    reading low, and the next readings are higher by themselves: that does not count.
    """
    if settled_ticks < SETTLE_TICKS:
        return 0
    if not moving:
        return total
    return max(total + change - (0 if moved else NOISE_RISE), -MADE_UP_TRIP)


def air_given(air: int, emptied: int, inlet_open: int, share: int) -> int:
    """Return the air given to a chamber since it was last empty [% duty x ticks].

    `share` is the chamber's share of the pump's duty [%].
    """
    if emptied:
        return 0
    return air + share if inlet_open else max(air - AIR_WEARS, 0)


def zero_off(vented: int, level: int, exhaust_ticks: int) -> int:
    """Tell whether a chamber that must be empty reads something else."""
    if not vented:
        return 0
    if level < BELOW_ZERO:
        return 1 if exhaust_ticks > BELOW_TICKS else 0
    return 1 if level > ZERO_OFF and exhaust_ticks > ZERO_TICKS else 0
