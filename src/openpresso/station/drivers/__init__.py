"""Drivers: what talks to a cuff, or to what somebody uses as one, behind the one port."""

from openpresso.station.drivers.address import open_link
from openpresso.station.drivers.failure import LineError, RefusedError

__all__ = ["LineError", "RefusedError", "open_link"]
