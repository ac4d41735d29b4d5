"""The record of a client: changed, merged, copied, restricted, erased, each by who may."""

from __future__ import annotations

import io
import re
import zipfile
from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import client as clients
from openpresso.clinic.people.client import Client
from openpresso.clinic.privacy import erasure
from tests.console.conftest import TestClient

REASON = "Showed the same identity card twice."
ASKED = {"basis": "health-care", "identity": "proved", "claim": "none"}


def hidden(text: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def fields(clinic: Clinic, people: SimpleNamespace, client_id: int) -> dict[str, str]:
    with clinic.desk(people.owner, reading=True) as desk:
        found = clients.find(desk, client_id)
        names = ("given", "family", "sex", "phone", "email", "address", "language", "contact")
        return {name: getattr(found, name) for name in names} | {
            "born": found.born.isoformat(),
            "version": str(found.version),
        }


def test_the_front_desk_changes_a_client(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient, place: SimpleNamespace
) -> None:
    given = fields(clinic, people, place.client) | {"phone": "+49 30 123", "note": "at the window"}
    answer = front_desk.post(f"/clients/{place.client}/change", data=given)
    assert answer.headers["location"] == f"/clients/{place.client}"
    with clinic.desk(people.owner, reading=True) as desk:
        found = desk.find(Client, place.client)
        assert (found.phone, found.note) == ("+49 30 123", "at the window")


def test_what_was_typed_survives_that_somebody_else_was_faster(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient, place: SimpleNamespace
) -> None:
    given = fields(clinic, people, place.client) | {"phone": "+49 30 111"}
    with clinic.desk(people.clinician) as desk:
        clients.change(desk, place.client, int(given["version"]), phone="+49 30 999")
    answer = front_desk.post(f"/clients/{place.client}/change", data=given)
    assert answer.status_code == 409
    assert 'value="+49 30 111"' in answer.text
    assert "+49 30 999" in answer.text
    with clinic.desk(people.owner, reading=True) as desk:
        assert desk.find(Client, place.client).phone == "+49 30 999"
    given["version"] = hidden(answer.text, "version")
    assert front_desk.post(f"/clients/{place.client}/change", data=given).status_code == 303
    with clinic.desk(people.owner, reading=True) as desk:
        assert desk.find(Client, place.client).phone == "+49 30 111"


def test_a_field_that_cannot_be_right_is_marked(
    clinic: Clinic, people: SimpleNamespace, front_desk: TestClient, place: SimpleNamespace
) -> None:
    given = fields(clinic, people, place.client) | {"email": "nowhere", "note": "<b>x</b>"}
    answer = front_desk.post(f"/clients/{place.client}/change", data=given)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "<b>x</b>" not in answer.text


@pytest.mark.parametrize("role", ["technician", "owner"])
def test_who_may_not_change_a_client_sees_no_way_to_it(
    request: pytest.FixtureRequest, place: SimpleNamespace, role: str
) -> None:
    browser: TestClient = request.getfixturevalue(role)
    path = f"/clients/{place.client}/change"
    assert path not in browser.get(f"/clients/{place.client}").text
    assert browser.get(path).status_code == 403
    assert browser.post(path, data={"version": "1"}).status_code == 403


def test_two_entries_are_shown_beside_each_other_before_they_become_one(
    clinic: Clinic, people: SimpleNamespace, clinician: TestClient, place: SimpleNamespace
) -> None:
    with clinic.desk(people.front_desk) as desk:
        twice = clients.register(desk, given="Anna", family="Ruiz", born="1981-03-04").id
    like = clinician.get(f"/clients/{twice}/duplicates").text
    path = f"/clients/{twice}/merge/{place.client}"
    assert path in like
    page = clinician.get(path).text
    assert page.count("Ruiz") >= 2
    assert "differs" in page
    versions = {f"version-{key}": hidden(page, f"version-{key}") for key in (place.client, twice)}
    data = {"keep": str(place.client), "reason": REASON, **versions}
    unsure = clinician.post(path, data=data)
    assert unsure.status_code == 422
    assert REASON in unsure.text
    answer = clinician.post(path, data={**data, "sure": "yes"})
    assert answer.headers["location"] == f"/clients/{place.client}"
    with clinic.desk(people.owner, reading=True) as desk:
        assert desk.find(Client, twice).merged_into == place.client
    assert "Go on there" in clinician.get(f"/clients/{twice}").text


def test_two_that_were_changed_meanwhile_are_not_merged(
    clinic: Clinic, people: SimpleNamespace, clinician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/clients/{place.client}/merge/{place.other}"
    page = clinician.get(path).text
    data = {"keep": str(place.client), "reason": REASON, "sure": "yes"}
    data |= {
        f"version-{key}": hidden(page, f"version-{key}") for key in (place.client, place.other)
    }
    with clinic.desk(people.front_desk) as desk:
        clients.change(desk, place.other, int(data[f"version-{place.other}"]), given="Beate")
    answer = clinician.post(path, data=data)
    assert answer.status_code == 409
    assert REASON in answer.text
    with clinic.desk(people.owner, reading=True) as desk:
        assert desk.find(Client, place.other).state == "active"


def test_only_a_clinician_compares_and_merges(
    front_desk: TestClient, owner: TestClient, place: SimpleNamespace
) -> None:
    path = f"/clients/{place.client}/merge/{place.other}"
    assert path not in front_desk.get(f"/clients/{place.client}/duplicates").text
    for browser in (front_desk, owner):
        assert browser.get(path).status_code == 403
        assert browser.post(path, data={"keep": str(place.client)}).status_code in {403, 422}


def test_a_copy_of_everything_is_one_file(clinician: TestClient, place: SimpleNamespace) -> None:
    answer = clinician.get(f"/clients/{place.client}/copy.zip")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "no-store" in answer.headers["cache-control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert "client.json" in found.namelist()
        assert b"Ruiz" in found.read("client.json")


def test_a_copy_is_not_for_the_front_desk(front_desk: TestClient, place: SimpleNamespace) -> None:
    assert "copy.zip" not in front_desk.get(f"/clients/{place.client}/privacy").text
    assert front_desk.get(f"/clients/{place.client}/copy.zip").status_code == 403


def test_a_request_is_entered_decided_by_the_rules_and_a_restriction_lifted(
    clinic: Clinic,
    people: SimpleNamespace,
    front_desk: TestClient,
    clinician: TestClient,
    owner: TestClient,
    place: SimpleNamespace,
) -> None:
    path = f"/clients/{place.client}/privacy"
    assert front_desk.post(f"{path}/request", data=ASKED).status_code == 303
    assert "The rules say" not in front_desk.get(path).text
    assert "Decide the request" not in clinician.get(path).text
    page = owner.get(path).text
    assert "The rules say" in page
    with clinic.desk(people.owner, reading=True) as desk:
        (asked,) = erasure.open_requests(desk)
        proposed = erasure.proposal(desk, asked.id)
    assert proposed.reason.split(".")[0] in page
    less = {"version": hidden(page, "version"), "outcome": "refuse", "reason": "no"}
    unsure = owner.post(f"{path}/{asked.id}/decide", data=less)
    assert unsure.status_code == 422
    assert "not confirmed" in unsure.text
    outcome = {"outcome": proposed.outcome, "reason": "as the rules say it", "sure": "yes"}
    answer = owner.post(f"{path}/{asked.id}/decide", data=less | outcome)
    assert answer.status_code == 303, answer.text
    with clinic.desk(people.owner, reading=True) as desk:
        (decided,) = erasure.of_client(desk, place.client)
        assert decided.outcome == proposed.outcome


def test_a_restriction_closes_the_record_until_it_is_lifted(
    clinic: Clinic,
    people: SimpleNamespace,
    technician: TestClient,
    owner: TestClient,
    place: SimpleNamespace,
) -> None:
    with clinic.desk(people.owner) as desk:
        made = erasure.request(desk, place.other, basis="health-care")
        erasure.amend(desk, made.id, made.version, claim="open")
        found = erasure.proposal(desk, made.id)
        assert found.outcome in {"restrict", "refuse"}
        wanted = "restrict" if found.outcome == "restrict" else None
        if wanted:
            erasure.decide(desk, made.id, made.version, outcome="restrict")
        key = made.id
    if not wanted:
        pytest.skip("the rules refuse it, so nothing is restricted")
    assert technician.get(f"/clients/{place.other}").status_code == 403
    path = f"/clients/{place.other}/privacy"
    page = owner.get(path).text
    data = {"version": hidden(page, "version"), "reason": "short"}
    short = owner.post(f"{path}/{key}/lift", data=data)
    assert short.status_code == 422
    assert ">short</textarea>" in short.text
    answer = owner.post(f"{path}/{key}/lift", data={**data, "reason": "The client has come back."})
    assert answer.status_code == 303
    assert technician.get(f"/clients/{place.other}").status_code == 200


def test_a_client_of_another_practice_is_not_found_by_any_of_it(
    clinician: TestClient, owner: TestClient, place: SimpleNamespace, elsewhere: SimpleNamespace
) -> None:
    key = elsewhere.client
    for browser, path in (
        (clinician, f"/clients/{key}/change"),
        (clinician, f"/clients/{key}/duplicates"),
        (clinician, f"/clients/{place.client}/merge/{key}"),
        (clinician, f"/clients/{key}/merge/{place.client}"),
        (clinician, f"/clients/{key}/copy.zip"),
        (owner, f"/clients/{key}/privacy"),
    ):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "Ruiz" not in answer.text
    assert owner.post(f"/clients/{key}/privacy/request", data=ASKED).status_code == 404
