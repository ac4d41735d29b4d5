# mypy: ignore-errors
"""The loop and the server with the heap locked: whoever allocates ends the program."""

import json
import sys

import micropython
import settings
from cuff import Cuff
from double import Board, Line
from modbus import Server
from selftest import SelfTest

from openpresso.law import controller

frame = bytes.fromhex(json.load(sys.stdin))
ticks = 5000
board = Board(settings.CHAMBERS)
cuff = Cuff(board, settings)
test = SelfTest(board, cuff)
test.begin()
line = Line()
server = Server(line, cuff, settings.NUMBER)
while not test.passed:
    cuff.tick()
    test.poll()
controller.reset(cuff.n, 0, cuff.state, cuff.memory)
cuff.begin()
filled = 0
micropython.heap_lock()
for k in range(ticks):
    cuff.tick()
    if k % 10 == 0:
        line.length = 0
        line.given = frame
        line.at = 0
        server.poll()
    for i in range(cuff.n):
        lost = cuff.exhaust[i] * board.pressures[i] >> 6
        board.pressures[i] += cuff.inlet[i] * board.duty - lost
    filled = max(filled, board.pressures[0])
    board.senses = 1 if board.duty else 0
    cuff.lamp()
micropython.heap_unlock()
print(json.dumps({"filled": filled, "faults": cuff.state[controller.FAULT_BITS],
                  "answered": cuff.device.service[2], "ticks": cuff.ticks}))  # fmt: skip
