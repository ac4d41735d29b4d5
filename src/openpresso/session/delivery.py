"""The set-points of all legs: from the timelines, softened, held or let down, then limited.

All legs are one stacked array of n chambers. Every writer ends in `_limit`, which takes out skipped
chambers and clips to the ceiling; nothing writes set-points after it but a vent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.session.limits import RESUME_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.session.readings import Flags, Floats
    from openpresso.session.track import Track

EVERYTHING: Final = 1.0
"""Share of a chamber that is neither softened nor trimmed."""


class Delivery:
    """Set-points of every chamber of the session.

    Parameters
    ----------
    tracks
        Each leg's track with its place in the stacked array.
    n
        Number of chambers of all legs.
    """

    def __init__(self, tracks: Iterable[tuple[Track, slice]], n: int) -> None:
        """Begin vented."""
        self.tracks = tuple(tracks)
        self.n = n
        self.set_points: Floats = np.full(n, np.nan)
        """What the cuffs are told [mmHg], `(n,)`."""
        self.ceiling: Floats = np.zeros(n)
        """Ceiling of every chamber [mmHg], `(n,)`."""
        self.shares: Floats = np.full(n, EVERYTHING)
        """Share of the program's set-point that each chamber gets, 0 to 1."""
        self.skipped: Flags = np.zeros(n, dtype=np.bool_)
        self.skipping = False
        """Whether any chamber is skipped."""
        self.trim = EVERYTHING
        """Comfort trim of everything, 0 to 1; it only falls."""
        self._a, self._b = np.full(n, np.nan), np.zeros(n)
        self._allow = np.full(n, np.inf)
        self._held = np.full(n, np.nan)
        self.next_mark = 0.0
        """Position of the next start of a cycle or phase in any timeline [s]."""
        self._next = 0.0
        self._moving = True
        self._ramping = False
        self._stale = True

    def seek(self, time: float) -> None:
        """Go to `time` in all timelines [s]."""
        for track, _ in self.tracks:
            track.seek(time)
        self.next_mark = time
        self._stale = True

    def marks(self, time: float) -> list[tuple[int, str, str | int]]:
        """Return what begins up to `time` [s]: index of the leg, kind, number or name."""
        found = [
            (index, kind, mark)
            for index, (track, _) in enumerate(self.tracks)
            for kind, mark in track.marks(time)
        ]
        self.next_mark = min(track.next_mark for track, _ in self.tracks)
        return found

    def skip(self, column: int, *, skipped: bool) -> None:
        """Leave a chamber out, or take it back; a hold that it left stays without it."""
        self.skipped[column] = skipped
        if skipped:
            self._held[column] = np.nan
        self.skipping = bool(np.any(self.skipped))
        self._stale = True

    def reshape(self) -> None:
        """Take changed shares, skips, trim or ceiling into account from the next tick on."""
        self._stale = True

    def follow(self, time: float, dt: float) -> bool:
        """Set what the timelines say at `time` [s]; return whether anything may have changed.

        Parameters
        ----------
        time
            Position in the program [s].
        dt
            Time since the last step [s], for the ramp after a resume.
        """
        if time >= self._next or self._stale:
            self._load(time)
        elif not (self._moving or self._ramping):
            return False
        points = self.set_points
        np.multiply(self._b, time, points)
        np.add(points, self._a, points)
        if self._ramping:
            self._ramp(dt)
        self._limit()
        return True

    def _load(self, time: float) -> None:
        """Load the lines of the segments at `time`, with shares and trim multiplied in."""
        for track, columns in self.tracks:
            a, b = track.line(time)
            self._a[columns] = a
            self._b[columns] = b
        share = self.shares * self.trim
        self._a *= share
        self._b *= share
        self._next = min(track.next_segment for track, _ in self.tracks)
        self._moving = bool(np.any(self._b))
        self._stale = False

    def _ramp(self, dt: float) -> None:
        """Keep set-points under bounds that rise at `RESUME_RATE` until they bind nothing."""
        self._allow += RESUME_RATE * dt
        np.minimum(self.set_points, self._allow, out=self.set_points)
        if np.all(self._allow >= self.ceiling):
            self._ramping = False
            self._stale = True

    def _limit(self) -> None:
        """Take out skipped chambers and clip to the ceiling."""
        np.minimum(self.set_points, self.ceiling, out=self.set_points)
        if self.skipping:
            np.copyto(self.set_points, np.nan, where=self.skipped)

    def rise_from(self, pressures: Floats, chambers: slice | None = None) -> None:
        """Bound the rise of set-points from the pressures now [mmHg].

        Parameters
        ----------
        pressures
            Measured pressures, `(n,)`; NaN counts as 0.
        chambers
            Which chambers; all when not given.
        """
        where = chambers or slice(None)
        if not self._ramping:
            self._allow.fill(np.inf)
        self._allow[where] = np.minimum(
            np.fmax(pressures[where], 0.0), np.fmax(self.set_points[where], 0.0)
        )
        self._ramping = True
        self._stale = True

    def freeze(self) -> None:
        """Remember the present set-points, to be held or let down; a sealed chamber counts as 0."""
        np.maximum(self.set_points, 0.0, out=self._held)

    def hold(self, share: float = EVERYTHING) -> None:
        """Set a share, 0 to 1, of the remembered set-points; it never exceeds them."""
        np.multiply(self._held, share, out=self.set_points)
        self._limit()

    def soften_held(self, factors: Floats) -> None:
        """Let remembered set-points down by factors of at most 1, `(n,)`."""
        self._held *= np.minimum(factors, EVERYTHING)

    @property
    def held(self) -> bool:
        """Whether any remembered set-point is above 0."""
        return bool(np.any(self._held > 0.0))

    def write(self, columns: slice, set_points: Floats) -> None:
        """Set one leg's set-points [mmHg], limited like all others."""
        self.set_points[columns] = set_points
        self._limit()

    def vent(self) -> None:
        """Vent and disable everything."""
        self.set_points.fill(np.nan)
        self._stale = True
