"""Evidence cards: nothing is promised, every card has sources, every program is there."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from openpresso import program
from openpresso.clinic.evidence.card import INDICATIONS, Card, card, cards, load_card
from openpresso.errors import InputError

FOLDER = Path(str(resources.files("openpresso.clinic.evidence"))) / "cards"
CARDS = list(cards().values())
NAMES = [one.indication for one in CARDS]
each_card = pytest.mark.parametrize("one", CARDS, ids=NAMES)


def test_there_is_a_card_for_each_indication_and_no_file_beside() -> None:
    expected = {
        "cellulite", "swelling", "circulation", "lymph-drainage", "sport", "hypertension",
        "diabetes", "numbness",
    }  # fmt: skip
    assert set(cards()) == set(INDICATIONS) == expected
    assert {path.stem for path in FOLDER.glob("*.yaml")} == expected
    assert all(one.indication == name for name, one in cards().items())


@each_card
def test_a_card_has_sources_and_what_is_found_has_an_address(one: Card) -> None:
    assert one.sources
    assert any(source.mark == "found" for source in one.sources)
    assert all(source.address for source in one.sources if source.mark == "found")


@each_card
def test_a_claim_says_may_and_promises_nothing(one: Card) -> None:
    english = re.findall(r"\w+", one.claim.en.lower())
    german = re.findall(r"\w+", one.claim.de.lower())
    assert {"may", "nothing"} & set(english)
    assert {"kann", "können", "nichts"} & set(german)
    promises = {"will", "cures", "heals", "removes", "guaranteed", "always", "proven", "permanent"}
    assert not promises & set(english)
    assert not {"heilt", "beseitigt", "garantiert", "immer", "bewiesen", "dauerhaft"} & set(german)


@each_card
def test_a_card_of_unknown_effect_says_so(one: Card) -> None:
    if one.grade == "U":
        assert re.search(r"not known|nothing", one.claim.en, re.IGNORECASE)
        assert re.search(r"nicht bekannt|nichts", one.claim.de, re.IGNORECASE)
    assert one.grade in program.GRADES


@each_card
def test_every_program_is_in_the_catalog_and_its_grade_is_the_cards_or_why_not(one: Card) -> None:
    for fitting in one.programs:
        grade = program.load(fitting.name).evidence.grade
        assert (grade == one.grade) is (fitting.why is None), fitting.name
    assert bool(one.programs) is (one.no_program is None)


@each_card
def test_no_card_has_a_better_grade_than_the_best_of_its_programs(one: Card) -> None:
    grades = [program.load(fitting.name).evidence.grade for fitting in one.programs]
    order = list(program.GRADES)
    assert not grades or order.index(one.grade) >= min(map(order.index, grades))


@each_card
def test_a_card_says_what_to_try_first_in_both_languages(one: Card) -> None:
    assert len({first.what for first in one.first}) == len(one.first) >= 2
    texts = [one.title, one.claimed, one.finding, one.claim, one.lasts, one.change_mind]
    texts += [one.not_for, *(first.text for first in one.first)]
    texts += [fitting.why for fitting in one.programs if fitting.why]
    assert all(text.en and text.de for text in texts)
    same = [text.en for text in texts if text.en == text.de]
    assert set(same) <= {"Cellulite"}
    assert one.title.say("de") == one.title.de
    assert one.title.say("fr") == one.title.en


# Reference: figures of the trials, typed in again from the list of facts.
@pytest.mark.parametrize(
    ("indication", "figures"),
    [
        ("lymph-drainage", ("-0.20", "-0.33", "-0.07", "-0.15", "0.04", "12 studies")),
        ("sport", ("-0.33", "-0.49", "-0.18", "322", "319", "45 people")),
        ("swelling", ("50 people", "81 people", "120 mmHg", "60 mmHg")),
        ("hypertension", ("from 90 to 95", "21 young")),
        ("cellulite", ("30 patients, 24 sessions", "0.5 cm", "sham")),
        ("diabetes", ("90 and 120 mmHg", "30 people", "38 people")),
        ("circulation", ("41 and 34 people", "2.5 hours")),
        ("numbness", ("No trial",)),
    ],
)
def test_the_findings_have_the_figures_of_the_trials(
    indication: str, figures: tuple[str, ...]
) -> None:
    text = " ".join(card(indication).finding.en.split())
    assert [one for one in figures if one not in text] == []


@pytest.mark.parametrize("one", CARDS, ids=NAMES)
def test_both_languages_give_the_same_figures(one: Card) -> None:
    def figures(text: str) -> list[str]:
        found = re.findall(r"\d+(?:[.,]\d+)?", text)
        return sorted(figure.replace(",", ".") for figure in found)

    for words in (one.finding, one.claim, one.lasts, one.not_for):
        assert figures(words.en) == figures(words.de)


def test_an_unknown_indication_names_those_that_have_a_card() -> None:
    with pytest.raises(InputError, match="allowed are cellulite"):
        card("hair")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Whether it does anything to cellulite is not known.", "It removes it.", "promise"),
        ("may look or feel", "looks and feels", "promise"),
        ("kann für kurze", "wird für kurze", "promise"),
        ("It is said that compression smooths", "Compression smooths", "not-ours"),
        ("- name: cellulite-look", "- name: cellulite-gone", "unknown-program"),
        ("- name: cellulite-look", "- name: sport-recovery", "other-grade"),
        ("grade: U", "grade: A", "other-grade"),
        ("grade: U", "grade: F", "not-allowed"),
        ("programs:\n  - name: cellulite-look", "programs: []", "no-program"),
        ('    address: "https://mjcu.journals.ekb.eg/article_54375.html"\n', "", "address-missing"),
        ("version: 1", "version: 1\ncolour: red", "unknown-field"),
    ],
)
def test_a_card_that_claims_too_much_is_refused(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    text = (FOLDER / "cellulite.yaml").read_text()
    assert old in text
    path = tmp_path / "cellulite.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load_card(path)
    assert code in {one.code for one in caught.value.diagnostics}
    assert all(one.line and one.hint for one in caught.value.diagnostics)
