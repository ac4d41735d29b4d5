"""What is missing before a program is released."""

from __future__ import annotations

from openpresso.clinic.programs import draft, trial
from openpresso.clinic.programs.trial import Trial
from tests.clinic.programs.texts import copied

TEXT = copied()
KNOWN = draft.digest(TEXT)


def test_a_program_that_passed_on_every_cuff_it_is_meant_for_lacks_nothing() -> None:
    trials = {name: Trial(KNOWN, name) for name in ("leg-8", "leg-12")}
    assert trial.missing(TEXT, ["leg-8", "leg-12"], trials) == ()


def test_a_cuff_that_it_is_not_meant_for_does_not_matter() -> None:
    assert trial.missing(TEXT, ["leg-8", "foot-1"], {"leg-8": Trial(KNOWN, "leg-8")}) == ()


def test_a_practice_without_a_cuff_for_it_cannot_release_it() -> None:
    (reason,) = trial.missing(TEXT, ["foot-1"], {})
    assert "none of the practice's cuffs (foot-1)" in reason


def test_every_cuff_needs_its_own_trial() -> None:
    (reason,) = trial.missing(TEXT, ["leg-8", "leg-12"], {"leg-8": Trial(KNOWN, "leg-8")})
    assert "not tried on the twin with leg-12" in reason


def test_the_trial_of_another_text_counts_for_nothing() -> None:
    (reason,) = trial.missing(TEXT, ["leg-8"], {"leg-8": Trial(draft.digest("x"), "leg-8")})
    assert "not tried" in reason


def test_a_trial_that_failed_says_why() -> None:
    (reason,) = trial.missing(TEXT, ["leg-8"], {"leg-8": Trial(KNOWN, "leg-8", "it overshot")})
    assert reason.endswith("it overshot")


def test_a_text_that_is_no_program_lacks_what_its_findings_say() -> None:
    assert any("durations" in one for one in trial.missing(
        TEXT.replace("duration:", "durations:", 1), ["leg-8"], {}
    ))  # fmt: skip


def test_an_error_on_one_cuff_is_said_with_the_cuff_though_the_twin_was_asked() -> None:
    fast = TEXT.replace("rise: 3 s", "rise: 0.05 s")
    if fast == TEXT:
        fast = TEXT.replace("sweep:", "sweep: 0.1 s #", 1)
    known = draft.digest(fast)
    found = trial.missing(fast, ["leg-12"], {"leg-12": Trial(known, "leg-12")})
    assert found
    assert all(one.startswith("on leg-12") for one in found)
