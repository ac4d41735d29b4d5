"""The self-test: what must be right before the cuff may be filled.

What needs no time is tested before the loop begins: supply, coils, and whether the processor is
fast enough for the law. The sensors are tested while the cuff lies vented and already serves its
registers. `SELF_TEST` stands among the faults until all of it is passed, and keeps it vented.
"""

import pins
from cuff import buffer

from openpresso.law import controller, counters
from openpresso.law.guard import invalid
from openpresso.law.registers import RESTARTED, SELF_TEST

WINDOW = 100
"""Readings of one try: half a second."""
HALF = 50
AT_REST = 200
"""Furthest that a sensor at rest may be from its stored zero [1/100 mmHg]."""
STEADY = 15
"""Furthest that the two halves of a try may lie apart: a chamber still emptying is not at rest."""
ALIVE = 5
"""Readings of a live sensor tremble by this or more [1/100 mmHg]."""
TRIES = 10
"""Tries before trouble is said: a cuff that was full needs some seconds to be at rest."""
SPEED_TICKS = 200
MOST_US = 4000
"""Longest time that sensors and law may need for one tick of 5 ms [us]."""


def longest_us(board, cuff, ticks):
    """Return the longest of `ticks` runs of sensors and law, on buffers of their own [us].

    Chambers rise and fall between wanting air and being full, so that every way is gone.
    """
    n = cuff.n
    state = buffer([0] * controller.CUFF_STATE)
    memory = buffer([0] * (n * controller.WIDTH))
    counts = buffer([0] * len(cuff.counts))
    inlet, exhaust, outputs = buffer([0] * n), buffer([0] * n), buffer([0] * 2)
    points, readings, raw = buffer([5000] * n), buffer([0] * n), buffer([0] * n)
    state[controller.CEILING] = 6000
    longest = 0
    for k in range(ticks):
        for i in range(n):
            readings[i] = (k * 60 + i * 300) % 5600 + k % 3
        state[controller.LEASE_AGE] = 0
        state[controller.FAULT_BITS] = 0
        began = board.work_us()
        board.sense(raw)
        controller.tick(
            cuff.settings, cuff.chambers, points, readings, 1,
            state, memory, inlet, exhaust, outputs,
        )  # fmt: skip
        counters.count(n, state, inlet, exhaust, outputs, counts)
        took = board.work_since(began)
        longest = max(longest, took)
    return longest


class SelfTest:
    """The self-test of one cuff, from power on until it is passed.

    Parameters
    ----------
    board, cuff
        What is tested.
    """

    def __init__(self, board, cuff):
        self._board = board
        self._cuff = cuff
        n = cuff.n
        self._early = [0] * n
        self._late = [0] * n
        self._least = [0] * n
        self._most = [0] * n
        self._bad = [0] * n
        self._taken = WINDOW
        self._tries = 0
        self._said = ""
        self.passed = False

    def begin(self):
        """Test what needs no loop, before it begins; without trouble go on to the sensors."""
        cuff = self._cuff
        cuff.device.lasting = SELF_TEST
        cuff.state[controller.FAULT_BITS] |= SELF_TEST
        # Coming to power is no trip.
        cuff.counts[counters.WAS_TRIPPED] = 1
        trouble = self._of_board()
        if trouble:
            self._say(trouble)
        else:
            self._again()
            cuff.watch = self.look

    def look(self):
        """Take the readings of one tick; allocates nothing."""
        k = self._taken
        if k >= WINDOW:
            return
        readings = self._cuff.readings
        for i in range(self._cuff.n):
            value = readings[i]
            if invalid(value):
                self._bad[i] += 1
            elif k < HALF:
                self._early[i] += value
            else:
                self._late[i] += value
            self._least[i] = min(self._least[i], value)
            self._most[i] = max(self._most[i], value)
        self._taken = k + 1

    def poll(self):
        """Judge a whole try, outside the tick."""
        if self.passed or self._taken < WINDOW or self._cuff.watch is None:
            return
        trouble = ""
        for i in range(self._cuff.n):
            trouble = trouble or self._of_sensor(i)
        if trouble:
            self._tries += 1
            if self._tries >= TRIES:
                self._say(trouble)
            self._again()
        else:
            self._pass()

    def _of_board(self):
        board = self._board
        mv = board.supply()
        if mv and not board.stop_pressed() and not pins.SUPPLY_LEAST <= mv <= pins.SUPPLY_MOST:
            return "the supply gives %d mV" % mv
        for valve in range(board.coils):
            if not board.coil(valve):
                return "the coil of valve %d draws no current" % (valve + 1)
        longest = longest_us(board, self._cuff, SPEED_TICKS)
        if longest >= MOST_US:
            return "a tick needs %d us" % longest
        return ""

    def _of_sensor(self, i):
        if self._bad[i]:
            return "sensor %d gives no valid reading" % (i + 1)
        if self._most[i] - self._least[i] < ALIVE:
            return "sensor %d does not change" % (i + 1)
        if not -AT_REST <= self._mean(i) <= AT_REST:
            return "sensor %d is not near zero" % (i + 1)
        if not -STEADY * HALF <= self._early[i] - self._late[i] <= STEADY * HALF:
            return "sensor %d is not steady" % (i + 1)
        return ""

    def _mean(self, i):
        return (self._early[i] + self._late[i] + HALF) // WINDOW

    def _pass(self):
        """Take the zeros at rest; whoever uses the cuff resets it first."""
        cuff = self._cuff
        cuff.watch = None
        for i in range(cuff.n):
            cuff.rest[i] = -self._mean(i)
        cuff.calibrate()
        cuff.device.lasting = 0
        faults = cuff.state[controller.FAULT_BITS]
        cuff.state[controller.FAULT_BITS] = faults & ~SELF_TEST | RESTARTED
        self.passed = True
        self._say("passed")

    def _again(self):
        for i in range(self._cuff.n):
            self._early[i] = self._late[i] = self._bad[i] = 0
            self._least[i] = 32767
            self._most[i] = -32768
        self._taken = 0

    def _say(self, text):
        if text != self._said:
            self._said = text
            self._board.say("self-test: " + text)
