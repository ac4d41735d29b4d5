"""Calls as programs make them: answers, problems, files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import integration
from openpresso.console.settings import Settings
from tests.clinic.conftest import Clock
from tests.console.api.conftest import Caller, make_tokens
from tests.console.api.furnished import furnish_all, picture
from tests.console.conftest import ADDRESS, TestClient

READ = "/api/v1/client/read"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def program(app: FastAPI, tokens: dict[str, str]) -> TestClient:
    """A program with every role."""
    return TestClient(app, base_url=ADDRESS, headers=bearer(tokens["all"]))


def test_a_client_is_registered_found_and_changed(call: Caller) -> None:
    made = call(
        "client.register", "front_desk", given="Zoë", family="Müller", born="1980-02-03",
        sex="female",
    ).json()  # fmt: skip
    assert made["number"].startswith("C-")
    assert [one["id"] for one in call("client.search", text="muller").json()] == [made["id"]]
    changed = call(
        "client.change", "front_desk", client_id=made["id"], version=made["version"],
        phone="+49 30 1234567",
    )  # fmt: skip
    assert changed.json()["version"] == made["version"] + 1
    late = call(
        "client.change", "front_desk", client_id=made["id"], version=made["version"], phone=""
    )
    assert (late.status_code, late.json()["code"]) == (409, "changed-meanwhile")


def test_what_the_clinic_refuses_is_told_with_code_reasons_and_remedy(
    call: Caller, place: SimpleNamespace
) -> None:
    answer = call("consent.withdraw", client_id=place.client, purpose="research", how="screen")
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["status"], told["title"]) == (409, 409, "Conflict")
    assert {"type", "code", "detail", "remedy", "reasons", "errors"} <= set(told)


@pytest.mark.parametrize(
    ("values", "path", "code"),
    [
        ({}, "client_id", "missing-field"),
        ({"client_id": "one"}, "client_id", "invalid-value"),
        ({"client_id": 0}, "client_id", "invalid-value"),
        ({"client_id": 2**63}, "client_id", "invalid-value"),
        ({"client_id": "1.5"}, "client_id", "invalid-value"),
        ({"client_id": 1, "practice_id": 2}, "practice_id", "unknown-field"),
    ],
)
def test_a_request_that_cannot_be_says_where(
    call: Caller, values: dict[str, object], path: str, code: str
) -> None:
    answer = call("client.read", **values)
    assert answer.status_code == 422
    assert (path, code) in [(one["path"], one["code"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("client.search", {"text": "a\0b"}),
        ("appointment.day", {"date": "0001-01-01"}),
        ("appointment.day", {"date": "9999-12-31"}),
        ("appointment.day", {"date": "today"}),
        ("adverse-event.unreviewed", {"days": 10**9}),
        ("opening.set", {"week": {"0": [["10:00+02:00", "12:00"]]}}),
        ("opening.set", {"week": {"7": []}}),
        ("screening.answer", {"client_id": 1, "answers": {"a": 10**400}}),
    ],
)
def test_what_no_database_or_calendar_can_hold_is_refused_and_nothing_breaks(
    call: Caller, place: SimpleNamespace, name: str, values: dict[str, object]
) -> None:
    assert place.client == 1
    assert call(name, **values).status_code == 422


def test_free_data_that_is_too_deep_or_no_text_is_refused(program: TestClient) -> None:
    for body in (
        "[" * 5000,
        '{"client_id": 1, "answers": {"a": "\\ud800"}}',
        '{"client_id": 1, "answers": {"\\u0000": 1}}',
        '{"client_id": 1, "answers": ' + '{"a":' * 60 + "1" + "}" * 61,
    ):
        headers = {"content-type": "application/json"}
        answer = program.post("/api/v1/screening/answer", content=body, headers=headers)
        assert answer.status_code == 422


def test_numbers_and_not_a_number_in_json_are_told_apart(program: TestClient) -> None:
    body = '{"client_id": 1, "kind_key": "pain", "value": NaN}'
    headers = {"content-type": "application/json"}
    answer = program.post("/api/v1/measurement/take", content=body, headers=headers)
    assert answer.status_code == 422


def test_another_method_is_told_which_one(program: TestClient) -> None:
    answer = program.post(READ, json={"client_id": 1})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert program.delete(READ).status_code == 405


def test_another_type_of_body_is_refused(program: TestClient) -> None:
    assert program.post("/api/v1/room/add", data={"name": "Room 2"}).status_code == 415
    assert program.post("/api/v1/photograph/add", json={}).status_code == 415


def test_an_address_where_nothing_is_and_a_left_out_action_are_not_found(
    program: TestClient,
) -> None:
    for path in ("/api/v1/nothing/here", "/api/v1/password/reset", "/api/v1/integration/add"):
        for answer in (program.get(path), program.post(path, json={})):
            assert answer.status_code == 404
            assert answer.json()["code"] == "no-such-operation"


def test_a_large_body_is_refused(program: TestClient) -> None:
    answer = program.post("/api/v1/room/add", json={"name": "x" * 300_000})
    assert answer.status_code == 413


def test_a_token_that_ended_was_revoked_or_is_of_another_practice_is_refused(
    clinic: Clinic, app: FastAPI, people: SimpleNamespace, elsewhere: SimpleNamespace, clock: Clock
) -> None:
    browser = TestClient(app, base_url=ADDRESS)
    mine, theirs = make_tokens(clinic, people), make_tokens(clinic, elsewhere.people)

    def code(token: str) -> str:
        answer = browser.get("/api/v1/room/list", headers=bearer(token))
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        return str(answer.json()["code"])

    assert browser.get("/api/v1/room/list", headers=bearer(mine["owner"])).status_code == 200
    with clinic.desk(people.owner) as desk:
        first = next(
            one.integration for one in integration.known(desk)
            if one.integration.name == "Program owner"
        )  # fmt: skip
        integration.revoke(desk, first.id)
    assert code(mine["owner"]) == "token-revoked"
    assert code(theirs["owner"]) == "no-token"
    assert code("openpresso_" + "x" * 500) == "no-token"
    clock.pass_by(days=366)
    assert code(mine["all"]) == "token-expired"


def test_the_scheme_of_the_token_is_read_without_case_and_no_other_is_taken(
    app: FastAPI, tokens: dict[str, str]
) -> None:
    browser = TestClient(app, base_url=ADDRESS)
    for header, status in (("bearer", 200), ("BEARER", 200), ("Basic", 401), ("", 401)):
        headers = {"authorization": f"{header} {tokens['all']}"}
        assert browser.get("/api/v1/room/list", headers=headers).status_code == status


def test_a_page_of_another_site_cannot_call_with_a_token(
    app: FastAPI, tokens: dict[str, str]
) -> None:
    browser = TestClient(app, base_url=ADDRESS)
    headers = bearer(tokens["all"]) | {"origin": "https://example.org"}
    answer = browser.post("/api/v1/room/add", json={"name": "Room 9"}, headers=headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_what_breaks_is_a_problem_without_a_word_of_what_broke(
    program: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpresso.console.api.operation import Operation

    def broken(*_: object) -> bytes:
        raise ZeroDivisionError("the inside of it")

    monkeypatch.setattr(Operation, "run", broken)
    answer = program.get("/api/v1/room/list")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "inside" not in answer.text


def test_the_report_of_a_course_is_a_pdf(call: Caller, place: SimpleNamespace) -> None:
    answer = call("course.print", "technician", course_id=place.course)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_an_integration_prepares_no_session_for_it_holds_no_certificate(
    call: Caller, place: SimpleNamespace
) -> None:
    answer = call(
        "session.prepare", "technician", course_id=place.course, cuff_set_id=place.cuff_set,
        legs="both", answers={},
    )  # fmt: skip
    assert answer.status_code == 409
    assert any("trained" in one or "certif" in one for one in answer.json()["reasons"])


def test_without_a_vault_photographs_are_refused(call: Caller, place: SimpleNamespace) -> None:
    assert call("photograph.list", client_id=place.client).json() == []


def test_the_document_and_its_page_need_no_token(app: FastAPI) -> None:
    browser = TestClient(app, base_url=ADDRESS)
    assert browser.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
    page = browser.get("/api/v1/")
    assert page.status_code == 200
    for text in ("/api/v1/client/register", "client.read", "What programs"):
        assert (text in page.text) is (text != "What programs")
    assert "<script>" not in page.text
    assert "onclick" not in page.text


class TestPhotographs:
    """With a vault."""

    @pytest.fixture
    def furnished(
        self,
        clinic: Clinic,
        people: SimpleNamespace,
        place: SimpleNamespace,
        clock: Clock,
        tmp_path: Path,
    ) -> Path:
        """A furnished clinic; the folder of its vault and key."""
        furnish_all(clinic, people, place, clock, tmp_path)
        return tmp_path

    @pytest.fixture
    def settings(self, settings: Settings, furnished: Path) -> Settings:
        """With the vault."""
        key = str(furnished / "practice.key")
        return replace(settings, vault=str(furnished / "vault"), vault_key_file=key)

    def test_a_picture_is_sent_listed_and_read(
        self, program: TestClient, place: SimpleNamespace
    ) -> None:
        sent = program.post(
            "/api/v1/photograph/add",
            params={"client_id": place.client, "view": "left"},
            content=picture(),
            headers={"content-type": "image/jpeg"},
        )
        assert sent.status_code == 200, sent.text
        assert not {"file", "small"} & set(sent.json())
        read = program.get(
            "/api/v1/photograph/read", params={"photograph_id": sent.json()["id"], "small": "true"}
        )
        assert read.headers["content-type"] == "image/jpeg"
        assert read.content.startswith(b"\xff\xd8")

    def test_a_picture_may_be_larger_than_other_bodies_and_not_too_large(
        self, program: TestClient, place: SimpleNamespace
    ) -> None:
        asked = {"client_id": place.client, "view": "left"}
        headers = {"content-type": "image/jpeg"}
        for size, status in ((1_000_000, 422), (20_000_001, 413)):
            answer = program.post(
                "/api/v1/photograph/add", params=asked, content=bytes(size), headers=headers
            )
            assert answer.status_code == status

    def test_what_is_no_picture_is_refused(
        self, program: TestClient, place: SimpleNamespace
    ) -> None:
        answer = program.post(
            "/api/v1/photograph/add",
            params={"client_id": place.client, "view": "left"},
            content=b"<svg onload=alert(1)>",
            headers={"content-type": "image/png"},
        )
        assert answer.status_code == 422
