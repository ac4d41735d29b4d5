"""A client's leg as the twin wants it: girths at its sites, from the last tape measurement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from openpresso.clinic.errors import NotFoundError, RefusedError
from openpresso.clinic.measures import measurement
from openpresso.clinic.people import client as clients
from openpresso.clinic.people import search
from openpresso.console.forms.measuring import ANKLE, LANDMARK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from openpresso.clinic.desk import Desk
    from openpresso.clinic.people.client import Client

NEAR: Final = 2.5
"""A site this far beyond the first or last height still counts as measured there [cm]."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What is known of a client's leg.

    Parameters
    ----------
    who
        Identifiers of the client.
    sex
        Empty where it is neither female nor male: somebody chooses the nearer measures then.
    weight
        [kg]; None: never measured.
    girths
        By site [cm]; sites that were not measured are not there.
    on
        Day of the girths; None: there are none.
    why
        Why there are no girths; empty when there are.
    """

    who: str
    sex: str
    weight: float | None
    girths: Mapping[str, float] = field(default_factory=dict)
    on: dt.date | None = None
    why: str = ""


def find(desk: Desk, wanted: str) -> Client:
    """Return the one client whom a text names: number, name or date of birth.

    Raises
    ------
    NotFoundError
        If it names nobody.
    RefusedError
        If it names several.
    """
    found = search.look_up(desk, wanted) if wanted.strip() else []
    if not found:
        raise NotFoundError(
            f"nobody is found by {wanted.strip()[:40]!r}",
            remedy="Type the number of the client, such as C-000123.",
        )
    if len(found) > 1:
        raise RefusedError(
            f"{len(found)} clients are found by {wanted.strip()[:40]!r}",
            ("type the number of one of them, such as C-000123",),
            code="several",
        )
    return found[0]


def leg(desk: Desk, client_id: int, side: str, height: float | None) -> Leg:
    """Return what the last measurements say of one leg.

    Parameters
    ----------
    desk
        Of somebody who treats.
    client_id, side
        Whose, and `left` or `right`.
    height
        Of the client [cm]; the mean of the sex if it is not given.
    """
    found = clients.find(desk, client_id)
    sex = found.sex if found.sex in {"female", "male"} else ""
    weight = measurement.latest(desk, client_id, "weight")
    row = measurement.latest(desk, client_id, "girths", side)
    girths: dict[str, float] = {}
    why = "no girths of this leg were taken yet" if row is None else ""
    if row is not None:
        if row.detail.get("landmark") != LANDMARK:
            why = f"the last girths begin at another landmark than the {LANDMARK}"
        else:
            first = ANKLE + float(row.detail.get("offset", 0.0))
            girths = _at_sites(row.detail["points"], first, _height(height, sex))
            why = "" if girths else "the last girths reach none of the places that the twin knows"
    return Leg(
        clients.identifiers(found),
        sex,
        None if weight is None else weight.value,
        girths,
        desk.day(row.at) if row is not None and girths else None,
        why,
    )


def _height(given: float | None, sex: str) -> float:
    """Return a height, or the mean of a sex [cm]."""
    from openpresso.twin import parameters

    return given or parameters.value("people", f"{sex or 'female'}_height")


def _at_sites(points: list[dict[str, object]], first: float, stature: float) -> dict[str, float]:
    """Return girths at the twin's sites, linear between the heights that were measured [cm]."""
    import numpy as np

    from openpresso.twin.people.shape import SITES, heights

    levels = np.array([first + float(str(one["height"])) for one in points])
    girths = np.array([np.mean(np.asarray(one["readings"], dtype=float)) for one in points])
    return {
        site: round(float(np.interp(level, levels, girths)), 1)
        for site, level in zip(SITES, heights(stature).tolist(), strict=True)
        if levels[0] - NEAR <= level <= levels[-1] + NEAR
    }
