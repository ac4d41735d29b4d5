"""Photographs: sent, shown, compared and taken away; only with a key, consent and the role."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from openpresso.cli.console_serve import checked_vault
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.consent import text as consent_text
from openpresso.clinic.measures import photograph
from openpresso.clinic.measures.picture import LARGEST
from openpresso.clinic.measures.vault import make_key_file
from openpresso.console.settings import Settings
from openpresso.errors import InputError
from openpresso.station.service.borders import BODY_LIMIT
from tests.console.conftest import TestClient


def photo(size: tuple[int, int] = (640, 480)) -> bytes:
    """A picture that says where it was taken."""
    image, out, exif = Image.new("RGB", size, (200, 120, 90)), io.BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def settings(url: str, people: SimpleNamespace, tmp_path: Path) -> Settings:
    """A console with a vault."""
    key = make_key_file(tmp_path / "practice.key")
    return Settings(
        url, practice=people.practice, vault=str(tmp_path / "vault"), vault_key_file=str(key)
    )


@pytest.fixture
def agreed(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> SimpleNamespace:
    """The small clinic, whose first client has consented to photographs."""
    shown = consent_text.find(consent_text.current(), "photographs").shown
    with clinic.desk(people.front_desk) as desk:
        consent.record(
            desk, place.client, "photographs", "given", how="screen",
            text_sha256=consent_text.sha256(shown.texts["en"]),
        )  # fmt: skip
    return place


def send(browser: TestClient, client_id: int, content: bytes, **fields: str) -> Any:  # noqa: ANN401 -- an answer
    data = {"view": "front", "course": ""} | fields
    files = {"picture": ("../../etc/passwd.php", content, "text/html")}
    return browser.post(f"/clients/{client_id}/photographs/new", data=data, files=files)


def keys(clinic: Clinic, people: SimpleNamespace, client_id: int) -> list[int]:
    with clinic.desk(people.technician, reading=True) as desk:
        return [one.id for one in photograph.photographs(desk, client_id)]


def test_a_photograph_is_kept_encrypted_and_shown_without_what_it_carried_along(
    clinic: Clinic,
    people: SimpleNamespace,
    technician: TestClient,
    agreed: SimpleNamespace,
    settings: Settings,
) -> None:
    answer = send(technician, agreed.client, photo(), course=str(agreed.course))
    assert answer.status_code == 303, answer.text
    (key,) = keys(clinic, people, agreed.client)
    shown = technician.get(f"/photographs/{key}/picture")
    assert shown.headers["content-type"] == "image/jpeg"
    assert "no-store" in shown.headers["cache-control"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert b"SecretCamera" not in shown.content
    with Image.open(io.BytesIO(technician.get(f"/photographs/{key}/small").content)) as small:
        assert max(small.size) == 320
    lying = sorted(Path(settings.vault).iterdir())
    assert all(b"JFIF" not in one.read_bytes() for one in lying)
    assert {one.suffix for one in lying} == {".picture", ".small"}
    assert (
        f"/photographs/{key}/small" in technician.get(f"/clients/{agreed.client}/photographs").text
    )


def test_what_is_no_picture_is_refused_whatever_its_name_says(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, agreed: SimpleNamespace
) -> None:
    for content in (b"<script>alert(1)</script>", b"", photo()[:300]):
        answer = send(technician, agreed.client, content, view="back")
        assert answer.status_code == 422, content[:20]
        assert '<option value="back" selected>' in answer.text
    assert keys(clinic, people, agreed.client) == []


def test_only_an_upload_may_be_larger_than_other_bodies(
    technician: TestClient, agreed: SimpleNamespace
) -> None:
    small = b"\xff\xd8\xff" + b"0" * (2 * BODY_LIMIT)
    assert send(technician, agreed.client, small).status_code == 422
    large = b"\xff\xd8\xff" + b"0" * (LARGEST + 200_000)
    assert send(technician, agreed.client, large).status_code == 413
    other = technician.post(f"/clients/{agreed.client}/events", data={"text": "x" * 2 * BODY_LIMIT})
    assert other.status_code == 413


def test_without_consent_nothing_is_kept(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    page = technician.get(f"/clients/{place.client}/photographs").text
    assert "has not agreed" in page
    assert 'type="file"' not in page
    assert send(technician, place.client, photo()).status_code == 409
    assert keys(clinic, people, place.client) == []


def test_two_of_the_same_view_are_compared_beside_each_other(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, agreed: SimpleNamespace
) -> None:
    for view in ("front", "back", "front"):
        send(technician, agreed.client, photo(), view=view)
    first, back, last = keys(clinic, people, agreed.client)
    path = f"/clients/{agreed.client}/photographs/compare"
    page = technician.get(path).text
    assert page.index(f"/photographs/{first}/picture") < page.index(f"/photographs/{last}/picture")
    assert f"/photographs/{back}/picture" not in page
    turned = technician.get(path, params={"one": last, "other": first, "view": "nowhere"}).text
    assert turned.index(f"{last}/picture") < turned.index(f"{first}/picture")


def test_a_clinician_takes_one_away_with_the_reason_and_its_files_go(
    clinic: Clinic,
    people: SimpleNamespace,
    technician: TestClient,
    clinician: TestClient,
    agreed: SimpleNamespace,
    settings: Settings,
) -> None:
    send(technician, agreed.client, photo())
    (key,) = keys(clinic, people, agreed.client)
    path = f"/clients/{agreed.client}/photographs"
    assert "Take the photograph away" not in technician.get(path).text
    assert technician.post(f"{path}/{key}/remove", data={"reason": "x"}).status_code == 403
    assert clinician.post(f"{path}/{key}/remove", data={"reason": " "}).status_code == 422
    other = f"/clients/{agreed.other}/photographs/{key}/remove"
    assert clinician.post(other, data={"reason": "x"}).status_code == 404
    assert len(list(Path(settings.vault).iterdir())) == 2
    answer = clinician.post(f"{path}/{key}/remove", data={"reason": "of somebody else"})
    assert answer.status_code == 303
    assert list(Path(settings.vault).iterdir()) == []
    assert "of somebody else" in clinician.get(path).text
    assert technician.get(f"/photographs/{key}/picture").status_code == 404


def test_photographs_are_for_those_who_treat(
    clinic: Clinic,
    people: SimpleNamespace,
    technician: TestClient,
    front_desk: TestClient,
    agreed: SimpleNamespace,
    elsewhere: SimpleNamespace,
) -> None:
    send(technician, agreed.client, photo())
    (key,) = keys(clinic, people, agreed.client)
    for path in (f"/clients/{agreed.client}/photographs", f"/photographs/{key}/picture"):
        assert front_desk.get(path).status_code == 403
    assert technician.get(f"/clients/{elsewhere.client}/photographs").status_code == 404
    assert send(technician, elsewhere.client, photo()).status_code == 404


def test_a_console_is_not_started_with_half_a_vault_or_with_the_key_among_the_photographs(
    tmp_path: Path,
) -> None:
    key = make_key_file(tmp_path / "practice.key")
    among = tmp_path / "vault"
    among.mkdir()
    inside = make_key_file(among / "practice.key")
    for vault, file, code in (
        (str(among), "", "no-vault"),
        ("", str(key), "no-vault"),
        (str(among), str(inside), "key-in-vault"),
        (str(among), str(tmp_path / "missing"), "no-key"),
    ):
        with pytest.raises(InputError) as refusal:
            checked_vault(Settings("clinic.sqlite", vault=vault, vault_key_file=file))
        assert [one.code for one in refusal.value.diagnostics] == [code]
    checked_vault(Settings("clinic.sqlite", vault=str(among), vault_key_file=str(key)))
    checked_vault(Settings("clinic.sqlite"))


class TestWithoutAKey:
    """A console that was started without a vault."""

    @pytest.fixture
    def settings(self, url: str, people: SimpleNamespace) -> Settings:
        return dataclasses.replace(Settings(url, practice=people.practice))

    def test_the_page_says_so_and_what_to_do(
        self, technician: TestClient, agreed: SimpleNamespace
    ) -> None:
        page = technician.get(f"/clients/{agreed.client}/photographs").text
        assert "No photographs are kept here" in page
        assert "--vault-key-file" in page
        assert 'type="file"' not in page
        answer = send(technician, agreed.client, photo())
        assert answer.status_code == 409
