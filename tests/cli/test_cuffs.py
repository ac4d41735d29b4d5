"""`openpresso cuff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openpresso.cli.app import execute

Captured = pytest.CaptureFixture[str]


def test_the_catalog_is_listed(capsys: Captured) -> None:
    assert execute(["cuff", "list"]) == 0
    assert "leg-8" in capsys.readouterr().out
    assert execute(["cuff", "list", "--json"]) == 0
    names = [one["name"] for one in json.loads(capsys.readouterr().out)]
    assert "arm-8" in names


def test_a_cuff_is_shown_with_the_source_of_every_figure(capsys: Captured) -> None:
    assert execute(["cuff", "show", "leg-8", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert len(figures) > 50
    assert all(figure["mark"] for figure in figures)
    assert execute(["cuff", "show", "leg-8"]) == 0
    assert "chambers[0].girth" in capsys.readouterr().out


def test_a_cuff_of_the_catalog_is_correct(capsys: Captured) -> None:
    assert execute(["cuff", "check", "leg-8"]) == 0
    assert "leg-8: a correct cuff" in capsys.readouterr().out


def test_a_file_that_is_no_cuff_is_refused(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("name: my-cuff\nchamberz: 3\n", encoding="utf-8")
    assert execute(["cuff", "check", str(file)]) == 2
    said = capsys.readouterr().err
    assert "my.yaml" in said
    assert "chamberz" in said
