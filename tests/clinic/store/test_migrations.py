"""The tables come by migrations alone, up and down, and are those that the program has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from openpresso.clinic import rooms
from openpresso.clinic.store import migrate
from openpresso.clinic.store.base import Base
from openpresso.clinic.store.engine import connect


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_make_exactly_the_tables_that_the_program_has(url: str) -> None:
    rooms.every()
    engine = connect(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_tables_go_down_to_nothing_and_come_up_again(url: str) -> None:
    engine = connect(url)
    before = tables(engine)
    assert before == set(Base.metadata.tables)
    migrate.migrate(engine, migrate.NOTHING)
    assert tables(engine) == set()
    assert migrate.current(engine) == ""
    migrate.migrate(engine)
    assert tables(engine) == before
    assert migrate.current(engine) == migrate.newest()
    migrate.check(engine, url)
    engine.dispose()
