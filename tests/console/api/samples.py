"""Plausible requests: values that fit the document, with keys that exist."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.store.base import Base
from openpresso.console.api.document import document
from openpresso.console.api.operation import Operation, operations
from openpresso.console.api.taken import table_of

NAMED: Final[dict[str, tuple[Any, ...]]] = {
    "by": ("program", "indication"),
    "cuff": ("leg-8",),
    "cuff_type": ("leg-8",),
    "day": ("2026-03-03", "2026-03-09"),
    "decision": ("given", "refused"),
    "how": ("screen", "paper", "spoken"),
    "indication": ("swelling", "cellulite"),
    "kind_key": ("heaviness", "pain", "girths", "blood-pressure"),
    "language": ("en", "de"),
    "legs": ("both", "left"),
    "minutes": (30,),
    "name": ("Example",),
    "program": ("heavy-legs",),
    "purpose": ("treatment", "photographs"),
    "reason": ("as an example",),
    "roles": (["technician"],),
    "severity": ("mild", "severe"),
    "side": ("none", "left"),
    "text": ("Ana",),
    "time": ("10:00", "14:30"),
    "version": (1, 2),
}
"""Values that the clinic knows, by the name of a parameter."""
DAY: Final = "2026-03-02"


def parameters(one: Operation) -> dict[str, dict[str, Any]]:
    """Return the schema of each parameter of an operation, by name."""
    described = document()["paths"][one.path][one.method.lower()]
    if one.in_query:
        return {each["name"]: each["schema"] for each in described.get("parameters", ())}
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    found: dict[str, dict[str, Any]] = schema.get("properties", {})
    return found


def required(one: Operation) -> list[str]:
    """Return the names of the parameters that an operation cannot do without."""
    return [name for name, each in one.takes.model_fields.items() if each.is_required()]


def sample(schema: dict[str, Any]) -> object:
    """Return a value that fits a schema."""
    if "$ref" in schema:
        return sample(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "integer" | "number":
            return schema.get("minimum", 1) if schema.get("minimum", 1) > -1000 else 1
        case "boolean":
            return False
        case "array":
            return [sample(one) for one in schema.get("prefixItems", ())]
        case "object":
            wanted = schema.get("required", ())
            return {name: sample(schema["properties"][name]) for name in wanted}
        case "null":
            return None
        case "string":
            by_format = {"date": DAY, "date-time": f"{DAY}T09:00:00Z", "duration": "PT30M"}
            return by_format.get(schema.get("format", ""), "10:00" if "pattern" in schema else "x")
    return {}


def keys_of(one: Operation) -> dict[str, str]:
    """Return the table of each parameter that is a key."""
    found = {name: table_of(name) for name in one.takes.model_fields}
    return {name: table for name, table in found.items() if table}


def stored(
    clinic: Clinic, practice: int, tables: Collection[str] | None = None
) -> dict[str, list[int]]:
    """Return the keys of rows of a practice by table, of every table if none is named."""
    with clinic.engine.connect() as connection:
        return {
            table.name: list(
                connection.scalars(
                    sa.select(table.c.id).where(table.c.practice_id == practice).limit(50)
                )
            )
            for table in Base.metadata.sorted_tables
            if "practice_id" in table.c and "id" in table.c
            if tables is None or table.name in tables
        }


def request(one: Operation, keys: dict[str, list[int]]) -> dict[str, Any]:
    """Return the least request that fits, with keys of a practice's own rows."""
    schemas, tables = parameters(one), keys_of(one)
    found: dict[str, Any] = {}
    for name in required(one):
        if name in tables:
            found[name] = (keys.get(tables[name]) or [1])[0]
        else:
            found[name] = NAMED.get(name, (sample(schemas[name]),))[0]
    return found


def every() -> list[str]:
    """Return the names of every operation."""
    return [one.action.name for one in operations()]
