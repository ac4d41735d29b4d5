"""A program as plain data in the form of its file, for records and for saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpresso.program.model import ByZone, Gradient, PerChamber, Uniform
from openpresso.units import render

if TYPE_CHECKING:
    from openpresso.program.model import PhasePlan, Program, Rest, Source, Target

_DIGITS = 12


def program_data(program: Program) -> dict[str, Any]:
    """Return a program as mappings, lists and texts, in the order of the file form."""
    evidence = program.evidence
    data = {
        "schema": 1,
        "name": program.name,
        "version": program.version,
        "title": program.title,
        "purpose": program.purpose,
        "permission": program.permission,
        "warnings": list(program.warnings),
        "duration": _time(program.duration),
        "ceiling": _pressure(program.ceiling),
        "legs": program.legs,
        "fits": {
            "limbs": list(program.fit.limbs),
            "chambers": [program.fit.fewest, program.fit.most],
        },
        "ramp_up": {"cycles": program.ramp_up.cycles, "start": program.ramp_up.start}
        if program.ramp_up
        else None,
        "phases": [_phase(phase) for phase in program.phases],
        "evidence": _given(
            {
                "grade": evidence.grade,
                "finding": evidence.finding,
                "claim": evidence.claim,
                "unknown": list(evidence.unknown),
                "studied_dose": evidence.studied_dose or None,
            }
        ),
        "sources": [_source(source) for source in program.sources],
        "adaptations": list(program.adaptations),
    }
    return _given(data)


def _phase(phase: PhasePlan) -> dict[str, Any]:
    times = [_time(value) for value in phase.spacing.times]
    return _given(
        {
            "name": phase.name,
            "duration": _time(phase.duration) if phase.duration is not None else None,
            "pattern": phase.pattern,
            "target": _target(phase.target),
            "order": phase.order.direction
            or [list(one) if isinstance(one, tuple) else one for one in phase.order.groups],
            "rise": _time(phase.rise) if phase.rise is not None else None,
            "hold": _time(phase.hold),
            "release": _time(phase.release),
            phase.spacing.kind: times if phase.spacing.kind == "starts" else times[0],
            "pulses": {
                "count": phase.pulses.count,
                "gap": _time(phase.pulses.gap),
                "dip": phase.pulses.dip,
            },
            "rest": _rest(phase.rest),
        }
    )


def _target(target: Target) -> object:
    match target:
        case Uniform(pressure):
            return _pressure(pressure)
        case PerChamber(pressures):
            return ["vent" if value is None else _pressure(value) for value in pressures]
        case Gradient(distal, step, minimum):
            return {
                "distal": _pressure(distal),
                "step": _pressure(step),
                "minimum": _pressure(minimum),
            }
        case ByZone(pressures):
            return {"zones": {zone: _pressure(value) for zone, value in pressures}}


def _rest(rest: Rest) -> dict[str, Any]:
    level = {"gradient": _pressure(rest.distal)} if rest.level == "gradient" else rest.level
    return {
        "time": _time(rest.time),
        "waits_for_refill": rest.kind == "waits-for-refill",
        "level": level,
    }


def _source(source: Source) -> dict[str, Any]:
    return _given(
        {
            "figures": source.figures,
            "mark": source.mark,
            "citation": source.citation,
            "address": source.address or None,
        }
    )


def _given(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def _time(value: float) -> str:
    return render(value, "duration", digits=_DIGITS)


def _pressure(value: float) -> str:
    return render(value, "pressure", digits=_DIGITS)
