"""The form of a file of screening rules, and the way into `Rules`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from openpresso.clinic.screening.condition import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    Not,
    Relation,
)
from openpresso.clinic.screening.questionnaire import Asked, Kind, Question, Value
from openpresso.clinic.screening.rule_check import problems
from openpresso.clinic.screening.rules import Caps, Mark, Rule, Rules, Source
from openpresso.clinic.words import Words
from openpresso.documents import located, validate
from openpresso.documents.fields import Duration, FileModel, Pressure, Within
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.documents import Document

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=600)]
RELATIONS: Final[tuple[Relation, ...]] = (
    "is", "at_least", "at_most", "below", "above", "missing",
)  # fmt: skip


def _day(value: object) -> dt.date:
    """Return a day that is written as 2026-11-22."""
    return dt.date.fromisoformat(str(value))


class ConditionForm(FileModel):
    """A comparison (`question` and one relation), or `all`, `any`, `not`, or `count` of `of`."""

    question: Key | None = None
    is_: Annotated[bool | str | list[str] | None, Field(alias="is")] = None
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    above: float | None = None
    missing: Literal[True] | None = None
    all_: Annotated[list[ConditionForm] | None, Field(alias="all", min_length=1)] = None
    any_: Annotated[list[ConditionForm] | None, Field(alias="any", min_length=1)] = None
    not_: Annotated[ConditionForm | None, Field(alias="not")] = None
    count: Annotated[int | None, Field(ge=1, le=50)] = None
    of: Annotated[list[ConditionForm] | None, Field(min_length=1)] = None

    @model_validator(mode="after")
    def one_form(self) -> ConditionForm:
        """Refuse what is none or several of the forms."""
        given = frozenset(self.model_fields_set)
        relations = {"is_", "at_least", "at_most", "below", "above", "missing"}
        comparison = "question" in given and len(given) == 2 and bool(given & relations)
        if comparison or given in ({"all_"}, {"any_"}, {"not_"}, {"count", "of"}):
            return self
        code, template = "condition", "{message}"
        raise PydanticCustomError(
            code,
            template,
            {
                "code": code,
                "message": "a condition is 'question' with one of "
                f"{', '.join(RELATIONS)}; or 'all', 'any', 'not', or 'count' with 'of'",
                "hint": "write for example {question: diabetes, is: true}.",
            },
        )

    def condition(self) -> Condition:
        """Return the condition."""
        if self.question is not None:
            return self._comparison(self.question)
        if self.all_ is not None:
            return All(tuple(one.condition() for one in self.all_))
        if self.any_ is not None:
            return AnyOf(tuple(one.condition() for one in self.any_))
        if self.not_ is not None:
            return Not(self.not_.condition())
        return Count(self.count or 1, tuple(one.condition() for one in self.of or ()))

    def _comparison(self, question: str) -> Compare:
        if self.is_ is not None:
            values: tuple[Value, ...] = (
                tuple(self.is_) if isinstance(self.is_, list) else (self.is_,)
            )
            return Compare(question, "is", values)
        if self.missing:
            return Compare(question, "missing")
        relations: tuple[tuple[Relation, float | None], ...] = (
            ("at_least", self.at_least),
            ("at_most", self.at_most),
            ("below", self.below),
            ("above", self.above),
        )
        relation, value = next((r, v) for r, v in relations if v is not None)
        return Compare(question, relation, (float(value or 0.0),))


class QuestionForm(FileModel):
    """One question."""

    key: Key
    group: Key
    text: Words
    kind: Kind
    asked: Asked = "first"
    least: bool | float | str | None = None
    """The answer of least concern."""
    unit: Annotated[str, Field(max_length=20)] = ""
    range: Annotated[list[float] | None, Field(min_length=2, max_length=2)] = None
    options: dict[Key, Words] = Field(default_factory=dict)
    """From least to most concern."""
    per_leg: bool = False
    optional: bool = False
    when: ConditionForm | None = None

    def question(self) -> Question:
        """Return the question."""
        lowest, highest = self.range or (0.0, 0.0)
        number = isinstance(self.least, int) and not isinstance(self.least, bool)
        return Question(
            self.key,
            self.group,
            self.text,
            self.kind,
            self.asked,
            float(self.least) if number and self.least is not None else self.least,
            self.unit,
            lowest,
            highest,
            tuple(self.options.items()),
            self.per_leg,
            self.optional,
            self.when.condition() if self.when else None,
        )


class CapsForm(FileModel):
    """Limits of a session."""

    pressure: Annotated[Pressure, Within("pressure", 1.0, 300.0)] | None = None
    time: Annotated[Duration, Within("duration", 60.0, 7200.0)] | None = None
    legs: Literal["one"] | None = None

    def caps(self) -> Caps:
        """Return the limits."""
        minutes = None if self.time is None else self.time / 60.0
        return Caps(self.pressure, minutes, self.legs)


class RuleForm(FileModel):
    """One rule."""

    key: Key
    when: ConditionForm
    outcome: Literal["cap", "refer", "refuse"]
    blocking: bool
    caps: CapsForm = CapsForm()
    text: Words
    source: Key
    mark: Mark
    note: Text | None = None

    def rule(self) -> Rule:
        """Return the rule."""
        return Rule(
            self.key,
            self.when.condition(),
            self.outcome,
            self.blocking,
            self.caps.caps(),
            self.text,
            self.source,
            self.mark,
            self.note or "",
        )


class SourceForm(FileModel):
    """Where rules are from."""

    citation: Text
    address: Text | None = None


class ValidForm(FileModel):
    """Days that answers are valid."""

    first: Annotated[int, Field(ge=1, le=3660)]
    monthly: Annotated[int, Field(ge=1, le=366)]


class RuleFile(FileModel):
    """A questionnaire and its rules."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    """Raise it when a question or a rule changes."""
    published_on: Annotated[dt.date, BeforeValidator(_day)]
    valid: ValidForm
    """Days that answers are valid."""
    legs: Key
    """Question that says which legs are treated: both, left or right."""
    groups: Annotated[dict[Key, Words], Field(min_length=1)]
    questions: Annotated[list[QuestionForm], Field(min_length=1)]
    rules: Annotated[list[RuleForm], Field(min_length=1)]
    sources: Annotated[dict[Key, SourceForm], Field(min_length=1)]


def read_rules(document: Document) -> Rules:
    """Return the rules that a file says.

    Raises
    ------
    InputError
        If the file has not the form, or its rules cannot do what they say.
    """
    form = validate(document, RuleFile)
    questions = [one.question() for one in form.questions]
    valid: dict[Asked, int] = {"first": form.valid.first, "monthly": form.valid.monthly}
    valid["every-session"] = 0
    rules = Rules(
        form.version,
        form.published_on,
        valid,
        form.legs,
        form.groups,
        {one.key: one for one in questions},
        tuple(one.rule() for one in form.rules),
        {key: Source(one.citation, one.address or "") for key, one in form.sources.items()},
    )
    found = located(document, problems(rules, questions))
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise InputError(document.source, errors)
    return rules
