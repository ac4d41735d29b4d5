"""Delivery: once, when it is due, to those who have agreed; again after a failure, not for ever."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotAllowedError, RefusedError
from openpresso.clinic.messages.deliver import claim, deliver
from openpresso.clinic.messages.message import (
    Draft,
    Message,
    follow_up,
    outbox,
    queue,
    send_again,
)
from openpresso.clinic.messages.templates import message_templates
from openpresso.clinic.people import client
from openpresso.clinic.roles import Role
from tests.clinic.acting import acting

if TYPE_CHECKING:
    from openpresso.clinic.messages.templates import Kind
    from tests.clinic.conftest import Clock
    from tests.clinic.messages.conftest import Box

DeskOf = Callable[..., AbstractContextManager[Desk]]


@acting("test.message_queue", Role.FRONT_DESK)
def _queue(desk: Desk, client_id: int, *drafts: Draft) -> list[int]:
    return [one.id for one in queue(desk, desk.find(client.Client, client_id), drafts)]


def _draft(
    desk: Desk, hours: float = 0.0, kind: Kind = "reminder", *, asked: bool = False
) -> Draft:
    now = desk.now()
    due = now + dt.timedelta(hours=hours)
    return Draft(kind, due + dt.timedelta(hours=48), due, due + dt.timedelta(hours=48), asked)


@pytest.fixture
def ana(desk_of: DeskOf, agreed: set[int]) -> int:
    with desk_of("front_desk") as desk:
        one = client.register(
            desk, given="Ana", family="Ruiz", born=dt.date(1971, 3, 4), email="ana@example.org",
            phone="+49 30 1234567", contact="email",
        )  # fmt: skip
    agreed.add(one.id)
    return one.id


@pytest.fixture
def states(clinic: Clinic, people: SimpleNamespace) -> Callable[[], list[str]]:
    def read() -> list[str]:
        with clinic.automatic(people.practice, reading=True) as desk:
            return list(desk.db.scalars(sa.select(Message.state).order_by(Message.id)))

    return read


def test_what_is_due_is_sent_once_and_what_is_not_due_waits(
    clinic: Clinic,
    desk_of: DeskOf,
    ana: int,
    box: Box,
    clock: Clock,
    states: Callable[[], list[str]],
) -> None:
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk), _draft(desk, hours=3))
    assert deliver(clinic, {"email": box}) == {"sent": 1}
    assert deliver(clinic, {"email": box}) == {}
    assert states() == ["sent", "queued"]
    clock.pass_by(hours=3)
    assert deliver(clinic, {"email": box}) == {"sent": 1}
    assert [letter.to for letter in box.letters] == ["ana@example.org"] * 2
    assert len({letter.message_id for letter in box.letters}) == 2
    with clinic.automatic(reading=True) as desk:
        assert verify(desk.db).ok


def test_a_failure_is_tried_again_after_growing_waits_and_given_up(
    clinic: Clinic,
    desk_of: DeskOf,
    ana: int,
    box: Box,
    clock: Clock,
) -> None:
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk))
    waits = message_templates().waits
    assert list(waits) == sorted(waits)
    box.fail(*["later"] * (len(waits) + 1))
    for wait in waits:
        assert deliver(clinic, {"email": box}) == {"queued": 1}
        clock.moment += wait - dt.timedelta(seconds=1)
        assert deliver(clinic, {"email": box}) == {}
        clock.pass_by(seconds=1)
    assert deliver(clinic, {"email": box}) == {"failed": 1}
    clock.pass_by(days=1)
    assert deliver(clinic, {"email": box}) == {}
    with desk_of("front_desk") as desk:
        (one,) = outbox(desk)
        assert (one.tries, one.error) == (len(waits) + 1, "no luck")
        assert send_again(desk, one.id).state == "queued"
        with pytest.raises(RefusedError, match="only failed and unsure"):
            send_again(desk, one.id)
    assert deliver(clinic, {"email": box}) == {"sent": 1}


@pytest.mark.parametrize(
    ("error", "state"), [("never", "failed"), ("unsure", "unsure"), (None, "unsure")]
)
def test_what_was_refused_or_may_have_left_is_not_tried_again(
    clinic: Clinic,
    desk_of: DeskOf,
    ana: int,
    box: Box,
    clock: Clock,
    states: Callable[[], list[str]],
    error: str | None,
    state: str,
) -> None:
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk))
    if error:
        box.fail(error)
    else:
        box.errors.append(ZeroDivisionError("a sender from elsewhere"))
    assert deliver(clinic, {"email": box}) == {state: 1}
    clock.pass_by(days=1)
    assert deliver(clinic, {"email": box}) == {}
    assert states() == [state]


def test_a_message_of_a_worker_that_died_is_unsure_and_not_sent_twice(
    clinic: Clinic,
    people: SimpleNamespace,
    desk_of: DeskOf,
    ana: int,
    box: Box,
    clock: Clock,
    states: Callable[[], list[str]],
) -> None:
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk))
    with clinic.automatic(people.practice) as desk:
        taken, _ = claim(desk, ["email"], clock())
        assert taken is not None
    assert deliver(clinic, {"email": box}) == {}
    clock.pass_by(minutes=16)
    assert deliver(clinic, {"email": box}) == {"unsure": 1}
    assert (states(), box.letters) == (["unsure"], [])


def test_what_may_not_be_sent_any_more_is_withheld(
    clinic: Clinic,
    desk_of: DeskOf,
    ana: int,
    box: Box,
    clock: Clock,
    agreed: set[int],
) -> None:
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk), _draft(desk, kind="confirmation", asked=True))
    agreed.clear()
    assert deliver(clinic, {"email": box}) == {"withheld": 1, "sent": 1}
    agreed.add(ana)
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk))
        client.change(desk, ana, 1, contact="none")
    assert deliver(clinic, {"email": box}) == {"withheld": 1}
    with desk_of("front_desk") as desk:
        client.change(desk, ana, 2, contact="email")
        _queue(desk, ana, _draft(desk))
        client.change(desk, ana, 3, email="new@example.org")
    assert deliver(clinic, {"email": box}) == {"sent": 1}
    assert box.letters[-1].to == "new@example.org"
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk))
    clock.pass_by(hours=48)
    assert deliver(clinic, {"email": box}) == {"withheld": 1}


def test_nothing_is_queued_without_consent_or_past_the_way_the_client_has_chosen(
    desk_of: DeskOf, ana: int, agreed: set[int]
) -> None:
    with desk_of("front_desk") as desk:
        agreed.clear()
        assert _queue(desk, ana, _draft(desk)) == []
        assert len(_queue(desk, ana, _draft(desk, kind="confirmation", asked=True))) == 1
        agreed.add(ana)
        client.change(desk, ana, 1, contact="none")
        assert _queue(desk, ana, _draft(desk, kind="confirmation", asked=True)) == []
        client.change(desk, ana, 2, contact="phone")
        (key,) = _queue(desk, ana, _draft(desk))
        message = desk.find(Message, key)
        assert (message.channel, message.to) == ("sms", "+49 30 1234567")


def test_messages_of_a_channel_without_a_sender_wait_until_they_are_too_late(
    clinic: Clinic,
    desk_of: DeskOf,
    ana: int,
    box: Box,
    clock: Clock,
    states: Callable[[], list[str]],
) -> None:
    with desk_of("front_desk") as desk:
        _queue(desk, ana, _draft(desk))
    assert deliver(clinic, {"sms": box}) == {}
    assert states() == ["queued"]
    clock.pass_by(hours=49)
    assert deliver(clinic, {"sms": box}) == {"withheld": 1}


def test_two_workers_never_send_the_same_message_twice(
    url: str, desk_of: DeskOf, ana: int, box: Box, clock: Clock
) -> None:
    with desk_of("front_desk") as desk:
        _queue(desk, ana, *(_draft(desk) for _ in range(40)))
    gate = threading.Barrier(2)

    def work() -> int:
        other = Clinic(url, clock=clock)
        gate.wait()
        sent = deliver(other, {"email": box})["sent"]
        other.close()
        return sent

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(work) for _ in range(2)]
        assert sum(run.result() for run in runs) == 40
    assert len({letter.message_id for letter in box.letters}) == len(box.letters) == 40


def test_a_follow_up_is_told_once(desk_of: DeskOf, ana: int, clinic: Clinic, box: Box) -> None:
    due = dt.date(2026, 3, 30)
    with desk_of("technician") as desk:
        assert len(follow_up(desk, ana, due)) == 1
        assert follow_up(desk, ana, due) == []
    assert deliver(clinic, {"email": box}) == {"sent": 1}
    assert "Monday 30 March 2026" in box.letters[0].text
    with pytest.raises(NotAllowedError), desk_of("auditor") as desk:
        follow_up(desk, ana, due)
