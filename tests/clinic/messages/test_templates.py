"""The texts of messages: complete in every language, and nothing in them about health."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.messages.sender import check_headers
from openpresso.clinic.messages.templates import SHIPPED, load_templates, message_templates
from openpresso.errors import InputError

BERLIN = ZoneInfo("Europe/Berlin")
AT = dt.datetime(2026, 3, 29, 8, 5, tzinfo=dt.UTC)
HEALTH = [
    "pressotherapy",
    "pressotherapie",
    "cellulit",
    "swelling",
    "schwellung",
    "oedem",
    "edema",
    "ödem",
    "lymph",
    "vein",
    "venous",
    "vene",
    "circulation",
    "durchblutung",
    "hypertension",
    "bluthochdruck",
    "diabet",
    "numb",
    "taub",
    "sport",
    "compression",
    "kompression",
    "cuff",
    "manschette",
    "leg",
    "bein",
    "pressure",
    "druck",
    "therap",
    "treat",
    "behandl",
    "session",
    "sitzung",
    "program",
    "massage",
    "drain",
    "pain",
    "schmerz",
    "diagnos",
    "health",
    "gesund",
    "clinic",
    "klinik",
    "patient",
    "ulcer",
    "wound",
    "wunde",
    "thromb",
    "pregnan",
    "schwanger",
]


def _all(given_name: str = "Ana") -> list[tuple[str, str, str]]:
    texts = message_templates()
    return [
        (kind, *texts.written(kind, language, given=given_name, practice="P", at=AT, zone=BERLIN))
        for kind, language in texts.texts
    ]


def test_no_text_says_anything_about_health_or_names_a_program() -> None:
    catalog = Path(__file__).parents[3] / "src/openpresso/program/catalog"
    programs = [path.stem.replace("-", " ") for path in catalog.glob("*.yaml")]
    assert programs
    for _, subject, text in _all():
        said = f"{subject} {text}".lower()
        assert not [word for word in [*HEALTH, *programs] if re.search(rf"\b{word}", said)]


def test_every_kind_has_a_text_in_english_and_german() -> None:
    texts = message_templates()
    kinds = {kind for kind, _ in texts.texts}
    assert len(kinds) == 6
    assert set(texts.texts) == {(kind, language) for kind in kinds for language in ("en", "de")}


def test_a_text_says_day_and_time_as_they_are_where_the_practice_is() -> None:
    texts = message_templates()
    subject, text = texts.written(
        "reminder", "de-AT", given="Zoë", practice="Praxis am Park", at=AT, zone=BERLIN
    )
    assert subject == "Erinnerung: Ihr Termin am Sonntag, 29. März 2026, 10:05 Uhr"
    assert text.startswith("Guten Tag Zoë,\n")
    assert text.endswith("Praxis am Park\n")
    subject, _ = texts.written("reminder", "fr", given="Zoë", practice="P", at=AT, zone=BERLIN)
    assert subject == "Reminder: your appointment on Sunday 29 March 2026 at 10:05"


@given(st.text(max_size=60))
def test_no_name_can_add_a_line_to_a_subject_or_a_field_to_a_text(name: str) -> None:
    for _, subject, text in _all(name):
        check_headers("email", "ana@example.org", subject)
        assert "{given}" not in text or "{given}" in name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - kind: moved\n    language: de", "  - kind: moved\n    language: en", "moved in"),
        ("at {time}", "at {program}", "the field 'program' is unknown"),
        ("at {time}", "at {time", "expected '}'"),
        ("schema: 1", "schema: 2", "2 is not allowed"),
        ("stale:", "stail:", "did you mean"),
        ("kind: moved", "kind: advertisement", "'advertisement' is not allowed"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    content = SHIPPED.read_text(encoding="utf-8")
    assert old in content
    path = tmp_path / "templates.yaml"
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_templates(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("channel", "to", "subject", "code"),
    [
        ("email", "ana@example.org", "Hello\r\nBcc: all@example.org", "header-injection"),
        ("email", "ana@example.org", "Hello\x00", "header-injection"),
        ("email", "ana@example.org\nBcc: b@example.org", "Hello", "bad-address"),
        ("email", "ana@example.org, b@example.org", "Hello", "bad-address"),
        ("email", "Ana <ana@example.org>", "Hello", "bad-address"),
        ("email", "", "Hello", "bad-address"),
        ("sms", "+49 30 1234567\n", "Hello", "bad-address"),
        ("pigeon", "ana@example.org", "Hello", "bad-address"),
    ],
)
def test_what_could_add_headers_is_refused(channel: str, to: str, subject: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        check_headers(channel, to, subject)
    assert caught.value.code == code
