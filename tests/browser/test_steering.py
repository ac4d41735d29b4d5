"""Stories of the live session: alarm, stop, a closed tab, a second technician."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.programs import short
from tests.browser.screen import Screen

COUCH = "/live?couch=2"
SLOW = 60_000
"""Longest time for what the cuffs do [ms]."""
Screens = Callable[..., Screen]


def begin(room: House, screen: Screen) -> None:
    """Take the seat of a couch whose cuffs have passed their tests, and start."""
    room.make_ready("2", short())
    screen.go(COUCH)
    screen.press("Take the seat")
    expect(screen.says("You have the control seat.")).to_be_visible()
    screen.twice("Start")
    screen.state("Running", SLOW)


def test_an_alarm_says_cause_and_remedy_and_what_was_paused_goes_on_only_by_a_person(
    room: House, screen: Screens
) -> None:
    technician = screen("technician")
    begin(room, technician)
    technician.press("Pause now, vent")
    technician.state("Paused")
    room.until("2", lambda now: now["state"] == "paused", 10.0, "the station paused")
    technician.press("Go on")
    expect(technician.page.get_by_role("button", name="Press once more: Go on")).to_be_visible()
    assert room.couch("2").snapshot()["state"] == "paused"
    technician.press("Press once more: Go on")
    technician.state("Running", SLOW)

    room.cuffs["2", "left"].act("fault", name="frozen-sensor", chamber=2)
    alarm = technician.page.get_by_role("alert").filter(has_text="left cuff, chamber 2")
    expect(alarm).to_be_visible(timeout=SLOW)
    expect(alarm).to_contain_text("High priority")
    expect(alarm).to_contain_text("Cause")
    expect(alarm).to_contain_text("What to do")
    technician.state("Ended by a fault")
    technician.press("I have seen it: sound off for at most 2 minutes", alarm)
    room.until(
        "2",
        lambda now: all(one["acknowledged_by"] == "Theo Berg" for one in now["alarms"]),
        10.0,
        "each alarm is acknowledged by name; one that is over as well is no longer told",
    )
    expect(technician.page.get_by_role("button", name="Go on")).to_be_hidden()


def lose(file: Path) -> None:
    """Take a database away from those who have it open; a file that is renamed they would keep."""
    os.truncate(file, 0)
    for part in ("-wal", "-shm"):
        beside = file.with_name(file.name + part)
        if beside.exists():
            beside.write_bytes(b"") if part == "-wal" else blank(beside)
    file.rename(file.with_suffix(".gone"))


def blank(shared: Path) -> None:
    """Overwrite a file that others have in their memory; to shorten it would crash them."""
    with shared.open("r+b") as index:
        index.write(bytes(shared.stat().st_size))


def test_stop_works_when_the_database_is_gone_and_without_scripts(
    room: House, made_copy: str, screen: Screens
) -> None:
    file = room.folder / made_copy
    other = room.serve(file)
    technician = screen("technician", base=other.url)
    technician.lenient = True
    begin(room, technician)
    lose(file)
    assert technician.page.request.get(f"{other.url}/clients").status >= 500
    technician.press("STOP")
    found = room.until("2", lambda now: now["outcome"], 5.0, "it is stopped")
    assert found["state"] == "stopped"
    technician.state("Stopped")
    assert max(room.cuffs["2", "left"].pressures()) < 60.0

    room.make_ready("2", short())
    nobody = screen(base=other.url, java_script_enabled=False)
    nobody.go("/stop")
    nobody.press("STOP")
    found = room.until("2", lambda now: now["outcome"], 5.0, "it is stopped")
    assert found["state"] == "stopped"


def test_a_closed_tab_pauses_the_program_at_the_end_of_its_cycle(
    room: House, screen: Screens
) -> None:
    technician = screen("technician")
    begin(room, technician)
    technician.page.close()
    found = room.until("2", lambda now: now["state"] == "paused", 60.0, "it is paused")
    assert found["seat"]["silent_for"] > 10.0
    again = screen("technician")
    again.go(COUCH)
    again.state("Paused")
    assert room.couch("2").snapshot()["state"] == "paused"


def test_a_second_technician_watches_and_takes_the_seat_as_an_act_of_its_own(
    room: House, screen: Screens
) -> None:
    first = screen("technician")
    begin(room, first)
    second = screen("tina")
    second.go(COUCH)
    expect(second.says("You watch. Theo Berg has the control seat.")).to_be_visible()
    second.state("Running")
    expect(second.page.get_by_role("button", name="Pause now, vent")).to_be_disabled()
    second.press("Take it over")
    assert room.couch("2").snapshot()["seat"]["holder"] == "Theo Berg"
    second.press("Press once more: Take it over")
    expect(second.says("You have the control seat.")).to_be_visible()
    expect(first.says("You watch. Tina Falk has the control seat.")).to_be_visible()
    expect(first.page.get_by_role("button", name="Pause now, vent")).to_be_disabled()
    second.press("End: let down, then vent")
    room.until("2", lambda now: now["outcome"] == "stopped", 30.0, "it is ended")
    expect(first.page.get_by_text(re.compile("^Stopped$")).first).to_be_visible()
