"""The tests of one cuff after it was turned on: zero, hoses, leaks, fit.

The zero test looks at the vented chambers. The fit test fills one chamber after another to about
15 mmHg and adds up the air that each takes, seals them all (both valves closed), watches how fast
each loses pressure, and vents them. The air tells how loosely the sleeve sits, and so the girth of
the limb.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.cuff.volume import free_air
from openpresso.session.air_meter import AirMeter
from openpresso.session.command import SEAL, as_json
from openpresso.session.finding import Finding

if TYPE_CHECKING:
    from openpresso.cuff.model import Cuff
    from openpresso.session.command import JSON
    from openpresso.session.readings import Flags, Floats, Leg

ZERO_LIMIT: Final = 3.0
"""A vented chamber reads within this of zero [mmHg]."""
ZERO_WINDOW: Final = 0.5
"""Readings are averaged over this time [s]."""
SETTLE: Final = 1.0
"""A cuff that was just turned on has this long to settle [s]."""
ZERO_TIME: Final = 5.0
"""Chambers that are still emptying have this long to reach zero [s]."""

FIT_PRESSURE: Final = 15.0
"""Pressure of the fit test [mmHg], between 10 and 20."""
FIT_CEILING: Final = 20.0
"""Ceiling during the tests [mmHg]."""
REACHED: Final = 0.8
"""A chamber at this share of the fit pressure is filled."""
OPEN: Final = 3.0
"""A chamber that stays below this is cut off from the pump, or open [mmHg]."""
FILL_TIME: Final = 8.0
"""Every chamber has at least this long to fill [s]; `fill_time` gives a small pump longer."""
FILL_MARGIN: Final = 4.0
"""A sound chamber is filled within this many times the time that its pump's free flow needs, also
round a limb much thinner than nominal."""
FILLED_FOR: Final = 0.3
"""A chamber is full when it has been at `REACHED` and its inlet closed for this long [s]."""
REST_TIME: Final = 2.0
"""Filled chambers even out, tissue gives way [s]."""
SEAL_TIME: Final = 4.0
"""The chambers are sealed for this long [s]; the first `SEAL_IGNORED` of it does not count."""
SEAL_IGNORED: Final = 0.5
LEAK_LIMIT: Final = 1.0
"""Fastest fall of a sealed chamber [mmHg/s]; the cuff makes up for less."""
RISE_LIMIT: Final = 0.7
"""Fastest rise of a sealed chamber [mmHg/s]; faster: its inlet leaks."""
VENT_TIME: Final = 12.0
"""Vented chambers are empty within this time [s]."""
EMPTY: Final = 5.0
"""Below this a chamber is empty [mmHg]."""


class ZeroTest:
    """Averages the readings of the vented chambers until all are near zero or time is over.

    Parameters
    ----------
    now
        Instant at which the cuff was turned on [s].
    n_chambers
        Number of chambers.
    """

    __slots__ = ("_begun", "_count", "_started", "_sum", "zero")

    def __init__(self, now: float, n_chambers: int) -> None:
        """Begin."""
        self._started = now
        self._begun = now + SETTLE - ZERO_WINDOW
        self._count = np.zeros(n_chambers)
        self._sum = np.zeros(n_chambers)
        self.zero = np.full(n_chambers, np.nan)
        """Mean of the valid readings of each chamber [mmHg]; NaN: there was none."""

    def settled(self, now: float) -> bool:
        """Tell whether the cuff had its time to settle."""
        return now - self._started >= SETTLE

    def take(self, now: float, pressures: Floats) -> bool:
        """Take readings [mmHg]; return whether every chamber reads zero."""
        if now < self._begun:
            return False
        valid = np.isfinite(pressures)
        self._sum[valid] += pressures[valid]
        self._count += valid
        if now - self._begun < ZERO_WINDOW - 1e-9:
            return False
        self.zero = np.full_like(self._sum, np.nan)
        np.divide(self._sum, self._count, out=self.zero, where=self._count > 0.0)
        self._sum = np.zeros_like(self._sum)
        self._count = np.zeros_like(self._count)
        self._begun = now
        return bool(np.all(np.abs(self.zero) <= ZERO_LIMIT)) and self.settled(now)

    def failed(self, now: float, leg: Leg) -> Finding | None:
        """Return what is wrong when the time is over."""
        if now - self._started < ZERO_TIME:
            return None
        blind = np.isnan(self.zero)
        if np.any(blind):
            detail = "not once in the zero test"
            return Finding("sensor-range", leg, int(np.argmax(blind)) + 1, detail=detail)
        worst = int(np.argmax(np.abs(self.zero)))
        return Finding("zero-off", leg, worst + 1, float(self.zero[worst]), ZERO_LIMIT)


@dataclass(frozen=True, slots=True)
class ChamberFit:
    """Result of one chamber."""

    chamber: int
    skipped: bool
    fill_time: float
    """Time from the first air to `REACHED` of the fit pressure; NaN: never reached [s]."""
    peak: float
    """[mmHg]"""
    air: float
    """Free air that it took to the pressure of the test; NaN: not measured [mL]."""
    volume: float
    """Gas volume at that pressure; NaN: not measured [mL]."""
    girth: float
    """Girth of the limb under it, estimated; NaN: not measured [cm]."""
    girth_error: float
    """Standard error of the girth [cm]."""
    leak_rate: float
    """Fall of the sealed chamber, negative when it rises [mmHg/s]."""
    vent_time: float
    """Time to empty; NaN: not emptied [s]."""
    finding: Finding | None
    """What is wrong, or `None`."""

    def data(self) -> dict[str, JSON]:
        """Return the result as JSON values."""
        return {
            "chamber": self.chamber,
            "skipped": self.skipped,
            "fill_time": as_json(self.fill_time),
            "peak": as_json(self.peak),
            "air": as_json(self.air),
            "volume": as_json(self.volume),
            "girth": as_json(self.girth),
            "girth_error": as_json(self.girth_error),
            "leak_rate": as_json(self.leak_rate),
            "vent_time": as_json(self.vent_time),
            "failed": self.finding.condition if self.finding else None,
        }


@dataclass(frozen=True, slots=True)
class FitResult:
    """Result of one cuff."""

    leg: Leg
    pressure: float
    """Pressure of the test [mmHg]."""
    chambers: tuple[ChamberFit, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, chamber by chamber; empty when the cuff passed."""
        return tuple(one.finding for one in self.chambers if one.finding)

    def data(self) -> dict[str, JSON]:
        """Return the result as JSON values."""
        return {
            "passed": not self.findings,
            "pressure": as_json(self.pressure),
            "chambers": [one.data() for one in self.chambers],
        }


def fill_time(cuff: Cuff, chamber: int, pressure: float) -> float:
    """Return the time within which a sound chamber is filled to `pressure` [mmHg] [s].

    `chamber` is numbered from 1.
    """
    air = float(free_air(cuff.chambers[chamber - 1], pressure))
    return max(FILL_TIME, FILL_MARGIN * air / cuff.pump.flow)


class FitTest:
    """Fill one chamber after another, rest, seal, vent.

    Parameters
    ----------
    leg
        The leg.
    cuff
        Its cuff.
    now
        Instant of the start [s].
    pressure
        Pressure of the test [mmHg], `FIT_PRESSURE` or the ceiling if that is lower.
    skip
        Chambers that are left out, `(n_chambers,)`.
    """

    def __init__(self, leg: Leg, cuff: Cuff, now: float, pressure: float, skip: Flags) -> None:
        """Begin to fill the first chamber."""
        self._leg: Leg = leg
        self._cuff = cuff
        self._n = cuff.n_chambers
        self._skip = skip.copy()
        self._pressure = pressure
        self._phase = "fill"
        self._filling = -1
        self._begun = now
        self._meter = AirMeter(cuff, now)
        self._filled = np.full(self._n, np.nan)
        self._vented = np.full(self._n, np.nan)
        self._peak = np.zeros(self._n)
        self._full_since = math.nan
        self._sealed = False
        self._points = np.zeros(3)
        self._sums = np.zeros((2, self._n))
        self.result: FitResult | None = None
        """The result, once the test is over."""
        self._fill_next(now)

    def skip(self, chamber: int) -> None:
        """Leave a chamber, numbered from 1, out of the rest of the test."""
        self._skip[chamber - 1] = True

    def step(self, now: float, pressures: Floats, inlet: Floats, pump: float) -> Floats:
        """Take readings and return the set-points [mmHg], both `(n_chambers,)`.

        Parameters
        ----------
        now
            Instant of the readings [s].
        pressures
            [mmHg]
        inlet
            Share of the time since the last readings with the inlet open.
        pump
            Mean duty of the pump since then.
        """
        np.fmax(self._peak, pressures, out=self._peak)
        elapsed = now - self._begun
        if self._phase == "fill":
            self._meter.take(now, pressures, inlet, pump, self._filling)
            self._fill(now, elapsed, pressures, inlet)
        elif self._phase == "rest" and elapsed >= REST_TIME:
            self._go_on("seal", now)
        elif self._phase == "seal":
            self._watch(now, elapsed, pressures)
        elif self._phase == "vent":
            self._empty(elapsed, pressures)
        return self._set_points()

    def _set_points(self) -> Floats:
        """Return what the chambers are told in the present phase."""
        told = {"fill": self._pressure, "rest": self._pressure, "seal": SEAL}
        points = np.full(self._n, told.get(self._phase, np.nan))
        if self._phase == "fill":
            points[self._filling + 1 :] = np.nan
        missed = np.isnan(self._filled)
        missed[self._filling :] = False
        points[self._skip | missed] = np.nan
        return points

    def _go_on(self, phase: str, now: float) -> None:
        """Begin the next phase."""
        self._phase = phase
        self._begun = now

    def _fill_next(self, now: float) -> None:
        """Go on to the next chamber that is not left out, or to the rest."""
        self._filling += 1
        while self._filling < self._n and self._skip[self._filling]:
            self._filling += 1
        self._begun = now
        self._full_since = math.nan
        if self._filling == self._n:
            whole = not np.any(np.isnan(self._filled[~self._skip]))
            self._go_on("rest" if whole else "vent", now)

    def _fill(self, now: float, elapsed: float, pressures: Floats, inlet: Floats) -> None:
        """Wait until the chamber is full; one that is not in time has failed."""
        i = self._filling
        if self._skip[i]:
            self._fill_next(now)
            return
        if pressures[i] >= REACHED * self._pressure:
            if math.isnan(self._filled[i]):
                self._filled[i] = elapsed
            if inlet[i] > 0.0 or math.isnan(self._full_since):
                self._full_since = now
            full = now - self._full_since >= FILLED_FOR
            if full or elapsed >= fill_time(self._cuff, i + 1, self._pressure):
                self._meter.full(i, float(pressures[i]))
                self._fill_next(now)
        elif elapsed >= fill_time(self._cuff, i + 1, self._pressure):
            self._filled[i] = np.nan
            self._fill_next(now)

    def _watch(self, now: float, elapsed: float, pressures: Floats) -> None:
        """Gather the sums of the regression of pressure on time."""
        if elapsed >= SEAL_IGNORED and np.all(np.isfinite(pressures) | self._skip):
            self._points += (1.0, elapsed, elapsed * elapsed)
            self._sums[0] += pressures
            self._sums[1] += elapsed * pressures
        if elapsed >= SEAL_TIME:
            self._sealed = True
            self._go_on("vent", now)

    def _empty(self, elapsed: float, pressures: Floats) -> None:
        """Wait until every chamber is empty, then judge."""
        emptied = (pressures < EMPTY) & np.isnan(self._vented)
        self._vented[emptied] = elapsed
        if elapsed >= VENT_TIME or not np.any(np.isnan(self._vented)):
            rates = self._leak_rates()
            self.result = FitResult(
                self._leg,
                self._pressure,
                tuple(
                    self._judged(i, float(rates[i]), float(pressures[i])) for i in range(self._n)
                ),
            )

    def _leak_rates(self) -> Floats:
        """Return the falls of the sealed chambers by least squares [mmHg/s]; NaN without a seal."""
        count, times, squares = self._points.tolist()
        spread = count * squares - times * times
        if spread <= 0.0:
            return np.full(self._n, np.nan)
        return np.asarray(-(count * self._sums[1] - times * self._sums[0]) / spread)

    def _judged(self, index: int, leak: float, pressure: float) -> ChamberFit:
        """Return the result of one chamber."""
        skipped = bool(self._skip[index])
        chamber = index + 1
        finding = None if skipped else self._wrong(index, leak, pressure)
        measured = self._meter.measured(index)
        return ChamberFit(
            chamber,
            skipped,
            float(self._filled[index]),
            float(self._peak[index]),
            measured.air,
            measured.volume,
            measured.girth,
            measured.girth_error,
            leak if not skipped else math.nan,
            float(self._vented[index]),
            finding,
        )

    def _wrong(self, index: int, leak: float, pressure: float) -> Finding | None:
        """Return what is wrong with one chamber."""
        chamber, peak = index + 1, float(self._peak[index])
        if math.isnan(self._filled[index]):
            wrong = (
                "hardly any air came in: the hose is kinked or not connected"
                if peak < OPEN
                else "not filled: the chamber leaks or sits too loosely"
            )
            within = fill_time(self._cuff, chamber, self._pressure)
            detail = f"{wrong}, after {within:.0f} s of the fit test"
            return Finding("does-not-rise", self._leg, chamber, peak, self._pressure, detail)
        if self._sealed and math.isnan(leak):
            detail = "no leak rate could be measured in the fit test"
            return Finding("sensor-range", self._leg, chamber, pressure, detail=detail)
        if leak > LEAK_LIMIT:
            return Finding("leak", self._leg, chamber, leak, LEAK_LIMIT, "in the fit test")
        if leak < -RISE_LIMIT:
            detail = f"by {-leak:.1f} mmHg/s while sealed in the fit test"
            return Finding("rises-while-off", self._leg, chamber, peak, self._pressure, detail)
        if math.isnan(pressure):
            return Finding("sensor-range", self._leg, chamber, detail="at the end of the fit test")
        if math.isnan(self._vented[index]):
            detail = f"not empty after {VENT_TIME:.0f} s of venting in the fit test"
            return Finding("does-not-fall", self._leg, chamber, pressure, 0.0, detail)
        return None
