"""`openpresso doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openpresso.cli import doctor
from openpresso.cli.app import execute

Captured = pytest.CaptureFixture[str]


def test_doctor_answers_every_question(tmp_path: Path, capsys: Captured) -> None:
    assert execute(["doctor", "--json", "--out", str(tmp_path)]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {"Python", "numba", "compiler cache", "PDF", "records"} <= {f["name"] for f in findings}


def test_what_is_missing_has_a_remedy(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("numpy", "no-such-library"))
    assert execute(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "no-such-library: Install" in said


def test_a_full_disk_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000_000}))
    assert doctor.disk(tmp_path).state == "bad"


def test_a_folder_that_is_still_to_be_made_is_looked_for_above(tmp_path: Path) -> None:
    found = doctor.disk(tmp_path / "a" / "b")
    assert found.state == "good"
    assert str(tmp_path) in found.found
