from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from openpresso.errors import InputError
from openpresso.law.registers import FAULTS
from openpresso.session import CommandRefusedError, State, alarm_page, load_alarms
from openpresso.session.alarm_table import SHIPPED
from openpresso.session.alarms import SILENCE, AlarmBook
from openpresso.session.finding import Finding
from openpresso.session.monitor import ROWS

LOW_DELIVERY = Finding("deviation", "left", 3, 30.0, 45.0)
OVER = Finding("over-ceiling", "left", 2, 70.0, 60.0)


def kinds(notes: Sequence[tuple[str, object, object]]) -> list[str]:
    return [kind for kind, _, _ in notes]


@pytest.fixture
def book() -> AlarmBook:
    return AlarmBook()


def test_every_fault_of_a_cuff_is_a_condition_of_the_table() -> None:
    table = load_alarms()
    assert {name for _, name, _ in FAULTS} <= set(table.conditions)


def test_every_condition_of_the_monitor_is_in_the_table() -> None:
    assert set(ROWS) <= set(load_alarms().conditions)


def test_every_condition_has_a_cause_and_a_remedy() -> None:
    for row in load_alarms().conditions.values():
        assert row.cause.endswith(".")
        assert row.remedy.endswith(".")


def test_every_high_condition_ends_the_session_and_latches() -> None:
    for row in load_alarms().conditions.values():
        assert (row.priority == "high") == (row.response in {"vent", "end"})
        assert row.latching == (row.priority == "high")


def test_over_pressure_is_watched_in_every_state() -> None:
    conditions = load_alarms().conditions
    assert conditions["over-pressure"].watched == set(State)
    assert set(State) - conditions["over-ceiling"].watched == {State.IDLE, State.CHECKING}


def test_more_urgent_signals_are_faster() -> None:
    signals = load_alarms().signals
    assert signals["high"].flash_hz > signals["medium"].flash_hz > signals["low"].flash_hz
    assert signals["high"].pulses > signals["medium"].pulses > signals["low"].pulses
    assert signals["high"].burst_gap < signals["medium"].burst_gap < signals["low"].burst_gap


def test_the_page_lists_every_condition() -> None:
    page = alarm_page()
    assert all(f"`{name}`" in page for name in load_alarms().conditions)


def test_an_alarm_is_raised_once_and_says_where_what_and_how_much(book: AlarmBook) -> None:
    notes = book.update(1.0, [OVER])
    assert kinds(notes) == ["alarm-raised"]
    text = str(notes[0][2]["text"])
    assert text.startswith("left cuff, chamber 2: 70.0 mmHg is more than 5 mmHg over")
    assert "60.0 mmHg" in text
    assert book.update(1.05, [OVER]) == []


def test_an_alarm_that_does_not_latch_clears_with_its_condition(book: AlarmBook) -> None:
    book.update(1.0, [LOW_DELIVERY])
    assert kinds(book.update(2.0, [])) == ["alarm-cleared"]
    assert not book.busy


def test_a_latched_alarm_stays_until_a_person_acknowledges_it(book: AlarmBook) -> None:
    book.update(1.0, [OVER])
    assert kinds(book.update(2.0, [])) == ["alarm-latched"]
    assert book.update(500.0, []) == []
    view = book.views()[0]
    assert not view.active
    assert view.audio
    book.acknowledge(view.id, "Anna", 501.0)
    assert not book.busy


def test_an_acknowledgement_silences_one_occurrence_for_two_minutes(book: AlarmBook) -> None:
    book.update(0.0, [OVER])
    kind, leg, data = book.acknowledge(book.views()[0].id, "Anna", 10.0)
    assert (kind, leg, data["who"]) == ("alarm-acknowledged", "left", "Anna")
    assert not book.views()[0].audio
    assert book.update(10.0 + SILENCE - 0.1, [OVER]) == []
    assert kinds(book.update(10.0 + SILENCE, [OVER])) == ["alarm-loud-again"]
    assert book.views()[0].audio
    assert book.views()[0].acknowledged_by == "Anna"


def test_nothing_silences_a_new_high_alarm(book: AlarmBook) -> None:
    book.update(0.0, [OVER])
    book.acknowledge(book.views()[0].id, "Anna", 1.0)
    other = Finding("over-ceiling", "left", 3, 70.0, 60.0)
    book.update(2.0, [OVER, other])
    assert [view.audio for view in book.views()] == [False, True]


def test_a_condition_that_comes_back_after_its_acknowledgement_sounds(book: AlarmBook) -> None:
    book.update(0.0, [OVER])
    book.acknowledge(book.views()[0].id, "Anna", 1.0)
    book.update(2.0, [])
    assert kinds(book.update(3.0, [OVER])) == ["alarm-raised"]
    assert book.views()[0].audio


def test_priorities_escalate_when_nobody_acknowledges(book: AlarmBook) -> None:
    book.update(0.0, [LOW_DELIVERY])
    assert book.update(119.0, [LOW_DELIVERY]) == []
    assert kinds(book.update(121.0, [LOW_DELIVERY])) == ["alarm-escalated"]
    assert book.views()[0].priority == "high"


def test_an_acknowledged_alarm_escalates_only_when_its_silence_is_over(book: AlarmBook) -> None:
    book.update(0.0, [LOW_DELIVERY])
    book.acknowledge(book.views()[0].id, "Anna", 100.0)
    assert book.update(130.0, [LOW_DELIVERY]) == []
    again = book.update(100.0 + SILENCE, [LOW_DELIVERY])
    assert kinds(again) == ["alarm-loud-again", "alarm-escalated"]


def test_urgent_alarms_are_shown_first(book: AlarmBook) -> None:
    book.update(0.0, [LOW_DELIVERY])
    book.update(1.0, [LOW_DELIVERY, OVER])
    assert [view.condition for view in book.views()] == ["over-ceiling", "deviation"]


@pytest.mark.parametrize(("alarm", "who"), [("deviation-1", " "), ("deviation-9", "Anna")])
def test_an_acknowledgement_without_a_name_or_an_alarm_is_refused(
    book: AlarmBook, alarm: str, who: str
) -> None:
    book.update(0.0, [LOW_DELIVERY])
    with pytest.raises(CommandRefusedError):
        book.acknowledge(alarm, who, 1.0)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("version: 1", "version: 9", "alarm-table-version"),
        ("condition: over-ceiling", "condition: over-pressure", "repeated-condition"),
        ("{priority: high, after: 120 s}", "{priority: low, after: 120 s}", "escalation-down"),
        ("{place}: the pump runs", "{where}: the pump runs", "bad-placeholder"),
        ("{priority: low, colour", "{priority: high, colour", "missing-signal"),
        ("delay: 0.2 s", "delay: 0.2 parsec", "unknown-unit"),
        ("latching: false", "latching: false\n    loud: true", "unknown-field"),
    ],
)
def test_a_bad_alarm_table_is_refused_with_what_is_wrong(
    tmp_path: Path, before: str, after: str, code: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "alarms.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_alarms(path)
    assert caught.value.code == code
    assert "alarms.yaml" in str(caught.value)
