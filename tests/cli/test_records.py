"""`openpresso record`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from openpresso.cli.app import execute

Captured = pytest.CaptureFixture[str]


def test_records_are_listed_with_their_outcome(record: Path, capsys: Captured) -> None:
    assert execute(["record", "list", str(record.parent)]) == 0
    said = capsys.readouterr().out
    assert "gradient-drainage" in said
    assert "delivered" in said
    assert execute(["record", "list", str(record.parent), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert line["cuff"] == "leg-4"
    assert line["minutes"] == "0.5"


def test_a_broken_record_is_listed_as_such(record: Path, capsys: Captured) -> None:
    other = record.parent / "two"
    shutil.copytree(record, other)
    (other / "session.json").write_bytes(b"{")
    assert execute(["record", "list", str(record.parent), "--json"]) == 0
    outcomes = {line["outcome"] for line in json.loads(capsys.readouterr().out)}
    assert outcomes == {"delivered", "broken-file"}


def test_a_missing_folder_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert execute(["record", "list", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_record_is_shown_on_one_screen(record: Path, capsys: Captured) -> None:
    assert execute(["record", "show", str(record)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert any("left" in line and "right" in line for line in lines)
    assert execute(["record", "show", str(record), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "delivered"


def test_a_true_record_is_verified(record: Path, capsys: Captured) -> None:
    assert execute(["record", "verify", str(record)]) == 0
    assert "true" in capsys.readouterr().out
    assert execute(["record", "verify", str(record), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["correct"] is True


def test_a_flipped_byte_is_refused_and_named(record: Path, capsys: Captured) -> None:
    file = record / "waveforms.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert execute(["record", "verify", str(record)]) == 2
    assert "waveforms.parquet" in capsys.readouterr().err
    assert execute(["record", "verify", str(record), "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["correct"] is False
    assert answer["diagnostics"][0]["path"] == "waveforms.parquet"


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_a_record_is_exported(record: Path, tmp_path: Path, ending: str, capsys: Captured) -> None:
    out = tmp_path / f"x.{ending}"
    assert execute(["record", "export", str(record), "-o", str(out)]) == 0
    assert out.stat().st_size > 0
    assert capsys.readouterr().out.strip() == str(out)
    assert execute(["record", "export", str(record), "-o", str(out)]) == 2


def test_an_unknown_form_is_refused(record: Path, tmp_path: Path, capsys: Captured) -> None:
    assert execute(["record", "export", str(record), "-o", str(tmp_path / "x.docx")]) == 2
    assert ".csv" in capsys.readouterr().err
