"""A program as a page of text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from openpresso import program as programs
from openpresso.program.model import ByZone, Gradient, PerChamber, Uniform
from openpresso.units import format_duration, format_pressure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.program import Program
    from openpresso.program.model import PhasePlan, Source, Target

WIDTH: Final = 96
LABEL: Final = 10
LEGS: Final = {"together": "both legs together", "alternating": "legs in turn", "one": "one leg"}


def page(one: Program) -> str:
    """Return a program for a person to read.

    Parameters
    ----------
    one
        The program.

    Returns
    -------
    str
        Lines of at most `WIDTH` characters, but for long addresses.
    """
    evidence = one.evidence
    parts = [
        f"{one.name} (version {one.version}): {one.title}",
        "",
        *wrap(one.purpose, 0),
        "",
        *entry("Time", f"{format_duration(one.duration)}, {LEGS[one.legs]}"),
        *entry("Ceiling", format_pressure(one.ceiling)),
        *entry("Cuffs", ", ".join(fitting(one)) or "none of the catalog"),
        *entry("Allowed", programs.PERMISSIONS[one.permission]),
        *(line for warning in one.warnings for line in entry("Warning", warning)),
        "",
        *(line for phase in one.phases for line in phase_lines(one, phase)),
        *(line for text in one.adaptations for line in entry("Adapted", text)),
        "",
        *entry("Evidence", f"{evidence.grade}: {programs.GRADES[evidence.grade]}"),
        *entry("Found", evidence.finding),
        *(entry("Studied", evidence.studied_dose) if evidence.studied_dose else ()),
        *(line for unknown in evidence.unknown for line in entry("Unknown", unknown)),
        *entry("To say", evidence.claim),
        "",
        *(line for source in one.sources for line in source_lines(source)),
    ]
    return "\n".join(parts)


def wrap(text: str, indent: int) -> list[str]:
    """Return a text in lines that begin after `indent` spaces."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def entry(label: str, text: str) -> list[str]:
    """Return a label and its text, the text in a column of its own."""
    lines = wrap(text, LABEL)
    return [f"{label:<{LABEL}}{lines[0].strip()}", *lines[1:]] if lines else [label]


def source_lines(source: Source) -> Iterator[str]:
    """Yield the lines of a source: what it gives, who says it, where."""
    yield from entry(source.mark, source.figures)
    yield from wrap(source.citation, LABEL)
    if source.address:
        yield " " * LABEL + source.address


def phase_lines(one: Program, phase: PhasePlan) -> list[str]:
    """Return what a phase does, in words."""
    rest = phase.rest
    parts = [
        f"{phase.pattern}, {target_text(phase.target)}",
        f"hold {format_duration(phase.hold)}",
        f"rest {format_duration(rest.time)}",
    ]
    if phase.pulses.count > 1:
        parts.insert(1, f"{phase.pulses.count} pulses")
    if rest.kind == "waits-for-refill":
        parts[-1] += " in place of the refill time, until that can be measured"
    time = format_duration(round(one.phase_duration(phase), 3))
    return entry("Phase", f"{phase.name}, {time}: {'; '.join(parts)}")


def target_text(target: Target) -> str:
    """Return a target in words."""
    match target:
        case Uniform(pressure):
            return f"{format_pressure(pressure)} in every chamber"
        case Gradient(distal, step, minimum):
            return (
                f"{format_pressure(distal)} distal, {format_pressure(step)} less per chamber, "
                f"not below {format_pressure(minimum)}"
            )
        case ByZone(pressures):
            return ", ".join(f"{zone} {format_pressure(value)}" for zone, value in pressures)
        case PerChamber(pressures):
            values = ("vent" if value is None else f"{value:g}" for value in pressures)
            return f"{', '.join(values)} mmHg from distal"


def fitting(one: Program) -> list[str]:
    """Return the names of the catalog's cuffs that can deliver a program."""
    from openpresso import cuff

    return [name for name in cuff.names() if not programs.fits(one, cuff.load(name))]
