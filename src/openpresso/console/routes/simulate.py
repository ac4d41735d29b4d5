"""Simulations and drills: chosen here, begun, judged, and shown afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.clinic.people import drill as drills
from openpresso.clinic.people.staff import Staff
from openpresso.clinic.programs import written
from openpresso.clinic.roles import Role
from openpresso.console.forms.entered import Key, number
from openpresso.console.forms.simulate import FAULT_ROWS, PACES, POSTURES, check, scenario
from openpresso.console.forms.typed import NOTHING, Filled, Typed
from openpresso.console.page import needs, show
from openpresso.console.refused import require, told
from openpresso.console.rights import may
from openpresso.console.simulations import SIMULATIONS, Owner
from openpresso.console.visitor import Looking
from openpresso.errors import InputError, OpenpressoError
from openpresso.session.alarm_table import load_alarms
from openpresso.station.training.drill import Drill, find, shipped
from openpresso.station.training.judge import Entry, Finding, Verdict, judge
from openpresso.station.training.scenario import of_drill
from openpresso.twin.faults import FAULTS
from openpresso.twin.people.conditions import CONDITIONS
from openpresso.twin.people.shape import SITES

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk
    from openpresso.console.refused import Told
    from openpresso.console.visitor import Visitor
    from openpresso.console.words import Words

router = APIRouter(include_in_schema=False)

HERE: Final = "/simulate"


@router.get("/simulate", **needs("drill.list", "drill.rules", "program.list"))
def choose(visitor: Looking) -> HTMLResponse:
    """Show the drills, the form of a free simulation, and what was done."""
    return _page(visitor, NOTHING)


@router.post("/simulate/drill", **needs("drill.enter"))
def drill(visitor: Looking, typed: Filled) -> Response:
    """Begin a drill."""
    try:
        with visitor.desk(reading=True) as desk:
            owner = owner_of(visitor, desk)
            language = visitor.words(desk).language
        chosen = find(typed.one("drill"))
        if typed.one("cuff") not in cuffs.names():
            raise InputError.one(
                "drill", "unknown-cuff", "there is no such type of cuff", path="cuff"
            )
        asked = of_drill(chosen, typed.one("cuff"))
        check(asked)
        made = SIMULATIONS.start(owner, asked, chosen.title.say(language))
    except OpenpressoError as error:
        return _page(visitor, typed, told(error))
    return RedirectResponse(f"{HERE}/{made.key}", 303)


@router.post("/simulate/free", **needs("drill.enter", "program.list"))
def free(visitor: Looking, typed: Filled) -> Response:
    """Begin a free simulation."""
    try:
        with visitor.desk(reading=True) as desk:
            owner = owner_of(visitor, desk)
            own = {one.name: one for one in written.newest(desk)}
        asked = scenario(typed, {name: one.text for name, one in own.items()})
        check(asked)
        name = typed.one("program")
        title = own[name].title if name in own else name
        if name in programs.names():
            title = programs.load(name).title
        made = SIMULATIONS.start(owner, asked, title)
    except OpenpressoError as error:
        return _page(visitor, typed, told(error))
    return RedirectResponse(f"{HERE}/{made.key}", 303)


@router.post("/simulate/{key}/finish", **needs("drill.enter"))
def finish(visitor: Looking, key: str, typed: Filled) -> Response:
    """Judge a drill, enter it, and end its simulation; a free one only ends."""
    with visitor.desk(reading=True) as desk:
        owner = owner_of(visitor, desk)
    one = SIMULATIONS.find(key)
    if one.owner != owner:
        raise SIMULATIONS.unknown()
    if not one.scenario.drill:
        SIMULATIONS.end(one, wait=False)
        return RedirectResponse(HERE, 303)
    done = find(one.scenario.drill)
    log = [Entry(**row) for row in one.ask("log")["log"]]
    answers = {asked.key: typed.one(f"answer.{asked.key}") for asked in done.questions}
    verdict = judge(done, log, answers)
    with visitor.desk() as desk:
        row = drills.enter(
            desk,
            done.key,
            edition=done.version,
            cuff_type=one.scenario.cuff,
            passed=verdict.passed,
            figures=verdict.to_json() | {"log": [entry.to_json() for entry in log]},
        )
        entered = row.id
    SIMULATIONS.end(one, wait=False)
    return RedirectResponse(f"{HERE}/drills/{entered}", 303)


@router.post("/simulate/{key}/leave", **needs("drill.enter"))
def leave(visitor: Looking, key: str) -> Response:
    """End a simulation; nothing is entered."""
    with visitor.desk(reading=True) as desk:
        owner = owner_of(visitor, desk)
    one = SIMULATIONS.find(key)
    if one.owner != owner:
        raise SIMULATIONS.unknown()
    SIMULATIONS.end(one, wait=False)
    return RedirectResponse(HERE, 303)


@router.get("/simulate/drills/{drill_id}", **needs("drill.read"))
def done(visitor: Looking, drill_id: Key) -> HTMLResponse:
    """Show what became of a drill."""
    with visitor.desk(reading=True) as desk:
        row = drills.find(desk, drill_id)
        words = visitor.words(desk)
        known = shipped().get(row.drill)
        return show(
            "simulate_done.html",
            visitor,
            desk,
            HERE,
            row=row,
            person=desk.db.get_one(Staff, row.staff_id),
            mine=row.staff_id == desk.staff_id,
            title=known.title.say(words.language) if known else row.drill,
            changed=known is None or known.version != row.edition,
            found=_told(known, row.figures, words.language),
            log=row.figures.get("log", []),
            commands={key: words.text(said) for key, said in COMMANDS.items()},
            happened=_happened(known, words),
            causes={
                name: words.text(alarm.cause) for name, alarm in load_alarms().conditions.items()
            },
        )


@router.post("/simulate/rules", **needs("drill.require"))
def rule(visitor: Looking, typed: Filled) -> Response:
    """Say which drills a certificate needs."""
    try:
        with visitor.desk() as desk:
            version = typed.one("version")
            drills.require(
                desk,
                typed.one("cuff_type"),
                typed.many("drills"),
                number(typed.one("days"), "days"),
                version=number(version, "version") if version else None,
            )
    except OpenpressoError as error:
        return _page(visitor, typed, told(error))
    return RedirectResponse(f"{HERE}#rules", 303)


COMMANDS: Final = {
    "turn-on": "Cuff turned on",
    "start": "Started",
    "resume": "Went on",
    "pause-now": "Paused at once",
    "pause-cycle-end": "Pause at the end of the cycle",
    "end": "Ended",
    "emergency-vent": "STOP",
    "acknowledge": "Alarm acknowledged",
    "soften": "Chamber softened",
    "skip": "Chamber left out",
    "restore": "Chamber taken back",
    "trim": "Everything softened",
    "tighten": "Ceiling lowered",
}
"""What each command is called in a log."""


def owner_of(visitor: Visitor, desk: Desk) -> Owner:
    """Return whose simulation one of this desk is.

    Raises
    ------
    NotAllowedError
        If the person does no drills.
    """
    require(desk, "drill.enter")
    assert desk.staff_id is not None
    return Owner(visitor.settings.clinic, desk.here, desk.staff_id)


def _page(visitor: Visitor, typed: Typed, error: Told | None = None) -> HTMLResponse:
    """Show the page; a form that was refused keeps what was typed."""
    with visitor.desk(reading=True) as desk:
        owner = owner_of(visitor, desk)
        language = visitor.words(desk).language
        assert desk.staff_id is not None
        mine = drills.of_person(desk, desk.staff_id)
        own = [(one.name, one.title) for one in written.newest(desk)]
        return show(
            "simulate.html",
            visitor,
            desk,
            HERE,
            status=error.status if error else 200,
            error=error,
            typed=typed,
            running=SIMULATIONS.of(owner),
            drills=[
                (one, one.title.say(language), one.story.say(language), _best(mine, one.key))
                for one in shipped().values()
            ],
            titles={one.key: one.title.say(language) for one in shipped().values()},
            mine=mine[:20],
            rules=drills.rules(desk),
            may_rule=may(desk, "drill.require"),
            may_certify=bool({Role.OWNER, Role.CLINICIAN} & desk.roles),
            legs=[name for name in cuffs.names() if cuffs.load(name).limb == "leg"],
            cuffs=cuffs.names(),
            own=own,
            catalog=[(name, programs.load(name).title) for name in programs.names()],
            postures=POSTURES,
            paces=PACES,
            conditions=CONDITIONS,
            sites=SITES,
            faults={name: said for name, (said, _) in FAULTS.items()},
            fault_rows=range(1, FAULT_ROWS + 1),
        )


def _happened(drill: Drill | None, words: Words) -> dict[str, str]:
    """Return what each happening of a drill is, in words."""
    found = {}
    for one in drill.happens if drill else ():
        broken = "; ".join(words.text(FAULTS[name][0]) for name in one.faults)
        found[one.key] = one.client.say(words.language) if one.client else broken
    return found


def _best(mine: list[drills.DrillDone], key: str) -> drills.DrillDone | None:
    """Return the last time that somebody passed a drill, or else the last time it was tried."""
    of_it = [one for one in mine if one.drill == key]
    return next((one for one in of_it if one.passed), of_it[0] if of_it else None)


def _told(drill: Drill | None, figures: dict[str, Any], language: str) -> list[dict[str, Any]]:
    """Return each finding with its texts, for the page."""
    verdict = Verdict(
        bool(figures.get("passed")), tuple(Finding(**one) for one in figures.get("findings", []))
    )
    texts: dict[str, Any] = {}
    answers: dict[tuple[str, str], str] = {}
    if drill is not None:
        texts = {one.key: one for one in drill.expect} | {one.key: one for one in drill.questions}
        answers = {
            (asked.key, answer.key): answer.text.say(language)
            for asked in drill.questions
            for answer in asked.answers
        }
    found = []
    for one in verdict.findings:
        said = texts.get(one.key)
        asked = said is not None and hasattr(said, "right")
        found.append(
            {
                "finding": one,
                "text": said.text.say(language) if said else one.key,
                "why": said.why.say(language) if said else "",
                "source": said.source if said else "",
                "within": getattr(said, "within", None),
                "from_alarm": getattr(said, "from_alarm", False),
                "question": asked,
                "answer": answers.get((one.key, one.done), ""),
                "right": answers.get((one.key, said.right), "") if asked and said else "",
            }
        )
    return found
