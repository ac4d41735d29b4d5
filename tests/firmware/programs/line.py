# mypy: ignore-errors
"""A Modbus server on a line: steps are bytes that come, or milliseconds of silence."""

import json
import sys

import modbus
import settings
from cuff import Cuff
from double import Board, Clock, Line

clock = Clock()
modbus.ticks_ms = clock.ticks_ms
board = Board(settings.CHAMBERS)
cuff = Cuff(board, settings)
cuff.tick()
line = Line()
server = modbus.Server(line, cuff, settings.NUMBER)
answers = []
for step in json.load(sys.stdin):
    if isinstance(step, int):
        clock.us += 1000 * step
    else:
        line.give(bytes.fromhex(step))
    server.poll()
    answers.append(line.taken().hex())
    line.give(b"")
service = cuff.device.service
print(json.dumps({"answers": answers, "requests": service[2], "bad": service[3],
                  "points": list(cuff.device.set_points)}))  # fmt: skip
