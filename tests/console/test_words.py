"""German: every text of the pages, with the same placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from string import Formatter

import pytest

from openpresso.console.places import PLACES
from openpresso.console.words import catalog

ROOM = resources.files("openpresso.console")
TEMPLATES = sorted(one.name for one in (ROOM / "templates").iterdir())
ONE = re.compile(r"""_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
MANY = re.compile(r'words\.many\("([^"]*)",\s*"([^"]*)"')


@pytest.fixture(scope="module")
def german() -> Mapping[str, str]:
    return catalog("de")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_text_of_a_template_is_in_german(name: str, german: Mapping[str, str]) -> None:
    text = (ROOM / "templates" / name).read_text("utf-8")
    said = {one or other for one, other in ONE.findall(text)}
    said |= {one for pair in MANY.findall(text) for one in pair}
    assert sorted(one for one in said if not german.get(one)) == []


def test_every_place_has_a_german_title(german: Mapping[str, str]) -> None:
    assert [one.title for one in PLACES if not german.get(one.title)] == []


def test_placeholders_are_the_same_in_both_languages(german: Mapping[str, str]) -> None:
    def fields(text: str) -> set[str | None]:
        return {one for _, one, _, _ in Formatter().parse(text) if one is not None}

    assert [one for one, other in german.items() if fields(one) != fields(other)] == []
