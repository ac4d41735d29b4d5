"""Named faults of the twin: what breaks, when, and where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from openpresso import units
from openpresso.errors import InputError
from openpresso.twin import kernel
from openpresso.twin.twin import Twin

LEAK = 0.6
"""A torn chamber's laminar leak [mL/(s mmHg)]: 30 mL/s at 50 mmHg."""
KINK = 0.02
"""Share of its conductance that a kinked hose keeps [-]."""
SENSOR_DRIFT = -0.25
"""Drift of a failing sensor, in the dangerous direction [mmHg/s]."""
WEAK = 0.25
"""Share of its flow that a worn pump keeps [-]."""


def _valve(row: int, fault: int) -> Callable[[Twin, int, int], None]:
    def apply(twin: Twin, cuff: int, chamber: int) -> None:
        twin.bank[cuff, row, chamber] = fault

    return apply


def _leak(twin: Twin, cuff: int, chamber: int) -> None:
    twin.row("LEAK", cuff)[chamber] = LEAK


def _kink(twin: Twin, cuff: int, chamber: int) -> None:
    twin.row("C_INLET", cuff)[chamber] *= KINK


def _drift(twin: Twin, cuff: int, chamber: int) -> None:
    rate = twin.row("DRIFT", cuff)
    twin.row("OFFSET", cuff)[chamber] += (rate[chamber] - SENSOR_DRIFT) * twin.time
    rate[chamber] = SENSOR_DRIFT


def _weak(twin: Twin, cuff: int, _chamber: int) -> None:
    twin.params[cuff, kernel.PUMP_GAIN] = WEAK


def _pump_on(twin: Twin, cuff: int, _chamber: int) -> None:
    twin.switches[cuff, kernel.PUMP_STUCK] = 1


def _power(twin: Twin, cuff: int, _chamber: int) -> None:
    twin.switch(cuff, powered=False)


def _silent(twin: Twin, cuff: int, _chamber: int) -> None:
    twin.silent[cuff] = True


FAULTS: dict[str, tuple[str, Callable[[Twin, int, int], None]]] = {
    "leak": ("A chamber is torn", _leak),
    "kinked-hose": ("A chamber's inlet line is kinked", _kink),
    "inlet-stuck-open": (
        "An inlet valve does not close",
        _valve(kernel.INLET_FAULT, kernel.STUCK_OPEN),
    ),
    "inlet-stuck-closed": (
        "An inlet valve does not open",
        _valve(kernel.INLET_FAULT, kernel.STUCK_CLOSED),
    ),
    "exhaust-stuck-open": (
        "An exhaust valve does not close",
        _valve(kernel.EXHAUST_FAULT, kernel.STUCK_OPEN),
    ),
    "exhaust-stuck-closed": (
        "An exhaust valve does not open",
        _valve(kernel.EXHAUST_FAULT, kernel.STUCK_CLOSED),
    ),
    "frozen-sensor": (
        "A sensor repeats its last reading",
        _valve(kernel.SENSOR_FAULT, kernel.SENSOR_FROZEN),
    ),
    "drifting-sensor": ("A sensor reads ever lower", _drift),
    "nan-sensor": ("A sensor gives no number", _valve(kernel.SENSOR_FAULT, kernel.SENSOR_NAN)),
    "weak-pump": ("The pump gives a quarter of its flow", _weak),
    "pump-stuck-on": ("The pump does not stop", _pump_on),
    "power-loss": ("The cuff loses its power", _power),
    "link-silent": ("The cuff neither hears nor answers", _silent),
}
"""Every fault by name: what it is, and what it does to the twin."""

FORM = re.compile(r"(?P<name>[a-z-]+)@(?P<time>[^:]+)(:((?P<leg>left|right)\.)?(?P<chamber>\d+))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to be injected."""

    name: str
    time: float
    """Instant after the start of the program [s]."""
    leg: str | None
    """`left` or `right`; the first cuff when not given."""
    chamber: int
    """From 1, distal."""

    def inject(self, twin: Twin, cuff: int) -> None:
        """Break the cuff of index `cuff`."""
        FAULTS[self.name][1](twin, cuff, self.chamber - 1)


def parse(text: str) -> Fault:
    """Read `NAME@TIME[:[LEG.]CHAMBER]`, such as `leak@5 min:3`; a bare time is in seconds.

    Raises
    ------
    InputError
        If the form, the name, the time or the chamber is not allowed.
    """
    match = FORM.fullmatch(text.strip())
    if match is None:
        raise InputError.one(
            "--fault",
            "fault-form",
            f"{text!r} is not NAME@TIME[:CHAMBER]",
            hint='give for example "leak@300:4" or "frozen-sensor@5 min:right.2".',
        )
    name = match["name"]
    if name not in FAULTS:
        near = difflib.get_close_matches(name, FAULTS, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise InputError.one(
            "--fault",
            "unknown-fault",
            f"{name!r} is no fault of the twin",
            hint=f"{hint}known: {', '.join(FAULTS)}.",
        )
    time = match["time"].strip()
    if re.fullmatch(r"\d+(\.\d+)?", time):
        time += " s"
    chamber = int(match["chamber"] or 1)
    return Fault(name, units.duration(time, source="--fault"), match["leg"], chamber)
