"""`openpresso validate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openpresso.cli.app import execute
from openpresso.twin.validation import rows_gas, run
from openpresso.twin.validation.model import Row
from openpresso.twin.validation.outcome import Outcome

Captured = pytest.CaptureFixture[str]


def test_one_row_is_repeated_and_drawn(tmp_path: Path, capsys: Captured) -> None:
    assert execute(["validate", "--row", "1", "--output", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "flow at standard conditions" in said
    assert "pass" in said
    assert sorted(file.name for file in tmp_path.iterdir()) == ["row-1.svg"]


def test_results_are_given_as_json(tmp_path: Path, capsys: Captured) -> None:
    code = execute(["validate", "--row", "1", "--row", "d2", "-o", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [one["row"] for one in found] == ["1", "D2"]
    assert code == int(any(one["verdict"] == "miss" for one in found))


@pytest.mark.parametrize(
    ("number", "values", "code"),
    [("35", {"female": 1.0, "male": 1.0}, 1), ("7", {"deficit": 50.0}, 0)],
)
def test_the_exit_code_tells_of_misses_among_rows_that_must_pass(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: str,
    values: dict[str, float],
    code: int,
) -> None:
    monkeypatch.setattr(run, "function", lambda _: lambda _: Outcome(values))
    assert execute(["validate", "--row", number, "-o", str(tmp_path)]) == code


def test_a_row_that_does_not_exist_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert execute(["validate", "--row", "99", "-o", str(tmp_path)]) == 2
    assert "'99' is not a row" in capsys.readouterr().err


def test_a_row_that_nothing_repeats_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.delattr(rows_gas, "row_1")
    assert execute(["validate", "--row", "1", "-o", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "row 1 (use C), Flow through a valve: nothing repeats it" in said
    assert "write row_1" in said


def test_all_rows_make_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def published(row: Row) -> object:
        return lambda _: Outcome({one.name: one.published for one in row.quantities})

    monkeypatch.setattr(run, "function", published)
    execute(["validate", "-o", str(tmp_path)])
    assert "table.md" in capsys.readouterr().out
    assert (tmp_path / "table.md").read_text("utf-8").startswith("# The twin against")
    assert len(list(tmp_path.glob("*.svg"))) >= 20
