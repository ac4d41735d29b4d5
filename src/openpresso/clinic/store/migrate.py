"""The tables' version: make them, bring them up or down, refuse those of another version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from openpresso.clinic.errors import StoreError

if TYPE_CHECKING:
    import sqlalchemy as sa

HEAD = "head"
NOTHING = "base"
SCRIPTS = Path(__file__).with_name("migrations")
"""Folder of the migrations."""


def _config(engine: sa.Engine | None = None, scripts: Path = SCRIPTS) -> Config:
    """Return Alembic's configuration: where the migrations lie and what they run on."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes["engine"] = engine
    return config


def newest() -> str:
    """Return the version of the tables that this version of openpresso has."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(engine: sa.Engine) -> str:
    """Return the version of a database's tables, empty when it has none."""
    with engine.execution_options(reading=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def known(version: str, *, scripts: Path = SCRIPTS) -> bool:
    """Return whether this version of openpresso knows a version of the tables."""
    folder = ScriptDirectory.from_config(_config(scripts=scripts))
    return any(one.revision == version for one in folder.walk_revisions())


def migrate(engine: sa.Engine, target: str = HEAD, *, scripts: Path = SCRIPTS) -> None:
    """Bring the tables to a version, all the way or not at all.

    Parameters
    ----------
    engine
        The database.
    target
        A version, `head` for the newest, `base` for none.
    scripts
        Folder of the migrations.

    Raises
    ------
    StoreError
        If the tables are of a newer version, or a step fails; the database is then as before.
    """
    found = current(engine)
    if found and not known(found, scripts=scripts):
        raise _newer(str(engine.url), found)
    run = command.upgrade if _is_up(found, target, scripts) else command.downgrade
    try:
        run(_config(engine, scripts), target)
    except Exception as error:
        raise StoreError(
            f"the tables could not be brought from version {found or 'none'} to {target}: {error}",
            code="migration-failed",
            remedy="Nothing was changed. Keep a backup and report the message.",
        ) from error


def _is_up(found: str, target: str, scripts: Path) -> bool:
    """Return whether a target lies above the version found."""
    if target in {HEAD, NOTHING}:
        return target == HEAD
    folder = ScriptDirectory.from_config(_config(scripts=scripts))
    above = [one.revision for one in folder.walk_revisions()]
    return not found or above.index(target) < above.index(found)


def _newer(url: str, found: str) -> StoreError:
    return StoreError(
        f"{url}: the tables have version {found}, which this openpresso does not know",
        code="newer-tables",
        remedy="Use the openpresso that made them, or a newer one; nothing was changed.",
    )


def check(engine: sa.Engine, url: str) -> None:
    """Make sure that a database has the tables that this version knows.

    Raises
    ------
    StoreError
        With code `no-tables`, `older-tables` or `newer-tables`, or `unreachable`.
    """
    try:
        found = current(engine)
    except Exception as error:
        raise StoreError(
            f"{url}: the database cannot be opened: {error}",
            code="unreachable",
            remedy="Check the path or the URL, and that the server runs.",
        ) from error
    if found == newest():
        return
    if found and not known(found):
        raise _newer(url, found)
    what = f"tables of version {found}" if found else "no clinic in it"
    raise StoreError(
        f"{url}: the database has {what}; this openpresso needs version {newest()}",
        code="older-tables" if found else "no-tables",
        remedy="Run: openpresso clinic migrate",
    )
