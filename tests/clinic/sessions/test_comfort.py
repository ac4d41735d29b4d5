"""Comfort: what the client answered is kept with the running session, in order, and is audited."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.sessions import comfort, session
from openpresso.errors import InputError
from tests.clinic.courses.world import prepared


@pytest.fixture
def running(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> int:
    """Key of a session that runs."""
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
        session.begin(desk, key)
    return key


def test_answers_are_kept_in_order_with_who_asked_and_how_far_in(
    clinic: Clinic, people: SimpleNamespace, running: int
) -> None:
    with clinic.desk(people.technician) as desk:
        comfort.answer(desk, running, "too-strong", "left", score=4, program_time=150.26)
    with clinic.desk(people.clinician) as desk:
        comfort.answer(desk, running, "right")
    with clinic.desk(people.technician, reading=True) as desk:
        first, second = comfort.of_session(desk, running)
    assert (first["feeling"], first["side"], first["score"]) == ("too-strong", "left", 4)
    assert (first["program_time"], first["by"]) == (150.3, people.technician)
    assert (second["feeling"], second["side"], second["score"]) == ("right", "both", None)
    assert second["by"] == people.clinician
    with clinic.automatic(people.practice, reading=True) as desk:
        assert verify(desk.db).ok


@pytest.mark.parametrize(
    "wrong",
    [
        {"feeling": "lovely"},
        {"side": "arm"},
        {"score": 11},
        {"score": -1},
        {"program_time": -1.0},
        {"program_time": float("nan")},
    ],
)
def test_what_is_no_answer_is_refused_and_changes_nothing(
    clinic: Clinic, people: SimpleNamespace, running: int, wrong: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"feeling": "right", "side": "both"} | wrong
    with pytest.raises(InputError), clinic.desk(people.technician) as desk:
        comfort.answer(desk, running, **given)
    with clinic.desk(people.technician, reading=True) as desk:
        assert comfort.of_session(desk, running) == []


def test_only_a_running_session_is_asked_about(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
    with pytest.raises(RefusedError, match="prepared"), clinic.desk(people.technician) as desk:
        comfort.answer(desk, key, "right")
    with pytest.raises(NotFoundError), clinic.desk(people.technician) as desk:
        comfort.answer(desk, key + 99, "right")


def test_those_who_do_not_treat_neither_ask_nor_read(
    clinic: Clinic, people: SimpleNamespace, running: int
) -> None:
    with pytest.raises(NotAllowedError), clinic.desk(people.front_desk) as desk:
        comfort.answer(desk, running, "right")
    with pytest.raises(NotAllowedError), clinic.desk(people.front_desk, reading=True) as desk:
        comfort.of_session(desk, running)


def test_answers_have_an_end(clinic: Clinic, people: SimpleNamespace, running: int) -> None:
    with clinic.desk(people.technician) as desk:
        for _ in range(comfort.MOST):
            comfort.answer(desk, running, "right")
    with pytest.raises(RefusedError), clinic.desk(people.technician) as desk:
        comfort.answer(desk, running, "right")
