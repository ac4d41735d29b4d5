"""Records as a session takes them: verified, its own, and honest about what differs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from openpresso.clinic.errors import RefusedError
from openpresso.clinic.sessions import run as runs
from tests.clinic.sessions.records import STARTED, make_record


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_record(tmp_path_factory.mktemp("records") / "one")


def test_a_record_gives_its_id_hash_minutes_dose_and_reason(folder: Path) -> None:
    found = runs.read(folder)
    assert found.record_id == "one"
    assert len(found.record_hash) == 64
    assert (found.program, found.client) == ("heavy-legs", "C-000001")
    assert found.delivered["outcome"] == "delivered"
    assert found.delivered["minutes"] == pytest.approx(0.5, abs=0.02)
    assert set(found.delivered["legs"]) == {"left", "right"}
    assert found.delivered["legs"]["left"]["peak"] == pytest.approx(49.0, abs=0.5)


@pytest.mark.parametrize("name", ["journal.jsonl", "waveforms.log", "session.json"])
def test_a_record_with_one_changed_byte_is_refused_with_the_file_named(
    tmp_path: Path, name: str
) -> None:
    broken = make_record(tmp_path / "two", seconds=2.0)
    raw = bytearray((broken / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (broken / name).write_bytes(bytes(raw))
    with pytest.raises(RefusedError) as caught:
        runs.read(broken)
    assert any(name in reason for reason in caught.value.reasons)


def test_a_folder_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="holds no record"):
        runs.read(tmp_path)


def test_a_record_of_this_session_has_nothing_foreign(folder: Path) -> None:
    found = runs.read(folder)
    assert runs.foreign(found, program="heavy-legs", client="C-000001", started_at=STARTED) == ()


@pytest.mark.parametrize(
    ("program", "client", "hours", "said"),
    [
        ("gentle-lymph", "C-000001", 0, "of program heavy-legs"),
        ("heavy-legs", "C-000002", 0, "'C-000001' as its client"),
        ("heavy-legs", "C-000001", 25, "not in this session"),
    ],
)
def test_a_record_of_another_program_client_or_day_is_foreign(
    folder: Path, program: str, client: str, hours: int, said: str
) -> None:
    found = runs.foreign(
        runs.read(folder),
        program=program,
        client=client,
        started_at=STARTED + dt.timedelta(hours=hours),
    )
    assert len(found) == 1
    assert said in found[0]


def test_a_record_that_names_nobody_is_foreign(folder: Path) -> None:
    nobody = replace(runs.read(folder), client="")
    found = runs.foreign(nobody, program="heavy-legs", client="C-000001", started_at=STARTED)
    assert "nobody" in found[0]


def test_what_differs_from_the_preparation_is_said(folder: Path) -> None:
    found = runs.read(folder)
    assert runs.deviations(found, legs="both", ceiling=60.0, minutes=30.0) == []
    said = " ".join(runs.deviations(found, legs="left", ceiling=40.0, minutes=30.0))
    assert "left and right instead of left" in said
    assert "ceiling of the run 60 mmHg, prepared 40 mmHg" in said
    assert "over the ceiling of 40 mmHg" in said


def test_the_fit_test_is_the_records_own_and_a_run_without_one_is_said(tmp_path: Path) -> None:
    found = runs.read(make_record(tmp_path / "one", seconds=2.0, fitted=("left",)))
    assert found.delivered["fit"] == {"left": True, "right": False}
    said = runs.deviations(found, legs="both", ceiling=60.0, minutes=1.0)
    assert said == ["no fit test was passed: right"]
