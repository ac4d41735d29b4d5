"""One leg's lane through the session: its cuff, its link, its tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from openpresso.law.registers import FAULTS, LEASE, PUMP, RESTARTED, SELF_TEST, STOPPED
from openpresso.session.command import as_json
from openpresso.session.finding import Finding
from openpresso.session.fit_test import (
    EMPTY,
    FIT_CEILING,
    FIT_PRESSURE,
    FitTest,
    ZeroTest,
)
from openpresso.session.limits import Limits
from openpresso.session.track import Track

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.cuff.model import Cuff
    from openpresso.program.timeline import Timeline
    from openpresso.session.command import JSON
    from openpresso.session.fit_test import FitResult
    from openpresso.session.limits import Limit
    from openpresso.session.monitor import Monitor
    from openpresso.session.readings import Flags, Floats, Identity, Leg, Readings

Stage = Literal["off", "checking", "fitting", "on"]

FRESH: Final = 0.5
"""Readings older than this are not fresh; a cuff silent for longer has vented by itself [s]."""
AHEAD: Final = 0.05
"""Readings may be stamped this far ahead of the step [s]."""
USUAL_GAP: Final = 0.06
"""Readings of a 20 Hz station are at most this far apart [s]."""
WHOLE_CUFF: Final = LEASE | PUMP | SELF_TEST | STOPPED | RESTARTED
"""Fault bits that mean no chamber."""


class Lane:
    """One leg.

    Parameters
    ----------
    leg
        Which cuff.
    cuff
        The cuff that must be connected.
    timeline
        The program compiled for it.
    columns
        Its place in the stacked arrays.
    limits
        Limits of the client, of an order, of the house.
    """

    def __init__(
        self,
        leg: Leg,
        cuff: Cuff,
        timeline: Timeline,
        columns: slice,
        limits: Iterable[Limit],
    ) -> None:
        """Begin with the cuff off."""
        self.leg: Leg = leg
        self.cuff = cuff
        self.track = Track(timeline)
        self.columns = columns
        self.n = cuff.n_chambers
        self.limits = Limits(cuff, timeline, limits)
        self.stage: Stage = "off"
        self.identity: Identity | None = None
        """Identity of the last readings."""
        self.tested: Identity | None = None
        """Identity of the cuff that passed the check."""
        self.time = -math.inf
        """Time of the last fresh readings [s]."""
        self.fresh_at = -math.inf
        """Instant of the step that had them [s]."""
        self.inlet: Floats = np.zeros(self.n)
        """Share of the time with each inlet open, of the last readings."""
        self.pump = 0.0
        """Mean duty of the pump, of the last readings."""
        self.faults = 0
        """Fault bits of the last readings."""
        self.fault_chamber = 0
        """Chamber that they mean, from 1; 0: none, or the whole cuff."""
        self._wide = False
        self.zero: ZeroTest | None = None
        self.fit: FitTest | None = None
        self.fit_result: FitResult | None = None
        self.guard = 0.0
        """Ceiling that the cuff's own guard gets [mmHg]."""

    def attach(self, monitor: Monitor) -> None:
        """Write readings into this monitor from now on."""
        self.monitor = monitor
        self._pressures: Floats = monitor.pressures[self.columns]
        self._times: Floats = monitor.times[self.columns]

    def turn_on(self, now: float) -> None:
        """Begin with the tests."""
        self.stage = "checking"
        self.fresh_at = now
        self.zero = ZeroTest(now, self.n)

    def begin_at(self, now: float) -> None:
        """Count from the session's first step, where the cuff was turned on before it."""
        if self.stage == "checking":
            self.turn_on(now)

    def ceiling(self) -> Floats:
        """Return the ceiling of every chamber now [mmHg]; lower while the cuff is being tested."""
        ceiling = self.limits.ceiling()
        return ceiling if self.stage == "on" else np.minimum(ceiling, FIT_CEILING)

    def take(self, readings: Readings | None, now: float) -> bool:
        """Take readings; return whether they are fresh.

        Readings that are old, repeated, from the future or of another shape are not fresh, and time
        runs on towards `link-silent`.
        """
        if readings is None or not self.time < readings.time <= now + AHEAD:
            return False
        time = readings.time
        if now - time > FRESH or len(readings.pressures) != self.n:
            self.identity = readings.identity
            return False
        self._pressures[:] = readings.pressures
        self._times.fill(time)
        gap = time - self.time
        if self._wide or gap > USUAL_GAP:
            self._after_gap(gap)
        self.time = time
        self.fresh_at = now
        self.inlet = readings.inlet
        self.pump = readings.pump
        self.faults = readings.faults
        self.fault_chamber = readings.fault_chamber
        self.identity = readings.identity
        if self.stage == "off":
            np.fmax(self._pressures, 0.0, out=self._pressures)
        return True

    def _after_gap(self, gap: float) -> None:
        """Allow for readings that did not come."""
        self._wide = gap > USUAL_GAP
        if gap == math.inf:
            self.monitor.first(self.columns)
        else:
            self.monitor.allow_jump(self.columns, gap)

    def suspicious(self, now: float) -> bool:
        """Tell whether the link or the cuff itself needs a closer look."""
        return (
            self.faults != 0
            or now - self.fresh_at > FRESH
            or (self.identity is not self.tested and self.identity != self.tested)
        )

    def findings(self, now: float) -> list[Finding]:
        """Return what is wrong with the cuff or its link; a cuff may settle first."""
        found = [one for one in (self.wrong(), self.silence(now)) if one]
        settling = self.stage == "checking" and not (self.zero and self.zero.settled(now))
        return found if settling else found + self.reported()

    def wrong(self) -> Finding | None:
        """Return a finding when this is not the cuff of the program."""
        known, tested = self.identity, self.tested
        if known is None or known == tested:
            return None
        if tested is not None:
            detail = f"the tested cuff has serial {tested.serial}, this one {known.serial}"
            return Finding("wrong-cuff", self.leg, detail=detail)
        if known.cuff == self.cuff.name and known.n_chambers == self.n:
            return None
        detail = (
            f"a {known.cuff} with {known.n_chambers} chambers is connected (serial "
            f"{known.serial}); the program needs a {self.cuff.name} with {self.n}"
        )
        return Finding("wrong-cuff", self.leg, detail=detail)

    def silence(self, now: float) -> Finding | None:
        """Return a finding when the cuff has been silent for too long."""
        gap = now - self.fresh_at
        return Finding("link-silent", self.leg, None, gap, FRESH) if gap > FRESH else None

    def reported(self) -> list[Finding]:
        """Return what the cuff's own guard reports."""
        found = []
        for bit, name, text in FAULTS:
            if self.faults >> bit & 1:
                chamber = None if WHOLE_CUFF >> bit & 1 else self.fault_chamber or None
                said = f"the cuff vented by itself ({text[0].lower()}{text[1:]})"
                found.append(Finding(name, self.leg, chamber, said=said))
        return found

    def described(self) -> dict[str, JSON]:
        """Return the cuff's identity and zero as JSON values."""
        known, zero = self.identity, self.zero
        return {
            "cuff": known.cuff if known else None,
            "serial": known.serial if known else None,
            "firmware": known.firmware if known else None,
            "zero": [as_json(value) for value in zero.zero.tolist()] if zero else [],
        }

    def begin_fit(self, now: float, skipped: Flags) -> None:
        """Begin the fit test."""
        pressure = min(FIT_PRESSURE, self.limits.binding.value)
        self.stage = "fitting"
        self.tested = self.identity
        self.fit = FitTest(self.leg, self.cuff, now, pressure, skipped)

    def not_empty(self, detail: str = "") -> Finding | None:
        """Return a finding when any chamber is not known to be empty."""
        if np.all(self._pressures < EMPTY):
            return None
        known = np.nan_to_num(self._pressures, nan=-math.inf)
        chamber = int(np.argmax(known))
        if known[chamber] >= EMPTY:
            value = float(known[chamber])
            return Finding("does-not-fall", self.leg, chamber + 1, value, 0.0, detail)
        blind = int(np.argmax(np.isnan(self._pressures)))
        return Finding("sensor-range", self.leg, blind + 1, detail=detail)

    def pressures(self) -> Floats:
        """Return the raw pressures [mmHg], `(n_chambers,)`."""
        return self._pressures
