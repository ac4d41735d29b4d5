"""Whether a drill was passed: a pure function of what happened, what was done, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from openpresso.session import Event
from openpresso.station.training.drill import COMMANDS, Drill, Expectation

Kind = Literal["happening", "alarm", "command"]
STATION: Final = "the station"
"""What the station does by itself begins with this name; it is nobody's merit."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log of a drill."""

    time: float
    """In the twin's time [s]."""
    kind: Kind
    name: str
    """Key of a happening, condition of an alarm, or command."""
    leg: str | None = None
    chamber: int | None = None
    who: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one expectation or question."""

    key: str
    met: bool
    reached: bool
    """Whether what it waits for happened."""
    done: str = ""
    """Command that decided it, or the answer that was chosen; empty where nothing was done."""
    seconds: float | None = None
    """When, after what it waits for [s]."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a drill."""

    passed: bool
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"passed": self.passed, "findings": [one.to_json() for one in self.findings]}


def entries(event: Event) -> list[Entry]:
    """Return what an event of a session tells of alarms and of people's commands."""
    data: Mapping[str, Any] = event.data
    if event.kind == "alarm-raised":
        return [Entry(event.time, "alarm", str(data["condition"]), event.leg, data["chamber"])]
    if event.kind == "command":
        chamber = data.get("chamber")
        who = str(data["who"])
        return [Entry(event.time, "command", str(data["command"]), event.leg, chamber, who)]
    return []


def judge(drill: Drill, log: Sequence[Entry], answers: Mapping[str, str]) -> Verdict:
    """Judge a drill.

    Parameters
    ----------
    drill
        The drill.
    log
        What happened and was done, in any order; what the station did by itself counts for nobody.
    answers
        The answer to each question, by its key.

    Returns
    -------
    Verdict
        Passed only if every expectation is met and every answer is right.
    """
    ordered = sorted(log, key=lambda entry: entry.time)
    found = [_expected(one, drill, ordered) for one in drill.expect]
    for asked in drill.questions:
        chosen = answers.get(asked.key, "")
        found.append(Finding(asked.key, chosen == asked.right, reached=True, done=chosen))
    return Verdict(all(one.met for one in found), tuple(found))


def _expected(one: Expectation, drill: Drill, log: Sequence[Entry]) -> Finding:
    """Judge one expectation."""
    begin = _instant(log, one.after)
    if begin is None:
        first = _instant(log, drill.happens[0].key)
        enough = None if first is None else _first(log, one.moot, first, leg=None)
        done = enough.name if enough is not None else ""
        return Finding(one.key, met=enough is not None, reached=False, done=done)
    if one.never:
        end = _instant(log, one.until) if one.until is not None else None
        wrong = _first(log, one.never, begin, leg=one.leg)
        if wrong is None or (end is not None and wrong.time >= end):
            return Finding(one.key, met=True, reached=True)
        return Finding(
            one.key, met=False, reached=True, done=wrong.name, seconds=wrong.time - begin
        )
    start = begin
    if one.from_alarm:
        alarm = next((e for e in log if e.kind == "alarm" and e.time >= begin), None)
        start = alarm.time if alarm is not None else float("inf")
    act = _first(log, one.do, begin, leg=one.leg)
    if act is None:
        return Finding(one.key, met=False, reached=True)
    # Whoever acts before the alarm has seen it without one.
    seconds = max(act.time - start, 0.0)
    assert one.within is not None
    return Finding(one.key, seconds <= one.within, reached=True, done=act.name, seconds=seconds)


def _instant(log: Sequence[Entry], key: str) -> float | None:
    """Return when something happened, or `None` if it did not."""
    return next((e.time for e in log if e.kind == "happening" and e.name == key), None)


def _first(
    log: Sequence[Entry], acts: Sequence[str], begin: float, *, leg: str | None
) -> Entry | None:
    """Return the first act of a person from an instant on, on one leg or on both."""
    commands = frozenset().union(*(COMMANDS[act] for act in acts))
    for entry in log:
        if entry.kind != "command" or entry.time < begin or entry.name not in commands:
            continue
        if leg is not None and entry.leg is not None and entry.leg != leg:
            continue
        if not entry.who.startswith(STATION):
            return entry
    return None
