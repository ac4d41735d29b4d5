# mypy: ignore-errors
"""Power that goes in the middle of a write: what the next start finds, for every byte."""

import json

import settings
from cuff import Cuff
from double import Board, Flash
from storage import Store

from openpresso.law import counters


def started(flash):
    cuff = Cuff(Board(settings.CHAMBERS), settings)
    store = Store(flash, cuff)
    return cuff, store, store.load()


def marked(cuff, value):
    cuff.counts[counters.TRIPS] = value
    cuff.device.care[1] = 20260000 + value
    cuff.device.zeros[cuff.n - 1] = -value
    cuff.device.spans[0] = 10000 + value
    cuff.counts[len(cuff.counts) - counters.CHAMBER_COUNTS + counters.EXHAUST_CYCLES] = 1000 * value


def seen(cuff):
    device = cuff.device
    last = len(cuff.counts) - counters.CHAMBER_COUNTS + counters.EXHAUST_CYCLES
    values = {cuff.counts[counters.TRIPS], device.care[1] - 20260000, -device.zeros[cuff.n - 1],
              device.spans[0] - 10000, cuff.counts[last] // 1000}  # fmt: skip
    return list(values)


flash = Flash()
cuff, store, found_at_first = started(flash)
for value in (1, 2, 3):
    marked(cuff, value)
    assert store.save()
before = [bytes(slot) for slot in flash.slots]
length = len(store._data)
found = []
for power in range(length + 1):
    flash = Flash()
    flash.slots = [bytearray(slot) for slot in before]
    cuff, store, loaded = started(flash)
    assert loaded
    assert seen(cuff) == [3]
    marked(cuff, 4)
    flash.power = power
    store.save()
    flash.power = 1 << 20
    cuff, store, loaded = started(flash)
    after = seen(cuff)
    # And the next write works again.
    marked(cuff, 5)
    store.save()
    cuff, store, loaded = started(flash)
    found.append([after, seen(cuff)])
print(json.dumps({"first": found_at_first, "length": length, "found": found}))
