"""A cuff behind its registers: what its Modbus server reads and writes.

The firmware and the twin's server each hold one `Device` on the law's buffers, so that both mean
the same by a lease, a reset and a calibration. Nothing is allocated once it is made.
"""

from . import controller, counters
from .guard import LEASE_TICKS
from .registers import ADDRESSES, MAP_VERSION, MOST_CHAMBERS, REGISTERS, STOPPED, TYPES
from .regulator import SEAL, VENT

DONE = 0
NO_ADDRESS = 2
NO_VALUE = 3
BUSY = 6
"""Answers to a request: done, or a Modbus exception: no such address, no such value, busy."""

HOLDER, LEASE_LEFT, INLETS, EXHAUSTS = range(4)
"""What is made from the law's buffers when it is read."""
LATE_TICKS, LONGEST_TICK, REQUESTS, BAD_FRAMES = range(4)
"""What the owner of a device counts in `service`."""
USED, CLEANED_ON, CALIBRATED_ON = range(3)
"""What `care` holds beside names and calibration."""
CODES = VENT, SEAL
"""Set-points below zero that mean something."""
GIVE_UP = 32768
"""Added to the station's number in `lease`, gives the lease up."""
SPAN = 10000
"""The span of a sensor that needs none [1/10000]."""
LEAST_SPAN = 9000
MOST_SPAN = 11000
LEAST_ZERO = -1000
MOST_ZERO = 1000
"""A sensor further off than this is broken, not out of calibration [1/10000, 1/100 mmHg]."""

_WIDTH = dict(TYPES)
_AT = {name: address for address, name, *_ in REGISTERS}
COMMANDS = _AT["lease"]
SET_POINTS = _AT["set-points"]
POINTS_END = SET_POINTS + MOST_CHAMBERS
CARE = _AT["used"]
CLEANED = _AT["cleaned-on"]
CALIBRATED = _AT["calibrated-on"]
NAME = _AT["calibrated-by"]
ZEROS = _AT["zeros"]
SPANS = _AT["spans"]
CARE_END = SPANS + MOST_CHAMBERS
RESET = _AT["reset"]
VENT_ALL = _AT["vent"]


def text_words(text: str, count: int) -> list[int]:
    """Return a text as registers of two ASCII characters each, padded with zeros."""
    codes = text.encode()[: 2 * count]
    codes = codes + bytes(2 * count - len(codes))
    return [codes[2 * k] << 8 | codes[2 * k + 1] for k in range(count)]


def signed(word: int) -> int:
    """Return a register as a number of 16 bits with a sign."""
    return word - 65536 if word > 32767 else word


class Device:
    """The registers of one cuff.

    Parameters
    ----------
    identity
        Catalog name of the cuff, serial number, name and version of the firmware.
    n
        Number of chambers.
    readings, state, memory, inlet, exhaust, outputs
        The law's buffers; see `openpresso.law.controller.tick`.
    counts
        The buffer of `openpresso.law.counters.count`.
    """

    def __init__(
        self, identity: tuple[str, str, str], n: int, readings: list[int], state: list[int],
        memory: list[int], inlet: list[int], exhaust: list[int], outputs: list[int],
        counts: list[int],
    ) -> None:  # fmt: skip
        self.n = n
        self.state = state
        self.memory = memory
        self.inlet = inlet
        self.exhaust = exhaust
        self.set_points = [VENT] * n
        """What the law is asked for; replaced as a whole by a write."""
        self._spare = [VENT] * n
        self.lasting = 0
        """Faults that a reset does not forget: `SELF_TEST` or none."""
        self.service = [0] * 4
        """Late ticks, longest tick [us], requests answered, frames not understood."""
        self.care = [0] * 3
        """Used, cleaned on, calibrated on."""
        self.calibrated_by = [0] * 12
        self.zeros = [0] * n
        """Added to a reading [1/100 mmHg]."""
        self.spans = [SPAN] * n
        """A raw reading is multiplied by it [1/10000]."""
        self.changed = 0
        """1 when care was written or the cuff became used: the owner stores and applies it."""
        self._holder = 0
        self._now = [0] * 4
        cuff_type, serial, firmware = identity
        chamber = counters.CUFF_COUNTS
        step = counters.CHAMBER_COUNTS
        sources = {
            "map-major": (MAP_VERSION, 0, 1), "map-minor": (MAP_VERSION, 1, 1),
            "chambers": ([n], 0, 1), "cuff-type": (text_words(cuff_type, 12), 0, 1),
            "serial": (text_words(serial, 12), 0, 1), "firmware": (text_words(firmware, 12), 0, 1),
            "ticks": (counts, counters.TICKS, 1), "faults": (state, controller.FAULT_BITS, 1),
            "fault-chamber": (state, controller.FAULT_CHAMBER, 1),
            "lease-left": (self._now, LEASE_LEFT, 1), "holder": (self._now, HOLDER, 1),
            "pump-duty": (outputs, controller.DUTY, 1),
            "dump-open": (outputs, controller.DUMP_OPEN, 1),
            "pump-given": (counts, counters.PUMP_GIVEN, 1),
            "inlets-open": (self._now, INLETS, 1), "exhausts-open": (self._now, EXHAUSTS, 1),
            "pressures": (readings, 0, 1),
            "inlet-ticks": (counts, chamber + counters.INLET_OPEN_FOR, step),
            "exhaust-ticks": (counts, chamber + counters.EXHAUST_OPEN_FOR, step),
            "ceiling": (state, controller.CEILING, 1), "lease": (self._now, HOLDER, 1),
            "powered": (counts, counters.POWERED, 1), "pumped": (counts, counters.PUMPED_FOR, 1),
            "trips": (counts, counters.TRIPS, 1),
            "leases-lost": (counts, counters.LEASES_LOST, 1),
            "late-ticks": (self.service, LATE_TICKS, 1),
            "longest-tick": (self.service, LONGEST_TICK, 1),
            "requests": (self.service, REQUESTS, 1), "bad-frames": (self.service, BAD_FRAMES, 1),
            "inlet-cycles": (counts, chamber + counters.INLET_CYCLES, step),
            "exhaust-cycles": (counts, chamber + counters.EXHAUST_CYCLES, step),
            "used": (self.care, USED, 1), "cleaned-on": (self.care, CLEANED_ON, 1),
            "calibrated-on": (self.care, CALIBRATED_ON, 1),
            "calibrated-by": (self.calibrated_by, 0, 1),
            "zeros": (self.zeros, 0, 1), "spans": (self.spans, 0, 1),
        }  # fmt: skip
        self._rows = []
        for address, name, count, kind, _, _, _, _ in REGISTERS:
            if name in sources:
                values, offset, stride = sources[name]
                words = _WIDTH[kind]
                last = address + words * (n if count == MOST_CHAMBERS else count)
                most = 32767 if kind == "i16" else 1 << 30
                self._rows.append((address, last, words, values, offset, stride, most))

    def read(self, address: int, count: int, image: list[int]) -> int:
        """Put `count` registers from `address` into `image`; return `DONE` or an exception."""
        end = address + count
        if address < 0 or count < 1 or end > ADDRESSES:
            return NO_ADDRESS
        self._look()
        for k in range(count):
            image[k] = 0
        for first, last, words, values, offset, stride, most in self._rows:
            if first < end and last > address:
                at = max(first, address)
                while at < min(last, end):
                    k = at - first
                    value = min(values[offset + k // words * stride], most)
                    if words == 2 and k % 2 == 0:
                        value >>= 16
                    image[at - address] = int(value) & 65535
                    at += 1
        return DONE

    def write(self, address: int, values: list[int], count: int) -> int:
        """Take `count` registers from `address`; return `DONE` or an exception, then unchanged."""
        if address == COMMANDS:
            return self._command(values, count)
        if address == VENT_ALL and count == 1:
            self.state[controller.FAULT_BITS] |= STOPPED
            return DONE
        if address == RESET and count == 1:
            if self.leased() and not self.state[controller.FAULT_BITS]:
                return BUSY
            controller.reset(self.n, self.lasting, self.state, self.memory)
            return DONE
        if address >= CARE and count > 0 and address + count <= CARE_END:
            return BUSY if self.leased() else self._take_care(address, values, count)
        return NO_ADDRESS

    def leased(self) -> bool:
        """Tell whether a lease runs."""
        return 0 <= self.state[controller.LEASE_AGE] <= LEASE_TICKS

    def _look(self) -> None:
        """Make what is not in a buffer of the law."""
        now = self._now
        leased = self.leased()
        now[HOLDER] = self._holder if leased else 0
        now[LEASE_LEFT] = (LEASE_TICKS - self.state[controller.LEASE_AGE]) * 5 if leased else 0
        now[INLETS] = 0
        now[EXHAUSTS] = 0
        for i in range(self.n):
            now[INLETS] |= int(self.inlet[i]) << i
            now[EXHAUSTS] |= int(self.exhaust[i]) << i

    def _command(self, values: list[int], count: int) -> int:
        """Take commands from the holder of the lease, or from anyone when there is none."""
        if count < 1 or 1 < count < SET_POINTS - COMMANDS or count > POINTS_END - COMMANDS:
            return NO_ADDRESS
        station = values[0] & ~GIVE_UP
        if not station:
            return NO_VALUE
        if self.leased() and station != self._holder:
            return BUSY
        for k in range(SET_POINTS - COMMANDS, count):
            point = signed(values[k])
            if point < 0 and point not in CODES:
                return NO_VALUE
        if count > 1:
            self._take_points(values, count)
            self.state[controller.CEILING] = values[1]
        self._holder = station
        self.state[controller.LEASE_AGE] = -1 if values[0] & GIVE_UP else 0
        if count > 1 and not self.care[USED] and not values[0] & GIVE_UP:
            self.care[USED] = 1
            self.changed = 1
        return DONE

    def _take_points(self, values: list[int], count: int) -> None:
        """Take set-points of enabled chambers; the law sees either the old ones or the new."""
        enabled = values[2] << 16 | values[3]
        first = SET_POINTS - COMMANDS
        spare = self._spare
        for i in range(self.n):
            known = signed(values[first + i]) if first + i < count else self.set_points[i]
            spare[i] = known if enabled >> i & 1 else VENT
        self._spare = self.set_points
        self.set_points = spare

    def _take_care(self, address: int, values: list[int], count: int) -> int:
        """Take calibration and cleaning; the owner stores and applies them."""
        for k in range(count):
            at = address + k
            i = at - ZEROS
            if 0 <= i < self.n and not LEAST_ZERO <= signed(values[k]) <= MOST_ZERO:
                return NO_VALUE
            i = at - SPANS
            if 0 <= i < self.n and not LEAST_SPAN <= values[k] <= MOST_SPAN:
                return NO_VALUE
        for k in range(count):
            at = address + k
            word = values[k]
            if at == CARE:
                self.care[USED] = 1 if word else 0
            elif CLEANED <= at < NAME:
                i = CLEANED_ON if at < CALIBRATED else CALIBRATED_ON
                if at % 2:
                    self.care[i] = self.care[i] & ~65535 | word
                else:
                    self.care[i] = word << 16 | self.care[i] & 65535
            elif NAME <= at < ZEROS:
                self.calibrated_by[at - NAME] = word
            elif ZEROS <= at < ZEROS + self.n:
                self.zeros[at - ZEROS] = signed(word)
            elif SPANS <= at < SPANS + self.n:
                self.spans[at - SPANS] = word
        self.changed = 1
        return DONE
