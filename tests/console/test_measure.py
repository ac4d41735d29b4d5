"""Measuring: the forms keep what was typed, and a slip is asked about before it is kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.measures import measurement
from tests.console.conftest import TestClient

GIRTHS = (22.4, 26.3, 33.1, 36.2, 34.8, 38.3, 44.0, 49.6, 54.0)


def girths(**changed: str) -> dict[str, object]:
    """Girths as the form sends them."""
    found: dict[str, object] = {"height": [str(8.0 * n) for n in range(len(GIRTHS))]}
    for index, girth in enumerate(GIRTHS):
        found[f"girth-{index}-1"] = f"{girth:.1f}"
        found[f"girth-{index}-2"] = f"{girth + 0.1:.1f}"
    return found | {
        "side": "left", "landmark": "upper edge of the outer ankle", "offset": "0",
        "position": "lying", "tape": "", "minutes": "", "course": "",
    } | changed  # fmt: skip


def taken(clinic: Clinic, people: SimpleNamespace, key: int, kind: str, side: str) -> list[float]:
    with clinic.desk(people.technician, reading=True) as desk:
        return [one.value for one in measurement.series(desk, key, kind, side)]


def test_girths_are_kept_as_a_volume(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    answer = technician.post(f"/clients/{place.client}/measure/girths", data=girths())
    assert answer.status_code == 303, answer.text
    (volume,) = taken(clinic, people, place.client, "girths", "left")
    assert 6000 < volume < 12000


def test_the_drawing_marks_every_height_of_the_table(
    technician: TestClient, place: SimpleNamespace
) -> None:
    text = technician.get(f"/clients/{place.client}/measure/girths?side=right").text
    assert text.count('class="mark"') == text.count('name="height"') == 9
    assert "Right leg, seen from the front" in text


def test_a_slip_is_asked_about_and_kept_only_when_it_is_confirmed(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    path = f"/clients/{place.client}/measure/girths"
    slipped = girths(**{"girth-3-1": "63.2"})
    answer = technician.post(path, data=slipped)
    assert answer.status_code == 422
    assert "like a slip" in answer.text
    assert 'value="63.2"' in answer.text
    assert taken(clinic, people, place.client, "girths", "left") == []
    keys = [part.partition('"')[0] for part in answer.text.split('name="confirmed" value="')[1:]]
    assert keys
    kept = technician.post(path, data={**slipped, "confirmed": keys})
    assert kept.status_code == 303
    assert len(taken(clinic, people, place.client, "girths", "left")) == 1


def test_a_girth_that_was_read_once_is_refused_and_nothing_is_lost(
    technician: TestClient, place: SimpleNamespace
) -> None:
    answer = technician.post(
        f"/clients/{place.client}/measure/girths", data=girths(**{"girth-2-2": ""})
    )
    assert answer.status_code == 422
    assert "read twice" in answer.text
    assert 'value="26.3"' in answer.text


def test_the_next_time_the_heights_are_those_of_the_last(
    technician: TestClient, place: SimpleNamespace
) -> None:
    technician.post(f"/clients/{place.client}/measure/girths", data=girths())
    text = technician.get(f"/clients/{place.client}/measure/girths?side=left").text
    assert "22.4 / 22.5" in text


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_comma_is_a_point(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace,
    decimal: str,
) -> None:  # fmt: skip
    data = {"value": f"71{decimal}5", "course": ""}
    assert technician.post(f"/clients/{place.client}/measure/weight", data=data).status_code == 303
    assert taken(clinic, people, place.client, "weight", "none") == [71.5]


def test_blood_pressure_the_wrong_way_round_is_told(
    technician: TestClient, place: SimpleNamespace
) -> None:
    data = {"systolic": "78", "diastolic": "124", "pulse": "70", "course": ""}
    answer = technician.post(f"/clients/{place.client}/measure/blood-pressure", data=data)
    assert answer.status_code == 422
    assert "is not below the systolic" in answer.text
    assert 'value="124"' in answer.text


def test_what_is_no_number_is_told_with_what_is_allowed(
    technician: TestClient, place: SimpleNamespace
) -> None:
    data = {"value": "a lot", "course": ""}
    answer = technician.post(f"/clients/{place.client}/measure/weight", data=data)
    assert answer.status_code == 422
    assert "allowed is a number" in answer.text


def test_a_measurement_belongs_to_the_course_that_was_chosen(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    data = {"value": "6", "side": "none", "course": str(place.course)}
    technician.post(f"/clients/{place.client}/measure/heaviness", data=data)
    with clinic.desk(people.technician, reading=True) as desk:
        (row,) = measurement.series(desk, place.client, "heaviness")
    assert row.course_id == place.course
    assert row.purpose == "baseline"


def test_every_kind_that_is_offered_has_a_form(
    technician: TestClient, place: SimpleNamespace
) -> None:
    text = technician.get(f"/clients/{place.client}/measure").text
    paths = [
        part.partition('"')[0] for part in text.split(f'href="/clients/{place.client}/measure/')
    ]
    assert len(paths) > 8
    for kind in paths[1:]:
        page = technician.get(f"/clients/{place.client}/measure/{kind}")
        assert page.status_code == 200, kind
        assert "Keep it" in page.text
    assert technician.get(f"/clients/{place.client}/measure/civiq-20").status_code == 404


def test_the_front_desk_measures_nobody(front_desk: TestClient, place: SimpleNamespace) -> None:
    assert front_desk.get(f"/clients/{place.client}/measure").status_code == 403
    path = f"/clients/{place.client}/measure/weight"
    assert front_desk.get(path).status_code == 403
    assert front_desk.post(path, data={"value": "70"}).status_code == 403
