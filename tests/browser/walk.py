"""The way through the console that its own links give, so that a new page is never forgotten."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
from starlette.routing import Match

from openpresso.clinic.demo.house import PASSWORD
from openpresso.console.app import create_app
from openpresso.console.settings import Settings

if TYPE_CHECKING:
    from openpresso.clinic.clinic import Clinic

PEOPLE: Final = ("clinician", "owner", "technician", "desk", "auditor")
"""Who walks; whoever comes first opens most doors."""
ALIKE: Final = 2
"""So many pages of the same route and the same questions are looked at."""
MOST: Final = 400
"""More pages than this is no way any more but a wood."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page, and who came to it."""

    login: str
    path: str
    route: str


class _Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href") and "download" not in given:
            self.found.append(str(given["href"]))


class Routes:
    """The console's own table of pages."""

    def __init__(self) -> None:
        settings = Settings("nowhere", station="http://127.0.0.1:9", station_key="-")
        waiting: list[Any] = list(create_app(cast("Clinic", None), settings).routes)
        self._routes: list[Any] = []
        while waiting:
            one = waiting.pop(0)
            inside = getattr(one, "original_router", None)
            if inside is None:
                self._routes.append(one)
            else:
                waiting = [*inside.routes, *waiting]

    def of(self, path: str) -> str:
        """Return the route that a path belongs to, as its table writes it."""
        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "root_path": ""}
        for route in self._routes:
            if route.matches(scope)[0] == Match.FULL:
                return str(getattr(route, "path", path))
        return path


def walk(base: str, also: str = "") -> list[Found]:
    """Return pages of every kind that people reach from their homes by links.

    Parameters
    ----------
    base
        Where the console is.
    also
        Where the looking up of a client leads; those who may not look up do not go there.

    Returns
    -------
    list of Found
        At most `ALIKE` of a kind for everybody together, and everybody's home.
    """
    routes, seen, kinds = Routes(), set[str](), Counter[str]()
    found: list[Found] = []
    for login in PEOPLE:
        with httpx.Client(base_url=base, follow_redirects=True, timeout=30.0) as browser:
            _sign_in(browser, base, login)
            ahead, mine = ["/", *([also] if also else [])], set[str]()
            while ahead:
                path = ahead.pop(0)
                kind = f"{routes.of(urlsplit(path).path)}?{_asked(path)}"
                if path in mine or (path != "/" and (path in seen or kinds[kind] >= ALIKE)):
                    continue
                mine.add(path)
                answer = browser.get(path)
                if path == also and answer.status_code == httpx.codes.FORBIDDEN:
                    continue
                if not answer.headers.get("content-type", "").startswith("text/html"):
                    assert answer.is_success, f"{login}: {path} answers {answer.status_code}"
                    continue
                assert answer.is_success, f"{login}: {path} answers {answer.status_code}"
                seen.add(path)
                kinds[kind] += 1
                found.append(Found(login, path, routes.of(urlsplit(path).path)))
                assert len(found) < MOST
                ahead += _onwards(base, str(answer.url), answer.text)
    return found


def _sign_in(browser: httpx.Client, base: str, login: str) -> None:
    answer = browser.post(
        "/sign-in", data={"login": login, "password": PASSWORD}, headers={"origin": base}
    )
    assert answer.url.path != "/sign-in", answer.text


def _asked(path: str) -> str:
    """Return what a path asks for, without the values."""
    return "&".join(sorted({name for name, _ in parse_qsl(urlsplit(path).query)}))


def _onwards(base: str, here: str, page: str) -> list[str]:
    """Return the paths that a page leads to inside the console."""
    links = _Links()
    links.feed(page)
    parts = (urlsplit(urljoin(here, one)) for one in links.found)
    ours = [one for one in parts if f"{one.scheme}://{one.netloc}" == base]
    return [re.sub(r"\?$", "", f"{one.path}?{one.query}") for one in ours]
