"""How Alembic runs a migration: in one transaction, with every table of the clinic in view."""

from __future__ import annotations

from alembic import context

from openpresso.clinic import rooms
from openpresso.clinic.store.base import Base

rooms.every()
with context.config.attributes["engine"].begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,
        render_as_batch=False,
    )
    with context.begin_transaction():
        context.run_migrations()
