"""The canonical form: one way to write a value."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openpresso.record import canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(VALUES)
def test_what_is_written_reads_back_and_is_written_the_same_again(value: object) -> None:
    for form in (canonical.line, canonical.document):
        raw = form(canonical.plain(value))
        assert form(json.loads(raw)) == raw


def test_keys_are_sorted_and_a_line_has_no_white_space() -> None:
    assert canonical.line({"b": 1, "a": [1.5, None, True]}) == b'{"a":[1.5,null,true],"b":1}'


def test_numbers_that_are_not_finite_become_null() -> None:
    assert canonical.plain([float("nan"), np.inf, np.array([1.0, np.nan])]) == [
        None,
        None,
        [1.0, None],
    ]


def test_things_that_json_does_not_know_become_plain() -> None:
    class Colour(enum.StrEnum):
        RED = "red"

    @dataclass
    class Pair:
        left: int
        right: tuple[int, ...]

    given_value = {
        1: np.int16(3),
        "pair": Pair(1, (2, 3)),
        "enum": Colour.RED,
        "set": {2, 1},
        "path": PurePosixPath("a/b"),
        "flag": np.bool_(True),
        "other": 1j,
    }
    assert canonical.plain(given_value) == {
        "1": 3,
        "pair": {"left": 1, "right": [2, 3]},
        "enum": "red",
        "set": [1, 2],
        "path": "a/b",
        "flag": True,
        "other": "1j",
    }
