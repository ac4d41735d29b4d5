"""The line to a cuff of a twin in the same process."""

from __future__ import annotations

from openpresso.law import controller as law
from openpresso.law.registers import STOPPED
from openpresso.session import Command, Identity, Leg, Readings
from openpresso.twin import kernel
from openpresso.twin.twin import Twin

FIRMWARE = "twin-1"
"""What the twin says of its firmware: the law it runs is the cuffs' own."""


class TwinLink:
    """A line to one cuff of a twin in the same process.

    Parameters
    ----------
    twin
        The twin; somebody else advances it.
    index
        Index of the cuff in the twin.
    leg
        The leg that wears it.
    """

    def __init__(self, twin: Twin, index: int, leg: Leg) -> None:
        """Take up the line."""
        self.twin = twin
        self.index = index
        cuff = twin.cuffs[index]
        self._identity = Identity(cuff.name, f"twin-{twin.seed}-{leg}", FIRMWARE, cuff.n_chambers)
        self._reported = twin.mailbox[index, kernel.REPORTED : kernel.TRUE, : cuff.n_chambers]
        self._open = True

    @property
    def identity(self) -> Identity:
        """Which cuff is at the other end."""
        return self._identity

    @property
    def trouble(self) -> str:
        """Why there are no readings; empty when all is well."""
        if not self._open:
            return "the line to the twin is closed"
        if self.twin.answers(self.index):
            return ""
        return "the twin does not answer: its power or its line was cut by a fault"

    def read(self, now: float) -> Readings | None:
        """Return fresh readings taken at `now` [s], or `None` when the cuff does not answer."""
        if not self._open or not self.twin.answers(self.index):
            return None
        pressures, inlet, exhaust = self._reported.copy()
        state = self.twin.state[self.index]
        return Readings(
            time=now,
            pressures=pressures,
            inlet=inlet,
            exhaust=exhaust,
            pump=float(self.twin.pump[self.index]),
            faults=int(state[law.FAULT_BITS]),
            identity=self._identity,
            fault_chamber=int(state[law.FAULT_CHAMBER]),
        )

    def write(self, command: Command | None) -> None:
        """Write set-points and ceiling, and renew the lease or give it up."""
        if self._open and command is not None:
            self.twin.write(self.index, command.set_points, command.ceiling, renew=command.renew)

    def reset(self) -> None:
        """Let the cuff forget its faults."""
        if self._open:
            self.twin.reset(self.index)

    def vent(self) -> None:
        """Vent the cuff at once, until it is reset."""
        if self._open and self.twin.answers(self.index):
            self.twin.state[self.index, law.FAULT_BITS] |= STOPPED

    def close(self) -> None:
        """Give up the lease and let go of the line."""
        if self._open and self.twin.answers(self.index):
            self.twin.state[self.index, law.LEASE_AGE] = -1
        self._open = False
