"""Drills: what happens in a simulated session and what the trainee must do, read from a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, model_validator

from openpresso.documents import load_document, validate
from openpresso.documents.fields import Duration, FileModel
from openpresso.errors import InputError
from openpresso.session import Leg
from openpresso.twin.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=600)]
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
Act = Literal[
    "stop", "end", "pause", "pause-now", "soften", "acknowledge", "start", "resume", "restore"
]
"""What a person at the couch does, as drills name it."""

SHIPPED: Final = Path(__file__).with_name("drills.yaml")
COMMANDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "stop": frozenset({"emergency-vent"}),
        "end": frozenset({"end"}),
        "pause": frozenset({"pause-now", "pause-cycle-end"}),
        "pause-now": frozenset({"pause-now"}),
        "soften": frozenset({"soften", "skip", "trim", "tighten"}),
        "acknowledge": frozenset({"acknowledge"}),
        "start": frozenset({"start"}),
        "resume": frozenset({"resume"}),
        "restore": frozenset({"restore"}),
    }
)
"""Commands of a session by which each act is done."""


class Words(FileModel):
    """A text in the languages of the house."""

    en: Text
    de: Text

    def say(self, language: str) -> str:
        """Return it in a language; English where the house has no other."""
        return self.de if language.startswith("de") else self.en


class Happening(FileModel):
    """Something that goes wrong, or that the client says."""

    key: Key
    at: Annotated[Duration, Field(ge=0)] | None = None
    """Instant after the start of the program [s]."""
    after: Key | None = None
    """Another happening, after which it comes."""
    wait: Annotated[Duration, Field(ge=0)] = 0.0
    """For how long after that [s]."""
    faults: Annotated[list[str], Field(default_factory=list)]
    """Faults of the twin that begin."""
    leg: Leg = "left"
    place: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Where on the leg a fault is, from the foot, 0, to the thigh, 1."""
    client: Words | None = None
    """What the client says."""

    @model_validator(mode="after")
    def _whole(self) -> Happening:
        if (self.at is None) == (self.after is None):
            raise ValueError("give either `at` or `after`")
        if bool(self.faults) == (self.client is not None):
            raise ValueError("give either `faults` or `client`")
        if unknown := [name for name in self.faults if name not in FAULTS]:
            raise ValueError(f"no fault {unknown[0]!r}; known are {', '.join(FAULTS)}")
        return self

    def chamber(self, n_chambers: int) -> int:
        """Return the number of the chamber, from 1, on a cuff of so many."""
        return 1 + int(self.place * n_chambers)


class Expectation(FileModel):
    """What the trainee must do, or must not do."""

    key: Key
    after: Key
    """Happening from which on it counts."""
    within: Annotated[Duration, Field(gt=0)] | None = None
    """Time in which one of `do` must be done [s]."""
    from_alarm: bool = False
    """Whether the time runs from the first alarm after the happening."""
    do: Annotated[list[Act], Field(default_factory=list)]
    """One of these must be done."""
    never: Annotated[list[Act], Field(default_factory=list)]
    """None of these may be done."""
    until: Key | None = None
    """Happening until which `never` counts; without it to the end."""
    leg: Leg | None = None
    """An act on one leg counts only on this one."""
    moot: Annotated[list[Act], Field(default_factory=list)]
    """Acts after which the happening need not come any more: they were enough."""
    text: Words
    """What is to be done."""
    why: Words
    mark: Mark
    source: Text

    @model_validator(mode="after")
    def _whole(self) -> Expectation:
        if bool(self.do) == bool(self.never):
            raise ValueError("give either `do` or `never`")
        if bool(self.do) != (self.within is not None):
            raise ValueError("`do` needs `within`, and `never` has none")
        return self


class Answer(FileModel):
    """One answer to choose."""

    key: Key
    text: Words


class Question(FileModel):
    """What is asked at the end of a drill."""

    key: Key
    text: Words
    answers: Annotated[list[Answer], Field(min_length=2, max_length=6)]
    right: Key
    why: Words
    mark: Mark
    source: Text

    @model_validator(mode="after")
    def _whole(self) -> Question:
        if self.right not in {one.key for one in self.answers}:
            raise ValueError(f"the right answer {self.right!r} is none of the answers")
        return self


class Drill(FileModel):
    """One exercise: a session on the twin in which something happens."""

    key: Key
    version: Annotated[int, Field(ge=1)]
    title: Words
    story: Words
    """What the trainee is told before."""
    hazards: Annotated[list[str], Field(min_length=1)]
    """Rows of docs/safety/hazards.md."""
    program: Key
    duration: Annotated[Duration, Field(gt=0)]
    """Of the program [s]."""
    hurry: Annotated[float, Field(ge=1, le=20)] = 10.0
    """How much faster than the clock it runs until shortly before the first happening."""
    happens: Annotated[list[Happening], Field(min_length=1)]
    expect: Annotated[list[Expectation], Field(min_length=1)]
    questions: Annotated[list[Question], Field(default_factory=list)]

    @model_validator(mode="after")
    def _whole(self) -> Drill:
        known: set[str] = set()
        for one in self.happens:
            if one.after is not None and one.after not in known:
                raise ValueError(f"{one.key} comes after {one.after!r}, which is not before it")
            known.add(one.key)
        named = {key for one in self.expect for key in (one.after, one.until) if key is not None}
        if missing := sorted(named - known):
            raise ValueError(f"nothing that happens is called {missing[0]!r}")
        keys = [one.key for one in self.expect] + [asked.key for asked in self.questions]
        if len(set(keys)) < len(keys) or len(known) < len(self.happens):
            raise ValueError("a key is given twice")
        if self.happens[0].at is None:
            raise ValueError("the first happening needs `at`")
        return self


class DrillFile(FileModel):
    """The file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    drills: Annotated[list[Drill], Field(min_length=1)]


def load(path: Path | str = SHIPPED) -> Mapping[str, Drill]:
    """Return the drills of a file by their key, in its order.

    Raises
    ------
    InputError
        If the file is not one of drills, or gives a key twice.
    """
    content = validate(load_document(path), DrillFile)
    found: dict[str, Drill] = {}
    for index, one in enumerate(content.drills):
        if one.key in found:
            raise InputError.one(
                str(path),
                "repeated-drill",
                f"{one.key} is listed twice",
                path=f"drills[{index}].key",
                hint="remove one of the two.",
            )
        found[one.key] = one
    return MappingProxyType(found)


@cache
def shipped() -> Mapping[str, Drill]:
    """Return the shipped drills."""
    return load()


def find(key: str) -> Drill:
    """Return a shipped drill.

    Raises
    ------
    InputError
        If there is none of this key.
    """
    known = shipped()
    if key not in known:
        raise InputError.one(
            "drill",
            "unknown-drill",
            f"{key[:60]!r}; there are {', '.join(known)}",
            path="drill",
            hint="choose one of these.",
        )
    return known[key]
