"""What a program does to one leg: the form, whose leg, the answer at once, the figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.measures import measurement
from openpresso.clinic.people import client as clients
from openpresso.console.drawings.preview import drawn
from openpresso.console.drawings.timeline import WIDTH
from openpresso.console.forms import preview as preview_form
from openpresso.console.forms.measuring import LANDMARK
from openpresso.console.trials import leg_of_client, slow_work, trying
from openpresso.twin.limb import Posture
from openpresso.twin.people.conditions import CONDITIONS
from openpresso.twin.people.shape import LEVELS, SITES
from tests.clinic.programs.texts import shipped
from tests.console.program_work import AtOnce, Never

Visit = Callable[[str], TestClient]
FORM = {"program": "heavy-legs", "cuff": "leg-8", "posture": "supine", "sex": "female"}


@pytest.fixture(scope="session")
def figures() -> dict[str, Any]:
    """What the twin says of one program on one leg."""
    wanted = trying.Wanted("supine", "female", "lymphoedema")
    return trying.previewed(shipped("heavy-legs"), "leg-8", wanted)


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch, figures: dict[str, Any]) -> Iterator[AtOnce]:
    """Work is done at once, and gives what the twin has said before."""
    one = AtOnce()
    monkeypatch.setattr(slow_work, "slow_work", lambda: one)
    monkeypatch.setattr(trying, "previewed", lambda *_: figures)
    yield one
    one.close()


def asked(browser: TestClient, **changed: str) -> str:
    answer = browser.post("/programs/preview", data=FORM | changed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_the_choices_of_the_form_are_those_of_the_twin() -> None:
    assert set(preview_form.POSTURES) == set(get_args(Posture))
    assert set(preview_form.CONDITIONS) == set(CONDITIONS)
    assert preview_form.SITES == SITES


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "owner"])
def test_the_house_asks_for_a_preview_and_sees_it_with_what_is_not_known(
    visit: Visit, role: str
) -> None:
    browser = visit(role)
    text = browser.get(asked(browser)).text
    for said in (
        "Blood moved out in a cycle",
        "reached, at most",
        "What it does not know",
        "not a measurement",
        "The same as a table",
        "sources, the surest first",
    ):
        assert said in text
    assert " style=" not in text


def test_the_auditor_sees_no_preview(auditor: TestClient) -> None:
    assert auditor.get("/programs/preview?program=heavy-legs").status_code == 403
    assert auditor.post("/programs/preview", data=FORM).status_code == 403
    assert auditor.get("/programs/preview/abc").status_code == 403


def test_while_it_is_computed_the_page_answers_at_once_and_looks_again(
    technician: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = Never()
    monkeypatch.setattr(slow_work, "slow_work", lambda: never)
    place = asked(technician)
    page = technician.get(place).text
    assert "It is being computed" in page
    assert "can take a minute" in page
    part = technician.get(place, headers={"hx-request": "true"}).text
    assert f'hx-get="{place}"' in part
    assert "<html" not in part


def test_a_preview_of_somebody_else_is_not_found(visit: Visit) -> None:
    place = asked(visit("clinician"))
    assert visit("technician").get(place).status_code == 404
    assert visit("technician").get("/programs/preview/none").status_code == 404


def test_what_the_twin_refuses_is_said_beside_the_form(
    technician: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    one = AtOnce()
    monkeypatch.setattr(slow_work, "slow_work", lambda: one)
    text = technician.get(asked(technician, height="165", weight="900")).text
    assert "It could not be computed" in text
    assert "900 kg" in text
    assert 'value="900"' in text


@pytest.mark.parametrize(
    ("field", "value"),
    [("height", "tall <b>"), ("girth-calf", "-3"), ("posture", "flying"), ("sex", "other")],
)
def test_what_cannot_be_keeps_what_was_typed(
    technician: TestClient, field: str, value: str
) -> None:
    answer = technician.post("/programs/preview", data=FORM | {"weight": "61,5", field: value})
    assert answer.status_code == 422
    assert 'value="61,5"' in answer.text
    assert "<b>" + value not in answer.text
    assert "tall <b>" not in answer.text


def test_a_program_that_is_not_there_is_not_found(technician: TestClient) -> None:
    for name in ("none-such", "99"):
        assert technician.get(f"/programs/preview?program={name}").status_code == 404
        assert (
            technician.post("/programs/preview", data=FORM | {"program": name}).status_code == 404
        )


def test_a_text_that_is_not_kept_is_previewed_and_stays_in_the_form(clinician: TestClient) -> None:
    text = shipped("heavy-legs") + "# </textarea><script>\n"
    page = clinician.get(asked(clinician, program="", text=text)).text
    assert "a text that is not kept" in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page


def girths(desk: Any, client: int, landmark: str = LANDMARK) -> None:  # noqa: ANN401
    points = [{"height": 8.0 * n, "readings": [24.0 + 3.0 * n, 24.2 + 3.0 * n]} for n in range(9)]
    detail = {"points": points, "landmark": landmark, "offset": 0.0, "position": "lying"}
    measurement.take(desk, client, "girths", side="left", detail=detail)
    measurement.take(desk, client, "weight", value=72.5)


def test_a_client_fills_the_form_with_what_was_measured(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        girths(desk, place.client)
        number = clients.find(desk, place.client).number
        leg = leg_of_client.leg(desk, place.client, "left", 180.0)
    # The landmark lies 8 cm above the sole: 8 cm higher is 3 cm more.
    assert leg.girths["ankle"] == pytest.approx(
        24.1 + 3.0 / 8.0 * (180.0 * LEVELS["ankle"] - 8.0), abs=0.06
    )
    form = FORM | {"client": number, "side": "left", "height": "180"}
    text = technician.post("/programs/preview/client", data=form).text
    assert 'value="72.5"' in text
    assert f'value="{leg.girths["calf"]:g}"' in text
    assert '<option value="male" selected>' in text
    assert "Ana Ruiz" in text


def test_girths_from_another_landmark_are_not_taken_over_and_it_says_why(
    technician: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        girths(desk, place.client, landmark="tip of the toe")
        number = clients.find(desk, place.client).number
    answer = technician.post("/programs/preview/client", data=FORM | {"client": number})
    assert "another landmark" in answer.text


def test_a_client_of_another_practice_is_not_found_and_the_form_stays(
    technician: TestClient, clinic: Clinic, elsewhere: SimpleNamespace
) -> None:
    with clinic.desk(elsewhere.people.front_desk) as desk:
        clients.register(desk, given="Xerxes", family="Ruiz", born=dt.date(1980, 1, 1), sex="male")
    form = FORM | {"client": "Xerxes", "weight": "61"}
    answer = technician.post("/programs/preview/client", data=form)
    assert answer.status_code == 409
    assert "Nobody is found" in answer.text
    assert 'value="61"' in answer.text


def test_who_does_not_treat_takes_over_no_measurements(
    front_desk: TestClient, clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        number = clients.find(desk, place.client).number
    assert "Take them over" not in front_desk.get("/programs/preview?program=heavy-legs").text
    answer = front_desk.post("/programs/preview/client", data=FORM | {"client": number})
    assert answer.status_code == 403


def test_the_drawing_shows_what_the_figures_say(figures: dict[str, Any]) -> None:
    expected = drawn(figures)
    assert [one.number for one in expected.bars] == [8, 7, 6, 5, 4, 3, 2, 1]
    for bar, segment in zip(reversed(expected.bars), figures["segments"], strict=True):
        assert bar.reached == segment["skin"]["peak"]
        assert 0.0 <= bar.mean_x <= bar.reached_x <= WIDTH
    most = max(max(one["wanted"], one["skin"]["peak"]) for one in figures["segments"])
    assert max(max(one.wanted_x, one.reached_x) for one in expected.bars) == WIDTH
    assert expected.scale[-1][1] <= most
    assert expected.flow is not None
    assert expected.volume.line.startswith("M0 ")
