"""The way of a session in German: every page reads German, and numbers have a comma."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import expect

from tests.browser.clients import course_of, newcomer, prepared_session
from tests.browser.ways import answer_checklist, answer_screening

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.browser.house import House
    from tests.browser.screen import Screen

POINTS = re.compile(r"(?<![\d.])\d+\.\d(?:\d)?(?![\d.])")
"""A number as English has it; days have two points, versions too."""
TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (["SCRIPT", "STYLE", "TEXTAREA", "CODE"].includes(parent.tagName)) continue;
    if (parent.closest("[lang]:not(html)")) continue;
    const text = node.textContent.replace(/\\s+/g, " ").trim();
    if (text) found.push(text);
  }
  for (const node of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    for (const name of ["aria-label", "placeholder", "title"])
      if (node.hasAttribute(name)) found.push(node.getAttribute(name).trim());
  return found;
}"""


LOGINS = {"owner", "clinician", "technician", "auditor"}
"""What people of the made-up clinic sign in with: names, in every language."""


@pytest.fixture(scope="session")
def german() -> dict[str, str]:
    """What is said in German, by the English text; those that are the same in both are left out."""
    with resources.files("openpresso.console").joinpath("words", "de.po").open("rb") as file:
        catalog = read_po(file, locale="de")
    return {
        one.id: one.string
        for one in catalog
        if isinstance(one.id, str) and isinstance(one.string, str) and one.id
        if one.string not in {"", one.id} and "{" not in one.id
    }


def reads_german(screen: Screen, german: dict[str, str]) -> None:
    """See that the page that is shown says nothing in English that it could say in German."""
    page = screen.page
    assert page.locator("html").get_attribute("lang") == "de", page.url
    said = page.evaluate(TEXTS)
    german_too = set(german.values())
    english = [text for text in said if text in german and text not in german_too | LOGINS]
    assert english == [], page.url
    wrong = [text for text in said if POINTS.search(text) and "openpresso" not in text]
    assert wrong == [], page.url


@pytest.fixture
def client(house: House) -> SimpleNamespace:
    """Somebody who has agreed to be treated and was asked nothing yet."""
    return newcomer(house, "auf Deutsch")


def test_every_page_of_a_session_reads_german(
    room: House, client: SimpleNamespace, german: dict[str, str], screen: Callable[..., Screen]
) -> None:
    technician = screen(locale="de-DE")
    technician.go("/sign-in")
    reads_german(technician, german)
    technician.sign_in("technician")
    reads_german(technician, german)

    technician.go(f"/clients/{client.key}/screening")
    reads_german(technician, german)
    answer_screening(technician, "de")
    technician.press(german["Keep the answers"])
    expect(technician.says(german["may be treated"]).first).to_be_visible()
    reads_german(technician, german)

    technician.go(f"/clients/{client.key}/measure/girths?side=left")
    heights = technician.page.get_by_role("row").filter(has=technician.page.get_by_role("textbox"))
    for row in range(4):
        for column in (0, 1):
            field = heights.nth(row).get_by_role("textbox").nth(column)
            field.fill(f"{24 + row},{column}")
    reads_german(technician, german)
    technician.press(german["Keep it"])
    technician.page.wait_for_url(re.compile(r"#measurements|measure/girths"))
    reads_german(technician, german)

    course = course_of(room, client.key)
    technician.go(f"/courses/{course}")
    reads_german(technician, german)
    technician.go(f"/prepare/course/{course}")
    answer_checklist(technician, "de")
    technician.press(german["Prepare"])
    expect(technician.page.get_by_role("alert").first).to_be_visible()
    reads_german(technician, german)
    session = prepared_session(room, client.key, course)
    for path in (
        f"/prepare/session/{session}", f"/clients/{client.key}", "/clients", "/live?couch=1",
        "/calendar", f"/calendar/book?client={client.key}&cuff=calf-3", "/cuffs", "/programs",
        "/programs/gradient-drainage", "/programs/check", "/settings", "/stop",
    ):  # fmt: skip
        technician.go(path)
        reads_german(technician, german)
    with room.desk() as desk:
        from openpresso.clinic.sessions import session as sessions

        sessions.abandon(desk, session, "a test")


def test_what_the_owner_reads_is_german_and_has_commas(
    german: dict[str, str], screen: Callable[..., Screen]
) -> None:
    owner = screen("owner", locale="de-DE")
    for path in ("/outcomes", "/staff", "/audit", "/settings"):
        owner.go(path)
        reads_german(owner, german)
    owner.go("/outcomes")
    assert re.search(r"\d,\d", owner.page.inner_text("main"))
