"""A walk through every page of every role in German: what is said as in English is a name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
import sqlalchemy as sa

from openpresso import cuff, program
from openpresso.clinic.booking import book, hours
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.money import package, price, sale
from openpresso.clinic.roles import ACTIONS
from openpresso.clinic.store.base import Base
from tests.clinic.conftest import Clock
from tests.clinic.courses.world import deliver, prepared
from tests.console.conftest import ROLES, TestClient

SPOKEN = frozenset({"aria-label", "aria-roledescription", "title", "placeholder", "alt"})
"""Attributes that a person hears or sees."""
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "area", "col"})
NAMED = frozenset(
    {
        "given", "family", "number", "email", "phone", "address", "note", "login", "name", "label",
        "cuff_type", "left_serial", "right_serial", "by", "reason", "text", "record_id",
    }
)  # fmt: skip
"""Columns whose values are names, or what somebody has typed."""
SAME: Final = frozenset({
    "App", "CIVIQ", "Cellulite", "Code", "Deutsch", "Diabetes", "EUR", "English", "Hz", "JPEG",
    "LYMQOL", "Monofilament", "Name", "PDF", "PIN", "PNG", "Person", "Phase", "Plan", "STOP",
    "Sport", "Status", "System", "Text", "URL", "UTC", "VCSS", "Version", "WebP", "YAML", "kPa",
    "min", "mmHg", "openpresso",
})  # fmt: skip
"""Words that are the same in both languages."""
FOREIGN = re.compile(
    r"\?(language|lang)=|^/static/|^/sign-out|\.(pdf|zip|ics|csv)$|/picture|/small"
)


PROGRAM = re.compile(rf"/programs/({'|'.join(program.names())})\b")


class Page(HTMLParser):
    """What a page says in its own language, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []
        """Elements that are open, and whether they are to be left out."""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        foreign = tag in {"script", "style", "textarea"} or ("lang" in given and tag != "html")
        if tag not in VOID:
            self._open.append((tag, foreign))
        if not foreign and not self._hidden():
            self.said += [given[name] for name in sorted(SPOKEN & given.keys()) if given[name]]
        if tag == "a":
            self.links.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(one == tag for one, _ in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._hidden():
            self.said.append(text)

    def _hidden(self) -> bool:
        return any(foreign for _, foreign in self._open)


@pytest.fixture
def practice(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> SimpleNamespace:
    """A practice in which something of everything is there."""
    with clinic.desk(people.owner) as desk:
        hours.set_week(desk, {key: [(dt.time(8), dt.time(18))] for key in range(5)})
        title = {"en": "Session", "de": "Sitzung"}
        price.enter(desk, "session", cents=4800, title=title, tax=1900, kind="session")
        package.offer(desk, "course-8", cents=36000, tax=1900)
    with clinic.desk(people.front_desk) as desk:
        sale.buy(desk, place.client, "course-8")
        four = (place.client, people.technician, place.room, place.cuff_set)
        book.book(desk, *four, desk.today(), dt.time(15), 30, course_id=place.course)
        book.book(desk, *four, desk.today() + dt.timedelta(days=3), dt.time(10), 30)
    deliver(clinic, people, place, clock, tmp_path)
    with clinic.desk(people.technician) as desk:
        prepared(desk, place)
    return place


def names(clinic: Clinic) -> list[str]:
    """Return what is called so in both languages, the longest first."""
    found = {
        *program.names(),
        *ACTIONS,
        *(table.replace("_", " ") for table in Base.metadata.tables),
    }
    found |= set(Base.metadata.tables) | set(cuff.names())
    for name in program.names():
        one = program.load(name)
        found |= {source.citation for source in one.sources} | {one.name}
    with clinic.engine.connect() as line:
        for table in Base.metadata.tables.values():
            for column in table.columns:
                if column.name in NAMED:
                    found |= {str(value) for value in line.scalars(sa.select(column)) if value}
    return sorted((one for one in found if any(map(str.isalpha, one))), key=len, reverse=True)


def walk(browser: TestClient, seen: set[str]) -> Iterator[str]:
    """Yield the address of each kind of page that a role reaches and nobody before has."""
    todo = ["/", "/settings", "/live", "/simulate", "/clients?q=r", "/locked", "/audit"]
    while todo:
        path = todo.pop(0)
        kind = re.sub(r"=[^&]*", "=", re.sub(r"\d+", "N", PROGRAM.sub("/programs/P", path)))
        if kind in seen or FOREIGN.search(path):
            continue
        seen.add(kind)
        answer = browser.get(path, follow_redirects=True)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        yield path
        todo += [link.partition("#")[0] for link in Page(answer.text).links if link.startswith("/")]


def said(browser: TestClient, path: str, language: str) -> list[str]:
    """Return what a page says in a language."""
    browser.cookies.set("language", language)
    return Page(browser.get(path, follow_redirects=True).text).said


def english(text: str, known: list[str]) -> list[str]:
    """Return the words of a text that are no names."""
    for name in known:
        if name in text:
            text = text.replace(name, " ")
    words = re.findall(r"[^\W\d_]{3,}", text)
    return [word for word in words if word not in SAME]


def test_no_page_of_any_role_says_anything_in_english(
    visit: Callable[[str], TestClient], clinic: Clinic, practice: SimpleNamespace
) -> None:
    assert practice.client
    known = names(clinic)
    seen: set[str] = set()
    left: dict[str, str] = {}
    pages = 0
    for role in ROLES:
        browser = visit(role)
        browser.cookies.set("language", "de")
        for path in walk(browser, seen):
            pages += 1
            spoken = set(said(browser, path, "en"))
            for text in said(browser, path, "de"):
                if text in spoken and english(text, known):
                    left.setdefault(text, f"{role} {path}")
    assert pages > 40
    assert not left, "\n".join(f"{place}: {text}" for text, place in left.items())
