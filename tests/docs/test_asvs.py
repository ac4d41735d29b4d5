"""The checklist of security keeps its word: every requirement once, with a state, and tests."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "safety" / "asvs.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (V\d+|\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|([^|]*)\|([^|]*)\|$", re.MULTILINE
)  # fmt: skip
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
STATES = ("met", "partly", "not met", "not ours", "n/a")
SECTIONS = {
    "1": (2, 9, 11, 3, 2), "2": (3, 3, 4, 1), "3": (0, 2, 4, 6, 5, 0, 2), "4": (3, 1, 2, 4),
    "5": (1, 3, 2, 3), "6": (3, 12, 4, 4, 5, 3, 0, 4), "7": (3, 4, 2, 5, 2, 2), "8": (2, 3, 1, 1),
    "9": (3, 4), "10": (2, 2, 4, 11, 5, 2, 3), "11": (2, 3, 3, 4, 1, 1), "12": (3, 2, 4),
    "13": (1, 5, 2, 5), "14": (2, 4, 3), "15": (3, 3, 7), "16": (1, 5, 4, 3, 3), "17": (1, 4, 2),
}  # fmt: skip
"""Requirements of levels 1 and 2 in each section of each chapter; those of level 3 come last."""
WANTED = [
    f"{chapter}.{section}.{number}"
    for chapter, counts in SECTIONS.items()
    for section, count in enumerate(counts, 1)
    for number in range(1, count + 1)
]
ROWS = {found[1]: found for found in ROW.finditer(TEXT)}


def _meant(name: str) -> list[str]:
    """The requirements of a row: one, or a whole chapter."""
    if not name.startswith("V"):
        return [name]
    return [one for one in WANTED if one.startswith(f"{name[1:]}.")]


def test_every_requirement_of_levels_1_and_2_is_there_once() -> None:
    assert len(WANTED) == 253
    assert Counter(one for name in ROWS for one in _meant(name)) == Counter(WANTED)


def test_the_table_of_states_counts_right() -> None:
    counted = Counter(found[3] for name, found in ROWS.items() for _ in _meant(name))
    row = "| " + " | ".join(str(counted[state]) for state in STATES) + " |"
    assert row in TEXT


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_a_state_and_what_the_state_needs(name: str) -> None:
    _, _, state, how, shown = (ROWS[name][place].strip() for place in range(1, 6))
    assert state in STATES
    if state == "n/a":
        assert how
        assert not shown
        return
    if state in {"partly", "not met", "not ours"}:
        assert how, "say what does not hold"
    assert TEST.search(shown) or re.match(r"no test: \w+", shown)


@pytest.mark.parametrize("name", ROWS)
def test_every_named_test_exists(name: str) -> None:
    cell = ROWS[name][5]
    found = TEST.findall(cell)
    assert cell.count("`") == 2 * len(found), f"{name}: write `tests/room/test_x.py::test_y`"
    for path, test in found:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^\s*def {test}\(", source, re.MULTILINE), f"{path} has no {test}"
