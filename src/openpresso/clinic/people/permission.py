"""Permissions: which role may do what, as a table made from the actions themselves."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from openpresso.clinic.desk import action
from openpresso.clinic.roles import ACTIONS, PEOPLE, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk

COLUMNS: Final = (*PEOPLE, Role.AUTOMATIC)
"""The roles in the order of the table."""


def matrix() -> Mapping[str, Mapping[Role, bool]]:
    """Return whether each role may do each action, by name of the action."""
    import_module("openpresso.clinic.clinic")  # with it come all rooms
    return {
        name: {role: role in ACTIONS[name].roles for role in COLUMNS} for name in sorted(ACTIONS)
    }


def text() -> str:
    """Return the matrix as plain text, a line for each action; `x` is may, `.` is may not.

    It is checked in, so that whoever changes a permission sees it in the difference.
    """
    allowed = matrix()
    wide = max((len(name) for name in allowed), default=0)
    head = f"{'action':{wide}}  kind   {'  '.join(COLUMNS)}"
    lines = (
        f"{name:{wide}}  {ACTIONS[name].kind:5}  "
        + "  ".join(f"{'x' if cells[role] else '.':{len(role)}}" for role in COLUMNS)
        for name, cells in allowed.items()
    )
    return "".join(f"{line.rstrip()}\n" for line in (head, *lines))


def page() -> str:
    """Return the matrix as a page of the reference, in Markdown."""
    head = f"| action | what it does | {' | '.join(COLUMNS)} |\n"
    rule = f"| --- | --- |{' :-: |' * len(COLUMNS)}\n"
    rows = "".join(
        f"| `{name}` | {_cell(ACTIONS[name].summary)} | "
        + " | ".join("yes" if cells[role] else "-" for role in COLUMNS)
        + " |\n"
        for name, cells in matrix().items()
    )
    return (
        "# Permissions\n\n"
        "What each role may do. A person can have several roles and may do what any of them may. "
        "`automatic` is the clinic itself, for what happens without a person; nobody has it. Every "
        "act, every reading and every refusal is entered in the audit.\n\n"
        f"{head}{rule}{rows}"
    )


@action("permission.read", Role.OWNER, Role.AUDITOR, kind="read")
def read(desk: Desk) -> Mapping[str, Mapping[Role, bool]]:  # noqa: ARG001 -- an action has a desk
    """Return whether each role may do each action."""
    return matrix()


def _cell(summary: str) -> str:
    return summary.replace("|", "\\|")
