"""The shipped programs: complete, honest, and each with a cuff that can deliver it."""

from __future__ import annotations

from functools import cache

import pytest

from openpresso import cuff as cuffs
from openpresso.program import GRADES, PERMISSIONS, fits, load, names
from openpresso.program import compile as compile_program
from openpresso.program.model import Gradient
from tests.program.programs import cuff

ROWS = {
    "dvt-sequential": 1,
    "dvt-fixed-cycle": 2,
    "dvt-breath-pace": 3,
    "foot-impulse": 4,
    "arterial-inflow": 5,
    "gradient-drainage": 6,
    "gradient-drainage-fast": 6,
    "gradient-drainage-gentle": 6,
    "lymph-slow-wave": 7,
    "long-hold-drainage": 8,
    "phlebolymphoedema-high": 9,
    "diabetic-leg-lymphoedema": 10,
    "diabetic-foot-skin-flow": 11,
    "diabetic-foot-ulcer": 12,
    "venous-ulcer-rapid": 13,
    "venous-ulcer-slow": 13,
    "sport-recovery": 14,
    "heavy-legs": 15,
    "cellulite-look": 16,
    "gentle-lymph": 17,
    "pregnancy-legs": 18,
    "proximal-clearing": 19,
    "peristaltic-wave": 20,
    "venous-emptying": 21,
    "alternating-drainage": 22,
}
"""Each shipped program and the published pattern that it embodies."""
RAPID = (
    "foot-impulse",
    "arterial-inflow",
    "dvt-sequential",
    "venous-ulcer-rapid",
    "venous-emptying",
    "diabetic-foot-skin-flow",
)


@cache
def fitting(name: str) -> list[str]:
    return [on for on in cuffs.names() if not fits(load(name), cuff(on))]


def test_the_catalog_has_a_program_for_each_of_the_22_published_patterns() -> None:
    assert set(names()) == set(ROWS)
    assert set(ROWS.values()) == set(range(1, 23))


@pytest.mark.parametrize("name", names())
def test_a_program_is_called_as_its_file(name: str) -> None:
    assert load(name).name == name


@pytest.mark.parametrize("name", names())
def test_every_program_fits_a_cuff_and_compiles_for_it(name: str) -> None:
    assert fitting(name)
    for on in fitting(name):
        assert compile_program(load(name), cuff(on)).duration == load(name).duration


@pytest.mark.parametrize("on", ["leg-4", "leg-6", "leg-8", "leg-12", "leg-24"])
def test_gradient_drainage_fits_every_leg_cuff(on: str) -> None:
    assert on in fitting("gradient-drainage")


@pytest.mark.parametrize("name", RAPID)
def test_a_rapid_program_fits_only_a_fast_cuff(name: str) -> None:
    assert set(fitting(name)) <= {"foot-1", "calf-3"}


@pytest.mark.parametrize("on", cuffs.names())
def test_every_cuff_has_a_program(on: str) -> None:
    assert any(on in fitting(name) for name in names())


@pytest.mark.parametrize("name", names())
def test_every_program_says_its_source_its_evidence_and_what_is_not_known(name: str) -> None:
    wanted = load(name)
    assert wanted.sources
    assert wanted.evidence.grade in GRADES
    assert wanted.permission in PERMISSIONS
    assert wanted.evidence.unknown
    assert wanted.evidence.claim
    for source in wanted.sources:
        assert source.mark != "found" or source.address.startswith("http")
        assert "[" not in source.figures


@pytest.mark.parametrize("name", names())
def test_a_program_of_more_than_70_mmhg_needs_a_medical_order(name: str) -> None:
    wanted = load(name)
    highest = max(
        compile_program(wanted, cuff(on)).set_points[:, 0].max(initial=0.0, where=where)
        for on in fitting(name)[:1]
        for where in [compile_program(wanted, cuff(on)).set_points[:, 0] >= 0.0]
    )
    assert highest < 70.0 or wanted.permission == "medical-order"
    if wanted.permission == "medical-order":
        assert any(warning.startswith("Medical order only") for warning in wanted.warnings)


def test_cellulite_is_claimed_as_look_and_feel_and_nothing_else() -> None:
    wanted = load("cellulite-look")
    assert wanted.evidence.grade == "U"
    assert "look" in wanted.evidence.claim
    assert "effect on cellulite" in wanted.evidence.unknown[0]


def test_pregnancy_needs_the_doctors_leave_and_stays_at_20_mmhg_on_the_legs() -> None:
    wanted = load("pregnancy-legs")
    assert wanted.permission == "doctor-leave"
    assert wanted.ceiling == 20.0
    assert any("abdomen" in warning for warning in wanted.warnings)


def test_sessions_last_about_30_minutes_and_name_a_longer_dose_where_one_was_studied() -> None:
    for name in names():
        wanted = load(name)
        assert 25 * 60 <= wanted.duration <= 30 * 60
        if wanted.evidence.grade == "B" and wanted.permission == "medical-order":
            assert wanted.evidence.studied_dose


def test_the_drainage_is_30_minutes_from_50_mmhg_by_5_per_chamber() -> None:
    wanted = load("gradient-drainage")
    assert wanted.duration == 1800.0
    assert isinstance(rule := wanted.phases[0].target, Gradient)
    assert (rule.distal, rule.step) == (50.0, 5.0)
    assert len(compile_program(wanted, cuff("leg-8")).cycles) == 20
