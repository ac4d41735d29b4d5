"""The journal: linked lines."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openpresso.record import journal


def lines(count: int = 5) -> bytes:
    chain = journal.Chain()
    return b"".join(
        chain.line(0.5 * n, "state", "left", {"state": f"s{n}", "value": n / 7})
        for n in range(count)
    )


def test_lines_read_back_in_order() -> None:
    entries, broken = journal.read(lines())
    assert broken is None
    assert [entry.seq for entry in entries] == [0, 1, 2, 3, 4]
    assert entries[3].time == 1.5
    assert entries[3].data == {"state": "s3", "value": 3 / 7}


def test_an_empty_journal_has_no_entries_and_no_fault() -> None:
    assert journal.read(b"") == ((), None)


def test_a_chain_goes_on_where_another_ended() -> None:
    raw = lines(2)
    entries, _ = journal.read(raw)
    more = journal.Chain(2, entries[-1].digest).line(9.0, "end", None, {})
    assert journal.read(raw + more)[1] is None


@given(st.integers(0, len(lines()) - 1), st.integers(1, 255))
def test_any_flipped_byte_is_found_in_its_line(position: int, flip: int) -> None:
    raw = bytearray(lines())
    raw[position] ^= flip
    entries, broken = journal.read(bytes(raw))
    assert broken is not None
    assert broken.line == lines()[:position].count(b"\n") + 1
    assert len(entries) == broken.line - 1


@given(st.integers(0, len(lines()) - 1))
def test_a_torn_tail_ends_at_the_last_whole_line(length: int) -> None:
    raw = lines()[:length]
    entries, broken = journal.read(raw)
    assert len(entries) == raw.count(b"\n")
    keep = raw.rfind(b"\n") + 1
    assert (length if broken is None else broken.offset) == keep


def test_a_missing_line_is_found() -> None:
    parts = lines().splitlines(keepends=True)
    _, broken = journal.read(b"".join(parts[:2] + parts[3:]))
    assert broken is not None
    assert broken.line == 3
    assert "follow" in broken.reason


def test_swapped_lines_are_found() -> None:
    parts = lines().splitlines(keepends=True)
    parts[1], parts[2] = parts[2], parts[1]
    _, broken = journal.read(b"".join(parts))
    assert broken is not None
    assert broken.line == 2


def test_white_space_that_json_allows_is_found() -> None:
    raw = lines().replace(b'"seq":1', b'"seq": 1')
    _, broken = journal.read(raw)
    assert broken is not None
    assert "as openpresso writes it" in broken.reason


def test_a_line_that_is_not_an_entry_is_found() -> None:
    for junk in (b"{}\n", b"[]\n", b"7\n", b"[" * 100_000 + b"\n", b'{"a":NaN}\n'):
        _, broken = journal.read(junk)
        assert broken is not None
        assert broken.line == 1


def test_data_from_the_engine_becomes_plain_json() -> None:
    raw = journal.Chain().line(
        np.float64(1.0), "limit", None, {"value": np.float32(2.5), "all": np.array([1.0, np.nan])}
    )
    assert json.loads(raw)["data"] == {"value": 2.5, "all": [1.0, None]}
