"""`openpresso program preview`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openpresso.cli.app import execute

Captured = pytest.CaptureFixture[str]
PREVIEW = ["program", "preview"]


def test_the_page_says_what_is_expected_and_what_is_not_known(capsys: Captured) -> None:
    assert execute([*PREVIEW, "gradient-drainage", "--posture", "sitting"]) == 0
    said = capsys.readouterr().out
    assert max(len(line) for line in said.splitlines()) <= 100
    for label in ("Leg", "Expected", "segment", "Unknown", "Ranges", "Note"):
        assert f"\n{label}" in said
    assert "gradient-drainage on leg-8" in said
    assert "not a certified medical device" in said
    assert "prior, not physics" in " ".join(said.split())
    assert "8 thigh" in said
    assert "1 foot" in said


def test_json_is_the_same_data(capsys: Captured) -> None:
    words = [*PREVIEW, "venous-emptying", "--cuff", "calf-3", "--leg", "male, 180 cm, 80 kg"]
    assert execute(words) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert execute([*words, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    for text in (*data["expected"], *data["unknown"], data["notice"], data["ranges"]["made"]):
        assert text in page
    for one in data["segments"]:
        assert f"{one['skin']['mean']:.0f} / {one['skin']['peak']:.0f}" in page
    assert data["person"]["sex"] == "male"
    assert data["title"] in page
    assert "papers" not in data


def test_papers_are_printed_where_they_are_asked_for(capsys: Captured) -> None:
    words = [*PREVIEW, "venous-emptying", "--cuff", "calf-3", "--papers"]
    assert execute(words) == 0
    assert "10.1089/lrb.2013.0016" in capsys.readouterr().out
    assert execute([*words, "--json"]) == 0
    papers = json.loads(capsys.readouterr().out)["papers"]
    assert all(one["source"] and one["marks"] and one["figures"] for one in papers)


@pytest.mark.parametrize(
    ("leg", "why", "allowed"),
    [
        ("female, 300 kg", "300 kg", "allowed is"),
        ("female, calf -3 cm", "-3", "allowed"),
        ("165 cm", "says neither female nor male", "female, 165 cm"),
        ("female, gout", "'gout' is not understood", "lymphoedema"),
        ("", "no text that describes a person", "female, 165 cm"),
    ],
)
def test_a_bad_leg_is_refused_with_what_is_allowed(
    leg: str, why: str, allowed: str, capsys: Captured
) -> None:
    assert execute([*PREVIEW, "gradient-drainage", "--leg", leg]) == 2
    said = capsys.readouterr().err
    assert "--leg" in said
    assert why in said
    assert allowed in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["gradient-drainage", "--posture", "flat"], "supine, elevated, sitting, standing"),
        (["gradient-drainage", "--ceiling", "30 mmHg"], "above the ceiling of 30 mmHg"),
        (["gradient-drainage", "--cuff", "foot-1"], "foot-1"),
        (["gradient-drainage", "--duration", "10 s"], "shorter than the first cycle"),
        (["no-such-program"], "no-such-program"),
        (["gradient-drainage", "-o", "preview.gif"], ".png, .svg, .pdf"),
    ],
)
def test_what_does_not_go_together_is_refused(words: list[str], why: str, capsys: Captured) -> None:
    assert execute([*PREVIEW, *words]) == 2
    said = capsys.readouterr().err
    assert why in said
    assert "Traceback" not in said


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_picture_is_written_and_named(tmp_path: Path, ending: str, capsys: Captured) -> None:
    file = tmp_path / f"preview{ending}"
    words = ["venous-emptying", "--cuff", "calf-3", "--duration", "5 min", "-o", str(file)]
    assert execute([*PREVIEW, *words]) == 0
    assert capsys.readouterr().out.rstrip().endswith(str(file))
    assert file.stat().st_size > 10_000


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "nowhere" / "preview.svg"
    words = ["venous-emptying", "--cuff", "calf-3", "-o", str(file)]
    assert execute([*PREVIEW, *words]) == 2
    assert "cannot be written" in capsys.readouterr().err
