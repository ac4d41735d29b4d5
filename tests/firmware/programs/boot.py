# mypy: ignore-errors
"""The self-test on a board that a test has prepared: half a second, then a minute."""

import json
import sys

import settings
from cuff import Cuff
from double import Board
from selftest import SelfTest

from openpresso.law import controller

job = json.load(sys.stdin)
board = Board(settings.CHAMBERS)
for name, value in job.get("board", {}).items():
    setattr(board, name, value)
for i, value in job.get("pressures", {}).items():
    board.pressures[int(i)] = value
for i, value in job.get("tremble", {}).items():
    board.tremble[int(i)] = value
cuff = Cuff(board, settings)
test = SelfTest(board, cuff)
test.begin()
said = []
for _ in range(job["ticks"]):
    cuff.tick()
    test.poll()
    for i in range(cuff.n):
        board.pressures[i] -= job.get("falls", 0) if board.pressures[i] > 0 else 0
    assert not any((board.duty, board.dump, sum(board.chain)))
cuff.write(600, [1], 1)
cuff.tick()
print(json.dumps({"said": board.said, "faults": cuff.state[controller.FAULT_BITS],
                  "rest": cuff.rest, "readings": list(cuff.readings)}))  # fmt: skip
