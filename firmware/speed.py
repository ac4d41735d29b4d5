"""How long a tick takes: `import speed` on a console, or `python -m scripts.firmware_speed`.

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


def leased():
    """Return a cuff under a lease, with all chambers to be filled."""
    cuff = Cuff(Nothing(settings.CHAMBERS), settings)
    cuff.write(200, [1, 6000, 0xFF, 0xFFFF] + [5000] * cuff.n, 4 + cuff.n)
    cuff.begin()
    return cuff


def measure(cuff, before, work):
    """Return the percentiles of `work` over many ticks of a leased cuff without faults."""
    times = []
    for _ in range(TICKS):
        before()
        cuff.state[controller.LEASE_AGE] = 0
        cuff.state[controller.FAULT_BITS] = 0
        began = ticks_us()
        work()
        times.append(ticks_diff(ticks_us(), began))
    return percentiles(times)


def nothing():
    """Do nothing."""


def measure_law():
    """Return the percentiles of the law with its counters."""
    cuff = leased()
    cuff.take_points()

    def law():
        controller.tick(
            cuff.settings, cuff.chambers, cuff.set_points, cuff.readings, 1, cuff.state,
            cuff.memory, cuff.inlet, cuff.exhaust, cuff.outputs,
        )  # fmt: skip
        counters.count(cuff.n, cuff.state, cuff.inlet, cuff.exhaust, cuff.outputs, cuff.counts)

    return measure(cuff, lambda: cuff.board.sense(cuff.readings), law)


def main():
    """Measure and say."""
    cuff = leased()
    tick = measure(cuff, nothing, cuff.tick)
    print(json.dumps({"cuff": settings.CUFF, "law": measure_law(), "tick": tick,
                      "clock": measure(cuff, nothing, nothing)}))  # fmt: skip


main()
