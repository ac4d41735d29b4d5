"""Ways through the console that several stories go: a client comes in, and is made ready."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from openpresso.clinic.screening.rules import current
from openpresso.clinic.sessions import checklist
from tests.clinic.courses.world import ASKED, answers, healthy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Locator

    from openpresso.clinic.screening.questionnaire import Question
    from tests.browser.screen import Screen

YES_NO: Final = {"en": {True: "Yes", False: "No"}, "de": {True: "Ja", False: "Nein"}}
SIDES: Final = {
    "en": {"left": "left", "right": "right"},
    "de": {"left": "links", "right": "rechts"},
}


def answer_screening(
    screen: Screen, tongue: str = "en", changed: Mapping[str, object] | None = None
) -> None:
    """Answer every question of the screening that is shown, as somebody healthy does."""
    given = healthy(current(), **(changed or {}))
    for _ in range(2):
        # An answer can call for further questions, which then appear.
        for key, value in given.items():
            _answer(screen, key, value, tongue)
        screen.page.wait_for_load_state("networkidle")


def _answer(screen: Screen, key: str, value: object, tongue: str) -> None:
    """Answer one question, if it is shown."""
    question = current().by_answer[key]
    if question.key in {"age", "sex"} or question.kind == "text":
        return
    side = key.rpartition(".")[2] if question.per_leg else ""
    name = re.compile(_named(question.text.say(tongue), side, tongue))
    if question.kind == "number":
        field = screen.page.get_by_label(name).first
        if field.is_visible():
            field.fill(f"{value:g}")
        return
    group = screen.page.get_by_role("group", name=name)
    if group.is_visible():
        group.get_by_role("radio", name=_said(question, value, tongue), exact=True).check()


def _named(name: str, side: str, tongue: str) -> str:
    """Return how a question's group begins, with its side where it has one."""
    return f"^{re.escape(name)}" + (f" – {SIDES[tongue][side]}" if side else "")


def _said(question: Question, value: object, tongue: str) -> str:
    if question.kind == "yes-no":
        return YES_NO[tongue][bool(value)]
    return next(text.say(tongue) for key, text in question.options if key == value)


def each_check(screen: Screen, tongue: str = "en") -> Iterator[tuple[Locator, str]]:
    """Yield every question that is shown before a session, and what lets pass."""
    checks, rules = checklist.shipped().checks, current()
    for key, value in answers().items():
        if key in ASKED:
            name, said = checks[key].text.say(tongue), YES_NO[tongue][bool(value)]
        else:
            question = rules.by_answer[key]
            name, said = question.text.say(tongue), _said(question, value, tongue)
        group = screen.page.get_by_role("group", name=re.compile(f"^{re.escape(name)}"))
        if group.count() and group.first.is_visible():
            yield group.first, said


def answer_checklist(screen: Screen, tongue: str = "en") -> None:
    """Answer what is looked at and asked before a session so that it lets pass."""
    for group, said in each_check(screen, tongue):
        group.get_by_role("radio", name=said, exact=True).check()


def enter_pressure(screen: Screen, systolic: int = 124, diastolic: int = 78) -> None:
    """Enter today's blood pressure before a session, and that used cuffs were cleaned."""
    part = screen.page.locator("form").filter(has_text="Systolic")
    part.get_by_label("Systolic [mmHg]").fill(str(systolic))
    part.get_by_label("Diastolic [mmHg]").fill(str(diastolic))
    with screen.page.expect_navigation():
        screen.press("Enter blood pressure")
    cleaned = screen.page.get_by_role("button", name="They have just been cleaned")
    if cleaned.count():
        with screen.page.expect_navigation():
            cleaned.click()
