"""Packages as data: the templates shipped, and the form in which a practice writes its own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from openpresso.clinic.money.amount import MOST, WHOLE
from openpresso.clinic.money.package_rules import LateCancel, Terms, UsedAt
from openpresso.documents import Document, load_document, validate
from openpresso.documents.fields import FileModel

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).with_name("packages.yaml")

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
Cents = Annotated[int, Field(ge=0, le=MOST)]


class Title(FileModel):
    """A title in the languages of the house."""

    en: Text
    de: Text


class Sourced(FileModel):
    """Where a figure comes from."""

    mark: Mark
    source: Text


class Price(Sourced):
    """A price that is proposed; the practice sets its own."""

    cents: Cents


class FreezeRule(FileModel):
    """Resting for medical cause, which adds the days."""

    allowed: bool
    most_days: Annotated[int, Field(ge=1, le=3650)] | None


class LateRule(FileModel):
    """A cancel shortly before the start."""

    hours: Annotated[int, Field(ge=0, le=336)]
    costs: LateCancel


class RefundRule(FileModel):
    """Giving unused sessions back."""

    allowed: bool
    used_at: UsedAt
    fee: Cents
    fee_rate: Annotated[int, Field(ge=0, le=WHOLE)]
    """[basis points]"""
    after_expiry: bool


class PackageForm(FileModel):
    """One package."""

    code: Code
    title: Title
    sessions: Annotated[int, Field(ge=1, le=500)]
    programs: list[Code]
    months: Annotated[int, Field(ge=1, le=120)] | None
    freeze: FreezeRule
    transfer: bool
    late_cancel: LateRule
    refund: RefundRule


class Template(PackageForm):
    """One package as shipped, with a price to begin from and the source of its rules."""

    price: Price
    rules: Sourced


class PackagesFile(FileModel):
    """The file of the packages."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    version: Annotated[int, Field(ge=1)]
    packages: list[Template]


def templates(path: Path = SHIPPED) -> dict[str, Template]:
    """Return the packages of a file, by code.

    Raises
    ------
    InputError
        If the file is not of this form; it names the line, the value and what is allowed.
    """
    content = validate(load_document(path), PackagesFile)
    return {one.code: one for one in content.packages}


def terms_of(form: PackageForm) -> Terms:
    """Return the rules that a package is sold with."""
    return Terms(
        code=form.code,
        title=form.title.model_dump(),
        sessions=form.sessions,
        programs=tuple(form.programs),
        months=form.months,
        freeze=form.freeze.allowed,
        freeze_days=form.freeze.most_days,
        transfer=form.transfer,
        late_hours=form.late_cancel.hours,
        late_costs=form.late_cancel.costs,
        refund=form.refund.allowed,
        refund_used_at=form.refund.used_at,
        refund_fee=form.refund.fee,
        refund_fee_rate=form.refund.fee_rate,
        refund_after_expiry=form.refund.after_expiry,
    )


def read(data: Mapping[str, Any], source: str = "package") -> Terms:
    """Return the rules of a package that a practice has written itself.

    Parameters
    ----------
    data
        The fields of `PackageForm`.
    source
        Name for messages.

    Raises
    ------
    InputError
        If a field is missing, unknown or out of range.
    """
    return terms_of(validate(Document(source, dict(data)), PackageForm))


def as_data(terms: Terms) -> dict[str, Any]:
    """Return rules as plain data, as a sold package keeps them."""
    data = asdict(terms)
    data["programs"] = list(terms.programs)
    return data


def from_data(data: Mapping[str, Any]) -> Terms:
    """Return the rules that `as_data` has written."""
    return Terms(**{**data, "programs": tuple(data["programs"])})
