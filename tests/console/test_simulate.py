"""Simulations in the browser: who may, what is shown, commanded, judged, entered and ended."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import certificate, drill
from openpresso.console.simulations import SIMULATIONS, Simulation
from openpresso.station.training.drill import shipped

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

Visit = Callable[[str], TestClient]
BY_SCRIPT = {"accept": "application/json"}
FREE = {"program": "heavy-legs", "cuff": "leg-4", "minutes": "2", "pace": "20"}


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """No simulation outlives its test."""
    yield
    SIMULATIONS.close()


def begun(browser: TestClient, **values: str) -> Simulation:
    """Begin a free simulation and open its page."""
    answer = browser.post("/simulate/free", data=FREE | values)
    assert answer.status_code == 303, answer.text
    assert browser.get(answer.headers["location"]).status_code == 200
    return SIMULATIONS.find(answer.headers["location"].rpartition("/")[2])


def gone(one: Simulation) -> bool:
    """Wait until the process of a simulation is gone."""
    deadline = time.monotonic() + 10.0
    while one.alive and time.monotonic() < deadline:
        time.sleep(0.05)
    return not one.alive


def entered(clinic: Clinic, person: int, key: str, *, passed: bool = True) -> int:
    with clinic.desk(person) as desk:
        figures: dict[str, Any] = {"passed": passed, "findings": [], "log": []}
        return drill.enter(
            desk, key, edition=1, cuff_type="leg-8", passed=passed, figures=figures
        ).id


@pytest.mark.parametrize(
    ("role", "status"),
    [("technician", 200), ("clinician", 200), ("owner", 200), ("front_desk", 403),
     ("auditor", 403)],
)  # fmt: skip
def test_those_who_do_drills_see_them_and_nobody_else(visit: Visit, role: str, status: int) -> None:
    browser = visit(role)
    page = browser.get("/simulate")
    assert page.status_code == status
    if status == 403:
        assert browser.post("/simulate/free", data=FREE).status_code == 403
        assert browser.post("/simulate/drill", data={"drill": "lost-line"}).status_code == 403
        assert browser.get("/simulate/some-key").status_code == 403
        assert browser.get("/simulate/some-key/told").status_code == 403
        assert browser.get("/simulate/some-key/live/stream").status_code == 403
        assert browser.post("/simulate/some-key/vent").status_code == 403
    else:
        assert all(one.title.en.replace("'", "&#39;") in page.text for one in shipped().values())
        assert "style=" not in page.text
    assert SIMULATIONS._all == {}


def test_without_a_sign_in_every_way_leads_to_the_door(visit: Visit) -> None:
    browser = visit("")
    for answer in (
        browser.get("/simulate"),
        browser.get("/simulate/drills/1"),
        browser.get("/simulate/some-key"),
        browser.post("/simulate/free", data=FREE),
        browser.post("/simulate/some-key/finish"),
        browser.get("/simulate/some-key/told"),
        browser.post("/simulate/some-key/vent"),
        browser.post("/simulate/some-key/live/beat"),
    ):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_a_simulation_is_watched_steered_stopped_and_ended_by_its_owner_alone(
    visit: Visit, technician: TestClient
) -> None:
    one = begun(technician)
    base, page = f"/simulate/{one.key}", technician.get(f"/simulate/{one.key}").text
    assert page.count("SIMULATION") >= 1
    assert "Nobody lies here." in page
    assert f'action="{base}/vent"' in page
    assert "/live/1" not in page
    assert len(re.findall(r'data-chamber="(?:left|right)\.\d+"', page)) == 8

    def act(what: str, **values: object) -> Any:  # noqa: ANN401 -- an answer
        return technician.post(f"{base}/live/do/{what}", data=values, headers=BY_SCRIPT)

    assert act("turn-on", leg="left", sure="yes").json()["code"] == "no-seat"
    seated = technician.post(f"{base}/live/seat", data={"act": "take"}, headers=BY_SCRIPT)
    assert seated.json() == {"done": True, "mine": True}
    assert act("turn-on", leg="left").json()["code"] == "not-sure"
    assert act("turn-on", leg="left", sure="yes").json() == {"done": True}
    assert technician.post(f"{base}/live/beat").json() == {"mine": True}
    told = technician.get(f"{base}/told").json()
    assert (told["chosen"], told["over"]) == (20.0, False)
    assert technician.post(f"{base}/pace", data={"pace": "2"}, headers=BY_SCRIPT).json()["done"]
    data = {"name": "leak", "leg": "right", "chamber": "3"}
    assert technician.post(f"{base}/fault", data=data, headers=BY_SCRIPT).json()["done"]
    assert [row["name"] for row in technician.get(f"{base}/told").json()["thrown"]] == ["leak"]

    other = visit("clinician")
    assert other.get(base).status_code == 404
    assert other.get(f"{base}/told").status_code == 404
    assert other.post(f"{base}/live/seat", data={"act": "force"}).status_code == 404
    assert other.post(f"{base}/live/do/end").status_code == 404
    assert other.post(f"{base}/finish").status_code == 404
    assert other.post(f"{base}/leave").status_code == 404

    assert other.post(f"{base}/vent").status_code == 404
    assert technician.post(f"{base}/live/seat", data={"act": "leave"}).status_code == 303
    assert technician.post(f"{base}/vent", headers=BY_SCRIPT).json() == {"done": True}
    technician.get(base)
    assert technician.get(f"{base}/told").json()["over"] is True
    assert technician.post(f"{base}/finish").headers["location"] == "/simulate"
    assert technician.get(base).status_code == 404
    assert gone(one)


def test_what_cannot_be_played_comes_back_with_what_was_typed(technician: TestClient) -> None:
    answer = technician.post("/simulate/free", data=FREE | {"sex": "male", "height": "17"})
    assert answer.status_code == 422
    assert 'value="17"' in answer.text
    assert "17 cm is not accepted" in answer.text
    odd = technician.post("/simulate/free", data=FREE | {"weight": "<b>much</b>"})
    assert odd.status_code == 422
    assert "&lt;b&gt;much" in odd.text
    unknown = technician.post("/simulate/drill", data={"drill": "none", "cuff": "leg-8"})
    assert unknown.status_code == 422
    for cuff in ("none", "../catalog/leg-8.yaml", "calf-3"):
        data = {"drill": "blocked-line", "cuff": cuff}
        assert technician.post("/simulate/drill", data=data).status_code == 422
        assert technician.post("/simulate/free", data=FREE | {"cuff": cuff}).status_code == 422
    assert SIMULATIONS._all == {}


def test_a_drill_is_judged_and_entered_for_the_person_who_did_it(
    technician: TestClient,
    clinic: Clinic,
    people: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = technician.post("/simulate/drill", data={"drill": "short-of-breath", "cuff": "leg-8"})
    page = answer.headers["location"]
    text = technician.get(page).text
    assert "Throw a fault in" not in text
    assert shipped()["short-of-breath"].questions[0].text.en in text
    one = SIMULATIONS.find(page.rpartition("/")[2])
    log = [
        {"time": 80.0, "kind": "happening", "name": "breathless"},
        {"time": 85.5, "kind": "command", "name": "emergency-vent", "who": "console"},
    ]
    monkeypatch.setattr(one, "ask", lambda what: {"log": log} if what == "log" else {})
    done = technician.post(f"{page}/finish", data={"answer.afterwards": "call"})
    assert done.status_code == 303, done.text
    result = technician.get(done.headers["location"]).text
    assert "STOP after 5.5 s, allowed: 12 s" in result
    with clinic.desk(people.technician, reading=True) as desk:
        row = drill.of_person(desk, people.technician)[0]
    assert (row.drill, row.cuff_type, row.passed) == ("short-of-breath", "leg-8", True)
    assert gone(one)


def test_a_drill_that_is_broken_off_is_not_passed_and_says_why(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    answer = technician.post("/simulate/drill", data={"drill": "lost-line", "cuff": "leg-4"})
    page = answer.headers["location"]
    done = technician.post(f"{page}/finish", data={"answer.sure": "screen"})
    text = technician.get(done.headers["location"]).text
    assert "It did not come to this." in text
    assert "By hand: feel it" in text
    with clinic.desk(people.technician, reading=True) as desk:
        assert [one.passed for one in drill.of_person(desk, people.technician)] == [False]


def test_the_drills_of_others_are_shown_to_who_certifies_only(
    visit: Visit, clinic: Clinic, people: SimpleNamespace, elsewhere: SimpleNamespace
) -> None:
    mine = entered(clinic, people.technician, "lost-line")
    other = entered(clinic, people.clinician, "lost-line")
    far = entered(clinic, elsewhere.people.technician, "lost-line")
    technician = visit("technician")
    assert technician.get(f"/simulate/drills/{mine}").status_code == 200
    assert technician.get(f"/simulate/drills/{other}").status_code == 403
    assert technician.get(f"/simulate/drills/{far}").status_code == 404
    assert visit("owner").get(f"/simulate/drills/{mine}").status_code == 200


def test_a_certificate_waits_for_the_drill_that_the_owner_asks_for(
    visit: Visit, clinic: Clinic, people: SimpleNamespace, clock: Clock
) -> None:
    owner = visit("owner")
    rule = {"cuff_type": "", "days": "365", "drills": "lost-line"}
    assert visit("technician").post("/simulate/rules", data=rule).status_code == 403
    assert owner.post("/simulate/rules", data=rule | {"days": "0"}).status_code == 422
    assert owner.post("/simulate/rules", data=rule).status_code == 303
    assert "The cuff does not answer; not older than 365 days" in owner.get("/simulate").text
    form = {"cuff_type": "leg-8", "expires_on": str(clock().date().replace(year=2027))}
    page = f"/staff/{people.technician}"
    refused = owner.post(f"{page}/certificates", data=form)
    assert refused.status_code == 409
    assert "ost-line: not passed with leg-8" in refused.text
    entered(clinic, people.technician, "lost-line")
    assert owner.post(f"{page}/certificates", data=form).status_code == 303
    assert "Drills passed on the twin" in owner.get(page).text
    with clinic.desk(people.owner, reading=True) as desk:
        assert certificate.of_person(desk, people.technician)[0].drill == "lost-line"


def test_a_new_simulation_of_a_person_ends_the_one_before(technician: TestClient) -> None:
    first = begun(technician)
    second = begun(technician)
    assert not first.alive
    assert technician.get(f"/simulate/{first.key}/told").status_code == 404
    assert "A simulation of yours is running" in technician.get("/simulate").text
    assert technician.post(f"/simulate/{second.key}/leave").status_code == 303
    assert gone(second)
