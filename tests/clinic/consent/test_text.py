"""Texts of consent: versions, languages, and what the treatment text has to say."""

from __future__ import annotations

import hashlib
import re
import shutil
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest

from openpresso.clinic.consent.text import (
    LANGUAGES,
    Purpose,
    current,
    find,
    load_texts,
    sha256,
)
from openpresso.errors import InputError

SHIPPED = Path(str(resources.files("openpresso.clinic.consent")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED / "texts", tmp_path / "texts")
    shutil.copy(SHIPPED / "consents.yaml", tmp_path)
    return tmp_path


def test_every_purpose_has_a_text_in_every_language() -> None:
    assert set(current()) == set(get_args(Purpose))
    for purpose in current().values():
        texts = purpose.shown.texts
        assert set(texts) == set(LANGUAGES) == set(purpose.titles)
        assert len(set(texts.values())) == len(LANGUAGES)
        for text in texts.values():
            assert text.startswith("# ")


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        (
            "en",
            ("not a certified medical device", "unproven", "STOP", "1 to 10 of 100",
             "fewer than 1 of 10,000", "Phlebology 2020;35:447", "23 of 53", "What is not known",
             "withdraw at any time", "pain, tingling or numbness", "swelling of groin or genitals"),
        ),
        (
            "de",
            ("kein zugelassenes Medizinprodukt", "nicht belegt", "STOPP", "1 bis 10 von 100",
             "weniger als 1 von 10.000", "Phlebology 2020;35:447", "23 von 53",
             "Was nicht bekannt ist", "jederzeit", "Schmerz, Kribbeln oder Taubheit",
             "Schwellung von Leiste oder Genitalien"),
        ),
    ],
)  # fmt: skip
def test_the_treatment_text_says_plainly_what_it_must(
    language: str, phrases: tuple[str, ...]
) -> None:
    text = current()["treatment"].shown.texts[language]
    assert [one for one in phrases if one not in text] == []


def test_both_languages_of_a_text_have_the_same_parts() -> None:
    for purpose in current().values():
        shapes = [
            (text.count("\n- "), text.count("\n|"), len(re.findall(r"^\*\*", text, re.MULTILINE)))
            for text in purpose.shown.texts.values()
        ]
        assert len(set(shapes)) == 1, purpose.key


def test_the_hash_is_that_of_the_texts_bytes() -> None:
    text = current()["treatment"].shown.texts["de"]
    file = (SHIPPED / "texts" / "treatment-1.de.md").read_bytes()
    assert sha256(text) == hashlib.sha256(file).hexdigest()


@pytest.mark.parametrize(("renew", "counts"), [("true", False), ("false", True)])
def test_a_newer_version_says_whether_older_consents_count(
    folder: Path, renew: str, *, counts: bool
) -> None:
    file = folder / "consents.yaml"
    one = '      - {version: 1, published_on: "2026-11-22", renew: true}\n'
    two = f'      - {{version: 2, published_on: "2027-01-01", renew: {renew}}}\n'
    file.write_text(file.read_text().replace(one, one + two, 1))
    for language in LANGUAGES:
        (folder / "texts" / f"treatment-2.{language}.md").write_text("# Treatment\n")
    treatment = load_texts(folder)["treatment"]
    assert treatment.shown.number == 2
    assert treatment.counts(1) is counts
    assert treatment.counts(2)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("key: research", "key: advertising", "not-allowed"),
        ("key: research", "key: reminders", "overlapping-key"),
        ("version: 1, published_on", "version: 3, published_on", "missing-text"),
        ("renew: true", "renewed: true", "unknown-field"),
        ('"2026-11-22"', '"22.11.2026"', "value-error"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(folder: Path, old: str, new: str, code: str) -> None:
    file = folder / "consents.yaml"
    head, mark, rest = file.read_text().rpartition(old)
    assert mark
    file.write_text(head + new + rest)
    with pytest.raises(InputError) as caught:
        load_texts(folder)
    assert code in {one.code for one in caught.value.diagnostics}
    assert all(one.hint for one in caught.value.diagnostics)


def test_an_empty_text_is_no_text(folder: Path) -> None:
    (folder / "texts" / "research-1.de.md").write_text(" \n")
    with pytest.raises(InputError, match=r"research-1\.de\.md"):
        load_texts(folder)


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(InputError, match="allowed are treatment"):
        find(current(), "advertising")
