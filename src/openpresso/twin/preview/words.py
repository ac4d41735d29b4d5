"""A preview in plain words: what is expected, what is not known, and what it rests on."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from openpresso.twin import parameters
from openpresso.twin.citations import Citation, citations
from openpresso.twin.fluid import priors
from openpresso.twin.preview.change import DRAWN, DRAWN_BY_CONDITION, HOUR, OEDEMA

if TYPE_CHECKING:
    from openpresso.twin.people.person import Person
    from openpresso.twin.preview.change import Range
    from openpresso.twin.preview.preview import Preview

NOTICE: Final = "A model of a leg, not a measurement, and not a certified medical device."
NAMED: Final = ("10", "12", "28", "31")
"""Rows of the validation in which the twin is far off, and that matter here."""
_LEAST: Final = 0.5
"""Changes below this are told as 0 [mL]."""
_NONE: Final = 2.0
"""Changes whose whole range is below this are told as none [mL]."""
_POSTURES: Final = {
    "supine": "lying", "elevated": "lying with the leg raised", "sitting": "sitting",
    "standing": "standing",
}  # fmt: skip


def who(person: Person) -> str:
    """Return a person in words."""
    return f"{person.sex}, {person.height:.0f} cm, {person.weight:.0f} kg, {person.condition}"


def holding(preview: Preview) -> str:
    """Return how the limb is held."""
    return _POSTURES[preview.posture]


def millilitres(value: float) -> str:
    """Return a volume, or that there is none [mL]."""
    return "0" if abs(value) < _LEAST else f"{value:+.0f}".replace("-", "−")


def ranged(one: Range) -> str:
    """Return a change with its range: `−43 (−72 to −27)` [mL]."""
    return f"{millilitres(one.middle)} ({millilitres(one.low)} to {millilitres(one.high)})"


def plain(preview: Preview) -> tuple[str, ...]:
    """Return what is expected, one sentence or two for each thing."""
    if not preview.presses:
        return ("The program presses with nothing, so nothing is expected of it.",)
    return (_pressure(preview), _blood(preview), _head(preview), *_change(preview))


def _pressure(preview: Preview) -> str:
    most = max(preview.segments, key=lambda one: one.skin.peak)
    last = preview.segments[-1]
    text = f"The skin is pressed with up to {most.skin.peak:.0f} mmHg ({most.zone})"
    if last is not most:
        text += f", {last.skin.peak:.0f} at the upper end ({last.zone})"
    share = 100.0 * most.muscle.peak / most.skin.peak
    return f"{text}. {share:.0f} % of it is expected in the depth of the muscle."


def _blood(preview: Preview) -> str:
    blood = preview.blood
    text = f"A cycle moves about {blood.ejected.value:.0f} mL of blood out of the limb"
    if blood.peak is None or blood.rest is None:
        return f"{text}."
    return (
        f"{text}; blood in the femoral vein runs at up to {blood.peak.value:.0f} cm/s, "
        f"at rest at {blood.rest.value:.0f}."
    )


def _head(preview: Preview) -> str:
    limit = f"the {preview.threshold:.0f} mmHg that drive it along the limb"
    above = [one for one in preview.segments if one.held > 0.0]
    if preview.reaches == "no":
        return f"Fluid in the tissue stays below {limit}, everywhere."
    if not above:
        return f"Fluid in the tissue may reach {limit}, but hardly."
    longest = max(one.held for one in above)
    where = numbered([one.number for one in above])
    dry = preview.person.condition not in OEDEMA
    scarce = "; without oedema there is next to none that could run" if dry else ""
    return (
        f"Fluid in the tissue passes {limit} in {'segments' if len(above) > 1 else 'segment'} "
        f"{where}, for up to {longest:.0f} s of a cycle{scarce}."
    )


def numbered(numbers: list[int]) -> str:
    """Return numbers with long runs in short: `1 to 5, 7`."""
    parts: list[str] = []
    for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [f"{one}" for one in run]
    return ", ".join(parts)


def _change(preview: Preview) -> tuple[str, ...]:
    change, blood = preview.change, preview.blood
    percent = f"{100.0 * change.session.middle / change.volume:+.1f}".replace("-", "−")
    fluid = (
        f"Fluid under the cuff: {ranged(change.session)} mL from begin to end, {percent} % of "
        f"{change.volume / 1000.0:.1f} L. {ranged(change.effect)} mL against as long "
        f"{holding(preview)} without it"
    )
    emptied = f"Besides, {blood.kept_out:.0f} mL of blood are out of the veins at the end"
    return (
        f"{fluid}; {left(change.hour)} of this an hour later, {left(change.day)} a day later.",
        f"{emptied}; they are back within minutes.",
    )


def left(one: Range) -> str:
    """Return what is left of a change: with its range, or none."""
    none = max(abs(one.low), abs(one.middle), abs(one.high)) < _NONE
    return "none" if none else f"{ranged(one)} mL"


def made(preview: Preview) -> str:
    """Return how the ranges were made."""
    names = ", ".join((*DRAWN, *DRAWN_BY_CONDITION)).replace("_", " ")
    return (
        f"Ranges of volumes: the middle is the limb at the nominal figures; the range is the 5th "
        f"to 95th percentile of {preview.draws} drawn limbs (seed {preview.seed}) that measure the "
        f"same before the session. Drawn within the ranges of their sources: {names}; and the "
        "spread between people of filtration and lymph. Ranges of the head: the ends of lag and "
        "share. All other figures stay at their values, so the true range is wider."
    )


def unknown(preview: Preview) -> tuple[str, ...]:
    """Return what is not known, in plain words, with the misses that matter."""
    published = _published()
    guess = priors.prior("cellulite").change
    small = "; here the change shown is probably too small"
    swollen = (
        f"Volume in lymphoedema: people lost {abs(published['28', 'thigh']):g} % of the thigh and "
        f"{abs(published['28', 'lower_leg']):g} % of the lower leg in a session and "
        f"{abs(published['31', 'change']):g} % in months at home, the twin's legs less than 1 % "
        "and nothing (validation, rows 28 and 31)"
    )
    velocity = (
        "Velocity in the vein: a third too low against one device, and against another right "
        "only where it was read (rows 12 and 10)."
    )
    hoped = (
        "Cellulite, the look of skin, soreness, heaviness: nothing here computes them. For "
        f"cellulite there is a guess of {guess.value:g} of 15 points after weeks, from "
        f"{guess.low:g} to {guess.high:g} ({priors.LABEL}; {guess.mark})."
    )
    leg = (
        f"This {preview.limb}: its veins, valves and lymphatics were not measured; they are those "
        "of a mean person of this sex, size and condition."
    )
    day = (
        f"The day after: an ordinary day at a desk is assumed, the session {HOUR:.0f} hours after "
        "falling asleep. Of a course of sessions nothing is said."
    )
    more = small if preview.person.condition in OEDEMA else ""
    return (f"{swollen}{more}.", velocity, hoped.replace("-", "−"), leg, day)


def _published() -> dict[tuple[str, str], float]:
    """Return published values of the rows that are named, by row and quantity."""
    from openpresso.twin.validation.model import chosen

    return {
        (row.number, one.name): one.published for row in chosen(NAMED) for one in row.quantities
    }


def papers(preview: Preview) -> list[Citation]:
    """Return every source that a preview rests on."""
    shared = {name: one for name, one in parameters.load("fluid").items() if "." not in name}
    prior = {name: one for name, one in parameters.load("priors").items() if name == "cellulite"}
    sets = ("veins", "sleeve", "response", "tissue", "measures")
    return citations(*sets, shared, prior, preview.person)


__all__ = ["NOTICE", "holding", "made", "papers", "plain", "ranged", "unknown", "who"]
