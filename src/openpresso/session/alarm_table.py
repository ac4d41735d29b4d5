"""The alarm table: every condition with its priority, delay, response, text, cause and remedy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from openpresso.documents import load_document, validate
from openpresso.errors import InputError
from openpresso.session.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.session.alarm_file import AlarmFile, ConditionEntry
    from openpresso.session.finding import Finding

Priority = Literal["high", "medium", "low"]
Response = Literal["vent", "end", "inform"]

RANK: Final[Mapping[Priority, int]] = MappingProxyType({"low": 0, "medium": 1, "high": 2})
"""Priorities in order; escalation goes up."""
SHIPPED: Final = Path(__file__).with_name("alarms.yaml")
VERSION: Final = 1
"""Version of the alarm table that this release reads."""


@dataclass(frozen=True, slots=True)
class Signal:
    """How an alarm of one priority looks and sounds."""

    priority: Priority
    colour: str
    flash_hz: float
    """0: steady."""
    flash_duty: float
    pulses: int
    """Tones in one burst."""
    burst_gap: float
    """Silence between two bursts [s]."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the alarm table."""

    condition: str
    priority: Priority
    latching: bool
    delay: float
    """Condition delay [s]."""
    response: Response
    watched: frozenset[State]
    unit: str
    text: str
    cause: str
    remedy: str
    escalates_to: Priority | None
    escalates_after: float
    """[s]"""

    def words(self, finding: Finding) -> str:
        """Return the text of the row with place and numbers of a finding filled in."""
        if finding.said:
            return f"{finding.place}: {finding.said}"
        detail = f" ({finding.detail})" if finding.detail else ""
        return self.text.format(
            place=finding.place,
            value=self._quantity(finding.value),
            limit=self._quantity(finding.limit),
            detail=detail,
        )

    def _quantity(self, value: float) -> str:
        """Return a number with the unit of the row."""
        return f"{value:.1f} {self.unit}".strip() if math.isfinite(value) else "unknown"


@dataclass(frozen=True, slots=True)
class AlarmTable:
    """All conditions and signals."""

    conditions: Mapping[str, Condition]
    signals: Mapping[Priority, Signal]


@lru_cache(maxsize=8)
def load_alarms(path: Path = SHIPPED) -> AlarmTable:
    """Read an alarm table.

    Parameters
    ----------
    path
        A YAML file of the form of the shipped one.

    Returns
    -------
    AlarmTable
        The table, checked.

    Raises
    ------
    InputError
        If the file is not an alarm table; it names the line, the value and what is allowed.
    """
    from openpresso.session.alarm_file import AlarmFile  # pydantic only on reading

    document = load_document(path)
    content = validate(document, AlarmFile)
    _check(content, str(path))
    return AlarmTable(
        MappingProxyType({entry.condition: _row(entry) for entry in content.conditions}),
        MappingProxyType(
            {
                entry.priority: Signal(
                    entry.priority,
                    entry.colour,
                    entry.flash_hz,
                    entry.flash_duty,
                    entry.pulses,
                    entry.burst_gap,
                )
                for entry in content.signals
            }
        ),
    )


def _row(entry: ConditionEntry) -> Condition:
    """Return the row of one entry."""
    states = list(State) if entry.watched == "always" else entry.watched
    return Condition(
        entry.condition,
        entry.priority,
        entry.latching,
        entry.delay,
        entry.response,
        frozenset(State(state) for state in states),
        entry.unit,
        entry.text,
        entry.cause,
        entry.remedy,
        entry.escalates.priority if entry.escalates else None,
        entry.escalates.after if entry.escalates else math.inf,
    )


def _check(content: AlarmFile, source: str) -> None:
    """Refuse what the form of the file does not show: repetitions, texts, escalation."""
    if content.version != VERSION:
        raise InputError.one(
            source,
            "alarm-table-version",
            f"version {content.version} is not known; {VERSION} is",
            path="version",
            hint="use the alarm table that came with this release.",
        )
    names = [entry.condition for entry in content.conditions]
    for index, entry in enumerate(content.conditions):
        where = f"conditions[{index}]"
        if names.index(entry.condition) != index:
            raise InputError.one(
                source,
                "repeated-condition",
                f"{entry.condition} is listed twice; each condition has one row",
                path=f"{where}.condition",
                hint="remove one of the two rows.",
            )
        try:
            entry.text.format(place="", value="", limit="", detail="")
        except (KeyError, IndexError, ValueError) as error:
            raise InputError.one(
                source,
                "bad-placeholder",
                f"the text cannot be filled in ({error}); {{place}}, {{value}}, {{limit}} and "
                "{detail} are allowed",
                path=f"{where}.text",
                hint="check the braces of the text.",
            ) from None
        if entry.escalates and RANK[entry.escalates.priority] <= RANK[entry.priority]:
            raise InputError.one(
                source,
                "escalation-down",
                f"{entry.priority} cannot escalate to {entry.escalates.priority}; only upwards",
                path=f"{where}.escalates.priority",
                hint="name a higher priority or remove the escalation.",
            )
    missing = sorted(set(RANK) - {signal.priority for signal in content.signals})
    if missing:
        raise InputError.one(
            source,
            "missing-signal",
            f"no signal for priority {', '.join(missing)}; each of high, medium, low needs one",
            path="signals",
            hint="add a row with colour, flash, pulses and burst gap.",
        )


def alarm_page() -> str:
    """Return the shipped table as Markdown, for the documentation."""
    table = load_alarms()
    lines = [
        "| Condition | Priority | Latching | Delay [s] | Response | Cause | Remedy |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row.condition}` | {row.priority} | {'yes' if row.latching else 'no'} | {row.delay:g} "
        f"| {row.response} | {row.cause} | {row.remedy} |"
        for row in table.conditions.values()
    ]
    return "\n".join(lines) + "\n"
