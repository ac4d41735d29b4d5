# mypy: ignore-errors
"""Sensors on a bus and behind a switch that a test holds in its hand."""

import json

from sensors import ANALOGUE, CONVERT, DIGITAL, Analogue, Digital, analogue, digital

from openpresso.law.guard import INVALID

KIND = "mpr-300mmhg"
address, lowest, highest, full = DIGITAL[KIND]


class Bus:
    """Multiplexers with sensors behind them, as they answer on the wire."""

    def __init__(self, n):
        self.selected = [0, 0, 0]
        self.counts = [lowest] * n
        self.status = [0x40] * n
        self.missing = set()
        self.converting = [0] * n

    def sensor(self):
        open_lines = [8 * m + k for m in range(3) for k in range(8) if self.selected[m] >> k & 1]
        assert len(open_lines) == 1, open_lines
        if open_lines[0] in self.missing:
            raise OSError(5)
        return open_lines[0]

    def writeto(self, to, data):
        if to >= 0x70:
            self.selected[to - 0x70] = data[0]
            return
        assert (to, data) == (address, CONVERT)
        self.converting[self.sensor()] += 1

    def readfrom_into(self, of, heard):
        assert of == address
        i = self.sensor()
        value = self.counts[i]
        heard[0] = self.status[i]
        heard[1], heard[2], heard[3] = value >> 16, value >> 8 & 255, value & 255


def counts(centi):
    return lowest + (highest - lowest) * centi // full


said = {}
n = 12
bus = Bus(n)
bank = Digital(bus, KIND, n)
raw = [1] * n
for i in range(n):
    bus.counts[i] = counts(100 * i)
bus.missing.add(3)
for _ in range(4):
    bank.read(raw)
said["bus"] = list(raw)
said["conversions"] = list(bus.converting)
bus.missing.clear()
bus.status[0] = 0x60
for _ in range(4):
    bank.read(raw)
said["busy"] = [raw[0], raw[3]]
for _ in range(10):
    bank.read(raw)
said["busy-for-long"] = raw[0]
said["broken"] = [digital(s, 0x80, 0, 0, lowest, highest, full) for s in (0x00, 0x44, 0x41)]
said["ends"] = [
    digital(0x40, c >> 16, c >> 8 & 255, c & 255, lowest, highest, full)
    for c in (lowest, highest, lowest - 67108, highest + 67108)
]

zero, most, over = ANALOGUE["50kpa-5v"]
said["analogue"] = [analogue(c, zero, most, over) for c in (zero, most, zero - 401, most + 401)]
lines = [zero * 4 + 4 * 300 * i for i in range(8)]
line = [0]


def switch(i):
    line[0] = i


bank = Analogue(lambda: lines[line[0]], switch, "50kpa-5v", 8)
raw = [1] * 8
bank.read(raw)
said["lines"] = raw
said["nothing"] = INVALID
print(json.dumps(said))
