"""The practice: where things happen, in which time zone, language, country and currency."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from openpresso.clinic.store.base import Base, Key, Name


class Practice(Base):
    """One practice. Several can share a database, and know nothing of each other."""

    __tablename__ = "practice"

    id: orm.Mapped[Key]
    name: orm.Mapped[Name]
    country: orm.Mapped[str] = orm.mapped_column(sa.String(2))
    """ISO 3166, for example `DE`; it decides how long records are kept."""
    zone: orm.Mapped[Name]
    """Time zone by its IANA name, for example `Europe/Berlin`."""
    language: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    """Of letters and documents, for example `en` or `de`."""
    currency: orm.Mapped[str] = orm.mapped_column(sa.String(3))
    """ISO 4217, for example `EUR`."""
    synthetic: orm.Mapped[bool]
    """Whether its people are made up; every page and paper says so."""
