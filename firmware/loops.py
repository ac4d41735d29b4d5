"""What a tick does for every chamber besides the law, in the law's own few forms.

`make firmware` compiles it as it compiles the law: see `scripts/board_law.py`.
"""

from openpresso.law.guard import INVALID

HIGHEST = 32767
"""The most that a register of 16 bits can say."""


def calibrated(
    n: int, raw: list[int], spans: list[int], zeros: list[int], readings: list[int]
) -> None:
    """Turn raw readings into calibrated ones [1/100 mmHg]; what is none stays none."""
    for i in range(n):
        value = raw[i]
        if value != INVALID:
            value = min(value * spans[i] // 10000 + zeros[i], HIGHEST)
        readings[i] = value


def energised(n: int, inlet: list[int], exhaust: list[int], chain: list[int]) -> None:
    """Set the bytes of the valve chain: two bits for each chamber from the lowest, inlet, exhaust.

    Inlets are normally closed, exhausts normally open: a chain of zeros vents.
    """
    for k in range((n + 3) // 4):
        chain[k] = 0
    for i in range(n):
        bits = (1 if inlet[i] else 0) + (0 if exhaust[i] else 2)
        chain[i >> 2] = chain[i >> 2] + (bits << 2 * (i & 3))
