"""Every program on every cuff that it fits: as good as promised, on the twin."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.cuff.model import Cuff
from openpresso.session import Leg
from openpresso.station.rehearsal import LIMITS, rehearse
from tests.station.plays import play

PAIRS = [
    (program, cuff)
    for program in programs.names()
    for cuff in cuffs.names()
    if not programs.fits(programs.load(program), cuffs.load(cuff))
]


@pytest.mark.parametrize(("program", "cuff"), PAIRS)
def test_every_program_passes_its_rehearsal_on_every_cuff_that_it_fits(
    program: str, cuff: str
) -> None:
    what, by = programs.load(program), cuffs.load(cuff)
    timelines = {"left": programs.compile(what, by)}
    rehearse(timelines, {"left": by}, programs.ceiling_of(what, by), "supine")  # type: ignore[arg-type]


def test_legs_that_wear_unlike_cuffs_are_rehearsed_together() -> None:
    worn: dict[Leg, Cuff] = {"left": cuffs.load("leg-8"), "right": cuffs.load("leg-12")}
    one = programs.load("gradient-drainage")
    rehearse({leg: programs.compile(one, worn[leg]) for leg in worn}, worn, 80.0, "supine")


def test_every_program_fits_at_least_one_cuff() -> None:
    assert {program for program, _ in PAIRS} == set(programs.names())


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(pair=st.sampled_from(PAIRS), seed=st.integers(0, 2**31))
def test_a_session_holds_its_set_points_whatever_the_sensors_errors(
    pair: tuple[str, str], seed: int
) -> None:
    played = play(*pair, until=150.0, seed=seed, legs="left")
    assert played.outcome == "stopped", played.reason
    found = played.quality()
    for name, limit in LIMITS.items():
        value = getattr(found, name)
        assert value is None or value <= limit, (pair, seed, name, value)
