"""What the clinic and the station tell, in the language of the person.

They tell it in English: `f"appointment {row.id} is {row.state}"`. `errors.<language>.po` has each
such text of the source as a template, `appointment {id} is {state}`; a message is matched with the
templates, and its values are put into the translation, themselves translated where they are words.
What no template fits stays English. `data.<language>.po` has the texts of shipped files. That none
is missing, a test holds, which reads the texts from the source (tests/console/test_errors.py).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from babel.messages.pofile import read_po

from openpresso.console.words import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openpresso.console.words import Words

HOLE: Final = re.compile(r"\{(\w+)\}")
DEEPEST: Final = 4
"""So deep are values within values translated."""
BETWEEN: Final = ("; ", ", ", ": ")
"""What stands between the parts of a list; sentences have the first between them."""
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?: (?:at )?(\d\d:\d\d))?")
_RANGE = re.compile(r"(\d[\d:. -]*) to (\d\S*(?: \S{1,8})?)")
_FIGURE = re.compile(r"([+-]?\d+)\.(\d+)((?: [^\s\d]{1,8})?)")


@dataclass(frozen=True, slots=True)
class Template:
    """A text of the source, and the same in another language.

    Parameters
    ----------
    form
        What a message looks like that was made of it.
    told
        The translation, with the same names in braces.
    length
        Characters outside of the braces: of two that fit, the one that says more is meant.
    """

    form: re.Pattern[str]
    told: str
    length: int


def read(name: str) -> dict[str, str]:
    """Return the translations of a catalog; empty without one."""
    found = resources.files("openpresso.console.words").joinpath(name)
    if not found.is_file():
        return {}
    with found.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


@cache
def texts(language: str) -> Mapping[str, str]:
    """Return the translations of a language by the template of the source; empty for English."""
    return read(f"errors.{language}.po") | read(f"data.{language}.po")


@cache
def templates(language: str) -> tuple[Template, ...]:
    """Return the templates of a language that have values, those that say more first."""
    known = texts(language)
    nouns = sorted(
        (one for one in known if len(one.split()) == 2 and not HOLE.search(one)), key=len
    )
    things = "|".join(re.escape(one) for one in reversed(nouns))
    made = [_template(text, told, things) for text, told in known.items() if HOLE.search(text)]
    return tuple(sorted(made, key=lambda one: -one.length))


def said(words: Words, english: str) -> str:
    """Return what the clinic or the station tells, in the language of the person.

    Parameters
    ----------
    words
        How to speak to the person.
    english
        A message, a remedy, a reason, a hint or a list of such.

    Returns
    -------
    str
        The translation; the same text when there is none.
    """
    return _said(words, english, DEEPEST) if english and texts(words.language) else english


def _template(text: str, told: str, things: str) -> Template:
    """Return the template of a text.

    Of two values in a row the second is empty or set off; a value `what` is a noun, which can have
    two words (`things`).
    """
    parts = HOLE.split(text)
    form = ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            form += re.escape(_whole(part))
        elif number > 1 and not parts[number - 1]:
            form += rf"(?P<{part}>|\W.*?)"
        elif part == "what":
            form += f"(?P<what>{things}|.*?)"
        else:
            form += f"(?P<{part}>.*?)"
    return Template(re.compile(form, re.DOTALL), told, sum(map(len, parts[::2])))


def _whole(text: str) -> str:
    """Return a text as it is said: a brace is written twice in a template."""
    return text.replace("{{", "{").replace("}}", "}")


def _said(words: Words, text: str, deep: int) -> str:
    """Return a text or a value in the language."""
    plain = " ".join(text.split()) if "\n" in text else text
    known = texts(words.language).get(plain) or catalog(words.language).get(plain)
    if known is not None:
        return _whole(known)
    figure = _figure(words, text)
    if figure is not None:
        return figure
    if not deep or not any(one.isalpha() for one in text):
        return text
    fitting = list(_fitting(words.language, text))
    for template, values in fitting:
        if not any(BETWEEN[0] in value for value in values.values()):
            return _filled(words, template, values, deep)
    for between in BETWEEN[:1] if fitting else BETWEEN:
        parts = text.split(between)
        told = [_said(words, one, deep - 1) for one in parts]
        if told != parts:
            return between.join(told)
    return _filled(words, *fitting[0], deep) if fitting else text


def _fitting(language: str, text: str) -> Iterator[tuple[Template, dict[str, str]]]:
    """Yield the templates that fit a text with their values, the one that says most first."""
    for template in templates(language):
        found = template.form.fullmatch(text)
        if found is not None:
            yield template, found.groupdict()


def _filled(words: Words, template: Template, values: Mapping[str, str], deep: int) -> str:
    """Return a translation with its values, translated too."""
    return template.told.format(
        **{name: _said(words, value, deep - 1) for name, value in values.items()}
    )


def _figure(words: Words, text: str) -> str | None:
    """Return a day, a moment or a number as the language writes it; None when it is none."""
    number = _FIGURE.fullmatch(text)
    if number is not None:
        whole, part, unit = number.groups()
        return words.number(float(f"{whole}.{part}"), len(part)) + unit
    reach = _RANGE.fullmatch(text)
    if reach is not None:
        return "–".join(_figure(words, one) or one for one in reach.groups())
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        day = words.day(dt.date.fromisoformat(found.group(1)))
    except ValueError:
        return None
    return f"{day}, {found.group(2)}" if found.group(2) else day
