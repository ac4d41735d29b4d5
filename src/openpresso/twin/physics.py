"""The equations of cuff and leg, for all chambers of all cuffs at once.

Gas: isothermal, p_abs V(p) = 760 n, with n the amount as millilitres at 760 mmHg. Valves: ISO 6358
with its laminar patch. Veins: a tube law with one-way valves, deep and superficial, joined by
perforators. See docs/explanation/twin.md for the equations with their sources.

Functions here work on the flat array of `openpresso.twin.layout`; loops over lanes are free of
branches so that the compiler turns them into vector instructions.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openpresso.twin import parameters
from openpresso.twin.compiled import inner
from openpresso.twin.layout import ROW
from openpresso.twin.limb import COLLAPSE, NARROWEST, TOUCHING

ATMOSPHERE = 760.0
"""Ambient pressure [mmHg]."""
CONDUCTANCE = 1000.0 / 750.062 * 100.0 / 101.325
"""Flow of a choked valve of C = 1 dm3/(s bar) for each mmHg upstream [mL/(s mmHg)]."""
LAMINAR = 0.995
"""Pressure ratio above which valve flow is linear [-] (ISO 6358 laminar patch)."""
TISSUE_LAG = 0.15
"""Lag of tissue pressure behind the chamber's [s]."""
MAP = 95.0
"""Mean arterial pressure at heart level [mmHg]."""
DILATES, CONSTRICTS, DISTENDS = (
    parameters.value("response", name) for name in ("dilates", "constricts", "distends")
)
"""Inflow gained by emptied veins and lost by distended ones [-], and from which transmural pressure
on they count as distended [mmHg]; twice that is the full effect."""
TIGHTENS, STRETCHES = (parameters.value("response", name) for name in ("tightens", "stretches"))
"""Share of their resting volume that stretched veins give up [-], and how far their transmural
pressure must be above that at rest for it [mmHg]; twice that is the full effect."""
DRIVES, BLOCKS = (parameters.value("response", name) for name in ("drives", "blocks"))
"""Tissue pressure that drives free fluid on, and that stops the lymphatics' pump [mmHg]."""
TINY = 1e-12
"""A valve this near to its command has reached it [-]: denormal numbers are slow."""

(
    GAS, TISSUE, DEEP, SUPERFICIAL, S_GAS, S_TISSUE, S_DEEP, S_SUPERFICIAL, CREEP_DEEP,
    CREEP_SUPERFICIAL, TONE, TIGHT, LOST, SUPPLIED, INLET, EXHAUST, INLET_AWAY, EXHAUST_AWAY,
    INLET_KEEP, EXHAUST_KEEP, PRESSURE, MANIFOLD, AROUND_DEEP, AROUND_SUPERFICIAL, P_DEEP,
    P_SUPERFICIAL, Q_DEEP, Q_SUPERFICIAL, Q_INLET, DEAD, SLACK, SLACK_PRESSURE, STRETCH, COUPLING,
    BLOOD_AT_REST, C_INLET, B_INLET, SPAN_INLET, PATCH_INLET, C_EXHAUST, B_EXHAUST, SPAN_EXHAUST,
    PATCH_EXHAUST, LEAK, TO_DEEP, TO_SUPERFICIAL, SPREAD, CONTACT, REST_DEEP, REST_SUPERFICIAL,
    COMPLIANCE_DEEP, COMPLIANCE_SUPERFICIAL, PER_REST_DEEP, PER_REST_SUPERFICIAL, PER_RANGE_DEEP,
    PER_RANGE_SUPERFICIAL, G_DEEP, G_SUPERFICIAL, G_PERFORATOR, VALVE_LEAK, STEP_UP, IN_DEEP,
    IN_SUPERFICIAL, ARTERIAL, OUTLET, FIRM_DEEP, FIRM_SUPERFICIAL, CREEP_SHARE, CREEP_KEEP,
    SUPPLY_DEEP, SUPPLY_SUPERFICIAL, DEEP_AT_REST, TONE_KEEP, TRANSMURAL_AT_REST, TIGHT_KEEP,
    PER_ROOM_DEEP, PER_ROOM_SUPERFICIAL, REST_PER_ROOM, SUM_INTERFACE, SUM_TISSUE, SUM_VENOUS,
    SUM_OUT, MOST_TISSUE, MOST_OUT, BLOCKED, RUN, DRIVEN, GAIN, OFFSET, DRIFT,
) = (np.uint64(start) for start in ROW.values())  # fmt: skip

_ONE = np.uint64(1)

Instant = tuple[float, float, float]
"""When in a substep a stage takes the valves' openings: 1 stands at its start, middle or end."""
START, MIDDLE, END = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def laminar_patch(critical: float) -> tuple[float, float]:
    """Constants of a valve of critical ratio b: 1 / (1 - b) and the slope of its laminar patch."""
    span = 1.0 / (1.0 - critical)
    edge = (LAMINAR - critical) * span
    return span, math.sqrt(1.0 - edge * edge) / (1.0 - LAMINAR)


@inner
def valve_flow(
    upstream: float,
    downstream: float,
    conductance: float,
    critical: float,
    span: float,
    patch: float,
) -> float:
    """Flow through an ISO 6358 valve, in either direction [mL/s at 760 mmHg].

    C p1 sqrt(1 - ((r - b) / (1 - b))^2) with r = p2 / p1, written without a division. Pressures
    are gauge [mmHg]; `conductance` is C [dm3/(s bar)] times the opening; `critical` is b and
    `span`, `patch` are its `laminar_patch`.
    """
    high = max(upstream, downstream) + ATMOSPHERE
    low = min(upstream, downstream) + ATMOSPHERE
    above = max((low - critical * high) * span, 0.0)
    root = math.sqrt(max(high * high - above * above, 0.0))
    flow = CONDUCTANCE * conductance * (patch * (high - low) if low > LAMINAR * high else root)
    return flow if upstream >= downstream else -flow


@inner
def chamber_pressure(
    guess: float, gas: float, volume: float, slack: float, slack_pressure: float, stretch: float
) -> float:
    """Gauge pressure at which (760 + p) (V + s p / (p + p_s) + C p) = 760 n [mmHg].

    A Newton step on the cubic from the last pressure and a chord step with the same slope; between
    two evaluations the pressure moves by well under 1 mmHg.
    """
    shifted = guess + slack_pressure
    room = (volume + stretch * guess) * shifted + slack * guess
    slope = stretch * shifted + volume + stretch * guess + slack
    amount = ATMOSPHERE * gas
    per_slope = 1.0 / (room + (ATMOSPHERE + guess) * slope - amount)
    p = guess - ((ATMOSPHERE + guess) * room - amount * shifted) * per_slope
    shifted = p + slack_pressure
    room = (volume + stretch * p) * shifted + slack * p
    p -= ((ATMOSPHERE + p) * room - amount * shifted) * per_slope
    return max(p, -0.9 * slack_pressure)


@inner
def vein_pressure(
    volume: float, rest: float, per_rest: float, compliance: float, per_range: float
) -> float:
    """Transmural pressure of a vein [mmHg]: Shapiro's collapse, and stiffening when full.

    Below the resting volume Kp (1 - (V/V0)^-1.5); above it x / (C (1 - (x/Vm)^2)), x = V - V0.
    """
    a = max(volume * per_rest, 0.02)
    excess = volume - rest
    part = min(excess * per_range, 0.98)
    below = a < 1.0
    quotient = (1.0 if below else excess) / (
        a * math.sqrt(a) if below else compliance * (1.0 - part * part)
    )
    return COLLAPSE * (1.0 - quotient) if below else quotient


@inner
def vein_conductance(volume: float, per_rest: float) -> float:
    """Relative conductance of a vein of a = V/V0, a^2 min(max(a, 0.21), 1) from 0.001 to 2 [-].

    As A^3/P^2 has it: a round vein's perimeter P goes with the root of its area; collapsing, it
    keeps its perimeter, until its walls touch and two channels are left that keep their shape.
    """
    a = volume * per_rest
    return min(max(a * a * min(max(a, TOUCHING), 1.0), NARROWEST), 2.0)


@inner
def one_way(difference: float, conductance: float, leak: float) -> float:
    """Flow through a venous valve [mL/s]."""
    return conductance * (max(difference, 0.0) + leak * min(difference, 0.0))


@inner
def advanced(start: float, now: float, change: float, weight: float) -> float:
    """Combine a substep's start with the state one Euler step on from now."""
    return start + weight * (now + change - start)


@inner
def pressures(A: NDArray[np.float64], lanes: int) -> None:
    """Write chamber and vein pressures that belong to the state."""
    for lane in range(1, lanes - 1):
        i = np.uint64(lane)
        deep = A[DEEP + i]
        superficial = A[SUPERFICIAL + i]
        beside = A[TISSUE + i - _ONE] + A[TISSUE + i + _ONE]
        volume = A[DEAD + i] + A[BLOOD_AT_REST + i] - deep - superficial - A[COUPLING + i] * beside
        A[PRESSURE + i] = chamber_pressure(
            A[PRESSURE + i], A[GAS + i], volume, A[SLACK + i], A[SLACK_PRESSURE + i], A[STRETCH + i]
        )
        spread = A[SPREAD + i]
        below = A[TISSUE + i] + spread * (beside - 2.0 * A[TISSUE + i])
        around = A[TO_DEEP + i] * below + A[OUTLET + i]
        A[AROUND_DEEP + i] = around
        A[P_DEEP + i] = around + vein_pressure(
            deep,
            A[REST_DEEP + i],
            A[PER_REST_DEEP + i],
            A[COMPLIANCE_DEEP + i],
            A[PER_RANGE_DEEP + i],
        )
        around = A[TO_SUPERFICIAL + i] * A[TISSUE + i] + A[OUTLET + i]
        A[AROUND_SUPERFICIAL + i] = around
        A[P_SUPERFICIAL + i] = around + vein_pressure(
            superficial,
            A[REST_SUPERFICIAL + i],
            A[PER_REST_SUPERFICIAL + i],
            A[COMPLIANCE_SUPERFICIAL + i],
            A[PER_RANGE_SUPERFICIAL + i],
        )


@inner
def flow_gas(
    A: NDArray[np.float64], lanes: int, h: float, weight: float, share: float, instant: Instant
) -> None:
    """Advance the chambers' gas and the tissue by one stage; leave the inlets' flows."""
    at_start, at_middle, at_end = instant
    first = at_start > 0.0
    for lane in range(1, lanes - 1):
        i = np.uint64(lane)
        pressure = A[PRESSURE + i]
        keep = A[INLET_KEEP + i]
        opening = A[INLET + i] + A[INLET_AWAY + i] * (at_start + keep * (at_middle + keep * at_end))
        given = valve_flow(
            A[MANIFOLD + i], pressure, A[C_INLET + i] * opening,
            A[B_INLET + i], A[SPAN_INLET + i], A[PATCH_INLET + i],
        )  # fmt: skip
        keep = A[EXHAUST_KEEP + i]
        opening = A[EXHAUST + i] + A[EXHAUST_AWAY + i] * (
            at_start + keep * (at_middle + keep * at_end)
        )
        lost = A[LEAK + i] * pressure + valve_flow(
            pressure, 0.0, A[C_EXHAUST + i] * opening,
            A[B_EXHAUST + i], A[SPAN_EXHAUST + i], A[PATCH_EXHAUST + i],
        )  # fmt: skip
        A[Q_INLET + i] = given
        now = A[GAS + i]
        start = now if first else A[S_GAS + i]
        A[S_GAS + i] = start
        A[GAS + i] = advanced(start, now, h * (given - lost), weight)
        A[LOST + i] += h * share * lost
        now = A[TISSUE + i]
        start = now if first else A[S_TISSUE + i]
        A[S_TISSUE + i] = start
        rate = (A[CONTACT + i] * pressure - now) * (1.0 / TISSUE_LAG)
        A[TISSUE + i] = advanced(start, now, h * rate, weight)


@inner
def flow_blood(
    A: NDArray[np.float64], lanes: int, h: float, weight: float, share: float, instant: Instant
) -> None:
    """Advance the blood in all veins by one stage."""
    first = instant[0] > 0.0
    for lane in range(1, lanes - 1):
        i = np.uint64(lane)
        leak = A[VALVE_LEAK + i]
        step = A[STEP_UP + i]
        wide = A[G_DEEP + i] * vein_conductance(A[DEEP + i], A[PER_REST_DEEP + i])
        A[Q_DEEP + i] = one_way(A[P_DEEP + i] - A[P_DEEP + i + _ONE] - step, wide, leak)
        wide = A[G_SUPERFICIAL + i] * vein_conductance(
            A[SUPERFICIAL + i], A[PER_REST_SUPERFICIAL + i]
        )
        A[Q_SUPERFICIAL + i] = one_way(
            A[P_SUPERFICIAL + i] - A[P_SUPERFICIAL + i + _ONE] - step, wide, leak
        )
    for lane in range(1, lanes - 1):
        i = np.uint64(lane)
        p_deep = A[P_DEEP + i]
        p_superficial = A[P_SUPERFICIAL + i]
        driving = A[ARTERIAL + i]
        perforating = one_way(p_superficial - p_deep, A[G_PERFORATOR + i], A[VALVE_LEAK + i])
        behind = max(p_deep, A[AROUND_DEEP + i])
        to_deep = A[IN_DEEP + i] * max(driving - behind, 0.0)
        behind = max(p_superficial, A[AROUND_SUPERFICIAL + i])
        to_superficial = A[IN_SUPERFICIAL + i] * max(driving - behind, 0.0)
        A[SUPPLIED + i] += h * share * (to_deep + to_superficial)
        rate = to_deep + A[Q_DEEP + i - _ONE] - A[Q_DEEP + i] + perforating
        now = A[DEEP + i]
        start = now if first else A[S_DEEP + i]
        A[S_DEEP + i] = start
        A[DEEP + i] = advanced(start, now, h * rate, weight)
        rate = to_superficial + A[Q_SUPERFICIAL + i - _ONE] - A[Q_SUPERFICIAL + i] - perforating
        now = A[SUPERFICIAL + i]
        start = now if first else A[S_SUPERFICIAL + i]
        A[S_SUPERFICIAL + i] = start
        A[SUPERFICIAL + i] = advanced(start, now, h * rate, weight)


@inner
def creep_goal(volume: float, rest: float, share: float) -> float:
    """Volume by which a vein has given way in the end, c max(V - V0 - X, 0) [mL]."""
    return share * max(volume - rest, 0.0)


@inner
def tone_goal(deep: float, at_rest: float, transmural: float) -> float:
    """Relative change of the inflow that deep veins ask for: emptied more, distended less [-]."""
    emptied = min(max(1.0 - deep / at_rest, 0.0), 1.0)
    congested = min(max((transmural - DISTENDS) * (1.0 / DISTENDS), 0.0), 1.0)
    return DILATES * emptied - CONSTRICTS * congested


@inner
def tight_goal(transmural: float, at_rest: float) -> float:
    """Share of their resting volume that stretched veins give up in the end [-]."""
    beyond = (transmural - at_rest - STRETCHES) * (1.0 / STRETCHES)
    return TIGHTENS * min(max(beyond, 0.0), 1.0)


@inner
def give_way(A: NDArray[np.float64], i: np.uint64) -> None:
    """Write where a lane's veins rest and what flows in, as creep, tightening and tone have it.

    A tightened vein rests at V0 (1 - S) + X and has V0 S more to fill: full, it is as large.
    """
    tight = A[TIGHT + i]
    relaxed = 1.0 - tight
    roomier = 1.0 / (1.0 + A[REST_PER_ROOM + i] * tight)
    A[PER_RANGE_DEEP + i] = A[PER_ROOM_DEEP + i] * roomier
    A[PER_RANGE_SUPERFICIAL + i] = A[PER_ROOM_SUPERFICIAL + i] * roomier
    rest = A[FIRM_DEEP + i] * relaxed + A[CREEP_DEEP + i]
    A[REST_DEEP + i] = rest
    A[PER_REST_DEEP + i] = 1.0 / rest
    rest = A[FIRM_SUPERFICIAL + i] * relaxed + A[CREEP_SUPERFICIAL + i]
    A[REST_SUPERFICIAL + i] = rest
    A[PER_REST_SUPERFICIAL + i] = 1.0 / rest
    A[IN_DEEP + i] = A[SUPPLY_DEEP + i] * (1.0 + A[TONE + i])
    A[IN_SUPERFICIAL + i] = A[SUPPLY_SUPERFICIAL + i] * (1.0 + A[TONE + i])


@inner
def respond(A: NDArray[np.float64], lanes: int) -> None:
    """Let creep X and tightness S of veins and the arteries' tone T follow their goals for a tick.

    tau dX/dt = goal - X, and so for S and T; a vein rests at V0 (1 - S) + X, for its wall is
    viscoelastic and its muscle answers to stretch, and the inflow is (1 + T) of that at rest.
    """
    for lane in range(1, lanes - 1):
        i = np.uint64(lane)
        keep = A[CREEP_KEEP + i]
        share = A[CREEP_SHARE + i]
        goal = creep_goal(A[DEEP + i], A[REST_DEEP + i], share)
        A[CREEP_DEEP + i] = goal + keep * (A[CREEP_DEEP + i] - goal)
        goal = creep_goal(A[SUPERFICIAL + i], A[REST_SUPERFICIAL + i], share)
        A[CREEP_SUPERFICIAL + i] = goal + keep * (A[CREEP_SUPERFICIAL + i] - goal)
        transmural = A[P_DEEP + i] - A[AROUND_DEEP + i]
        goal = tone_goal(A[DEEP + i], A[DEEP_AT_REST + i], transmural)
        A[TONE + i] = goal + A[TONE_KEEP + i] * (A[TONE + i] - goal)
        goal = tight_goal(transmural, A[TRANSMURAL_AT_REST + i])
        A[TIGHT + i] = goal + A[TIGHT_KEEP + i] * (A[TIGHT + i] - goal)
        give_way(A, i)


@inner
def observe(A: NDArray[np.float64], lanes: int) -> None:
    """Add one observation of every lane to those of before."""
    for lane in range(1, lanes - 1):
        i = np.uint64(lane)
        tissue = A[AROUND_DEEP + i]
        out = A[Q_DEEP + i] + A[Q_SUPERFICIAL + i]
        A[SUM_INTERFACE + i] += A[TISSUE + i]
        A[SUM_TISSUE + i] += tissue
        A[SUM_VENOUS + i] += A[P_DEEP + i]
        A[SUM_OUT + i] += out
        A[MOST_TISSUE + i] = max(A[MOST_TISSUE + i], tissue)
        A[MOST_OUT + i] = max(A[MOST_OUT + i], out)
        A[BLOCKED + i] += 1.0 if tissue > BLOCKS else 0.0
        run = A[RUN + i] + 1.0 if tissue > DRIVES else 0.0
        A[RUN + i] = run
        A[DRIVEN + i] = max(A[DRIVEN + i], run)
