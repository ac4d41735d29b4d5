"""How long a tick takes here: `import speed` on a board's console, or `make firmware-speed`.

Prints one line of JSON with medians and percentiles [us]: of the law with its counters, and of a
whole tick on a board whose sensors and outputs cost nothing.
"""

import json
from time import ticks_diff, ticks_us

import settings
from cuff import Cuff

from openpresso.law import controller, counters

TICKS = 4000


class Nothing:
    """A board without sensors and outputs: chambers that fill and empty by themselves."""

    def __init__(self, n):
        self.n = n
        self.turn = 0

    def sense(self, raw):
        """Put made-up readings into `raw`."""
        self.turn += 1
        for i in range(self.n):
            raw[i] = (self.turn * 60 + i * 300) % 5600 + self.turn % 3

    def pump_senses(self):
        """Say that the pump runs."""
        return 1

    def stop_pressed(self):
        """Say that nobody stops."""
        return 0

    def drive(self, chain, duty, dump):
        """Do nothing."""


def percentiles(times):
    """Return median, 99th percentile and longest [us]."""
    times = sorted(times)
    last = len(times) - 1
    return {"p50": times[last // 2], "p99": times[last * 99 // 100], "max": times[last]}


def measure(cuff, work):
    """Return the percentiles of `work` over many ticks of a leased cuff without faults."""
    times = []
    for _ in range(TICKS):
        cuff.state[controller.LEASE_AGE] = 0
        cuff.state[controller.FAULT_BITS] = 0
        began = ticks_us()
        work()
        times.append(ticks_diff(ticks_us(), began))
    return percentiles(times)


def main():
    """Measure and say."""
    board = Nothing(settings.CHAMBERS)
    cuff = Cuff(board, settings)
    cuff.write(200, [1, 6000, 0xFF, 0xFFFF] + [5000] * cuff.n, 4 + cuff.n)
    cuff.state[controller.FAULT_BITS] = 0
    cuff.begin()

    def law():
        controller.tick(
            cuff.settings, cuff.chambers, cuff.set_points, cuff.readings, 1, cuff.state,
            cuff.memory, cuff.inlet, cuff.exhaust, cuff.outputs,
        )  # fmt: skip
        counters.count(cuff.n, cuff.state, cuff.inlet, cuff.exhaust, cuff.outputs, cuff.counts)

    def nothing():
        pass

    tick = measure(cuff, cuff.tick)
    board.turn = 0
    times = []
    for _ in range(TICKS):
        board.sense(cuff.readings)
        cuff.state[controller.LEASE_AGE] = 0
        cuff.state[controller.FAULT_BITS] = 0
        began = ticks_us()
        law()
        times.append(ticks_diff(ticks_us(), began))
    print(json.dumps({"cuff": settings.CUFF, "law": percentiles(times), "tick": tick,
                      "clock": measure(cuff, nothing)}))  # fmt: skip


main()
