"""Recovery: a record that was never closed is closed as interrupted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from openpresso.errors import RecordError
from openpresso.record import Recorder, journal, open_record, recover, unclosed, verify, waveforms
from tests.record.sessions import header_of, play

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRecord = Callable[..., Path]

LEGS = {"left": 3, "right": 2}


def abandoned(folder: Path, seconds: float = 7.5) -> tuple[bytes, bytes]:
    """Return journal and waveform log of a session as they are while it runs."""
    recorder = Recorder(folder, header_of(LEGS), LEGS)
    recorder.event(0.0, "state", None, {"state": "running", "before": "ready"})
    play(recorder, LEGS, seconds)
    recorder.event(seconds, "command", None, {"command": "soften", "who": "A"})
    recorder._writer.settle(10.0)
    content = (folder / journal.FILE).read_bytes(), (folder / waveforms.FILE).read_bytes()
    recorder.close("delivered", "", {})
    return content


def as_crashed(folder: Path, lines: bytes, waves: bytes) -> Path:
    folder.mkdir()
    (folder / journal.FILE).write_bytes(lines)
    (folder / waveforms.FILE).write_bytes(waves)
    return folder


def test_an_open_record_is_closed_as_interrupted(tmp_path: Path) -> None:
    lines, waves = abandoned(tmp_path / "live")
    crashed = as_crashed(tmp_path / "crashed", lines, waves)
    assert unclosed(tmp_path) == (crashed,)
    assert verify(crashed)[0].code == "not-closed"
    with pytest.raises(RecordError) as caught:
        open_record(crashed)
    assert caught.value.code == "not-closed"
    assert recover(crashed) == crashed
    assert verify(crashed) == ()
    record = open_record(crashed)
    assert record.outcome == "interrupted"
    assert record.reason
    assert [entry.kind for entry in record.events][-3:] == [
        "command", journal.RECOVERED, journal.END,
    ]  # fmt: skip
    assert record.waveforms("left").time[-1] == pytest.approx(6.95)
    assert unclosed(tmp_path) == ()


def test_a_closed_record_is_left_alone(make_record: MakeRecord) -> None:
    folder = make_record(seconds=3.0)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert recover(folder) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_crash_at_any_byte_of_both_files_is_recovered(tmp_path: Path) -> None:
    lines, waves = abandoned(tmp_path / "live", 3.0)
    begin = lines.index(b"\n") + 1
    chance = random.Random(7)
    for n in range(25):
        cut = chance.randrange(begin, len(lines) + 1), chance.randrange(len(waves) + 1)
        folder = as_crashed(tmp_path / f"cut{n}", lines[: cut[0]], waves[: cut[1]])
        recover(folder)
        assert verify(folder) == ()
        record = open_record(folder)
        assert record.outcome == "interrupted"
        whole, _ = waveforms.read(waves[: cut[1]], LEGS)
        assert len(record.waveforms("left").time) == len(whole["left"].time)


def test_what_a_recovery_cuts_is_kept_beside_the_record(tmp_path: Path) -> None:
    lines, waves = abandoned(tmp_path / "live", 3.0)
    folder = as_crashed(tmp_path / "crashed", lines[:-5], waves + b"garbage after a power cut")
    recover(folder)
    assert verify(folder) == ()
    kept = (folder / "waveforms.log.torn").read_bytes()
    assert kept == b"garbage after a power cut"
    assert lines.endswith((folder / "journal.jsonl.torn").read_bytes() + lines[-5:])
    recovered = next(e for e in open_record(folder).events if e.kind == journal.RECOVERED)
    assert recovered.data["waveform_bytes_cut"] == len(kept)
    (folder / "waveforms.log.torn").write_bytes(b"changed")
    assert [found.path for found in verify(folder)] == ["waveforms.log.torn"]


def test_a_missing_waveform_log_is_recovered_as_empty(tmp_path: Path) -> None:
    lines, _ = abandoned(tmp_path / "live", 3.0)
    folder = tmp_path / "crashed"
    folder.mkdir()
    (folder / journal.FILE).write_bytes(lines)
    recover(folder)
    assert verify(folder) == ()
    assert len(open_record(folder).waveforms("right").time) == 0


def test_a_session_that_had_ended_keeps_its_outcome(tmp_path: Path) -> None:
    abandoned(tmp_path / "live", 3.0)
    folder = as_crashed(
        tmp_path / "crashed",
        (tmp_path / "live" / journal.FILE).read_bytes(),
        (tmp_path / "live" / waveforms.FILE).read_bytes(),
    )
    (folder / "waveforms.parquet.new").write_bytes(b"half a file")
    recover(folder)
    assert verify(folder) == ()
    assert open_record(folder).outcome == "delivered"


def test_a_folder_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        recover(tmp_path)
    assert caught.value.code == "not-a-record"


def test_a_broken_begin_mark_is_refused_and_kept(tmp_path: Path) -> None:
    lines, waves = abandoned(tmp_path / "live", 2.0)
    folder = as_crashed(tmp_path / "crashed", b"x" + lines[1:], waves)
    with pytest.raises(RecordError, match="begin mark"):
        recover(folder)
    assert (folder / journal.FILE).read_bytes() == b"x" + lines[1:]


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is POSIX")
def test_a_record_that_is_being_written_is_not_recovered(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "one", header_of(LEGS), LEGS)
    play(recorder, LEGS, 2.0)
    with pytest.raises(RecordError) as caught:
        recover(tmp_path / "one")
    assert caught.value.code == "record-in-use"
    recorder.close("delivered", "", {})
    assert verify(tmp_path / "one") == ()


KILLED = """
import sys
sys.path[:0] = {paths!r}
import numpy as np
from openpresso.record import Recorder
from tests.record.sessions import header_of
legs = {{"left": 3, "right": 2}}
recorder = Recorder({folder!r}, header_of(legs), legs, threaded={threaded})
recorder.event(0.0, "state", None, {{"state": "running"}})
tick = 0
while True:
    time = tick * 0.05
    for leg, n in legs.items():
        recorder.frame(time, leg, np.full(n, 30.0), np.full(n, 29.0), np.zeros(n))
    if tick % 20 == 10:
        recorder.event(time, "cycle-start", "left", {{"cycle": tick // 20}})
    tick += 1
    if tick % 20 == 0:
        recorder._writer.settle(10.0)
    print(f"{{time:.2f}}", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("threaded", [True, False])
@pytest.mark.parametrize("lines", [1, 57, 333])
def test_a_killed_process_loses_at_most_a_second(
    tmp_path: Path, lines: int, *, threaded: bool
) -> None:
    folder = tmp_path / "one"
    script = KILLED.format(paths=sys.path, folder=str(folder), threaded=threaded)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout
        if said is None:
            pytest.fail("the process says nothing")
        for _ in range(lines):
            said.readline()
        os.kill(process.pid, signal.SIGKILL)
        last = [float(line) for line in said.read().splitlines() if len(line) > 3]
        process.wait()
    reached = last[-2] if len(last) > 1 else 0.05 * (lines - 1)
    recover(folder)
    assert verify(folder) == ()
    record = open_record(folder)
    assert record.outcome == "interrupted"
    for leg in LEGS:
        time = record.waveforms(leg).time
        kept = float(time[-1]) if len(time) else 0.0
        assert kept >= reached - 1.0
        assert np.allclose(np.diff(time), 0.05)
