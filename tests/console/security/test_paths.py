"""Names in addresses lead to no file that nobody meant to show."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.sessions import session
from openpresso.console.app import create_app
from openpresso.console.settings import Settings
from tests.console.security.conftest import Visit
from tests.console.security.walk import filled, reading, routes, slow

SECRET = "the-secret-beside-the-folder"  # noqa: S105 -- of this test
CLIMBING = (
    "../{0}", "..%2f{0}", "%2e%2e/{0}", "%2e%2e%2f{0}", "..%252f{0}", "....//{0}", "..\\{0}",
    "..%5c{0}", "%c0%ae%c0%ae/{0}", "..;/{0}", "./../{0}", "%00/../{0}", "{0}%00.css",
    "vendor/../../{0}",
)  # fmt: skip


@pytest.fixture
def app(clinic: Clinic, settings: Settings) -> FastAPI:
    return create_app(clinic, settings)


@pytest.mark.parametrize("way", CLIMBING)
def test_no_way_leads_out_of_the_folder_of_static_files(visit: Visit, way: str) -> None:
    browser = visit("")
    for name in ("app.py", "templates/base.html", "__init__.py", "words/de.po"):
        answer = browser.get(f"/static/{way.format(name)}")
        assert answer.status_code in {400, 404, 405}, (way, answer.status_code)
        assert "from __future__" not in answer.text
        assert "msgid" not in answer.text


@pytest.mark.parametrize("path", ["/static", "/static/", "/static/vendor", "/static/vendor/"])
def test_no_folder_is_listed(visit: Visit, path: str) -> None:
    answer = visit("").get(path, follow_redirects=True)
    assert answer.status_code in {404, 405}
    assert "htmx" not in answer.text


@pytest.mark.parametrize("way", [*CLIMBING, "/etc/passwd", "%2fetc%2fpasswd", "~root", "con", "."])
def test_a_name_in_any_address_is_no_path(
    app: FastAPI, visit: Visit, ours: dict[str, object], tmp_path: Path, way: str
) -> None:
    (tmp_path / "beside.yaml").write_text(SECRET, "utf-8")
    browser, tried = visit("clinician"), 0
    for route in routes(app):
        for name, kind in route.param_convertors.items():
            if reading(route) and not name.endswith("_id") and not slow(route.path):
                path = filled(route, ours | {name: way.format("beside")})
                answer = browser.get(path)
                assert answer.status_code < 500, (path, kind)
                assert SECRET not in answer.text
                assert "root:" not in answer.text
                tried += 1
    assert tried > 3


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "..", ".", "a/../../secret", "\x00"])
def test_the_name_of_a_record_leads_to_no_other_folder(
    visit: Visit, clinic: Clinic, people: SimpleNamespace, ours: dict[str, object], name: str
) -> None:
    with clinic.desk(people.technician) as desk:
        row = session.find(desk, int(str(ours["session_id"])))
        key = row.id
    browser = visit("technician")
    answer = browser.post(
        f"/prepare/session/{key}/after",
        data={"record": name, "record_id": name, "skin": "unchanged", "comfort": "8", "pain": "0"},
    )
    assert 400 <= answer.status_code < 500 or answer.status_code == 303
    assert SECRET not in answer.text
    assert "root:" not in answer.text
