"""Set-points at an instant."""

from __future__ import annotations

import numpy as np
import pytest

from openpresso.program.timeline import Phase, Timeline

NAN = float("nan")


@pytest.fixture
def timeline() -> Timeline:
    return Timeline(
        "made-here",
        "one",
        np.array([0.0, 2.0, 2.0, 4.0, 4.0]),
        np.array([[0.0], [10.0], [20.0], [0.0], [NAN]]),
        np.array([0.0]),
        (Phase("main", 0.0, 4.0),),
    )


@pytest.mark.parametrize(
    ("time", "expected"),
    [(0.0, 0.0), (1.0, 5.0), (2.0, 20.0), (3.0, 10.0), (4.0, NAN), (9.0, NAN), (-1.0, 0.0)],
)
def test_a_set_point_is_interpolated_and_right_continuous(
    timeline: Timeline, time: float, expected: float
) -> None:
    assert timeline.at(time)[0] == pytest.approx(expected, nan_ok=True)


def test_changing_what_was_returned_does_not_change_the_timeline(timeline: Timeline) -> None:
    timeline.at(4.0)[0] = 99.0
    assert np.isnan(timeline.at(4.0)[0])
