"""The report of a course: one self-contained HTML page, and the same as a PDF of A4 or Letter.

It says who was treated for what, what is known about such a treatment, what was delivered session
by session, whether it helped beyond the error of measurement, what went wrong, what follows and
what it has cost. The same rows on the same day give the same page, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from openpresso import cuff as cuffs
from openpresso.clinic.courses import progress, report_rows
from openpresso.clinic.courses import template as templates
from openpresso.clinic.courses.course import Course
from openpresso.clinic.courses.report_chart import chart
from openpresso.clinic.courses.report_words import Language, language
from openpresso.clinic.desk import action
from openpresso.clinic.people.practice import Practice
from openpresso.clinic.programs import lookup
from openpresso.clinic.roles import CARE
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

Paper = Literal["A4", "Letter"]


@action("course.print", *CARE, kind="read")
def printed(desk: Desk, course_id: int, *, paper: Paper = "A4") -> bytes:
    """Return the report of a course as a PDF.

    Raises
    ------
    InputError
        If the paper is none.
    RecordError
        If WeasyPrint or the text library it needs is not installed.
    """
    from openpresso.record.pages import render_pdf

    return render_pdf(page(desk, course_id, paper=paper))


@action("course.report", *CARE, kind="read")
def page(desk: Desk, course_id: int, *, paper: Paper = "A4") -> str:
    """Return the report of a course as a page of HTML that refers to nothing outside itself.

    Parameters
    ----------
    desk, course_id
        Where and which.
    paper
        `A4` or `Letter`, of the PDF that is made of it.

    Raises
    ------
    InputError
        If the paper is none.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    if paper not in get_args(Paper):
        raise InputError.one(
            "report",
            "not-allowed",
            f"{paper!r}; allowed are {', '.join(get_args(Paper))}",
            path="paper",
            hint="choose one of these.",
        )
    environment = Environment(
        loader=PackageLoader("openpresso.clinic.courses"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    course = desk.find(Course, course_id)
    return environment.get_template("course.html.j2").render(
        _context(desk, course), paper="A4" if paper == "A4" else "letter"
    )


def _context(desk: Desk, course: Course) -> dict[str, Any]:
    """Return everything that the template shows."""
    from openpresso.clinic.evidence.card import card
    from openpresso.clinic.measures.kind import kind
    from openpresso.clinic.outcomes import client as outcomes
    from openpresso.clinic.people.client import Client, identifiers
    from openpresso.clinic.sessions import session

    practice = desk.db.get_one(Practice, desk.here)
    say = language(practice.language)
    known = card(course.indication)
    stands = progress.progress(desk, course.id)
    ran = [one for one in session.of_course(desk, course.id) if one.started_at is not None]
    result = outcomes.result(
        desk, course.id, course.measure, course.measure_side, language=say.name
    )
    name = kind(course.measure).names[say.name]
    template = templates.shipped().templates.get(course.template)
    days = [desk.day(one.started_at) for one in ran if one.started_at is not None]
    return {
        "say": say,
        "practice": practice.name,
        "synthetic": practice.synthetic,
        "who": identifiers(desk.find(Client, course.client_id)),
        "title": f"{known.title.say(say.name)}: {_program_title(desk, course)}",
        "state": course.state,
        "end_reason": course.end_reason,
        "facts": _facts(desk, course, say),
        "measure": name,
        "result": report_rows.result(result, say) if result.days else None,
        "lasting": report_rows.lasting(desk, course, result, say),
        "goal_said": report_rows.goal(desk, course, say),
        "chart": chart(result.days, days, result.baseline, result.srd, name, say.day),
        "measured": report_rows.measured(desk, course, say),
        "card": {
            "title": known.title.say(say.name),
            "claim": known.claim.say(say.name),
            "grade": known.grade,
            "lasts": known.lasts.say(say.name),
        },
        "unknown": template.unknown.say(say.name) if template else "",
        "counts": _counts(stands, course, say),
        "sessions": report_rows.sessions(desk, ran, say),
        "twin": report_rows.on_twin(ran, say),
        "events": report_rows.events(desk, course, ran, say),
        "stages": report_rows.stages(stands, say),
        "cost": report_rows.cost(desk, [one.id for one in ran], practice.currency, say),
    }


def _program_title(desk: Desk, course: Course) -> str:
    """Return the title of a course's program; its name where nothing of it is left."""
    return lookup.title(desk, course.program)


def _facts(desk: Desk, course: Course, say: Language) -> list[tuple[str, str]]:
    """Return what was agreed as names and values; an empty value was not recorded."""
    minutes = f"{course.minutes:g}"
    if course.style == "on-demand":
        plan = say("plan_demand", minutes=minutes)
    else:
        plan = say(
            "plan_weekly", planned=course.planned, days=course.interval_days, minutes=minutes
        )
    ordered = str(course.order.get("by", "")) or say("nobody")
    if course.order.get("ceiling") is not None:
        ordered += f", {course.order['ceiling']:g} mmHg"
    cuff = cuffs.load(course.cuff).title if course.cuff in cuffs.names() else course.cuff
    return [
        (say("program"), f"{_program_title(desk, course)} ({course.program})"),
        (say("cuff"), f"{cuff} ({course.cuff})"),
        (say("plan"), plan),
        (say("ordered"), ordered),
        (say("begun"), say.day(course.started_on)),
        (say("ended"), say.day(course.ended_on)),
        (say("goal"), _goal(course, say)),
        (say("written"), say.day(desk.today())),
    ]


def _goal(course: Course, say: Language) -> str:
    """Return the goal in words."""
    from openpresso.clinic.measures.kind import kinds

    goal = course.goal_set
    if goal is None:
        return say("no_goal")
    if goal.change is None:
        return say("goal_words", text=goal.text, due=say.day(goal.due))
    return say(
        "goal_change",
        name=kinds()[goal.quantity].names[say.name],
        change=say.number(goal.change, 2, sign=True),
        unit=say.unit(goal.unit),
        due=say.day(goal.due),
    )


def _counts(stands: progress.Progress, course: Course, say: Language) -> str:
    """Return how far the course is, in one sentence."""
    found = stands.counts
    if course.style == "on-demand":
        return say("counts_demand", done=found.done, interrupted=found.interrupted)
    return say(
        "counts",
        done=found.done,
        planned=found.planned,
        interrupted=found.interrupted,
        left=found.left,
        missed=found.missed,
    )
