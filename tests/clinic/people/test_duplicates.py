"""Who may be the same person, and how two clients become one."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import ChangedError, NotAllowedError, RefusedError
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import duplicates, search
from openpresso.clinic.people.client_word import ClientWord
from openpresso.clinic.people.duplicates import Merge, _slips
from openpresso.clinic.people.likeness import Person, compare
from openpresso.clinic.store.base import Base

BORN = dt.date(1971, 3, 4)
ANA = Person("Ana", "Ruiz", BORN, "+49 30 1234567", "ana@example.org")


@pytest.mark.parametrize(
    ("other", "reason", "probable"),
    [
        (Person("ANA", "Ruíz", BORN), "same date of birth, same name", True),
        (Person("Ruiz", "Ana", BORN), "same date of birth, names in another order", True),
        (Person("Anna", "Ruiz", BORN), "same date of birth, similar name", False),
        (Person("Ana", "Riuz", BORN), "same date of birth, similar name", False),
        (
            Person("Ana Maria", "Ruiz", BORN),
            "same date of birth, one has a name more than the other",
            False,
        ),
        (
            Person("Ana", "Castillo", BORN),
            "same date of birth and given name, another family name",
            False,
        ),
        (
            Person("Ana", "Ruiz", dt.date(1971, 4, 3)),
            "same name, day and month of birth swapped",
            True,
        ),
        (
            Person("Ana", "Ruiz", dt.date(1977, 3, 4)),
            "same name, one figure of the date of birth differs",
            True,
        ),
        (Person("Bo", "Berg", dt.date(1980, 1, 1), "030 1234567"), "same telephone number", False),
        (
            Person("Bo", "Berg", dt.date(1980, 1, 1), "", "ANA@example.org"),
            "same e-mail address",
            False,
        ),
    ],
)
def test_each_way_to_enter_one_person_twice_is_named(
    other: Person, reason: str, probable: bool
) -> None:
    assert compare(ANA, other).reasons == (reason,)
    assert compare(ANA, other).probable is probable


@pytest.mark.parametrize(
    "other",
    [
        Person("Eva", "Ruiz", BORN),
        Person("Bo", "Berg", BORN),
        Person("Ana", "Ruiz", dt.date(1985, 11, 20)),
        Person("Anna", "Ruiz", dt.date(1977, 3, 4)),
    ],
)
def test_other_people_are_not_taken_for_the_same(other: Person) -> None:
    assert compare(ANA, other).reasons == ()


persons = st.builds(
    Person,
    st.sampled_from(["Ana", "Anna", "Ana Maria", "Eva", "", "太郎"]),
    st.sampled_from(["Ruiz", "Riuz", "Ana", "Ruiz Vega", "山田"]),
    st.sampled_from([BORN, dt.date(1971, 4, 3), dt.date(1977, 3, 4)]),
    st.sampled_from(["", "030 1234567", "+49 30 1234567"]),
)


@given(persons, persons)
def test_likeness_is_the_same_from_both_sides(one: Person, other: Person) -> None:
    assert compare(one, other) == compare(other, one)


@given(persons)
def test_everybody_is_like_himself(one: Person) -> None:
    assert compare(one, one).probable


@given(st.dates(dt.date(1901, 1, 1), dt.date(2026, 1, 1)), st.dates(dt.date(1901, 1, 1)))
def test_the_dates_looked_up_are_those_that_one_slip_makes(born: dt.date, other: dt.date) -> None:
    named = Person("Ana", "Ruiz", born)
    slipped = {
        day for day in (*_slips(born), other) if compare(named, Person("Ana", "Ruiz", day)).reasons
    }
    assert slipped - {born} <= set(_slips(born))
    assert born not in _slips(born)


@pytest.fixture
def twice(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    """Ana twice, and somebody else."""
    with clinic.desk(people.front_desk) as desk:
        first = clients.register(desk, given="Ana", family="Ruiz", born=BORN, phone="030 1234567")
        second = clients.register(desk, given="Anna", family="Ruiz", born=BORN)
        clients.register(desk, given="Bo", family="Berg", born=dt.date(1980, 1, 1))
    return SimpleNamespace(**vars(people), first=first.id, second=second.id)


def test_possible_duplicates_are_listed_before_and_after_somebody_is_registered(
    clinic: Clinic, twice: SimpleNamespace
) -> None:
    with clinic.desk(twice.front_desk, reading=True) as desk:
        before = duplicates.like(desk, given="Ruiz", family="Ana", born="1971-03-04")
        slip = duplicates.like(desk, given="Ana", family="Ruiz", born="1971-04-03")
        phone = duplicates.like(desk, given="X", born="1999-01-01", phone="+49 30 1234567")
        nobody = duplicates.like(desk, given="Zoe", family="Zimmer", born="1999-01-01")
        after = duplicates.of(desk, twice.second)
    assert [(one.client.id, one.likeness.probable) for one in before] == [
        (twice.first, True),
        (twice.second, False),
    ]
    assert [one.client.id for one in slip] == [twice.first]
    assert [one.likeness.reasons for one in phone] == [("same telephone number",)]
    assert nobody == []
    assert [one.client.id for one in after] == [twice.first]


def test_merging_moves_every_row_and_leaves_one_client_to_be_found(
    clinic: Clinic, twice: SimpleNamespace
) -> None:
    with clinic.desk(twice.clinician) as desk:
        merged = duplicates.merge(desk, twice.first, twice.second, reason="passport seen")
    with clinic.automatic(twice.practice, reading=True) as desk:
        gone = desk.find(clients.Client, twice.second)
        assert (gone.state, gone.merged_into) == ("merged", twice.first)
        assert (merged.client_id, merged.merged_id) == (twice.first, twice.second)
        words = desk.db.scalars(
            sa.select(ClientWord.id).where(ClientWord.client_id == twice.second)
        ).all()
        assert words == []
        assert verify(desk.db).ok
    with clinic.desk(twice.front_desk, reading=True) as desk:
        assert [one.id for one in search.look_up(desk, "ruiz")] == [twice.first]
        assert duplicates.of(desk, twice.first) == []
        assert clients.find(desk, twice.second).merged_into == twice.first


def test_rows_of_all_rooms_come_along_and_the_audit_stays_as_it_was(
    clinic: Clinic, twice: SimpleNamespace
) -> None:
    # The table of merges is one that has clients of its own: a chain of two merges moves its row.
    with clinic.desk(twice.front_desk) as desk:
        third = clients.register(desk, given="Ana", family="Ruis", born=BORN).id
    with clinic.desk(twice.clinician) as desk:
        first = duplicates.merge(desk, twice.second, third, reason="same card").id
    with clinic.desk(twice.clinician) as desk:
        second = duplicates.merge(desk, twice.first, twice.second, reason="same card")
        assert second.moved == [["client_merge", first]]
        assert desk.find(Merge, first).client_id == twice.first
        assert [one.id for one in duplicates.gone_into(desk, twice.first)] == [twice.second, third]
    with clinic.automatic(twice.practice, reading=True) as desk:
        about = desk.db.scalars(
            sa.select(Entry.action).where(Entry.client_id == third).order_by(Entry.id)
        ).all()
        assert about == ["client.register"]
        assert verify(desk.db).ok


def test_every_table_with_a_client_is_walked() -> None:
    walked = {
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if "client_id" in mapper.columns
    }
    named = {name for name, table in Base.metadata.tables.items() if "client_id" in table.columns}
    assert walked == named
    assert {"client_merge", *duplicates.STAY} <= walked


def test_only_a_clinician_merges_and_never_past_a_change(
    clinic: Clinic, twice: SimpleNamespace
) -> None:
    with pytest.raises(NotAllowedError), clinic.desk(twice.front_desk) as desk:
        duplicates.merge(desk, twice.first, twice.second, reason="x")
    with pytest.raises(RefusedError, match="with itself"), clinic.desk(twice.clinician) as desk:
        duplicates.merge(desk, twice.first, twice.first, reason="x")
    with clinic.desk(twice.front_desk) as desk:
        clients.change(desk, twice.second, 1, phone="111")
    with pytest.raises(ChangedError), clinic.desk(twice.clinician) as desk:
        duplicates.merge(desk, twice.first, twice.second, reason="x", merged_version=1)
    with clinic.desk(twice.clinician) as desk:
        duplicates.merge(desk, twice.first, twice.second, reason="x", merged_version=2)
    with pytest.raises(RefusedError, match="is merged"), clinic.desk(twice.clinician) as desk:
        duplicates.merge(desk, twice.second, twice.first, reason="x")
    with pytest.raises(RefusedError, match="is merged"), clinic.desk(twice.clinician) as desk:
        clients.change(desk, twice.second, 3, phone="222")
    with clinic.desk(twice.clinician) as desk:  # rows that came meanwhile
        assert duplicates.merge(desk, twice.first, twice.second, reason="x").moved == []
