"""Sessions: prepared completely or not at all, begun, linked to their record, finished."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from openpresso import program
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.booking import resource
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import progress
from openpresso.clinic.errors import ClashError, RefusedError
from openpresso.clinic.people import certificate
from openpresso.clinic.sessions import adverse_event, handover, session
from openpresso.clinic.sessions.aftercare import After
from openpresso.clinic.sessions.checklist import shipped
from openpresso.errors import InputError, OpenpressoError
from tests.clinic.courses.world import answers, deliver, prepared, take_pressure
from tests.clinic.sessions.records import make_record

if TYPE_CHECKING:
    from tests.clinic.conftest import Clock

FINE = After("unchanged", 8, 1, 126.0, 79.0, "slept")


def reasons(clinic: Clinic, staff: int, place: SimpleNamespace, **changed: object) -> list[str]:
    """Return the keys of the checks for which a session is refused."""
    legs = str(changed.pop("legs", "both"))
    given = {key: value for key, value in answers(**changed).items() if value is not None}
    with pytest.raises(RefusedError) as caught, clinic.desk(staff) as desk:
        session.prepare(desk, place.course, place.cuff_set, legs, given)
    return [reason.partition(":")[0] for reason in caught.value.reasons]


def begun(clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace) -> int:
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
        session.begin(desk, key)
    return key


def test_a_session_is_prepared_begun_linked_finished_and_counted(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    key = deliver(clinic, people, place, clock, tmp_path)
    with clinic.desk(people.technician, reading=True) as desk:
        found = session.find(desk, key)
        counts = progress.progress(desk, place.course).counts
        assert session.open(desk) == []
    assert (found.state, found.record_id) == ("delivered", f"run-{key}")
    assert (found.program, found.ceiling, found.minutes) == ("heavy-legs", 60.0, 30.0)
    assert found.delivered["deviations"] == []
    assert found.delivered["legs"]["left"]["cycles"] == 1
    assert found.after["comfort"] == 8
    assert found.checks["blood_pressure"] == {"systolic": 124.0, "diastolic": 78.0}
    assert (counts.done, counts.left) == (1, 7)
    with clinic.automatic(people.practice, reading=True) as desk:
        assert verify(desk.db).ok


def test_without_anything_every_missing_check_is_listed_with_its_source(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with pytest.raises(RefusedError) as caught, clinic.desk(people.clinician) as desk:
        session.prepare(desk, place.course, place.cuff_set, "both", {})
    said = [reason.partition(":")[0] for reason in caught.value.reasons]
    assert said == [
        "identified", "right-legs", "every-session", "blood-pressure", "liner", "elevated",
        "stop-shown", "trained",
    ]  # fmt: skip
    assert all(reason.endswith("]") and "[" in reason for reason in caught.value.reasons)


def test_the_fit_is_not_asked_before_the_station_has_tested_it() -> None:
    assert "fit-test" not in shipped().asked


def test_what_another_checklist_prepared_is_prepared_again(
    clinic: Clinic,
    people: SimpleNamespace,
    place: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
    newer = dataclasses.replace(shipped(), version=shipped().version + 1)
    monkeypatch.setattr(session, "shipped", lambda: newer)
    with pytest.raises(RefusedError) as caught, clinic.desk(people.technician) as desk:
        session.begin(desk, key)
    assert caught.value.code == "prepared-otherwise"


def test_each_room_can_stop_a_session(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    care = people.technician
    with clinic.desk(care) as desk:
        take_pressure(desk, place.client)
    assert reasons(clinic, care, place, liner=None) == ["liner"]
    assert reasons(clinic, care, place, **{"groin-swelling": True}) == ["screening"]
    assert reasons(clinic, care, place, **{"skin-today": "broken"}) == ["screening"]
    assert reasons(clinic, care, place, **{"health-changed": None}) == ["every-session"]
    with clinic.desk(care) as desk:
        take_pressure(desk, place.client, 185, 95)
    assert reasons(clinic, care, place, legs="left") == ["screening"]
    with clinic.desk(care) as desk:
        take_pressure(desk, place.client)
        consent.withdraw(desk, place.client, "health-data", how="screen")
    assert reasons(clinic, care, place) == ["consent"]
    with clinic.desk(people.owner) as desk:
        certificate.withdraw(desk, certificate.of_person(desk, care)[0].id, "drill failed")
    assert reasons(clinic, care, place) == ["trained", "consent"]
    with clinic.desk(care) as desk:
        courses.pause(desk, place.course, "holiday")
    assert reasons(clinic, care, place)[0] == "course-active"
    clock.pass_by(days=1)
    assert "blood-pressure" in reasons(clinic, care, place)
    clock.pass_by(days=400)
    assert "screening" in reasons(clinic, care, place)


def test_the_pressure_of_today_caps_the_ceiling_and_a_high_one_allows_one_leg_only(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        take_pressure(desk, place.client, 110, 62)
        key = session.prepare(desk, place.course, place.cuff_set, "both", answers()).id
        found = session.find(desk, key)
        assert (found.ceiling, found.ceiling_reason) == (
            52.0,
            "client: diastolic 62 less 10 mmHg",
        )
        assert handover.hand_over(desk, key).adapted == ()
        session.abandon(desk, key, "measured again")
        take_pressure(desk, place.client, 165, 95)
    both = reasons(clinic, people.technician, place, **{"doctor-pressure": True})
    assert both == ["legs-allowed"]
    with clinic.desk(people.technician) as desk:
        left = answers(**{"doctor-pressure": True})
        one = session.prepare(desk, place.course, place.cuff_set, "left", left)
        handed = handover.hand_over(desk, one.id)
    assert (one.ceiling, one.ceiling_reason) == (30.0, "screening: cap of the screening")
    assert (handed.client, handed.legs, handed.duration) == ("C-000001", "left", 1800.0)
    lowered = program.load_text(handed.text, "hand-over")
    assert lowered.name == "heavy-legs"
    assert max(phase.target.distal for phase in lowered.phases) == pytest.approx(30.0)  # type: ignore[union-attr]
    assert "all targets x 0.6" in handed.adapted[0]


def test_cuffs_are_cleaned_between_two_sessions_and_in_one_session_at_a_time(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    deliver(clinic, people, place, clock, tmp_path)
    clock.pass_by(minutes=5)
    assert reasons(clinic, people.technician, place) == ["cuff-clean"]
    key = begun(clinic, people, place)
    clock.pass_by(minutes=1)
    with clinic.desk(people.technician) as desk:
        resource.clean(desk, place.cuff_set)
    assert reasons(clinic, people.technician, place) == ["cuff-free"]
    with clinic.desk(people.technician) as desk:
        session.abandon(desk, key, "client felt dizzy")
        resource.clean(desk, place.cuff_set)
        session.prepare(desk, place.course, place.cuff_set, "both", answers())


def test_two_who_begin_with_the_same_cuffs_at_the_same_time_do_not_both_succeed(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    with clinic.desk(people.technician) as desk:
        keys = [prepared(desk, place), prepared(desk, place)]
    together, ended = threading.Barrier(2), list[str]()

    def begin(key: int) -> None:
        together.wait()
        try:
            with clinic.desk(people.technician) as desk:
                session.begin(desk, key)
            ended.append("begun")
        except OpenpressoError as error:
            ended.append(error.code)

    threads = [threading.Thread(target=begin, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in ended if one == "begun"]) == 1
    assert set(ended) - {"begun"} <= {"in-use", "not-prepared"}


def test_a_preparation_that_is_too_old_is_made_again(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(people.technician) as desk:
        key = prepared(desk, place)
    clock.pass_by(minutes=61)
    with (
        pytest.raises(RefusedError, match="prepared 61 min ago"),
        clinic.desk(people.technician) as desk,
    ):
        session.begin(desk, key)


def test_a_crash_leaves_a_running_session_that_is_listed_until_somebody_ends_it(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    key = begun(clinic, people, place)
    clock.pass_by(days=2)
    with clinic.desk(people.technician, reading=True) as desk:
        assert [(one.id, one.state) for one in session.open(desk)] == [(key, "running")]
    with clinic.desk(people.technician) as desk:
        session.abandon(desk, key, "power was lost")
    with clinic.desk(people.technician, reading=True) as desk:
        assert session.open(desk) == []
        assert progress.progress(desk, place.course).counts.done == 0


def test_a_record_of_another_client_program_or_day_is_not_linked(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, tmp_path: Path
) -> None:
    key = begun(clinic, people, place)
    long_ago = dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC)
    others: list[tuple[dict[str, Any], str]] = [
        ({"client": "C-000002"}, "names 'C-000002' as its client"),
        ({"program": "gentle-lymph"}, "of program gentle-lymph"),
        ({"started": long_ago}, "not in this session"),
    ]
    for number, (changes, said) in enumerate(others):
        folder = make_record(tmp_path / str(number), seconds=1.0, **changes)
        with pytest.raises(RefusedError, match=said), clinic.desk(people.technician) as desk:
            session.link(desk, key, folder)


def test_a_broken_record_is_not_linked(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, tmp_path: Path
) -> None:
    key = begun(clinic, people, place)
    folder = make_record(tmp_path / "broken", seconds=1.0)
    (folder / "waveforms.log").unlink()
    with (
        pytest.raises(RefusedError, match=r"waveforms\.log"),
        clinic.desk(people.technician) as desk,
    ):
        session.link(desk, key, folder)


def test_a_record_proves_one_session_only(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    deliver(clinic, people, place, clock, tmp_path)
    first = next(tmp_path.glob("run-*"))
    clock.pass_by(minutes=5)
    key = begun(clinic, people, place)
    with (
        pytest.raises(ClashError, match="belongs to session"),
        clinic.desk(people.technician) as desk,
    ):
        session.link(desk, key, first)
    with clinic.desk(people.technician) as desk:
        own = make_record(tmp_path / "own", started=clock(), seconds=1.0)
        once = session.link(desk, key, own).record_hash
        assert session.link(desk, key, own).record_hash == once
        other = make_record(tmp_path / "another", started=clock(), seconds=2.0)
        with pytest.raises(RefusedError, match="has a record"):
            session.link(desk, key, other)


def test_a_session_without_a_record_is_interrupted_until_its_record_is_linked(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    key = begun(clinic, people, place)
    with (
        pytest.raises(RefusedError, match="link the record of the run first"),
        clinic.desk(people.technician) as desk,
    ):
        session.finish(desk, key, FINE)
    with clinic.desk(people.technician) as desk:
        done = session.finish(desk, key, FINE, without_record="disk of the station failed")
        assert (done.state, done.end_reason) == ("interrupted", "disk of the station failed")
    with clinic.desk(people.technician) as desk:
        folder = make_record(tmp_path / "found", started=clock(), seconds=1.0)
        assert session.link(desk, key, folder).state == "delivered"


def test_a_run_that_did_not_end_as_planned_is_not_counted_as_delivered(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    for outcome in ("stopped", "faulted", "interrupted"):
        clock.pass_by(minutes=5)
        key = begun(clinic, people, place)
        folder = make_record(
            tmp_path / outcome, seconds=1.0, outcome=outcome, legs=("left",), started=clock()
        )
        clock.pass_by(minutes=5)
        with clinic.desk(people.technician) as desk:
            session.link(desk, key, folder)
            done = session.finish(desk, key, After("redness", 3, 5))
        assert done.state == "interrupted"
        assert done.delivered["deviations"] == ["legs: left instead of left and right"]
        assert done.after["look"] == ["skin", "pain"]
    with clinic.desk(people.technician, reading=True) as desk:
        counts = progress.progress(desk, place.course).counts
    assert (counts.done, counts.interrupted, counts.left) == (0, 3, 8)


def test_what_cannot_be_after_a_session_changes_nothing(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    key = begun(clinic, people, place)
    with pytest.raises(InputError, match="comfort"), clinic.desk(people.technician) as desk:
        session.finish(desk, key, After("unchanged", 12, 0), without_record="none")
    with clinic.desk(people.technician, reading=True) as desk:
        assert session.find(desk, key).state == "running"


def test_a_serious_event_waits_for_a_clinician_before_the_next_session(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    key = deliver(clinic, people, place, clock, tmp_path)
    with clinic.desk(people.technician) as desk:
        event = adverse_event.enter(
            desk, place.client, "genital-swelling", "serious", "told at home", session_id=key
        )
        adverse_event.enter(desk, place.client, "pressure-marks", "mild", "gone in 5 min")
        resource.clean(desk, place.cuff_set)
    assert reasons(clinic, people.technician, place) == ["events-reviewed"]
    with clinic.desk(people.clinician) as desk:
        assert [one.id for one in adverse_event.unreviewed(desk)] == [event.id]
        adverse_event.review(desk, event.id, "seen today: an old hernia; may go on")
        assert adverse_event.unreviewed(desk) == []
    with clinic.desk(people.technician) as desk:
        session.prepare(desk, place.course, place.cuff_set, "both", answers())


def test_an_event_is_not_entered_as_less_than_its_kind(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    for kind, severity, said in (
        ("chest-pain", "mild", "at least serious"),
        ("hiccup", "mild", "hiccup"),
        ("pain", "awful", "awful"),
    ):
        with pytest.raises(InputError, match=said), clinic.desk(people.technician) as desk:
            adverse_event.enter(desk, place.client, kind, severity, "x")


def test_an_event_of_anothers_session_or_of_tomorrow_is_refused(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, clock: Clock
) -> None:
    key = begun(clinic, people, place)
    with (
        pytest.raises(RefusedError, match="another client"),
        clinic.desk(people.technician) as desk,
    ):
        adverse_event.enter(desk, place.other, "pain", "moderate", "x", session_id=key)
    with pytest.raises(InputError, match="lies ahead"), clinic.desk(people.technician) as desk:
        adverse_event.enter(
            desk, place.client, "pain", "moderate", "x", at=clock() + dt.timedelta(days=1)
        )
