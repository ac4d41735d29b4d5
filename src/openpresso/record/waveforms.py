"""The waveform log: set-point, pressure and inlet duty of every chamber, safe against a crash.

The file starts with a preamble (`OPWF`, version, the legs and their numbers of chambers) and goes
on with blocks of at most one second. Everything is little-endian. A block is

    "BLK1", length of the body (u32), CRC-32 of length and body (u32), body

and a body is

    leg (u8), chambers c (u8), frames f (u16), time f x f64 [s],
    f x (set-point c x i16, pressure c x i16), inlet duty f x c x u8

Pressures are in 0.01 mmHg, -32768 says NaN (a set-point: vent and disable; a pressure: no valid
reading) and values beyond +-327.67 mmHg are kept at that limit. Duty is in 1/250, 255 says NaN. A
torn tail is everything after the last whole block.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.record import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

FILE: Final = "waveforms.log"
"""Name of the waveform log in a record's folder."""
VERSION: Final = 1
FRAMES: Final = 20
"""Most frames in a block: one second at 20 Hz."""
SPAN: Final = 0.975
"""A block is closed when its frames reach over this time, whatever their number [s]."""
PER_MMHG: Final = 100.0
"""Steps of a coded pressure [1/mmHg]."""
NO_PRESSURE: Final = -32768
"""Code of a pressure that is NaN."""
MOST_PRESSURE: Final = 32767
PER_DUTY: Final = 250.0
"""Steps of a coded duty [-]."""
NO_DUTY: Final = 255
"""Code of a duty that is NaN."""

_PREAMBLE: Final = struct.Struct("<4sHI")
_FRAME: Final = struct.Struct("<4sII")
_BODY: Final = struct.Struct("<BBH")
_MAGIC: Final = b"OPWF"
_BLOCK: Final = b"BLK1"


@dataclass(frozen=True, slots=True, eq=False)
class Waveforms:
    """What one leg was to get and what it got; f frames, c chambers."""

    time: NDArray[np.float64]
    """The session's monotonic clock [s], shape `(f,)`."""
    set_points: NDArray[np.float32]
    """[mmHg], shape `(f, c)`; NaN = vent and disable."""
    pressures: NDArray[np.float32]
    """[mmHg], shape `(f, c)`; NaN = no valid reading."""
    inlet: NDArray[np.float32]
    """Share of the time that the inlet was open, 0 to 1, shape `(f, c)`."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a waveform log stops being whole."""

    offset: int
    """First byte that is not part of a whole block."""
    block: int
    """Number of that block, from 1; 0 is the preamble."""
    reason: str


def preamble(legs: Mapping[str, int]) -> bytes:
    """Return the start of a log for these legs and their numbers of chambers."""
    text = canonical.line({"legs": list(legs), "chambers": list(legs.values())})
    head = _PREAMBLE.pack(_MAGIC, VERSION, len(text)) + text
    return head + struct.pack("<I", zlib.crc32(head))


class LegBuffer:
    """Gathers the frames of one leg until they make a block.

    Parameters
    ----------
    number
        Which leg, in the order of the preamble.
    chambers
        Number of chambers.
    """

    __slots__ = ("_frames", "_scratch", "chambers", "count", "first", "number", "times")

    def __init__(self, number: int, chambers: int) -> None:
        """Make room for one block."""
        self.number = number
        self.chambers = chambers
        self.count = 0
        self.first = 0.0
        self.times: list[float] = []
        self._frames = np.empty((FRAMES, 3, chambers))
        self._scratch = np.empty((FRAMES, 3, chambers))

    def add(
        self, time: float, set_points: ArrayLike, pressures: ArrayLike, duty: ArrayLike
    ) -> bool:
        """Take one frame; true when the block is full."""
        count = self.count
        row = self._frames[count]
        row[0] = set_points
        row[1] = pressures
        row[2] = duty
        if count == 0:
            self.first = time
        self.times.append(time)
        self.count = count + 1
        return count + 1 == FRAMES or time - self.first >= SPAN

    def block(self) -> bytes:
        """Return the gathered frames as a block and start again; empty without frames."""
        count = self.count
        if not count:
            return b""
        codes = _encode(self._frames[:count], self._scratch[:count])
        body = b"".join(
            (
                _BODY.pack(self.number, self.chambers, count),
                np.array(self.times, dtype="<f8").tobytes(),
                codes[:, :2].tobytes(),
                codes[:, 2].astype(np.uint8).tobytes(),
            )
        )
        self.count = 0
        self.times.clear()
        size = struct.pack("<I", len(body))
        return _FRAME.pack(_BLOCK, len(body), zlib.crc32(body, zlib.crc32(size))) + body


_LEAST: Final = np.array([[-MOST_PRESSURE / PER_MMHG]] * 2 + [[0.0]])
_MOST: Final = np.array([[MOST_PRESSURE / PER_MMHG]] * 2 + [[1.0]])
_SCALE: Final = np.array([[PER_MMHG]] * 2 + [[PER_DUTY]])
_NONE: Final = np.array([[NO_PRESSURE]] * 2 + [[NO_DUTY]], dtype=np.float64)


def _encode(frames: NDArray[np.float64], scratch: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return frames of set-point, pressure and duty, shape `(f, 3, c)`, as codes."""
    np.maximum(frames, _LEAST, out=scratch)
    np.minimum(scratch, _MOST, out=scratch)
    np.multiply(scratch, _SCALE, out=scratch)
    np.rint(scratch, out=scratch)
    np.copyto(scratch, _NONE, where=np.isnan(scratch))
    return scratch.astype("<i2")


def encode(one: Waveforms) -> NDArray[np.int16]:
    """Return the codes of set-point, pressure and duty of waveforms, shape `(f, 3, c)`."""
    frames = np.stack((one.set_points, one.pressures, one.inlet), axis=1).astype(np.float64)
    return _encode(frames, frames)


def decode_pressure(codes: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return codes as pressures [mmHg]."""
    pressure = (codes / PER_MMHG).astype(np.float32)
    pressure[codes == NO_PRESSURE] = np.nan
    return pressure


def decode_duty(codes: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return codes as duties, 0 to 1."""
    duty = (codes / PER_DUTY).astype(np.float32)
    duty[codes == NO_DUTY] = np.nan
    return duty


def read(raw: bytes, legs: Mapping[str, int]) -> tuple[dict[str, Waveforms], Tail | None]:
    """Return the waveforms of the whole blocks, and where these end if not at the log's end.

    Parameters
    ----------
    raw
        Content of the log.
    legs
        Legs and their numbers of chambers, in the order of the preamble.

    Returns
    -------
    tuple[dict[str, Waveforms], Tail | None]
        Waveforms of each leg, and the first fault.
    """
    bodies, tail = _blocks(raw, legs)
    return {
        leg: _join([body for number, body in bodies if number == index], chambers)
        for index, (leg, chambers) in enumerate(legs.items())
    }, tail


def _blocks(
    raw: bytes, legs: Mapping[str, int]
) -> tuple[list[tuple[int, memoryview]], Tail | None]:
    """Return leg number and body of each whole block, and the first fault."""
    head = preamble(legs)
    if raw[: len(head)] != head:
        return [], Tail(0, 0, "it does not start as a waveform log of these legs does")
    sizes = list(legs.values())
    view = memoryview(raw)
    bodies: list[tuple[int, memoryview]] = []
    offset = len(head)
    while offset < len(raw):
        number = len(bodies) + 1
        if offset + _FRAME.size > len(raw):
            return bodies, Tail(offset, number, "the last block is cut")
        mark, length, crc = _FRAME.unpack_from(raw, offset)
        start = offset + _FRAME.size
        if mark != _BLOCK:
            return bodies, Tail(offset, number, "the block has no block mark")
        body = view[start : start + length]
        if len(body) < length:
            return bodies, Tail(offset, number, "the last block is cut")
        if zlib.crc32(body, zlib.crc32(struct.pack("<I", length))) != crc:
            return bodies, Tail(offset, number, "the block does not match its checksum")
        leg, chambers, frames = _BODY.unpack_from(body)
        if leg >= len(sizes) or chambers != sizes[leg] or length != _length(frames, chambers):
            return bodies, Tail(offset, number, "the block is not of these legs")
        bodies.append((leg, body))
        offset = start + length
    return bodies, None


def _length(frames: int, chambers: int) -> int:
    """Return the length of a block's body [bytes]."""
    return _BODY.size + frames * (8 + 5 * chambers)


def _join(bodies: Sequence[memoryview], chambers: int) -> Waveforms:
    """Return the waveforms of one leg from the bodies of its blocks."""
    counts = [int(_BODY.unpack_from(body)[2]) for body in bodies]
    total = sum(counts)
    time = np.empty(total)
    codes = np.empty((total, 2, chambers), dtype="<i2")
    duty = np.empty((total, chambers), dtype=np.uint8)
    row = 0
    for body, count in zip(bodies, counts, strict=True):
        here = slice(row, row + count)
        offset = _BODY.size
        time[here] = np.frombuffer(body, "<f8", count, offset)
        offset += 8 * count
        pairs = np.frombuffer(body, "<i2", 2 * count * chambers, offset)
        codes[here] = pairs.reshape(count, 2, chambers)
        offset += 4 * count * chambers
        shares = np.frombuffer(body, np.uint8, count * chambers, offset)
        duty[here] = shares.reshape(count, chambers)
        row += count
    return Waveforms(
        time, decode_pressure(codes[:, 0]), decode_pressure(codes[:, 1]), decode_duty(duty)
    )
