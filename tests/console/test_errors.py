"""German of what the clinic, the console and the station tell: complete, and put together right."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.console.refused import spoken, told
from openpresso.console.words import Words, catalog
from openpresso.console.words.errors import HOLE, read, said, texts
from openpresso.errors import Diagnostic, InputError, OpenpressoError
from tests.console.said import data_texts, names, sentences

ENGLISH = Words("en", ZoneInfo("Europe/Berlin"))
GERMAN = Words("de", ZoneInfo("Europe/Berlin"))
SENTENCES = sentences()
SHIPPED = data_texts()


def test_every_text_that_a_person_can_be_told_is_in_german() -> None:
    known = set(texts("de")) | set(catalog("de"))
    missing = {text: module for text, module in SENTENCES.items() if text not in known}
    assert missing == {}, "add them to words/errors.de.po"


def test_every_text_of_a_shipped_file_and_every_action_is_in_german() -> None:
    known = set(read("data.de.po")) | set(catalog("de"))
    missing = {text: place for text, place in SHIPPED.items() if text not in known}
    assert missing == {}, "add them to words/data.de.po"


def test_no_german_is_kept_of_a_text_that_nobody_says_any_more() -> None:
    assert set(read("errors.de.po")) - set(SENTENCES) - names() == set()
    assert set(read("data.de.po")) - set(SHIPPED) == set()


def test_the_german_names_no_value_that_the_english_does_not_have() -> None:
    wrong = {
        text
        for text, told in texts("de").items()
        if not set(HOLE.findall(told)) <= set(HOLE.findall(text))
    }
    assert wrong == set()


def test_a_message_made_of_a_template_is_told_in_german() -> None:
    wrong = {}
    for text, told_ in read("errors.de.po").items():
        values = {name: f"Q{number}7" for number, name in enumerate(HOLE.findall(text))}
        found = said(GERMAN, text.format(**values))
        if found != told_.format(**values):
            wrong[text] = found
    assert wrong == {}


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "appointment 5 is booked; it can cancel, miss",
            "Termin 5 ist gebucht; möglich ist: absagen, versäumt eintragen",
        ),
        (
            "client.merge is for clinician, owner; you are technician",
            "Das dürfen: Behandler, Inhaber; Sie sind: Fachkraft",
        ),
        (
            "the room Room 1 is taken on 2026-03-04 from 10:00 to 10:30 by appointment 17",
            "Belegt am 04.03.2026, 10:00–10:30: Raum Room 1, durch Termin 17",
        ),
        (
            "the cuff set Set 1 is out of use; Tina has left",
            "Außer Betrieb: Manschettensatz Set 1; Tina ist ausgeschieden",
        ),
        (
            "order by Ana Ruiz; 45.5 mmHg, set by Bo (x)",
            "Anordnung von Ana Ruiz; 45,5 mmHg, gesetzt von Bo (x)",
        ),
        (
            "All four are free next on 2026-03-04 10:30.",
            "Alle vier sind als Nächstes frei am 04.03.2026, 10:30.",
        ),
    ],
)
def test_values_are_told_in_german_too(english: str, german: str) -> None:
    assert said(GERMAN, english) == german


def test_what_a_person_has_typed_stays_as_it_is() -> None:
    assert said(GERMAN, "'{x} is no day' is no day") == "'{x} is no day' ist kein Tag"
    assert said(GERMAN, "Ruiz & Söhne {0}") == "Ruiz & Söhne {0}"


def test_an_unknown_text_stays_english_and_english_stays_as_it_is() -> None:
    assert said(GERMAN, "the moon is full of cheese today") == "the moon is full of cheese today"
    for text in SENTENCES:
        assert said(ENGLISH, text) == text


def test_a_refusal_is_told_with_its_reasons_and_what_to_do() -> None:
    error = RefusedError("the package cannot rest", ["it rests already", "it was given back"])
    one = told(error).spoken(GERMAN)
    assert one.message == "Das Paket kann nicht ruhen"
    assert one.remedy == "Es ruht schon; Es wurde zurückgegeben."
    assert told(error).remedy == "It rests already; it was given back."


def test_an_input_is_told_with_each_of_its_findings() -> None:
    findings = [
        Diagnostic("error", "a", "day", "'x' is no day", "Choose a day, such as 2026-03-02."),
        Diagnostic("error", "b", "time", "'y' is no time", "Choose a time, such as 10:30."),
    ]
    one = spoken(GERMAN, InputError("form", findings))
    german = ["'x' ist kein Tag", "'y' ist keine Uhrzeit"]
    assert [found.message for found in one.diagnostics] == german  # type: ignore[attr-defined]
    assert told(InputError("form", findings)).spoken(GERMAN).message == (
        "'x' ist kein Tag; 'y' ist keine Uhrzeit"
    )


@pytest.mark.parametrize("kind", [NotAllowedError, NotFoundError, OpenpressoError])
def test_an_error_on_a_page_of_its_own_is_told_in_german(kind: type[OpenpressoError]) -> None:
    error = kind("there is no client 7", remedy="Look it up again; it may have been removed.")
    one = spoken(GERMAN, error)
    assert one.message == "Es gibt keinen Klienten 7"  # type: ignore[attr-defined]
    assert one.remedy.startswith("Suchen Sie noch einmal")  # type: ignore[attr-defined]
