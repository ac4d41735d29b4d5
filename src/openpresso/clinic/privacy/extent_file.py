"""The form of the file that says what is kept about clients."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openpresso.documents.fields import FileModel

Text = Annotated[str, Field(min_length=1, max_length=400)]
Column = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class TableEntry(FileModel):
    """One table."""

    title: Text
    key: Column = "client_id"
    """The column that says whose a row is."""
    through: Column | None = None
    """The column that refers to a table that says whose it is, for a table that does not."""
    record: Literal["health-record", "device-safety", "accounting", "identity", "evidence"]
    """Kind of record, which decides how long it is kept."""
    erase: Literal["delete", "blank", "keep"]
    dated: Column | None = None
    """The column that says of which day a row is; the last one begins the time it is kept."""
    blank: list[Column] = Field(default_factory=list)
    """Columns that are overwritten with nothing."""
    hidden: list[Column] = Field(default_factory=list)
    """Columns that are not copied: secrets and what is derived."""
    summary: list[Column] = Field(default_factory=list)
    """Columns that the paper shows."""
    why: Text


class ExtentFile(FileModel):
    """Every table that holds something about clients."""

    schema_: Literal[1] = Field(alias="schema")
    version: Text
    tables: dict[Column, TableEntry]
