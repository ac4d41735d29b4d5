"""The twin's compiled equations as a right-hand side, for solvers that choose their own steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openpresso.twin import kernel, parameters, physics
from openpresso.twin.compiled import kernel as compile_kernel
from openpresso.twin.layout import ROW
from openpresso.twin.twin import Twin
from tests.twin.reference import Reference

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GAS, TISSUE, DEEP, SUPERFICIAL = (ROW[name] for name in ("GAS", "TISSUE", "DEEP", "SUPERFICIAL"))
CREEP_DEEP, CREEP_SUPERFICIAL, TONE, TIGHT = (
    ROW[name] for name in ("CREEP_DEEP", "CREEP_SUPERFICIAL", "TONE", "TIGHT")
)
(
    CREEP_SHARE, REST_DEEP, REST_SUPERFICIAL, DEEP_AT_REST, TRANSMURAL_AT_REST, P_DEEP, AROUND_DEEP,
) = (
    ROW[name]
    for name in (
        "CREEP_SHARE", "REST_DEEP", "REST_SUPERFICIAL", "DEEP_AT_REST", "TRANSMURAL_AT_REST",
        "P_DEEP", "AROUND_DEEP",
    )
)  # fmt: skip
CREEP_TIME = parameters.value("response", "creep_time")
TONE_TIME = parameters.value("response", "tone_time")
TIGHT_TIME = parameters.value("response", "tight_time")
INLET, EXHAUST = ROW["INLET"], ROW["EXHAUST"]
START = physics.START


@compile_kernel
def rates(
    t: float, y: Floats, out: Floats, A: Floats, lanes: int, cuffs: Floats,  # noqa: N803
    first: Ints, count: Ints, told: Floats, away: Floats, lags: Floats, begin: int, end: int,
) -> None:  # fmt: skip
    """Write the time derivatives of the state `y` to `out`.

    A stage of length 1 from a state to itself leaves state plus rate. Rows of `told` and `away`
    are ticks; their columns inlets, exhausts, dump valves and pump speeds, with lags in `lags`.
    """
    tick = min(max(int(t / kernel.TICK), begin), end - 1)
    since = t - tick * kernel.TICK
    part = np.exp(-since / lags[0]), np.exp(-since / lags[1])
    dump, speed = np.exp(-since / lags[2]), np.exp(-since / lags[3])
    n = len(first)
    size = n * count[0]
    for cuff in range(n):
        for chamber in range(count[cuff]):
            lane, i = first[cuff] + chamber, cuff * count[cuff] + chamber
            A[GAS + lane], A[TISSUE + lane] = y[i], y[size + i]
            A[DEEP + lane], A[SUPERFICIAL + lane] = y[2 * size + i], y[3 * size + i]
            A[CREEP_DEEP + lane] = y[4 * size + n + i]
            A[CREEP_SUPERFICIAL + lane] = y[5 * size + n + i]
            A[TONE + lane] = y[6 * size + n + i]
            A[TIGHT + lane] = y[7 * size + n + i]
            physics.give_way(A, np.uint64(lane))
            A[INLET + lane] = told[tick, i] + away[tick, i] * part[0]
            A[EXHAUST + lane] = told[tick, size + i] + away[tick, size + i] * part[1]
        cuffs[cuff, kernel.M_GAS] = y[4 * size + cuff]
        at = 2 * size + cuff
        cuffs[cuff, kernel.DUMP] = told[tick, at] + away[tick, at] * dump
        cuffs[cuff, kernel.SPEED] = told[tick, at + n] + away[tick, at + n] * speed
    # A solver's steps are longer than the kernel's: Newton's method takes a second round.
    physics.pressures(A, lanes)
    physics.pressures(A, lanes)
    kernel.spread_manifold(A, cuffs, first, count)
    physics.flow_gas(A, lanes, 1.0, 1.0, 1.0, START)
    kernel.flow_manifold(A, cuffs, first, count, 1.0, 1.0, 1.0, START)
    physics.flow_blood(A, lanes, 1.0, 1.0, 1.0, START)
    for cuff in range(n):
        for chamber in range(count[cuff]):
            lane, i = first[cuff] + chamber, cuff * count[cuff] + chamber
            out[i] = A[GAS + lane] - y[i]
            out[size + i] = A[TISSUE + lane] - y[size + i]
            out[2 * size + i] = A[DEEP + lane] - y[2 * size + i]
            out[3 * size + i] = A[SUPERFICIAL + lane] - y[3 * size + i]
            slow = 4 * size + n + i
            share = A[CREEP_SHARE + lane]
            goal = physics.creep_goal(y[2 * size + i], A[REST_DEEP + lane], share)
            out[slow] = (goal - y[slow]) / CREEP_TIME
            goal = physics.creep_goal(y[3 * size + i], A[REST_SUPERFICIAL + lane], share)
            out[slow + size] = (goal - y[slow + size]) / CREEP_TIME
            transmural = A[P_DEEP + lane] - A[AROUND_DEEP + lane]
            goal = physics.tone_goal(y[2 * size + i], A[DEEP_AT_REST + lane], transmural)
            out[slow + 2 * size] = (goal - y[slow + 2 * size]) / TONE_TIME
            goal = physics.tight_goal(transmural, A[TRANSMURAL_AT_REST + lane])
            out[slow + 3 * size] = (goal - y[slow + 3 * size]) / TIGHT_TIME
        out[4 * size + cuff] = cuffs[cuff, kernel.M_GAS] - y[4 * size + cuff]


class Compiled:
    """The equations compiled, for the commands of a reference.

    Parameters
    ----------
    model
        A twin whose arrays serve as work space.
    reference
        The same problem in NumPy.
    """

    def __init__(self, model: Twin, reference: Reference) -> None:
        self._twin = model
        cuff = reference.cuff
        lags = (reference.inlet, reference.exhaust, reference.dump, reference.speed)
        ticks = len(reference.commands)
        self._told = np.concatenate([one.told.reshape(ticks, -1) for one in lags], axis=1)
        self._away = np.concatenate([one.away.reshape(ticks, -1) for one in lags], axis=1)
        self._lags = np.array([cuff.inlet.lag, cuff.exhaust.lag, cuff.dump.lag, cuff.pump.lag])
        for name in ("INLET_AWAY", "EXHAUST_AWAY"):
            for leg in range(len(model.cuffs)):
                model.row(name, leg)[:] = 0.0
        model.params[:, [kernel.DUMP_AWAY, kernel.SPEED_AWAY]] = 0.0

    def __call__(self, t: float, y: Floats, out: Floats, begin: int, end: int) -> None:
        """Write the rates at `t` [s] to `out`; commands are those of the ticks from `begin`."""
        twin = self._twin
        rates(
            t, y, out, twin.A, twin.lanes, twin.params, twin.first, twin.count,
            self._told, self._away, self._lags, begin, end,
        )  # fmt: skip
