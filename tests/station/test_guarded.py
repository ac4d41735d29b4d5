"""With any one named fault, at any time: no chamber is pressed too hard or too long."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from openpresso.twin.faults import FAULTS
from tests.campaign import amount
from tests.station.plays import Play, play

SESSIONS = (("gradient-drainage", "leg-8", 8), ("dvt-sequential", "calf-3", 3))
MARGIN = 10.0
"""Most above the ceiling for more than `SHORTLY` [mmHg]."""
SHORTLY = 1.0
RELIEVED = 20.0
"""No chamber stays above this for `SOON` after the fault is declared [mmHg]."""
SOON = 3.0


def longest_over(played: Play) -> float:
    """Longest time that any chamber was really too far above the ceiling [s]."""
    over = np.array(played.true) > played.ceiling + MARGIN
    runs = [sum(1 for _ in run) for column in over.T for high, run in groupby(column) if high]
    return 0.05 * max(runs, default=0)


def held_after(played: Play) -> float:
    """Highest real pressure from `SOON` after the session was over [mmHg]."""
    later = np.array(played.times) > played.declared + SOON
    return float(np.array(played.true)[later].max())


@settings(max_examples=amount(26, 200), phases=[Phase.explicit, Phase.generate])
@given(
    name=st.sampled_from(sorted(FAULTS)),
    session=st.sampled_from(SESSIONS),
    time=st.floats(0.0, 200.0),
    where=st.floats(0.0, 0.999),
    seed=st.integers(0, 2**31),
)
def test_no_fault_presses_too_hard_or_too_long(
    name: str, session: tuple[str, str, int], time: float, where: float, seed: int
) -> None:
    program, cuff, chambers = session
    chamber = 1 + int(where * chambers)
    played = play(
        program, cuff, until=time + 120.0, faults=(f"{name}@{time:.2f}:{chamber}",), seed=seed
    )
    assert played.outcome in {"faulted", "stopped"}
    assert played.reason
    assert longest_over(played) <= SHORTLY
    assert held_after(played) <= RELIEVED


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("power-loss@100", "no fresh readings"),
        ("link-silent@100", "no fresh readings"),
        ("nan-sensor@100:2", "chamber 2"),
        ("frozen-sensor@100:2", "chamber 2"),
        ("pump-stuck-on@100", "pump"),
        ("inlet-stuck-closed@100:2", "chamber 2"),
    ],
)
def test_the_end_of_a_session_says_what_failed(fault: str, says: str) -> None:
    played = play("gradient-drainage", "leg-8", until=300.0, faults=(fault,), legs="left")
    assert played.outcome == "faulted"
    assert says in played.reason


def test_a_cuff_without_power_vents_by_itself() -> None:
    played = play("gradient-drainage", "leg-8", until=200.0, faults=("power-loss@150:1",))
    times = np.array(played.times)
    left = np.array(played.true)[:, :8]
    assert left[times > played.injected + SOON].max() <= RELIEVED


def test_a_cuff_that_hears_nothing_vents_when_its_lease_runs_out() -> None:
    played = play("gradient-drainage", "leg-8", until=200.0, faults=("link-silent@150:1",))
    times = np.array(played.times)
    left = np.array(played.true)[:, :8]
    assert left[times > played.injected + 0.5 + SOON].max() <= RELIEVED
