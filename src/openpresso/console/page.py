"""How a page is made: a template, the words of the person, and which actions its route needs."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from starlette.responses import HTMLResponse

import openpresso
from openpresso.clinic.people.practice import Practice
from openpresso.console.places import places
from openpresso.console.refused import spoken
from openpresso.console.visitor import me
from openpresso.console.words.errors import said

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.console.visitor import Visitor
    from openpresso.console.words import Words

OPEN = "open"
"""Mark of a route that nobody needs to sign in for."""


def needs(*actions: str) -> dict[str, Any]:
    """Return what a route says of itself: the actions it does, for the test of permissions."""
    return {"openapi_extra": {"x-actions": list(actions)}}


@cache
def static(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    content = resources.files("openpresso.console").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


@cache
def templates() -> jinja2.Environment:
    """Return the templates; what they miss is an error, what they print is escaped."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("openpresso.console"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["word"] = lambda name: str(name).replace("-", " ")
    return found


def render(template: str, words: Words, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    template
        Its name.
    words
        How to speak.
    status
        Of the answer.
    values
        What the template shows.
    """
    given = {"words": words, "_": words.text, "static": static, "version": openpresso.__version__}
    given |= {"said": partial(said, words), "theme": "", "error": None}
    given |= {name: spoken(words, value) for name, value in values.items()}
    text = templates().get_template(template).render(given)
    return HTMLResponse(text, status)


def show(
    template: str, visitor: Visitor, desk: Desk, here: str, *, status: int = 200, **values: object
) -> HTMLResponse:
    """Return a page of the house, with its frame.

    Parameters
    ----------
    template
        Its name.
    visitor, desk
        Who looks.
    here
        Path of the place in the way that the page belongs to.
    status
        Of the answer.
    values
        What the template shows.
    """
    return render(
        template,
        visitor.words(desk),
        status=status,
        **{
            "practice": desk.db.get_one(Practice, desk.here),
            "me": me(desk),
            "places": places(desk.roles),
            "here": here,
            "today": desk.today(),
            "station": visitor.settings.station,
            "theme": visitor.theme,
        }
        | values,
    )
