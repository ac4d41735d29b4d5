"""What is computed on the twin for the pages of programs, in the process for slow work.

Everything that goes in and comes out is plain, so that it crosses the border of the process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.errors import InputError

MOST_PAPERS: Final = 60
"""Sources that a page lists."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose leg a preview is made for; what is not given is filled in by the twin.

    Parameters
    ----------
    posture
        One of `openpresso.twin.limb.Posture`.
    sex, condition
        Of `openpresso.twin.people`.
    height, weight
        [cm], [kg]
    girths
        By site [cm]; pairs, so that it can be part of a key.
    """

    posture: str
    sex: str
    condition: str = "healthy"
    height: float | None = None
    weight: float | None = None
    girths: tuple[tuple[str, float], ...] = ()


def tried(text: str, cuff_names: tuple[str, ...]) -> dict[str, str]:
    """Try a program with several cuffs; return why it did not pass by cuff, or an empty text."""
    return {name: rehearsed(text, name) for name in cuff_names}


def rehearsed(text: str, cuff_name: str) -> str:
    """Try a program on a twin of two cuffs; return why it did not pass, or nothing.

    Parameters
    ----------
    text
        The program.
    cuff_name
        Name of the cuff in the catalog.
    """
    from openpresso.station.rehearsal import rehearse

    one, cuff = programs.load_text(text, "program"), cuffs.load(cuff_name)
    left = programs.compile(one, cuff, leg="left")
    timelines = {"left": left}
    if one.legs == "alternating":
        timelines["right"] = programs.compile(one, cuff, leg="right")
    try:
        rehearse(
            timelines,  # type: ignore[arg-type]  # names of legs
            dict.fromkeys(timelines, cuff),  # type: ignore[arg-type]
            programs.ceiling_of(one, cuff),
            "supine",
        )
    except InputError as error:
        return "; ".join(one.text() for one in error.diagnostics)
    return ""


def previewed(text: str, cuff_name: str, wanted: Wanted) -> dict[str, Any]:
    """Return what a program is expected to do to one leg, as plain data.

    Parameters
    ----------
    text, cuff_name
        The program, and the cuff in the catalog.
    wanted
        Whose leg, and how it is held.

    Raises
    ------
    InputError
        If the cuff cannot deliver the program, or there can be no such leg.
    """
    from openpresso.twin.people.person import person
    from openpresso.twin.preview import words
    from openpresso.twin.preview.change import ranged
    from openpresso.twin.preview.data import data, plain
    from openpresso.twin.preview.preview import preview

    one, cuff = programs.load_text(text, "program"), cuffs.load(cuff_name)
    errors = [found for found in programs.fits(one, cuff) if found.severity == "error"]
    if errors:
        raise InputError(one.name, errors)
    who = person(
        sex=wanted.sex,
        height=wanted.height,
        weight=wanted.weight,
        girths=dict(wanted.girths),  # type: ignore[arg-type]  # sites are checked there
        condition=wanted.condition,
    )
    timeline = programs.compile(one, cuff, leg="left")
    found = preview(
        timeline,
        cuff,
        who,
        wanted.posture,  # type: ignore[arg-type]  # checked there
        programs.ceiling_of(one, cuff),
    )
    told: dict[str, Any] = data(found)
    longest = found.longest_phase()
    cycle, shown = found.cycles[longest], told["phases"][longest]
    step = max(1, -(-len(cycle.time) // max(len(shown["time"]), 1)))
    told["longest"] = shown | {
        "flow": plain(cycle.flow[::step]),
        "rest_flow": plain(cycle.rest_flow),
    }
    del told["phases"]
    told["volume"]["effect"] = [plain(ranged(each)) for each in found.course.effect()]
    told["title"] = one.title
    told["papers"] = [
        {"source": cited.source, "marks": list(cited.marks), "figures": len(cited.parameters)}
        for cited in words.papers(found)[:MOST_PAPERS]
    ]
    return told
