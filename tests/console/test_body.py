"""Measurements on the body: the last value of each site, its change, its trend, voiding one."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.measures import measurement
from openpresso.clinic.measures.error import smallest_real_difference
from openpresso.console import body_sites
from openpresso.console.body_sites import Last
from openpresso.console.drawings import body as body_drawing
from tests.clinic.conftest import Clock
from tests.console.conftest import TestClient

HEIGHTS = (0.0, 8.0, 16.0, 24.0)
GIRTHS = (23.0, 28.0, 34.0, 38.0)


def detail(shrunk: float = 0.0, readings: float = 0.1) -> dict[str, object]:
    """Girths of a leg, each read twice, less some of their size [1]."""
    return {
        "points": [
            {"height": height, "readings": [girth * (1 - shrunk), girth * (1 - shrunk) + readings]}
            for height, girth in zip(HEIGHTS, GIRTHS, strict=True)
        ],
        "landmark": "upper edge of the outer ankle",
        "offset": 0.0,
        "position": "lying",
    }


def take(clinic: Clinic, staff: int, client: int, shrunk: float, side: str = "left") -> int:
    with clinic.desk(staff) as desk:
        asked = measurement.examine(desk, client, "girths", side=side, detail=detail(shrunk))
        return measurement.take(
            desk, client, "girths", side=side, detail=detail(shrunk),
            confirmed=[one.key for one in asked],
        ).id  # fmt: skip


def of_client(clinic: Clinic, people: SimpleNamespace, client: int) -> list[Last]:
    with clinic.desk(people.technician, reading=True) as desk:
        return body_sites.of_client(desk, client)


def test_each_site_has_its_last_girth_and_its_change_with_the_error_of_one_rater(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    take(clinic, people.technician, place.client, 0.0)
    clock.pass_by(days=60)
    take(clinic, people.technician, place.client, 0.06)
    found = [one for one in of_client(clinic, people, place.client) if one.height is not None]
    assert [one.height for one in found] == list(HEIGHTS)
    assert [one.place for one in found] == ["ankle", "lower calf", "calf", "calf"]
    for one, girth in zip(found, GIRTHS, strict=True):
        assert one.value == pytest.approx(girth * 0.94 + 0.05)
        assert one.change == pytest.approx(-0.06 * girth)
        assert one.band == pytest.approx(smallest_real_difference(0.013 * (girth + 0.05)))
        assert one.verdict == "better"


def test_a_change_within_the_error_is_none_and_a_single_reading_has_no_change(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    take(clinic, people.technician, place.client, 0.0)
    first = [one for one in of_client(clinic, people, place.client) if one.height is not None]
    assert {(one.change, one.verdict) for one in first} == {(None, "first")}
    clock.pass_by(days=30)
    take(clinic, people.clinician, place.client, 0.02)
    found = [one for one in of_client(clinic, people, place.client) if one.height is not None]
    assert {one.verdict for one in found} == {"same"}
    # Two raters: the error of readings by different people counts, which is larger.
    assert found[0].band == pytest.approx(smallest_real_difference(0.03 * (GIRTHS[0] + 0.05)))


def test_the_page_shows_both_legs_with_text_beside_the_colour(
    clinic: Clinic,
    people: SimpleNamespace,
    technician: TestClient,
    place: SimpleNamespace,
    clock: Clock,
) -> None:
    take(clinic, people.technician, place.client, 0.0)
    clock.pass_by(days=8)
    take(clinic, people.technician, place.client, 0.06)
    take(clinic, people.technician, place.client, 0.0, side="right")
    page = visit_again(technician, f"/clients/{place.client}")
    assert page.count('class="skin"') == 2
    assert page.count('class="site go"') == len(HEIGHTS)
    assert page.count('class="site none"') == len(HEIGHTS)
    assert "▼" in page
    assert f"/clients/{place.client}/trends/girths?side=left&amp;height=24.0" in page
    assert 'aria-label="left, calf, 24 cm: 35.8 cm, -2.3 cm, better"' in page


def visit_again(browser: TestClient, path: str) -> str:
    """A page after days have gone by: the sign-in has ended, so it is entered once more."""
    from tests.console.conftest import SECRET

    answer = browser.get(path)
    if answer.status_code == 303:
        browser.post("/sign-in", data={"login": "technician", "password": SECRET})
        answer = browser.get(path)
    assert answer.status_code == 200, answer
    return str(answer.text)


def test_a_site_has_a_trend_of_its_own_and_a_measurement_is_voided_with_its_reason(
    clinic: Clinic, people: SimpleNamespace, technician: TestClient, place: SimpleNamespace
) -> None:
    key = take(clinic, people.technician, place.client, 0.0)
    path = f"/clients/{place.client}/trends/girths"
    page = technician.get(path, params={"side": "left", "height": "24"}).text
    assert "38.0" in page or "38.1" in page
    assert "24 cm above the landmark" in page
    data = {"measurement": str(key), "side": "left", "height": "24"}
    empty = technician.post(f"{path}/void", data={**data, "reason": " "})
    assert empty.status_code == 422
    answer = technician.post(f"{path}/void", data={**data, "reason": "the <i>wrong</i> leg"})
    assert answer.headers["location"].endswith("?side=left&height=24")
    page = technician.get(answer.headers["location"]).text
    assert "the &lt;i&gt;wrong&lt;/i&gt; leg" in page
    assert "Nothing has been measured yet" in page
    again = technician.post(f"{path}/void", data={**data, "reason": "twice"})
    assert again.status_code == 409


def test_a_measurement_of_somebody_else_is_not_voided_from_here(
    clinic: Clinic,
    people: SimpleNamespace,
    technician: TestClient,
    front_desk: TestClient,
    place: SimpleNamespace,
    elsewhere: SimpleNamespace,
) -> None:
    key = take(clinic, people.technician, place.other, 0.0)
    theirs = take(clinic, elsewhere.people.technician, elsewhere.client, 0.0)
    path = f"/clients/{place.client}/trends/girths/void"
    for one in (key, theirs):
        data = {"measurement": str(one), "side": "left", "reason": "x"}
        assert technician.post(path, data=data).status_code == 404
    assert technician.get(f"/clients/{elsewhere.client}/trends/girths").status_code == 404
    assert front_desk.get(f"/clients/{place.other}/trends/girths").status_code == 403
    assert technician.get(f"/clients/{place.client}/trends/nothing").status_code == 404
    with clinic.desk(people.technician, reading=True) as desk:
        assert not desk.find(measurement.Measurement, key).void_reason


@given(st.lists(st.floats(0.0, 85.0), min_size=1, max_size=12, unique=True))
def test_labels_lie_within_the_picture_and_not_on_each_other(heights: list[float]) -> None:
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    sites = [
        Last("girths", side, height, "calf", at, 38.0, "cm", None, None, "first", at)
        for side in ("left", "right")
        for height in sorted(heights)
    ]
    drawn = body_drawing.body(sites, {})
    assert len(drawn.marks) == len(sites)
    for side in ("left", "right"):
        places = [mark.at for mark in drawn.marks if mark.one.side == side]
        assert min(places) >= 3.4 - 1e-6
        assert max(places) <= body_drawing.HEIGHT - 3.4 + 1e-6
        apart = [low - high for low, high in itertools.pairwise(places)]
        assert all(gap >= body_drawing.TALL - 0.02 for gap in apart)


def test_the_left_leg_is_drawn_on_the_right() -> None:
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    sites = [
        Last("girths", side, 24.0, "calf", at, 38.0, "cm", None, None, "first", at)
        for side in ("left", "right")
    ]
    marks = {mark.one.side: mark for mark in body_drawing.body(sites, {}).marks}
    assert marks["right"].right < body_drawing.WIDTH / 2 < marks["left"].left
    assert math.isclose(marks["right"].left + marks["left"].right, body_drawing.WIDTH, abs_tol=0.05)
