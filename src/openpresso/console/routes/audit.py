"""The audit: who did or read what, of a client, of a person, on a day; and whether it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import HTMLResponse

from openpresso.clinic.audit import trail
from openpresso.clinic.errors import NotFoundError
from openpresso.clinic.people import staff
from openpresso.clinic.people.client import Client
from openpresso.console.forms import entered
from openpresso.console.page import needs, show
from openpresso.console.refused import require, told
from openpresso.console.visitor import Looking
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.audit.verify import Verdict
    from openpresso.clinic.desk import Desk
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/audit"
PAGE = 100
"""Lines of a page."""
By = Literal["day", "person", "client"]


@router.get(
    "/audit", **needs("audit.read-day", "audit.read-person", "audit.read-client", "staff.list")
)
def audit(
    visitor: Looking,
    by: str = "day",
    day: str = "",
    person: str = "",
    client: str = "",
    before: str = "",
) -> HTMLResponse:
    """Show a page of the audit."""
    known = cast("By", by if by in {"person", "client"} else "day")
    return _page(visitor, known, day, person, client, before)


@router.post("/audit/verify", **needs("audit.verify"))
def verify(visitor: Looking) -> HTMLResponse:
    """Compare the whole audit with the rows, and show what was found."""
    with visitor.desk(reading=True) as desk:
        verdict = trail.verified(desk)
    return _page(visitor, "day", "", "", "", "", verdict)


def _page(
    visitor: Visitor,
    by: By,
    day: str,
    person: str,
    client: str,
    before: str,
    verdict: Verdict | None = None,
) -> HTMLResponse:
    """Return the page; what cannot be looked up is said, and what was typed stays."""
    with visitor.desk(reading=True) as desk:
        require(desk, "audit.read-day")
        error = None
        lines: list[trail.Line] = []
        try:
            lines = _lines(desk, by, day, person, client, before)
        except (InputError, NotFoundError) as found:
            if isinstance(found, NotFoundError) and by != "client":
                raise
            error = _said(found)
        return show(
            "audit.html",
            visitor,
            desk,
            here=HERE,
            status=error[1] if error else 200,
            error=error[0] if error else None,
            lines=lines,
            by=by,
            day=day or desk.today().isoformat(),
            person=person,
            client=client,
            people=staff.everyone(desk, gone=True),
            clients=_numbers(desk, lines),
            verdict=verdict,
            older=_older(by, day, person, client, lines),
            first_page=not before,
        )


def _said(error: InputError | NotFoundError) -> tuple[object, int]:
    """Return what is shown of a look-up that failed, and the status of the answer."""
    if isinstance(error, NotFoundError):
        return error, 404
    found = told(error)
    return found, found.status


def _lines(desk: Desk, by: By, day: str, person: str, client: str, before: str) -> list[trail.Line]:
    """Return one page of lines."""
    last = entered.number_or_none(before, "before")
    if by == "client":
        return trail.of_client(desk, _client_key(desk, client), before=last, limit=PAGE)
    if by == "person":
        return trail.of_person(desk, entered.number(person, "person"), before=last, limit=PAGE)
    on = entered.day(day, "day") if day else desk.today()
    return trail.of_day(desk, on, before=last, limit=PAGE)


def _client_key(desk: Desk, number: str) -> int:
    """Return the key of a client by the number; the auditor sees nothing else of the client."""
    text = number.strip().upper()
    if text.isascii() and text.isdecimal() and len(text) <= 12:
        text = f"C-{int(text):06d}"
    key = desk.db.scalar(
        sa.select(Client.id).where(Client.practice_id == desk.here, Client.number == text)
    )
    if key is None:
        raise NotFoundError(
            f"there is no client with the number {number.strip()[:40] or '(nothing typed)'}",
            remedy="Type the number as it stands on papers, such as C-000123.",
        )
    return key


def _numbers(desk: Desk, lines: list[trail.Line]) -> dict[int, str]:
    """Return the numbers of the clients in some lines."""
    keys = {key for line in lines for key in line.clients[:5]}
    rows = desk.db.execute(
        sa.select(Client.id, Client.number).where(
            Client.practice_id == desk.here, Client.id.in_(keys)
        )
    )
    return {key: number for key, number in rows}  # noqa: C416 -- rows are not pairs to mypy


def _older(by: By, day: str, person: str, client: str, lines: list[trail.Line]) -> str:
    """Return the address of the next page, empty when there is none."""
    if len(lines) < PAGE:
        return ""
    asked = {"by": by, "day": day, "person": person, "client": client, "before": lines[-1].number}
    return f"/audit?{urlencode({key: value for key, value in asked.items() if value})}"
