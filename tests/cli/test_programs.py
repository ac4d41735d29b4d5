"""`openpresso program`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openpresso import program
from openpresso.cli.app import execute

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a program file made from one of the catalog."""
    catalog = Path(program.__file__).parent / "catalog"
    file = tmp_path / "my-program.yaml"
    text = (catalog / "gradient-drainage.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("gradient-drainage", "my-program"), encoding="utf-8")
    return file


def test_the_catalog_is_listed_with_the_grade_of_evidence(capsys: Captured) -> None:
    assert execute(["program", "list"]) == 0
    assert "gradient-drainage" in capsys.readouterr().out
    assert execute(["program", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in listed] == list(program.names())
    assert {one["grade"] for one in listed} <= set(program.GRADES)


@pytest.mark.parametrize("name", program.names())
def test_every_program_has_a_page_with_warnings_and_evidence(name: str, capsys: Captured) -> None:
    assert execute(["program", "show", name]) == 0
    said = capsys.readouterr().out
    assert max(len(line) for line in said.splitlines() if "://" not in line) <= 100
    one = program.load(name)
    for label in ("Ceiling", "Evidence", "To say", "Phase"):
        assert f"\n{label}" in said
    assert said.count("\nWarning") == len(one.warnings)
    assert " ".join(one.evidence.claim.split()) in " ".join(said.split())


def test_a_program_is_shown_in_the_form_of_its_file(capsys: Captured) -> None:
    assert execute(["program", "show", "gradient-drainage", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == 1
    assert data["duration"] == "1800 s"


def test_a_correct_file_is_correct(own: Path, capsys: Captured) -> None:
    assert execute(["program", "check", str(own), "--cuff", "leg-8"]) == 0
    assert "a correct program for leg-8" in capsys.readouterr().out


def test_a_typo_is_refused_with_file_line_and_what_was_meant(own: Path, capsys: Captured) -> None:
    text = own.read_text(encoding="utf-8")
    line = next(n for n, one in enumerate(text.splitlines(), 1) if "target:" in one)
    own.write_text(text.replace("target:", "tagret:"), encoding="utf-8")
    for verb in (["program", "check", str(own)], ["program", "show", str(own)]):
        assert execute(verb) == 2
        said = capsys.readouterr().err
        assert f"my-program.yaml:{line}: " in said
        assert "tagret" in said
        assert "target" in said
        assert "Traceback" not in said
    assert execute(["program", "check", str(own), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert {one["code"] for one in found} >= {"unknown-field"}
    assert any(one["line"] == line for one in found)


def test_a_ceiling_below_the_target_is_refused_and_the_nearest_offered(
    tmp_path: Path, capsys: Captured
) -> None:
    words = ["program", "check", "gradient-drainage", "--cuff", "leg-8", "--ceiling", "45 mmHg"]
    near = tmp_path / "near.yaml"
    assert execute([*words, "--nearest", str(near)]) == 2
    said = capsys.readouterr()
    assert "45 mmHg" in said.err
    assert str(near) in said.out
    assert execute(["program", "check", str(near), *words[3:]]) == 0


def test_a_program_that_pump_and_valves_cannot_follow_comes_with_the_nearest(
    capsys: Captured,
) -> None:
    assert execute(["program", "check", "sport-recovery", "--cuff", "leg-4", "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["correct"] is False
    assert answer["nearest"]


def test_the_nearest_program_never_replaces_a_file(own: Path, capsys: Captured) -> None:
    before = own.read_bytes()
    words = ["program", "check", "sport-recovery", "--cuff", "leg-4", "--nearest", str(own)]
    assert execute(words) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert own.read_bytes() == before


def test_a_ceiling_without_a_cuff_is_a_wrong_command_line(capsys: Captured) -> None:
    assert execute(["program", "check", "gradient-drainage", "--ceiling", "45 mmHg"]) == 2
    assert "--cuff" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["gradient-drainage", "alternating-drainage", "foot-impulse"])
def test_a_program_is_plotted(name: str, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "x.png"
    assert execute(["program", "plot", name, "-o", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out.strip() == str(out)


def test_an_unknown_program_is_refused_with_what_was_meant(capsys: Captured) -> None:
    assert execute(["program", "show", "gradient-drainag"]) == 2
    assert "gradient-drainage" in capsys.readouterr().err
