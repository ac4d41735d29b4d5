"""What the cuff remembers without power: counters, calibration, cleaning.

Two slots take turns. Each carries a sequence number and a check over everything, so that a write
that power ended in the middle leaves the other slot, and so the state before, as it was.
"""

import struct
from binascii import crc32
from time import ticks_diff, ticks_ms

from openpresso.law import counters
from openpresso.law.device import BAD_FRAMES, LATE_TICKS, REQUESTS

MARK = b"OPc1"
"""Begins every slot; the digit is the version of what follows."""
SLOTS = 2
EVERY_MS = 5 * 60 * 1000
"""Time between two writes while nothing else asks for one."""

CUFF = (
    counters.POWERED, counters.POWERED_TICKS, counters.PUMPED_FOR, counters.PUMPED_TICKS,
    counters.TRIPS, counters.LEASES_LOST,
)  # fmt: skip
CHAMBER = (counters.INLET_CYCLES, counters.EXHAUST_CYCLES)
SERVICE = (LATE_TICKS, REQUESTS, BAD_FRAMES)


class Store:
    """The memory of one cuff.

    Parameters
    ----------
    flash
        `read(slot, data)` and `write(slot, data)`.
    cuff
        The cuff whose counters and calibration it holds.
    """

    def __init__(self, flash, cuff):
        self._flash = flash
        self._cuff = cuff
        device = cuff.device
        rows = [(cuff.counts, k) for k in CUFF]
        for i in range(cuff.n):
            at = counters.CUFF_COUNTS + i * counters.CHAMBER_COUNTS
            rows += [(cuff.counts, at + k) for k in CHAMBER]
        rows += [(device.service, k) for k in SERVICE]
        for values in (device.care, device.calibrated_by, device.zeros, device.spans):
            rows += [(values, k) for k in range(len(values))]
        self._rows = rows
        self._head = len(MARK) + 6
        self._end = self._head + 4 * len(rows)
        self._data = bytearray(self._end + 4)
        self._slot = 0
        self._sequence = 0
        self._leased = False
        self._written_at = ticks_ms()

    def load(self):
        """Take the newest whole slot; return whether there was one."""
        newest = -1
        for slot in range(SLOTS):
            sequence = self._read(slot)
            if sequence > newest:
                newest = sequence
                self._slot = slot
        if newest < 0:
            return False
        self._sequence = self._read(self._slot)
        for k, (values, i) in enumerate(self._rows):
            values[i] = struct.unpack_from("<i", self._data, self._head + 4 * k)[0]
        self._cuff.calibrate()
        return True

    def save(self):
        """Write everything to the older slot; return whether it can be read back."""
        data = self._data
        data[: len(MARK)] = MARK
        struct.pack_into("<IH", data, len(MARK), self._sequence + 1, len(self._rows))
        for k, (values, i) in enumerate(self._rows):
            struct.pack_into("<i", data, self._head + 4 * k, values[i])
        struct.pack_into("<I", data, self._end, crc32(memoryview(data)[: self._end]))
        older = (self._slot + 1) % SLOTS
        self._flash.write(older, data)
        self._written_at = ticks_ms()
        if self._read(older) != self._sequence + 1:
            return False
        self._slot = older
        self._sequence += 1
        return True

    def poll(self):
        """Write when care changed, when a lease ended, and every few minutes without one.

        A write stops the processor for many ticks: under a lease only care is worth that.
        """
        device = self._cuff.device
        leased = device.leased()
        ended = self._leased and not leased
        self._leased = leased
        if device.changed:
            device.changed = 0
            self._cuff.calibrate()
            self.save()
        elif ended or (not leased and ticks_diff(ticks_ms(), self._written_at) >= EVERY_MS):
            self.save()
            self._cuff.begin()

    def _read(self, slot):
        """Read a slot; return its sequence number, or -1 if it is not whole."""
        data = self._data
        self._flash.read(slot, data)
        sequence, count = struct.unpack_from("<IH", data, len(MARK))
        check = struct.unpack_from("<I", data, self._end)[0]
        whole = check == crc32(memoryview(data)[: self._end])
        mine = bytes(data[: len(MARK)]) == MARK and count == len(self._rows)
        return sequence if whole and mine else -1
