"""The paper of a copy: what is kept about a client in short, as A4 pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from openpresso.clinic.privacy.extent import extents
from openpresso.record.pages import render_pdf

if TYPE_CHECKING:
    from openpresso.clinic.privacy.copy import Copy

MOST_ROWS: Final = 200
"""Rows of one table on the paper, the newest; all of them are in client.json."""
MOST_ACTS: Final = 100


def pdf(copy: Copy) -> bytes:
    """Return the paper of a copy.

    Raises
    ------
    RecordError
        If the program that makes PDFs is not installed.
    """
    return render_pdf(html(copy))


def html(copy: Copy) -> str:
    """Return the paper as one self-contained page of HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("openpresso.clinic.privacy"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = _shown
    content = copy.content
    (identity,) = (row for row in content["tables"]["client"]["rows"][:1])
    return environment.get_template("copy.html.j2").render(
        content=content,
        facts=_facts(identity),
        tables=[
            _table(name, table) for name, table in content["tables"].items() if name != "client"
        ],
        others=len(content["tables"]["client"]["rows"]) - 1,
        acts=content["acts"][-MOST_ACTS:],
        all_acts=len(content["acts"]),
        photographs=[name for name, _ in copy.photographs],
    )


def _facts(identity: dict[str, Any]) -> list[tuple[str, str]]:
    names = extents()["client"].summary
    return [(name.replace("_", " "), _shown(identity.get(name))) for name in names]


def _table(name: str, table: dict[str, Any]) -> dict[str, Any]:
    """Return what the paper shows of one table."""
    one = extents()[name]
    columns = [column for column in one.summary if not table["rows"] or column in table["rows"][0]]
    return {
        "title": one.title,
        "count": len(table["rows"]),
        "columns": [column.replace("_", " ") for column in columns],
        "rows": [[row[column] for column in columns] for row in table["rows"][-MOST_ROWS:]]
        if columns
        else [],
    }


def _shown(value: object) -> str:
    """Return a value in words."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(one)}" for name, one in value.items())
    text = str(value)
    # A moment reads better with a space and without fractions of a second.
    if len(text) >= 19 and text[4:5] == text[7:8] == "-" and text[10:11] == "T":
        return f"{text[:10]} {text[11:16]} UTC" if text.endswith("+00:00") else text
    return text
