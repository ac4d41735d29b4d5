"""From what is entered to a value: every kind, against sums done by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.measures.ankle import ankle_index
from openpresso.clinic.measures.kind import kind, kinds
from openpresso.clinic.measures.reading import read
from openpresso.clinic.measures.score import domain_mean
from openpresso.errors import InputError

WANTED = {
    "girths", "cellulite-severity", "nuernberger-mueller", "pain", "heaviness", "monofilament",
    "blood-pressure", "ankle-brachial-index", "toe-pressure", "lymqol-leg", "civiq-20", "vcss",
    "comfort", "weight",
}  # fmt: skip
VCSS = [item.key for item in kind("vcss").items]


def cellulite(*points: int) -> dict[str, int]:
    return dict(zip(("number", "depth", "raised", "laxity", "grade"), points, strict=True))


def code_of(key: str, value: object, detail: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        read(kind(key), value, detail)
    return caught.value.code


def test_every_wanted_kind_is_there_with_names_and_a_source_of_its_error() -> None:
    assert set(kinds()) == WANTED
    for one in kinds().values():
        assert one.names["en"]
        assert one.names["de"]
        assert one.error.source
        assert one.error.mark in {"found", "memory", "derived", "estimate", "assumed"}


def test_the_error_of_pain_gives_back_the_smallest_detectable_change_that_was_found() -> None:
    sem = kind("pain").error.same
    assert sem is not None
    assert 1.96 * 2**0.5 * sem == pytest.approx(1.77, abs=2e-3)


def test_only_what_nobody_gives_away_needs_a_licence_and_its_questions_are_not_shipped() -> None:
    assert [one.key for one in kinds().values() if one.licensed] == ["civiq-20"]
    assert kind("civiq-20").items == ()
    assert kind("civiq-20").answers == (20, 1, 5)


@pytest.mark.parametrize(
    ("points", "total", "band"),
    [
        ((0, 0, 0, 0, 0), 0, "none"),
        ((1, 1, 1, 1, 1), 5, "mild"),
        ((2, 1, 1, 1, 1), 6, "moderate"),
        ((2, 2, 2, 2, 2), 10, "moderate"),
        ((3, 2, 2, 2, 2), 11, "severe"),
        ((3, 3, 3, 3, 3), 15, "severe"),
    ],
)
def test_cellulite_severity_is_the_sum_of_its_items_with_its_band(
    points: tuple[int, ...], total: int, band: str
) -> None:
    found = read(kind("cellulite-severity"), None, cellulite(*points))
    assert found.value == total
    assert found.detail["band"] == band


@given(st.lists(st.integers(0, 3), min_size=10, max_size=10))
def test_the_venous_score_is_the_sum_of_its_ten_items(points: list[int]) -> None:
    found = read(kind("vcss"), None, dict(zip(VCSS, points, strict=True)))
    assert found.value == sum(points) <= 30


@given(st.lists(st.integers(1, 5), min_size=20, max_size=20))
def test_the_global_index_of_civiq_runs_from_0_to_100(answers: list[int]) -> None:
    found = read(kind("civiq-20"), None, {"answers": answers})
    assert found.value == pytest.approx((sum(answers) - 20) / 80 * 100)
    assert 0.0 <= found.value <= 100.0


def test_a_domain_is_the_mean_of_what_was_answered_if_half_of_it_was() -> None:
    assert domain_mean([1.0, 3.0, None, None]) == 2.0
    assert domain_mean([4.0, None, None]) is None
    detail = {
        "symptoms": [1, 2],
        "appearance": [2, 2, None],
        "function": [4],
        "mood": [1, 1, 1, 1],
        "overall": 7,
    }
    found = read(kind("lymqol-leg"), None, detail)
    assert found.detail["domains"] == {
        "symptoms": 1.5, "appearance": 2.0, "function": 4.0, "mood": 1.0,
    }  # fmt: skip
    assert found.value == pytest.approx((1.5 + 2.0 + 4.0 + 1.0) / 4)
    assert code_of("lymqol-leg", None, {**detail, "mood": [1, None, None]}) == "too-few-answers"


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        ([1, 1, 1, 0], [0, 0, 0, 0], "neuropathy likely"),
        ([1, 1, 1, 0.5], [0, 0, 0, 0], "at risk"),
        ([1, 1, 1, 1], [1, 0, 0, 0], "at risk"),
        ([1, 1, 1, 1], [1, 0.5, 0, 0], "low risk"),
        ([1, 1, 1, 1], [1, 1, 1, 1], "low risk"),
    ],
)
def test_the_monofilament_counts_eight_touches(
    left: list[float], right: list[float], verdict: str
) -> None:
    found = read(kind("monofilament"), None, {"left": left, "right": right})
    assert found.value == sum(left) + sum(right)
    assert found.detail["verdict"] == verdict


@pytest.mark.parametrize(
    ("ankle", "arms", "meaning", "valid"),
    [
        ((90.0, 117.0), (130.0, 128.0), "abnormal", True),
        ((123.0,), (130.0, 128.0), "borderline", True),
        ((130.0,), (130.0, 128.0), "normal", True),
        ((169.0, 120.0), (130.0, 130.0), "normal", True),
        ((175.0,), (130.0, 130.0), "doubtful", False),
        ((190.0,), (130.0, 130.0), "not compressible", False),
    ],
)
def test_an_ankle_index_above_1_3_is_invalid_and_not_good(
    ankle: tuple[float, ...], arms: tuple[float, ...], meaning: str, valid: bool
) -> None:
    found = ankle_index(ankle, arms)
    assert found.value == max(ankle) / max(arms)
    assert (found.meaning, found.valid, found.method) == (meaning, valid, "highest-ankle")


def test_an_ankle_index_keeps_its_pressures_and_its_method() -> None:
    found = read(kind("ankle-brachial-index"), None, {"dorsalis_pedis": 104, "arms": [130, None]})
    assert found.value == pytest.approx(0.8)
    assert found.method == "highest-ankle"
    assert found.detail == {
        "dorsalis_pedis": 104.0, "arms": [130.0], "meaning": "abnormal", "valid": True,
    }  # fmt: skip


def test_a_blood_pressure_has_its_systolic_pressure_as_value() -> None:
    found = read(kind("blood-pressure"), None, {"systolic": 132, "diastolic": 84, "pulse": 70})
    assert found.value == 132.0
    assert found.detail == {"systolic": 132.0, "diastolic": 84.0, "pulse": 70.0}


@pytest.mark.parametrize(
    ("key", "value", "detail", "code"),
    [
        ("pain", 11, {}, "out-of-range"),
        ("pain", 3.5, {}, "out-of-range"),
        ("pain", True, {}, "out-of-range"),
        ("pain", float("nan"), {}, "out-of-range"),
        ("pain", None, {}, "out-of-range"),
        ("pain", "3", {}, "out-of-range"),
        ("pain", 3, {"colour": "red"}, "unknown-field"),
        ("weight", 5000, {}, "out-of-range"),
        ("cellulite-severity", 7, cellulite(1, 1, 1, 1, 1), "derived-value"),
        ("cellulite-severity", None, {"number": 1}, "out-of-range"),
        ("cellulite-severity", None, cellulite(1, 1, 1, 1, 4), "out-of-range"),
        ("blood-pressure", None, {"systolic": 80, "diastolic": 120}, "out-of-range"),
        ("monofilament", None, {"left": [1, 1, 1], "right": [1, 1, 1, 1]}, "wrong-count"),
        ("monofilament", None, {"left": [1, 1, 1, 0.3], "right": [1] * 4}, "out-of-range"),
        ("civiq-20", None, {"answers": [1] * 19}, "wrong-count"),
        ("civiq-20", None, {"answers": [1] * 19 + [None]}, "too-few-answers"),
        ("ankle-brachial-index", None, {"arms": [120, 120]}, "missing-field"),
        ("ankle-brachial-index", None, {"dorsalis_pedis": 90, "arms": [None, None]},
         "missing-field"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    key: str, value: object, detail: dict[str, Any], code: str
) -> None:
    assert code_of(key, value, detail) == code


def test_an_unknown_kind_is_told_which_was_meant() -> None:
    with pytest.raises(InputError, match="Did you mean 'girths'"):
        kind("girth")


def test_a_file_of_kinds_with_a_range_inside_out_is_refused(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "src/openpresso/clinic/measures/kinds.yaml"
    path = tmp_path / "kinds.yaml"
    path.write_text(shipped.read_text().replace("plausible: [35, 200]", "plausible: [200, 35]"))
    with pytest.raises(InputError, match="plausible range"):
        kinds(path)
