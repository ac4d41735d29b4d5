"""Rows about people: the limb's volume from girths."""

from __future__ import annotations

from openpresso.twin.people.person import person
from openpresso.twin.people.shape import between
from openpresso.twin.validation.outcome import Outcome


def row_35(seed: int) -> Outcome:  # noqa: ARG001 -- nothing random in a mean person
    """Volume between ankle and knee of the mean woman and the mean man [mL]."""
    means = {sex: person(sex=sex) for sex in ("female", "male")}
    return Outcome(
        {sex: between(one.girths, one.height, "ankle", "knee") for sex, one in means.items()}
    )
