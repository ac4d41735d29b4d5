"""From a program and its order to what can be started: compiled, checked, cut to length."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import openpresso
from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.cuff.model import Cuff
from openpresso.errors import InputError
from openpresso.program.timeline import Timeline
from openpresso.record.header import Expected, snapshot
from openpresso.session import Identity, Leg, Limit, Session
from openpresso.station.order import LegChoice, Order

if TYPE_CHECKING:
    from openpresso.program.model import LegUse, Program

_USES: dict[LegChoice, LegUse] = {
    "both": "together",
    "left": "one",
    "right": "one",
    "alternate": "alternating",
}
_CHOICES: dict[LegUse, LegChoice] = {"together": "both", "one": "left", "alternating": "alternate"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A program that is ready for its rehearsal and its start."""

    program: Program
    cuffs: dict[Leg, Cuff]
    """The cuff of each leg that wears one."""
    timelines: dict[Leg, Timeline]
    ceiling: float
    """[mmHg]"""
    legs: LegChoice
    order: Order
    expected: Mapping[Leg, Expected] = field(default_factory=dict)
    """What the twin expects of it, for each leg; empty where nobody asked."""

    @property
    def posture(self) -> Literal["supine", "elevated", "sitting"]:
        """Posture of the person."""
        return self.order.posture

    @property
    def duration(self) -> float:
        """Length of the session [s]."""
        return next(iter(self.timelines.values())).duration

    def session(self) -> Session:
        """Return a new session, idle."""
        return Session(
            self.program.name,
            self.timelines,
            self.cuffs,
            self.ceiling,
            limits=[Limit(self.program.ceiling, "program", "ceiling of the program")],
        )

    def header(self, device: Literal["twin", "cuff"]) -> dict[str, object]:
        """Return what the record says before the first tick."""
        return {
            "started_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "device": device,
            "program": snapshot(self.program),
            "cuffs": {leg: snapshot(cuff) for leg, cuff in self.cuffs.items()},
            "ceiling": self.ceiling,
            "ceiling_reason": "request" if self.order.ceiling is not None else "program and cuff",
            "posture": self.posture,
            "legs": self.legs,
            "planned": self.duration,
            "client": self.order.client,
            "order": self.order.order,
            "note": self.order.note,
            "expected": {leg: one.model_dump() for leg, one in self.expected.items()},
            "software": {"openpresso": openpresso.__version__},
        }


def cuff_of(leg: Leg, identity: Identity) -> Cuff:
    """Return what kind of cuff a leg has, as the cuff says itself.

    Raises
    ------
    InputError
        If the catalog does not know it, or it has another number of chambers.
    """
    known = cuffs.load(identity.cuff) if identity.cuff in cuffs.names() else None
    if known is None or known.n_chambers != identity.n_chambers:
        raise InputError.one(
            f"{leg} cuff",
            "unknown-cuff",
            f"it says it is a {identity.cuff!r} with {identity.n_chambers} chambers",
            hint=f"the catalog knows {', '.join(cuffs.names())}; describe the cuff in a file "
            "of the catalog, or make its firmware for one of these.",
        )
    return known


def find_program(order: Order) -> Program:
    """Return the program of an order: a name in the catalog, or the text of a file.

    A caller from elsewhere must not name a file of this computer.

    Raises
    ------
    InputError
        If there is none, or it is not right.
    """
    if order.text:
        return programs.load_text(order.text, "program")
    if order.program in programs.names():
        return programs.load(order.program)
    raise InputError.one(
        order.program[:80] or "program",
        "missing-program",
        "no such program in the catalog",
        hint="see `openpresso program list`, or send the text of a program.",
    )


def prepare(program: Program, there: Mapping[Leg, Cuff], order: Order) -> Prepared:
    """Compile and check a program for the cuffs at hand.

    Parameters
    ----------
    program
        What to deliver.
    there
        The cuff of each leg that has one; those that the legs of the order need are taken.
    order
        How.

    Raises
    ------
    InputError
        If anything does not fit: the message says what, where and what to do.
    """
    choice = order.legs or _CHOICES[program.legs]
    use = _USES[choice]
    legs: tuple[Leg, ...] = ("left", "right") if use != "one" else (_one(choice),)
    if order.legs is None and use == "one" and legs[0] not in there:
        choice, legs = "right", ("right",)
    worn = {leg: there[leg] for leg in legs if leg in there}
    if len(worn) < len(legs):
        named = " and ".join(there) or "no leg"
        raise InputError.one(
            program.file or program.name,
            "no-cuff",
            f"the legs are {choice!r}, but there is a cuff for {named} only",
            path="legs",
            hint="connect the other cuff, or choose one leg.",
        )
    for cuff in dict.fromkeys(one.name for one in worn.values()):
        _refuse(program, next(one for one in worn.values() if one.name == cuff), order, use)
    timelines = {
        leg: programs.compile(program, cuff, order.ceiling, leg=leg, legs=use)
        for leg, cuff in worn.items()
    }
    if order.duration is not None:
        end = programs.whole_cycles(next(iter(timelines.values())), order.duration)
        timelines = {leg: one.cut(end) for leg, one in timelines.items()}
    ceiling = min(programs.ceiling_of(program, cuff, order.ceiling) for cuff in worn.values())
    return Prepared(program, worn, timelines, ceiling, choice, order)


def _refuse(program: Program, cuff: Cuff, order: Order, use: LegUse) -> None:
    found = programs.fits(program, cuff, order.ceiling, legs=use)
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise InputError(program.file or program.name, errors)


def _one(choice: LegChoice) -> Leg:
    return "right" if choice == "right" else "left"
