"""What is kept about clients: no table may be forgotten."""

from __future__ import annotations

from openpresso.clinic.people.client import Client
from openpresso.clinic.privacy.erase import nothing
from openpresso.clinic.privacy.extent import about_clients, extents
from openpresso.clinic.store.base import Base


def test_every_table_that_refers_to_a_client_is_in_the_file_and_no_other() -> None:
    assert about_clients() == set(extents())


def test_every_column_that_the_file_names_exists() -> None:
    for name, one in extents().items():
        columns = set(Base.metadata.tables[name].columns.keys())
        named = {one.key} if one.through is None else {one.through}
        named |= {*one.blank, *one.hidden, *one.summary, *([one.dated] if one.dated else [])}
        assert named <= columns, name


def test_what_goes_is_referred_to_by_nothing_that_stays() -> None:
    books = {name for name, one in extents().items() if one.record == "accounting"}
    going = {name for name, one in extents().items() if one.erase == "delete"}
    # The books stay for some years while the rest goes, so nothing they refer to may go.
    for name in (set(extents()) - going) | books:
        referred = {key.column.table.name for key in Base.metadata.tables[name].foreign_keys}
        assert not referred & (going - books), name


def test_every_free_text_that_stays_is_overwritten_or_listed_here() -> None:
    kept = {
        "consent": {"purpose", "decision", "how", "text_sha256"},
        "appointment": {"state"},
        "course": {"program", "cuff", "template", "style", "state"},
        "course_step": {"step"},
        "session": {"program", "legs", "state", "record_id", "record_hash"},
        "adverse_event": {"kind", "severity"},
        "client": {"number", "state"},
        "erasure_request": {"identity", "basis", "claim", "outcome", "rule", "reason"},
        "client_key": {"wrapped"},
    }
    for name, one in extents().items():
        if one.erase == "delete" or one.record == "accounting":
            continue
        texts = {
            column.name
            for column in Base.metadata.tables[name].columns
            if column.type.python_type is str and not column.foreign_keys
        }
        assert texts - set(one.blank) == kept[name], name


def test_nothing_of_a_column_is_what_the_column_can_hold() -> None:
    table = Base.metadata.tables[Client.__tablename__]
    assert nothing(table.c.given, "Ana") == ""
    assert nothing(table.c.merged_into, 3) is None
    assert str(nothing(table.c.born, None)) == "0001-01-01"
