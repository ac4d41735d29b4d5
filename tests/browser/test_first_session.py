"""The story of a new client: from the door of the practice to the report of the first session."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from random import choice, randrange

from playwright.sync_api import expect

from tests.browser.clients import workday
from tests.browser.house import House
from tests.browser.screen import Screen
from tests.browser.ways import answer_checklist, answer_screening, enter_pressure

FITTED = 90_000
"""Longest time until large cuffs have passed their tests [ms]."""


def registered(screen: Screen, given: str, family: str) -> str:
    """Let the front desk register somebody who agrees; return the address of the client's page."""
    screen.follow("Clients")
    screen.follow("New client")
    screen.page.get_by_label("Given names").fill(given)
    screen.page.get_by_label("Family name").fill(family)
    born = dt.date(1941, 1, 1) + dt.timedelta(days=randrange(20_000))
    screen.page.get_by_label("Date of birth").fill(born.isoformat())
    screen.page.get_by_label("Sex").select_option("female")
    screen.press("Register")
    expect(screen.heading(f"{given} {family}")).to_be_visible()
    page = screen.page.url
    for purpose in ("Treatment", "Keeping health data"):
        screen.follow(purpose, screen.region("Consents"))
        screen.press("The client agrees")
        expect(screen.region("Consents").get_by_role("listitem").filter(has_text=purpose)).to_contain_text(
            "given"
        )  # fmt: skip
    return page


def opened(screen: Screen, program: str) -> None:
    """Open and begin a course of a program on the large cuffs."""
    screen.follow("New course")
    screen.page.get_by_role("radio", name=program, exact=True).first.check()
    screen.page.get_by_label("Cuff", exact=True).select_option("leg-8")
    screen.press("Open the course")
    screen.press("Begin today")
    expect(screen.page.get_by_text("going on")).to_be_visible()


def test_the_first_session_of_a_new_client(room: House, screen: Callable[..., Screen]) -> None:
    family = f"Story{''.join(choice('abcdefgh') for _ in range(6))}"
    page = registered(screen("desk"), "Ana", family)
    technician = screen("technician")
    technician.follow("Clients")
    technician.page.get_by_label("Look up a client").fill(f"ana {family}")
    technician.follow(f"Ana {family}")
    assert technician.page.url == page

    technician.follow("Screen")
    answer_screening(technician)
    technician.press("Keep the answers")
    expect(technician.says("may be treated").first).to_be_visible()
    technician.follow("To the client")
    opened(technician, "gradient-drainage")
    course = technician.page.url

    technician.page.get_by_role("link", name="Prepare", exact=True).first.click()
    enter_pressure(technician)
    technician.page.get_by_label("Cuff set").select_option("leg-8 A")
    answer_checklist(technician)
    technician.press("Prepare")
    technician.page.get_by_label("Couch").select_option("1")
    technician.press("Hand over")
    expect(technician.says("You have the control seat.")).to_be_visible()
    session = technician.page.get_by_role("link", name="Go to it").first.get_attribute("href")
    technician.twice("Turn on left")
    room.until(
        "1",
        lambda now: now["cuffs"]["left"]["fit"] or now["state"] == "fitting",
        30.0,
        "the left cuff is on",
    )
    technician.twice("Turn on right")
    technician.state("Ready to start", FITTED)
    technician.twice("Start")
    technician.state("Running")
    technician.press("90 %")
    chamber = technician.page.get_by_role("button", name=re.compile("^left, chamber 2: "))
    chamber.click()
    technician.press("Leave it out")
    expect(
        technician.page.get_by_role("button", name=re.compile("chamber 2: .*left out"))
    ).to_be_visible()
    technician.press("End: let down, then vent")
    technician.state("Stopped", FITTED)

    assert session is not None
    technician.go(session)
    technician.choose("The skin", "unchanged")
    technician.page.get_by_label("Comfort, 0 to 10").fill("9")
    technician.page.get_by_label("Pain, 0 to 10").fill("0")
    technician.press("Finish the session")
    expect(technician.region("Delivered against planned")).to_contain_text("Left leg")

    day = workday(14)
    technician.follow("Book the next appointment")
    technician.page.get_by_label("Day", exact=True).fill(day.isoformat())
    technician.press("Show free times")
    technician.page.get_by_role("radio").first.check()
    technician.press("Book")
    technician.page.wait_for_url(re.compile(rf"/calendar\?day={day}"))
    expect(
        technician.page.get_by_role("link", name=re.compile(f"Ana {family}")).first
    ).to_be_visible()

    technician.go(course)
    report = technician.page.get_by_role("link", name="Report (PDF)").get_attribute("href")
    answer = technician.page.request.get(str(report))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
