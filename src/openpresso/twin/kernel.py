"""The twin's clockwork: sensors, law, valves and physics, tick by tick of the law's 5 ms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openpresso.law import controller, guard, regulator
from openpresso.twin.compiled import compiled_law, inner, kernel
from openpresso.twin.physics import (
    ATMOSPHERE,
    DEEP,
    DRIFT,
    END,
    EXHAUST,
    EXHAUST_AWAY,
    EXHAUST_KEEP,
    GAIN,
    INLET,
    INLET_AWAY,
    INLET_KEEP,
    MANIFOLD,
    MIDDLE,
    OFFSET,
    PRESSURE,
    Q_INLET,
    START,
    SUPERFICIAL,
    TINY,
    Instant,
    advanced,
    flow_blood,
    flow_gas,
    observe,
    pressures,
    respond,
    valve_flow,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TICK = 0.005
"""Period of the law [s]."""

# Columns of a cuff's float row: gas in the manifold, the same at the substep's start, pumped and
# vented; dump valve and pump: told, away from it, what half a substep leaves; parameters; the least
# and the most blood that was observed in the limb.
(
    M_GAS, S_GAS, PUMPED, VENTED,
    DUMP, DUMP_AWAY, DUMP_KEEP, SPEED, SPEED_AWAY, SPEED_KEEP,
    M_VOLUME, PUMP_FLOW, PER_PUMP_MAX, PUMP_GAIN, C_DUMP, B_DUMP, SPAN_DUMP, PATCH_DUMP,
    RELIEF_OPENS, RELIEF_SLOPE, LEAST_BLOOD, MOST_BLOOD,
) = range(22)  # fmt: skip
CUFF_COLUMNS = 22
# Columns of a cuff's switch row: 1 or 0.
POWERED, PUMP_STUCK = range(2)
CUFF_SWITCHES = 2
# Rows of a cuff's bank, a column for each chamber: what the law sees and commands, the faults of
# valves and sensors, and what the valves really do.
(
    SET_POINT, READING, INLET_COMMAND, EXHAUST_COMMAND,
    INLET_FAULT, EXHAUST_FAULT, SENSOR_FAULT, INLET_DOES, EXHAUST_DOES,
) = range(9)  # fmt: skip
BANK_ROWS = 9
# Rows of a cuff's mailbox, a column for each chamber: the set-points that the station wrote
# [mmHg], and what the cuff reports: readings [mmHg] and the share of time that valves were open;
# last the pressure that is true.
ASKED, REPORTED, INLET_SHARE, EXHAUST_SHARE, TRUE = range(5)
MAILBOX_ROWS = 5
# Ways in which a valve or sensor is faulty.
SOUND, STUCK_CLOSED, STUCK_OPEN = range(3)
SENSOR_FROZEN, SENSOR_NAN = 1, 2

_law = compiled_law()
_tick = _law["tick"]
_count = _law["count"]
_DUTY = controller.DUTY
_CEILING = controller.CEILING
_LEASE_AGE = controller.LEASE_AGE
_DUMP_OPEN = controller.DUMP_OPEN
INVALID = guard.INVALID
VENT = regulator.VENT
_SEALED = regulator.SEAL
SEAL = -1.0
"""Set-point [mmHg] that keeps both valves of a chamber closed."""


@inner
def told(told_before: float, away: float, told_now: float) -> float:
    """Return how far a lagging output is from a new command, without denormal numbers."""
    away += told_before - told_now
    return away if abs(away) > TINY else 0.0


@inner
def obey(
    A: Floats, cuffs: Floats, first: Ints, count: Ints, inlet: Ints, exhaust: Ints, outputs: Ints
) -> None:
    """Give valves and pumps the commands of this tick."""
    for cuff in range(len(first)):
        row = np.uint64(cuff)
        new = float(outputs[row, _DUMP_OPEN])
        cuffs[row, DUMP_AWAY] = told(cuffs[row, DUMP], cuffs[row, DUMP_AWAY], new)
        cuffs[row, DUMP] = new
        new = 0.01 * outputs[row, _DUTY]
        cuffs[row, SPEED_AWAY] = told(cuffs[row, SPEED], cuffs[row, SPEED_AWAY], new)
        cuffs[row, SPEED] = new
        for number in range(count[row]):
            chamber = np.uint64(number)
            lane = np.uint64(first[row]) + chamber
            new = float(inlet[row, chamber])
            A[INLET_AWAY + lane] = told(A[INLET + lane], A[INLET_AWAY + lane], new)
            A[INLET + lane] = new
            new = float(exhaust[row, chamber])
            A[EXHAUST_AWAY + lane] = told(A[EXHAUST + lane], A[EXHAUST_AWAY + lane], new)
            A[EXHAUST + lane] = new


@inner
def spread_manifold(A: Floats, cuffs: Floats, first: Ints, count: Ints) -> None:
    """Write each cuff's manifold pressure to its lanes."""
    for cuff in range(len(first)):
        row = np.uint64(cuff)
        pressure = ATMOSPHERE * (cuffs[row, M_GAS] / cuffs[row, M_VOLUME] - 1.0)
        start = MANIFOLD + np.uint64(first[row])
        for lane in range(count[row]):
            A[start + np.uint64(lane)] = pressure


@inner
def flow_manifold(
    A: Floats,
    cuffs: Floats,
    first: Ints,
    count: Ints,
    h: float,
    weight: float,
    share: float,
    instant: Instant,
) -> None:
    """Advance each manifold's gas by one stage."""
    at_start, at_middle, at_end = instant
    opening = at_start > 0.0
    for cuff in range(len(first)):
        row = np.uint64(cuff)
        lane = np.uint64(first[row])
        pressure = A[MANIFOLD + lane]
        given = 0.0
        for chamber in range(count[row]):
            given += A[Q_INLET + lane + np.uint64(chamber)]
        keep = cuffs[row, SPEED_KEEP]
        part = at_start + keep * (at_middle + keep * at_end)
        speed = cuffs[row, SPEED] + cuffs[row, SPEED_AWAY] * part
        strength = min(max(1.0 - pressure * cuffs[row, PER_PUMP_MAX], 0.0), 1.0)
        pumped = cuffs[row, PUMP_FLOW] * cuffs[row, PUMP_GAIN] * speed * strength
        keep = cuffs[row, DUMP_KEEP]
        part = at_start + keep * (at_middle + keep * at_end)
        opened = cuffs[row, DUMP] + cuffs[row, DUMP_AWAY] * part
        dumped = valve_flow(
            pressure, 0.0, cuffs[row, C_DUMP] * opened,
            cuffs[row, B_DUMP], cuffs[row, SPAN_DUMP], cuffs[row, PATCH_DUMP],
        )  # fmt: skip
        dumped += max(pressure - cuffs[row, RELIEF_OPENS], 0.0) * cuffs[row, RELIEF_SLOPE]
        gas = cuffs[row, M_GAS]
        start_gas = gas if opening else cuffs[row, S_GAS]
        cuffs[row, S_GAS] = start_gas
        cuffs[row, M_GAS] = advanced(start_gas, gas, h * (pumped - dumped - given), weight)
        cuffs[row, PUMPED] += h * share * pumped
        cuffs[row, VENTED] += h * share * dumped


@inner
def stage(
    A: Floats, lanes: int, cuffs: Floats, first: Ints, count: Ints,
    h: float, weight: float, share: float, instant: Instant,
) -> None:  # fmt: skip
    """Advance everything by one stage of a substep; pressures are those of before."""
    spread_manifold(A, cuffs, first, count)
    flow_gas(A, lanes, h, weight, share, instant)
    flow_manifold(A, cuffs, first, count, h, weight, share, instant)
    flow_blood(A, lanes, h, weight, share, instant)


STAGES = (
    (1.0, 1.0 / 3.0, START),
    (1.0, 1.0 / 3.0, MIDDLE),
    (1.0 / 3.0, 1.0 / 3.0, END),
    (1.0, 1.0, MIDDLE),
)
"""Weight of each stage, its share in what flows in half a substep, and its instant."""


@inner
def step(
    A: Floats, lanes: int, cuffs: Floats, first: Ints, count: Ints, h: float, last: int
) -> None:
    """Advance the physics by `h` [s] with the commands held; slow responses in a tick's last step.

    The third-order method of four stages that preserves stability best (Spiteri and Ruuth 2002,
    DOI 10.1137/S0036142901389025); stable to 5.15 times the time constant of a fast mode.
    """
    for number in range(len(STAGES)):
        weight, share, instant = STAGES[number]
        stage(A, lanes, cuffs, first, count, 0.5 * h, weight, share, instant)
        if last and number == len(STAGES) - 1:
            respond(A, lanes)
        pressures(A, lanes)
    for cuff in range(len(first)):
        row = np.uint64(cuff)
        cuffs[row, SPEED_AWAY] *= cuffs[row, SPEED_KEEP] * cuffs[row, SPEED_KEEP]
        cuffs[row, DUMP_AWAY] *= cuffs[row, DUMP_KEEP] * cuffs[row, DUMP_KEEP]
    for lane in range(1, lanes - 1):
        i = np.uint64(lane)
        A[INLET_AWAY + i] *= A[INLET_KEEP + i] * A[INLET_KEEP + i]
        A[EXHAUST_AWAY + i] *= A[EXHAUST_KEEP + i] * A[EXHAUST_KEEP + i]


@inner
def observe_blood(A: Floats, cuffs: Floats, first: Ints, count: Ints) -> None:
    """Keep the least and the most blood that each limb held."""
    for cuff in range(len(first)):
        row = np.uint64(cuff)
        blood = 0.0
        for lane in range(first[row], first[row] + count[row]):
            blood += A[DEEP + np.uint64(lane)] + A[SUPERFICIAL + np.uint64(lane)]
        cuffs[row, LEAST_BLOOD] = min(cuffs[row, LEAST_BLOOD], blood)
        cuffs[row, MOST_BLOOD] = max(cuffs[row, MOST_BLOOD], blood)


@inner
def sense(A: Floats, first: int, count: int, time: float, bank: Ints, noise: Floats) -> None:
    """Read every pressure sensor of a cuff [1/100 mmHg, in steps of 0.05 mmHg]."""
    for chamber in range(count):
        lane = np.uint64(first + chamber)
        measured = A[GAIN + lane] * A[PRESSURE + lane] + A[OFFSET + lane] + A[DRIFT + lane] * time
        measured += noise[first + chamber]
        fault = bank[SENSOR_FAULT, chamber]
        if fault == SENSOR_NAN:
            bank[READING, chamber] = INVALID
        elif fault != SENSOR_FROZEN:
            bank[READING, chamber] = 5 * int(np.floor(measured * 20.0 + 0.5))


@inner
def act(bank: Ints, switches: Ints, outputs: Ints, count: int, does: Ints) -> None:
    """Turn the law's commands into what valves and pump do with them, faults included."""
    powered = switches[POWERED]
    for chamber in range(count):
        opened = bank[INLET_COMMAND, chamber] if powered else 0
        bank[INLET_DOES, chamber] = obeyed(opened, bank[INLET_FAULT, chamber])
        opened = bank[EXHAUST_COMMAND, chamber] if powered else 1
        bank[EXHAUST_DOES, chamber] = obeyed(opened, bank[EXHAUST_FAULT, chamber])
    does[_DUMP_OPEN] = outputs[_DUMP_OPEN] if powered else 1
    does[_DUTY] = outputs[_DUTY] if powered else 0
    if powered and switches[PUMP_STUCK]:
        does[_DUTY] = 100


@inner
def obeyed(opened: int, fault: int) -> int:
    """Return what a valve does when told to be `opened`."""
    if fault == STUCK_OPEN:
        return 1
    if fault == STUCK_CLOSED:
        return 0
    return opened


@inner
def receive(asked: Floats, bank: Ints, count: int) -> None:
    """Turn the set-points that the station wrote into the law's integers."""
    for chamber in range(count):
        value = asked[chamber]
        if np.isnan(value):
            bank[SET_POINT, chamber] = VENT
        elif value == SEAL:
            bank[SET_POINT, chamber] = _SEALED
        else:
            bank[SET_POINT, chamber] = int(np.floor(value * 100.0 + 0.5))


@inner
def report(A: Floats, bank: Ints, mailbox: Floats, first: int, count: int, per_tick: float) -> None:
    """Write what a cuff reports after the last tick; shares stand there as numbers of ticks."""
    for chamber in range(count):
        reading = bank[READING, chamber]
        mailbox[REPORTED, chamber] = np.nan if reading == INVALID else 0.01 * reading
        mailbox[INLET_SHARE, chamber] *= per_tick
        mailbox[EXHAUST_SHARE, chamber] *= per_tick
        mailbox[TRUE, chamber] = A[PRESSURE + np.uint64(first + chamber)]


@kernel
def advance(
    A: Floats, lanes: int, cuffs: Floats, first: Ints, count: Ints,
    settings: Ints, chambers: Ints, state: Ints, memory: Ints, bank: Ints, mailbox: Floats,
    outputs: Ints, does: Ints, switches: Ints, counts: Ints, pump: Floats,
    noise: Floats, noise_at: int, start: float, ticks: int, substeps: int,
) -> None:  # fmt: skip
    """Advance all cuffs by `ticks` of the law; see `openpresso.twin.twin` for the arrays."""
    h = TICK / substeps
    for cuff in range(len(first)):
        receive(mailbox[cuff, ASKED], bank[cuff], count[cuff])
        mailbox[cuff, INLET_SHARE:] = 0.0
        pump[cuff] = 0.0
    for tick in range(ticks):
        for cuff in range(len(first)):
            n = count[cuff]
            rows = bank[cuff]
            if switches[cuff, POWERED]:
                sense(A, first[cuff], n, start + tick * TICK, rows, noise[noise_at + tick])
                _tick(
                    settings[cuff], chambers[cuff], rows[SET_POINT, :n], rows[READING],
                    1 if does[cuff, _DUTY] > 0 else 0, state[cuff], memory[cuff],
                    rows[INLET_COMMAND], rows[EXHAUST_COMMAND], outputs[cuff],
                )  # fmt: skip
                _count(
                    n, state[cuff], rows[INLET_COMMAND], rows[EXHAUST_COMMAND], outputs[cuff],
                    counts[cuff],
                )  # fmt: skip
            act(rows, switches[cuff], outputs[cuff], n, does[cuff])
            for chamber in range(n):
                mailbox[cuff, INLET_SHARE, chamber] += rows[INLET_COMMAND, chamber]
                mailbox[cuff, EXHAUST_SHARE, chamber] += rows[EXHAUST_COMMAND, chamber]
            pump[cuff] += 0.01 * outputs[cuff, _DUTY] / ticks
        obey(A, cuffs, first, count, bank[:, INLET_DOES], bank[:, EXHAUST_DOES], does)
        for substep in range(substeps):
            step(A, lanes, cuffs, first, count, h, substep == substeps - 1)
    for cuff in range(len(first)):
        report(A, bank[cuff], mailbox[cuff], first[cuff], count[cuff], 1.0 / ticks)


@kernel
def follow(
    asked: Floats, ceiling: int, period: int, reported: Floats,
    A: Floats, lanes: int, cuffs: Floats, first: Ints, count: Ints,
    settings: Ints, chambers: Ints, state: Ints, memory: Ints, bank: Ints, mailbox: Floats,
    outputs: Ints, does: Ints, switches: Ints, counts: Ints, pump: Floats,
    noise: Floats, noise_at: int, start: float, substeps: int,
) -> None:  # fmt: skip
    """Advance all cuffs through a table of set-points, written every `period` ticks, and observe.

    `asked` and `reported` [mmHg] have the shape `(n_periods, n_cuffs, n_chambers)`; `ceiling` is in
    the law's integers.
    """
    for k in range(len(asked)):
        for cuff in range(len(first)):
            for chamber in range(count[cuff]):
                mailbox[cuff, ASKED, chamber] = asked[k, cuff, chamber]
            state[cuff, _CEILING] = ceiling
            state[cuff, _LEASE_AGE] = 0
        advance(
            A, lanes, cuffs, first, count, settings, chambers, state, memory, bank, mailbox,
            outputs, does, switches, counts, pump,
            noise, noise_at + k * period, start + k * period * TICK, period, substeps,
        )  # fmt: skip
        observe(A, lanes)
        observe_blood(A, cuffs, first, count)
        for cuff in range(len(first)):
            for chamber in range(count[cuff]):
                reported[k, cuff, chamber] = mailbox[cuff, REPORTED, chamber]


@kernel
def replay(
    A: Floats, lanes: int, cuffs: Floats, first: Ints, count: Ints,
    inlet: Ints, exhaust: Ints, outputs: Ints, substeps: int, trace: Floats,
) -> None:  # fmt: skip
    """Advance the physics alone under recorded commands, one row of each array for each tick.

    `trace`, shape `(n_ticks, lanes)`, receives the chamber pressures at the end of every tick.
    """
    h = TICK / substeps
    for tick in range(len(inlet)):
        obey(A, cuffs, first, count, inlet[tick], exhaust[tick], outputs[tick])
        for substep in range(substeps):
            step(A, lanes, cuffs, first, count, h, substep == substeps - 1)
        for lane in range(lanes):
            trace[tick, lane] = A[PRESSURE + np.uint64(lane)]
