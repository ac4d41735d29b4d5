"""The double of a board under MicroPython's unix port: a cuff in software, a real serial line.

Sensors, valves and pump are at the other end of a socket, where the rig of openpresso's twin has
them (`openpresso.twin.rig.process`). Like the real board, this one has no outputs without power:
when the socket falls silent the rig takes them away and starts the controller again.
"""

import os
import select
import socket
import sys
import termios
import time
from time import ticks_add, ticks_diff, ticks_us

PERIOD_US = 5000
SENSORS = 24
CHARACTERS, LEAST, PAUSE = 6, 6, 5
"""Where a terminal's settings say how many characters a read waits for, and how long."""
SLOT = 2048
"""Room for one slot of the flash."""


class Serial:
    """The serial line, in raw mode."""

    def __init__(self, path):
        self._line = open(path, "r+b")
        number = self._line.fileno()
        termios.setraw(number)
        # A read then returns what is there, and never waits for more.
        settings = termios.tcgetattr(number)
        settings[CHARACTERS][LEAST] = 0
        settings[CHARACTERS][PAUSE] = 0
        termios.tcsetattr(number, termios.TCSANOW, settings)
        self._poll = select.poll()
        self._poll.register(self._line, select.POLLIN)

    def wait(self, ms):
        """Wait until something came, at most `ms`."""
        for _ in self._poll.ipoll(ms):
            pass

    def readinto(self, chunk):
        """Put what came into `chunk`; return how many bytes, 0 for none."""
        return self._line.readinto(chunk) or 0

    def write(self, data, count):
        """Send the first `count` bytes."""
        self._line.write(data, count)


class Flash:
    """Two slots of a file."""

    def __init__(self, path):
        self._path = path
        try:
            os.stat(path)
        except OSError:
            with open(path, "wb") as file:
                file.write(bytes(2 * SLOT))

    def read(self, slot, data):
        """Fill `data` from a slot."""
        with open(self._path, "rb") as file:
            file.seek(slot * SLOT)
            file.readinto(data)

    def write(self, slot, data):
        """Write `data` to a slot."""
        with open(self._path, "r+b") as file:
            file.seek(slot * SLOT)
            file.write(data)


class Board:
    """The double; its methods are those of `board_rp2.Board`."""

    coils = 0
    """Valves whose coil the board can sense."""

    def __init__(self, settings):
        self.serial = Serial(os.getenv("OPENPRESSO_LINE"))
        self.flash = Flash(os.getenv("OPENPRESSO_FLASH"))
        self._n = settings.CHAMBERS
        self._air = socket.socket(socket.AF_UNIX)
        self._air.connect(b"\x01\x00" + os.getenv("OPENPRESSO_AIR").encode())
        self._ask = b"?"
        self._heard = bytearray(2 * SENSORS + 2)
        self._told = bytearray(9)
        self._told[0] = ord("!")

    def sense(self, raw):
        """Put the raw readings [1/100 mmHg] into `raw`."""
        heard = self._heard
        self._air.write(self._ask)
        if self._air.readinto(heard) != len(heard):
            raise OSError("the cuff in software is gone")
        for i in range(self._n):
            value = heard[2 * i] | heard[2 * i + 1] << 8
            raw[i] = value - 65536 if value > 32767 else value

    def pump_senses(self):
        """Return 1 when the pump draws current."""
        return self._heard[2 * SENSORS] & 1

    def stop_pressed(self):
        """Return 1 when the loop of the stop button is open."""
        return self._heard[2 * SENSORS] >> 1 & 1

    def drive(self, chain, duty, dump):
        """Energise valves by the bits of `chain`, pump [%] and dump valve."""
        told = self._told
        told[1] = duty
        told[2] = dump
        for k in range(len(chain)):
            told[3 + k] = chain[k]
        self._air.write(told)

    def supply(self):
        """Return the supply voltage [mV]; 0 when the board does not measure it."""
        return 0

    def work_us(self):
        """Return an instant for `work_since`."""
        return time.ticks_cpu()

    def work_since(self, began):
        """Return the time worked since an instant [us]; what other programs took is no work."""
        return time.ticks_cpu() - began

    def show(self, on):
        """Light the lamp or put it out; nobody sees it here."""

    def begins(self):
        """Tell whether the loop may begin."""
        return True

    def stay(self):
        """Let the next start not begin the loop; here every start does."""

    def say(self, text):
        """Say something to whoever watches."""
        print(text)

    def run(self, tick, poll):
        """Tick at absolute deadlines of 5 ms; between them serve the line."""
        due = ticks_us()
        while True:
            left = ticks_diff(due, ticks_us())
            if left <= 0:
                tick()
                due = ticks_add(due, PERIOD_US)
                while ticks_diff(due, ticks_us()) <= -PERIOD_US:
                    due = ticks_add(due, PERIOD_US)
            else:
                self.serial.wait(left // 1000)
                if left < 1000:
                    time.sleep_us(left)
            poll()

    def safe(self):
        """De-energise everything."""
        self._told = bytearray(9)
        self._told[0] = ord("!")
        try:
            self._air.write(self._told)
        except OSError:
            pass

    def reset(self):
        """Start again as after power came."""
        sys.exit(1)
