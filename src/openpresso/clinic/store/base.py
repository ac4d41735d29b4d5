"""What every table has in common: keys, moments, plain data, the practice it belongs to."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql

from openpresso.errors import InputError

LONGEST_NOTE = 10_000
"""Characters of the longest free text."""
LONGEST_NAME = 200
"""Characters of the longest name, title or code."""


class Moment(sa.types.TypeDecorator[dt.datetime]):
    """An instant, kept in UTC; a time without a zone is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """Return the instant in UTC, as the dialect keeps it."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise InputError.one(
                str(value), "naive-time", "a time needs its zone, for example +00:00"
            )
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: dt.datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002
    ) -> dt.datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Plain(sa.types.TypeDecorator[Any]):
    """Plain data: text, numbers, lists and mappings. A change is a new value, never an edit."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return the dialect's own type of plain data."""
        kind = postgresql.JSONB() if dialect.name == "postgresql" else sa.JSON()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ANN401, ARG002
        """Refuse what is not plain, such as not-a-number."""
        if value is not None:
            json.dumps(value, allow_nan=False)
        return value


Key = Annotated[
    int,
    orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
]
"""Primary key, counted by the database."""
Name = Annotated[str, orm.mapped_column(sa.String(LONGEST_NAME))]
"""Short text."""
Note = Annotated[str, orm.mapped_column(sa.String(LONGEST_NOTE))]
"""Free text."""
Cents = Annotated[int, orm.mapped_column(sa.BigInteger)]
"""Money in hundredths of the practice's currency."""


class Base(orm.DeclarativeBase):
    """Base of every table."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: Moment,
        dict[str, Any]: Plain,
        list[Any]: Plain,
        int: sa.BigInteger().with_variant(sa.Integer, "sqlite"),
    }
    audited: ClassVar[bool] = True
    """Whether what is written here is entered in the audit, row by row."""


class Owned(Base):
    """A row that belongs to one practice: for anyone of another practice it does not exist."""

    __abstract__ = True

    id: orm.Mapped[Key]
    practice_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("practice.id"))
    """Not indexed by itself: SQLite would rather read a whole practice than one client."""


class Editable(Owned):
    """An owned row that people edit: a second editor of the same version is told, not obeyed."""

    __abstract__ = True

    version: orm.Mapped[int]

    @orm.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        """Let the database compare the version with each change."""
        return {"version_id_col": cls.version}
