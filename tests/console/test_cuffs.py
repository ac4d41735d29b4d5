"""Cuffs: sets, cleaning, certificates, and what the owner changes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import segno
from starlette.testclient import TestClient

from openpresso.clinic.booking import resource, wear
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.sessions import adverse_event
from openpresso.clinic.sessions import session as sessions
from openpresso.console.drawings.code import code
from openpresso.console.drawings.leak import drawn
from openpresso.console.settings import Settings
from openpresso.station.client.calls import Calls, StationError
from openpresso.station.service.models import CareLine, CareView, TrendView
from tests.clinic.courses.world import prepared

Visit = Callable[[str], TestClient]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "owner"])
def test_the_house_sees_sets_and_certificates(visit: Visit, role: str) -> None:
    text = visit(role).get("/cuffs").text
    assert "Cuff sets" in text
    assert "Who is certified" in text
    assert ("Add a cuff set" in text) == (role == "owner")
    assert ("Cleaned now" in text) == (role in {"technician", "clinician"})


def test_the_auditor_sees_no_cuffs(auditor: TestClient) -> None:
    assert auditor.get("/cuffs").status_code == 403


def test_a_technician_enters_that_a_set_was_cleaned(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    assert technician.post(f"/cuffs/{place.cuff_set}/clean").status_code == 303
    with clinic.desk(people.owner) as desk:
        assert desk.find(resource.CuffSet, place.cuff_set).cleaned_at == desk.now()


def test_the_front_desk_cleans_nothing(front_desk: TestClient, place: SimpleNamespace) -> None:
    assert front_desk.post(f"/cuffs/{place.cuff_set}/clean").status_code == 403


NEW = {
    "name": "Küche <b>1</b>",
    "cuff_type": "leg-8",
    "left_serial": "L-77",
    "right_serial": "R-77",
    "room": "",
    "minutes": "12",
    "calibrated_on": "2026-02-01",
}


@pytest.mark.usefixtures("place")
def test_the_owner_adds_a_set_whose_name_is_escaped(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    assert owner.post("/cuffs", data=NEW).status_code == 303
    with clinic.desk(people.owner) as desk:
        found = next(one for one in resource.cuff_sets(desk) if one.left_serial == "L-77")
        assert found.cleaning_minutes == 12
    text = owner.get("/cuffs").text
    assert "Küche &lt;b&gt;1&lt;/b&gt;" in text


@pytest.mark.usefixtures("place")
def test_a_set_that_is_refused_keeps_what_was_typed(owner: TestClient) -> None:
    answer = owner.post("/cuffs", data=NEW | {"minutes": "12 minutes"})
    assert answer.status_code == 422
    assert 'value="L-77"' in answer.text
    assert "no whole number" in answer.text


def test_the_owner_takes_a_set_out_of_use(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.owner) as desk:
        version = desk.find(resource.CuffSet, place.cuff_set).version
    form = {"version": str(version), "minutes": "15", "calibrated_on": ""}
    assert owner.post(f"/cuffs/{place.cuff_set}", data=form).status_code == 303
    with clinic.desk(people.owner) as desk:
        found = desk.find(resource.CuffSet, place.cuff_set)
        assert (found.active, found.cleaning_minutes) == (False, 15)
    again = owner.post(f"/cuffs/{place.cuff_set}", data=form)
    assert again.status_code == 409


def test_only_the_owner_changes_a_set(technician: TestClient, place: SimpleNamespace) -> None:
    assert "Calibrated on" not in technician.get(f"/cuffs/{place.cuff_set}").text
    form = {"version": "1", "minutes": "1"}
    assert technician.post(f"/cuffs/{place.cuff_set}", data=form).status_code == 403


def test_a_set_of_another_practice_is_not_found(
    owner: TestClient, elsewhere: SimpleNamespace
) -> None:
    for part in ("", "/station"):
        headers = {"hx-request": "true"} if part else {}
        path = f"/cuffs/{elsewhere.cuff_set}{part}"
        assert owner.get(path, headers=headers).status_code == 404
    assert "<article" not in owner.get(f"/cuffs/labels?only={elsewhere.cuff_set}").text


@pytest.mark.parametrize(
    ("days", "said"),
    [(10, "holds until"), (350, "due by"), (365, "due by"), (366, "overdue since")],
)
def test_a_page_says_how_the_calibration_stands(
    owner: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace,
    days: int, said: str,
) -> None:  # fmt: skip
    with clinic.desk(people.owner) as desk:
        found = desk.find(resource.CuffSet, place.cuff_set)
        on = desk.today() - dt.timedelta(days=days)
        resource.change_cuff_set(desk, found.id, found.version, calibrated_on=on)
    for path in ("/cuffs", f"/cuffs/{place.cuff_set}"):
        assert said in owner.get(path).text


def test_sessions_hours_and_trouble_come_from_the_clinics_own_sessions(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
        sessions.begin(desk, key)
        adverse_event.enter(
            desk, place.client, "device-fault", "mild", "hose <b>off</b>", session_id=key
        )
        adverse_event.enter(desk, place.client, "pain", "moderate", "in the calf", session_id=key)
        sessions.abandon(desk, key, "the cuff would not fill")
    text = technician.get(f"/cuffs/{place.cuff_set}").text
    assert "hose &lt;b&gt;off" in text
    assert "the cuff would not fill" in text
    assert "in the calf" not in text
    assert "Ruiz" not in text
    assert "0 sessions" in technician.get("/cuffs").text


def test_a_session_that_was_given_counts_with_its_hours(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
        begun = sessions.begin(desk, key)
        minutes, at = begun.minutes, begun.started_at
    with clinic.desk(people.front_desk, reading=True) as desk:
        assert wear.wear(desk) == {place.cuff_set: wear.Wear(1, minutes / 60.0, at)}


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "owner"])
def test_the_label_has_a_code_for_each_cuff_that_leads_to_its_page(
    visit: Visit, place: SimpleNamespace, role: str
) -> None:
    browser = visit(role)
    text = browser.get("/cuffs/labels").text
    assert text.count("<article") == 2
    shown = code(f"http://127.0.0.1:8000/cuffs/{place.cuff_set}").path
    assert shown in text
    assert shown in browser.get(f"/cuffs/{place.cuff_set}").text


def test_a_code_is_the_one_that_the_library_writes() -> None:
    text = "https://clinic.example.org/cuffs/7"
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    found = code(text)
    assert found.size == len(rows) + 8
    dark = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", found.path):
        dark |= {(int(x) - 4 + n, int(y) - 4) for n in range(int(length))}
    assert dark == {(x, y) for y, row in enumerate(rows) for x, one in enumerate(row) if one}


def line(at: str, leaks: list[float | None]) -> dict[str, Any]:
    return {"at": at, "kind": "fit-test", "who": "Tina", "data": {"leaks": leaks}}


def test_the_worst_chamber_of_each_fit_test_is_drawn_under_the_limit() -> None:
    log = [
        line("2026-01-02T10:00:00+00:00", [0.1, None, 0.3]),
        {"at": "2026-01-02T11:00:00+00:00", "kind": "cleaned", "who": "Tina", "data": {}},
        line("no time", [0.2]),
        line("2026-02-02T10:00:00+00:00", [None]),
        line("2026-03-02T10:00:00+00:00", [1.4, 0.2, 0.1]),
    ]
    found = drawn(log)
    assert found is not None
    assert [(one.leak, one.chamber, one.over) for one in found.tests] == [
        (0.3, 3, False), (1.4, 1, True),
    ]  # fmt: skip
    first, last = found.tests
    assert last.y < found.limit_y < first.y
    assert first.x < last.x
    assert drawn(log[1:4]) is None


def view(serial: str) -> dict[str, Any]:
    """Return what a station answers, in the form that it declares itself."""
    return CareView(
        cuff="leg-8",
        serial=serial,
        kept={
            "powered": 210.0,
            "pumped": 61.0,
            "trips": 1,
            "leases_lost": 0,
            "inlet_cycles": [4, 9],
            "exhaust_cycles": [5, 2],
        },
        to_clean="it was filled <b>after</b> its last cleaning",
        trends=[TrendView(chamber=2, tests=9, verdict="rises: look at the hose")],
        log=[CareLine.model_validate(line("2026-02-02T10:00:00+00:00", [0.2, 0.7]))],
    ).model_dump()


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A station with two couches, the second with a session under way."""
    answers: dict[str, Any] = {
        "/couches": [
            {"name": "1", "legs": ["left", "right"], "state": "empty"},
            {"name": "2 <b>", "legs": ["left"], "state": "running"},
        ],
        "/cuffs/1/left/care": view("L-1"),
        "/cuffs/1/right/care": view("R-other"),
    }

    def answer(_self: Calls, _method: str, path: str, **_more: object) -> Any:  # noqa: ANN401
        if not answers:
            raise StationError("the station at <b> does not answer", "no-station", "start it.")
        return answers[path]

    monkeypatch.setattr(Calls, "take", answer)
    monkeypatch.setattr(Calls, "rows", answer)
    return answers


@pytest.fixture
def settings(url: str, people: SimpleNamespace) -> Settings:
    """A console with a station."""
    return Settings(url, practice=people.practice, station="http://127.0.0.1:8799")


@pytest.mark.usefixtures("station")
def test_what_the_station_knows_of_the_set_is_shown_without_disturbing_a_session(
    technician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/cuffs/{place.cuff_set}"
    assert f'hx-get="{path}/station"' in technician.get(path).text
    part = technician.get(f"{path}/station", headers={"hx-request": "true"}).text
    for said in ("L-1", "210.0 h", "chamber 2", "it was filled &lt;b&gt;", "limit 1.0 mmHg/s"):
        assert said in part
    assert "R-other" not in part
    assert "under way on couch 2 &lt;b&gt;" in part
    assert "<html" not in part
    assert "limit 1.0 mmHg/s" in technician.get(f"{path}/station").text


def test_a_silent_station_is_said_and_the_page_stays(
    technician: TestClient, place: SimpleNamespace, station: dict[str, Any]
) -> None:
    station.clear()
    text = technician.get(f"/cuffs/{place.cuff_set}/station").text
    assert "The station does not answer" in text
    assert "the station at &lt;b&gt;" in text
    assert "Trouble in the last" in text
