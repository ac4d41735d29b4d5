"""The events of a session in words for a report: alarms, commands, states, limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from openpresso.record import journal
from openpresso.record.course import CYCLE, STATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openpresso.record.journal import Entry
    from openpresso.record.read import Record

HIDDEN: Final = frozenset({CYCLE, journal.BEGIN, journal.END, journal.WAVEFORMS, "outcome"})
"""Kinds that a report does not list one by one."""
MOST_TEXT: Final = 120


@dataclass(frozen=True, slots=True)
class Happening:
    """One event in words."""

    time: float
    """After the start of the record [s]."""
    kind: str
    place: str
    text: str
    alarm: bool


@dataclass(frozen=True, slots=True)
class Happenings:
    """The events that a report shows, and how many it leaves to the journal."""

    shown: tuple[Happening, ...]
    left_out: int
    alarms: int


def happenings(record: Record, most: int) -> Happenings:
    """Return the events of a session in words, alarms before all others when there are many.

    Parameters
    ----------
    record
        The record.
    most
        How many there is room for.

    Returns
    -------
    Happenings
        In the order of time; what both legs did at one instant is one event.
    """
    told: list[Happening] = []
    for entry in record.events:
        if entry.kind in HIDDEN:
            continue
        one = _tell(entry, record.begin)
        if told and _twins(told[-1], one):
            told[-1] = replace(one, place=f"{told[-1].place}, {one.place}")
        else:
            told.append(one)
    ranked = sorted(range(len(told)), key=lambda n: (_rank(told[n]), n))[:most]
    shown = tuple(told[n] for n in sorted(ranked))
    alarms = sum(1 for entry in record.events if entry.kind == "alarm-raised")
    return Happenings(shown, len(told) - len(shown), alarms)


def _twins(one: Happening, other: Happening) -> bool:
    """Whether two events are the same on two legs."""
    return (one.time, one.kind, one.text) == (other.time, other.kind, other.text) and {
        one.place,
        other.place,
    } == {"left", "right"}


def _rank(one: Happening) -> int:
    """Return how early an event is kept when there is not room for all."""
    if one.alarm:
        return 0
    if one.kind == STATE:
        return 5 if any(f"→ {name}" in one.text for name in _PREPARING) else 1
    return _RANKS.get(one.kind, 4)


_PREPARING: Final = ("idle", "checking", "fitting")
"""States whose beginning the checks and fit tests tell as well."""
_RANKS: Final = {"command": 2, "cuff-checked": 3, "fit-test": 3, "limit": 6}


def _tell(entry: Entry, begin: float) -> Happening:
    """Return one event in words."""
    data = entry.data
    alarm = entry.kind.startswith("alarm")
    tell = _PHRASES.get(entry.kind)
    if tell:
        told = tell(data)
    elif "text" in data:
        told = str(data["text"])
    else:
        pairs = ((key, value) for key, value in data.items() if value is not None)
        told = f"{_words(entry.kind)}: " + ", ".join(f"{_words(k)} {_value(v)}" for k, v in pairs)
    if alarm:
        told = _alarm(entry.kind, data, told)
    place = entry.leg or "session"
    if data.get("chamber") and "chamber" not in told:
        place = f"{place}, chamber {data['chamber']}"
    return Happening((entry.time or begin) - begin, entry.kind, place, _short(told), alarm)


def _alarm(kind: str, data: Mapping[str, Any], told: str) -> str:
    """Return an alarm's event in words."""
    if kind == "alarm-raised":
        return f"{data.get('priority', '')} priority: {told}".strip(" :")
    what = data.get("condition") or data.get("alarm") or ""
    who = f" by {data['who']}" if data.get("who") else ""
    return f"{_words(kind)}{who}: {_words(str(what))}"


def _state(data: Mapping[str, Any]) -> str:
    """Return a change of state in words."""
    before, why = data.get("before"), data.get("trigger")
    told = f"{before} → {data.get('state')}" if before else str(data.get("state"))
    return f"{told} ({_words(str(why))})" if why else told


def _limit(data: Mapping[str, Any]) -> str:
    """Return a limit in words."""
    return f"limit {_value(data['value'])} mmHg, set by {data.get('who')} ({data.get('why')})"


def _command(data: Mapping[str, Any]) -> str:
    """Return a person's act in words."""
    rest = {key: data[key] for key in data if key not in {"command", "who", "chamber"}}
    more = "".join(f", {_words(key)} {_value(value)}" for key, value in rest.items())
    return f"{_words(str(data['command']))} by {data.get('who')}{more}"


def _fit_test(data: Mapping[str, Any]) -> str:
    """Return the result of a fit test in words."""
    verdict = "passed" if data.get("passed") else "failed"
    failed = [
        f"chamber {one['chamber']} {_words(one['failed'])}"
        for one in data.get("chambers", ())
        if one.get("failed")
    ]
    at = f" at {_value(data['pressure'])} mmHg" if data.get("pressure") else ""
    return f"fit test {verdict}{at}" + (f": {', '.join(failed)}" if failed else "")


def _checked(data: Mapping[str, Any]) -> str:
    """Return the check of a cuff in words."""
    zero = [abs(value) for value in data.get("zero", ()) if value is not None]
    within = f", zero within {max(zero):.1f} mmHg" if zero else ""
    return f"checked: {data.get('cuff')}, serial {data.get('serial')}{within}"


_PHRASES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    STATE: _state,
    "limit": _limit,
    "command": _command,
    "fit-test": _fit_test,
    "cuff-checked": _checked,
}
"""Kinds whose data read better as a phrase of their own."""


def _words(key: str) -> str:
    """Return a field's name as words."""
    return key.replace("_", " ").replace("-", " ")


def _value(value: object) -> str:
    """Return a field's value as text."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return " ".join(_value(one) for one in value)
    return "none" if value is None else str(value)


def _short(text: str) -> str:
    """Return a text that fits a line of the table."""
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
