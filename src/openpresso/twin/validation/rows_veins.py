"""Rows about veins at rest and under steady pressure: filling, closing, refilling, valves."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from openpresso import cuff as cuffs
from openpresso.twin import measures
from openpresso.twin.layout import ROW
from openpresso.twin.limb import under
from openpresso.twin.measures import Trace, watch
from openpresso.twin.parameters import value as figure
from openpresso.twin.people.person import person
from openpresso.twin.twin import Twin
from openpresso.twin.validation import scene
from openpresso.twin.validation.outcome import Curves, Floats, Outcome, line
from openpresso.twin.validation.scene import CALF, LEG, MID_CALF, THIGH_BAND

KPA: Final = 7.50062
"""[mmHg]"""
CLOSED: Final = figure("veins", "touching")
"""Share of its area at rest below which a vein's walls touch, what ultrasound calls closed [-]."""
STIFFNESS: Final = figure("veins", "collapse")
"""Kp of the tube law below the resting volume [mmHg]."""
BLOCK: Final = -0.1
"""Share of the leg's length by which a heel on a block lies above the heart, negative [-]."""
PLATEAU: Final = 60.0
"""Time after which a calf is taken to have filled [s]."""


def calf_blood(trace: Trace) -> Floats:
    """Blood in the veins of the calf [mL], shape `(n,)`."""
    return np.asarray(trace.blood[:, list(CALF)].sum(axis=1))


def pressed(twin: Twin, chambers: tuple[int, ...], pressure: float) -> scene.Prescribed:
    """Return a drive that keeps chambers at a pressure [mmHg] without pump and guard."""
    return scene.Prescribed(twin, scene.steady(chambers, pressure))


def row_2(seed: int) -> Outcome:
    """Step of 10 mmHg at the outlet of a calf: compliance, time constant, resistance."""
    twin = Twin([cuffs.load("calf-3")], "supine", seed)
    volume = float(under(twin.cuffs[0], "supine").volume.sum())
    rest = float(watch(twin, 1.0).blood[-1].sum())
    outlet = ROW["OUTLET"] + int(twin.first[0] + twin.count[0])
    before = twin.row("P_DEEP", 0).mean()
    twin.A[outlet] += 10.0
    filling = watch(twin, 180.0).blood.sum(axis=1)
    pressure = (twin.row("P_DEEP", 0).mean() - before) / KPA
    twin.A[outlet] -= 10.0
    emptying = watch(twin, 30.0)
    share = 100.0 / volume
    gained = (filling[-1] - rest) * share
    left = (emptying.blood.sum(axis=1) - rest) * share
    tau = float(np.interp(-gained / np.e, -left, emptying.time))
    compliance = gained / pressure
    time = 0.05 * np.arange(len(filling) + len(left)) - 180.0
    whole = np.concatenate([(filling - rest) * share, left])
    return Outcome(
        {"compliance": compliance, "time_constant": tau, "resistance": tau / compliance},
        Curves(
            "time from release [s]",
            "change of the calf's volume [%]",
            (line(time[2400::6], whole[2400::6], "the twin"),),
            ((gained / np.e, "1/e of the change"),),
        ),
    )


def heel_on_block(seed: int) -> Twin:
    """Return a twin of the mean man's leg, supine, the heel raised so that the calf hangs free."""
    cuff, man = scene.whole_leg(), person(sex="male")
    flat, upright = under(cuff, "supine", man), under(cuff, "standing", man)
    raised = replace(flat, step_up=BLOCK * upright.step_up, head=BLOCK * upright.head)
    return Twin([cuff], "supine", seed, [raised])


def row_3(seed: int) -> Outcome:
    """Thigh band in steps to 80 mmHg: blood held back in the calf, and after release."""
    twin = heel_on_block(seed)
    rest = float(calf_blood(watch(twin, 1.0))[-1])
    steps = [
        calf_blood(watch(twin, PLATEAU, pressed(twin, (THIGH_BAND,), pressure))) - rest
        for pressure in np.arange(10.0, 80.1, 10.0).tolist()
    ]
    held = np.concatenate(steps)
    after = calf_blood(watch(twin, 300.0, pressed(twin, (), 0.0))) - rest
    time = 0.05 * np.arange(1, len(held) + len(after) + 1)
    error = measures.figure("volume_error")
    return Outcome(
        {"held": float(held[-1]), "undershoot": float(-after.min())},
        Curves(
            "time [s]",
            "change of the blood in the calf [mL]",
            (line(time[::40], np.concatenate([held, after])[::40], "the twin"),),
            ((87.0, "published, held"), (-16.0, "published, after release")),
        ),
        {"held": error * float(held[-1])},
    )


def throat(twin: Twin, chamber: int) -> float:
    """Narrowest place of the deep veins under a pressed chamber: area over that at rest [-].

    A vein that blood flows through under even pressure narrows most at its downstream end. There
    the blood has the pressure of the next segment P, and by the tube law
    a = (1 - (P - e)/Kp)^(-2/3); 1 where the vein is not narrowed.
    """
    beyond = twin.row("P_DEEP", 0)[chamber + 1] + twin.row("STEP_UP", 0)[chamber]
    outside = float(twin.row("AROUND_DEEP", 0)[chamber] - beyond)
    return float((1.0 + max(outside, 0.0) / STIFFNESS) ** (-2.0 / 3.0))


def row_4(seed: int) -> Outcome:
    """Rising pressure in a short cuff: least interface pressure that closes the deep veins."""
    twin = scene.leg("supine", seed)
    rest = twin.row("REST_DEEP", 0)[MID_CALF]
    interface, narrowest = [0.0], [throat(twin, MID_CALF)]
    mean = [float(twin.row("DEEP", 0)[MID_CALF] / rest)]
    for pressure in np.arange(2.5, 100.1, 2.5):
        trace = watch(twin, 30.0, pressed(twin, (MID_CALF,), float(pressure)))
        interface.append(float(trace.interface[-100:, MID_CALF].mean()))
        narrowest.append(throat(twin, MID_CALF))
        mean.append(float(trace.deep[-100:, MID_CALF].mean() / rest))
    below = np.flatnonzero(np.array(narrowest) <= CLOSED)
    closing = float("inf")
    if len(below):
        last = int(below[0])
        ends = slice(last - 1, last + 1)
        closing = float(np.interp(-CLOSED, -np.array(narrowest[ends]), interface[ends]))
    return Outcome(
        {"closing": closing},
        Curves(
            "interface pressure [mmHg]",
            "deep veins, share of resting volume [-]",
            (
                line(interface, narrowest, "narrowest place"),
                line(interface, mean, "all under the cuff"),
            ),
            ((CLOSED, "walls touch"),),
        ),
    )


def row_6(seed: int) -> Outcome:
    """Whole leg at 60 mmHg: pressure round the deep veins of the calf."""
    twin = scene.leg("supine", seed)
    applied, muscle = [0.0], [0.0]
    error = 0.0
    for pressure in (20.0, 40.0, 60.0):
        trace = watch(twin, 20.0, scene.hold(twin, LEG, pressure))
        measured = measures.muscle_pressure(twin, MID_CALF)
        applied.append(float(trace.chamber[-100:, MID_CALF].mean()))
        muscle.append(measured.value)
        error = measured.error
    return Outcome(
        {"share": 100.0 * muscle[-1] / applied[-1], "muscle": muscle[-1] * 60.0 / applied[-1]},
        Curves(
            "trouser pressure [mmHg]",
            "muscle pressure [mmHg]",
            (
                line(applied, muscle, "the twin"),
                line([0.0, 60.0], [0.0, 54.0], "90 %"),
            ),
        ),
        {"muscle": error},
    )


def row_7(seed: int) -> Outcome:
    """Thigh chamber up to 180 mmHg: how far the skin's pressure stays below the cuff's."""
    twin = scene.leg("supine", seed)
    chamber, skin = [], []
    for pressure in (45.0, 90.0, 135.0, 180.0):
        trace = watch(twin, 20.0, scene.hold(twin, (THIGH_BAND,), pressure))
        chamber.append(float(trace.chamber[-200:, THIGH_BAND].mean()))
        skin.append(float(trace.interface[-200:, THIGH_BAND].mean()))
    return Outcome(
        {"deficit": 100.0 * (1.0 - skin[-1] / chamber[-1])},
        Curves(
            "cuff pressure [mmHg]",
            "pressure on the skin [mmHg]",
            (
                line(chamber, skin, "the twin", points=True),
                line([0.0, 180.0], [0.0, 180.0 * (1.0 - 0.0595)], "published"),
            ),
        ),
    )


def refill(seed: int, leak: float | None) -> tuple[Floats, Floats, float]:
    """Squeeze a sitting leg and let it refill: time [s], blood over that at rest, refill time."""
    twin = scene.leg("sitting", seed)
    if leak is not None:
        twin.row("VALVE_LEAK", 0)[:] = leak
        watch(twin, 60.0, scene.vent(twin))
    rest = float(calf_blood(watch(twin, 1.0, scene.vent(twin)))[-1])
    watch(twin, 10.0, scene.hold(twin, LEG, 80.0))
    after = watch(twin, 240.0, scene.vent(twin))
    blood = calf_blood(after)
    return after.time, blood / rest, measures.refill_time(after.time, blood, rest).value


def row_18(seed: int) -> Outcome:
    """Refill time, sitting, with sound and leaking valves."""
    leaks: tuple[float | None, ...] = (None, 0.05, 0.15, 0.5)
    runs = [refill(seed, leak) for leak in leaks]
    names = ("sound", *(f"leak {leak:g}" for leak in leaks[1:] if leak is not None))
    error = measures.figure("refill_error")
    return Outcome(
        {"sound": runs[0][2], "leaking": runs[-1][2]},
        Curves(
            "time from release [s]",
            "blood in the calf, share of that at rest [-]",
            tuple(
                line(time[:1600:16], share[:1600:16], name)
                for (time, share, _), name in zip(runs, names, strict=True)
            ),
        ),
        {"sound": error, "leaking": error},
    )


def pumped(seed: int, leak: float | None) -> tuple[Trace, float]:
    """Squeeze the calf once a second, standing; return the last beats and the mean return."""
    twin = scene.leg("standing", seed)
    if leak is not None:
        twin.row("VALVE_LEAK", 0)[:] = leak
        watch(twin, 60.0, scene.vent(twin))
    press = scene.Prescribed(twin, scene.beat(CALF, 100.0, 0.4, 1.0))
    watch(twin, 60.0, press, period=1)
    last = watch(twin, 10.0, press, period=1)
    return last, float(last.outflow.mean()) * 60.0


def row_19(seed: int) -> Outcome:
    """Venous return under rhythmic squeezes of the calf, with sound valves against none."""
    sound, with_valves = pumped(seed, None)
    none, without = pumped(seed, 1.0)
    shown = slice(0, 600, 4)
    return Outcome(
        {"gain": 100.0 * (with_valves / without - 1.0)},
        Curves(
            "time [s]",
            "flow out of the leg [mL/s]",
            (
                line(sound.time[shown], sound.outflow[shown], "sound valves"),
                line(none.time[shown], none.outflow[shown], "no valves"),
            ),
        ),
    )


def row_34(seed: int) -> Outcome:
    """Calf at 20 mmHg, supine: how much less blood in deep and in superficial veins."""
    twin = scene.leg("supine", seed)
    before = watch(twin, 1.0)
    trace = watch(twin, 60.0, scene.hold(twin, CALF, 20.0))
    chamber = list(CALF)
    change = [
        100.0 * (after[:, chamber].sum(axis=1) / first[-1, chamber].sum() - 1.0)
        for first, after in ((before.deep, trace.deep), (before.superficial, trace.superficial))
    ]
    deep, superficial = (float(one[-100:].mean()) for one in change)
    return Outcome(
        {"deep": deep, "superficial": superficial, "deep_more": deep / superficial},
        Curves(
            "time at 20 mmHg [s]",
            "change of the veins' area [%]",
            tuple(
                line(trace.time[::10], one[::10], name)
                for one, name in zip(change, ("deep", "superficial"), strict=True)
            ),
            ((-64.0, "deep, published"), (-39.0, "superficial, published")),
        ),
    )
