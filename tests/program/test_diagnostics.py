"""Bad input: one clear message with file, line, path, value, what is allowed, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from openpresso.documents import Document
from openpresso.errors import Diagnostic, InputError
from openpresso.program import check, fits, load, names, problems, to_data
from openpresso.program.files import from_document
from openpresso.program.model import (
    ByZone,
    Fit,
    Gradient,
    Order,
    PerChamber,
    Pulses,
    Rest,
    Spacing,
    Uniform,
)
from tests.program.programs import cuff, phase, program

Edit = Callable[..., tuple[Diagnostic, ...]]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Return a function that writes a changed copy of the shipped drainage and checks it."""
    text = (resources.files("openpresso.program") / "catalog" / "gradient-drainage.yaml").read_text(
        encoding="utf-8"
    )

    def edit(
        old: str, new: str, *, on: str | None = None, ceiling: float | None = None
    ) -> tuple[Diagnostic, ...]:
        assert old in text
        path = tmp_path / "mine.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return check(path, cuff(on) if on else None, ceiling)

    return edit


def one(found: tuple[Diagnostic, ...], code: str, path: str) -> Diagnostic:
    assert [(item.code, item.path) for item in found] == [(code, path)]
    assert found[0].message
    assert found[0].hint
    return found[0]


def test_a_typo_is_an_unknown_field_with_its_line_and_the_field_that_was_meant(
    edited: Edit,
) -> None:
    found = one(edited("    hold: 6 s", "    hlod: 6 s"), "unknown-field", "phases[0].hlod")
    assert "hold" in found.hint
    assert found.line is not None


def test_a_typo_inside_a_target_is_found_there(edited: Edit) -> None:
    found = edited("step: 5 mmHg", "stp: 5 mmHg")
    assert found[0].path == "phases[0].target.stp"
    assert "step" in found[0].hint


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("hold: 6 s", "hold: 6 sec", "unknown-unit"),
        ("hold: 6 s", "hold: 6 mmHg", "wrong-dimension"),
        ("hold: 6 s", "hold: 6", "bare-number"),
        ("hold: 6 s", "hold: -6 s", "greater-than-equal"),
        ("pattern: cumulative", "pattern: cumulativ", "not-allowed"),
        ("legs: together", "legs: both", "not-allowed"),
        ("version: 1", "version: one", "int-type"),
        ("schema: 1", "schema: 2", "not-allowed"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(
    edited: Edit, old: str, new: str, code: str
) -> None:
    found = edited(old, new)
    assert [item.code for item in found] == [code]
    assert found[0].line is not None
    assert found[0].hint


def test_a_negative_time_names_the_value_and_what_is_allowed(edited: Edit) -> None:
    found = edited("rest: 16 s", "rest: -16 s")
    assert "-16" in found[0].message
    assert "0" in found[0].message
    assert found[0].path == "phases[0].rest"


def test_a_target_above_the_programs_own_ceiling_is_an_error(edited: Edit) -> None:
    found = one(
        edited("distal: 50 mmHg", "distal: 95 mmHg"), "above-ceiling", "phases[0].target.distal"
    )
    assert "95 mmHg" in found.message
    assert "80 mmHg" in found.message


def test_a_target_above_the_cuffs_limit_is_an_error() -> None:
    wanted = program(phase(target=Uniform(140.0)), ceiling=200.0)
    found = one(problems(wanted, cuff("leg-8")), "above-cuff-limit", "phases[0].target")
    assert "140 mmHg" in found.message
    assert "130 mmHg" in found.message


def test_nine_targets_for_eight_chambers_are_refused() -> None:
    wanted = program(phase(target=PerChamber((40.0,) * 9)))
    found = one(problems(wanted, cuff("leg-8")), "target-count", "phases[0].target")
    assert "9 targets" in found.message
    assert "8 chambers" in found.message


def test_a_zone_that_the_cuff_lacks_is_named_with_those_it_has() -> None:
    wanted = program(phase(target=ByZone((("upper-arm", 40.0),))))
    found = one(problems(wanted, cuff("leg-8")), "zone-missing", "phases[0].target.zones.upper-arm")
    assert "calf" in found.message


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"order": Order(None, (1, 9))}, "chamber-missing"),
        ({"order": Order(None, (1, "hand"))}, "zone-missing"),
        ({"order": Order(None, (3, "calf"))}, "chamber-twice"),
        ({"order": Order(None, (1, 1))}, "chamber-twice"),
        ({"target": PerChamber((None,) * 8)}, "nothing-pressed"),
        ({"spacing": Spacing("starts", (0.0, 1.0))}, "starts-count"),
        ({"spacing": Spacing("starts", (0.0, 3.0, 1.0))}, "starts-fall"),
        ({"spacing": Spacing("overlap", (8.0,))}, "overlap-too-long"),
        ({"spacing": Spacing("sweep", (4.0,))}, "sweep-too-short"),
        ({"rise": None}, "rise-missing"),
        (
            {
                "rise": None,
                "pattern": "pulse",
                "pulses": Pulses(3, 2.0),
                "spacing": Spacing("sweep", (60.0,)),
            },
            "sweep-too-short",
        ),
        ({"pulses": Pulses(3)}, "pulses-not-used"),
        ({"target": Gradient(30.0, 5.0, 40.0)}, "minimum-above-distal"),
        ({"rest": Rest(10.0, level="gradient", distal=25.0)}, "rest-too-high"),
        ({"hold": 700.0}, "cycle-too-long"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], code: str) -> None:
    found = problems(program(phase(**changes)), cuff("leg-8"))
    assert code in [item.code for item in found]
    assert all(item.hint and item.message for item in found)


def test_phases_longer_than_the_program_are_refused() -> None:
    wanted = program(phase(duration=900.0))
    one(problems(wanted, cuff("leg-8")), "phase-too-long", "phases[0].duration")


def test_time_that_no_phase_uses_is_refused() -> None:
    one(problems(program(phase(duration=300.0)), cuff("leg-8")), "time-left-over", "duration")


def test_two_open_phases_are_refused() -> None:
    found = problems(program(phase(), phase(name="next")), cuff("leg-8"))
    assert [item.code for item in found] == ["duration-missing"]


def test_a_chamber_that_is_held_longer_than_its_cuff_allows_is_refused() -> None:
    on = replace(cuff("leg-8"), max_hold=20.0)
    found = problems(program(phase()), on)
    assert "held-too-long" in [item.code for item in found]


def test_a_cuff_for_another_limb_or_with_too_few_chambers_does_not_fit() -> None:
    assert [item.code for item in fits(load("heavy-legs"), cuff("arm-8"))] == ["wrong-limb"]
    few = program(phase(), fit=Fit(("leg",), 8, 12))
    assert [item.code for item in fits(few, cuff("leg-4"))] == ["chamber-count"]


def test_two_ways_to_say_the_spacing_are_refused(edited: Edit) -> None:
    found = edited("    sweep: 64 s", "    sweep: 64 s\n    stagger: 4 s")
    assert [item.code for item in found] == ["spacing-twice"]


def test_a_found_figure_without_an_address_is_refused() -> None:
    data = to_data(load("heavy-legs"))
    del data["sources"][0]["address"]
    with pytest.raises(InputError) as caught:
        from_document(Document("mine", data))
    assert caught.value.diagnostics[0].code == "address-missing"


@pytest.mark.parametrize(
    "text",
    [
        "schema: 1\n  name: [",
        "just a sentence",
        "- a\n- list\n",
        "",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "\x00\x01\x02",
    ],
)
def test_what_is_not_a_program_file_gives_one_message(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert len(caught.value.diagnostics) == 1
    assert caught.value.diagnostics[0].hint


def test_a_file_of_50_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(InputError, match=r"50\.0 MB"):
        load(path)


def test_a_missing_file_and_a_missing_name_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "nowhere.yaml")
    with pytest.raises(InputError, match="did you mean 'gradient-drainage'"):
        load("gradient-drianage")


def test_the_message_names_the_file_and_the_line(edited: Edit, tmp_path: Path) -> None:
    found = edited("distal: 50 mmHg", "distal: 50 mmhgg")
    text = InputError(str(tmp_path / "mine.yaml"), found).diagnostics[0].text("mine.yaml")
    assert re.match(r"mine\.yaml:\d+: phases\[0\]\.target\.distal: ", text)


@pytest.mark.parametrize("name", names())
def test_check_finds_nothing_wrong_with_a_shipped_program(name: str) -> None:
    assert check(name) == ()


def test_check_says_what_a_lower_ceiling_refuses() -> None:
    found = check("heavy-legs", cuff("leg-8"), 30.0)
    assert [item.code for item in found] == ["above-ceiling"]
