"""The practice's own programs on pages: written, tried on the twin, released, retired."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.programs import draft, written
from openpresso.console.trials import program_bench as bench
from openpresso.console.trials import slow_work, trying
from tests.clinic.programs.texts import copied, shipped
from tests.console.program_work import AtOnce, Never

Visit = Callable[[str], TestClient]
TEXT = copied()


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[AtOnce]:
    """Work is done at once; the twin is asked in one test alone."""
    one = AtOnce()
    monkeypatch.setattr(slow_work, "slow_work", lambda: one)
    monkeypatch.setattr(trying, "tried", lambda _text, cuffs: dict.fromkeys(cuffs, ""))
    yield one
    one.close()


def save(browser: TestClient, text: str = TEXT, after: int = 0, **more: str) -> int:
    answer = browser.post("/programs/own", data={"text": text, "after": str(after), **more})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rsplit("/", 1)[1])


def release(browser: TestClient, key: int) -> None:
    assert browser.post(f"/programs/own/{key}/try").status_code == 303
    version = re.search(r'name="version" value="(\d+)"', browser.get(f"/programs/own/{key}").text)
    assert version
    answer = browser.post(f"/programs/own/{key}/release", data={"version": version[1]})
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize("role", ["clinician", "owner"])
def test_who_writes_programs_begins_with_a_copy_of_the_catalog(visit: Visit, role: str) -> None:
    text = visit(role).get("/programs/own/new?program=heavy-legs").text
    assert "name: own-heavy-legs" in text
    assert "No error" in text
    assert 'class="press"' in text


@pytest.mark.parametrize("role", ["technician", "front_desk", "auditor"])
def test_nobody_else_writes_programs(visit: Visit, role: str) -> None:
    browser = visit(role)
    assert browser.get("/programs/own/new").status_code == 403
    assert browser.post("/programs/own", data={"text": TEXT}).status_code == 403


def test_a_version_that_is_kept_is_shown_with_its_text_and_whoever_wrote_it(
    clinician: TestClient, technician: TestClient
) -> None:
    key = save(clinician, note="for the evening")
    assert f"/programs/own/{key}" in clinician.get("/programs").text
    assert f"/programs/own/{key}" not in clinician.get("/programs?whose=catalog").text
    text = technician.get(f"/programs/own/{key}").text
    for said in ("draft", "for the evening", "Clinician Example", 'id="line-27"', "hold: 8 s"):
        assert said in text
    assert "/edit" not in text
    assert " style=" not in text


def test_a_refusal_keeps_what_was_typed_and_escapes_it(clinician: TestClient) -> None:
    text = TEXT.replace("name: own-evening", "name: mine") + "# <script>mine</script>\n"
    form = {"text": text, "note": "as <b>agreed</b>", "after": "0", "cuff": "leg-8"}
    answer = clinician.post("/programs/own", data=form)
    assert answer.status_code == 422
    assert "own-evening-legs" in answer.text
    assert "# &lt;script&gt;mine" in answer.text
    assert "as &lt;b&gt;agreed" in answer.text
    assert "<script>mine" not in answer.text
    assert "<option selected>leg-8</option>" in answer.text


def test_a_text_that_is_too_long_comes_back_whole(clinician: TestClient) -> None:
    text = TEXT + "#" * (draft.LONGEST - len(TEXT) + 10)
    answer = clinician.post("/programs/own", data={"text": text, "after": "0"})
    assert answer.status_code == 422
    assert "#" * (draft.LONGEST - len(TEXT) + 10) in answer.text


def test_who_saves_after_somebody_else_is_told_and_loses_nothing(
    clinician: TestClient, owner: TestClient
) -> None:
    key = save(clinician)
    save(owner, TEXT.replace("hold: 8 s", "hold: 9 s"), after=1)
    mine = TEXT.replace("hold: 8 s", "hold: 7 s")
    form = {"text": mine, "after": "1", "key": str(key), "note": "shorter"}
    answer = clinician.post("/programs/own", data=form)
    assert answer.status_code == 409
    assert "version 2" in answer.text
    assert "hold: 7 s" in answer.text
    assert 'value="shorter"' in answer.text


def test_the_next_version_begins_with_an_older_text_and_shows_what_differs(
    clinician: TestClient,
) -> None:
    first = save(clinician)
    second = save(clinician, TEXT.replace("hold: 8 s", "hold: 9 s"), after=1)
    editor = clinician.get(f"/programs/own/{first}/edit").text
    assert "hold: 8 s" in editor
    assert 'name="after" value="2"' in editor
    page = clinician.get(f"/programs/own/{second}").text
    rows = re.findall(r'<tr class="(added|taken)">.*?<code>(.*?)</code>', page)
    assert ("taken", "    hold: 8 s") in rows
    assert ("added", "    hold: 9 s") in rows


@pytest.mark.usefixtures("place")
def test_a_clinician_tries_it_on_the_twin_and_releases_it(
    clinician: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    key = save(clinician)
    page = clinician.get(f"/programs/own/{key}").text
    assert "Try it on the twin" in page
    assert "Release version 1" not in page
    release(clinician, key)
    with clinic.desk(people.owner) as desk:
        assert (written.find(desk, key).state, written.find(desk, key).tried) == (
            "released", ["leg-8"],
        )  # fmt: skip
    page = clinician.get(f"/programs/own/{key}").text
    assert "tried on the twin with leg-8" in page


def test_the_twin_itself_passes_a_copy_of_the_catalog_and_fails_what_overshoots() -> None:
    assert trying.rehearsed(TEXT, "leg-8") == ""
    alternating = copied("alternating-drainage", "own-turns")
    assert trying.rehearsed(alternating, "leg-8") == ""


def test_a_released_program_is_offered_and_prescribed_for_a_new_course(
    clinician: TestClient,
    technician: TestClient,
    place: SimpleNamespace,
    clinic: Clinic,
    people: SimpleNamespace,
) -> None:
    path = f"/clients/{place.other}/courses/new"
    key = save(clinician)
    assert "own-evening" not in technician.get(path).text
    release(clinician, key)
    assert 'value="swelling/own-evening"' in technician.get(path).text
    form = {"what": "swelling/own-evening", "cuff": "leg-8", "template": "weekly-eight"}
    answer = technician.post(path, data=form)
    assert answer.status_code == 303, answer.text
    page = technician.get(answer.headers["location"])
    assert page.status_code == 200
    with clinic.desk(people.technician, reading=True) as desk:
        (course,) = courses.of_client(desk, place.other)
        assert course.program == "own-evening"


@pytest.mark.usefixtures("place")
def test_without_a_trial_nothing_is_released(
    clinician: TestClient, clinic: Clinic, people: SimpleNamespace
) -> None:
    key = save(clinician)
    answer = clinician.post(f"/programs/own/{key}/release", data={"version": "1"})
    assert answer.status_code == 409
    assert "was not tried on the twin" in answer.text
    with clinic.desk(people.owner) as desk:
        assert written.find(desk, key).state == "draft"


@pytest.mark.usefixtures("place")
def test_what_fails_on_the_twin_says_why_and_is_not_released(
    clinician: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        trying, "tried", lambda _text, cuffs: dict.fromkeys(cuffs, "it <i>overshot</i>")
    )
    key = save(clinician)
    clinician.post(f"/programs/own/{key}/try")
    page = clinician.get(f"/programs/own/{key}").text
    assert "failed on the twin" in page
    assert "it &lt;i&gt;overshot" in page
    assert "Release version" not in page


@pytest.mark.usefixtures("place")
def test_while_it_is_tried_the_page_asks_again_by_itself(
    clinician: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = Never()
    monkeypatch.setattr(slow_work, "slow_work", lambda: never)
    key = save(clinician)
    clinician.post(f"/programs/own/{key}/try")
    part = clinician.get(f"/programs/own/{key}/try", headers={"hx-request": "true"}).text
    assert 'hx-trigger="every 1s"' in part
    assert "can take a minute" in part
    assert "<html" not in part
    assert clinician.get(f"/programs/own/{key}/try").status_code == 303


@pytest.mark.usefixtures("place")
def test_the_owner_writes_but_does_not_release(owner: TestClient) -> None:
    key = save(owner)
    assert "A clinician tries it on the twin" in owner.get(f"/programs/own/{key}").text
    assert owner.post(f"/programs/own/{key}/try").status_code == 403
    assert owner.post(f"/programs/own/{key}/release", data={"version": "1"}).status_code == 403
    assert (
        owner.post(f"/programs/own/{key}/retire", data={"version": "1", "why": "x"}).status_code
        == 403
    )


@pytest.mark.usefixtures("place")
def test_a_clinician_retires_a_version_with_a_reason(clinician: TestClient) -> None:
    key = save(clinician)
    path = f"/programs/own/{key}/retire"
    assert clinician.post(path, data={"version": "1", "why": " "}).status_code == 422
    assert clinician.post(path, data={"version": "9", "why": "old page"}).status_code == 409
    assert clinician.post(path, data={"version": "1", "why": "too <b>strong"}).status_code == 303
    page = clinician.get(f"/programs/own/{key}").text
    assert "too &lt;b&gt;strong" in page
    assert "Retire this version" not in page


def test_a_draft_that_is_no_program_is_listed_and_its_finding_leads_to_its_line(
    clinician: TestClient,
) -> None:
    key = save(clinician, TEXT.replace("duration: 30 min", "duration: soon"))
    assert "something in its text is wrong" in clinician.get("/programs").text
    assert '<a href="#line-' in clinician.get(f"/programs/own/{key}").text


@pytest.mark.parametrize("verb", ["", "/edit", "/try"])
def test_a_program_of_another_practice_is_not_found(
    clinician: TestClient, elsewhere: SimpleNamespace, clinic: Clinic, verb: str
) -> None:
    with clinic.desk(elsewhere.people.clinician) as desk:
        key = written.write(desk, TEXT).id
    headers = {"hx-request": "true"}
    assert clinician.get(f"/programs/own/{key}{verb}", headers=headers).status_code == 404
    assert clinician.post(f"/programs/own/{key}/try").status_code == 404
    for act in ("release", "retire"):
        data = {"version": "1", "why": "theirs"}
        assert clinician.post(f"/programs/own/{key}/{act}", data=data).status_code == 404
    assert "own-evening" not in clinician.get("/programs").text


def test_a_difference_says_what_stayed_what_came_and_what_went() -> None:
    old = shipped("heavy-legs")
    new = old.replace("hold: 8 s", "hold: 9 s") + "# end\n"
    lines = bench.difference(old, new)
    assert [one.text for one in lines if one.kind == "taken"] == ["    hold: 8 s"]
    assert [one.text for one in lines if one.kind == "added"] == ["    hold: 9 s", "# end"]
    assert sum(one.kind == "gap" for one in lines) == 1
    assert bench.difference(old, old) == []
