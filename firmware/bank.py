"""The device's registers, read fast enough for a line at 20 Hz beside the loop.

A station reads some ninety registers in every period. Word by word in Python that takes longer than
the line; so every value is kept in a buffer of machine words, and each row of the map is copied by
compiled code.
"""

from array import array

import micropython

from openpresso.law.device import DONE, NO_ADDRESS, Device
from openpresso.law.registers import ADDRESSES

LISTS = ("service", "care", "calibrated_by", "zeros", "spans", "_now")
"""Where `Device` keeps values of its own."""


@micropython.viper
def copy(values: ptr32, place: ptr32, address: int, end: int, image: ptr16):
    """Put the registers of one row from `address` up to `end` into `image`.

    `place` holds the row's first and last address, words in each value, offset, stride.
    """
    first = place[0]
    words = place[2]
    at = first if first > address else address
    last = place[1] if place[1] < end else end
    k = at - first
    index = place[3]
    while k >= words:
        k -= words
        index += place[4]
    while at < last:
        value = values[index]
        k += 1
        if k < words:
            value = value >> 16
        else:
            k = 0
            index += place[4]
        image[at - address] = value & 65535
        at += 1


@micropython.viper
def clear(image: ptr16, count: int):
    """Put zeros into the first `count` registers of `image`."""
    for k in range(count):
        image[k] = 0


class Bank(Device):
    """A `Device` whose `read` is compiled; `image` is an array of 16-bit words."""

    def __init__(self, *buffers):
        super().__init__(*buffers)
        made = {}
        for name in LISTS:
            values = getattr(self, name)
            made[id(values)] = array("i", values)
            setattr(self, name, made[id(values)])
        rows = []
        for first, last, words, values, offset, stride, _ in self._rows:
            # The most that a register can say needs no look here: the loop keeps readings to it.
            kept = made.get(id(values))
            if kept is None:
                kept = values if isinstance(values, array) else array("i", values)
            rows.append((first, last, kept, array("i", (first, last, words, offset, stride))))
        self._rows = rows

    def read(self, address, count, image):
        """Put `count` registers from `address` into `image`; return `DONE` or an exception."""
        end = address + count
        if address < 0 or count < 1 or end > ADDRESSES:
            return NO_ADDRESS
        self._look()
        clear(image, count)
        for first, last, values, place in self._rows:
            if first < end and last > address:
                copy(values, place, address, end, image)
        return DONE
