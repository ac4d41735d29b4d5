"""The control seat: one client at a time steers a couch, and shows by a heartbeat that it is there.

Pure: time is an argument. Who holds no seat watches; stopping needs no seat.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from openpresso.session import CommandRefusedError

SILENT: Final = 10.0
"""A holder that is silent for longer is away: the program pauses at the cycle's end [s]."""
GONE: Final = 60.0
"""A holder that is silent for longer does not come back: the cuffs vent [s]."""
BEAT_EVERY: Final = 2.0
"""Clients are asked to show themselves this often [s]."""


class Seat:
    """The control seat of one couch."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._holder = ""
        self._token = ""
        self._beat_at = 0.0
        self._taken = False

    def holder(self, now: float) -> str | None:
        """Return who holds the seat, or `None`: it is free, or its holder does not come back."""
        return self._holder if self._holder and self.silent_for(now) <= GONE else None

    def silent_for(self, now: float) -> float:
        """Return for how long no holder has been heard of [s]; 0 before anybody took it."""
        return now - self._beat_at if self._taken else 0.0

    def take(self, name: str, now: float, *, force: bool = False) -> str:
        """Take the seat and return the token that proves it.

        Parameters
        ----------
        name
            Who takes it, for people.
        now
            Instant [s].
        force
            Take it from a holder who is still heard of.

        Raises
        ------
        CommandRefusedError
            If nobody is named, or somebody holds it.
        """
        if not name.strip():
            raise CommandRefusedError(
                "the control seat is refused: nobody is named",
                code="nobody-named",
                remedy="give the name of the person who steers.",
            )
        if self._holder and self.silent_for(now) <= SILENT and not force:
            raise CommandRefusedError(
                f"the control seat is refused: {self._holder} holds it",
                code="seat-taken",
                remedy=f"ask {self._holder} to leave it, wait until it is silent for "
                f"{SILENT:.0f} s, or take it over by force.",
            )
        self._holder = name.strip()
        self._token = secrets.token_hex(16)
        self._beat_at = now
        self._taken = True
        return self._token

    def beat(self, token: str, now: float) -> None:
        """Show that the holder is there.

        Raises
        ------
        CommandRefusedError
            If the token is not that of the holder.
        """
        self._check(token)
        self._beat_at = now

    def leave(self, token: str) -> None:
        """Leave the seat; from its last heartbeat on nobody minds the couch.

        Raises
        ------
        CommandRefusedError
            If the token is not that of the holder.
        """
        self._check(token)
        self._holder = ""
        self._token = ""

    def _check(self, token: str) -> None:
        if self._token and hmac.compare_digest(self._token.encode(), token.encode()):
            return
        held = f"{self._holder} holds it" if self._holder else "it is free"
        raise CommandRefusedError(
            f"this needs the control seat; {held}",
            code="no-seat",
            remedy="take the seat first; a seat that was taken over or left does not come back.",
        )
