"""The protocol of girths."""

from __future__ import annotations

from typing import Any

import pytest

from openpresso.clinic.measures import girths
from openpresso.errors import InputError
from tests.clinic.measures.legs import HEIGHTS, entry


def code_of(detail: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        girths.read(detail)
    return caught.value.code


def test_what_was_entered_is_kept_and_read_again_as_it_was() -> None:
    found = girths.read(entry())
    assert girths.read(found.plain()) == found
    assert found.spacing == 4.0
    assert found.heights == tuple(HEIGHTS)
    assert found.means[0] == pytest.approx(22.45)


def test_the_volume_is_that_of_the_means_of_both_readings() -> None:
    twice = entry([40.0] * 11)
    for point in twice["points"]:
        point["readings"] = [39.5, 40.5]
    assert girths.read(twice).volume == pytest.approx(5092.958, abs=5e-4)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"points": [{"height": 0, "readings": [22, 22]}]}, "wrong-count"),
        ({"points": "many"}, "wrong-count"),
        ({"points": [{"height": 0, "readings": [22]}, {"height": 4, "readings": [23]}]},
         "read-twice"),
        ({"points": [{"height": 4, "readings": [22, 22]}, {"height": 0, "readings": [23, 23]}]},
         "heights-out-of-order"),
        ({"landmark": "  "}, "missing-field"),
        ({"landmark": "x" * 300}, "bad-text"),
        ({"position": ""}, "missing-field"),
        ({"offset": None}, "out-of-range"),
        ({"spacing": 8.0}, "other-spacing"),
        ({"minutes_since_compression": -3}, "out-of-range"),
        ({"colour": "red"}, "unknown-field"),
    ],
)  # fmt: skip
def test_girths_that_do_not_follow_the_protocol_are_refused(
    change: dict[str, Any], code: str
) -> None:
    assert code_of(entry(**change)) == code


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"landmark": "sole"}, "the landmark was"),
        ({"offset": 3.0}, "2 cm from the landmark, now 3 cm"),
        ({"points": entry()["points"][::2], "spacing": 8.0}, "the heights were 0, 4, 8"),
    ],
)
def test_another_protocol_is_told_apart(change: dict[str, Any], told: str) -> None:
    first = girths.read(entry())
    assert girths.same_protocol(first, first) == ""
    assert told in girths.same_protocol(first, girths.read(entry(**change)))
