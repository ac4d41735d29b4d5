"""The cuff's loop: 200 times a second from sensors through the law to valves and pump.

The tick allocates nothing. It may interrupt the rest of the firmware anywhere but in a write, which
`write` keeps whole.
"""

from array import array
from time import ticks_add, ticks_diff, ticks_us

from bank import Bank
from loops import calibrated, energised

from openpresso.law import controller, counters
from openpresso.law.device import BAD_FRAMES, LATE_TICKS, LONGEST_TICK, REQUESTS
from openpresso.law.guard import INVALID, LEASE_TICKS
from openpresso.law.registers import STOPPED

PERIOD_US = 5000
LATE_US = 1000
"""A tick that begins later than this counts as late."""
BLINK_TICKS = 50


def buffer(values):
    """Return integers as the buffer that the law works on."""
    return array("i", values)


class Cuff:
    """One cuff: the law, its buffers, and the registers on them.

    Parameters
    ----------
    board
        Sensors, valves and pump; see `board_host` and `board_rp2`.
    settings
        The module `settings`: which cuff this is.
    """

    def __init__(self, board, settings):
        n = settings.CHAMBERS
        self.n = n
        self.board = board
        self.settings = buffer(settings.CUFF_SETTINGS)
        self.chambers = buffer(settings.CHAMBER_SETTINGS)
        self.raw = buffer([INVALID] * n)
        self.readings = buffer([0] * n)
        self.set_points = buffer([0] * n)
        self.state = buffer([0] * controller.CUFF_STATE)
        self.memory = buffer([0] * (n * controller.WIDTH))
        self.inlet = buffer([0] * n)
        self.exhaust = buffer([1] * n)
        self.outputs = buffer([0] * controller.CUFF_OUTPUTS)
        self.counts = buffer([0] * (counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS))
        self.chain = buffer([0] * ((n + 3) // 4))
        self.spans = buffer([0] * n)
        self.zeros = buffer([0] * n)
        self.rest = [0] * n
        """What a reading was off at rest, added to it [1/100 mmHg]."""
        identity = (settings.CUFF, settings.SERIAL, settings.FIRMWARE)
        self.device = Bank(
            identity, n, self.readings, self.state, self.memory, self.inlet, self.exhaust,
            self.outputs, self.counts,
        )  # fmt: skip
        self.watch = None
        """What the self-test does with the readings of every tick, as long as it runs."""
        self.ticks = 0
        """Ticks since power came; wraps with the counter."""
        self._due = 0
        self._writing = False
        self._owed = False
        self._asked = True
        controller.start_up(self.state)
        self.calibrate()

    def calibrate(self):
        """Take the device's calibration into the loop."""
        device = self.device
        for i in range(self.n):
            self.spans[i] = device.spans[i]
            self.zeros[i] = device.zeros[i] + self.rest[i]

    def begin(self):
        """Begin to count lateness from now."""
        self._due = ticks_us()

    def write(self, address, values, count):
        """Write registers; a tick that falls into it comes right after it."""
        self._writing = True
        answer = self.device.write(address, values, count)
        self._writing = False
        self._asked = True
        if self._owed:
            self._owed = False
            self.tick()
        return answer

    def read(self, address, count, image):
        """Read registers, all of the same tick."""
        ticks = self.ticks
        answer = self.device.read(address, count, image)
        if self.ticks != ticks:
            answer = self.device.read(address, count, image)
        return answer

    def answered(self):
        """Count a request."""
        self.device.service[REQUESTS] += 1

    def misunderstood(self):
        """Count a frame that was not understood."""
        self.device.service[BAD_FRAMES] += 1

    def lamp(self):
        """Return 1 while a lease runs; twice a second 1 while a fault vents the cuff."""
        if self.state[controller.FAULT_BITS]:
            return self.ticks // BLINK_TICKS & 1
        return 1 if self.device.leased() else 0

    def tick(self):
        """Do the work of one tick of 5 ms."""
        if self._writing:
            self._owed = True
            return
        began = ticks_us()
        board, state, outputs = self.board, self.state, self.outputs
        self._judge(began)
        if self._asked:
            self.take_points()
        board.sense(self.raw)
        calibrated(self.n, self.raw, self.spans, self.zeros, self.readings)
        if self.watch is not None:
            self.watch()
        if board.stop_pressed():
            state[controller.FAULT_BITS] |= STOPPED
        controller.tick(
            self.settings, self.chambers, self.set_points, self.readings, board.pump_senses(),
            state, self.memory, self.inlet, self.exhaust, outputs,
        )  # fmt: skip
        counters.count(self.n, state, self.inlet, self.exhaust, outputs, self.counts)
        energised(self.n, self.inlet, self.exhaust, self.chain)
        board.drive(self.chain, outputs[controller.DUTY], 0 if outputs[controller.DUMP_OPEN] else 1)
        self.ticks = self.counts[counters.TICKS]
        took = ticks_diff(ticks_us(), began)
        service = self.device.service
        service[LONGEST_TICK] = max(service[LONGEST_TICK], took)

    def take_points(self):
        """Take the set-points that were written last."""
        self._asked = False
        points = self.device.set_points
        for i in range(self.n):
            self.set_points[i] = points[i]

    def _judge(self, began):
        """Count a late tick, and those that were lost before it: they age the lease too."""
        late = ticks_diff(began, self._due)
        self._due = ticks_add(self._due, PERIOD_US)
        if late <= LATE_US:
            return
        lost = late // PERIOD_US
        self.device.service[LATE_TICKS] += 1 + lost
        if lost:
            self._due = ticks_add(self._due, lost * PERIOD_US)
            age = self.state[controller.LEASE_AGE]
            if 0 <= age <= LEASE_TICKS:
                self.state[controller.LEASE_AGE] = age + lost
