"""Verification: any one changed byte of any file is found, with one clear message."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from openpresso.errors import RecordError
from openpresso.record import canonical, open_record, render_report, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRecord = Callable[..., Path]

FILES = ("session.json", "journal.jsonl", "waveforms.log", "waveforms.parquet")


def test_a_true_record_has_no_findings(make_record: MakeRecord) -> None:
    assert verify(make_record(seconds=5.0)) == ()


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_anywhere_is_found_and_named(make_record: MakeRecord, name: str) -> None:
    folder = make_record(seconds=3.0)
    true = (folder / name).read_bytes()
    chance = random.Random(name)
    positions = {0, len(true) - 1, *(chance.randrange(len(true)) for _ in range(150))}
    for position in positions:
        changed = bytearray(true)
        changed[position] ^= 1 << chance.randrange(8)
        (folder / name).write_bytes(changed)
        found = verify(folder)
        assert len(found) == 1, (name, position)
        assert found[0].path == name
        assert found[0].severity == "error"
        assert found[0].hint
    (folder / name).write_bytes(true)
    assert verify(folder) == ()


@pytest.mark.parametrize("name", FILES)
def test_a_byte_put_in_or_taken_out_is_found(make_record: MakeRecord, name: str) -> None:
    folder = make_record(seconds=3.0)
    true = (folder / name).read_bytes()
    chance = random.Random(name)
    for _ in range(20):
        position = chance.randrange(len(true))
        for changed in (
            true[:position] + b" " + true[position:],
            true[:position] + b"\n" + true[position:],
            true[:position] + true[position + 1 :],
            true + b"\n",
        ):
            (folder / name).write_bytes(changed)
            assert [found.path for found in verify(folder)] == [name]


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_in_half_is_found(make_record: MakeRecord, name: str) -> None:
    folder = make_record(seconds=3.0)
    true = (folder / name).read_bytes()
    (folder / name).write_bytes(true[: len(true) // 2])
    found = verify(folder)
    assert [one.path for one in found] == [name]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found(make_record: MakeRecord, name: str) -> None:
    folder = make_record(seconds=3.0)
    (folder / name).unlink()
    found = verify(folder)
    assert [one.path for one in found] == [name]
    assert found[0].code in {"missing-file", "not-closed"}


def test_the_place_of_a_fault_is_told(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0)
    raw = (folder / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(raw.replace(b"cycle-start", b"cycle-stars", 1))
    journal_fault = verify(folder)[0]
    assert journal_fault.line == 3
    (folder / "journal.jsonl").write_bytes(raw)
    waves = bytearray((folder / "waveforms.log").read_bytes())
    waves[-1] ^= 1
    (folder / "waveforms.log").write_bytes(waves)
    assert "block 6" in verify(folder)[0].message
    assert "byte" in verify(folder)[0].message


def test_a_file_of_another_record_is_found(make_record: MakeRecord) -> None:
    one, two = make_record("one", seconds=3.0), make_record("two", seconds=4.0)
    for name in FILES[1:]:
        true = (one / name).read_bytes()
        shutil.copyfile(two / name, one / name)
        assert [found.path for found in verify(one)] == [name]
        (one / name).write_bytes(true)


def test_a_newer_schema_is_one_clear_message(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0)
    data = json.loads((folder / "session.json").read_bytes())
    data["schema"] = 99
    data["digest"] = canonical.digest({k: v for k, v in data.items() if k != "digest"})
    (folder / "session.json").write_bytes(canonical.document(data))
    found = verify(folder)
    assert [one.code for one in found] == ["newer-schema"]
    assert "99" in found[0].message
    assert "update" in found[0].hint
    with pytest.raises(RecordError) as caught:
        open_record(folder)
    assert caught.value.code == "newer-schema"


def test_things_that_are_no_record_are_said_to_be_none(tmp_path: Path) -> None:
    assert [one.code for one in verify(tmp_path / "nowhere")] == ["missing-record"]
    assert [one.code for one in verify(tmp_path)] == ["not-a-record"]
    for content in (b"", b"[]", b"{}", b'{"format": "x"}', b"\xff\xfe", b"[" * 100_000):
        (tmp_path / "session.json").write_bytes(content)
        found = verify(tmp_path)
        assert found[0].code == "broken-file"
        with pytest.raises(RecordError):
            open_record(tmp_path)


def test_a_changed_record_cannot_be_opened(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0)
    raw = (folder / "session.json").read_bytes()
    (folder / "session.json").write_bytes(raw.replace(b'"delivered"', b'"DELIVERED"'))
    with pytest.raises(RecordError, match="digest"):
        open_record(folder)


def test_changed_waveforms_cannot_be_read(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0)
    raw = bytearray((folder / "waveforms.parquet").read_bytes())
    raw[100] ^= 1
    (folder / "waveforms.parquet").write_bytes(raw)
    record = open_record(folder)
    with pytest.raises(RecordError, match="not the one that was recorded"):
        record.waveforms("left")


def test_a_changed_report_is_found(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0)
    render_report(open_record(folder), pdf=False)
    assert verify(folder) == ()
    chance = random.Random(5)
    for name in ("report.html", "reports.json"):
        true = (folder / name).read_bytes()
        for _ in range(40):
            changed = bytearray(true)
            changed[chance.randrange(len(true))] ^= 1 << chance.randrange(8)
            (folder / name).write_bytes(changed)
            assert [found.path for found in verify(folder)] == [name]
        (folder / name).unlink()
        assert len(verify(folder)) == 1
        (folder / name).write_bytes(true)
    assert verify(folder) == ()


def test_files_that_are_not_the_records_own_are_left_alone(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0)
    (folder / "note.txt").write_text("mine")
    assert verify(folder) == ()


def forge(folder: Path, **changes: object) -> None:
    """Write a summary with changed content, with all digests made to fit."""
    data = json.loads((folder / "session.json").read_bytes()) | changes
    for name, noted in data["files"].items():
        content = (folder / name).read_bytes()
        noted.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    data["digest"] = canonical.digest({k: v for k, v in data.items() if k != "digest"})
    (folder / "session.json").write_bytes(canonical.document(data))


def test_a_summary_made_to_fit_still_contradicts_the_journal(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0, outcome="stopped")
    forge(folder)
    assert verify(folder) == ()
    forge(folder, outcome="delivered")
    assert [found.code for found in verify(folder)] == ["record-contradicts-itself"]
    assert "outcome" in verify(folder)[0].message


@pytest.mark.parametrize("name", ["waveforms.log", "waveforms.parquet"])
def test_waveforms_of_another_session_contradict_the_rest(
    make_record: MakeRecord, name: str
) -> None:
    one, two = make_record("one", seconds=3.0), make_record("two", seconds=4.0)
    shutil.copyfile(two / name, one / name)
    forge(one)
    assert [found.path for found in verify(one)] == [name]
