"""From what was entered to one reading: the headline value, and the details that are kept."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpresso.clinic.measures import girths
from openpresso.clinic.measures.ankle import METHOD, ankle_index
from openpresso.clinic.measures.entry import answers, number, only, refuse, text
from openpresso.clinic.measures.score import domain_means, global_index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openpresso.clinic.measures.kind import Measure

PRESSURE = (20.0, 300.0)
"""Pressures that a cuff on arm or ankle can read [mmHg]."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: its headline value, the details, and how it was taken."""

    value: float
    detail: dict[str, Any]
    method: str = ""


def read(measure: Measure, value: object, detail: Mapping[str, Any]) -> Reading:
    """Return what was entered as a reading.

    Parameters
    ----------
    measure
        The kind.
    value
        The headline value, of kinds that are one number; of other kinds None.
    detail
        What the value is made of.

    Raises
    ------
    InputError
        If a field is missing, unknown or out of its range.
    """
    if measure.scoring == "number":
        only(detail, ("note",))
        found = number(value, "value", *measure.possible, whole=measure.whole)
        note = text(detail.get("note", ""), "detail.note")
        return Reading(found, {"note": note} if note else {})
    if value is not None:
        message = f"the value of {measure.key} is made from its details; leave it out"
        refuse("derived-value", "value", message)
    result = _SCORINGS[measure.scoring](measure, detail)
    number(result.value, "value", *measure.possible)
    return result


def _girths(_measure: Measure, detail: Mapping[str, Any]) -> Reading:
    found = girths.read(detail)
    return Reading(found.volume, found.plain(), "truncated-cones")


def _sum(measure: Measure, detail: Mapping[str, Any]) -> Reading:
    keys = [item.key for item in measure.items]
    only(detail, keys)
    items = {
        item.key: int(
            number(detail.get(item.key), f"detail.{item.key}", item.low, item.high, whole=True)
        )
        for item in measure.items
    }
    total = float(sum(items.values()))
    band = measure.band(total)
    return Reading(total, {**items, "band": band} if band else dict(items))


def _domains(measure: Measure, detail: Mapping[str, Any]) -> Reading:
    only(detail, (*measure.domains, "overall"))
    least, most, low, high = measure.items_each
    given = {
        name: answers(detail.get(name), f"detail.{name}", (least, most), low, high)
        for name in measure.domains
    }
    means = domain_means(given)
    for name, mean in means.items():
        if mean is None:
            refuse("too-few-answers", f"detail.{name}", "fewer than half are answered")
    kept: dict[str, Any] = {"answers": given, "domains": means}
    if detail.get("overall") is not None:
        kept["overall"] = number(detail["overall"], "detail.overall", 0.0, 10.0)
    return Reading(statistics.fmean(one for one in means.values() if one is not None), kept)


def _global_index(measure: Measure, detail: Mapping[str, Any]) -> Reading:
    only(detail, ("answers",))
    count, low, high = measure.answers
    given = answers(detail.get("answers"), "detail.answers", (count, count), low, high)
    if None in given:
        refuse("too-few-answers", "detail.answers", "one is left out; allowed is none left out")
    return Reading(global_index(given, low, high), {"answers": given})


def _monofilament(measure: Measure, detail: Mapping[str, Any]) -> Reading:
    only(detail, ("left", "right"))
    feet = {
        side: answers(detail.get(side), f"detail.{side}", (4, 4), 0.0, 1.0)
        for side in ("left", "right")
    }
    for side, touches in feet.items():
        for index, one in enumerate(touches):
            if one not in {0.0, 0.5, 1.0}:
                path = f"detail.{side}[{index}]"
                refuse("out-of-range", path, f"{one!r} is no touch; allowed: 0, 0.5, 1")
    total = sum(sum(touches) for touches in feet.values())
    return Reading(float(total), {**feet, "verdict": measure.band(total)})


def _blood_pressure(measure: Measure, detail: Mapping[str, Any]) -> Reading:
    only(detail, ("systolic", "diastolic", "pulse", "position", "arm"))
    systolic = number(detail.get("systolic"), "detail.systolic", *measure.possible)
    diastolic = number(detail.get("diastolic"), "detail.diastolic", 20.0, 200.0)
    if diastolic >= systolic:
        message = f"the diastolic pressure {diastolic:g} is not below the systolic {systolic:g}"
        refuse("out-of-range", "detail.diastolic", message, "Exchange them, or measure again.")
    kept: dict[str, Any] = {"systolic": systolic, "diastolic": diastolic}
    if detail.get("pulse") is not None:
        kept["pulse"] = number(detail["pulse"], "detail.pulse", 20.0, 250.0)
    for name in ("position", "arm"):
        if detail.get(name):
            kept[name] = text(detail[name], f"detail.{name}")
    return Reading(systolic, kept)


def _ankle(_measure: Measure, detail: Mapping[str, Any]) -> Reading:
    only(detail, ("dorsalis_pedis", "posterior_tibial", "arms"))
    arteries = [name for name in ("dorsalis_pedis", "posterior_tibial") if name in detail]
    if not arteries:
        refuse("missing-field", "detail", "one of dorsalis_pedis and posterior_tibial is needed")
    ankle = {name: number(detail[name], f"detail.{name}", 0.0, 300.0) for name in arteries}
    arms = answers(detail.get("arms"), "detail.arms", (2, 2), *PRESSURE)
    arms = [one for one in arms if one is not None]
    if not arms:
        refuse("missing-field", "detail.arms", "one arm at least is needed")
    index = ankle_index(list(ankle.values()), arms)
    kept = {**ankle, "arms": arms, "meaning": index.meaning, "valid": index.valid}
    return Reading(index.value, kept, METHOD)


_SCORINGS: dict[str, Callable[[Measure, Mapping[str, Any]], Reading]] = {
    "girths": _girths,
    "sum": _sum,
    "domains": _domains,
    "global-index": _global_index,
    "monofilament": _monofilament,
    "blood-pressure": _blood_pressure,
    "ankle-index": _ankle,
}
