"""Looking clients up: by beginnings of names in every script, by index, in one practice."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import search
from openpresso.clinic.people.search import Wanted, understood

PEOPLE = [
    ("Ana", "Ruiz", "1971-03-04", "+49 30 1234567"),
    ("Anabel", "Ruiz Vega", "1988-12-01", ""),
    ("Jörg", "Müller", "1960-07-07", "0171/555 12 34"),
    ("Jean-Pierre", "O’Brien", "1955-05-05", ""),
    ("太郎", "山田", "1990-01-01", ""),
    ("Ольга", "Ёлкина", "1979-09-09", ""),
    ("محمد", "أحمد", "1982-02-02", ""),
    ("", "Sukarno", "1961-06-06", ""),
]


@pytest.fixture
def full(clinic: Clinic, people: SimpleNamespace) -> SimpleNamespace:
    with clinic.desk(people.front_desk) as desk:
        for given, family, born, phone in PEOPLE:
            clients.register(desk, given=given, family=family, born=born, phone=phone)
    return people


SAID: list[tuple[str, list[str]]] = [
    ("ruiz", ["Ana Ruiz", "Anabel Ruiz Vega"]),
    ("RUI an", ["Ana Ruiz", "Anabel Ruiz Vega"]),
    ("vega", ["Anabel Ruiz Vega"]),
    ("muller", ["Jörg Müller"]),
    ("Mueller jo", ["Jörg Müller"]),
    ("MÜLL", ["Jörg Müller"]),
    ("obrien", ["Jean-Pierre O’Brien"]),
    ("o'brien jean-p", ["Jean-Pierre O’Brien"]),
    ("山田", ["太郎 山田"]),
    ("山田太郎", ["太郎 山田"]),
    ("елк", ["Ольга Ёлкина"]),
    ("احمد", ["محمد أحمد"]),
    ("suk", ["Sukarno"]),
    ("C-000003", ["Jörg Müller"]),
    ("c3", ["Jörg Müller"]),
    ("3", ["Jörg Müller"]),
    ("030 1234567", ["Ana Ruiz"]),
    ("+49 171 5551234", ["Jörg Müller"]),
    ("1971-03-04", ["Ana Ruiz"]),
    ("ruiz 4.3.1971", ["Ana Ruiz"]),
    ("ruiz 1971-03-05", []),
    ("uiz", []),
    ("ana müller", []),
    ("", []),
    ("%", []),
    ("_", []),
    ("' OR 1=1 --", []),
]


def test_a_client_is_found_by_what_somebody_says(clinic: Clinic, full: SimpleNamespace) -> None:
    with clinic.desk(full.technician, reading=True) as desk:
        found = {text: [one.name for one in search.look_up(desk, text)] for text, _ in SAID}
    assert found == dict(SAID)


def test_after_a_change_the_new_name_is_found_and_the_old_is_not(
    clinic: Clinic, full: SimpleNamespace
) -> None:
    with clinic.desk(full.front_desk) as desk:
        (ana,) = search.look_up(desk, "C-1")
        clients.change(desk, ana.id, ana.version, family="Castillo", phone="")
        assert [one.name for one in search.look_up(desk, "castillo")] == ["Ana Castillo"]
        assert search.look_up(desk, "ana ruiz vega") == search.look_up(desk, "vega")
        assert search.look_up(desk, "030 1234567") == []


def test_no_more_are_found_than_fit_on_a_screen(clinic: Clinic, people: SimpleNamespace) -> None:
    with clinic.desk(people.front_desk) as desk:
        for one in range(search.MOST + 5):
            clients.register(desk, given="Ana", family=f"Ana{one}", born="1980-01-01")
        assert len(search.look_up(desk, "an")) == search.MOST


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("  rui   ANA ", Wanted(names=("rui", "ana"))),
        ("ana ana", Wanted(names=("ana",))),
        ("C-12", Wanted(number="C-000012")),
        ("0171 5551234", Wanted(phone="715551234")),
        ("4.3.1971", Wanted(born=dt.date(1971, 3, 4))),
        ("1971-03-04", Wanted(born=dt.date(1971, 3, 4))),
        ("1971-02-30", Wanted(phone="19710230")),
        ("a b c d e f g h", Wanted(names=("a", "b", "c", "d", "e", "f"))),
    ],
)
def test_what_is_looked_for_is_understood(text: str, wanted: Wanted) -> None:
    assert understood(text) == wanted


def test_every_search_walks_an_index_and_never_the_whole_table(
    clinic: Clinic, full: SimpleNamespace
) -> None:
    for text in ("ru", "ru an vega", "C-3", "030 1234567", "1971-03-04", "ru 4.3.1971"):
        plan = _plan(clinic, full.practice, text)
        assert not [one for one in plan if one.startswith("SCAN") or "Seq Scan" in one], plan
        assert [one for one in plan if "Index Cond" in one or "USING" in one], plan
        if text.startswith("ru") and "1971" not in text:
            assert any("ix_client_word_lookup" in one for one in plan), plan


def _plan(clinic: Clinic, practice: int, text: str) -> list[str]:
    statement = search._statement(practice, understood(text))
    assert statement is not None
    sql = str(statement.compile(clinic.engine, compile_kwargs={"literal_binds": True}))
    with clinic.automatic(practice, reading=True) as desk:
        connection = desk.db.connection()
        if connection.dialect.name == "sqlite":
            return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
        # Of so few rows the server would rather read all of them.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        return [row[0] for row in connection.execute(sa.text(f"EXPLAIN {sql}"))]
