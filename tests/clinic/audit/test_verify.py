"""`audit.verify`: any one row that a hand has touched is found, whatever the table."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.audit.chain import Entry, Head, Pending, enter
from openpresso.clinic.audit.ledger import Ledger
from openpresso.clinic.audit.seal import Seal, read_seal, seal
from openpresso.clinic.audit.verify import Verdict, verify
from openpresso.clinic.clinic import Clinic, found
from openpresso.clinic.store.base import Base
from tests.clinic.audit.rows import audited, one_of_each, tables, value_of

UNAUDITED = {"audit_entry", "audit_head"}
"""Tables that are their own proof. Whoever adds one to these says in docs why nobody can gain."""


def checked(clinic: Clinic, *seals: Seal) -> Verdict:
    with orm.Session(clinic.engine.execution_options(reading=True)) as db:
        return verify(db, seals)


@contextmanager
def by_hand(clinic: Clinic) -> Iterator[sa.Connection]:
    """A connection for which no key and no trigger stands in the way."""
    with clinic.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        raw: Any = connection.connection.driver_connection
        if is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not is_sqlite:
                connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            yield connection
        if is_sqlite:
            raw.execute("PRAGMA foreign_keys=ON")


def change(clinic: Clinic, table: sa.Table, key: int, values: dict[str, Any]) -> bool:
    """Change a row by raw SQL; False when the database itself refuses the value."""
    try:
        with by_hand(clinic) as connection:
            connection.execute(table.update().where(table.c.id == key).values(values))
    except (sa.exc.IntegrityError, sa.exc.InternalError):
        return False
    return True


def row_of(clinic: Clinic, table: sa.Table, key: int) -> dict[str, Any]:
    with clinic.engine.connect() as connection:
        return dict(connection.execute(table.select().where(table.c.id == key)).mappings().one())


def test_every_table_has_one_key_and_is_in_the_audit_or_listed_here() -> None:
    for table in Base.metadata.sorted_tables:
        assert [column.name for column in table.primary_key] == ["id"], table.name
    assert {one.__tablename__ for one in tables() if not one.audited} <= UNAUDITED | UNPROVEN


UNPROVEN = {"sign_in", "sign_in_try", "integration_use"}
"""Tables that are not in the audit at all."""


def test_a_change_of_any_column_of_any_table_is_found(clinic: Clinic) -> None:
    keys = one_of_each(clinic)
    assert checked(clinic).ok
    rows = {one: row_of(clinic, table_of(one), keys[one.__tablename__]) for one in audited()}
    tried = 0
    for place in range(max(len(row) for row in rows.values())):
        changed: dict[type[Base], tuple[int, dict[str, Any]]] = {}
        for one, row in rows.items():
            if place >= len(row):
                continue
            column = table_of(one).columns[list(row)[place]]
            value = 55 if column.primary_key else another(column, row[column.name])
            if change(clinic, table_of(one), row["id"], {column.name: value}):
                key = 55 if column.primary_key else row["id"]
                changed[one] = key, {column.name: row[column.name]}
        found = checked(clinic).findings
        for one, (key, back) in changed.items():
            name = one.__tablename__
            assert any(text.startswith(f"{name} {key}: ") for text in found), f"{name} {back}"
            assert change(clinic, table_of(one), key, back)
            tried += 1
    assert checked(clinic).ok
    assert tried > 3 * len(rows)


@pytest.mark.parametrize("one", [Entry, Head])
@pytest.mark.usefixtures("people")
def test_a_change_of_any_column_of_the_audit_itself_is_found(
    clinic: Clinic, one: type[Base]
) -> None:
    last = 1 if one is Head else checked(clinic).entries
    for key in {1, last}:
        row = row_of(clinic, table_of(one), key)
        for name, value in row.items():
            column = table_of(one).columns[name]
            other = 987 if column.primary_key else another(column, value)
            assert change(clinic, table_of(one), key, {name: other})
            assert not checked(clinic).ok, name
            assert change(clinic, table_of(one), 987 if column.primary_key else key, {name: value})
    assert checked(clinic).ok


def table_of(one: type[Base]) -> sa.Table:
    assert isinstance(one.__table__, sa.Table)
    return one.__table__


def another(column: sa.Column[Any], old: object) -> object:
    return next(value for turn in range(1, 4) if (value := value_of(column, {}, turn)) != old)


def test_a_value_that_was_made_nothing_is_found(clinic: Clinic) -> None:
    keys = one_of_each(clinic)
    for one in audited():
        before = row_of(clinic, table_of(one), keys[one.__tablename__])
        columns = [
            c.name for c in table_of(one).columns if c.nullable and before[c.name] is not None
        ]
        for name in columns[:1]:
            if not change(clinic, table_of(one), before["id"], {name: sa.null()}):
                continue
            assert not checked(clinic).ok, f"{one.__tablename__}.{name}"
            assert change(clinic, table_of(one), before["id"], {name: before[name]})
    assert checked(clinic).ok


def test_a_removed_and_an_added_row_of_any_table_is_found(clinic: Clinic) -> None:
    keys = one_of_each(clinic)
    rows = {one: row_of(clinic, table_of(one), keys[one.__tablename__]) for one in audited()}
    with by_hand(clinic) as connection:
        for one in rows:
            connection.execute(table_of(one).delete())
    assert set(checked(clinic).findings) == {
        f"{name} {key}: the row was removed past the audit" for name, key in keys.items()
    }
    with by_hand(clinic) as connection:
        for one, row in rows.items():
            connection.execute(table_of(one).insert().values(row))
    assert checked(clinic).ok
    added = set()
    for one, row in rows.items():
        try:
            with by_hand(clinic) as connection:
                connection.execute(table_of(one).insert().values(row | {"id": 4321} | unique(one)))
            added.add(f"{one.__tablename__} 4321: the row was written past the audit")
        except sa.exc.IntegrityError:
            # The database itself lets nobody add a second such row.
            continue
    assert len(added) > 0.8 * len(rows)
    assert set(checked(clinic).findings) == added


def unique(one: type[Base]) -> dict[str, str]:
    """Other texts for a second row, so that it clashes with no first one."""
    return {
        column.name: f"o{column.name}"[: column.type.length]
        for column in table_of(one).columns
        if isinstance(column.type, sa.String) and not column.foreign_keys
    }


@pytest.mark.usefixtures("people")
def test_entries_that_are_removed_swapped_or_added_are_found(clinic: Clinic) -> None:
    last = checked(clinic).entries
    entry: sa.Table = Entry.__table__  # type: ignore[assignment]
    kept = row_of(clinic, entry, last)
    with by_hand(clinic) as connection:
        connection.execute(entry.delete().where(entry.c.id == last))
    assert not checked(clinic).ok
    with by_hand(clinic) as connection:
        connection.execute(entry.insert().values(kept))
    assert checked(clinic).ok
    swap(clinic, 2, 3)
    assert any("was changed or removed" in one for one in checked(clinic).findings)
    swap(clinic, 2, 3)
    assert checked(clinic).ok
    with by_hand(clinic) as connection:
        connection.execute(entry.insert().values(kept | {"id": last + 1}))
    assert not checked(clinic).ok
    with by_hand(clinic) as connection:
        connection.execute(entry.delete().where(entry.c.id > last - 1))
    assert f"audit_entry {last}" not in checked(clinic).findings
    assert not checked(clinic).ok


def swap(clinic: Clinic, one: int, other: int) -> None:
    table: sa.Table = Entry.__table__  # type: ignore[assignment]
    for old, new in ((one, -1), (other, one), (-1, other)):
        assert change(clinic, table, old, {"id": new})


@pytest.mark.usefixtures("people")
def test_an_emptied_audit_is_found(clinic: Clinic) -> None:
    with by_hand(clinic) as connection:
        connection.execute(sa.text("DELETE FROM audit_entry"))
        connection.execute(sa.text("DELETE FROM audit_head"))
    assert not checked(clinic).ok


@pytest.mark.usefixtures("people")
def test_a_second_head_is_found(clinic: Clinic) -> None:
    head = row_of(clinic, Head.__table__, 1)  # type: ignore[arg-type]
    with by_hand(clinic) as connection:
        connection.execute(sa.insert(Head.__table__).values(head | {"id": 2}))  # type: ignore[arg-type]
    assert not checked(clinic).ok


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("active", "2"),
        ("active", "'yes'"),
        ("roles", "'{'"),
        ("roles", "NULL"),
        ("version", "'many'"),
        ("family", "x'41'"),
    ],
)
@pytest.mark.usefixtures("people")
def test_a_value_that_sqlite_takes_and_no_program_writes_is_found_without_an_error(
    clinic: Clinic, column: str, value: str
) -> None:
    if clinic.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL refuses such a value by itself")
    with clinic.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        try:
            connection.exec_driver_sql(f"UPDATE staff SET {column} = {value} WHERE id = 2")  # noqa: S608
        except sa.exc.IntegrityError:
            pytest.skip("the column refuses NULL")
    assert not checked(clinic).ok


@pytest.mark.usefixtures("people")
def test_a_moment_in_another_form_is_found(clinic: Clinic) -> None:
    if clinic.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has one form")
    with clinic.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET at = replace(at, ' ', 'T') WHERE id = 1")
    assert "form" in checked(clinic).findings[0]


@pytest.mark.usefixtures("people")
def test_a_chain_that_was_computed_anew_passes_without_a_seal_and_fails_with_one(
    clinic: Clinic, tmp_path: Path
) -> None:
    with orm.Session(clinic.engine) as db:
        kept = seal(db, clinic.clock())
    path = tmp_path / "seal.json"
    path.write_text(kept.text())
    assert read_seal(path) == kept
    forge(clinic)
    assert checked(clinic).ok
    verdict = checked(clinic, kept)
    assert not verdict.ok
    assert "sealed" in verdict.findings[0]


def forge(clinic: Clinic) -> None:
    """Change the first entry and compute every later hash and the head anew."""
    with orm.Session(clinic.engine) as db, db.begin():
        old = list(db.scalars(sa.select(Entry).order_by(Entry.id)))
        acts = [
            Pending(
                one.action, one.staff_id, one.practice_id, one.at, one.outcome, set(one.clients),
                {(table, key): value for table, key, value in one.rows},
            )
            for one in old
        ]  # fmt: skip
        acts[1].staff_id = 77
        db.execute(sa.delete(Entry))
        db.execute(sa.delete(Head))
        db.expunge_all()
        enter(db, acts)


@pytest.mark.usefixtures("people")
def test_a_seal_of_entries_that_are_gone_is_found(clinic: Clinic) -> None:
    with orm.Session(clinic.engine) as db:
        kept = seal(db, clinic.clock())
    verdict = checked(clinic, Seal(kept.count + 5, kept.hash, kept.at))
    assert verdict.findings == (
        f"the end of the audit: {kept.count + 5} entries were sealed, {kept.count} are left",
    )
    assert checked(clinic, kept, Seal(0, "0" * 64, kept.at)).ok


@pytest.mark.usefixtures("people")
def test_more_findings_than_can_be_shown_are_counted(clinic: Clinic) -> None:
    with clinic.automatic() as desk:
        for number in range(150):
            found(desk, f"Practice {number}", country="DE", zone="Europe/Berlin")
    with by_hand(clinic) as connection:
        connection.execute(sa.text("UPDATE practice SET name = 'x'"))
    verdict = checked(clinic)
    assert len(verdict.findings) == 100
    assert verdict.more == 51


def test_the_ledger_keeps_the_last_digest_of_each_row_in_the_order_of_keys() -> None:
    with Ledger() as ledger:
        ledger.note([["a", 2, "aa" * 32], ["a", 1, "bb" * 32], ["b", 1, "cc" * 32]])
        ledger.note([["a", 2, "gone"]])
        assert list(ledger.of_table("a")) == [(1, "bb" * 32), (2, "gone")]
        assert list(ledger.of_table("c")) == []
        with pytest.raises(ValueError, match="hexadecimal"):
            ledger.note([["a", 1, "no digest"]])


def test_memory_of_the_program_does_not_grow_with_the_ledger() -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        with Ledger() as ledger:
            for start in range(0, rows, 1000):
                ledger.note([["a", key, "ab" * 32] for key in range(start, start + 1000)])
            assert sum(1 for _ in ledger.of_table("a")) == rows
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(40_000) < peak(4_000) + 200_000
