"""What the person at a desk may do: pages show nothing that would be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpresso.clinic.roles import ACTIONS

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk


def may(desk: Desk, action: str) -> bool:
    """Return whether somebody's roles hold an action.

    Parameters
    ----------
    desk
        Whose.
    action
        Its name in the register.
    """
    return bool(ACTIONS[action].roles & desk.roles)
