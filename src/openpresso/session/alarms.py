"""The alarm book: occurrences of alarm conditions, their signals and their acknowledgement.

Level-triggered: each tick it is told every condition that is true now. A condition that is not
told is over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpresso.session.alarm_table import RANK, AlarmTable, Condition, Priority, load_alarms
from openpresso.session.command import as_json
from openpresso.session.refusal import CommandRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpresso.session.command import JSON
    from openpresso.session.finding import Finding
    from openpresso.session.readings import Leg

    Note = tuple[str, Leg | None, dict[str, JSON]]

SILENCE: Final = 120.0
"""An acknowledgement silences the sound of its occurrence for at most this long [s]."""


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One occurrence as the console shows it."""

    id: str
    condition: str
    priority: Priority
    leg: Leg | None
    chamber: int | None
    text: str
    cause: str
    remedy: str
    value: float | None
    """What was measured, in the unit of the condition; None where the text has no numbers."""
    limit: float | None
    """What it was measured against."""
    detail: str
    """What the numbers do not say."""
    raised_at: float
    """[s]"""
    active: bool
    """The condition is true now; a latched alarm stays when it is over."""
    audio: bool
    """The sound is on."""
    acknowledged_by: str | None


class _Occurrence:
    """One condition that came true at one place."""

    def __init__(self, number: int, finding: Finding, row: Condition, now: float) -> None:
        self.id = f"{row.condition}-{number}"
        self.finding = finding
        self.row = row
        self.priority: Priority = row.priority
        self.raised_at = now
        self.active = True
        self.acknowledged_by: str | None = None
        self.loud_at: float | None = None

    def note(self, kind: str, **more: JSON) -> Note:
        """Return an event of this occurrence."""
        data: dict[str, JSON] = {
            "alarm": self.id,
            "condition": self.row.condition,
            "priority": self.priority,
            "chamber": self.finding.chamber,
            **more,
        }
        return kind, self.finding.leg, data


class AlarmBook:
    """All alarms of a session.

    Parameters
    ----------
    table
        The alarm table.
    """

    __slots__ = ("_count", "_open", "table")

    def __init__(self, table: AlarmTable | None = None) -> None:
        """Begin with no alarm."""
        self.table = table or load_alarms()
        self._open: dict[tuple[str, Leg | None, int | None], _Occurrence] = {}
        self._count = 0

    @property
    def busy(self) -> bool:
        """Whether any alarm is active or latched."""
        return bool(self._open)

    def update(self, now: float, findings: Iterable[Finding]) -> list[Note]:
        """Take what is true now and return what changed.

        Parameters
        ----------
        now
            Instant of the step [s].
        findings
            Every condition that is true and has outlasted its delay.

        Returns
        -------
        list[Note]
            Alarms raised, over, cleared, escalated or loud again.
        """
        notes: list[Note] = []
        seen = set()
        for finding in findings:
            seen.add(finding.key)
            known = self._open.get(finding.key)
            if known is None:
                notes.append(self._raise(finding, now))
            else:
                known.active = True
        for key, occurrence in list(self._open.items()):
            if key not in seen and occurrence.active:
                notes += self._over(key, occurrence)
                continue
            notes += self._loud_again(occurrence, now)
            if occurrence.active:
                notes += self._escalate(occurrence, now)
        return notes

    def acknowledge(self, alarm: str, who: str, now: float) -> Note:
        """Silence one occurrence for at most `SILENCE`; a named person answers for it.

        Parameters
        ----------
        alarm
            The occurrence's id.
        who
            The person.
        now
            Instant of the last step [s].

        Returns
        -------
        Note
            The event.

        Raises
        ------
        CommandRefusedError
            If nobody is named or there is no such alarm.
        """
        if not who.strip():
            raise CommandRefusedError(
                f"the acknowledgement of {alarm} names nobody",
                code="nobody-named",
                remedy="give the name of the person who acknowledges.",
            )
        found = next((one for one in self._open.values() if one.id == alarm), None)
        if found is None:
            known = ", ".join(one.id for one in self._open.values()) or "none"
            raise CommandRefusedError(
                f"there is no alarm {alarm!r}; open alarms: {known}",
                code="unknown-alarm",
                remedy="acknowledge an open alarm by its id.",
            )
        found.acknowledged_by = who
        found.loud_at = now + SILENCE
        if not found.active:
            del self._open[found.finding.key]
        return found.note("alarm-acknowledged", who=who, silent_for=SILENCE)

    def views(self) -> tuple[AlarmView, ...]:
        """Return every open alarm, the most urgent and oldest first."""
        ordered = sorted(self._open.values(), key=lambda one: (-RANK[one.priority], one.raised_at))
        return tuple(
            AlarmView(
                one.id,
                one.row.condition,
                one.priority,
                one.finding.leg,
                one.finding.chamber,
                one.row.words(one.finding),
                one.row.cause,
                one.row.remedy,
                _number(one.finding, one.finding.value),
                _number(one.finding, one.finding.limit),
                one.finding.detail,
                one.raised_at,
                one.active,
                one.loud_at is None,
                one.acknowledged_by,
            )
            for one in ordered
        )

    def _raise(self, finding: Finding, now: float) -> Note:
        """Open an occurrence; its sound is on, whatever else is silenced."""
        row = self.table.conditions[finding.condition]
        self._count += 1
        occurrence = _Occurrence(self._count, finding, row, now)
        self._open[finding.key] = occurrence
        return occurrence.note(
            "alarm-raised",
            value=as_json(finding.value),
            limit=as_json(finding.limit),
            text=row.words(finding),
            cause=row.cause,
            remedy=row.remedy,
        )

    def _over(self, key: tuple[str, Leg | None, int | None], occurrence: _Occurrence) -> list[Note]:
        """Close an occurrence whose condition is over; a latching one waits for a person."""
        occurrence.active = False
        if occurrence.row.latching and occurrence.acknowledged_by is None:
            return [occurrence.note("alarm-latched")]
        del self._open[key]
        return [occurrence.note("alarm-cleared")]

    @staticmethod
    def _escalate(occurrence: _Occurrence, now: float) -> list[Note]:
        """Raise the priority of what lasts and is not silenced by a person."""
        row = occurrence.row
        if (
            row.escalates_to is None
            or occurrence.priority == row.escalates_to
            or occurrence.loud_at is not None
            or now - occurrence.raised_at < row.escalates_after
        ):
            return []
        occurrence.priority = row.escalates_to
        return [occurrence.note("alarm-escalated")]

    @staticmethod
    def _loud_again(occurrence: _Occurrence, now: float) -> list[Note]:
        """Turn the sound on again when the silence is over."""
        if occurrence.loud_at is None or now < occurrence.loud_at:
            return []
        occurrence.loud_at = None
        return [occurrence.note("alarm-loud-again")]


def _number(finding: Finding, value: float) -> float | None:
    """Return a number that the text of a finding has."""
    return value if math.isfinite(value) and not finding.said else None
