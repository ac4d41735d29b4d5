"""The text of a program of one's own: name, number, length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import program as programs
from openpresso.clinic.programs import draft
from openpresso.errors import InputError
from tests.clinic.programs.texts import copied, shipped


@pytest.mark.parametrize("name", programs.names())
def test_every_program_of_the_catalog_can_be_copied_under_a_name_of_ones_own(name: str) -> None:
    own = draft.own_name(name)
    text = draft.numbered(draft.renamed(shipped(name), own), 7)
    found = draft.program(text)
    assert (found.name, found.version) == (own, 7) == (draft.name_of(text), 7)
    assert found.phases == programs.load(name).phases


def test_no_program_of_the_catalog_has_a_name_of_ones_own() -> None:
    assert not [name for name in programs.names() if draft.is_own(name)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title: no name",
        "name: heavy-legs",
        "name: own-",
        "name: own-Evening",
        "name: own-a--b",
        f"name: own-{'a' * 60}",
        "  name: own-inside",
    ],
)
def test_a_text_without_a_name_of_ones_own_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="own-evening-legs") as found:
        draft.name_of(text)
    assert found.value.code == "bad-name"


def test_a_bad_name_is_found_on_its_line() -> None:
    with pytest.raises(InputError) as found:
        draft.name_of("schema: 1\nname: heavy-legs\n")
    assert found.value.diagnostics[0].line == 2


def test_quotes_and_a_remark_beside_the_name_do_not_matter() -> None:
    assert draft.name_of('name: "own-evening"  # ours\n') == "own-evening"


@given(st.text(max_size=200))
def test_what_is_kept_ends_with_one_line_feed_and_stays_when_kept_again(text: str) -> None:
    try:
        kept = draft.cleaned(text)
    except InputError:
        assert not text.strip()
        return
    assert kept.endswith("\n")
    assert draft.cleaned(kept) == kept


@pytest.mark.parametrize("text", ["", " \n ", "x" * draft.LONGEST])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="characters"):
        draft.cleaned(text)


def test_a_text_has_a_title_as_soon_as_it_is_a_program() -> None:
    assert draft.title_of(copied()) == programs.load("heavy-legs").title
    assert draft.title_of("name: own-x\n") == ""


def test_a_change_of_one_letter_is_another_digest() -> None:
    assert draft.digest("hold: 6 s") != draft.digest("hold: 7 s")
