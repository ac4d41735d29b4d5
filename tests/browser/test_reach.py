"""Every page is for everybody: WCAG 2.2 AA by axe, light and dark, and 360 px wide."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from tests.browser.clients import course_of, newcomer, prepared_session, screened
from tests.browser.walk import PEOPLE, Found, walk

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.house import House
    from tests.browser.screen import Screen

PARTS: Final = 4
"""The way is looked at in so many tests, which can run side by side."""
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING: Final = {"runOnly": {"type": "tag", "values": TAGS}}
CONTRAST: Final = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""The dark page is the same page in other colours."""
WIDTH: Final = 360
"""Of a small telephone [px]."""
OPEN: Final = ("/sign-in", "/stop")
"""Pages that need no sign-in."""


@pytest.fixture(scope="session")
def way(house: House) -> list[Found]:
    """Every kind of page, with something on it."""
    client = newcomer(house, "the way")
    screened(house, client.key)
    prepared_session(house, client.key, course_of(house, client.key))
    return walk(house.console, f"/clients?q={client.number}")


def wrong(page: Page, path: str) -> list[str]:
    """Return what is wrong with a page: for whom, and where on it."""
    found = [f"{path}: {one}" for one in violations(page, EVERYTHING)]
    page.emulate_media(color_scheme="dark")
    found += [f"{path}, dark: {one}" for one in violations(page, CONTRAST)]
    page.emulate_media(color_scheme="light")
    size = page.viewport_size
    page.set_viewport_size({"width": WIDTH, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > WIDTH:
        found.append(f"{path}: scrolls sideways at {WIDTH} px, it is {wide} px wide")
    if size is not None:
        page.set_viewport_size(size)
    return found


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    places = [[str(node["target"]) for node in one["nodes"][:4]] for one in found]
    return [
        f"{one['id']} ({one['help']}) at {'; '.join(where)}"
        for one, where in zip(found, places, strict=True)
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_that_links_lead_to_is_accessible_and_fits_a_telephone(
    way: list[Found], part: int, screen: Callable[..., Screen]
) -> None:
    found = []
    for login in PEOPLE:
        mine = [one for one in way[part::PARTS] if one.login == login]
        if not mine:
            continue
        page = screen(login).page
        for one in mine:
            answer = page.goto(one.path)
            assert answer is not None
            assert answer.ok, f"{one.path} answers {answer.status}"
            found += wrong(page, f"{one.path} ({login})")
    assert found == []


@pytest.mark.parametrize("path", OPEN)
def test_pages_without_a_sign_in_are_accessible_too(
    path: str, screen: Callable[..., Screen]
) -> None:
    page = screen().page
    page.goto(path)
    assert wrong(page, path) == []


def test_the_way_comes_to_every_place(way: list[Found]) -> None:
    reached = {one.route for one in way}
    assert {
        "/", "/clients", "/live", "/calendar", "/outcomes", "/cuffs", "/programs", "/staff",
        "/audit", "/settings", "/clients/{client_id}", "/clients/{client_id}/screening",
        "/clients/{client_id}/measure/{kind}", "/courses/{course_id}",
        "/prepare/course/{course_id}", "/prepare/session/{session_id}",
    } <= reached  # fmt: skip
