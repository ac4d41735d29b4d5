"""The matrix of roles and actions, made from the code and asserted cell by cell.

`permissions.txt` is checked in, so that a change of a permission is seen in the difference. Write
it anew with `.venv/bin/python tests/clinic/test_permissions.py`, and read what changed.
"""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openpresso.clinic.desk import Desk, action
from openpresso.clinic.errors import NotAllowedError
from openpresso.clinic.people import permission
from openpresso.clinic.roles import ACTIONS, PEOPLE, Action, Role

EXPECTED = Path(__file__).with_name("permissions.txt")


class ReachedError(Exception):
    """The action was let in and touched the database."""


class NoDatabase:
    """Stands where the transaction is: whoever gets as far was allowed to."""

    def __getattr__(self, name: str) -> None:
        raise ReachedError(name)


@functools.cache
def functions() -> dict[str, Callable[..., Any]]:
    """Return the function of each action, found in the modules of the clinic."""
    permission.matrix()  # every module is there now
    found: dict[str, Callable[..., Any]] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("openpresso.clinic"):
            for one in vars(module).values():
                if inspect.isfunction(one) and hasattr(one, "__wrapped__"):
                    kept = inspect.getclosurevars(one).nonlocals.get("one")
                    if isinstance(kept, Action):
                        found[kept.name] = one
    return found


def expected() -> dict[str, dict[str, bool]]:
    """Return the cells of the file."""
    head, *lines = EXPECTED.read_text().splitlines()
    _, _, *roles = head.split()
    return {
        name: dict(zip(roles, (cell == "x" for cell in cells), strict=True))
        for name, _, *cells in (line.split() for line in lines)
    }


def let_in(act: Callable[..., Any], *roles: Role) -> bool:
    """Return whether an action lets a desk in; what it does then comes to nothing."""
    desk = Desk(
        NoDatabase(),  # type: ignore[arg-type]
        1,
        ZoneInfo("Europe/Berlin"),
        1,
        frozenset(roles),
        lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
    )
    try:
        act(desk)
    except NotAllowedError as error:
        # An action can refuse for reasons of its own; the check names the roles.
        return " is for " not in error.message
    except Exception:  # noqa: BLE001 -- without arguments and database most of them fail
        return True
    return True


def test_every_action_has_a_function_and_every_function_a_line_in_the_file() -> None:
    permission.matrix()
    assert set(functions()) == set(ACTIONS)
    assert set(expected()) == set(ACTIONS), "write permissions.txt anew, and read what changed"
    assert EXPECTED.read_text() == permission.text()


def test_every_role_is_let_in_exactly_where_the_file_says() -> None:
    wrong = [
        f"{name}: {role} is {'let in' if not may else 'refused'}"
        for name, cells in expected().items()
        for role, may in cells.items()
        if let_in(functions()[name], Role(role)) is not may
    ]
    assert wrong == []


def test_a_person_without_a_role_is_let_in_nowhere() -> None:
    assert [name for name, act in functions().items() if let_in(act)] == []


def test_a_person_with_two_roles_may_do_what_either_may() -> None:
    for name, cells in expected().items():
        for other in PEOPLE:
            may = cells[Role.FRONT_DESK] or cells[other]
            assert let_in(functions()[name], Role.FRONT_DESK, other) is may


def test_every_action_is_for_somebody_and_says_what_it_does() -> None:
    permission.matrix()
    for one in ACTIONS.values():
        assert one.roles, one.name
        assert one.summary.endswith("."), one.name


def test_the_auditor_writes_nothing_of_the_practice() -> None:
    permission.matrix()
    own = {"password.change", "pin.set", "sign-in.end-mine", "sign-in.end-others"}
    own |= {f"second-factor.{verb}" for verb in ("offer", "confirm", "give-up", "recovery-codes")}
    written = {
        one.name for one in ACTIONS.values() if one.kind == "write" and Role.AUDITOR in one.roles
    }
    assert written == own


def test_the_page_has_a_cell_for_every_action_and_role() -> None:
    rows = [line for line in permission.page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(ACTIONS)
    for row in rows:
        name, _, *cells = (cell.strip() for cell in row.strip("|").replace("\\|", "/").split("|"))
        assert [cell == "yes" for cell in cells] == [
            role in ACTIONS[name.strip("`")].roles for role in permission.COLUMNS
        ]


def test_the_check_comes_before_anything_else() -> None:
    done = []
    name = "test.permission"
    try:

        @action(name, Role.OWNER)
        def act(desk: Desk) -> None:  # noqa: ARG001 -- an action has a desk
            done.append(1)

        assert not let_in(act, Role.AUDITOR)
        assert done == []
        assert let_in(act, Role.OWNER)
        assert done == [1]
    finally:
        del ACTIONS[name]


@pytest.mark.parametrize("role", PEOPLE)
def test_automatic_is_nobodys_role(role: Role) -> None:
    assert role is not Role.AUTOMATIC


if __name__ == "__main__":
    EXPECTED.write_text(permission.text())
