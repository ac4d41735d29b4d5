"""PINs: a few digits that unlock the screen of somebody who has signed in."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from openpresso.clinic.desk import action
from openpresso.clinic.people import hashing
from openpresso.clinic.people.password import confirmed
from openpresso.clinic.people.security import security
from openpresso.clinic.roles import PEOPLE
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.staff import Staff


def check(pin: str) -> None:
    """Refuse a PIN that is not of digits, or that anybody tries first.

    Raises
    ------
    InputError
        `bad-pin`, or `too-simple` for one figure, a row, or a part repeated.
    """
    figures = security()
    shortest, longest = figures["pin-shortest"], figures["pin-longest"]
    if not (pin.isascii() and pin.isdigit() and shortest <= len(pin) <= longest):
        raise _refused("bad-pin", f"a PIN has {shortest} to {longest} digits and nothing else")
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) < 3 or pin in (2 * pin)[1:-1]:
        raise _refused("too-simple", "it is one figure, a row of figures, or a part repeated")


@action("pin.set", *PEOPLE)
def change(desk: Desk, password: str, pin: str) -> None:
    """Set one's own PIN; an empty one takes it away, and the password unlocks then.

    Raises
    ------
    SignInError
        If the password is not right.
    InputError
        If the PIN is refused.
    """
    staff = confirmed(desk, password)
    if pin:
        check(pin)
    staff.pin = hashing.hashed(pin) if pin else ""


def known(staff: Staff) -> str:
    """Return the hash of what unlocks a person's screen: the PIN, or the password without one."""
    return staff.pin or staff.password


def _refused(code: str, message: str) -> InputError:
    return InputError.one(
        "pin", code, message, hint="Take digits that are no date and no row on the keys."
    )
