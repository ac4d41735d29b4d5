"""The host's side of the register map: registers into values and back.

All of it is made from `openpresso.law.registers`; there is no second table. What is read every
50 ms is taken from its bytes by slices that were cut once.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from openpresso.law.device import GIVE_UP
from openpresso.law.guard import INVALID
from openpresso.law.registers import BLOCKS, MOST_CHAMBERS, REGISTERS, TYPES
from openpresso.law.regulator import SEAL as SEAL_WORD
from openpresso.law.regulator import VENT
from openpresso.session import SEAL

Value: TypeAlias = int | float | str | NDArray[np.float64] | NDArray[np.int64]
"""A number in its unit, a text, or one entry for each chamber."""

_WORDS: Final = dict(TYPES)
_SCALARS: Final = {"u16": "H", "i16": "h", "u32": "I", "bits32": "I"}
_ARRAYS: Final = {"u16": ">u2", "i16": ">i2", "u32": ">u4"}
_MASK: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the register map."""

    address: int
    name: str
    count: int
    """Values, or registers of a text."""
    kind: str
    per_unit: int
    """Register counts in one unit."""

    @property
    def words(self) -> int:
        """Registers that the row takes."""
        return self.count * _WORDS[self.kind]

    @property
    def per_chamber(self) -> bool:
        """Whether the row has one entry for each chamber."""
        return self.count == MOST_CHAMBERS and self.kind in _ARRAYS

    def encode(self, value: Value) -> list[int]:
        """Return a value as registers.

        Parameters
        ----------
        value
            A number in the row's unit, a text, or an array with one entry for each chamber.

        Returns
        -------
        list[int]
            As many registers as the value has; an array may be shorter than the row.
        """
        if isinstance(value, str):
            codes = value.encode("ascii", "replace")[: 2 * self.words].ljust(2 * self.words, b"\0")
            return list(struct.unpack(f">{self.words}H", codes))
        if isinstance(value, np.ndarray):
            return [word for one in value.tolist() for word in self._scalar(one)]
        return self._scalar(value)

    def _scalar(self, value: float) -> list[int]:
        if self.kind == "i16" and value != value:  # noqa: PLR0124 - NaN is what differs from itself
            return [INVALID & _MASK]
        if self.name == "set-points" and value == SEAL:
            return [SEAL_WORD & _MASK]
        count = round(value * self.per_unit)
        least, most = _RANGES[self.kind]
        if not least <= count <= most:
            message = f"{self.name}: {value} does not fit a {self.kind}"
            raise ValueError(message)
        if _WORDS[self.kind] == 1:
            return [count & _MASK]
        return [count >> 16, count & _MASK]


_RANGES: Final = {
    "u16": (0, _MASK), "i16": (-32767, 32767), "u32": (0, (1 << 32) - 1),
    "bits32": (0, (1 << 32) - 1),
}  # fmt: skip

ROWS: Final = {
    name: Row(address, name, count, kind, per_unit)
    for address, name, count, kind, _, per_unit, _, _ in REGISTERS
}
"""Every row by its name."""


@dataclass(frozen=True)
class Block:
    """The rows of one block, read in one request."""

    address: int
    rows: tuple[Row, ...]

    @property
    def count(self) -> int:
        """Registers of the whole block."""
        return self.rows[-1].address + self.rows[-1].words - self.address

    def needed(self, n_chambers: int) -> int:
        """Return how many registers hold all that a cuff of so many chambers has to say."""
        last = self.rows[-1]
        if not last.per_chamber:
            return self.count
        return last.address - self.address + n_chambers * _WORDS[last.kind]

    @cached_property
    def _plan(self) -> tuple[struct.Struct, tuple[tuple[str, int], ...], tuple[Row, ...], int]:
        """Scalars as one `struct` with their names and scales, then the arrays."""
        form, at = ">", self.address
        scalars = []
        for row in self.rows:
            if row.per_chamber:
                continue
            form += f"{2 * (row.address - at)}x"
            form += f"{2 * row.count}s" if row.kind == "text" else _SCALARS[row.kind]
            scalars.append((row.name, row.per_unit))
            at = row.address + row.words
        arrays = tuple(row for row in self.rows if row.per_chamber)
        return struct.Struct(form), tuple(scalars), arrays, self.address

    def decode(self, raw: bytes, n_chambers: int = MOST_CHAMBERS) -> dict[str, Any]:
        """Return the values of a block by their names.

        Parameters
        ----------
        raw
            The registers from `address` on, high byte first; at least `needed(n_chambers)` of them.
        n_chambers
            Number of chambers of the cuff.

        Returns
        -------
        dict[str, Any]
            Numbers in their units, texts, and arrays of shape `(n_chambers,)`. An `i16` that says
            that there is none is NaN; set-points that seal are `SEAL`.
        """
        scalars, names, arrays, first = self._plan
        values: dict[str, Any] = {}
        for (name, per_unit), value in zip(names, scalars.unpack_from(raw), strict=True):
            if isinstance(value, bytes):
                values[name] = value.rstrip(b"\0").decode("ascii", "replace")
            else:
                values[name] = value if per_unit == 1 else value / per_unit
        for row in arrays:
            words = np.frombuffer(raw, _ARRAYS[row.kind], n_chambers, 2 * (row.address - first))
            values[row.name] = _array(row, words)
        return values

    def encode(self, values: Mapping[str, Value]) -> tuple[int, list[int]]:
        """Return one write request for some rows of the block: first address and registers.

        Parameters
        ----------
        values
            Values by the names of their rows, in the order of the map. Registers between them
            belong to no row or the request is refused.

        Returns
        -------
        tuple[int, list[int]]
            First address, registers.
        """
        rows = [row for row in self.rows if row.name in values]
        between = self.rows[self.rows.index(rows[0]) : self.rows.index(rows[-1]) + 1]
        if len(rows) != len(values) or len(between) != len(rows):
            message = f"{', '.join(values)}: not rows that follow each other in one block"
            raise ValueError(message)
        first = rows[0].address
        registers: list[int] = []
        for row in rows:
            registers += [0] * (row.address - first - len(registers))
            registers += row.encode(values[row.name])
        return first, registers


def _array(row: Row, words: NDArray[np.uint16]) -> NDArray[np.float64] | NDArray[np.int64]:
    """Return the entries of a per-chamber row in their unit."""
    if row.kind == "i16":
        values: NDArray[np.float64] = words / row.per_unit
        low = words <= SEAL_WORD
        if low.any():
            values[words == INVALID] = np.nan
            if row.name == "set-points":
                values[words == SEAL_WORD] = SEAL
        return values
    if row.per_unit != 1:
        return words / row.per_unit
    return words.astype(np.int64)


def _block(first: int) -> Block:
    """Return the block that begins at an address."""
    following = [other for other, _, _ in BLOCKS if other > first]
    end = min(following, default=1 << 16)
    return Block(first, tuple(row for row in ROWS.values() if first <= row.address < end))


IDENTITY, STATE, COMMANDS, COUNTERS, CARE, SERVICE = (_block(first) for first, _, _ in BLOCKS)
"""The blocks of the map."""

_PER_MMHG: Final = ROWS["set-points"].per_unit
_VENT: Final = VENT & _MASK
_SEAL: Final = SEAL_WORD & _MASK
_HIGHEST: Final = 32767 / _PER_MMHG


def encode_command(
    set_points: NDArray[np.float64], ceiling: float, station: int, *, renew: bool
) -> list[int]:
    """Return the registers of a command, from `lease` on.

    Parameters
    ----------
    set_points
        Set-points [mmHg], shape `(n_chambers,)`: NaN vents, `SEAL` closes both valves, 0 holds.
        A number that no chamber can be held at (negative, infinite, over 327.67) vents.
    ceiling
        Ceiling [mmHg]; one that is not a number is 0.
    station
        Number of the station, 1 to 32767.
    renew
        Renews the lease; otherwise it is given up, and every chamber is vented and disabled.

    Returns
    -------
    list[int]
        `4 + n_chambers` registers.
    """
    highest = round(min(max(ceiling, 0.0), 655.35) * _PER_MMHG) if ceiling == ceiling else 0  # noqa: PLR0124 - NaN is what differs from itself
    points = set_points.tolist()
    if not renew:
        return [station + GIVE_UP, highest, 0, 0] + [_VENT] * len(points)
    enabled, bit = 0, 1
    words = []
    for point in points:
        if 0.0 <= point <= _HIGHEST:
            words.append(round(point * _PER_MMHG))
            enabled |= bit
        elif point == SEAL:
            words.append(_SEAL)
            enabled |= bit
        else:
            words.append(_VENT)
        bit <<= 1
    return [station, highest, enabled >> 16, enabled & _MASK, *words]
