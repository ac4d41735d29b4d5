# mypy: ignore-errors
"""When the cuff writes to its flash."""

import json

import settings
import storage
from cuff import Cuff
from double import Board, Clock, Flash
from storage import Store

from openpresso.law import controller

clock = Clock()
storage.ticks_ms = clock.ticks_ms
flash = Flash()
cuff = Cuff(Board(settings.CHAMBERS), settings)
store = Store(flash, cuff)
said = []


def after(minutes):
    clock.us += minutes * 60_000_000
    store.poll()
    said.append(flash.writes)


controller.reset(cuff.n, 0, cuff.state, cuff.memory)
after(1)  # 0: nothing to write
after(5)  # 1: five minutes
cuff.write(200, [7, 6000, 0, 255] + [1000] * cuff.n, 4 + cuff.n)
after(0)  # 2: the cuff is used from now on
after(60)  # 2: a lease runs
cuff.write(200, [7 + 32768], 1)
after(0)  # 3: the lease has ended
cuff.write(518, [65536 - 50], 1)
after(0)  # 4: a new calibration
print(json.dumps({"writes": said, "zero": cuff.zeros[0], "used": cuff.device.care[0]}))
