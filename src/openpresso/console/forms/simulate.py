"""The form of a free simulation: what was typed, read into a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from openpresso import cuff as cuffs
from openpresso.console.forms.entered import number
from openpresso.errors import InputError
from openpresso.station.preparation import find_program, prepare
from openpresso.station.training.pace import FASTEST
from openpresso.station.training.scenario import Body, Event, Scenario
from openpresso.twin.faults import FAULTS
from openpresso.twin.people.person import person
from openpresso.twin.people.shape import SITES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.console.forms.typed import Typed

FAULT_ROWS: Final = 3
POSTURES: Final = ("supine", "elevated", "sitting")
PACES: Final = (1, 2, 5, 10, 20)
"""Speeds that are offered: so many seconds of the twin in one of the clock."""


def scenario(typed: Typed, texts: Mapping[str, str]) -> Scenario:
    """Return what a form asks for.

    Parameters
    ----------
    typed
        The form.
    texts
        The practice's own programs, as YAML by their names; others are of the catalog.

    Raises
    ------
    InputError
        If a field cannot be read; the twin says later whether such a person can be.
    """
    program = typed.one("program")
    own = texts.get(program, "")
    posture = typed.one("posture", "supine")
    if posture not in POSTURES:
        raise _wrong("posture", f"{posture[:40]!r} is no posture", ", ".join(POSTURES))
    minutes = _positive(typed, "minutes")
    pace = _positive(typed, "pace") or 1.0
    if not 1.0 <= pace <= FASTEST:
        raise _wrong("pace", f"{pace:g} times is not 1 to {FASTEST:g} times", "10")
    return Scenario(
        program="" if own else program,
        text=own,
        cuff=typed.one("cuff"),
        posture=cast("Any", posture),
        duration=minutes * 60.0 if minutes else None,
        pace=pace,
        person=_body(typed),
        events=_events(typed),
    )


def check(asked: Scenario) -> None:
    """Refuse what cannot be played before a process is begun for it.

    Raises
    ------
    InputError
        If there is no such cuff or program, it cannot be delivered by the cuff, there can be no
        such person, or a fault is at a chamber that is not there.
    """
    # A name from outside must never be read as the path of a file.
    if asked.cuff not in cuffs.names():
        raise _wrong("cuff", f"{asked.cuff[:40]!r} is no type of cuff", "leg-8")
    cuff = cuffs.load(asked.cuff)
    order = asked.order()
    prepare(find_program(order), {"left": cuff, "right": cuff}, order)
    person(**asked.person.model_dump())
    for one in asked.events:
        if not 1 <= one.chamber <= cuff.n_chambers:
            message = f"{cuff.name} has chambers 1 to {cuff.n_chambers}, not {one.chamber}"
            raise _wrong("chamber", message, "1")


def _body(typed: Typed) -> Body:
    girths = {site: _positive(typed, f"girth-{site}") for site in SITES}
    return Body(
        sex=typed.one("sex", "female"),
        height=_positive(typed, "height"),
        weight=_positive(typed, "weight"),
        condition=typed.one("condition", "healthy"),
        girths={site: girth for site, girth in girths.items() if girth is not None},
    )


def _events(typed: Typed) -> list[Event]:
    """Return the faults that were chosen in advance."""
    found = []
    for row in range(1, FAULT_ROWS + 1):
        name = typed.one(f"fault-{row}")
        if not name:
            continue
        if name not in FAULTS:
            raise _wrong(f"fault-{row}", f"{name[:40]!r} is no fault", "leak")
        leg = typed.one(f"leg-{row}", "left")
        at = _positive(typed, f"minute-{row}")
        found.append(
            Event(
                key=f"{name}-{row}",
                at=60.0 * (at or 0.0),
                faults=[name],
                leg="right" if leg == "right" else "left",
                chamber=max(number(typed.one(f"chamber-{row}", "1"), f"chamber-{row}"), 1),
            )
        )
    return found


def _positive(typed: Typed, name: str) -> float | None:
    """Return a number above 0, or `None` where nothing was typed."""
    found = typed.number(name)
    if found is None:
        return None
    if isinstance(found, str) or not 0.0 <= found < 100_000.0:
        raise _wrong(name, f"{typed.one(name)[:40]!r} is no number that can be", "12")
    return found


def _wrong(path: str, message: str, example: str) -> InputError:
    return InputError.one(
        "simulation", "not-readable", message, path=path, hint=f"For example {example}."
    )
