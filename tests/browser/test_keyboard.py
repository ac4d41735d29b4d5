"""A whole session by somebody who has no mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from openpresso.clinic.demo.house import PASSWORD
from tests.browser.clients import newcomer, ordered_course, screened
from tests.browser.house import House
from tests.browser.keys import Keys
from tests.browser.screen import Screen
from tests.browser.ways import each_check

SLOW = 60_000
"""Longest time for what the cuffs do [ms]."""


def test_a_whole_session_is_done_with_the_keyboard_alone(
    room: House, screen: Callable[..., Screen]
) -> None:
    client = newcomer(room, "by keys")
    screened(room, client.key)
    course = ordered_course(room, client.key)
    technician = screen()
    keys, page = Keys(technician), technician.page
    technician.go("/sign-in")
    keys.type("Name", "technician")
    keys.type("Password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{room.console}/")
    keys.follow("Skip to the page")
    keys.follow("Clients")
    keys.type("Look up a client", client.number)
    keys.follow(client.name)
    keys.reach(page.locator(f"a[href='/courses/{course}']").first)
    page.keyboard.press("Enter")
    keys.follow("Prepare")

    keys.type("Systolic [mmHg]", "124")
    keys.type("Diastolic [mmHg]", "78")
    with page.expect_navigation():
        keys.press("Enter blood pressure")
    for group, said in each_check(technician):
        keys.choose(group, said)
    with page.expect_navigation(url="**/prepare/session/*"):
        keys.press("Prepare")
    if page.get_by_label("Couch").count():
        keys.reach(page.get_by_label("Couch"))
        page.keyboard.type("2")
    keys.press("Hand over")
    expect(technician.says("You have the control seat.")).to_be_visible()
    for name in ("Turn on left", "Turn on right"):
        cleaned = page.get_by_role("button", name="It was cleaned")
        while cleaned.count():
            keys.reach(cleaned.first)
            page.keyboard.press("Enter")
            page.reload()
        keys.twice(name)
        expect(page.get_by_role("button", name=name)).to_be_hidden(timeout=SLOW)
    technician.state("Ready to start", SLOW)
    keys.twice("Start")
    technician.state("Running")
    chamber = page.get_by_role("button", name=re.compile("^left, chamber 2: "))
    keys.reach(page.get_by_role("button", name=re.compile("^left, chamber 1: ")))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    keys.press("Soften to 80 %")
    expect(chamber).to_have_attribute("aria-label", re.compile("softened to 80 %"))
    keys.press("Pause now, vent")
    technician.state("Paused")
    keys.twice("Go on")
    technician.state("Running", SLOW)
    keys.press("End: let down, then vent")
    technician.state("Stopped", SLOW)

    row = page.get_by_role("row").filter(has_text=client.number)
    page.reload()
    keys.reach(row.get_by_role("link", name="Go to it"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.choose(page.get_by_role("group", name="The skin"), "unchanged")
    keys.type("Comfort, 0 to 10", "8")
    keys.type("Pain, 0 to 10", "0")
    keys.press("Finish the session")
    expect(technician.heading("Delivered against planned")).to_be_visible()


def test_escape_held_for_a_second_stops_every_cuff(
    room: House, screen: Callable[..., Screen]
) -> None:
    from tests.browser.programs import short

    room.make_ready("2", short())
    technician = screen("technician")
    technician.go("/live?couch=2")
    technician.state("Ready to start")
    technician.page.keyboard.down("Escape")
    room.until("2", lambda now: now["outcome"] == "stopped", 10.0, "it is stopped")
    technician.page.keyboard.up("Escape")
