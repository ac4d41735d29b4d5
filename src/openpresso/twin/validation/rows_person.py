"""Rows about people: the limb's volume from girths."""

from __future__ import annotations

from openpresso.twin.validation.outcome import NotYet, Outcome


def row_35(seed: int) -> Outcome:  # noqa: ARG001 -- nothing random in a mean person
    """Volume between ankle and knee of the mean woman and the mean man [mL]."""
    try:
        from openpresso.twin.people.person import person
        from openpresso.twin.people.shape import between
    except ImportError as error:
        raise NotYet(f"people are not there: {error}") from error
    means = {sex: person(sex=sex) for sex in ("female", "male")}
    return Outcome(
        {sex: between(one.girths, one.height, "ankle", "knee") for sex, one in means.items()}
    )
