"""What a program is expected to do to a leg: what must hold of every preview."""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.errors import InputError
from openpresso.program.timeline import Phase, Timeline
from openpresso.twin import limb, parameters
from openpresso.twin.averages import Averages
from openpresso.twin.filling import DONNING
from openpresso.twin.fluid import lymph
from openpresso.twin.people import text as person_text
from openpresso.twin.preview import cycle as preview_cycle
from openpresso.twin.preview import words
from openpresso.twin.preview.change import Range, drawn_from, ranged
from openpresso.twin.preview.cycle import Cycle, free_fluid, full_cycle, longest
from openpresso.twin.preview.data import data, summary
from openpresso.twin.preview.picture import draw
from openpresso.twin.preview.preview import Preview, preview

TABLE = Path(__file__).parents[3] / "docs" / "validation" / "table.md"
FEW = 12
"""Drawn legs: enough where the range itself is not looked at."""


def timeline(rows: list[tuple[float, list[float]]], repeats: int, cuff: str) -> Timeline:
    """Return a program of equal cycles from the breakpoints of one."""
    period = rows[-1][0]
    times = [n * period + time for n in range(repeats) for time, _ in rows]
    points = [values for _ in range(repeats) for _, values in rows]
    cycles = np.arange(repeats, dtype=np.float64) * period
    whole = (Phase("all", 0.0, repeats * period),)
    return Timeline("made-up", cuff, np.array(times), np.array(points), cycles, whole)


def squeeze(pressure: float, chambers: int = 8) -> Timeline:
    """All chambers up within 10 s, held for 20 s, half a minute of rest."""
    down, up = [0.0] * chambers, [pressure] * chambers
    rows = [(0.0, down), (10.0, up), (30.0, up), (30.0, down), (60.0, down)]
    return timeline(rows, 30, "leg-8")


def wave(pressure: float, hold: float, chambers: int = 8) -> Timeline:
    """One chamber after the other, each within 3 s and held, then a rest of 20 s."""
    down = [0.0] * chambers
    rows: list[tuple[float, list[float]]] = [(0.0, down)]
    for number in range(chambers):
        begin = number * (3.0 + hold)
        up = [pressure if number == one else 0.0 for one in range(chambers)]
        end = begin + 3.0 + hold
        rows += [(begin, down), (begin + 3.0, up), (end, up), (end, down)]
    rows.append((rows[-1][0] + 20.0, down))
    return timeline(rows, 20, "leg-8")


@functools.cache
def squeezed(pressure: float, leg: str = "female", posture: limb.Posture = "supine") -> Preview:
    person = person_text.parse(leg)
    return preview(squeeze(pressure), cuffs.load("leg-8"), person, posture, draws=FEW)


@functools.cache
def catalog(name: str, cuff: str, leg: str = "female", posture: limb.Posture = "supine") -> Preview:
    garment = cuffs.load(cuff)
    compiled = programs.compile(programs.load(name), garment, None, leg="left")
    return preview(compiled, garment, person_text.parse(leg), posture, draws=FEW)


def rectangle(pressure: float, held: float, period: float) -> Cycle:
    """One segment under a rectangle of skin pressure, every 50 ms."""
    time = np.arange(1, round(period / 0.05) + 1, dtype=np.float64) * 0.05
    on = (time <= held + 1e-9)[:, None]
    zero = np.zeros(1)
    averages = Averages(period, zero, zero, zero, zero, zero, zero, 0.0, 0.0, 0.0)
    skin = np.where(on, pressure, 0.0) + DONNING
    wanted = np.where(on, pressure, 0.0)
    return Cycle("all", 600.0, averages, zero, time, wanted, skin, skin, skin, time, 0.0)


def ranges(found: Preview) -> list[Range]:
    change = found.change
    heads = [one.head for one in found.segments]
    return [change.session, change.without, change.effect, change.hour, change.day, *heads]


def test_a_higher_target_reaches_deeper_and_moves_more_blood_and_fluid() -> None:
    low, high = squeezed(30.0), squeezed(60.0)
    for lower, higher in zip(low.segments, high.segments, strict=True):
        assert higher.muscle.peak > lower.muscle.peak + 15.0
        assert higher.fat.mean > lower.fat.mean
        assert higher.head.middle > lower.head.middle
    assert high.blood.ejected.value > low.blood.ejected.value
    assert high.blood.peak is not None
    assert low.blood.peak is not None
    assert high.blood.peak.value > low.blood.peak.value
    assert high.change.effect.middle < low.change.effect.middle < 0.0


def test_nothing_is_promised_where_the_program_presses_with_nothing() -> None:
    found = squeezed(0.0)
    assert not found.presses
    assert words.plain(found) == (
        "The program presses with nothing, so nothing is expected of it.",
    )
    assert found.blood.ejected.value == found.blood.kept_out == 0.0
    assert found.blood.peak == found.blood.rest
    for one in (found.change.effect, found.change.hour, found.change.day):
        assert one == Range(0.0, 0.0, 0.0)
    assert found.change.session == found.change.without
    assert found.reaches == "no"


def test_short_holds_never_reach_the_head_in_lymphoedema_even_at_120_mmhg() -> None:
    person = person_text.parse("female, lymphoedema")
    cuff = cuffs.load("leg-8")
    short = preview(wave(120.0, 5.0), cuff, person, draws=FEW)
    assert short.reaches == "no"
    assert all(one.head.high < short.threshold and one.held == 0.0 for one in short.segments)
    assert max(one.skin.peak for one in short.segments) > 80.0
    long = preview(wave(120.0, 50.0), cuff, person, draws=FEW)
    assert long.reaches == "yes"
    assert max(one.held for one in long.segments) > 10.0


@pytest.mark.parametrize(
    ("name", "cuff", "leg"),
    [
        ("gradient-drainage", "leg-8", "female, 165 cm, 90 kg"),
        ("gradient-drainage", "arm-8", "male"),
        ("phlebolymphoedema-high", "leg-12", "female, lymphoedema"),
        ("proximal-clearing", "leg-8", "female, venous-insufficiency"),
        ("foot-impulse", "foot-1", "male, after-sport"),
        ("cellulite-look", "leg-8", "female, lipoedema"),
    ],
)
def test_every_figure_is_a_number_and_every_range_holds_its_middle(
    name: str, cuff: str, leg: str
) -> None:
    found = catalog(name, cuff, leg)
    for one in ranges(found):
        assert np.isfinite([one.low, one.middle, one.high]).all()
        assert one.low <= one.middle <= one.high
    for segment in found.segments:
        assert 0.0 < segment.skin.mean <= segment.skin.peak
        assert 0.0 <= segment.muscle.mean <= segment.muscle.peak
        assert segment.head.low >= 0.0
    assert (found.blood.peak is None) == (cuff == "arm-8")


def test_every_phase_counts_by_its_duration() -> None:
    found = catalog("proximal-clearing", "leg-8", "female, venous-insufficiency")
    assert [one.phase for one in found.cycles] == ["clearing", "drainage"]
    assert sum(one.duration for one in found.cycles) == found.duration
    share = [one.duration / found.duration for one in found.cycles]
    means = [one.skin.mean(axis=0) for one in found.cycles]
    seen = [one.skin.mean for one in found.segments]
    assert seen == pytest.approx(share[0] * means[0] + share[1] * means[1], rel=2e-3)
    moved = share @ np.array([one.averages.ejected for one in found.cycles])
    assert found.blood.ejected.value == pytest.approx(moved)


def test_the_same_input_gives_the_same_numbers_and_another_seed_another_range() -> None:
    cuff = cuffs.load("leg-8")
    first, again = (preview(squeeze(40.0), cuff, draws=FEW) for _ in range(2))
    assert data(first) == data(again)
    other = preview(squeeze(40.0), cuff, draws=FEW, seed=8)
    assert other.change.session.middle == first.change.session.middle
    assert other.change.session.low != first.change.session.low


def test_a_swollen_leg_begins_at_the_volume_that_its_girths_have() -> None:
    leg = "female, lymphoedema, calf 44 cm"
    standing = limb.under(cuffs.load("leg-8"), "standing", person_text.parse(leg))
    found = squeezed(60.0, leg)
    assert found.change.volume == pytest.approx(standing.volume.sum())
    assert found.change.volume > squeezed(60.0).change.volume


def test_an_arm_is_called_an_arm_and_has_no_femoral_vein() -> None:
    found = catalog("gradient-drainage", "arm-8", "male")
    assert found.limb == "arm"
    assert not any("femoral" in one for one in words.plain(found))
    assert catalog("venous-emptying", "calf-3").limb == "leg"


def test_legs_at_rest_swell_when_sitting_and_empty_when_raised() -> None:
    sitting, raised = squeezed(40.0, posture="sitting"), squeezed(40.0, posture="elevated")
    assert sitting.change.without.low > 0.0
    assert raised.change.without.high < 0.0


def test_blood_runs_faster_under_the_squeeze_and_is_soon_back() -> None:
    blood = catalog("venous-emptying", "calf-3").blood
    assert blood.peak is not None
    assert blood.rest is not None
    assert blood.peak.value > 2.0 * blood.rest.value
    assert 5.0 < blood.rest.value < 20.0
    assert blood.kept_out == pytest.approx(blood.ejected.value, rel=0.1)


def test_what_the_cycles_of_a_ramp_ask_for_stands_for_nothing() -> None:
    garment = cuffs.load("leg-8")
    compiled = programs.compile(programs.load("gradient-drainage"), garment, None, leg="left")
    asked = full_cycle(compiled)
    assert np.nanmax(asked) == pytest.approx(50.0)
    begin = compiled.cycles[3]
    expected = [compiled.at(begin + 0.05 * n) for n in range(len(asked))]
    np.testing.assert_allclose(asked, expected, atol=1e-9)


@given(
    pressure=st.floats(5.0, 150.0),
    held=st.floats(1.0, 60.0),
    rest=st.floats(1.0, 60.0),
    lag=st.floats(1.0, 75.0),
    share=st.floats(0.6, 0.85),
)
@settings(max_examples=25, deadline=None)
def test_free_fluid_lags_as_the_closed_form_says(
    pressure: float, held: float, rest: float, lag: float, share: float
) -> None:
    held, period = round(held, 1), round(held, 1) + round(rest, 1)
    cycle = rectangle(pressure, held, period)
    head = free_fluid(cycle, np.array(lag), np.array(share))
    top = lymph.head_reached(np.array(share * pressure), np.array(held), np.array(lag), period)
    assert head.max() == pytest.approx(float(top), rel=1e-6)
    driven = np.maximum(head - 30.0, 0.0).mean()
    closed = lymph.driving(np.array(share * pressure), np.array(held), np.array(lag), period)
    assert driven == pytest.approx(float(closed), abs=0.05 * max(pressure / lag, 0.1) + 0.02)


def test_a_stretch_that_goes_over_the_end_of_a_cycle_is_one() -> None:
    time = np.arange(1.0, 11.0)
    above = np.zeros((10, 3), dtype=bool)
    above[[0, 1, 8, 9], 0] = True
    above[:, 1] = True
    np.testing.assert_allclose(longest(above, time), [4.0, 10.0, 0.0])


@given(even=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_drawn_figures_stay_in_their_range_and_have_their_value_in_the_middle(
    even: list[float],
) -> None:
    for figure in parameters.load("fluid").values():
        drawn = drawn_from(figure, np.array([0.5, *even]))
        assert drawn[0] == pytest.approx(figure.value)
        rounding = 1e-9 * max(abs(figure.low), abs(figure.high))
        assert (drawn >= figure.low - rounding).all()
        assert (drawn <= figure.high + rounding).all()


@given(values=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=50))
def test_a_range_holds_its_middle_wherever_the_draws_lie(values: list[float]) -> None:
    found = ranged(np.array(values))
    assert found.low <= found.middle == values[0] <= found.high


def validated(row: str) -> list[list[str]]:
    """Cells of the lines that a row has in the table of the validation."""
    lines = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    first = next(n for n, cells in enumerate(lines) if cells[0].startswith(f"[{row}]"))
    rest = [n for n, cells in enumerate(lines) if n > first and cells[0]]
    return lines[first : rest[0]]


def test_what_is_said_of_the_validation_is_what_its_table_has() -> None:
    """When this fails the twin has become better or worse: say what is true in `preview.words`."""

    def percent(row: str) -> float:
        found = re.search(r"\(([+-]\d+) %\)", validated(row)[0][5])
        assert found is not None
        return float(found[1])

    assert 0.0 < percent("10") < 25.0
    assert percent("12") < -25.0
    for row in ("28", "31"):
        assert all(cells[7] == "**miss**" for cells in validated(row))
    for cells in (*validated("28"), validated("31")[0]):
        assert abs(float(cells[4].split()[0])) < 1.0
    said = " ".join(words.unknown(squeezed(60.0)))
    assert all(row in said for row in words.NAMED)


def test_what_is_not_known_is_said_once() -> None:
    said = words.unknown(squeezed(60.0))
    assert len(set(said)) == len(said)
    whole = " ".join(said)
    assert "prior, not physics" in whole
    assert "Cellulite" in whole
    swollen = " ".join(words.unknown(squeezed(60.0, "female, lymphoedema, calf 44 cm")))
    assert "probably too small" in swollen
    assert "probably too small" not in whole


def test_the_papers_are_those_of_this_leg() -> None:
    healthy = {one.source for one in words.papers(squeezed(60.0))}
    swollen = words.papers(squeezed(60.0, "female, lymphoedema, calf 44 cm"))
    sources = {one.source for one in swollen}
    assert any("10.1089/lrb.2013.0016" in one for one in sources)
    assert {one for one in sources if "Olszewski" in one}
    assert not {one for one in healthy if "Olszewski" in one}


def test_the_summary_says_what_the_whole_says() -> None:
    found = squeezed(60.0)
    few, whole = summary(found), data(found)
    assert few["skin_peak"] == max(one["skin"]["peak"] for one in whole["segments"])
    assert few["change"] == whole["change"]["session"]["middle"]
    assert few["head_reached"] == whole["reaches_head"]
    assert whole["notice"] == words.NOTICE


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_picture_is_written_in_each_format(tmp_path: Path, ending: str) -> None:
    file = draw(squeezed(60.0), tmp_path / f"preview{ending}")
    assert file.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"posture": "flat"}, "bad-posture"),
        ({"ceiling": float("nan")}, "bad-ceiling"),
        ({"ceiling": 0.0}, "bad-ceiling"),
        ({"draws": 1}, "bad-draws"),
        ({"cuff": cuffs.load("calf-3")}, "bad-timeline"),
    ],
)
def test_what_a_preview_cannot_be_made_of_is_refused(change: dict[str, object], code: str) -> None:
    given = {"timeline": squeeze(40.0), "cuff": cuffs.load("leg-8")} | change
    with pytest.raises(InputError) as refused:
        preview(**given)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_preview_does_not_change() -> None:
    found = squeezed(60.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.posture = "sitting"  # type: ignore[misc]
    assert max(len(one.time) for one in found.cycles) <= preview_cycle.INSTANTS
