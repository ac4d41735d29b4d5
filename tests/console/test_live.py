"""The live page and the checklist, on the station's real HTTP service with couches without cuffs.

`served` runs the service of a station in a thread; only its couches are stand-ins, which note what
they are told (tests/station/service/rooms.py).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.sessions import adverse_event, comfort, session
from openpresso.console.app import create_app
from openpresso.console.room import COMMANDS, RAISING, Room, room_of
from openpresso.console.settings import Settings
from openpresso.station.service.keys import Keys
from tests.clinic.courses.world import answers, prepared, take_pressure
from tests.clinic.sessions.records import make_record
from tests.station.service.rooms import FakeCouch, FakeStation, served

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

Visit = Callable[[str], TestClient]
BY_SCRIPT = {"accept": "application/json"}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A station with two couches: its address, a technician's key and its couch 1."""
    fake = FakeStation(tmp_path / "station")
    keys = Keys(tmp_path / "station")
    secret = keys.add("console", "technician")
    with served(fake, keys) as url:
        yield SimpleNamespace(url=url, key=secret, couch=fake.fakes["1"], records=fake.records)
        room_of(url, secret).close()


@pytest.fixture
def settings(url: str, people: SimpleNamespace, station: SimpleNamespace) -> Settings:
    return Settings(
        url,
        practice=people.practice,
        station=station.url,
        station_key=station.key,
        records=str(station.records),
    )


def command(browser: TestClient, what: str, **values: object) -> Any:  # noqa: ANN401 -- an answer
    return browser.post(f"/live/1/do/{what}", data=values, headers=BY_SCRIPT)


def seated(browser: TestClient, act: str = "take") -> TestClient:
    answer = browser.post("/live/1/seat", data={"act": act}, headers=BY_SCRIPT)
    assert answer.json().get("done"), answer.text
    return browser


def done(couch: FakeCouch) -> list[tuple[Any, ...]]:
    return [act for act in couch.acts if act[0] != "load"]


def form(**changed: object) -> dict[str, str]:
    """The checklist of a healthy client, as a browser sends it."""
    from openpresso.clinic.sessions.checklist import shipped

    found = {}
    for key, value in answers(**changed).items():
        text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        if value is not None:
            found[f"{'check' if key in shipped().asked else 'daily'}.{key}"] = str(text)
    return found


@pytest.mark.parametrize(
    ("role", "status"),
    [("technician", 200), ("clinician", 200), ("front_desk", 403), ("owner", 403)],
)
def test_those_who_treat_see_the_room_and_nobody_else(
    visit: Visit, place: SimpleNamespace, role: str, status: int
) -> None:
    browser = visit(role)
    assert browser.get("/live").status_code == status
    assert browser.get(f"/prepare/course/{place.course}").status_code == status
    if status == 403:
        assert browser.get("/live/1/stream").status_code == 403


def test_without_a_sign_in_every_way_leads_to_the_door(
    visit: Visit, station: SimpleNamespace
) -> None:
    browser = visit("")
    for answer in (
        browser.get("/live"),
        browser.get("/live/1/stream"),
        browser.get("/prepare/course/1"),
        browser.post("/live/1/do/end"),
        browser.post("/live/1/seat", data={"act": "take"}),
    ):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert done(station.couch) == []
    assert browser.post("/live/1/beat").json()["mine"] is False


def test_both_legs_are_drawn_and_told_as_numbers(technician: TestClient) -> None:
    page = technician.get("/live").text
    assert len(re.findall(r'data-chamber="(?:left|right)\.\d+"', page)) == 16
    assert len(re.findall(r'data-pressure="left\.\d+"', page)) == 8
    assert 'aria-live="polite"' in page
    assert "style=" not in page


def test_the_stop_needs_no_sign_in_no_clinic_and_no_script(station: SimpleNamespace) -> None:
    settings = Settings("nowhere.sqlite", station=station.url, station_key=station.key)
    app = create_app(cast("Clinic", None), settings)
    with TestClient(app, base_url="http://127.0.0.1:8000") as browser:
        answer = browser.get("/stop")
    assert answer.status_code == 200
    assert f'action="{station.url}/vent"' in answer.text
    policy = answer.headers["content-security-policy"]
    # Without both a browser does not send it: seen in one.
    assert f"form-action 'self' {station.url};" in policy
    assert f"frame-src {station.url};" in policy


def test_a_command_needs_the_seat_and_the_seat_bears_the_name_of_the_person(
    visit: Visit, station: SimpleNamespace
) -> None:
    browser = visit("technician")
    refused = command(browser, "end")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-seat")
    seated(browser)
    assert command(browser, "end").json()["done"] is True
    assert done(station.couch) == [("end", "Technician Example")]


def test_taking_the_seat_from_somebody_is_an_act_of_its_own(
    visit: Visit, station: SimpleNamespace
) -> None:
    first, second = seated(visit("technician")), visit("clinician")
    taken = second.post("/live/1/seat", data={"act": "take"}, headers=BY_SCRIPT)
    assert taken.json()["code"] == "seat-taken"
    assert "You watch." in second.get("/live").text
    assert second.post("/live/1/beat").json()["mine"] is False
    seated(second, "force")
    assert first.post("/live/1/beat").json()["mine"] is False
    assert command(first, "end").json()["code"] == "no-seat"
    assert done(station.couch) == []


@pytest.mark.parametrize("what", sorted(RAISING))
def test_what_may_raise_a_pressure_takes_a_second_act(
    visit: Visit, station: SimpleNamespace, what: str
) -> None:
    browser = seated(visit("technician"))
    station.couch.state = "idle"
    values = {name: {"leg": "left", "chamber": 3}[name] for name in COMMANDS[what]}
    once = command(browser, what, **values)
    assert (once.status_code, once.json()["code"]) == (422, "not-sure")
    assert done(station.couch) == []
    assert command(browser, what, sure="yes", **values).json()["done"] is True
    assert done(station.couch)[-1][0] == what.replace("-", "_")


def test_what_lowers_a_pressure_takes_one_act(visit: Visit, station: SimpleNamespace) -> None:
    browser = seated(visit("technician"))
    for what, values in (
        ("pause", {"when": "now", "chambers": "vent"}),
        ("trim", {"share": 0.8}),
        ("end", {}),
    ):
        assert command(browser, what, **values).json()["done"] is True
    assert [act[0] for act in done(station.couch)] == ["pause", "trim", "end"]


def test_a_form_without_script_does_the_same_and_comes_back(
    visit: Visit, station: SimpleNamespace
) -> None:
    browser = visit("technician")
    assert browser.post("/live/1/seat", data={"act": "take"}).headers["location"] == "/live?couch=1"
    answer = browser.post("/live/1/do/pause", data={"when": "cycle-end"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/live?couch=1")
    refused = browser.post("/live/1/do/start", data={})
    assert refused.status_code == 422
    assert "second act" in refused.text
    assert [act[0] for act in done(station.couch)] == ["pause"]


def test_chambers_that_are_left_out_or_softened_are_told_by_the_station_to_everybody(
    visit: Visit, station: SimpleNamespace
) -> None:
    browser = seated(visit("technician"))
    command(browser, "skip", leg="left", chamber=3)
    command(browser, "soften", leg="right", chamber=4, share=0.8)
    # Somebody with another console, or who comes later, is told the same by the station.
    other = Room(station.url, station.key)
    cuffs = other.snapshot("1")["cuffs"]
    assert (cuffs["left"]["shares"][2], cuffs["right"]["shares"][3]) == (0.0, 0.8)
    command(browser, "restore", leg="left", chamber=3, sure="yes")
    assert other.snapshot("1")["cuffs"]["left"]["shares"][2] == 1.0
    other.close()


@pytest.mark.parametrize(
    ("what", "values"),
    [("fly", {}), ("turn-on", {"sure": "yes"}), ("skip", {"leg": "left"}), ("acknowledge", {})],
)
def test_a_command_that_is_none_or_lacks_something_is_refused(
    visit: Visit, station: SimpleNamespace, what: str, values: dict[str, str]
) -> None:
    assert command(seated(visit("technician")), what, **values).status_code == 422
    assert done(station.couch) == []


def test_the_console_beats_for_no_browser_that_is_silent(
    visit: Visit, station: SimpleNamespace
) -> None:
    browser = seated(visit("technician"))
    seat = station.couch.seat
    seat._beat_at -= 5.0
    visit("clinician").post("/live/1/beat")
    visit("technician").get("/live")
    assert seat.silent_for(station.couch.now()) >= 5.0
    assert browser.post("/live/1/beat").json()["mine"] is True
    assert seat.silent_for(station.couch.now()) < 5.0


def test_a_locked_screen_keeps_the_seat_and_commands_nothing(
    visit: Visit, station: SimpleNamespace
) -> None:
    browser = seated(visit("technician"))
    browser.post("/lock")
    assert browser.post("/live/1/beat").json()["mine"] is True
    assert command(browser, "end").headers["location"].startswith("/")
    assert done(station.couch) == []


def test_those_who_may_not_treat_command_nothing(visit: Visit, station: SimpleNamespace) -> None:
    browser = visit("front_desk")
    assert browser.post("/live/1/seat", data={"act": "take"}, headers=BY_SCRIPT).status_code == 403
    assert command(browser, "end").status_code == 403
    assert station.couch.acts == []


def test_a_station_that_is_away_is_said_and_the_stop_stays(
    clinic: Clinic, people: SimpleNamespace, url: str
) -> None:
    from tests.console.conftest import ADDRESS, SECRET

    away = Settings(url, practice=people.practice, station="http://127.0.0.1:9", station_key="k")
    with TestClient(create_app(clinic, away), base_url=ADDRESS, follow_redirects=False) as browser:
        data = {"login": "technician", "password": SECRET}
        browser.post("/sign-in", data=data, headers={"origin": ADDRESS})
        page = browser.get("/live")
    assert page.status_code == 200
    assert "The station does not answer." in page.text
    assert 'action="http://127.0.0.1:9/vent"' in page.text


def test_names_are_escaped_everywhere_on_the_page(
    technician: TestClient, station: SimpleNamespace
) -> None:
    station.couch.seat.take("</script><img src=x>", station.couch.now())
    page = technician.get("/live").text
    assert "<img" not in page
    assert "&lt;/script&gt;&lt;img src=x&gt;" in page


def test_the_stream_is_passed_on_as_it_comes(station: SimpleNamespace) -> None:
    async def first() -> bytes:
        found = b""
        stream = Room(station.url, station.key).stream("1")
        async for part in stream:
            found += part
            if found.count(b"\n\n") >= 2:
                break
        return found

    events = asyncio.run(first()).decode().split("\n\n")
    assert "event: snapshot" in events[0]
    assert json.loads(events[0].partition("data: ")[2].splitlines()[0])["snapshot"]["couch"] == "1"
    assert "event: delta" in events[1]


def test_a_stream_of_a_station_that_is_away_just_ends() -> None:
    async def parts() -> list[bytes]:
        return [part async for part in Room("http://127.0.0.1:9", "k").stream("1")]

    assert asyncio.run(parts()) == []


# Before and after a session.


def test_each_reason_is_said_with_its_source_and_what_was_answered_stays(
    technician: TestClient, place: SimpleNamespace
) -> None:
    data = form(liner=False) | {"cuff_set": str(place.cuff_set), "legs": "left"}
    page = technician.post(f"/prepare/course/{place.course}", data=data)
    assert page.status_code == 409
    assert "a fresh liner goes on first" in page.text
    assert "Tweed" in page.text
    assert "measure the blood pressure today" in page.text
    assert 'name="check.identified" value="yes" checked' in page.text
    assert 'name="check.liner" value="no" checked' in page.text
    assert '<option value="left" selected>' in page.text


def test_the_blood_pressure_of_today_is_entered_on_the_way(
    technician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/prepare/course/{place.course}"
    wrong = technician.post(f"{path}/pressure", data={"systolic": "20", "diastolic": "78"})
    assert wrong.status_code == 422
    assert 'value="78"' in wrong.text
    right = technician.post(f"{path}/pressure", data={"systolic": "124", "diastolic": "78"})
    assert right.status_code == 303
    assert "measure the blood pressure today" not in technician.get(path).text


def test_a_session_is_prepared_handed_over_and_finished_with_its_record(
    technician: TestClient,
    clinic: Clinic,
    people: SimpleNamespace,
    place: SimpleNamespace,
    station: SimpleNamespace,
    clock: Clock,
) -> None:
    with clinic.desk(people.technician) as desk:
        take_pressure(desk, place.client)
    data = form() | {"cuff_set": str(place.cuff_set), "legs": "both"}
    answer = technician.post(f"/prepare/course/{place.course}", data=data)
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    assert "Hand over" in technician.get(page).text

    handed = technician.post(f"{page}/hand-over", data={"couch": "1"})
    assert handed.headers["location"] == "/live?couch=1", handed.text
    load = station.couch.acts[0]
    assert load[0] == "load"
    assert (load[1].client, load[1].ceiling) == ("C-000001", 60.0)
    key = int(page.rpartition("/")[2])
    with clinic.desk(people.technician, reading=True) as desk:
        assert session.find(desk, key).state == "running"

    live = technician.get("/live").text
    assert f'<input type="hidden" name="session" value="{key}">' in live
    assert "Ana Ruiz" in live

    make_record(station.records / "run-0", client="C-000002", started=clock(), seconds=2.0)
    make_record(station.records / "run-1", started=clock(), seconds=2.0)
    shown = technician.get(page).text
    assert "will be linked:</b> run-1" in shown
    assert "run-0" not in shown
    assert "Delivered against planned" in shown
    after = {"skin": "marks", "comfort": "8", "pain": "0", "note": "slept"}
    outside = technician.post(f"{page}/after", data=after | {"record": "../run-1"})
    assert outside.status_code == 422
    assert "slept" in outside.text
    finished = technician.post(f"{page}/after", data=after)
    assert finished.status_code == 303, finished.text
    with clinic.desk(people.technician, reading=True) as desk:
        found = session.find(desk, key)
        assert (found.state, found.record_id) == ("delivered", "run-1")
        assert (found.after["skin"], found.after["comfort"]) == ("marks", 8)
        assert found.delivered["fit"] == {"left": True, "right": True}
    (station.records / "run-1" / "report.pdf").write_bytes(b"%PDF-1.7")
    report = technician.get(f"{page}/report.pdf")
    assert (report.headers["content-type"], report.content) == ("application/pdf", b"%PDF-1.7")
    last = technician.get(page).text
    assert "Book the next appointment" in last
    assert f"/calendar/book?client={place.client}&amp;course={place.course}" in last


def test_several_records_of_the_same_client_are_a_persons_choice(
    technician: TestClient, made: str, station: SimpleNamespace, clock: Clock
) -> None:
    for name in ("run-1", "run-2"):
        make_record(station.records / name, started=clock(), seconds=2.0)
    shown = technician.get(made).text
    assert '<option value="run-1">' in shown
    assert '<option value="run-2" selected>' in shown
    after = {"skin": "unchanged", "comfort": "9", "pain": "1"}
    assert technician.post(f"{made}/after", data=after).status_code == 409


def test_a_session_without_a_record_has_no_report(technician: TestClient, made: str) -> None:
    assert technician.get(f"{made}/report.pdf").status_code == 404


def test_the_answer_about_comfort_is_kept_with_the_session(
    technician: TestClient,
    made: str,
    clinic: Clinic,
    people: SimpleNamespace,
    station: SimpleNamespace,
) -> None:
    station.couch.program_time = 151.0
    key = int(made.rpartition("/")[2])
    data = {"session": str(key), "feeling": "too-strong", "leg": "left", "score": "4"}
    answer = technician.post("/live/1/comfort", data=data, headers=BY_SCRIPT)
    assert answer.json() == {"done": True, "feeling": "too-strong"}
    odd = technician.post("/live/1/comfort", data=data | {"score": "12"}, headers=BY_SCRIPT)
    assert odd.status_code == 422
    with clinic.desk(people.technician, reading=True) as desk:
        (line,) = comfort.of_session(desk, key)
    assert (line["feeling"], line["side"], line["score"], line["program_time"]) == (
        "too-strong",
        "left",
        4,
        151.0,
    )
    page = technician.get(made).text
    assert "Comfort during the session" in page
    assert "At minute 2.5" in page


def test_the_live_page_asks_for_comfort_when_it_is_time_and_once(
    technician: TestClient, made: str, station: SimpleNamespace
) -> None:
    couch = station.couch
    couch.program = {
        "name": "heavy-legs", "title": "Heavy legs", "duration": 1800.0, "ceiling": 60.0,
        "legs": "both", "client": "C-000001",
    }  # fmt: skip
    couch.state = "running"
    card = re.compile(r'id="comfort"[^>]*>')
    found = card.search(technician.get("/live").text)
    assert found is not None
    assert "hidden" in found[0]
    couch.program_time = 160.0
    found = card.search(technician.get("/live").text)
    assert found is not None
    assert "hidden" not in found[0]
    data = {"session": made.rpartition("/")[2], "feeling": "right"}
    technician.post("/live/1/comfort", data=data, headers=BY_SCRIPT)
    found = card.search(technician.get("/live").text)
    assert found is not None
    assert 'data-asked="yes" hidden' in found[0]


def test_the_doors_lead_to_the_stop_too(visit: Visit) -> None:
    assert 'href="/stop"' in visit("").get("/sign-in").text
    browser = visit("technician")
    browser.post("/lock")
    assert 'href="/stop"' in browser.get("/locked").text


@pytest.fixture
def made(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> str:
    """Address of a session that runs."""
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
        session.begin(desk, key)
    return f"/prepare/session/{key}"


def test_other_cuffs_than_the_prepared_ones_are_said(technician: TestClient, made: str) -> None:
    page = technician.get(made).text
    assert "not those of the cuff set" in page
    assert "1: S1" in page


def test_without_record_or_reason_nothing_is_finished_and_nothing_typed_is_lost(
    technician: TestClient, made: str
) -> None:
    after = {"skin": "unchanged", "comfort": "9", "pain": "1", "note": "warm feet"}
    refused = technician.post(f"{made}/after", data=after)
    assert refused.status_code == 409
    assert "warm feet" in refused.text
    assert 'value="unchanged" required checked' in refused.text
    odd = technician.post(f"{made}/after", data=after | {"comfort": "-1"})
    assert odd.status_code == 422
    reason = {"without_record": "the station was replaced"}
    assert technician.post(f"{made}/after", data=after | reason).status_code == 303
    assert "the station was replaced" in technician.get(made).text


def test_an_adverse_event_is_entered_and_shown(
    technician: TestClient,
    made: str,
    clinic: Clinic,
    people: SimpleNamespace,
    place: SimpleNamespace,
) -> None:
    data = {"kind": "foot-drop", "severity": "mild", "text": "<b>cannot lift it</b>"}
    refused = technician.post(f"{made}/event", data=data)
    assert refused.status_code == 422
    assert "&lt;b&gt;cannot lift it" in refused.text
    assert technician.post(f"{made}/event", data=data | {"severity": "serious"}).status_code == 303
    assert "A clinician looks at it" in technician.get(made).text
    with clinic.desk(people.technician, reading=True) as desk:
        assert [one.kind for one in adverse_event.of_client(desk, place.client)] == ["foot-drop"]


def test_a_session_is_given_up_with_a_reason(technician: TestClient, made: str) -> None:
    assert technician.post(f"{made}/abandon", data={"reason": " "}).status_code == 422
    assert technician.post(f"{made}/abandon", data={"reason": "felt unwell"}).status_code == 303
    page = technician.get(made).text
    assert "felt unwell" in page
    assert "Hand over" not in page


def test_another_practice_is_not_there(
    technician: TestClient, elsewhere: SimpleNamespace, clinic: Clinic
) -> None:
    with clinic.desk(elsewhere.people.technician) as desk:
        key = prepared(desk, elsewhere)
    assert technician.get(f"/prepare/course/{elsewhere.course}").status_code == 404
    assert technician.get(f"/prepare/session/{key}").status_code == 404
    assert (
        technician.post(f"/prepare/session/{key}/hand-over", data={"couch": "1"}).status_code == 404
    )
    data = {"kind": "pain", "severity": "moderate"}
    assert technician.post(f"/prepare/session/{key}/event", data=data).status_code == 404
