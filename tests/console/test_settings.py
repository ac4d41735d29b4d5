"""Settings of one's own: language, theme, password, PIN."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.console.conftest import ROLES, SECRET, TestClient

NEW = "copper velvet tram window"


@pytest.mark.parametrize("role", ROLES)
def test_everybody_has_settings(visit: Callable[[str], TestClient], role: str) -> None:
    assert visit(role).get("/settings").status_code == 200


def test_the_screen_remembers_language_and_theme(technician: TestClient) -> None:
    answer = technician.post("/settings/screen", data={"language": "de", "theme": "dark"})
    assert answer.status_code == 303
    text = technician.get("/settings").text
    assert '<html lang="de" data-theme="dark">' in text
    technician.post("/settings/screen", data={"language": "en", "theme": ""})
    assert "data-theme" not in technician.get("/settings").text


def test_another_language_or_theme_is_not_taken(technician: TestClient) -> None:
    data = {"language": '"><script>', "theme": "pink"}
    technician.post("/settings/screen", data=data)
    assert '<html lang="en">' in technician.get("/settings").text


def test_a_new_password_signs_out_and_works_at_the_door(technician: TestClient) -> None:
    data = {"old": SECRET, "new": NEW, "again": NEW}
    assert technician.post("/settings/password", data=data).headers["location"] == "/sign-in"
    assert technician.get("/").headers["location"].startswith("/sign-in")
    old = technician.post("/sign-in", data={"login": "technician", "password": SECRET})
    assert old.status_code == 401
    new = technician.post("/sign-in", data={"login": "technician", "password": NEW})
    assert new.status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "status"),
    [("wrong", NEW, NEW, 409), (SECRET, "short", "short", 422), (SECRET, NEW, "other", 422)],
)
def test_a_password_that_is_refused_changes_nothing_and_is_not_shown(
    technician: TestClient, old: str, new: str, again: str, status: int
) -> None:
    answer = technician.post("/settings/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == status
    assert NEW not in answer.text
    assert technician.get("/settings").status_code == 200


def test_the_pin_unlocks_the_screen(technician: TestClient) -> None:
    assert (
        technician.post("/settings/pin", data={"pin": "495183", "password": SECRET}).headers[
            "location"
        ]
        == "/settings?done=pin"
    )
    technician.post("/lock")
    assert technician.post("/unlock", data={"pin": "495183"}).status_code == 303
    assert technician.get("/settings").status_code == 200


def test_a_simple_pin_is_refused(technician: TestClient) -> None:
    answer = technician.post("/settings/pin", data={"pin": "1234", "password": SECRET})
    assert answer.status_code == 422


def test_signing_out_everywhere_ends_every_screen(visit: Callable[[str], TestClient]) -> None:
    one, other = visit("technician"), visit("technician")
    one.post("/settings/sign-out-everywhere")
    assert other.get("/").headers["location"].startswith("/sign-in")
