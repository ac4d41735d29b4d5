"""What may stand in texts: every script, long notes, no control characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.people import text
from openpresso.errors import InputError


@pytest.mark.parametrize(
    "name",
    [
        "Ana Ruiz", "Μαρία", "Ольга", "山田 太郎", "김민준", "محمد", "שרה", "अनिल", "สมชาย",
        "Ng\u0169", "ကျော်", "ஆனந்த", "Ọláìyá", "ʻOkina", "X Æ A-12", "𠮷野",
    ],
)  # fmt: skip
def test_names_of_every_script_are_kept(name: str) -> None:
    assert text.line(name, "client", "given") == unicodedata.normalize("NFC", name)
    assert text.has_letter(name)


@pytest.mark.parametrize(
    "bad",
    ["A\0b", "A\x07b", "A\x7fb", "A\x85b", "A\u202eb", "A\ud800b", "A\u2028b", "A\ufffeb", "A\nb"],
)
def test_control_characters_and_halves_of_characters_are_refused_and_named(bad: str) -> None:
    with pytest.raises(
        InputError, match=rf"client: given: character 2 is U\+{ord(bad[1]):04X}"
    ) as e:
        text.line(bad, "client", "given")
    assert e.value.code == "bad-character"


def test_a_note_of_10000_characters_is_kept_and_one_more_is_refused() -> None:
    assert len(text.note("ß" * 10_000, "client", "note")) == 10_000
    with pytest.raises(InputError, match="10,001 characters; at most 10,000") as e:
        text.note("ß" * 10_001, "client", "note")
    assert e.value.code == "too-long"


def test_a_note_has_lines_and_tabs_and_no_other_control_character() -> None:
    assert text.note("one\r\ntwo\tthree\n", "client", "note") == "one\ntwo\tthree"
    for bad in ("a\0", "a\x0bb", "a\x1bb"):
        with pytest.raises(InputError, match="control character"):
            text.note(bad + "b", "client", "note")


def test_a_name_of_201_characters_is_refused() -> None:
    assert text.line("x" * 200, "client", "given") == "x" * 200
    with pytest.raises(InputError, match="201 characters; at most 200"):
        text.line("x" * 201, "client", "given")


@given(st.text(max_size=60))
def test_what_is_kept_is_kept_unchanged_the_second_time(value: str) -> None:
    try:
        kept = text.line(value, "client", "given")
    except InputError:
        return
    assert text.line(kept, "client", "given") == kept
    assert "\0" not in kept
    kept.encode()


@pytest.mark.parametrize(
    "bad", ["ana", "ana@", "@example.org", "a b@example.org", "a@b@c", "a@.org"]
)
def test_an_address_of_e_mail_needs_a_name_and_a_host(bad: str) -> None:
    with pytest.raises(InputError, match="not an address"):
        text.email(bad, "client", "email")


def test_an_address_of_e_mail_or_none_is_kept() -> None:
    assert text.email(" ana@example.org ", "client", "email") == "ana@example.org"
    assert not text.email("", "client", "email")


def test_a_telephone_number_has_digits_of_any_script() -> None:
    assert text.phone("+٤٩ ٣٠ ١٢٣", "client", "phone") == "+49 30 123"
    for bad in ("call me", "12", "+-/"):
        with pytest.raises(InputError, match="not a telephone number"):
            text.phone(bad, "client", "phone")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="7 is not a text"):
        text.line(7, "client", "given")  # type: ignore[arg-type]
