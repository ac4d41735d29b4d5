"""The checklist of a session: every check as data, read from checklist.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from openpresso.clinic.courses.template import Mark, Text
from openpresso.clinic.words import Words
from openpresso.documents import load_document, validate
from openpresso.documents.fields import FileModel
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).with_name("checklist.yaml")

Kind = Literal["asked", "automatic"]
When = Literal["always", "diabetes"]


class RiseEntry(FileModel):
    """A rise of the blood pressure over a session that a clinician looks at [mmHg]."""

    systolic: Annotated[float, Field(gt=0, le=100)]
    diastolic: Annotated[float, Field(gt=0, le=100)]
    mark: Mark
    source: Text


class TimeEntry(FileModel):
    """A time with its source."""

    minutes: Annotated[float, Field(gt=0, le=1440)]
    mark: Mark
    source: Text


class CheckEntry(FileModel):
    """One check."""

    key: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
    kind: Kind
    right: bool | None = None
    when: When = "always"
    blocking: bool = True
    text: Words
    reason: Words
    mark: Mark
    source: Text


class ChecklistFile(FileModel):
    """The file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    prepared_for: TimeEntry
    rise: RiseEntry
    checks: Annotated[list[CheckEntry], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Parameters
    ----------
    key
        Stable name; an automatic one names a rule of `openpresso.clinic.sessions.rules`.
    kind
        Whether a person answers or the clinic looks by itself.
    right
        Answer that lets pass, of an asked one.
    when
        For whom it is asked.
    blocking
        Whether a session is refused for it.
    text, reason
        What is checked, and what is said when it is not so.
    mark, source
        Where it comes from.
    """

    key: str
    kind: Kind
    right: bool
    when: When
    blocking: bool
    text: Words
    reason: Words
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """All checks, and the figures they use."""

    version: int
    checks: Mapping[str, Check]
    rise: RiseEntry
    prepared_for: float
    """How long a preparation holds [min]."""

    @property
    def asked(self) -> frozenset[str]:
        """Keys of what a person answers."""
        return frozenset(key for key, check in self.checks.items() if check.kind == "asked")


def load(path: Path | str = SHIPPED) -> Checklist:
    """Return the checklist of a file.

    Parameters
    ----------
    path
        The file; the shipped one by default.

    Returns
    -------
    Checklist
        Checked: keys once, each asked check with its right answer, each automatic one with a rule.

    Raises
    ------
    InputError
        If the file is not a checklist.
    """
    from openpresso.clinic.sessions.rules import RULES

    document = load_document(path)
    content = validate(document, ChecklistFile)
    keys = [entry.key for entry in content.checks]
    for index, entry in enumerate(content.checks):
        where, wrong = f"checks[{index}]", ""
        if keys.index(entry.key) != index:
            wrong = f"the key {entry.key!r} is given twice"
        elif (entry.kind == "asked") != (entry.right is not None):
            wrong = "an asked check has its right answer, and an automatic one has none"
        elif entry.kind == "automatic" and entry.key not in RULES:
            wrong = f"there is no rule {entry.key!r}; there are {', '.join(RULES)}"
        if wrong:
            raise InputError.one(
                str(path),
                "bad-check",
                wrong,
                path=where,
                hint="correct the file.",
                line=document.line_of(where),
            )
    missing = sorted(set(RULES) - set(keys))
    if missing:
        raise InputError.one(
            str(path), "missing-check", f"without {', '.join(missing)}", path="checks",
            hint="a checklist of one's own can add checks and not leave out rules.",
        )  # fmt: skip
    return Checklist(
        content.version,
        MappingProxyType({entry.key: _check(entry) for entry in content.checks}),
        content.rise,
        content.prepared_for.minutes,
    )


@cache
def shipped() -> Checklist:
    """Return the shipped checklist."""
    return load()


def _check(entry: CheckEntry) -> Check:
    return Check(
        entry.key,
        entry.kind,
        bool(entry.right),
        entry.when,
        entry.blocking,
        entry.text,
        entry.reason,
        entry.mark,
        entry.source,
    )
