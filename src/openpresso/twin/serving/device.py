"""One cuff of a twin behind its registers, as a Modbus master sees it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from openpresso.law import controller as law
from openpresso.law import counters
from openpresso.law.device import CARE, COMMANDS, DONE, LONGEST_TICK, SPAN, Device
from openpresso.law.guard import LEASE_TICKS
from openpresso.law.registers import BLOCKS, MOST_CHAMBERS, REGISTERS
from openpresso.law.regulator import SEAL, VENT
from openpresso.twin import kernel
from openpresso.twin.faults import FAULTS
from openpresso.twin.twin import Twin

FIRMWARE: Final = "twin-1"
"""What the twin says of its firmware: the law it runs is the cuffs' own."""

_AT = {name: address for address, name, *_ in REGISTERS}
STATE: Final = next(address for address, title, _ in BLOCKS if title == "State")
"""First register of the block that a station reads in every period."""
STATE_END: Final = _AT["exhaust-ticks"] + MOST_CHAMBERS
_FLEETING = [counters.TICKS, counters.PUMP_GIVEN, counters.WAS_TRIPPED, counters.HAD_LEASE_FAULT]
"""Counts of a cuff that begin again when power comes."""
_FLEETING_OF_CHAMBER = [
    counters.INLET_OPEN_FOR, counters.EXHAUST_OPEN_FOR, counters.INLET_WAS, counters.EXHAUST_WAS,
]  # fmt: skip
_ROWS = ("LEAK", "C_INLET", "GAIN", "OFFSET", "DRIFT")
"""Rows of the twin that a fault or a calibration may change."""
_FAULT_ROWS = [kernel.INLET_FAULT, kernel.EXHAUST_FAULT, kernel.SENSOR_FAULT]
POWER_LOSS: Final = "power-loss"


class TwinDevice(Device):
    """One cuff of a twin as a device: the law's registers on the twin's own buffers.

    It starts as a cuff whose power has just come: vented, `RESTARTED` latched, zeroed at rest.

    Parameters
    ----------
    twin
        The twin; somebody else advances it.
    index
        Index of the cuff in the twin.
    serial
        Serial number of the cuff, at most 24 ASCII characters.
    """

    def __init__(self, twin: Twin, index: int, serial: str) -> None:
        """Bind the registers and switch the cuff on."""
        cuff = twin.cuffs[index]
        bank = twin.bank[index]
        n = cuff.n_chambers
        super().__init__(
            (cuff.name, serial, FIRMWARE), n, bank[kernel.READING], twin.state[index],
            twin.memory[index], bank[kernel.INLET_COMMAND], bank[kernel.EXHAUST_COMMAND],
            twin.outputs[index], twin.counts[index],
        )  # fmt: skip
        self.twin = twin
        self.index = index
        self.serial = serial
        self.cuff = cuff
        self.broken: list[str] = []
        """Faults that were injected and not mended, as `name` or `name:chamber`."""
        end = counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS
        self.counts = twin.counts[index][:end]
        self._of_chambers = self.counts[counters.CUFF_COUNTS :].reshape(n, -1)
        self.outputs = twin.outputs[index]
        self._pressures = bank[kernel.READING, :n]
        self._inlets = bank[kernel.INLET_COMMAND, :n]
        self._exhausts = bank[kernel.EXHAUST_COMMAND, :n]
        self._bits = 1 << np.arange(n, dtype=np.int64)
        self._asked = twin.mailbox[index, kernel.ASKED, :n]
        self._block = np.zeros(STATE_END - STATE, dtype=">u2")
        self._sound = {name: twin.row(name, index).copy() for name in _ROWS}
        # The calibration that the sensor rows carry.
        self._span = np.ones(n)
        self._zero = np.zeros(n)
        self.power(on=True)

    @property
    def powered(self) -> bool:
        """Whether the cuff has power."""
        return bool(self.twin.switches[self.index, kernel.POWERED])

    @property
    def answers(self) -> bool:
        """Whether the cuff has power and a line that works."""
        return self.twin.answers(self.index)

    def read(self, address: int, count: int, image: list[int]) -> int:
        """Put `count` registers from `address` into `image`; return `DONE` or an exception."""
        if address < STATE or count < 1 or address + count > STATE_END:
            return int(super().read(address, count, image))
        at = address - STATE
        image[:count] = self.state_block()[at : at + count].tolist()
        return DONE

    def words(self, address: int, count: int) -> bytes | int:
        """Return `count` registers as they go over the line, or an exception."""
        at = address - STATE
        if at >= 0 and 0 < count <= STATE_END - address:
            return self.state_block()[at : at + count].tobytes()
        image = [0] * count
        refused = super().read(address, count, image)
        return int(refused) if refused else np.array(image, dtype=">u2").tobytes()

    def state_block(self) -> np.ndarray[Any, np.dtype[np.uint16]]:
        """Return the whole block of state, as `Device.read` makes it, in a few operations.

        Register by register the block of a large cuff takes ten times as long, and a process that
        serves many cuffs is asked for it more than a thousand times in a second.
        """
        block, n = self._block, self.n
        state, counts, outputs = self.state, self.counts, self.outputs
        age = int(state[law.LEASE_AGE])
        leased = 0 <= age <= LEASE_TICKS
        ticks, faults = int(counts[counters.TICKS]), int(state[law.FAULT_BITS])
        given = int(counts[counters.PUMP_GIVEN])
        inlets, exhausts = int(self._inlets @ self._bits), int(self._exhausts @ self._bits)
        block[:16] = (
            ticks >> 16 & 65535, ticks & 65535, faults >> 16 & 65535, faults & 65535,
            int(state[law.FAULT_CHAMBER]), 5 * (LEASE_TICKS - age) if leased else 0,
            self._holder if leased else 0, int(outputs[law.DUTY]),
            int(outputs[law.DUMP_OPEN]), 0, given >> 16 & 65535, given & 65535,
            inlets >> 16, inlets & 65535, exhausts >> 16, exhausts & 65535,
        )  # fmt: skip
        block[16 : 16 + n] = np.minimum(self._pressures, 32767) & 65535
        block[40 : 40 + n] = self._of_chambers[:, counters.INLET_OPEN_FOR]
        block[64 : 64 + n] = self._of_chambers[:, counters.EXHAUST_OPEN_FOR]
        return block

    def write(self, address: int, values: list[int], count: int) -> int:
        """Take `count` registers from `address`; return `DONE` or an exception, then unchanged."""
        answer = int(super().write(address, values, count))
        if answer == DONE and address == COMMANDS and count > 1:
            points = np.array(self.set_points, dtype=np.float64)
            asked = 0.01 * points
            asked[points == VENT] = np.nan
            asked[points == SEAL] = kernel.SEAL
            self._asked[:] = asked
        elif answer == DONE and address >= CARE and self.changed:
            self._calibrate()
        return answer

    def valves(self) -> tuple[list[int], list[int]]:
        """Return which inlets and exhausts are told to be open; springs tell without power."""
        if not self.powered:
            return [0] * self.n, [1] * self.n
        return self._inlets.tolist(), self._exhausts.tolist()

    def power(self, *, on: bool) -> None:
        """Cut or give power; given to a cuff that has it, this restarts the cuff.

        What the cuff keeps without power, it keeps.
        """
        self.twin.switch(self.index, powered=on)
        self.broken = [name for name in self.broken if name != POWER_LOSS]
        if not on:
            self.broken.append(POWER_LOSS)
            return
        self.set_points = [VENT] * self.n
        self._holder = 0
        self.service[LONGEST_TICK] = 0
        self.counts[_FLEETING] = 0
        self._of_chambers[:, _FLEETING_OF_CHAMBER] = 0
        self._zero_at_rest()

    def inject(self, name: str, chamber: int) -> None:
        """Break the cuff by one of `openpresso.twin.faults.FAULTS`; `chamber` counts from 1."""
        if name == POWER_LOSS:
            self.power(on=False)
            return
        label = f"{name}:{chamber}" if name in CHAMBER_FAULTS else name
        if label not in self.broken:
            FAULTS[name][1](self.twin, self.index, chamber - 1)
            self.broken.append(label)

    def mend(self) -> None:
        """Undo every fault that was injected; a cuff without power gets it again."""
        twin, index = self.twin, self.index
        for name in ("LEAK", "C_INLET"):
            twin.row(name, index)[:] = self._sound[name]
        twin.row("DRIFT", index)[:] = self._span * self._sound["DRIFT"]
        self._zero_at_rest()
        twin.bank[index, _FAULT_ROWS] = kernel.SOUND
        twin.params[index, kernel.PUMP_GAIN] = 1.0
        twin.switches[index, kernel.PUMP_STUCK] = 0
        twin.silent[index] = False
        if not self.powered:
            self.power(on=True)
        self.broken = []

    def _zero_at_rest(self) -> None:
        """Forget what the sensors drifted, as a cuff does that zeroes them when power comes."""
        row = self.twin.row
        drifted = row("DRIFT", self.index) * self.twin.time
        row("OFFSET", self.index)[:] = self._span * self._sound["OFFSET"] + self._zero - drifted

    def _calibrate(self) -> None:
        """Let the sensors read by the calibration that was written: `span * raw + zero`."""
        span, zero = np.array(self.spans) / SPAN, np.array(self.zeros) / 100.0
        gain, offset, drift = (
            self.twin.row(name, self.index) for name in ("GAIN", "OFFSET", "DRIFT")
        )
        gain[:] = span * self._sound["GAIN"]
        offset[:] = span * (offset - self._zero) / self._span + zero
        drift[:] *= span / self._span
        self._span, self._zero = span, zero

    def kept(self) -> dict[str, Any]:
        """Return what the cuff keeps without power, as a JSON object."""
        return {
            "cuff": self.cuff.name,
            "care": [int(value) for value in self.care],
            "calibrated_by": [int(word) for word in self.calibrated_by],
            "zeros": [int(value) for value in self.zeros],
            "spans": [int(value) for value in self.spans],
            "service": [int(value) for value in self.service],
            "counts": self.counts.tolist(),
        }

    def keep(self, kept: dict[str, Any]) -> None:
        """Take up what `kept` returned, and start.

        Raises
        ------
        ValueError
            If it is not of a cuff with as many chambers.
        """
        own = self.kept()
        for name, value in own.items():
            found = kept.get(name)
            fits = isinstance(found, list) and len(found) == len(value) and _are_counts(found)
            if name != "cuff" and not fits:
                raise ValueError(f"{name} must be {len(value)} integers")
        if kept.get("cuff") != self.cuff.name:
            raise ValueError(f"it is of a cuff {kept.get('cuff')!r}, this is a {self.cuff.name!r}")
        for name in ("care", "calibrated_by", "zeros", "spans", "service"):
            vars(self)[name][:] = kept[name]
        self.counts[:] = kept["counts"]
        self._calibrate()
        self.power(on=True)


def _are_counts(values: list[Any]) -> bool:
    """Tell whether all values are whole numbers that a register can hold."""
    return all(isinstance(v, int) and abs(v) < 1 << 32 for v in values)


CHAMBER_FAULTS: Final = frozenset(FAULTS) - {
    "weak-pump", "pump-stuck-on", POWER_LOSS, "link-silent",
}  # fmt: skip
"""Faults that mean one chamber."""
