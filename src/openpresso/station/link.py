"""The one port to a cuff, real or not."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from openpresso.session import Command, Identity, Readings


class Link(Protocol):
    """A line to one cuff. Nothing here ever waits: a line is slower than a stop may be."""

    @property
    def identity(self) -> Identity | None:
        """Which cuff is at the other end; `None` until it has said so."""

    @property
    def trouble(self) -> str:
        """Why the last exchange failed and what to do; empty when all is well."""

    def read(self, now: float) -> Readings | None:
        """Return the newest readings that were not returned yet, or `None`.

        They are stamped with the station's clock when they arrived, at `now` [s] or before.
        """

    def write(self, command: Command | None) -> None:
        """Send set-points and ceiling with the lease, renewed or given up as the command says.

        The newest command wins. `None` only asks for readings.
        """

    def reset(self) -> None:
        """Let the cuff forget its faults; it stays vented and has no lease."""

    def vent(self) -> None:
        """Vent the cuff at once, whoever holds its lease; it stays vented until it is reset.

        Nothing goes before it on the line but the exchange that is under way; one that fails is
        sent again as soon as the cuff answers.
        """

    def close(self) -> None:
        """Give up the lease and let go of the line."""


@runtime_checkable
class Contested(Protocol):
    """A line to a cuff that another station may hold; a link that is not one tells of none."""

    @property
    def held_by(self) -> str:
        """Which other station holds the cuff, in plain words; empty while none does."""
