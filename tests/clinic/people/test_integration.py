"""Integrations: a token shown once, roles of whoever made it, a name of its own in the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.audit import trail
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import (
    ClashError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    SignInError,
)
from openpresso.clinic.people import certificate, client, integration, password, sign_in, staff
from openpresso.clinic.people.integration import Integration, IntegrationUse
from openpresso.clinic.people.sign_in_row import fingerprint
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.roles import PEOPLE, Role
from openpresso.errors import InputError
from tests.clinic.conftest import Clock, make_people

DeskOf = Callable[..., AbstractContextManager[Desk]]


def make(
    clinic: Clinic,
    people: SimpleNamespace,
    *roles: str,
    name: str = "Booking page",
    days: int = integration.DAYS,
) -> integration.Made:
    """Make an integration by an owner who has every role."""
    with clinic.desk(people.owner) as desk:
        desk.roles = frozenset(PEOPLE)
        return integration.add(desk, name, roles or ["front-desk"], days=days)


def code_of(clinic: Clinic, token: str, practice: int | None = None) -> str:
    """Return with which code a token is refused; empty if it is not."""
    try:
        with integration.desk(clinic, token, practice=practice):
            return ""
    except SignInError as error:
        return error.code


def test_the_token_opens_a_desk_with_the_roles_of_the_integration(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    made = make(clinic, people, "front-desk", "technician")
    with integration.desk(clinic, made.token) as desk:
        assert desk.roles == {Role.FRONT_DESK, Role.TECHNICIAN}
        assert desk.practice_id == people.practice
        assert desk.staff_id == made.integration.staff_id


def test_the_database_keeps_only_a_fingerprint_of_the_token(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    made = make(clinic, people)
    assert made.token.startswith(integration.PREFIX)
    assert len(made.token) > len(integration.PREFIX) + 40
    assert made.integration.token == fingerprint(made.token)
    with clinic.engine.connect() as connection:
        for table in (Integration.__table__, Staff.__table__, IntegrationUse.__table__):
            for row in connection.execute(sa.select(table)):
                assert made.token not in str(tuple(row))


def test_what_it_does_stands_in_the_audit_under_its_name(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    made = make(clinic, people, "front-desk")
    with integration.desk(clinic, made.token) as desk:
        client.register(desk, given="Ana", family="Ruiz", born=dt.date(1981, 3, 4))
    with desk_of("owner", reading=True) as desk:
        line = trail.of_person(desk, made.integration.staff_id)[0]
    assert (line.who, line.action, line.outcome) == ("Booking page", "client.register", "done")
    with clinic.engine.connect() as connection, sa.orm.Session(connection) as db:
        assert verify(db, ()).findings == ()


def test_it_may_do_what_its_roles_allow_and_nothing_else(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    made = make(clinic, people, "auditor")
    with pytest.raises(NotAllowedError), integration.desk(clinic, made.token) as desk:
        client.register(desk, given="Ana", family="Ruiz", born=dt.date(1981, 3, 4))


def test_nobody_gives_a_role_that_is_not_ones_own(desk_of: DeskOf) -> None:
    with desk_of("owner") as desk:
        assert integration.add(desk, "Books", ["owner"]).integration.roles == ["owner"]
    with pytest.raises(NotAllowedError, match="technician"), desk_of("owner") as desk:
        integration.add(desk, "Booking", ["owner", "technician"])


@pytest.mark.parametrize("role", ["technician", "clinician", "front_desk", "auditor"])
def test_only_the_owner_makes_and_revokes(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, role: str
) -> None:
    key = make(clinic, people).integration.id
    with pytest.raises(NotAllowedError), desk_of(role) as desk:
        integration.add(desk, "Mine", [role.replace("_", "-")])
    with pytest.raises(NotAllowedError), desk_of(role) as desk:
        integration.revoke(desk, key)


def test_an_integration_makes_no_integration_beyond_its_roles(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    made = make(clinic, people, "owner")
    with pytest.raises(NotAllowedError), integration.desk(clinic, made.token) as desk:
        integration.add(desk, "Child", ["clinician"])


def test_a_token_ends_by_itself(clinic: Clinic, people: SimpleNamespace, clock: Clock) -> None:
    made = make(clinic, people, days=30)
    clock.pass_by(days=29, hours=23, minutes=59)
    assert code_of(clinic, made.token) == ""
    clock.pass_by(minutes=1)
    assert code_of(clinic, made.token) == "token-expired"


def test_a_revoked_token_ends_at_once_and_is_revoked_once(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    made = make(clinic, people)
    with desk_of("owner") as desk:
        integration.revoke(desk, made.integration.id)
    assert code_of(clinic, made.token) == "token-revoked"
    with pytest.raises(RefusedError), desk_of("owner") as desk:
        integration.revoke(desk, made.integration.id)


def test_an_unknown_token_and_one_of_another_practice_are_answered_alike(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    others = make_people(clinic, "Practice on the Hill")
    foreign = make(clinic, others)
    for token in ("", "x", integration.PREFIX, foreign.token + "x"):
        assert code_of(clinic, token) == "no-token"
    assert code_of(clinic, foreign.token, people.practice) == "no-token"
    assert code_of(clinic, foreign.token, others.practice) == ""


def test_another_practices_integration_cannot_be_revoked_or_seen(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    others = make_people(clinic, "Practice on the Hill")
    foreign = make(clinic, others)
    assert people.practice != others.practice
    with pytest.raises(NotFoundError), desk_of("owner") as desk:
        integration.revoke(desk, foreign.integration.id)
    with desk_of("owner", reading=True) as desk:
        assert integration.known(desk) == []


def test_the_last_use_is_known_to_a_minute(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, clock: Clock
) -> None:
    made = make(clinic, people)

    def used() -> dt.datetime | None:
        with desk_of("owner", reading=True) as desk:
            return integration.known(desk)[0].used_at

    assert used() is None
    first = clock()
    assert code_of(clinic, made.token) == ""
    clock.pass_by(seconds=59)
    assert code_of(clinic, made.token) == ""
    assert used() == first
    clock.pass_by(seconds=1)
    assert code_of(clinic, made.token) == ""
    assert used() == clock()


def test_two_that_count_never_have_one_name(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    first = make(clinic, people, name="Books").integration
    with pytest.raises(ClashError):
        make(clinic, people, name="  Books ")
    with desk_of("owner") as desk:
        integration.revoke(desk, first.id)
    assert make(clinic, people, name="Books").integration.id != first.id


@pytest.mark.parametrize("days", [0, -1, integration.MOST_DAYS + 1])
def test_a_token_without_an_end_is_refused(desk_of: DeskOf, days: int) -> None:
    with pytest.raises(InputError), desk_of("owner") as desk:
        integration.add(desk, "Books", ["owner"], days=days)


@given(name=st.sampled_from(["", " ", "...", "42"]), roles=st.sampled_from([["owner"], []]))
def test_what_has_no_name_or_no_role_is_refused(name: str, roles: list[str]) -> None:
    nobody = cast("Any", None)  # no database is asked
    clock = Clock()
    desk = Desk(nobody, 1, ZoneInfo("UTC"), 1, frozenset({Role.OWNER}), clock)
    with pytest.raises(InputError):
        integration.add.__wrapped__(desk, name, roles)  # type: ignore[attr-defined]


def test_it_is_nobodys_colleague_and_never_becomes_a_person(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf
) -> None:
    key = make(clinic, people, "owner").integration.staff_id
    with desk_of("owner") as desk:
        assert key not in {one.id for one in staff.everyone(desk, gone=True)}
        version = desk.find(Staff, key).version
    acts: list[Callable[[Desk], object]] = [
        lambda desk: password.reset(desk, key),
        lambda desk: staff.change(desk, key, version, given="Eva"),
        lambda desk: staff.change_roles(desk, key, ["owner"]),
        lambda desk: staff.leave(desk, key),
        lambda desk: certificate.issue(desk, key, "leg-8", expires_on=dt.date(2029, 1, 1)),
    ]
    for act in acts:
        with pytest.raises(RefusedError) as refused, desk_of("owner") as desk:
            act(desk)
        assert refused.value.code == "no-person"


def test_nobody_signs_in_as_it_and_its_staff_row_alone_may_do_nothing(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    made = make(clinic, people, "owner")
    with clinic.desk(made.integration.staff_id) as desk:
        assert desk.roles == frozenset()
        login = desk.find(Staff, made.integration.staff_id).login
    for secret in ("", made.token):
        with pytest.raises(SignInError):
            sign_in.enter(clinic, login, secret, practice=people.practice)
    with pytest.raises(InputError), clinic.desk(people.owner) as desk:
        staff.hire(desk, given="Eva", family="Example", login=login, roles=["owner"])
