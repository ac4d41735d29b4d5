"""The copy of one client: everything, of nobody else, in four forms."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from openpresso.clinic.audit import trail
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import NotAllowedError, NotFoundError, RefusedError
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import duplicates
from openpresso.clinic.people.client import Client
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.privacy import copy
from openpresso.clinic.privacy.extent import extents
from openpresso.clinic.privacy.paper import html
from openpresso.errors import InputError
from tests.clinic.audit.rows import one_of_each

Desks = Callable[..., Any]
BORN = dt.date(1971, 3, 4)


def copied(clinic: Clinic, keys: dict[str, int]) -> copy.Copy:
    with clinic.desk(keys["staff"], reading=True) as desk:
        return copy.of_client(desk, keys["client"])


def test_a_copy_holds_a_row_of_every_table_and_each_column_that_is_not_hidden(
    clinic: Clinic,
) -> None:
    keys = one_of_each(clinic)
    found = json.loads(json.dumps(copied(clinic, keys).content))
    assert set(found["tables"]) == set(extents())
    for name, table in found["tables"].items():
        assert len(table["rows"]) == 1, name
        (row,) = table["rows"]
        assert row["id"] == keys[name]
        assert not set(row) & set(extents()[name].hidden)
    assert found["tables"]["client"]["rows"][0]["born"] == "2026-03-06"
    assert found["acts"][0]["act"] == "test.rows"
    assert found["version"] == 1


def test_nothing_of_another_client_is_in_it(desk_of: Desks) -> None:
    with desk_of("front_desk") as desk:
        ana = clients.register(desk, given="Ana", family="Ruiz", born=BORN).id
        clients.register(desk, given="Secret", family="Other", born=BORN)
    with desk_of("owner", reading=True) as desk:
        text = json.dumps(copy.of_client(desk, ana).content)
    assert "Ruiz" in text
    assert "Secret" not in text


def test_those_merged_into_a_client_are_in_the_copy(desk_of: Desks) -> None:
    with desk_of("front_desk") as desk:
        ana = clients.register(desk, given="Ana", family="Ruiz", born=BORN).id
        twin = clients.register(desk, given="Anna", family="Ruiz", born=BORN).id
    with desk_of("clinician") as desk:
        duplicates.merge(desk, ana, twin, reason="the same person, said so herself")
    with desk_of("owner", reading=True) as desk:
        found = copy.of_client(desk, ana).content
    assert [row["given"] for row in found["tables"]["client"]["rows"]] == ["Ana", "Anna"]
    with pytest.raises(RefusedError), desk_of("owner", reading=True) as desk:
        copy.of_client(desk, twin)


def test_the_copy_itself_is_in_the_audit(clinic: Clinic) -> None:
    keys = one_of_each(clinic)
    copied(clinic, keys)
    with clinic.desk(keys["staff"], reading=True) as desk:
        line = trail.of_client(desk, keys["client"])[0]
    assert (line.action, line.clients, line.rows) == ("client.copy", (keys["client"],), ())


@pytest.mark.parametrize("role", ["technician", "front_desk", "auditor"])
def test_who_may_not_see_all_of_it_makes_no_copy(desk_of: Desks, role: str) -> None:
    with pytest.raises(NotAllowedError), desk_of(role, reading=True) as desk:
        copy.of_client(desk, 1)


def test_a_client_of_nobody_is_not_found(desk_of: Desks) -> None:
    with pytest.raises(NotFoundError), desk_of("owner", reading=True) as desk:
        copy.of_client(desk, 999)


def test_the_zip_holds_each_form_and_is_never_written_over_another(
    clinic: Clinic, tmp_path: Path
) -> None:
    keys = one_of_each(clinic)
    made = copied(clinic, keys)
    path = copy.write(made, tmp_path / "copy.zip")
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as packed:
        assert json.loads(packed.read("client.json")) == json.loads(json.dumps(made.content))
        assert packed.read("summary.pdf").startswith(b"%PDF-")
        rows = list(
            csv.DictReader(io.StringIO(packed.read("measurements.csv").decode("utf-8-sig")))
        )
    assert [row["value"] for row in rows] == ["1.5"]
    before = path.read_bytes()
    with pytest.raises(InputError, match="nothing is overwritten"):
        copy.write(made, path)
    assert path.read_bytes() == before


def test_a_cell_that_a_table_program_would_compute_is_marked_as_text() -> None:
    rows = [{"at": "=1+1", "kind": "@x", "value": -3.5, "unit": "mL"}]
    table = copy.measurements(copy.Copy("C-1", {"tables": {"measurement": {"rows": rows}}}))
    assert table.splitlines()[1] == "'=1+1,'@x,,-3.5,mL,,,"


def test_the_paper_escapes_what_a_client_is_called(clinic: Clinic) -> None:
    keys = one_of_each(clinic)
    with clinic.engine.begin() as connection:
        connection.execute(sa.update(Client.__table__).values(family="<b>Ruiz</b>"))  # type: ignore[arg-type]
        connection.execute(sa.update(Staff.__table__).values(family="Nobody"))  # type: ignore[arg-type]
    page = html(copied(clinic, keys))
    assert "&lt;b&gt;Ruiz&lt;/b&gt;" in page
    assert "<b>Ruiz" not in page
    assert "Sessions (1)" in page
    assert "Nobody" not in page
