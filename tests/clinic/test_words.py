"""A text in two languages: what a file may say, and which language is spoken."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from openpresso.clinic.words import Words
from openpresso.documents.fields import FileModel


class Page(FileModel):
    """A file with one text."""

    title: Words


def test_a_file_has_a_text_in_every_language_and_in_no_other() -> None:
    read = Page.model_validate({"title": {"en": "leg", "de": "Bein"}})
    assert read.title == Words("leg", "Bein")


@pytest.mark.parametrize(
    ("found", "place"),
    [
        ({"en": "leg"}, "de"),
        ({"en": "leg", "de": ""}, "de"),
        ({"en": "leg", "de": "Bein", "fr": "jambe"}, "fr"),
        ({"en": 1, "de": "Bein"}, "en"),
    ],
    ids=["one-misses", "one-is-empty", "one-too-many", "a-number"],
)
def test_a_text_that_is_not_whole_is_refused(found: object, place: str) -> None:
    with pytest.raises(ValidationError) as told:
        Page.model_validate({"title": found})
    assert told.value.errors()[0]["loc"] == ("title", place)


def test_who_speaks_another_language_is_told_in_english() -> None:
    words = Words("leg", "Bein")
    assert [words.say(one) for one in ("en", "de", "de-AT", "fr", "")] == [
        "leg", "Bein", "Bein", "leg", "leg",
    ]  # fmt: skip
