"""Who looks at a page: the screen's sign-in, read from its cookie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Request

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import SignInError
from openpresso.clinic.people import sign_in
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.people.staff import Staff
from openpresso.console.cookies import held
from openpresso.console.settings import Settings
from openpresso.console.words import LENGTHS, PRESSURES, Words, chosen

COOKIE: Final = "openpresso"
"""Name of the cookie that holds the token of the sign-in."""
LANGUAGE: Final = "language"
THEME: Final = "theme"
PRESSURE: Final = "pressure"
LENGTH: Final = "length"


class ToTheDoor(Exception):  # noqa: N818 -- not an error: it says where to go
    """Somebody must sign in or unlock first.

    Parameters
    ----------
    path
        The page to show instead.
    """

    def __init__(self, path: str) -> None:
        """Keep the page."""
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at a screen.

    Parameters
    ----------
    clinic, settings
        What the console was started with.
    token
        Of the sign-in.
    back
        Where to come back to after signing in or unlocking.
    language, theme
        As the screen has chosen, empty without a choice.
    pressures, lengths
        Units that the screen has chosen.
    """

    clinic: Clinic
    settings: Settings
    token: str
    back: str
    language: str
    theme: str
    pressures: str = PRESSURES[0]
    lengths: str = LENGTHS[0]

    @contextmanager
    def desk(self, *, reading: bool = False) -> Iterator[Desk]:
        """Open this person's desk; see `clinic.Clinic.desk`.

        Raises
        ------
        ToTheDoor
            If the sign-in has ended or the screen is locked.
        """
        try:
            opened = sign_in.desk(self.clinic, self.token, reading=reading)
            found = opened.__enter__()
        except SignInError as error:
            page = "/locked" if error.code == "locked" else "/sign-in"
            raise ToTheDoor(f"{page}?then={quote(self.back)}") from error
        found.speaks = self.language
        try:
            yield found
        except BaseException as error:
            if not opened.__exit__(type(error), error, error.__traceback__):
                raise
        else:
            opened.__exit__(None, None, None)

    def words(self, desk: Desk) -> Words:
        """Return how to speak to this person."""
        practice = desk.db.get_one(Practice, desk.here)
        language = self.language or chosen(practice.language, "")
        return Words(language, desk.zone, self.pressures, self.lengths)


def visitor(request: Request) -> Visitor:
    """Return who looks at a page; whether the sign-in holds is seen when a desk is opened."""
    state = request.app.state
    back = request.url.path if request.method == "GET" else "/"
    return Visitor(
        clinic=state.clinic,
        settings=state.settings,
        token=held(request, COOKIE),
        back=back,
        language=language(request),
        theme=theme(request),
        pressures=_unit(request, PRESSURE, PRESSURES),
        lengths=_unit(request, LENGTH, LENGTHS),
    )


def language(request: Request) -> str:
    """Return the language of the screen: chosen there, else the browser's."""
    return chosen(held(request, LANGUAGE), request.headers.get("accept-language", ""))


def theme(request: Request) -> str:
    """Return whether the screen is always light or always dark; empty when the system decides."""
    wanted = held(request, THEME)
    return wanted if wanted in {"light", "dark"} else ""


def _unit(request: Request, name: str, units: tuple[str, ...]) -> str:
    """Return the unit that the screen has chosen, else the one that everything is kept in."""
    wanted = held(request, name)
    return wanted if wanted in units else units[0]


def me(desk: Desk) -> Staff:
    """Return the person at the desk."""
    return desk.db.get_one(Staff, desk.staff_id)


Looking = Annotated[Visitor, Depends(visitor)]
"""Type of an argument that is who looks at the page."""
