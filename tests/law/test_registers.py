"""The register map is whole: no overlap, one request for each block, masks that are their bits."""

from __future__ import annotations

import pytest

from openpresso import cuff
from openpresso.law import registers
from openpresso.law.registers import BLOCKS, FAULTS, MOST_CHAMBERS, REGISTERS, TYPES

WIDTH = dict(TYPES)
ROWS = {row[1]: row for row in REGISTERS}
MOST_READ = 125
MOST_WRITTEN = 121
"""Registers that function code 23 can read and write."""


def span(name: str) -> range:
    """Addresses that one row takes."""
    address, _, count, kind, *_ = ROWS[name]
    return range(address, address + count * WIDTH[kind])


def block_of(name: str) -> int:
    return max(first for first, _, _ in BLOCKS if first <= ROWS[name][0])


def test_names_are_unique_and_addresses_rise() -> None:
    assert len(ROWS) == len(REGISTERS)
    addresses = [address for address, *_ in REGISTERS]
    assert addresses == sorted(addresses)


def test_no_two_values_overlap() -> None:
    taken = [address for name in ROWS for address in span(name)]
    assert len(taken) == len(set(taken))
    assert max(taken) < 1 << 16


@pytest.mark.parametrize("first", [first for first, _, _ in BLOCKS])
def test_one_request_reads_a_block(first: int) -> None:
    inside = [name for name in ROWS if block_of(name) == first]
    assert inside
    end = max(span(name).stop for name in inside)
    assert end - first <= MOST_READ
    following = [other for other, _, _ in BLOCKS if other > first]
    assert not following or end <= min(following)


def test_one_request_writes_every_command() -> None:
    writable = [name for name, row in ROWS.items() if row[6] == "rw" and block_of(name) == 200]
    assert {block_of(name) for name, row in ROWS.items() if row[6] == "rw"} == {200, 500, 600}
    addresses = [address for name in writable for address in span(name)]
    assert addresses == list(range(200, 200 + len(addresses)))
    assert len(addresses) <= MOST_WRITTEN


@pytest.mark.parametrize("row", REGISTERS, ids=list(ROWS))
def test_a_row_says_all_that_a_stranger_needs(
    row: tuple[int, str, int, str, str, int, str, str],
) -> None:
    _, name, count, kind, unit, per_unit, access, text = row
    assert name == name.lower()
    assert name.replace("-", "").isalnum()
    assert count == 1 or kind == "text" or count == MOST_CHAMBERS
    assert per_unit == 1 or unit or name == "spans"
    assert access in {"r", "rw"}
    assert text[0].isupper() or text[0] == "1" or text.startswith("-32768")


def test_the_map_holds_what_the_law_needs_and_tells() -> None:
    assert ROWS.keys() >= {
        "serial", "cuff-type", "chambers", "firmware", "powered", "set-points", "ceiling",
        "enabled", "lease", "pressures", "inlets-open", "exhausts-open", "dump-open", "pump-duty",
        "faults", "fault-chamber", "inlet-cycles",
    }  # fmt: skip


def test_every_cuff_of_the_catalog_fits_the_map() -> None:
    for name in cuff.names():
        assert cuff.load(name).n_chambers <= MOST_CHAMBERS
        assert len(name) <= 2 * ROWS["cuff-type"][2]


def test_a_mask_is_its_bit_and_no_two_faults_share_one() -> None:
    masks = {
        registers.LEASE: "lease", registers.OVER_PRESSURE: "over-pressure",
        registers.TIME_AT_PRESSURE: "time-at-pressure", registers.FROZEN: "sensor-frozen",
        registers.RANGE: "sensor-range", registers.JUMPS: "sensor-jump",
        registers.NO_FALL: "does-not-fall", registers.NO_RISE: "does-not-rise",
        registers.NO_HOLD: "cannot-hold", registers.ZERO: "zero-off", registers.PUMP: "pump-stuck",
        registers.SELF_TEST: "self-test", registers.STOPPED: "stopped-at-cuff",
        registers.RESTARTED: "restarted",
    }  # fmt: skip
    assert {1 << bit: name for bit, name, _ in FAULTS} == masks
    assert [bit for bit, _, _ in FAULTS] == list(range(len(FAULTS)))
    assert len(FAULTS) <= 30, "faults and their sum stay small integers"
