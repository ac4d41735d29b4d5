# mypy: ignore-errors
"""A board, a line and a clock that a test holds in its hand."""

from openpresso.law.guard import INVALID


class Clock:
    """A clock that stands until it is moved [us]."""

    def __init__(self):
        self.us = 0

    def ticks_us(self):
        return self.us & 0x3FFFFFFF

    def ticks_ms(self):
        return self.us // 1000 & 0x3FFFFFFF


class Board:
    """Sensors that tremble round what a test sets; valves and pump that remember."""

    coils = 0

    def __init__(self, n, clock=None):
        self.n = n
        self.clock = clock
        self.pressures = [0] * n
        self.tremble = [10] * n
        self.takes = 0
        self.senses = 0
        self.pressed = 0
        self.chain = bytearray(6)
        self.duty = -1
        self.dump = -1
        self.drives = 0
        self.said = []
        self.work = 100
        self.mv = 0
        self.coil_works = 1
        self.turn = 0

    def sense(self, raw):
        self.turn = (self.turn * 5 + 3) % 16
        for i in range(self.n):
            value = self.pressures[i]
            if value != INVALID and self.tremble[i]:
                value += (self.turn + i) % 4 * self.tremble[i] - self.tremble[i] * 3 // 2
            raw[i] = value
        if self.takes:
            self.clock.us += self.takes

    def pump_senses(self):
        return self.senses

    def stop_pressed(self):
        return self.pressed

    def drive(self, chain, duty, dump):
        for k in range(len(chain)):
            self.chain[k] = chain[k]
        self.duty = duty
        self.dump = dump
        self.drives += 1

    def supply(self):
        return self.mv

    def coil(self, valve):
        return self.coil_works

    def work_us(self):
        return 0

    def work_since(self, began):
        return self.work

    def say(self, text):
        self.said.append(text)


class Line:
    """A serial line: what the master gave, what the cuff answered. Allocates nothing."""

    def __init__(self):
        self.given = b""
        self.at = 0
        self.answers = bytearray(1024)
        self.length = 0

    def give(self, data):
        self.given = data
        self.at = 0

    def readinto(self, chunk):
        k = 0
        while k < len(chunk) and self.at < len(self.given):
            chunk[k] = self.given[self.at]
            k += 1
            self.at += 1
        return k

    def write(self, data, count):
        for k in range(count):
            self.answers[self.length + k] = data[k]
        self.length += count

    def taken(self):
        answer = bytes(self.answers[: self.length])
        self.length = 0
        return answer


class Flash:
    """Two slots in memory; a write ends after `power` bytes."""

    def __init__(self):
        self.slots = [bytearray(2048), bytearray(2048)]
        self.power = 1 << 20
        self.writes = 0

    def read(self, slot, data):
        data[:] = self.slots[slot][: len(data)]

    def write(self, slot, data):
        self.writes += 1
        end = min(self.power, len(data))
        self.slots[slot][:end] = data[:end]
