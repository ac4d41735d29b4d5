"""Whatever the tables hold is shown as text: on every page, to every role."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
import sqlalchemy as sa

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.store.base import Base, Plain
from tests.campaign import amount
from tests.console.conftest import ROLES
from tests.console.security.conftest import Visit
from tests.console.security.walk import pages

OURS: Final = frozenset(
    word
    for line in (
        "action outcome before hash country zone currency language sex contact state purpose",
        "sha256 login password pin totp token_hash cuff_type wrapped kind how decision",
        "text_sha256 indication program cuff template style measure measure_side code rule leg",
        "side verdict method unit legs record_id record_hash view file small channel severity",
        "step token search word drill number why loss basis claim offered",
    )
    for word in line.split()
)
"""Columns that hold keys and codes which the program itself writes: pages look them up."""
CODE: Final = re.compile(r"[a-z0-9_.:%/+-]*|[A-Z]{2,3}|\d{4}-\d\d-\d\d.*|[0-9a-f]{64}")
"""What looks like a key or a day inside plain data."""


def _planted(table: str, column: str) -> str:
    """What each text is replaced by; `x` says where it comes from, should it become an element."""
    return f"\"'></script><i data-planted='{table}.{column}'>{{{{7*191}}}}"


def _everywhere(value: Any, table: str, column: str) -> Any:  # noqa: ANN401 -- plain data
    if isinstance(value, dict):
        return {key: _everywhere(one, table, column) for key, one in value.items()}
    if isinstance(value, list):
        return [_everywhere(one, table, column) for one in value]
    if isinstance(value, str) and not CODE.fullmatch(value):
        return _planted(table, column)
    return value


def plant(clinic: Clinic) -> set[str]:
    """Replace every text that a person may have typed, past the desks; return the columns."""
    found = set()
    with clinic.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name.startswith("audit_"):
                continue
            for column in table.c:
                where = f"{table.name}.{column.name}"
                if isinstance(column.type, sa.String) and column.name not in OURS:
                    connection.execute(
                        sa.update(table).values({column.name: _planted(table.name, column.name)})
                    )
                    found.add(where)
                elif isinstance(column.type, Plain) and column.name != "roles":
                    for row in connection.execute(sa.select(table.c.id, column)).all():
                        changed = _everywhere(row[1], table.name, column.name)
                        if json.dumps(changed) != json.dumps(row[1]):
                            connection.execute(
                                sa.update(table)
                                .where(table.c.id == row[0])
                                .values({column.name: changed})
                            )
                            found.add(where)
    return found


@pytest.mark.parametrize(
    ("role", "language"),
    amount(
        [("clinician", "en"), ("owner", "de")],
        [*((role, "en") for role in ROLES), ("owner", "de")],
    ),
)
def test_no_text_of_any_table_becomes_an_element_of_any_page(
    visit: Visit, clinic: Clinic, ours: dict[str, object], role: str, language: str
) -> None:
    planted = plant(clinic)
    assert len(planted) > 40
    browser = visit(role)
    browser.cookies.set("language", language)
    begin = [
        "/", "/settings", f"/clients/{ours['client_id']}", f"/courses/{ours['course_id']}",
        f"/clients/{ours['client_id']}/money", "/calendar?day=2026-03-02", "/clients?q=C-000001",
        f"/prepare/session/{ours['session_id']}", "/calendar/waiting", "/cuffs", "/staff",
        f"/audit?by=client&client={ours['client_id']}",
    ]  # fmt: skip
    seen: set[str] = set()
    looked = 0
    for page in pages(browser, *begin):
        for tag, attributes in page.tags:
            assert "data-planted" not in attributes, (page.path, tag, attributes)
        assert "1337" not in page.text, page.path
        shown = page.text + "".join(
            value or "" for _, attributes in page.tags for value in attributes.values()
        )
        seen |= set(re.findall(r"data-planted='([\w.]+)'", shown))
        looked += 1
    # Shown they are, as text: the practice's name stands on every page.
    assert "practice.name" in seen
    assert looked > 8 or role == "auditor"
    least = {"technician": 7, "clinician": 8, "front_desk": 7, "owner": 8, "auditor": 2}
    assert len(seen) >= least[role], sorted(seen)
