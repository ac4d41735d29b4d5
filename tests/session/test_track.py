from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openpresso.program.timeline import Phase, Timeline
from openpresso.session.track import Track
from tests.session.cuff_double import a_cuff, a_timeline


def value(track: Track, time: float) -> np.ndarray:
    a, b = track.line(time)
    return np.asarray(a + b * time)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    spans = draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.25]), min_size=1, max_size=12))
    times = np.concatenate([[0.0], np.cumsum([1.0, *spans])])
    level = st.sampled_from([0.0, 15.0, 45.0, 120.0, float("nan")])
    points = draw(st.lists(st.tuples(level, level), min_size=len(times), max_size=len(times)))
    return Timeline("p", "c", times, np.array(points), np.array([0.0]), ())


@given(timelines(), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_a_track_walks_through_the_same_set_points_as_the_timeline(
    timeline: Timeline, shares: list[float]
) -> None:
    track = Track(timeline)
    times = sorted({*(share * timeline.duration for share in shares), *timeline.times.tolist()})
    for time in times:
        if time < timeline.duration:
            np.testing.assert_allclose(value(track, time), timeline.at(time), atol=1e-9)


def test_a_constant_stretch_is_exact_late_in_a_long_program() -> None:
    timeline = a_timeline(a_cuff(), cycles=90)
    track = Track(timeline)
    np.testing.assert_array_equal(value(track, 1785.0), [45.0, 40.0, 35.0, 30.0])


def test_a_step_takes_effect_at_its_instant() -> None:
    times = np.array([0.0, 1.0, 1.0, 2.0])
    timeline = Timeline("p", "c", times, np.array([[0.0], [0.0], [50.0], [50.0]]), times[:1], ())
    track = Track(timeline)
    assert value(track, 0.999)[0] == 0.0
    assert value(track, 1.0)[0] == 50.0


def test_seeking_back_goes_back() -> None:
    timeline = a_timeline(a_cuff())
    track = Track(timeline)
    track.line(45.0)
    track.seek(21.0)
    np.testing.assert_allclose(value(track, 22.0), timeline.at(22.0))


def test_cycles_and_phases_are_told_once_in_order() -> None:
    phases = (Phase("one", 0.0, 20.0), Phase("two", 20.0, 60.0))
    base = a_timeline(a_cuff())
    track = Track(Timeline("p", base.cuff, base.times, base.set_points, base.cycles, phases))
    assert track.marks(0.0) == [("phase-start", "one"), ("cycle-start", 1)]
    assert track.marks(19.0) == []
    assert track.marks(41.0) == [("phase-start", "two"), ("cycle-start", 2), ("cycle-start", 3)]
    assert track.next_mark == float("inf")


def test_the_cycle_at_an_instant_has_a_start_and_an_end() -> None:
    track = Track(a_timeline(a_cuff()))
    assert (track.cycle_start(25.0), track.cycle_end(25.0)) == (20.0, 40.0)
    assert (track.cycle_start(20.0), track.cycle_end(20.0)) == (20.0, 40.0)
    assert track.cycle_end(50.0) == 60.0
