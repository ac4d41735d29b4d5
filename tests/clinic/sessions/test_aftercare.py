"""After a session: what is entered and what it calls for."""

from __future__ import annotations

from typing import Any

import pytest

from openpresso.clinic.sessions.aftercare import After
from openpresso.clinic.sessions.checklist import shipped
from openpresso.errors import InputError

BEFORE = {"systolic": 120.0, "diastolic": 80.0}
RISE = shipped().rise


@pytest.mark.parametrize(
    ("after", "look"),
    [
        (After("unchanged", 8, 0), []),
        (After("marks", 8, 3, 140.0, 90.0), []),
        (After("redness", 8, 0), ["skin"]),
        (After("broken", 2, 7), ["skin", "pain"]),
        (After("unchanged", 8, 0, 141.0, 80.0), ["blood-pressure"]),
        (After("unchanged", 8, 0, 125.0, 91.0), ["blood-pressure"]),
    ],
)
def test_what_was_seen_calls_for_a_look_where_it_should(after: After, look: list[str]) -> None:
    assert after.data(BEFORE, RISE)["look"] == look


def test_without_a_pressure_before_no_rise_is_claimed() -> None:
    assert After("unchanged", 8, 0, 170.0, 90.0).data(None, RISE)["look"] == []


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"skin": "fine"}, "skin"),
        ({"comfort": 11}, "comfort"),
        ({"pain": -1}, "pain"),
        ({"systolic": 120.0}, "diastolic"),
        ({"systolic": 80.0, "diastolic": 120.0}, "diastolic"),
        ({"systolic": 1200.0, "diastolic": 80.0}, "systolic"),
        ({"systolic": float("nan"), "diastolic": 80.0}, "systolic"),
        ({"note": "x" * 4001}, "note"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(values: dict[str, Any], path: str) -> None:
    after = After(**{"skin": "unchanged", "comfort": 8, "pain": 0, **values})
    with pytest.raises(InputError) as caught:
        after.data(BEFORE, RISE)
    assert caught.value.diagnostics[0].path == path
