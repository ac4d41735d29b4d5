"""A Modbus RTU server: functions 3, 4, 6, 16 and 23 on the cuff's registers.

Frames are told apart by their length and their check, not by silence alone, which a busy controller
cannot time. Silence ends what never became a frame. Handling a frame allocates nothing.
"""

from array import array
from time import ticks_diff, ticks_ms

import micropython

from openpresso.law.device import DONE, NO_ADDRESS, NO_VALUE
from openpresso.law.registers import ADDRESSES

READ, READ_INPUT, WRITE_ONE, WRITE, READ_WRITE = 3, 4, 6, 16, 23
# Tuples with names: one that is made where it is used takes memory.
READS = (READ, READ_INPUT)
WRITES = (WRITE_ONE, WRITE)
OF_EIGHT = (READ, READ_INPUT, WRITE_ONE)
"""Requests of eight bytes."""
LONGER = (WRITE, READ_WRITE)
NO_FUNCTION = 1
LONGEST = 256
"""Most bytes that a frame can have."""
MOST_READ = 125
MOST_WRITTEN = 123
MOST_WRITTEN_23 = 121
GAP_MS = 5
"""Silence after which the rest of a frame does not come any more."""
MORE = 0
"""Length of a frame that cannot be told yet."""
UNKNOWN = -1
"""Length of a frame that only silence can tell."""


@micropython.viper
def crc16(data: ptr8, start: int, end: int) -> int:
    """Return the check of the bytes from `start` up to `end`; 0 over a whole frame, if it is good.

    See Modbus over Serial Line V1.02, appendix B.
    """
    crc = 0xFFFF
    for k in range(start, end):
        crc ^= data[k]
        for _ in range(8):
            if crc & 1:
                crc = (crc >> 1) ^ 0xA001
            else:
                crc = crc >> 1
    return crc


@micropython.viper
def pack(image: ptr16, count: int, answer: ptr8):
    """Put registers into an answer, high byte first, behind its three bytes of head."""
    for k in range(count):
        answer[3 + 2 * k] = image[k] >> 8
        answer[4 + 2 * k] = image[k] & 255


@micropython.viper
def append(chunk: ptr8, count: int, frame: ptr8, fill: int):
    """Put `count` bytes behind the `fill` bytes of a frame."""
    for k in range(count):
        frame[fill + k] = chunk[k]


class Server:
    """The server of one device on one line.

    Parameters
    ----------
    serial
        The line: `readinto(chunk)` without waiting, `write(data, count)`.
    cuff
        `read`, `write`, `answered` and `misunderstood`; see `cuff.Cuff`.
    number
        The device's number on the line, 1 to 247.
    """

    def __init__(self, serial, cuff, number):
        self._serial = serial
        self._cuff = cuff
        self._number = number
        self._chunk = bytearray(64)
        self._frame = bytearray(2 * LONGEST)
        self._fill = 0
        self._noisy = False
        self._heard_at = ticks_ms()
        self._image = array("H", [0] * MOST_READ)
        self._values = [0] * MOST_WRITTEN
        self._answer = bytearray(LONGEST)

    def poll(self):
        """Take what came and answer what is whole; never waits."""
        count = self._serial.readinto(self._chunk)
        while count:
            self._heard_at = ticks_ms()
            room = len(self._frame) - self._fill
            append(self._chunk, min(count, room), self._frame, self._fill)
            self._fill += min(count, room)
            self._take(room < count)
            count = self._serial.readinto(self._chunk)
        if self._fill and ticks_diff(ticks_ms(), self._heard_at) >= GAP_MS:
            self._take(True)

    def _take(self, over):
        """Answer the frames that are there; after silence, `over`, nothing is waited for."""
        at = 0
        while at < self._fill:
            took = self._whole(at, over)
            if took > 0:
                self._noisy = False
                at += took
            elif over:
                # Noise, or a frame cut short. The next good one may begin at any byte.
                self._noise()
                at += 1
            elif took == MORE:
                break
            else:
                self._noise()
                at += 1
        self._fill -= at
        for k in range(self._fill):
            self._frame[k] = self._frame[at + k]
        if over:
            self._noisy = False

    def _noise(self):
        """Count an unbroken run of bytes that belong to no frame once."""
        if not self._noisy:
            self._noisy = True
            self._cuff.misunderstood()

    def _whole(self, at, over):
        """Return how many bytes the frame at `at` has, answered if it is ours.

        `MORE` when it cannot be told yet, `UNKNOWN` when none begins here.
        """
        there = self._fill - at
        if there < 4:
            return MORE
        frame = self._frame
        foreign = frame[at] != 0 and frame[at] != self._number
        length = self._request(at)
        if 0 < length <= there and not crc16(frame, at, at + length):
            if not foreign:
                self._serve(at, length)
            return length
        answer = self._response(at) if foreign else 0
        if 0 < answer <= there and not crc16(frame, at, at + answer):
            return answer
        if length == UNKNOWN or foreign:
            # Only silence tells where it ends.
            if over and there <= LONGEST and not crc16(frame, at, self._fill):
                if frame[at] == self._number:
                    self._refuse(at, NO_FUNCTION)
                return there
            return MORE if length <= MORE or max(length, answer) > there else UNKNOWN
        return MORE if length == MORE or length > there else UNKNOWN

    def _request(self, at):
        """Return the length of the request that begins at `at`."""
        frame = self._frame
        function = frame[at + 1]
        if function in OF_EIGHT:
            return 8
        place = 6 if function == WRITE else 10
        if function not in LONGER:
            return UNKNOWN
        if self._fill <= at + place:
            return MORE
        return place + 3 + frame[at + place]

    def _response(self, at):
        """Return the length of another device's response that begins at `at`."""
        function = self._frame[at + 1]
        if function & 0x80:
            return 5
        if function in WRITES:
            return 8
        return 5 + self._frame[at + 2]

    def _word(self, at):
        return self._frame[at] << 8 | self._frame[at + 1]

    def _serve(self, at, length):
        """Do what a good frame for this device asks for."""
        if not self._frame[at]:
            # A broadcast is for nobody here: set-points of one cuff are not those of another.
            return
        function = self._frame[at + 1]
        address = self._word(at + 2)
        if function in READS:
            trouble = self._read(function, address, self._word(at + 4))
        elif function == WRITE_ONE:
            self._values[0] = self._word(at + 4)
            trouble = self._cuff.write(address, self._values, 1)
            self._echo(at)
        elif function == WRITE:
            trouble = self._write(at + 2, MOST_WRITTEN)
            self._echo(at)
        else:
            count = self._word(at + 4)
            # Nothing is written unless the answer can be read.
            trouble = self._refusal(address, count) or self._write(at + 6, MOST_WRITTEN_23)
            trouble = trouble or self._read(function, address, count)
        if trouble:
            self._refuse(at, trouble)
        else:
            self._send()

    def _write(self, at, most):
        """Write the registers that stand from `at`: address, count, bytes, values."""
        count = self._word(at + 2)
        if not 1 <= count <= most or self._frame[at + 4] != 2 * count:
            return NO_VALUE
        for k in range(count):
            self._values[k] = self._word(at + 5 + 2 * k)
        return self._cuff.write(self._word(at), self._values, count)

    def _refusal(self, address, count):
        """Return why these registers cannot be read, or `DONE`."""
        if not 1 <= count <= MOST_READ:
            return NO_VALUE
        return NO_ADDRESS if address + count > ADDRESSES else DONE

    def _read(self, function, address, count):
        """Read registers into the answer."""
        trouble = self._refusal(address, count) or self._cuff.read(address, count, self._image)
        if trouble != DONE:
            return trouble
        answer = self._answer
        answer[1] = function
        answer[2] = 2 * count
        pack(self._image, count, answer)
        self._length = 3 + 2 * count
        return DONE

    def _echo(self, at):
        """Answer a write with its address and its value or count."""
        for k in range(1, 6):
            self._answer[k] = self._frame[at + k]
        self._length = 6

    def _refuse(self, at, trouble):
        """Answer with a Modbus exception."""
        self._answer[1] = self._frame[at + 1] | 0x80
        self._answer[2] = trouble
        self._length = 3
        self._send()

    def _send(self):
        answer = self._answer
        answer[0] = self._number
        crc = crc16(answer, 0, self._length)
        answer[self._length] = crc & 255
        answer[self._length + 1] = crc >> 8
        self._serial.write(answer, self._length + 2)
        self._cuff.answered()
