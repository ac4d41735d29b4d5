"""Acts that only tests do: entered in the audit, and not among the clinic's own actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpresso.clinic.desk import action
from openpresso.clinic.roles import ACTIONS, Role


def acting(name: str, *roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function an act of tests; its name is not kept in the register."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        made = action(name, *roles)(function)
        del ACTIONS[name]
        return made

    return decorate
