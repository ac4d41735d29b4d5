"""Stories around a session: a refusal, a slip, a booking clash, outcomes, a program."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import choice
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.clients import course_of, newcomer, workday
from tests.browser.house import House
from tests.browser.screen import Screen
from tests.browser.ways import answer_checklist, answer_screening, enter_pressure

Screens = Callable[..., Screen]


@pytest.fixture
def client(house: House, request: pytest.FixtureRequest) -> SimpleNamespace:
    """Somebody who has agreed to be treated and was asked nothing yet."""
    return newcomer(house, request.node.name)


def test_a_contraindication_refuses_with_its_reason_and_source(
    house: House, client: SimpleNamespace, screen: Screens
) -> None:
    technician = screen("technician")
    technician.go(f"/clients/{client.key}/screening")
    answer_screening(technician, changed={"lung-water": True})
    technician.press("Keep the answers")
    reasons = technician.region("Reasons")
    expect(technician.says("not to be treated").first).to_be_visible()
    expect(reasons).to_contain_text(re.compile("lungs?", re.IGNORECASE))
    expect(reasons).to_contain_text(re.compile(r"Source: .+"))
    expect(reasons).to_contain_text("nobody overrides it")

    course = course_of(house, client.key)
    technician.go(f"/prepare/course/{course}")
    enter_pressure(technician)
    answer_checklist(technician)
    technician.press("Prepare")
    refusal = technician.page.get_by_role("alert").first
    expect(refusal).to_contain_text("Not prepared.")
    expect(refusal).to_contain_text(re.compile("screening: ", re.IGNORECASE))
    assert "/prepare/course/" in technician.page.url


def test_a_slip_in_a_measurement_is_caught_before_it_is_kept(
    client: SimpleNamespace, screen: Screens
) -> None:
    technician = screen("technician")
    technician.go(f"/clients/{client.key}/measure")
    technician.page.get_by_role("link", name=re.compile("girth", re.IGNORECASE)).click()
    true = {0: 22.0, 8: 23.5, 16: 30.0, 24: 36.0, 32: 35.0}
    for height, girth in true.items():
        for reading in (1, 2):
            typed = girth + 0.1 * reading
            if (height, reading) == (16, 2):
                typed = 13.0  # for 31.0
            field = technician.page.get_by_label(f"Height {height} cm, reading {reading}")
            field.fill(f"{typed:.1f}")
    technician.press("Keep it")
    asked = technician.page.get_by_role("alert").filter(has_text="looks like a slip")
    expect(asked).to_be_visible()
    expect(asked).to_contain_text("Nothing has been kept yet.")
    again = technician.page.get_by_label("Height 16 cm, reading 2")
    expect(again).to_have_value("13.0")
    again.fill("30.2")
    technician.press("Keep it")
    technician.page.wait_for_url(re.compile(rf"/clients/{client.key}#measurements"))
    part = technician.region("Measurements")
    expect(part.get_by_role("link", name=re.compile(r"16 cm: 30\.[0-9] cm")).first).to_be_visible()


def test_two_who_book_the_same_time_get_one_appointment_and_one_clear_answer(
    client: SimpleNamespace, screen: Screens
) -> None:
    day = workday(90)
    desks = [screen("desk"), screen("technician")]
    for one in desks:
        one.go(f"/calendar/book?client={client.key}&day={day}&cuff=calf-3")
        one.page.get_by_role("radio").first.check()
    first, second = desks
    first.press("Book")
    first.page.wait_for_url(re.compile(rf"/calendar\?day={day}"))
    second.page.get_by_label(re.compile("^Note")).fill("rings the bell twice")
    second.press("Book")
    expect(second.page.get_by_role("alert")).to_be_visible()
    expect(second.page.get_by_label(re.compile("^Note"))).to_have_value("rings the bell twice")
    second.page.get_by_role("radio").last.check()
    second.press("Book")
    second.page.wait_for_url(re.compile(rf"/calendar\?day={day}"))


def test_the_owner_sees_outcomes_with_who_was_not_measured_and_what_a_gain_cost(
    screen: Screens,
) -> None:
    owner = screen("owner")
    owner.follow("Outcomes")
    expect(owner.heading("Outcomes")).to_be_visible()
    table = owner.page.get_by_role("table", name="Results as a table")
    expect(table).to_be_visible()
    expect(owner.region("What is not known")).to_be_visible()
    expect(owner.region("What a kept gain cost")).to_be_visible()
    expect(owner.region("What else can be done")).to_contain_text("There is no winner here")
    owner.page.get_by_label("By", exact=True).select_option("indication")
    owner.press("Show", owner.page.locator("form").filter(has_text="Ended until"))
    expect(owner.page.get_by_role("columnheader", name="indication")).to_be_visible()


def test_a_program_is_edited_and_previewed_with_what_is_wrong_as_it_is_typed(
    screen: Screens,
) -> None:
    clinician = screen("clinician")
    clinician.follow("Programs")
    clinician.follow("Gradient drainage, held until full")
    clinician.page.get_by_label("On the cuff").select_option("leg-8")
    clinician.press("Show")
    expect(
        clinician.page.get_by_role("img", name=re.compile("Set-point of each chamber")).first
    ).to_be_visible()
    clinician.follow("Copy to edit")
    clinician.page.get_by_label("On the cuff").select_option("leg-8")
    found = clinician.region("What is found")
    expect(found).to_contain_text("No error")
    editor = clinician.page.get_by_label("Program as YAML")
    name = f"own-{''.join(choice('abcdefgh') for _ in range(8))}"
    text = re.sub(r"(?m)^name: .*$", f"name: {name}", editor.input_value())
    editor.fill(text.replace("ceiling: 80", "ceiling: 800"))
    expect(found).to_contain_text(re.compile("error, .*ceiling"))
    editor.fill(text)
    expect(found).to_contain_text("No error")
    expect(found.get_by_role("img").first).to_be_visible()
    clinician.press("Keep as version 1, a draft")
    expect(clinician.page.get_by_text(name).first).to_be_visible()
    clinician.follow("What it does to a leg")
    clinician.press("Compute")
    # The very first time on a computer the twin's kernels are compiled for it.
    expect(clinician.heading("Expected")).to_be_visible(timeout=120_000)
