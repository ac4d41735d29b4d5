# mypy: ignore-errors
"""The law under MicroPython: answers of its functions, or the buffers after whole ticks.

Run by MicroPython: `micropython on_board.py JOB IN OUT`; JOB is `MODULE.FUNCTION` or `play`, the
other two are files of integers of 32 bits.
"""

import sys
from array import array

from openpresso.law import controller, counters, guard, regulator

MODULES = {"guard": guard, "regulator": regulator}


def read(path):
    """Return the integers of a file."""
    with open(path, "rb") as file:
        return array("i", file.read())


def answers(job, numbers, out):
    """Write what a function answers to each row of arguments."""
    module, _, name = job.partition(".")
    function = getattr(MODULES[module], name)
    width = numbers[0]
    for at in range(1, len(numbers), width):
        out.write(array("i", [function(*numbers[at : at + width])]))


def performs(numbers, out):
    """Write all buffers after every tick."""
    n, count, length = numbers[:3]
    at = 3 + count
    settings = numbers[3:at]
    chambers = numbers[at : at + length]
    state = array("i", [0] * controller.CUFF_STATE)
    memory = array("i", [0] * (n * controller.WIDTH))
    inlet, exhaust = array("i", [0] * n), array("i", [0] * n)
    outputs = array("i", [0] * controller.CUFF_OUTPUTS)
    counts = array("i", [0] * (counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS))
    width = 3 + 2 * n
    for row in range(at + length, len(numbers), width):
        lease, ceiling, senses = numbers[row : row + 3]
        if lease < 1:
            state[controller.LEASE_AGE] = lease
        state[controller.CEILING] = ceiling
        controller.tick(
            settings, chambers, numbers[row + 3 : row + 3 + n], numbers[row + 3 + n : row + width],
            senses, state, memory, inlet, exhaust, outputs,
        )  # fmt: skip
        counters.count(n, state, inlet, exhaust, outputs, counts)
        for values in (state, memory, inlet, exhaust, outputs, counts):
            out.write(values)


job, source, target = sys.argv[1:]
with open(target, "wb") as out:
    if job == "play":
        performs(read(source), out)
    else:
        answers(job, read(source), out)
