"""A prescription: what of a course is agreed before it is opened, checked as a whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack, get_args

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.clinic.courses import template as templates
from openpresso.clinic.courses.ceiling import MARGIN, MOST_MARGIN
from openpresso.clinic.courses.template import Side, Style
from openpresso.clinic.programs import lookup
from openpresso.errors import InputError
from openpresso.session.limits import TRIP_MARGIN

if TYPE_CHECKING:
    from openpresso.cuff.model import Cuff
    from openpresso.program.model import LegUse, Program

MOST_SESSIONS: Final = 200
LONGEST_INTERVAL: Final = 366
"""[d]"""
MINUTES: Final = (5.0, 60.0)
"""Shortest and longest session that is prescribed [min]."""
MOST_BASELINES: Final = 10
LONGEST_ORDER: Final = 1000


class Terms(TypedDict, total=False):
    """What can be agreed on beside indication, program and cuff; each is as in `Course`."""

    template: str
    """Empty for an own plan, which gives `style`, `planned`, `interval_days` and `minutes`."""
    style: Style
    planned: int
    interval_days: int
    minutes: float
    baselines: int
    ends: int
    follow_ups: Sequence[int]
    measure: str
    measure_side: Side
    margin: float


@dataclass(frozen=True, slots=True)
class Prescription:
    """The plan of a course: the columns of `Course` that are agreed at the beginning."""

    indication: str
    program: str
    cuff: str
    template: str
    style: Style
    planned: int
    interval_days: int
    minutes: float
    baselines: int
    ends: int
    follow_ups: tuple[int, ...]
    measure: str
    measure_side: Side
    margin: float = MARGIN

    def columns(self) -> dict[str, Any]:
        """Return the prescription as columns of a row."""
        return {**asdict(self), "follow_ups": list(self.follow_ups)}


def prescribe(
    indication: str, program: str | Program, cuff: str, **terms: Unpack[Terms]
) -> Prescription:
    """Return a prescription: a template's, with what is one's own in its place.

    Parameters
    ----------
    indication, program, cuff
        What for, what (a name in the catalog, or a program itself), by what.
    **terms
        The template, the default one if not given, and what differs from it.

    Returns
    -------
    Prescription
        Checked.

    Raises
    ------
    InputError
        If a field is unknown, missing, out of range or contradicts another.
    """
    content = templates.shipped()
    if indication not in content.measures:
        raise InputError.one(
            "course",
            "unknown-indication",
            f"{indication!r}; allowed are {', '.join(content.measures)}",
            path="indication",
            hint="choose one of these.",
        )
    own: dict[str, Any] = dict(terms)
    template = own.pop("template", templates.DEFAULT)
    fields = {**_taken(template), **own}
    fields.setdefault("measure", content.measures[indication].kind)
    if fields["measure"] == content.measures[indication].kind:
        fields.setdefault("measure_side", content.measures[indication].side)
    fields.setdefault("measure_side", "none")
    fields["follow_ups"] = tuple(fields.get("follow_ups", ()))
    _refuse_fields(fields)
    name = program if isinstance(program, str) else program.name
    made = _checked(Prescription(indication, name, cuff, template, **fields))
    fitting(program, cuff)
    return replace(made, margin=check_margin(made.margin))


def _taken(template: str) -> dict[str, Any]:
    """Return the fields that a template gives."""
    if not template:
        return {"baselines": 2, "ends": 2}
    found = templates.find(template)
    return {
        "style": found.style,
        "planned": found.sessions,
        "interval_days": found.every_days,
        "minutes": found.minutes,
        "baselines": found.baselines,
        "ends": found.ends,
        "follow_ups": found.follow_ups,
    }


def _refuse_fields(fields: dict[str, Any]) -> None:
    """Refuse fields that a prescription does not have, or that it lacks."""
    given = set(Prescription.__dataclass_fields__) - {"indication", "program", "cuff", "template"}
    for name in sorted(set(fields) - given):
        raise _wrong(name, "unknown-field", f"there is no such field; there are {sorted(given)}")
    for name in sorted(given - set(fields) - {"margin"}):
        raise _wrong(name, "missing-field", "an own plan needs it", "give it, or name a template.")


def _checked(made: Prescription) -> Prescription:
    """Return a prescription whose parts agree with each other."""
    if made.style not in get_args(Style):
        raise _wrong("style", "not-allowed", f"{made.style!r}; {', '.join(get_args(Style))}")
    if made.style == "on-demand":
        if made.planned or made.interval_days:
            message = f"{made.planned} sessions every {made.interval_days} days"
            raise _wrong("planned", "contradiction", f"{message}; on demand has 0 and 0")
    else:
        _range("planned", made.planned, 1, MOST_SESSIONS)
        _range("interval_days", made.interval_days, 1, LONGEST_INTERVAL, "d")
    _range("minutes", made.minutes, *MINUTES, "min")
    _range("baselines", made.baselines, 0, MOST_BASELINES)
    _range("ends", made.ends, 0, MOST_BASELINES)
    if list(made.follow_ups) != sorted({*made.follow_ups}) or any(w < 1 for w in made.follow_ups):
        raise _wrong("follow_ups", "not-in-order", f"{list(made.follow_ups)}: weeks, each once")
    _check_measure(made.measure, made.measure_side)
    return made


def _check_measure(kind: str, side: Side) -> None:
    """Refuse a measure that is not taken, or not on that side."""
    from openpresso.clinic.measures.kind import kind as find

    found = find(kind)
    if side not in found.sides:
        raise _wrong(
            "measure_side", "not-allowed", f"{kind} on {side!r}; it is {', '.join(found.sides)}"
        )


@lru_cache(maxsize=1024)
def fitting(program: str | Program, cuff: str) -> tuple[Program, Cuff]:
    """Return a program and a cuff that fit each other.

    Parameters
    ----------
    program
        A name in the catalog, or a program itself, as the practice has written it.
    cuff
        A name in the catalog.

    Raises
    ------
    InputError
        If there is no such program or cuff, or the cuff cannot deliver the program; a program that
        only asks for more pressure than the cuff gives is lowered later, under the ceiling.
    """
    what = lookup.catalog(program) if isinstance(program, str) else program
    if cuff not in cuffs.names():
        raise _wrong(
            "cuff", "missing-cuff", f"{cuff[:80]!r}; the catalog has {', '.join(cuffs.names())}"
        )
    by = cuffs.load(cuff)
    fitted = programs.lowered(what, by, max(by.max_pressure - TRIP_MARGIN, 1.0))
    found = [one for one in programs.fits(fitted, by) if one.severity == "error"]
    if found:
        raise InputError(f"{what.name} on {cuff}", found)
    return what, by


@lru_cache(maxsize=1024)
def unfit(program: Program, cuff: str, ceiling: float, use: LegUse) -> tuple[str, ...]:
    """Return why a program, its targets lowered in proportion, does not fit a ceiling.

    Parameters
    ----------
    program, cuff
        What, and the name of the cuff in the catalog.
    ceiling
        Above 0 [mmHg].
    use
        Of the legs.
    """
    by = cuffs.load(cuff)
    fitted = programs.lowered(program, by, ceiling)
    found = programs.fits(fitted, by, ceiling, legs=use)
    return tuple(one.text() for one in found if one.severity == "error")


def check_margin(margin: float) -> float:
    """Return a margin below the diastolic pressure that is one [mmHg], or refuse it."""
    _range("margin", margin, 0.0, MOST_MARGIN, "mmHg")
    return float(margin)


def check_order(by: str, ceiling: float | None, note: str) -> None:
    """Refuse an order without a name, or whose ceiling is no pressure [mmHg]."""
    _range("by", len(by.strip()), 1, LONGEST_ORDER, "characters")
    _range("note", len(note), 0, LONGEST_ORDER, "characters")
    if ceiling is not None:
        _range("ceiling", ceiling, 5.0, 200.0, "mmHg")


def _range(field: str, value: object, low: float, high: float, unit: str = "") -> None:
    if not (isinstance(value, int | float) and math.isfinite(value) and low <= value <= high):
        raise _wrong(
            field, "out-of-range", f"{value!r}; {low:g} to {high:g} {unit}".rstrip() + " is allowed"
        )


def _wrong(field: str, code: str, message: str, hint: str = "correct it.") -> InputError:
    return InputError.one("course", code, message, path=field, hint=hint)
