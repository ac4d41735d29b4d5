"""The regulator: set-point and pressure in, valve and pump commands out.

Pure functions of integers: pressures in 1/100 mmHg, times in ticks of 5 ms, duty in per cent.
"""

VENT = -32768
"""Set-point: vent and disable."""
SEAL = -32767
"""Set-point: keep both valves closed, for the leak test."""

SHIFT = 6
"""The estimator's fixed point: a level is kept in 1/2**6 of 1/100 mmHg."""
DEADBAND = 60
"""A chamber this far below its set-point asks for air."""
RELIEF = 160
"""A chamber this far above its set-point is let down."""
RELIEVED = 110
"""Letting down ends this far above the set-point."""
FINISH = 120
NEARLY = 600
"""A chamber within 6 mmHg of its set-point keeps it longer, to be finished."""
NEAR = 250
JOIN = 250
"""Chambers within this pressure of the served one are filled together with it."""
SLICE = 40
"""Ticks for which the served chamber keeps the manifold while others at another pressure wait."""
HEAD = 8000
"""The pump idles while the manifold is this far above the chamber being filled."""
BLEED = 2000
BLED = 1000
"""The manifold is bled when it is 20 mmHg above the highest set-point, to 10 mmHg above it."""
MIN_DUTY = 8
READY = 300
"""An inlet opens when the manifold is this far above its chamber."""
RAISE_DUTY = 50
"""Duty at which the pump brings the manifold to the pressure of the chamber to be served."""


def estimate_level(level: int, slope: int, reading: int) -> int:
    """Return the pressure estimate [1/6400 mmHg] after `reading` (alpha-beta filter)."""
    expected = level + slope
    return expected + (((reading << SHIFT) - expected) >> 1)


def estimate_slope(level: int, slope: int, reading: int) -> int:
    """Return the slope estimate [1/6400 mmHg per tick] after `reading` (alpha-beta filter)."""
    return slope + (((reading << SHIFT) - level - slope) >> 3)


def limited(set_point: int, ceiling: int, limit: int) -> int:
    """Return the set-point under the ceiling and the chamber's limit; codes pass unchanged."""
    return min(set_point, ceiling, limit)


def near(set_point: int, level: int) -> int:
    """Tell whether a chamber is regulated: within 2.5 mmHg of its set-point."""
    return 1 if -NEAR <= level - set_point <= NEAR else 0


def wants_air(set_point: int, level: int, predicted: int, wanted: int) -> int:
    """Tell whether a chamber asks for air.

    It starts asking when its level is `DEADBAND` below the set-point, and stops when the pressure
    that it will reach while the valve closes is the set-point.
    """
    if set_point <= 0:
        return 0
    if wanted:
        return 1 if predicted < set_point else 0
    return 1 if set_point - level > DEADBAND else 0


def exhaust_open(set_point: int, level: int, predicted: int, was_open: int) -> int:
    """Tell whether the exhaust valve is to be open; a vented chamber's always is."""
    if set_point == VENT:
        return 1
    if set_point == SEAL:
        return 0
    if was_open:
        return 1 if predicted > set_point + RELIEVED else 0
    return 1 if level > set_point + RELIEF else 0


def keeps_manifold(wants: int, served_ticks: int, deficit: int, others: int) -> int:
    """Tell whether the served chamber keeps the manifold while `others` wait for it."""
    slice_ticks = FINISH if deficit < NEARLY else SLICE
    return 1 if wants and (served_ticks < slice_ticks or not others) else 0


def joins(wants: int, level: int, served_level: int) -> int:
    """Tell whether a chamber that asks for air is filled together with the served one."""
    return 1 if wants and -JOIN <= level - served_level <= JOIN else 0


def manifold_raised(manifold: int, speed: int, rise: int, highest: int) -> int:
    """Return the manifold pressure after one tick of the pump at `speed` [%].

    `rise` is what full speed adds at no pressure, `highest` the pressure that the pump can reach.
    """
    return manifold + rise * speed // 100 * max(highest - manifold, 0) // highest


def opening(before: int, openings: int) -> int:
    """Return how far valves are open [1/1024] one tick after `openings` of them were told to be."""
    return before + (((openings * 1024 - before) * 3) >> 3)


def manifold_let_out(manifold: int, level: int, fall: int, opened: int) -> int:
    """Return the manifold pressure after one tick with valves `opened` [1/1024] to `level`.

    Each takes `fall` / 1024 of the difference.
    """
    share = min((fall * opened) >> 10, 1024)
    return manifold - (((manifold - level) * share) >> 10)


def bleeds(manifold: int, highest: int, deficit: int, was_open: int) -> int:
    """Tell whether the dump valve is to be open.

    It empties the manifold when no chamber is to be above zero, and bleeds what is left above the
    `highest` set-point when little air is asked for: a chamber would get it as a puff.
    """
    if not highest:
        return 1
    spare = BLED if was_open else BLEED
    return 1 if manifold > highest + spare + 4 * deficit else 0


def throttled(manifold: int, served_level: int) -> int:
    """Tell whether the inlet, not the pump, limits the filling."""
    return 1 if manifold > served_level + HEAD else 0


def shortfall(set_point: int, level: int, slope: int, ticks: int) -> int:
    """Return how far below its set-point a chamber will be after `ticks` at this slope."""
    return max(set_point - level - ((slope * ticks) >> SHIFT), 0)


def pump_duty(deficit: int, level: int, span: int, highest: int) -> int:
    """Return the pump duty [%] for a sum of shortfalls.

    `span` is the shortfall for full duty into an empty chamber; the nearer `level` is to what the
    pump can reach, `highest`, the less it gives and the smaller the shortfall for full duty.
    """
    weakened = max(span * max(highest - level, 0) // highest, 1)
    return min(100, MIN_DUTY + deficit * (100 - MIN_DUTY) // weakened)


def spun_up(speed: int, duty: int, lag: int) -> int:
    """Return the pump speed estimate [1/100 %] after one tick.

    The pump follows `duty` [%] with a first-order lag of `lag` ticks.
    """
    return speed + (duty * 100 - speed) // max(lag, 1)
