"""Pressure sensors: digital ones on I2C behind multiplexers, analogue ones behind an 8:1 switch.

Both give raw readings in 1/100 mmHg, or `INVALID`, and wait for nothing. The bus has time for a few
digital sensors in each tick: many take turns.
"""

from openpresso.law.guard import INVALID

DIGITAL = {
    # Name: address, lowest and highest count, pressure between them [1/100 mmHg].
    "mpr-300mmhg": (0x18, 1677722, 15099494, 30000),
    "abp2-5psi": (0x28, 1677722, 15099494, 25857),
}
"""Sensors of 24 bits, counts from 10 % to 90 %, that convert on request. Look your part up."""
ANALOGUE = {
    # Name: sums of four conversions of 12 bits, at zero and at full; pressure between them.
    "50kpa-5v": (655, 15397, 37503),
}
"""Ratiometric sensors, 0.2 to 4.7 V at 5 V, divided by 0.66. Look your part up."""

MULTIPLEXER = 0x70
"""Address of the first multiplexer; the next ones follow."""
LINES = 8
"""Sensors behind one multiplexer."""
CONVERT = b"\xaa\x00\x00"
POWERED, BUSY, BROKEN = 0x40, 0x20, 0x05
"""Bits of the status: it has power, it still converts, its memory or its sum is wrong."""
MOST_A_TICK = 6
"""Digital sensors that are read in one tick: each takes 0.26 ms of the bus at 400 kHz."""
MARGIN = 400
"""An analogue sensor this far outside its range is broken, or its wire is [counts]."""
PATIENCE = 3
"""Readings for which a sensor may be busy, one after another."""


def digital(status, high, middle, low, lowest, highest, full):
    """Return the reading of a digital sensor; counts lose 9 of 24 bits, 0.01 mmHg remains."""
    if status & BROKEN or not status & POWERED:
        return INVALID
    lowest >>= 9
    counts = (high << 16 | middle << 8 | low) >> 9
    return (counts - lowest) * full // ((highest >> 9) - lowest)


def analogue(counts, zero, highest, full):
    """Return the reading of an analogue sensor from the sum of four conversions."""
    if counts < zero - MARGIN or counts > highest + MARGIN:
        return INVALID
    return (counts - zero) * full // (highest - zero)


class Digital:
    """Digital sensors of one kind, chamber by chamber along the multiplexers.

    Parameters
    ----------
    i2c
        The bus: `writeto`, `readfrom_into`.
    kind
        Name in `DIGITAL`.
    n
        Number of sensors.
    """

    def __init__(self, i2c, kind, n):
        self._i2c = i2c
        self._n = n
        self._address, self._lowest, self._highest, self._full = DIGITAL[kind]
        self._selected = -1
        self._channel = bytearray(1)
        self._heard = bytearray(4)
        self._begun = [0] * n
        self._busy = [0] * n
        self._turns = (n + MOST_A_TICK - 1) // MOST_A_TICK
        self._turn = 0

    def read(self, raw):
        """Put the readings of those whose turn it is into `raw` and let them convert again."""
        i = self._turn
        self._turn = (i + 1) % self._turns
        while i < self._n:
            try:
                self._read(i, raw)
            except OSError:
                # Nobody answers at this place, or the bus hangs.
                self._begun[i] = 0
                raw[i] = INVALID
            i += self._turns

    def _read(self, i, raw):
        i2c, heard = self._i2c, self._heard
        self._select(i)
        if self._begun[i]:
            i2c.readfrom_into(self._address, heard)
            if heard[0] & BUSY and self._busy[i] < PATIENCE:
                self._busy[i] += 1
                return
            if heard[0] & BUSY:
                raw[i] = INVALID
            else:
                raw[i] = digital(
                    heard[0], heard[1], heard[2], heard[3], self._lowest, self._highest, self._full
                )
            self._busy[i] = 0
        i2c.writeto(self._address, CONVERT)
        self._begun[i] = 1

    def _select(self, i):
        """Connect one sensor; two multiplexers must not connect one each."""
        one = i // LINES
        if self._selected not in (one, -1):
            self._channel[0] = 0
            self._i2c.writeto(MULTIPLEXER + self._selected, self._channel)
        self._selected = one
        self._channel[0] = 1 << i % LINES
        self._i2c.writeto(MULTIPLEXER + one, self._channel)


class Analogue:
    """Analogue sensors of one kind behind an 8:1 switch.

    Parameters
    ----------
    convert
        Return a conversion of the switched line, 0 to 65535.
    switch
        Switch to the line of this number.
    kind
        Name in `ANALOGUE`.
    n
        Number of sensors, at most 8.
    """

    def __init__(self, convert, switch, kind, n):
        if n > LINES:
            raise ValueError("there are 8 analogue lines; more chambers need digital sensors")
        self._convert = convert
        self._switch = switch
        self._n = n
        self._zero, self._highest, self._full = ANALOGUE[kind]

    def read(self, raw):
        """Put every reading into `raw`."""
        convert = self._convert
        for i in range(self._n):
            self._switch(i)
            convert()  # The first one still holds some of the line before.
            counts = (convert() >> 4) + (convert() >> 4) + (convert() >> 4) + (convert() >> 4)
            raw[i] = analogue(counts, self._zero, self._highest, self._full)
