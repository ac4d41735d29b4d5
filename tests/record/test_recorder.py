"""The recorder: a record while a session runs."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from openpresso.errors import InputError, RecordError
from openpresso.record import Recorder, journal, open_record, verify, waveforms
from tests.record.sessions import header_of, play

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeRecord = Callable[..., Path]

LEGS = {"left": 2}
NAN = np.full(2, np.nan)


def test_the_begin_mark_with_the_header_is_there_before_the_first_tick(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS, begin=5.0)
    first = (tmp_path / "one" / journal.FILE).read_bytes()
    recorder.close("stopped", "", {})
    entries, broken = journal.read(first)
    assert broken is None
    assert entries[0].kind == journal.BEGIN
    assert entries[0].time == 5.0
    assert entries[0].data["header"]["program"]["name"] == "test-program"


def test_a_whole_session_is_recorded(make_record: MakeRecord) -> None:
    folder = make_record()
    assert sorted(path.name for path in folder.iterdir()) == [
        "journal.jsonl", "session.json", "waveforms.log", "waveforms.parquet",
    ]  # fmt: skip
    assert verify(folder) == ()
    record = open_record(folder)
    assert record.outcome == "delivered"
    assert record.legs == {"left": 4, "right": 4}
    assert record.reported == {"true_error_p95": 0.7}
    assert len(record.waveforms("left").time) == 600
    assert record.software["openpresso"]
    assert {"python", "numpy", "platform"} <= record.software.keys()


def test_the_same_session_gives_the_same_record(make_record: MakeRecord) -> None:
    one, two = make_record("one"), make_record("two")
    for name in ("session.json", "journal.jsonl", "waveforms.log", "waveforms.parquet"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_a_finished_second_is_with_the_operating_system_at_once(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    seen = []
    for second in range(5):
        play(recorder, LEGS, 1.0, float(second))
        recorder._writer.settle(10.0)
        found, _ = waveforms.read((tmp_path / "one" / waveforms.FILE).read_bytes(), LEGS)
        seen.append(len(found["left"].time))
    recorder.close("stopped", "", {})
    assert seen == [20, 40, 60, 80, 100]


def test_the_journal_notes_the_running_digest_every_minute(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    play(recorder, LEGS, 200.0)
    recorder.close("delivered", "", {})
    notes = [e for e in open_record(tmp_path / "one").events if e.kind == journal.WAVEFORMS]
    assert len(notes) == 3
    import hashlib

    raw = (tmp_path / "one" / waveforms.FILE).read_bytes()
    for note in notes:
        assert hashlib.sha256(raw[: note.data["bytes"]]).hexdigest() == note.data["sha256"]


def test_a_folder_with_something_in_it_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(RecordError, match="not empty") as caught:
        Recorder(tmp_path, header_of(LEGS), LEGS)
    assert caught.value.code == "folder-not-empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EROFS, "folder-read-only"),
        (errno.EACCES, "folder-read-only"),
        (errno.EIO, "folder-unusable"),
    ],
)
def test_a_folder_that_cannot_be_written_is_refused_clearly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(RecordError) as caught:
        Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    monkeypatch.undo()
    assert caught.value.code == code
    assert str(tmp_path / "one") in str(caught.value)
    assert caught.value.remedy
    assert not (tmp_path / "one").exists()


def test_a_disk_without_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openpresso.record.folder.NEEDED", 10**20)
    with pytest.raises(RecordError) as caught:
        Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    assert caught.value.code == "disk-full"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("")
    with pytest.raises(RecordError) as caught:
        Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    assert caught.value.code == "folder-unusable"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"operater": "x"}, "operater"),
        ({"device": "simulator"}, "device"),
        ({"ceiling": -1.0}, "ceiling"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"started_at": "2026-11-22T09:30:00+02:00"}, "started_at"),
        ({"cuffs": {}}, "cuffs"),
        ({"program": {"title": "no name"}}, "program"),
        ({"girths": [{"leg": "left", "place": "ankle", "before": -3.0}]}, "girths[0].before"),
    ],
)
def test_a_header_that_is_not_as_it_must_be_is_refused(
    tmp_path: Path, change: dict[str, object], path: str
) -> None:
    with pytest.raises(InputError) as caught:
        Recorder(tmp_path / "one", header_of(LEGS, **change), LEGS)
    assert [found.path for found in caught.value.diagnostics] == [path]
    assert not (tmp_path / "one").exists()


def test_a_disk_that_fills_up_makes_it_unhealthy_and_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    play(recorder, LEGS, 2.0)
    assert recorder.trouble == ""

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    recorder._writer.settle(10.0)
    monkeypatch.setattr(os, "write", fail)
    play(recorder, LEGS, 2.0, 2.0)
    recorder.event(4.0, "alarm-raised", None, {"text": "x"})
    recorder._writer.settle(10.0)
    assert not recorder.healthy
    assert os.strerror(errno.ENOSPC) in recorder.trouble
    monkeypatch.undo()
    with pytest.raises(RecordError, match="could not be finished") as caught:
        recorder.close("stopped", "recorder failed", {})
    assert caught.value.code == "record-not-finished"
    found, _ = waveforms.read((tmp_path / "one" / waveforms.FILE).read_bytes(), LEGS)
    assert len(found["left"].time) == 40


FULL = """
import resource, signal, sys
sys.path[:0] = {paths!r}
from tests.record.sessions import header_of, play
from openpresso.record import Recorder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
legs = {{"left": 8}}
recorder = Recorder({folder!r}, header_of(legs), legs)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
play(recorder, legs, 60.0)
recorder._writer.settle(10.0)
print(recorder.healthy, recorder.trouble)
try:
    recorder.close("stopped", "", {{}})
except Exception as error:
    print(type(error).__name__, error.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is POSIX")
def test_a_real_limit_of_the_operating_system_is_met_without_a_crash(tmp_path: Path) -> None:
    script = FULL.format(paths=sys.path, folder=str(tmp_path / "one"))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    first, last = done.stdout.splitlines()
    assert first.startswith("False waveforms.log: ")
    assert last == "RecordError record-not-finished"


@pytest.mark.parametrize(
    "bad",
    [("left", np.zeros(3)), ("middle", np.zeros(2)), ("left", np.array(["a", "b"]))],
)
def test_a_frame_that_does_not_fit_makes_it_unhealthy_and_raises_nothing(
    tmp_path: Path, bad: tuple[str, np.ndarray]
) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    recorder.frame(0.0, bad[0], bad[1], NAN, NAN)
    assert not recorder.healthy
    assert "does not fit" in recorder.trouble
    with pytest.raises(RecordError):
        recorder.close("stopped", "", {})


def test_after_closing_a_late_writer_changes_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    play(recorder, LEGS, 2.0)
    folder = recorder.close("delivered", "", {})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    recorder.event(9.0, "state", None, {"state": "running"})
    recorder.frame(9.0, "left", NAN, NAN, NAN)
    assert recorder.close("stopped", "again", {}) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_session_without_a_single_frame_closes(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    recorder.event(1.0, "state", None, {"state": "faulted", "before": "checking"})
    folder = recorder.close("faulted", "no cuff answered", {})
    record = open_record(folder)
    assert record.dose["left"].pressure_time == 0.0
    assert record.quality.hold_error_p95 is None
    assert verify(folder) == ()


def test_a_record_of_half_an_hour_stays_small(tmp_path: Path) -> None:
    legs = {"left": 8, "right": 8}
    recorder = Recorder(tmp_path / "one", header_of(legs), legs)
    rng = np.random.default_rng(1)
    minutes = 3
    for tick in range(minutes * 60 * 20):
        noise = rng.normal(0.0, 0.4, 8)
        for leg in legs:
            recorder.frame(0.05 * tick, leg, np.full(8, 40.0), 40.0 + noise, rng.random(8))
    folder = recorder.close("delivered", "", {})
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size * 30 / minutes < 12e6


def test_the_summary_holds_no_name_of_the_computer(make_record: MakeRecord) -> None:
    import platform

    text = (make_record() / "session.json").read_text()
    assert json.loads(text)["software"]["platform"].split()[0] == platform.system()
    assert platform.node() not in text or not platform.node()
