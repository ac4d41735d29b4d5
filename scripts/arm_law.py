"""Run the law's built ARM code in an emulator: its decisions, and how many instructions they take.

`python -m scripts.arm_law` needs the package `unicorn` (`uv pip install unicorn`), which nothing
else here does. It takes the machine code out of the files that `make firmware` builds, runs it on
made-up sessions and compares every buffer after every tick with CPython.
"""

from __future__ import annotations

import importlib
import importlib.util
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from scripts.firmware import BOARDS, build_law
from tests.law.places import Place, Play

CUFFS: Final = ("foot-1", "calf-3", "leg-8", "leg-12", "leg-24")
TICKS: Final = 400
SEEDS: Final = 3

CODE: Final = 0x10000000
RUNTIME: Final = 0x18000000
"""Where the functions of MicroPython's runtime are thought to be: the emulator answers for them."""
MEMORY: Final = 0x20000000
STACK: Final = 0x20080000
END: Final = RUNTIME + 0xF00
LENGTH: Final = 0x55550000
"""What stands for Python's `len`."""


class Mpy:
    """The machine code in a compiled file of MicroPython, version 6.

    Parameters
    ----------
    data
        The file.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 4
        if data[2] & 0x40:
            self._number()
        names, objects = self._number(), self._number()
        for _ in range(names):
            length = self._number()
            self._at += 0 if length & 1 else (length >> 1) + 1
        if data[self._at : self._at + objects] != bytes(objects):
            raise ValueError("built law needs no objects but the runtime's table")
        self._at += objects
        self.functions = [code for code in self._codes() if code]

    def _number(self) -> int:
        value = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value = value << 7 | byte & 127
            if not byte & 128:
                return value

    def _codes(self) -> Iterator[bytes]:
        """Walk over the module and its functions; what is no machine code gives nothing."""
        head = self._number()
        kind, children, length = (head & 3) + 2, head >> 2 & 1, head >> 3
        code = self._data[self._at : self._at + length]
        self._at += length
        if kind > 2:
            self._number()
        yield code if kind > 2 else b""
        for _ in range(self._number() if children else 0):
            yield from self._codes()


class Machine:
    """An ARM core with the law's code, and a runtime that knows what the law needs of it.

    Parameters
    ----------
    code
        The function's machine code.
    """

    def __init__(self, code: bytes) -> None:
        unicorn: Any = importlib.import_module("unicorn")
        self._arm: Any = importlib.import_module("unicorn.arm_const")
        self._core = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        for start, size in ((CODE, 0x20000), (RUNTIME, 0x1000), (MEMORY, 0x100000)):
            self._core.mem_map(start, size)
        self._core.mem_write(CODE, code)
        self._core.mem_write(RUNTIME, b"\x70\x47" * 0x200)  # each returns at once
        context, objects, table, names = (MEMORY + at for at in (0x40, 0x80, 0x100, 0x200))
        self._words(MEMORY, 0, context)
        self._words(context, 0, 0x77, names, objects)
        self._words(objects, table)
        self._words(table, *(RUNTIME + 4 * k + 1 for k in range(60)))
        self._free = MEMORY + 0x1000
        self._buffers: dict[int, tuple[int, int]] = {}
        self.instructions = 0
        self._core.hook_add(unicorn.UC_HOOK_CODE, self._step)

    def buffer(self, values: list[int]) -> int:
        """Return a buffer of words as an object."""
        made = self._free
        self._free += 16 + 4 * len(values)
        self._buffers[made] = (made + 16, len(values))
        self.put(made, values)
        return made

    def reset(self) -> None:
        """Forget every buffer."""
        self._free = MEMORY + 0x1000
        self._buffers.clear()

    def put(self, buffer: int, values: list[int]) -> None:
        """Fill a buffer."""
        start, _ = self._buffers[buffer]
        self._core.mem_write(start, struct.pack(f"<{len(values)}i", *values))

    def get(self, buffer: int) -> list[int]:
        """Return what a buffer holds."""
        start, count = self._buffers[buffer]
        return list(struct.unpack(f"<{count}i", self._core.mem_read(start, 4 * count)))

    def call(self, *objects: int) -> None:
        """Call the function and count its instructions; small integers are `2 * n + 1`."""
        arguments = MEMORY + 0x800
        self._words(arguments, *objects)
        self.instructions = 0
        for name, value in {
            "SP": STACK, "LR": END + 1, "R0": MEMORY, "R1": len(objects), "R2": 0, "R3": arguments,
        }.items():  # fmt: skip
            self._core.reg_write(self._register(name), value)
        self._core.emu_start(CODE | 1, END)

    def _register(self, name: str) -> int:
        return int(vars(self._arm)[f"UC_ARM_REG_{name}"])

    def _words(self, at: int, *values: int) -> None:
        data = struct.pack(f"<{len(values)}I", *(value & 0xFFFFFFFF for value in values))
        self._core.mem_write(at, data)

    def _step(self, _core: object, at: int, _size: int, _user: object) -> None:
        if not RUNTIME <= at < RUNTIME + 0x1000:
            self.instructions += 1
            return
        first, second, third = (
            self._core.reg_read(self._register(name)) for name in ("R0", "R1", "R2")
        )
        answer = self._runtime((at - RUNTIME) // 4, first, second, third)
        self._core.reg_write(self._register("R0"), answer & 0xFFFFFFFF)

    def _runtime(self, which: int, first: int, second: int, third: int) -> int:
        """Answer for a function of the runtime, by its place in the table of py/nativeglue.h."""
        left, right = ((word ^ 1 << 31) - (1 << 31) for word in (first, second))
        match which:
            case 3:  # object to word
                return self._buffers[first][0] if first in self._buffers else left >> 1
            case 4:  # word to object
                return left << 1 | 1
            case 7:  # a global name
                return LENGTH
            case 27 if first == LENGTH:  # a call
                (measured,) = struct.unpack("<I", self._core.mem_read(third, 4))
                return self._buffers[measured][1] << 1 | 1
            case 46:  # floor division
                return left // right
            case 47:  # remainder
                return left % right
            case 5 | 32 | 33:  # names of the module, error handling
                return 0
            case _:
                raise ValueError(f"built law calls {which} of the runtime, which is not here")


def performed(play: Play, tick: bytes, count: bytes) -> tuple[bool, int]:
    """Return whether all buffers agree with CPython after every tick, and the most instructions."""
    ticking, counting = Machine(tick), Machine(count)
    most = 0

    def law(*values: Any) -> None:  # noqa: ANN401 (as the law's tick takes them)
        nonlocal most
        _run(ticking, values)
        most = max(most, ticking.instructions)

    def counter(*values: Any) -> None:  # noqa: ANN401 (as the law's count takes them)
        nonlocal most
        before = ticking.instructions
        _run(counting, values)
        most = max(most, before + counting.instructions)

    return play.performed(law, list, counter) == Place().performs(play), most


def _run(machine: Machine, values: tuple[Any, ...]) -> None:
    """Call a function of the law on lists, through buffers of the machine."""
    machine.reset()
    objects = [machine.buffer(v) if isinstance(v, list) else 2 * v + 1 for v in values]
    machine.call(*objects)
    for value, made in zip(values, objects, strict=True):
        if isinstance(value, list):
            value[:] = machine.get(made)


def main() -> None:
    """Print, for each board and cuff, whether decisions agree and what they take."""
    if importlib.util.find_spec("unicorn") is None:
        sys.exit("the emulator is not installed\n  `uv pip install unicorn` brings it.")
    for board in BOARDS:
        if board == "host":
            continue
        with tempfile.TemporaryDirectory() as folder:
            build_law(Path(folder), board)
            law = Path(folder, "openpresso", "law")
            tick = Mpy((law / "controller.mpy").read_bytes()).functions[0]
            count = Mpy((law / "counters.mpy").read_bytes()).functions[0]
        for name in CUFFS:
            found = [performed(Play(name, TICKS, seed), tick, count) for seed in range(SEEDS)]
            same = "the same" if all(agree for agree, _ in found) else "NOT THE SAME"
            print(f"{board} {name}: {same}, at most {max(most for _, most in found)} instructions")


if __name__ == "__main__":
    main()
