# mypy: ignore-errors
"""The compiled registers against those of the law's `Device`, on made-up contents."""

import json
import random
from array import array

import settings
from bank import Bank

from openpresso.law import controller, counters
from openpresso.law.device import Device
from openpresso.law.registers import ADDRESSES

n = settings.CHAMBERS
random.seed(1)


def words(count, low, high):
    return array("i", [random.randint(low, high) for _ in range(count)])


lengths = (n, controller.CUFF_STATE, n * controller.WIDTH)
buffers = [words(length, -32768, 32767) for length in lengths]
buffers += [words(n, 0, 1), words(n, 0, 1), words(2, 0, 100)]
buffers += [words(counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS, 0, (1 << 30) - 1)]
made = [kind(("leg-8", "OP-1", "openpresso"), n, *buffers) for kind in (Device, Bank)]
care = words(66, 0, 65535)
for k in range(len(care)):
    if 518 <= 500 + k < 542:
        care[k] = random.randint(-1000, 1000) & 65535
    elif 500 + k >= 542:
        care[k] = random.randint(9000, 11000)
    elif k < 6:
        care[k] = random.randint(0, 310)
for device in made:
    device.state[controller.LEASE_AGE] = -1
answers = [device.write(500, care, len(care)) for device in made]
differ = []
compared = 0
for age in (-1, 30):
    made[0].state[controller.LEASE_AGE] = age
    for _ in range(3000):
        address, count = random.randint(0, ADDRESSES + 5), random.randint(0, 125)
        plain, fast = array("H", [7] * 125), array("H", [7] * 125)
        said = [made[0].read(address, count, plain), made[1].read(address, count, fast)]
        compared += count
        if said[0] != said[1] or plain != fast:
            differ.append([address, count, said])
print(json.dumps({"differ": differ, "compared": compared, "answers": answers}))
