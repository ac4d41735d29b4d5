"""The twin's physics under commands from outside: a cuff whose law runs somewhere else."""

from __future__ import annotations

from openpresso.twin.compiled import kernel
from openpresso.twin.kernel import (
    EXHAUST_DOES,
    INLET_DOES,
    TICK,
    Floats,
    Ints,
    act,
    obey,
    sense,
    step,
)


@kernel
def breathe(
    A: Floats, lanes: int, cuffs: Floats, first: Ints, count: Ints, bank: Ints,
    outputs: Ints, does: Ints, switches: Ints,
    noise: Floats, noise_at: int, start: float, ticks: int, substeps: int,
) -> None:  # fmt: skip
    """Advance all cuffs by `ticks` with the commands in `bank` and `outputs` held, then sense.

    See `openpresso.twin.twin` for the arrays. Faults of valves, pump, power and sensors act as they
    do under the twin's own law.
    """
    h = TICK / substeps
    for tick in range(ticks):
        for cuff in range(len(first)):
            act(bank[cuff], switches[cuff], outputs[cuff], count[cuff], does[cuff])
        obey(A, cuffs, first, count, bank[:, INLET_DOES], bank[:, EXHAUST_DOES], does)
        for substep in range(substeps):
            step(A, lanes, cuffs, first, count, h, substep == substeps - 1)
        now = start + (tick + 1) * TICK
        for cuff in range(len(first)):
            sense(A, first[cuff], count[cuff], now, bank[cuff], noise[noise_at + tick])
