"""What the live page says: every text in German, alarms by their condition."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from openpresso.console import live_words
from openpresso.console import words as catalogs
from openpresso.console.words import Words
from openpresso.session.alarm_table import load_alarms
from openpresso.session.states import State

ENGLISH = Words("en", ZoneInfo("UTC"))
GERMAN = Words("de", ZoneInfo("UTC"))


@pytest.fixture(scope="module")
def german() -> Mapping[str, str]:
    """German, with what still waits beside the catalog to be taken into it."""
    found = dict(catalogs.catalog("de"))
    waiting = resources.files("openpresso.console.words").joinpath("parts", "live.po")
    if waiting.is_file():
        with waiting.open("rb") as file:
            found |= {str(one.id): str(one.string) for one in read_po(file) if one.string}
    return found


def test_every_state_and_every_word_of_the_script_is_in_german(german: Mapping[str, str]) -> None:
    said = {text for pair in live_words.STATES.values() for text in pair}
    said |= set(live_words.WORDS.values())
    assert sorted(one for one in said if not german.get(one)) == []


def test_every_alarm_is_in_german_with_the_same_places_for_its_numbers(
    german: Mapping[str, str],
) -> None:
    def fields(text: str) -> set[str | None]:
        return {one for _, one, _, _ in Formatter().parse(text) if one}

    for row in load_alarms().conditions.values():
        for text in (row.text, row.cause, row.remedy):
            assert german.get(text), (row.condition, text)
            assert fields(german[text]) == fields(text), row.condition


def test_every_state_of_a_session_has_a_name_and_what_comes_next() -> None:
    assert set(live_words.STATES) == {"empty", *(one.value for one in State)}
    assert all(name and then for name, then in live_words.states(ENGLISH).values())


def test_alarms_are_translated_by_their_condition_and_unknown_ones_are_the_stations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = load_alarms().conditions["leak"]
    known = {row.text: "{place}: undicht, {value} von {limit}{detail}", row.cause: "Ein Riss."}
    monkeypatch.setattr(catalogs, "catalog", lambda language: known if language == "de" else {})
    assert live_words.alarms(ENGLISH) == {}
    assert live_words.alarms(GERMAN) == {
        "leak": {
            "text": known[row.text],
            "cause": "Ein Riss.",
            "remedy": row.remedy,
            "unit": "mmHg/s",
        }
    }
