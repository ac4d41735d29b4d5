"""The page and its pictures: complete, small, and the same whenever they are made."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from openpresso.errors import InputError
from openpresso.twin.validation import numbers, page, plots, run
from openpresso.twin.validation.model import chosen, rows
from openpresso.twin.validation.outcome import Curves, Outcome, line

CURVES = Curves("time [s]", "flow [mL/s]", (line([0.0, 1.0, 2.0], [0.0, 5.0, 1.0], "the twin"),))


def results(offset: float = 0.0) -> list[run.Result]:
    """Return results of all rows that lie off the published values by a share."""
    found = []
    for row in rows():
        values = {q.name: q.published * (1.0 + offset) for q in row.quantities}
        outcome = Outcome(values, CURVES, {row.quantities[0].name: 1.0})
        judged = tuple(run.judge(q, outcome) for q in row.quantities)
        found.append(run.Result(row, outcome, judged, 0.0))
    return found


def test_every_row_stands_in_the_table_and_has_a_section() -> None:
    text = page.page(results())
    for row in rows():
        assert f"[{row.number}](#row-{row.number.lower()})" in text
        assert f"Row {row.number}: {row.title}" in text
        assert row.source in text
    assert text.count("\n| ") >= sum(len(row.quantities) for row in rows())


def test_misses_are_shown_as_misses_with_their_cause() -> None:
    text = page.page(results(2.0))
    assert "**miss**" in text
    assert "**Likely cause:**" in text
    for result in results():
        has_cause = any("**Likely cause:**" in one for one in page.section(result))
        assert not has_cause or result.verdict == "miss"


def test_the_same_results_give_the_same_page_and_pictures(tmp_path: Path) -> None:
    some = results(0.1)[:2]
    for name in ("one", "two"):
        page.write(some, tmp_path / name, table=True)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


@pytest.mark.parametrize("offset", [0.0, 3.0, math.nan, math.inf])
def test_pictures_are_small_and_drawn_whatever_comes_out(tmp_path: Path, offset: float) -> None:
    for result in results(offset)[:8]:
        picture = plots.draw(result, tmp_path / page.picture(result))
        text = picture.read_text("utf-8")
        assert len(text) < 60_000
        assert "published" in text


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="--output"):
        page.write(results()[:1], tmp_path / "file" / "folder", table=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1.0 / 3.0, "0.333"), (2.26, "2.26"), (48.12, "48.1"), (2696.4, "2696"),
     (120.0, "120"), (0.00275, "0.00275"), (-58.66, "-58.7"), (math.inf, "never"),
     (math.nan, "none")],
)  # fmt: skip
def test_numbers_are_as_exact_as_they_deserve(value: float, text: str) -> None:
    assert numbers.number(value) == text


def test_differences_carry_their_sign_and_share() -> None:
    row = chosen(["10"])[0]
    judged = run.judge(row.quantities[0], Outcome({"ratio": 4.52}))
    assert numbers.difference(judged) == "+2.26 (+100 %)"
    assert numbers.allowed(row.quantities[0]) == "±0.678"
