"""What was typed into a form, kept as it was typed until the clinic has taken it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from openpresso.clinic.errors import NotAllowedError, NotFoundError
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.errors import OpenpressoError

MOST_FIELDS = 500
"""More fields than the longest form has."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Values of a form by the names of its fields.

    Parameters
    ----------
    fields
        Every value of each name, in order.
    """

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str, default: str = "") -> str:
        """Return the value of a field, without blanks around it."""
        return self.fields.get(name, (default,))[0].strip()

    def many(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return self.fields.get(name, ())

    def number(self, name: str) -> float | str | None:
        """Return a number, the text where it is none, and None where nothing was typed.

        A text goes on to the clinic, which says what is allowed there. A comma is a point.
        """
        text = self.one(name)
        if not text:
            return None
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text


async def _read(request: Request) -> Typed:
    async with request.form(max_fields=MOST_FIELDS, max_files=0) as form:
        found: dict[str, list[str]] = {}
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                found.setdefault(name, []).append(value)
    return Typed({name: tuple(values) for name, values in found.items()})


Filled = Annotated[Typed, Depends(_read)]
"""Type of an argument that is what was typed."""
NOTHING = Typed({})
"""A form before anybody typed."""


def status_of(error: OpenpressoError) -> int:
    """Return the status of a form that is shown again.

    Parameters
    ----------
    error
        Why it is. One that no other typing mends is raised again.
    """
    if isinstance(error, NotFoundError | NotAllowedError):
        raise error
    return 422 if isinstance(error, InputError) else 409
