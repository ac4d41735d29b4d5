"""Clients: registered, changed by one editor at a time, checked, of one practice only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic, found
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import ChangedError, NotFoundError, RefusedError
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import staff
from openpresso.errors import InputError

Opener = Callable[..., AbstractContextManager[Desk]]
BORN = dt.date(1971, 3, 4)


@pytest.fixture
def ana(desk_of: Opener) -> clients.Client:
    with desk_of("front_desk") as desk:
        return clients.register(desk, given="Ana", family="Ruiz", born=BORN, phone="030 1234567")


def test_a_client_is_registered_with_a_number_and_two_identifiers(desk_of: Opener) -> None:
    with desk_of("front_desk") as desk:
        ana = clients.register(desk, given="Ana", family="Ruiz", born=BORN)
        second = clients.register(desk, given="Bo", born="4.3.1980")
    assert clients.identifiers(ana) == "Ana Ruiz, born 1971-03-04, C-000001"
    assert clients.identifiers(second) == "Bo, born 1980-03-04, C-000002"
    assert (ana.language, ana.sex, ana.contact, ana.state) == ("en", "unknown", "none", "active")


NAMES = [
    ("Ольга", "Ёлкина"), ("太郎", "山田"), ("محمد", "أحمد"), ("שרה", "לוי"), ("अनिल", "शर्मा"),
    ("สมชาย", "ใจดี"), ("민준", "김"), ("Þórður", "Ægisson"), ("", "Sukarno"), ("𠮷", "野"),
]  # fmt: skip


def test_names_in_every_script_come_back_as_they_were_written(desk_of: Opener) -> None:
    with desk_of("front_desk") as desk:
        keys = [
            clients.register(desk, given=given, family=family, born=BORN).id
            for given, family in NAMES
        ]
    with desk_of("technician", reading=True) as desk:
        kept = [clients.find(desk, key) for key in keys]
    assert [(one.given, one.family) for one in kept] == NAMES


def test_a_note_of_10000_characters_is_kept_and_one_more_is_refused(desk_of: Opener) -> None:
    with desk_of("clinician") as desk:
        key = clients.register(desk, family="Ruiz", born=BORN, note="é" * 10_000).id
    with desk_of("clinician", reading=True) as desk:
        assert clients.find(desk, key).note == "é" * 10_000
    with pytest.raises(InputError, match="10,001 characters"), desk_of("clinician") as desk:
        clients.register(desk, family="Ruiz", born=BORN, note="é" * 10_001)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"family": "Ruiz"}, "missing", "born"),
    ({"family": "Ruiz", "born": dt.date(2026, 3, 3)}, "born-in-future", "born"),
    ({"family": "Ruiz", "born": dt.date(1899, 1, 1)}, "born-too-early", "born"),
    ({"family": "Ruiz", "born": "1971-02-29"}, "bad-date", "born"),
    ({"given": " ", "family": "", "born": BORN}, "no-name", "family"),
    ({"family": "12345", "born": BORN}, "no-name", "family"),
    ({"family": "Ru\0iz", "born": BORN}, "bad-character", "family"),
    ({"family": "Ruiz", "born": BORN, "note": "a\0b"}, "bad-character", "note"),
    ({"family": "Ruiz", "born": BORN, "sex": "f"}, "bad-choice", "sex"),
    ({"family": "Ruiz", "born": BORN, "contact": "email"}, "no-address", "email"),
    ({"family": "Ruiz", "born": BORN, "language": "English"}, "bad-language", "language"),
    ({"family": "Ruiz", "born": BORN, "email": "ana"}, "bad-email", "email"),
    ({"family": "Ruiz", "born": BORN, "phone": "ask"}, "bad-phone", "phone"),
]


def test_what_cannot_be_right_is_refused_by_its_field_and_nothing_is_written(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    for fields, code, path in WRONG:
        with pytest.raises(InputError) as e, clinic.desk(people.front_desk) as desk:
            clients.register(desk, **fields)
        assert (e.value.code, e.value.diagnostics[0].path) == (code, path)
    with clinic.automatic(people.practice, reading=True) as desk:
        assert desk.db.scalar(sa.select(sa.func.count()).select_from(clients.Client)) == 0
        assert verify(desk.db).ok


def test_of_two_people_who_edit_one_client_the_second_is_told_and_nothing_is_overwritten(
    clinic: Clinic, people: SimpleNamespace, ana: clients.Client
) -> None:
    with clinic.desk(people.front_desk) as desk:
        clients.change(desk, ana.id, 1, phone="030 7654321")
    told = pytest.raises(ChangedError, match="changed by somebody else")
    with told, clinic.desk(people.clinician) as desk:
        clients.change(desk, ana.id, 1, family="Ruiz-Vega", phone="")
    with clinic.desk(people.clinician, reading=True) as desk:
        kept = clients.find(desk, ana.id)
    assert (kept.family, kept.phone, kept.version) == ("Ruiz", "030 7654321", 2)
    with clinic.desk(people.clinician) as desk:
        again = clients.change(desk, ana.id, 2, family="Ruiz-Vega")
    assert (again.family, again.phone, again.version) == ("Ruiz-Vega", "030 7654321", 3)


def test_of_two_editors_at_the_same_moment_one_is_told(
    clinic: Clinic, people: SimpleNamespace, ana: clients.Client
) -> None:
    def edit(phone: str) -> str:
        try:
            with clinic.desk(people.front_desk) as desk:
                clients.change(desk, ana.id, 1, phone=phone)
        except ChangedError:
            return "told"
        return phone

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(edit, ["111", "222", "333", "444"]))
    assert ends.count("told") == 3
    with clinic.desk(people.front_desk, reading=True) as desk:
        kept = clients.find(desk, ana.id)
        assert (kept.phone, kept.version) == (next(one for one in ends if one != "told"), 2)
    with clinic.automatic(people.practice, reading=True) as desk:
        assert verify(desk.db).ok


def test_people_registered_at_the_same_moment_have_numbers_of_their_own(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    def register(name: str) -> str:
        with clinic.desk(people.front_desk) as desk:
            return clients.register(desk, family=name, born=BORN).number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(register, "ABCDEFGH"))
    assert sorted(numbers) == [f"C-{one:06d}" for one in range(1, 9)]


def test_a_client_of_another_practice_is_not_found(clinic: Clinic, ana: clients.Client) -> None:
    with clinic.automatic() as desk:
        other = found(desk, "Elsewhere", country="DE", zone="Europe/Berlin").id
    with clinic.automatic(other) as desk:
        boss = staff.hire(desk, given="Bo", family="Berg", login="bo", roles=["owner"])
    with clinic.desk(boss.id) as desk:
        staff.change_roles(desk, boss.id, ["owner", "clinician"])
    acts: list[Callable[[Desk], object]] = [
        lambda desk: clients.find(desk, ana.id),
        lambda desk: clients.change(desk, ana.id, 1, phone=""),
        lambda desk: clients.active(desk, ana.id),
    ]
    for act in acts:
        missing = pytest.raises(NotFoundError, match=f"there is no client {ana.id}")
        with missing, clinic.desk(boss.id) as desk:
            act(desk)
    with clinic.desk(boss.id) as desk:
        assert clients.register(desk, family="Berg", born=BORN).number == "C-000001"


@pytest.mark.parametrize("state", ["restricted", "erased", "merged"])
def test_nothing_new_is_done_for_a_client_who_is_not_active(state: str) -> None:
    client = clients.Client(number="C-000001", state=state, merged_into=7)
    with pytest.raises(RefusedError, match=f"C-000001 is {state}") as e:
        clients.refuse_unless_active(client)
    assert e.value.code == state


def test_reading_and_changing_a_client_is_in_the_audit_with_the_client(
    clinic: Clinic, people: SimpleNamespace, ana: clients.Client
) -> None:
    with clinic.desk(people.technician, reading=True) as desk:
        clients.find(desk, ana.id)
    with clinic.desk(people.clinician) as desk:
        clients.change(desk, ana.id, 1, note="likes it quiet")
    with clinic.automatic(people.practice, reading=True) as desk:
        entries = desk.db.scalars(
            sa.select(Entry).where(Entry.client_id == ana.id).order_by(Entry.id)
        ).all()
        assert [(one.action, one.staff_id) for one in entries] == [
            ("client.register", people.front_desk),
            ("client.read", people.technician),
            ("client.change", people.clinician),
        ]
        assert verify(desk.db).ok


def test_a_field_that_a_client_does_not_have_is_a_mistake_of_the_program(desk_of: Opener) -> None:
    with pytest.raises(TypeError, match="a client has no weight"), desk_of("front_desk") as desk:
        clients.register(desk, family="Ruiz", born=BORN, weight=70)  # type: ignore[call-arg]
