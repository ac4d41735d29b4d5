"""The console as a stranger sees it: its routes, its forms, and what they take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from openpresso.console.page import OPEN

PROGRAMS = "/api/"
"""Paths that programs call with a token; they have tests of their own."""
LEAVING = frozenset({"/sign-out", "/lock", "/settings/sign-out-everywhere", "/settings/password"})
"""Forms after which nobody is signed in any more."""


def routes(app: FastAPI) -> list[APIRoute]:
    """Every route of the pages, also those of routers that are included."""
    found: list[APIRoute] = []
    waiting: list[Any] = list(app.routes)
    while waiting:
        one = waiting.pop()
        if isinstance(one, APIRoute):
            found.append(one)
        elif hasattr(one, "original_router"):
            waiting += one.original_router.routes
    pages = [one for one in found if not one.path.startswith(PROGRAMS)]
    assert len(pages) > 60
    return sorted(pages, key=lambda one: (one.path, sorted(one.methods or ())))


def slow(path: str) -> bool:
    """Whether an address gives a document that takes seconds to make, or a stream without end."""
    return path.endswith((".pdf", ".zip", "/stream"))


def reading(route: APIRoute) -> bool:
    """Whether a route only shows something."""
    return "GET" in (route.methods or set())


def said(route: APIRoute) -> list[str]:
    """The actions that a route says it needs."""
    return list((route.openapi_extra or {}).get("x-actions", []))


def is_open(route: APIRoute) -> bool:
    """Whether nobody needs to sign in for a route."""
    return said(route) == [OPEN]


def filled(route: APIRoute, keys: Mapping[str, object]) -> str:
    """The path of a route; what has no key is 1."""
    path = route.path
    for name in route.param_convertors:
        path = path.replace("{" + name + "}", str(keys.get(name, 1)))
    return path


def asked(route: APIRoute) -> list[str]:
    """Names of the values that a route takes after the question mark."""
    waiting, found = [route.dependant], []
    while waiting:
        one = waiting.pop()
        found += [value.name for value in one.query_params]
        waiting += one.dependencies
    return found


@dataclass
class Form:
    """A form as a page has it."""

    page: str
    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    """What boxes that nobody ticked would say."""


class Page(HTMLParser):
    """What stands on a page: its elements, its links, its forms and its text."""

    def __init__(self, path: str, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.text = ""
        self._form: Form | None = None
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "a" and (found.get("href") or "").startswith("/"):
            self.links.append(found["href"] or "")
        if tag == "form":
            action = found.get("action") or self.path
            self._form = Form(self.path, action, (found.get("method") or "get").upper())
            self.forms.append(self._form)
        if self._form is None:
            return
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "input" and name:
            kind = found.get("type") or "text"
            if kind not in {"checkbox", "radio", "file"} or "checked" in found:
                self._form.fields.setdefault(name, []).append(
                    value or ("on" * (kind == "checkbox"))
                )
            else:
                self._form.fields.setdefault(name, [])
                self._form.choices.setdefault(name, value or "on")
        elif tag == "button" and name:
            self._form.fields[name] = [value]
        elif tag == "textarea" and name:
            self._form.fields[name] = [""]
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in found))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select" and self._form is not None and self._select:
            chosen = [value for value, on in self._options if on]
            first = chosen or [value for value, _ in self._options if value] or [""]
            self._form.fields[self._select] = first[:1]

    def handle_data(self, data: str) -> None:
        self.text += data


def kind_of(link: str) -> str:
    """What is alike for pages of one kind: one of each is looked at."""
    return re.sub(r"\d+|=[^&]*", "", link)


def pages(browser: TestClient, *begin: str) -> Iterator[Page]:
    """Walk from page to page by their links, one page of each kind."""
    waiting, seen = list(begin), {kind_of(one) for one in begin}
    while waiting:
        path = waiting.pop()
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code < 500, (path, answer.status_code)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = Page(path, answer.text)
        yield page
        for found in page.links:
            link = found.partition("#")[0]
            if not link or link.startswith("/static") or slow(link.partition("?")[0]):
                continue
            if kind_of(link) not in seen:
                seen.add(kind_of(link))
                waiting.append(link)


def forms(found: list[Page]) -> list[Form]:
    """One form of each kind of many pages, without those that end the sign-in."""
    kinds: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    for page in found:
        for form in page.forms:
            if form.action.startswith("/") and form.action not in LEAVING:
                key = (form.method, kind_of(form.action), tuple(sorted(form.fields)))
                kinds.setdefault(key, form)
    return list(kinds.values())


def send(browser: TestClient, form: Form, **changed: str) -> Any:  # noqa: ANN401 -- an answer
    """Send a form as it stands on its page, with some fields changed or added."""
    data: dict[str, Any] = {name: value for name, value in form.fields.items() if value}
    data |= changed
    if form.method == "GET":
        return browser.get(form.action, params=data)
    return browser.post(form.action, data=data)
