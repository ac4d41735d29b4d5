"""Programs: catalog, one program, check of one's own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import pytest
from starlette.testclient import TestClient

Visit = Callable[[str], TestClient]


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "owner"])
def test_the_house_reads_the_catalog(visit: Visit, role: str) -> None:
    answer = visit(role).get("/programs")
    assert answer.status_code == 200
    assert "/programs/gradient-drainage" in answer.text


@pytest.mark.parametrize("path", ["/programs", "/programs/heavy-legs", "/programs/check"])
def test_the_auditor_reads_no_programs(auditor: TestClient, path: str) -> None:
    assert auditor.get(path).status_code == 403


def test_the_catalog_is_narrowed_by_grade_and_limb(technician: TestClient) -> None:
    text = technician.get("/programs?grade=B&limb=arm").text
    assert "/programs/gradient-drainage" in text
    assert "/programs/cellulite-look" not in text


def test_a_program_shows_warnings_evidence_and_a_picture_with_a_table(
    technician: TestClient,
) -> None:
    text = technician.get("/programs/gradient-drainage?cuff=leg-12").text
    for said in ("Warnings", "What is not known", "Sources", 'class="press"', "Highest set-point"):
        assert said in text
    assert " style=" not in text


def test_a_cuff_that_cannot_deliver_a_program_is_said_and_not_drawn(technician: TestClient) -> None:
    text = technician.get("/programs/gradient-drainage?cuff=foot-1").text
    assert "note halt" in text
    assert 'class="press"' not in text


@pytest.mark.parametrize("name", ["none-such", "..%2Fschema", "heavy-legs.yaml"])
def test_a_program_outside_the_catalog_is_not_found(technician: TestClient, name: str) -> None:
    assert technician.get(f"/programs/{name}").status_code == 404


def shipped(name: str) -> str:
    return (resources.files("openpresso.program") / "catalog" / f"{name}.yaml").read_text("utf-8")


def test_a_shipped_program_is_checked_without_an_error_and_drawn(technician: TestClient) -> None:
    form = {"text": shipped("heavy-legs"), "cuff": "leg-8"}
    answer = technician.post("/programs/check", data=form)
    assert answer.status_code == 200
    assert "No error" in answer.text
    assert 'class="press"' in answer.text


def test_an_error_names_line_and_path_and_what_was_typed_stays(technician: TestClient) -> None:
    text = shipped("heavy-legs").replace("duration:", "durations:", 1) + "# <script>mine</script>\n"
    answer = technician.post("/programs/check", data={"text": text, "cuff": "leg-8"})
    assert "note halt" in answer.text
    assert "durations" in answer.text
    assert "&lt;script&gt;mine" in answer.text
    assert "<script>mine" not in answer.text


def test_while_typing_only_the_findings_are_answered(technician: TestClient) -> None:
    answer = technician.post(
        "/programs/check", data={"text": "a: [", "cuff": ""}, headers={"hx-request": "true"}
    )
    assert "<html" not in answer.text
    assert "note halt" in answer.text
