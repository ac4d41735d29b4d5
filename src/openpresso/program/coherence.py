"""Does a program agree with itself? What can be said without knowing the cuff."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from openpresso.errors import Diagnostic, Severity
from openpresso.program.model import ByZone, Gradient, PerChamber, Uniform
from openpresso.program.patterns import PATTERNS, Beat
from openpresso.units import format_duration, format_pressure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpresso.program.model import PhasePlan, Program, Target

REST_MOST: Final = 20.0
"""Highest pressure of a chamber at rest [mmHg]; above it a cuff counts the time as a hold."""


def finding(
    program: Program,
    code: str,
    path: str,
    message: str,
    hint: str,
    *,
    severity: Severity = "error",
) -> Diagnostic:
    """Return a diagnostic with the line of its path in the program's file."""
    place, line = path, program.lines.get(path)
    while line is None and place:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
        line = program.lines.get(place)
    return Diagnostic(severity, code, path, message, hint, line)


def contradictions(program: Program) -> tuple[Diagnostic, ...]:
    """Return everything in which a program contradicts itself; nothing when it is coherent."""
    found = [*_durations(program), *_frame(program)]
    for number, phase in enumerate(program.phases):
        path = f"phases[{number}]"
        found += _targets(program, phase, path)
        found += _times(program, phase, path)
        found += _order(program, phase, path)
        found += _rest(program, phase, path)
    return tuple(found)


def target_values(target: Target) -> Iterator[tuple[str, float]]:
    """Yield every pressure [mmHg] that a target rule names, with its path inside the target."""
    match target:
        case Uniform(pressure):
            yield "", pressure
        case PerChamber(pressures):
            for index, value in enumerate(pressures):
                if value is not None:
                    yield f"[{index}]", value
        case Gradient(distal, _, _):
            yield ".distal", distal
        case ByZone(pressures):
            for zone, value in pressures:
                yield f".zones.{zone}", value


def _durations(program: Program) -> Iterator[Diagnostic]:
    whole = format_duration(program.duration)
    given = [phase.duration for phase in program.phases if phase.duration is not None]
    total = format_duration(sum(given))
    open_phases = [n for n, phase in enumerate(program.phases) if phase.duration is None]
    if len(open_phases) > 1:
        yield finding(
            program,
            "duration-missing",
            f"phases[{open_phases[1]}]",
            "this phase has no duration and neither has an earlier one; only one may be open",
            "give all phases but one a duration, for example 'duration: 5 min'.",
        )
    elif sum(given) > program.duration + 1e-6 or (open_phases and sum(given) >= program.duration):
        number = max(range(len(program.phases)), key=lambda n: program.phases[n].duration or 0.0)
        yield finding(
            program,
            "phase-too-long",
            f"phases[{number}].duration",
            f"the phases take {total} of a program of {whole}"
            + (", which leaves nothing for the open phase" if open_phases else ""),
            "shorten a phase or lengthen the program's duration.",
        )
    elif not open_phases and sum(given) < program.duration - 1e-6:
        yield finding(
            program,
            "time-left-over",
            "duration",
            f"the phases take {total}, the program {whole}",
            "lengthen a phase, or leave out one duration: that phase takes what is left.",
        )


def _frame(program: Program) -> Iterator[Diagnostic]:
    names = [phase.name for phase in program.phases]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield finding(
                program,
                "phase-name-twice",
                f"phases[{number}].name",
                f"{name!r} is the name of an earlier phase too",
                "give each phase a name of its own.",
            )
    if program.fit.fewest > program.fit.most:
        yield finding(
            program,
            "chambers-reversed",
            "fits.chambers",
            f"[{program.fit.fewest}, {program.fit.most}] has the most before the fewest",
            "write the fewest chambers first.",
        )


def _targets(program: Program, phase: PhasePlan, path: str) -> Iterator[Diagnostic]:
    for inner, value in target_values(phase.target):
        if value > program.ceiling:
            yield finding(
                program,
                "above-ceiling",
                f"{path}.target{inner}",
                f"{format_pressure(value)} is above the program's own ceiling of "
                f"{format_pressure(program.ceiling)}",
                "lower the target or raise the ceiling; nothing is clipped.",
            )
    rule = phase.target
    if isinstance(rule, Gradient) and rule.minimum > rule.distal:
        yield finding(
            program,
            "minimum-above-distal",
            f"{path}.target.minimum",
            f"{format_pressure(rule.minimum)} is above the distal target of "
            f"{format_pressure(rule.distal)}",
            "lower the minimum: the target falls from distal to proximal.",
        )


def _times(program: Program, phase: PhasePlan, path: str) -> Iterator[Diagnostic]:
    kind, times = phase.spacing.kind, phase.spacing.times
    if phase.rise is None:
        if kind != "sweep":
            yield finding(
                program,
                "rise-missing",
                path,
                "the phase has no rise; only a cumulative or wave phase with a sweep may leave it "
                "out and share the sweep equally",
                "add for example 'rise: 4 s'.",
            )
        return
    if kind == "starts" and any(b < a for a, b in itertools.pairwise(times)):
        yield finding(
            program,
            "starts-fall",
            f"{path}.starts",
            f"{', '.join(map(format_duration, times))} does not rise",
            "give the starts in time order and the chambers in that order under 'order'.",
        )
    single = Beat((0.0,), (phase.rise,), phase.hold, phase.release, phase.pulses)
    turn = max(single.turns(PATTERNS[phase.pattern]))
    if kind == "overlap" and times[0] > 0.0 and times[0] >= turn:
        yield finding(
            program,
            "overlap-too-long",
            f"{path}.overlap",
            f"{format_duration(times[0])} is not shorter than the {format_duration(turn)} that a "
            "chamber's turn takes",
            "shorten the overlap, or write 'order: all-at-once'.",
        )
    if kind == "sweep" and times[0] < turn:
        yield finding(
            program,
            "sweep-too-short",
            f"{path}.sweep",
            f"{format_duration(times[0])} is shorter than the {format_duration(turn)} that one "
            "chamber takes",
            "lengthen the sweep, or leave out the rise: the sweep is then shared by air.",
        )


def _order(program: Program, phase: PhasePlan, path: str) -> Iterator[Diagnostic]:
    seen: set[int | str] = set()
    for number, entry in enumerate(phase.order.groups):
        for name in entry if isinstance(entry, tuple) else (entry,):
            if name in seen:
                yield finding(
                    program,
                    "chamber-twice",
                    f"{path}.order[{number}]",
                    f"{name!r} is named a second time; each chamber has one place in the order",
                    "leave one of them out.",
                )
            seen.add(name)
    if phase.pulses.count > 1 and not phase.pattern.startswith("pulse"):
        yield finding(
            program,
            "pulses-not-used",
            f"{path}.pulses",
            f"the pattern {phase.pattern!r} presses a chamber once; {phase.pulses.count} pulses "
            "are only for 'pulse' and 'pulse-and-hold'",
            "choose one of these patterns or leave out the pulses.",
        )


def _rest(program: Program, phase: PhasePlan, path: str) -> Iterator[Diagnostic]:
    rest = phase.rest
    if rest.level == "gradient" and not 0.0 < rest.distal <= REST_MOST:
        yield finding(
            program,
            "rest-too-high",
            f"{path}.rest.level",
            f"{format_pressure(rest.distal)} is not a rest; above 0 to "
            f"{format_pressure(REST_MOST)} is allowed",
            "lower it: a leg that is never released does not refill.",
        )
