"""The page of hazards keeps its word: a control for each, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "safety" / "hazards.md"
ROW = re.compile(
    r"^\| (H\d\d) \| (?P<hazard>[^|]+) \| (?P<control>[^|]+) \|(?P<tests>[^|]*)\|$", re.MULTILINE
)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
HAZARDS = {match[1]: match for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def test_hazards_are_numbered_without_a_gap() -> None:
    assert [f"H{number:02d}" for number in range(1, len(HAZARDS) + 1)] == list(HAZARDS)
    assert len(HAZARDS) == PAGE.read_text(encoding="utf-8").count("\n| H")


@pytest.mark.parametrize("name", HAZARDS)
def test_every_hazard_names_a_control(name: str) -> None:
    assert len(HAZARDS[name]["control"].split()) > 3


@pytest.mark.parametrize("name", HAZARDS)
def test_every_hazard_names_tests_that_exist(name: str) -> None:
    cell = HAZARDS[name]["tests"]
    found = TEST.findall(cell)
    assert found, f"{name}: name the test that shows the control"
    assert cell.count("`") == 2 * len(found), f"{name}: write `tests/room/test_x.py::test_y`"
    for path, test in found:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^\s*def {test}\(", source, re.MULTILINE), (
            f"{name}: {path} has no {test}"
        )
