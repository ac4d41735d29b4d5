"""Pages about one client ask the database by index only: nothing grows with the clinic."""

from __future__ import annotations

import re
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import openpresso.clinic.money.credit  # noqa: F401 -- brings its table
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.courses import course as courses
from openpresso.clinic.courses import progress, report
from openpresso.clinic.sessions import adverse_event, session
from tests.clinic.courses.world import answers

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {"practice", "staff", "cuff_set", "room", "audit_head", "certificate"}
"""Tables that do not grow with the clients; the few rows of a practice may be read through."""

PAGES: dict[str, Any] = {
    "courses of a client": lambda desk, place: courses.of_client(desk, place.client),
    "progress": lambda desk, place: progress.progress(desk, place.course),
    "ceiling": lambda desk, place: progress.ceiling(desk, place.course),
    "sessions of a course": lambda desk, place: session.of_course(desk, place.course),
    "sessions of a client": lambda desk, place: session.of_client(desk, place.client),
    "open sessions": lambda desk, _place: session.open(desk),
    "events": lambda desk, place: adverse_event.of_client(desk, place.client),
    "checklist": lambda desk, place: session.check(
        desk, place.course, place.cuff_set, "both", answers()
    ),
    "report": lambda desk, place: report.page(desk, place.course),
}


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The plans of SQLite; those of PostgreSQL depend on how full the tables are."""
    path = tmp_path / "clinic.sqlite"
    shutil.copy(request.getfixturevalue("empty_file"), path)
    return f"sqlite:///{path}"


def plan(clinic: Clinic, text: str, values: Any) -> str:  # noqa: ANN401 -- as the driver takes them
    with clinic.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
    return "\n".join(row[3] for row in rows)


def statements(clinic: Clinic, staff: int, page: Any, place: SimpleNamespace) -> list[Any]:  # noqa: ANN401 -- of PAGES
    """Return the statements of a page with their values."""
    asked: list[Any] = []

    def note(*event: Any) -> None:  # noqa: ANN401 -- as SQLAlchemy calls it
        asked.append((event[2], event[3]))

    sa.event.listen(clinic.engine, "before_cursor_execute", note)
    with clinic.desk(staff, reading=True) as desk:
        page(desk, place)
    sa.event.remove(clinic.engine, "before_cursor_execute", note)
    return [one for one in asked if one[0].startswith("SELECT")]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_page_about_one_client_reads_through_a_table(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace, name: str
) -> None:
    asked = statements(clinic, people.technician, PAGES[name], place)
    through = {table for one in asked for table in re.findall(r"SCAN (\w+)", plan(clinic, *one))}
    assert through <= SMALL
    assert 1 <= len(asked) <= 30


def test_reading_through_a_table_would_be_seen(clinic: Clinic) -> None:
    assert "SCAN session" in plan(clinic, "SELECT id FROM session WHERE legs = 'both'", ())


def test_what_concerns_few_of_two_million_sessions_is_found_by_their_own_index(
    clinic: Clinic, people: SimpleNamespace, place: SimpleNamespace
) -> None:
    [one] = [
        plan(clinic, *one)
        for one in statements(clinic, people.technician, PAGES["open sessions"], place)
        if "FROM session" in one[0]
    ]
    assert "ix_session_unfinished" in one
    running = [
        plan(clinic, *one)
        for one in statements(clinic, people.technician, PAGES["checklist"], place)
        if "= 'running'" in one[0]
    ]
    assert "uq_session_running_client_id" in running[0]
    assert "uq_session_running_cuff_set_id" in running[1]
