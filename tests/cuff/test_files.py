"""Cuff files that are wrong: one clear message each."""

from __future__ import annotations

from pathlib import Path

import pytest

from openpresso import cuff
from openpresso.errors import InputError

GOOD = (Path(cuff.__path__[0]) / "catalog" / "leg-4.yaml").read_text(encoding="utf-8")


def wrong(tmp_path: Path, old: str, new: str) -> Path:
    assert old in GOOD
    file = tmp_path / "cuff.yaml"
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "old, new, code, path, words",
    [
        ("130 mmHg", "130 mmhg", "unknown-unit", "max_pressure", "did you mean 'mmHg'"),
        ("130 mmHg", "130", "bare-number", "max_pressure", "'130 mmHg'"),
        ("130 mmHg", "130 s", "wrong-dimension", "max_pressure", "not a pressure"),
        ("130 mmHg", "900 mmHg", "out-of-range", "max_pressure", "10 mmHg to 300 mmHg"),
        ("110 mL", "-110 mL", "out-of-range", "manifold_volume", "0 mL to 5000 mL"),
        ("limb: leg", "limb: lge", "not-allowed", "limb", "did you mean 'leg'"),
        ("max_hold", "max_hodl", "unknown-field", "max_hodl", "did you mean 'max_hold'"),
        ("flow: 8", "flwo: 8", "unknown-field", "pump.flwo", "did you mean 'flow'"),
        ("number: 2", "number: 3", "missing-chamber", "chambers[1].number", "chamber 2 is missing"),
        ("number: 2", "number: 1", "duplicate-chamber", "chambers[1].number", "given twice"),
        ("level: 42.5 cm", "level: 12 cm", "level-order", "chambers[2].level", "rise strictly"),
        ("27 cm, overlap: 2", "27 cm, overlap: 30", "overlap", "chambers[1].overlap",
         "below 27 cm"),
        ("27 cm, overlap: 2", "27 cm, overlap: 8", "overlap", "chambers[1].overlap",
         "but 8 cm is stated"),
        ("zone: calf", "zone: hand", "wrong-zone", "chambers[1].zone", "not part of a cuff"),
        ("zone: knee", "zone: ankle", "zone-order", "chambers[2].zone", "follows 'calf'"),
        ("limit: 130 mmHg", "limit: 140 mmHg", "limit", "chambers[0].limit", "above the cuff's"),
        ("  max_hold: >-", "  max_hodl: >-", "unknown-figure", "sources.max_hodl", "not the path"),
        ('  "chambers[*].overlap": assumed', "", "no-source", "sources", "chambers[*].overlap"),
        ('overlap": assumed', 'overlap": a book', "no-mark", 'sources["chambers[*].overlap"]',
         "has no mark"),
        ("max_hold: 10 min", "max_hold: 10 min\nmax_hold: 5 min", "duplicate-key", "max_hold",
         "given twice"),
    ],
)  # fmt: skip
def test_a_wrong_cuff_file_says_what_where_and_what_to_do(
    tmp_path: Path, old: str, new: str, code: str, path: str, words: str
) -> None:
    file = wrong(tmp_path, old, new)
    with pytest.raises(InputError) as caught:
        cuff.load(file)
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == (code, path)
    assert found.line is not None
    assert found.hint
    assert words in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_stretch_of_leg_without_a_chamber_is_refused(tmp_path: Path) -> None:
    file = wrong(tmp_path, "level: 42.5 cm, length: 27 cm", "level: 42.5 cm, length: 10 cm")
    codes = [one.code for one in cuff.check(file)]
    assert codes[0] == "chamber-gap"
    assert set(codes) == {"chamber-gap"}


def test_a_girth_range_that_runs_backwards_is_refused(tmp_path: Path) -> None:
    file = wrong(tmp_path, "girth_range: [17.5 cm, 33 cm]", "girth_range: [33 cm, 17.5 cm]")
    (found,) = cuff.check(file)
    assert (found.code, found.path) == ("girth-range", "chambers[0].girth_range")


def test_a_pump_that_cannot_reach_the_limit_is_a_warning_only(tmp_path: Path) -> None:
    file = wrong(tmp_path, "max_pressure: 300 mmHg", "max_pressure: 120 mmHg")
    (found,) = cuff.check(file)
    assert (found.severity, found.code) == ("warning", "weak-pump")
    assert cuff.load(file).pump.max_pressure == 120.0


@pytest.mark.parametrize(
    "content, code",
    [
        (b"just: [a", "not-yaml"),
        (b"\xff\xfe\x00junk", "not-text"),
        (b"a: &a [x]\nb: [*a, *a]", "alias"),
        (b"", "empty-file"),
        (b"x" * 1_000_001, "file-too-large"),
    ],
)
def test_a_file_that_is_no_cuff_file_gives_one_message(
    tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "cuff.yaml"
    file.write_bytes(content)
    assert [one.code for one in cuff.check(file)] == [code]


@pytest.mark.parametrize("name", ["legg-8", "leg8", "folder/leg-8.yml", "no\x00name", "x" * 5000])
def test_a_missing_cuff_lists_the_catalog(name: str) -> None:
    with pytest.raises(InputError) as caught:
        cuff.load(name)
    assert caught.value.code == "missing-cuff"
    assert "The catalog has foot-1, calf-3, leg-4" in str(caught.value)


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    with pytest.raises(InputError, match="did you mean leg-8"):
        cuff.load("legg-8")


def test_a_folder_in_place_of_a_cuff_is_refused(tmp_path: Path) -> None:
    (found,) = cuff.check(tmp_path)
    assert found.code == "not-a-file"
