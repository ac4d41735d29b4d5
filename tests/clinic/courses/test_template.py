"""Templates of courses."""

from __future__ import annotations

from pathlib import Path

import pytest

from openpresso.clinic.courses import template
from openpresso.clinic.courses.prescription import prescribe
from openpresso.clinic.measures.kind import kinds
from openpresso.errors import InputError


def test_the_default_is_eight_weekly_sessions_of_half_an_hour_with_baselines_and_follow_ups() -> (
    None
):
    found = template.find(template.DEFAULT)
    assert (found.sessions, found.every_days, found.minutes) == (8, 7, 30.0)
    assert (found.baselines, found.follow_ups) == (2, (4, 12, 26, 52))


def test_every_figure_has_a_source_and_every_template_says_what_is_unknown() -> None:
    for found in template.shipped().templates.values():
        assert found.figures
        assert all(one.source for one in found.figures)
        assert found.unknown.en != found.unknown.de


@pytest.mark.parametrize("indication", sorted(template.shipped().measures))
def test_the_measure_of_every_indication_is_measured_here(indication: str) -> None:
    found = template.shipped().measures[indication]
    assert found.side in kinds()[found.kind].sides
    assert prescribe(indication, "heavy-legs", "leg-8").measure == found.kind


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("sessions: 8", "sessions: 0", "style course with 0 sessions every 7 days"),
        ("follow_ups: [4, 12, 26, 52]", "follow_ups: [12, 4]", "each week once, in order"),
        ("ends: 2", "ends: 2\n    colour: red", "the field 'colour' is unknown"),
        ("minutes: 30 min", "minutes: 30", "minutes"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_its_place(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    path = tmp_path / "templates.yaml"
    path.write_text(template.SHIPPED.read_text("utf-8").replace(before, after, 1), "utf-8")
    with pytest.raises(InputError, match=said.replace("[", r"\[")) as caught:
        template.load(path)
    assert caught.value.diagnostics[0].path.startswith("templates[0]")


def test_an_own_plan_needs_what_a_template_would_give() -> None:
    with pytest.raises(InputError, match="an own plan needs it") as caught:
        prescribe("swelling", "heavy-legs", "leg-8", template="", style="course")
    assert caught.value.diagnostics[0].path == "interval_days"


def test_an_own_plan_is_as_it_was_given() -> None:
    found = prescribe(
        "sport", "sport-recovery", "leg-8", template="", style="preventive", planned=5,
        interval_days=10, minutes=20.0, follow_ups=[6],
    )  # fmt: skip
    assert (found.template, found.planned, found.interval_days) == ("", 5, 10)
    assert found.follow_ups == (6,)
    assert found.columns()["follow_ups"] == [6]


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"planned": 0}, "planned"),
        ({"planned": 2000}, "planned"),
        ({"interval_days": 0}, "interval_days"),
        ({"minutes": float("nan")}, "minutes"),
        ({"minutes": 600.0}, "minutes"),
        ({"margin": -5.0}, "margin"),
        ({"measure": "girths", "measure_side": "none"}, "measure_side"),
        ({"follow_ups": [12, 4]}, "follow_ups"),
        ({"template": "on-demand", "planned": 3}, "planned"),
        ({"template": "weekly"}, "template"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_name(terms: dict[str, object], path: str) -> None:
    with pytest.raises(InputError) as caught:
        prescribe("swelling", "heavy-legs", "leg-8", **terms)  # type: ignore[arg-type]
    assert caught.value.diagnostics[0].path == path


@pytest.mark.parametrize(
    ("program", "cuff", "said"),
    [
        ("heavy-leg", "leg-8", "not in the catalog"),
        ("heavy-legs", "leg-9", "leg-9"),
        ("heavy-legs", "foot-1", "heavy-legs on foot-1"),
    ],
)
def test_program_and_cuff_exist_and_fit_each_other(program: str, cuff: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        prescribe("swelling", program, cuff)
