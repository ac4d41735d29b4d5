"""A link to a cuff with openpresso's registers, over Modbus TCP or RTU, and the cuff's care."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from openpresso.station.calibration import Calibration
from openpresso.station.care import Care
from openpresso.station.drivers.codec import CARE, COUNTERS
from openpresso.station.drivers.failure import RefusedError
from openpresso.station.drivers.line import Line
from openpresso.station.drivers.modbus_wire import BUSY, ModbusWire, Sample
from openpresso.station.drivers.wire import WireLink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from openpresso.station.drivers.places import Place


class ModbusLink(WireLink[Sample]):
    """A link to a cuff with openpresso's registers; made inside a running event loop.

    Parameters
    ----------
    place
        Where the cuff is.
    device
        Its Modbus device id.
    address
        The address, as a person gave it.
    clock
        The station's clock [s].
    station
        Number of the station, 1 to 32767, unlike that of any other station in reach.
    """

    def __init__(
        self,
        place: Place,
        device: int,
        address: str,
        clock: Callable[[], float],
        station: int,
    ) -> None:
        """Begin to connect."""
        self._modbus = ModbusWire(Line(place, device, address), clock, station)
        super().__init__(self._modbus, address)

    @property
    def held_by(self) -> str:
        """Which other station holds the cuff, in plain words; empty while none does."""
        return self._modbus.held_by

    async def care(self) -> Care:
        """Return what the cuff counts and keeps: wear, calibration, cleaning."""
        counters = await self.ask(lambda: self._modbus.block(COUNTERS))
        kept = await self.ask(lambda: self._modbus.block(CARE))
        names = [row.name for row in COUNTERS.rows]
        return Care(
            **{name.replace("-", "_"): counters[name] for name in names},
            used=bool(kept["used"]),
            cleaned_on=_day(kept["cleaned-on"]),
            calibrated_on=_day(kept["calibrated-on"]),
            calibrated_by=kept["calibrated-by"],
            calibrations=tuple(
                Calibration(float(zero), float(span))
                for zero, span in zip(kept["zeros"], kept["spans"], strict=True)
            ),
        )

    async def calibrate(self, calibrations: Sequence[Calibration], who: str, on: date) -> None:
        """Write zero and span of every chamber, with the day and who did it.

        Parameters
        ----------
        calibrations
            One for each chamber.
        who
            At most 24 characters are kept.
        on
            The day.

        Raises
        ------
        LineError
            When the cuff does not answer, or a lease runs.
        """
        request = CARE.encode(
            {
                "calibrated-on": _number(on),
                "calibrated-by": who,
                "zeros": np.array([one.zero for one in calibrations]),
                "spans": np.array([one.span for one in calibrations]),
            }
        )
        await self._write_care(request)

    async def clean(self, on: date) -> None:
        """Note that the cuff was cleaned; refused while a lease runs."""
        await self._write_care(CARE.encode({"used": 0, "cleaned-on": _number(on)}))

    async def _write_care(self, request: tuple[int, list[int]]) -> None:
        try:
            await self.ask(lambda: self._modbus.line.write(*request))
        except RefusedError as refusal:
            if refusal.exception != BUSY:
                raise
            raise RefusedError(
                BUSY,
                f"the cuff at {self.address} is in use: its calibration and its cleaning are"
                " written while no lease runs",
                remedy="end the session first.",
            ) from refusal


def _day(number: int) -> date | None:
    """Return yyyymmdd as a date; `None` when it is not one."""
    try:
        return date(number // 10000, number // 100 % 100, number % 100)
    except ValueError:
        return None


def _number(day: date) -> int:
    """Return a date as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day
