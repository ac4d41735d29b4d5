"""Staff: who works here, in which roles, certified for what; codes for those who come new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso import cuff as catalog
from openpresso.clinic.people import certificate, password, second_factor, sign_in, staff
from openpresso.clinic.people import drill as drills
from openpresso.clinic.people.certificate import Certificate
from openpresso.clinic.people.security import security
from openpresso.clinic.roles import CARE, PEOPLE
from openpresso.console.forms import entered
from openpresso.console.forms.entered import Key
from openpresso.console.page import needs, show
from openpresso.console.refused import require, told
from openpresso.console.visitor import Looking
from openpresso.errors import OpenpressoError
from openpresso.station.training.drill import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor

router = APIRouter(include_in_schema=False)

HERE = "/staff"
Text = Annotated[str, Form(max_length=400)]
Roles = Annotated[list[str], Form(max_length=10)]
NEW = {"given": "", "family": "", "login": "", "email": "", "roles": ["technician"]}


@router.get("/staff", **needs("staff.hire", "staff.list"))
def people(visitor: Looking) -> HTMLResponse:
    """Show who works here."""
    return _page(visitor)


@router.post("/staff", **needs("staff.hire", "password.reset"))
def hire(
    visitor: Looking,
    given: Text = "",
    family: Text = "",
    login: Text = "",
    email: Text = "",
    roles: Roles = [],  # noqa: B006 -- FastAPI copies it
) -> HTMLResponse:
    """Give somebody a place, and show the one-time code this once."""
    try:
        with visitor.desk() as desk:
            found = staff.hire(
                desk, given=given, family=family, login=login, roles=roles, email=email
            )
            code, key = password.reset(desk, found.id), found.id
    except OpenpressoError as error:
        values = {"given": given, "family": family, "login": login, "email": email}
        return _page(visitor, told(error), values | {"roles": roles})
    return _one(visitor, key, code=code)


@router.get("/staff/{staff_id}", **needs("staff.change", "certificate.list", "drill.list"))
def person(visitor: Looking, staff_id: Key) -> HTMLResponse:
    """Show one person."""
    return _one(visitor, staff_id)


@router.post("/staff/{staff_id}", **needs("staff.change", "staff.roles"))
def change(
    visitor: Looking,
    staff_id: Key,
    version: Annotated[int, Form()],
    given: Text = "",
    family: Text = "",
    email: Text = "",
    roles: Roles = [],  # noqa: B006 -- FastAPI copies it
) -> Response:
    """Change names, address and roles."""
    try:
        with visitor.desk() as desk:
            found = staff.change(desk, staff_id, version, given=given, family=family, email=email)
            if sorted(roles) != sorted(found.roles):
                staff.change_roles(desk, staff_id, roles)
    except OpenpressoError as error:
        values = {"given": given, "family": family, "email": email, "roles": roles}
        return _one(visitor, staff_id, told(error), values)
    return RedirectResponse(f"/staff/{staff_id}", 303)


@router.post("/staff/{staff_id}/code", **needs("password.reset"))
def code(visitor: Looking, staff_id: Key) -> HTMLResponse:
    """Make a one-time code for a new password, and show it this once."""
    try:
        with visitor.desk() as desk:
            made = password.reset(desk, staff_id)
    except OpenpressoError as error:
        return _one(visitor, staff_id, told(error))
    return _one(visitor, staff_id, code=made)


@router.post("/staff/{staff_id}/second-factor", **needs("second-factor.remove"))
def without_second_factor(visitor: Looking, staff_id: Key) -> Response:
    """Take the second factor of a person who has lost the telephone."""
    try:
        with visitor.desk() as desk:
            second_factor.remove(desk, staff_id)
    except OpenpressoError as error:
        return _one(visitor, staff_id, told(error))
    return RedirectResponse(f"/staff/{staff_id}", 303)


@router.post("/staff/{staff_id}/sign-outs", **needs("sign-in.end-all"))
def sign_out(visitor: Looking, staff_id: Key) -> Response:
    """End all sign-ins of a person."""
    with visitor.desk() as desk:
        sign_in.end_everywhere(desk, staff_id)
    return RedirectResponse(f"/staff/{staff_id}", 303)


@router.post("/staff/{staff_id}/leave", **needs("staff.leave"))
def leave(
    visitor: Looking, staff_id: Key, version: Annotated[int, Form()], sure: Text = ""
) -> Response:
    """Let a person go."""
    if not sure:
        return RedirectResponse(f"/staff/{staff_id}", 303)
    try:
        with visitor.desk() as desk:
            staff.leave(desk, staff_id, version=version)
    except OpenpressoError as error:
        return _one(visitor, staff_id, told(error))
    return RedirectResponse("/staff", 303)


@router.post("/staff/{staff_id}/certificates", **needs("certificate.issue"))
def certify(
    visitor: Looking,
    staff_id: Key,
    cuff_type: Text = "",
    expires_on: Text = "",
    drill: Text = "",
) -> Response:
    """Certify that a person is trained for a type of cuff."""
    try:
        with visitor.desk() as desk:
            certificate.issue(
                desk,
                staff_id,
                cuff_type,
                expires_on=entered.day(expires_on, "expires_on"),
                drill=drill,
            )
    except OpenpressoError as error:
        values = {"cuff_type": cuff_type, "expires_on": expires_on, "drill": drill}
        return _one(visitor, staff_id, told(error), values)
    return RedirectResponse(f"/staff/{staff_id}#certificates", 303)


@router.post(
    "/staff/{staff_id}/certificates/{certificate_id}/withdraw", **needs("certificate.withdraw")
)
def withdraw(visitor: Looking, staff_id: Key, certificate_id: Key, reason: Text = "") -> Response:
    """Withdraw a certificate, with the reason."""
    try:
        with visitor.desk() as desk:
            desk.find(Certificate, certificate_id)
            certificate.withdraw(desk, certificate_id, reason)
    except OpenpressoError as error:
        return _one(visitor, staff_id, told(error), {"reason": reason})
    return RedirectResponse(f"/staff/{staff_id}#certificates", 303)


def _page(
    visitor: Visitor, error: Told | None = None, values: Mapping[str, object] | None = None
) -> HTMLResponse:
    """Return the list of people; a form that was refused keeps what was typed."""
    with visitor.desk(reading=True) as desk:
        require(desk, "staff.hire")
        everybody = staff.everyone(desk, gone=True)
        return show(
            "staff.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            people=[one for one in everybody if one.active],
            gone=[one for one in everybody if not one.active],
            roles=[role.value for role in PEOPLE],
            typed={**NEW, **(values or {})},
        )


def _one(
    visitor: Visitor,
    staff_id: int,
    error: Told | None = None,
    values: Mapping[str, object] | None = None,
    *,
    code: str = "",
) -> HTMLResponse:
    """Return the page of one person."""
    with visitor.desk(reading=True) as desk:
        require(desk, "staff.change")
        found = desk.find(staff.Staff, staff_id)
        kept: dict[str, object] = {
            "given": found.given,
            "family": found.family,
            "email": found.email,
            "roles": found.roles,
            "cuff_type": "",
            "expires_on": "",
            "drill": "",
            "reason": "",
        }
        return show(
            "person.html",
            visitor,
            desk,
            here=HERE,
            status=error.status if error else 200,
            error=error,
            person=found,
            myself=found.id == desk.staff_id,
            certificates=certificate.of_person(desk, staff_id),
            drills=[one for one in drills.of_person(desk, staff_id) if one.passed],
            drill_titles={
                one.key: one.title.say(visitor.words(desk).language) for one in shipped().values()
            },
            treats=bool({role.value for role in CARE} & set(found.roles)),
            roles=[role.value for role in PEOPLE],
            cuffs=catalog.names(),
            code=code,
            code_hours=security()["code-hours"],
            typed={**kept, **(values or {})},
        )
