# mypy: ignore-errors
"""The loop's own duties: deadlines, writes kept whole, the stop button, calibration, the chain."""

import json

import cuff as loop
import settings
from cuff import Cuff, buffer
from double import Board, Clock

from openpresso.law import controller
from openpresso.law.guard import INVALID

clock = Clock()
loop.ticks_us = clock.ticks_us
board = Board(settings.CHAMBERS, clock)
cuff = Cuff(board, settings)
said = {}
controller.reset(cuff.n, 0, cuff.state, cuff.memory)
cuff.begin()


def tick_after(us):
    clock.us += us
    cuff.tick()
    return list(cuff.device.service[:2]), cuff.state[controller.LEASE_AGE]


cuff.tick()
said["on-time"] = [tick_after(5000), tick_after(5900), tick_after(4100)]
said["late"] = [tick_after(6500), tick_after(3500)]
cuff.write(200, [7, 6000, 0, 255] + [5000] * cuff.n, 4 + cuff.n)
tick_after(5000)
said["lost"] = [tick_after(5000), tick_after(5000 + 7 * 5000), tick_after(5000)]
board.takes = 3210
tick_after(5000)
said["longest"] = cuff.device.service[1]
board.takes = 0

ticks = cuff.ticks
real = cuff.device.write


def write(address, values, count):
    cuff.tick()
    said["ticks-inside"] = cuff.ticks - ticks
    return real(address, values, count)


cuff.device.write = write
cuff.write(200, [7], 1)
said["ticks-after"] = cuff.ticks - ticks
cuff.device.write = real

said["driven"] = [board.duty > 0, board.dump, list(board.chain)]
board.pressed = 1
cuff.tick()
board.pressed = 0
cuff.tick()
said["stopped"] = [cuff.state[controller.FAULT_BITS], board.duty, board.dump]
for _ in range(2001):
    cuff.tick()
said["vented-chain"] = list(board.chain)

loop.calibrated(
    4, buffer([1000, -1000, INVALID, 32767]), buffer([10500, 9500, 10000, 11000]),
    buffer([-20, 7, 5, 0]), cuff.readings,
)  # fmt: skip
said["calibrated"] = list(cuff.readings)[:4]
chain = buffer([255] * 2)
loop.energised(5, buffer([1, 0, 0, 0, 1]), buffer([1, 0, 1, 0, 1]), chain)
said["chain"] = list(chain)
print(json.dumps(said))
