"""The rules of a package as pure functions: how long it is valid, what is left, what comes back.

A package that was sold keeps the rules it was sold with, as data. Nothing here knows a database.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from openpresso.clinic.money.amount import rounded, share

if TYPE_CHECKING:
    from collections.abc import Sequence

LateCancel = Literal["credit", "fee", "nothing"]
"""What a late cancel costs: a credit of the package, the fee of the price list, or nothing."""
UsedAt = Literal["single-price", "package-price"]
"""At which price sessions count as used when a package is given back."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules that a package is sold with.

    Parameters
    ----------
    code
        Stable name.
    title
        By language.
    sessions
        Credits.
    programs
        Programs that a credit pays for; every program when empty.
    months
        How long it is valid from the day of sale; None without an end.
    freeze
        Whether it can be frozen for medical cause, which adds the frozen days.
    freeze_days
        Most days that freezes can add; None without a limit.
    transfer
        Whether the client may pass it to another client.
    late_hours
        A cancel less than this before the start is late [h].
    late_costs
        What a late cancel costs.
    refund
        Whether unused sessions can be given back.
    refund_used_at
        At which price the used ones count then.
    refund_fee
        Fixed fee of a refund [cents].
    refund_fee_rate
        Fee as a share of the package's price [basis points].
    refund_after_expiry
        Whether an expired package can be given back.
    """

    code: str
    title: dict[str, str]
    sessions: int
    programs: tuple[str, ...] = ()
    months: int | None = None
    freeze: bool = True
    freeze_days: int | None = None
    transfer: bool = False
    late_hours: int = 24
    late_costs: LateCancel = "credit"
    refund: bool = True
    refund_used_at: UsedAt = "package-price"
    refund_fee: int = 0
    refund_fee_rate: int = 0
    refund_after_expiry: bool = False


@dataclass(frozen=True, slots=True)
class Freeze:
    """Days on which a package rests, the last of them not included; None while it goes on."""

    begins: dt.date
    ends: dt.date | None = None
    reason: str = ""

    def days(self, on: dt.date) -> int:
        """Return the days that it has lasted on a day."""
        return max(((self.ends or on) - self.begins).days, 0)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a package.

    Parameters
    ----------
    total, used, left
        Credits.
    expires_on
        Last day on which it is valid; None without an end.
    usable
        Whether a credit can be used on the day.
    reasons
        Why not, as sentences; empty when usable.
    """

    total: int
    used: int
    left: int
    expires_on: dt.date | None
    usable: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Return:
    """What a package given back is worth.

    Parameters
    ----------
    credit
        Taken off the invoice [cents].
    repaid
        Of what was paid, to be paid back [cents].
    kept
        What remains due for the used sessions and the fee [cents].
    reasons
        How it was reckoned, as sentences.
    """

    credit: int
    repaid: int
    kept: int
    reasons: tuple[str, ...]


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def expiry(
    terms: Terms, bought_on: dt.date, freezes: Sequence[Freeze], on: dt.date
) -> dt.date | None:
    """Return the last valid day: months after the sale, plus the days frozen until `on`.

    Another freeze, a longer one, or a later `on` never brings it forward.
    """
    if terms.months is None:
        return None
    frozen = sum(one.days(on) for one in freezes)
    if terms.freeze_days is not None:
        frozen = min(frozen, terms.freeze_days)
    return months_after(bought_on, terms.months) + dt.timedelta(days=frozen)


def frozen(freezes: Sequence[Freeze], on: dt.date) -> Freeze | None:
    """Return the freeze that a day lies in."""
    for one in freezes:
        if one.begins <= on and (one.ends is None or on < one.ends):
            return one
    return None


def left(
    terms: Terms,
    bought_on: dt.date,
    freezes: Sequence[Freeze],
    used: int,
    returned_on: dt.date | None,
    on: dt.date,
) -> Left:
    """Return what is left of a package on a day, and why it cannot be used if it cannot."""
    expires = expiry(terms, bought_on, freezes, on)
    over = expires is not None and on > expires
    remaining = 0 if over or returned_on else max(terms.sessions - used, 0)
    reasons = []
    if returned_on is not None:
        reasons.append(f"it was given back on {returned_on}")
    if over:
        reasons.append(f"it was valid until {expires}")
    if used >= terms.sessions:
        reasons.append(f"all {terms.sessions} sessions are used")
    if on < bought_on:
        reasons.append(f"it was bought later, on {bought_on}")
    rest = frozen(freezes, on)
    if rest is not None:
        reasons.append(f"it rests since {rest.begins}: {rest.reason}")
    return Left(terms.sessions, used, remaining, expires, not reasons, tuple(reasons))


def pays_for(terms: Terms, program: str) -> bool:
    """Return whether a credit pays for a program."""
    return not terms.programs or program in terms.programs


def late(terms: Terms, starts: dt.datetime, cancelled_at: dt.datetime) -> LateCancel:
    """Return what a cancel costs; `nothing` when it was early enough."""
    early = starts - cancelled_at >= dt.timedelta(hours=terms.late_hours)
    return "nothing" if early else terms.late_costs


def refund(
    terms: Terms, *, price: int, paid: int, used: int, single: int, expired: bool = False
) -> Return:
    """Return what comes back when a client gives a package back.

    kept = min(price, used * price per session + fee); credit = price - kept;
    repaid = max(0, paid - kept). So nobody gets back more than was paid.

    Parameters
    ----------
    terms
        Rules that the package was sold with.
    price
        Price of the package [cents].
    paid
        What was paid of it so far [cents].
    used
        Credits used, late cancels included.
    single
        Price of one session on the day of sale [cents].
    expired
        Whether it is past its last day.
    """
    if not terms.refund or (expired and not terms.refund_after_expiry):
        why = "it is past its last day" if terms.refund else "this package is sold without refund"
        return Return(0, 0, price, (why,))
    used = min(used, terms.sessions)
    if terms.refund_used_at == "single-price":
        value, how = used * single, "the single price"
    else:
        value, how = rounded(price * used, terms.sessions), "the package price"
    fee = terms.refund_fee + share(price, terms.refund_fee_rate) if used < terms.sessions else 0
    kept = min(price, value + fee)
    reasons = [f"{used} of {terms.sessions} sessions are used, at {how}"]
    if fee:
        reasons.append("a fee is kept, as agreed at the sale")
    return Return(price - kept, max(0, paid - kept), kept, tuple(reasons))


def value_of_use(price: int, sessions: int, before: int) -> int:
    """Return the part of a package's price that one use stands for [cents].

    The parts of all uses add up to the price: value(n) = round(price (n+1)/N) - round(price n/N).
    """
    return rounded(price * (before + 1), sessions) - rounded(price * before, sessions)


WITHOUT_PACKAGE = Terms("", {}, sessions=1, late_hours=24, late_costs="fee")
"""What holds for a client who pays session by session."""
