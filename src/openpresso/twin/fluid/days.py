"""Days and weeks of a limb: postures and work, nights, sessions, a course and what is left of it.

A day is a list of spans. A course puts sessions into it; between them the limb swells and empties
with posture. Sessions are stepped by the minute, the rest by ten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso.errors import InputError
from openpresso.twin.fluid import balance, interstitium, loads, lymph
from openpresso.twin.fluid import state as fluid
from openpresso.twin.fluid.interstitium import Array, Tissue, figures
from openpresso.twin.fluid.loads import Activity, Cycle, Load
from openpresso.twin.fluid.state import State

if TYPE_CHECKING:
    from openpresso.twin.limb import Posture

BETWEEN: Final = 10.0
"""Longest step outside of sessions [min]."""
LONGEST_STUDY: Final = 3660
"""Days after which a simulation says nothing that its figures could bear."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day."""

    hours: float
    posture: Posture
    activity: Activity = "still"
    garment: float = 0.0
    """Pressure of a stocking or bandage on the skin [mmHg]."""


Day = Sequence[Span]

ORDINARY_DAY: Final[tuple[Span, ...]] = (
    Span(8.0, "supine"),
    Span(1.0, "standing"),
    Span(0.5, "standing", "walking"),
    Span(4.0, "sitting"),
    Span(0.5, "standing", "walking"),
    Span(1.0, "standing"),
    Span(4.0, "sitting"),
    Span(0.5, "standing", "walking"),
    Span(1.5, "standing"),
    Span(3.0, "sitting"),
)
"""A day of work at a desk and some on foot, from falling asleep (assumed)."""


def garmented(pressure: float, day: Day = ORDINARY_DAY, *, nights: bool = False) -> Day:
    """Return a day with a stocking of some pressure [mmHg], at night too if asked for."""
    return tuple(
        Span(one.hours, one.posture, one.activity, pressure if i > 0 or nights else one.garment)
        for i, one in enumerate(day)
    )


@dataclass(frozen=True, slots=True)
class Course:
    """A prescription of sessions, for the slow scale."""

    sessions: int = 8
    every: float = 7.0
    """From one session to the next [d]."""
    minutes: float = 30.0
    """Length of a session."""
    hour: float = 18.0
    """When, in hours after falling asleep."""
    posture: Posture = "supine"


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A limb through days; samples first, then limbs, then segments `(..., n_segments)`."""

    days: Array
    """Of the mornings, from the start [d], `(n_mornings,)`."""
    mornings: Array
    """Volume at waking [mL], `(n_mornings, ..., n_segments)`; the first is that of the start."""
    evenings: Array
    """Volume before falling asleep [mL], `(n_mornings - 1, ..., n_segments)`."""
    before: Array
    after: Array
    """Volume around each session, without blood [mL], `(n_sessions, ..., n_segments)`."""
    emptied: Array
    """Blood that is out at the end of each session, and soon back [mL], `(n_sessions, ...)`."""
    state: State
    """At the end of the last night."""

    def change(self) -> Array:
        """Return the whole limb's change from the first morning [mL], `(n_mornings, ...)`."""
        whole: Array = self.mornings.sum(axis=-1)
        return np.asarray(whole - whole[0])

    def percent(self) -> Array:
        """Return the same in percent of the limb at the start [%]."""
        whole: Array = self.mornings.sum(axis=-1)
        return np.asarray((whole / whole[0] - 1.0) * 100.0)


def load_of(tissue: Tissue, span: Span) -> Load:
    """Return what a span of a day does to the tissue."""
    pressed = span.garment * figures().deep_share
    return loads.worn(tissue, span.posture, pressed, span.activity)


def settle_into(tissue: Tissue, day: Day = ORDINARY_DAY, rounds: int = 10) -> State:
    """Return the state on waking after many such days, in which each is like the last.

    The balance under the mean of the day fixes what takes weeks (protein, bound oedema). It misses
    what hours add, for capillaries take back less at night than they give by day; so a day is
    followed, and its gain enters as a pressure until no gain is left.
    """
    _check_day(day)
    mean = loads.blended([(one.hours, load_of(tissue, one)) for one in day])
    even = now = balance.settled(tissue, mean)
    lower = np.zeros(tissue.shape)
    for _ in range(rounds):
        start = np.maximum(even.fluid - lower, 0.5 * tissue.fluid)
        now = replace(now, fluid=start, protein=even.protein, bound=even.bound)
        now, average, drained = _once_round(tissue, now, day)
        lower = average - 0.5 * (start + now.fluid)
        gained = (now.fluid - start) / (1440.0 * tissue.filtration)
        pressure = interstitium.pressure(tissue, even.fluid, even.bound)
        expected = 1440.0 * lymph.flow(tissue, pressure, mean.massage, mean.open)
        share = np.where(expected > 0.0, drained / np.maximum(expected, 1e-300), 1.0)
        mean = replace(mean, capillary=mean.capillary + gained, open=mean.open * share)
        even = balance.settled(tissue, mean)
    return replace(now, bound=even.bound)


def _once_round(tissue: Tissue, state: State, day: Day) -> tuple[State, Array, Array]:
    """Return the state a day after waking, the mean fluid and the lymph drained meanwhile [mL]."""
    average = drained = np.zeros(tissue.shape)
    for span in (*day[1:], day[0]):
        load = load_of(tissue, span)
        pieces = max(1, round(2.0 * span.hours))
        for _ in range(pieces):
            before = state.fluid
            state, flows = fluid.advance(tissue, state, load, 60.0 * span.hours / pieces, BETWEEN)
            average = average + 0.5 * (before + state.fluid) * span.hours / pieces / 24.0
            drained = drained + flows.drained
    return state, average, drained


def follow_days(
    tissue: Tissue,
    days: int,
    day: Day = ORDINARY_DAY,
    state: State | None = None,
    step: float = BETWEEN,
) -> Followed:
    """Return a limb through days without a session, from waking to waking."""
    return follow_course(tissue, Course(sessions=0), None, day, after=days, state=state, step=step)


def follow_course(
    tissue: Tissue,
    course: Course,
    averages: Cycle | None,
    day: Day = ORDINARY_DAY,
    *,
    after: float = 28.0,
    state: State | None = None,
    day_after: Day | None = None,
    step: float = BETWEEN,
) -> Followed:
    """Return a limb through a course of sessions and the days after it.

    Parameters
    ----------
    tissue
        Of one limb or of many, `(..., n_segments)`.
    course
        How many sessions, how often, how long.
    averages
        What a cycle of the program does; `None` for a course without a cuff.
    day, day_after
        The days of the course, and those after it if they differ.
    after
        How long to go on after the day of the last session [d].
    state
        On waking; without it that of a limb that has had many such days.
    step
        Longest step outside of sessions [min].

    Raises
    ------
    InputError
        If day or course make no sense, or a step is too long for the tissue.
    """
    _check_day(day)
    _check_course(course, day)
    now = settle_into(tissue, day) if state is None else state
    dates = {int(n * course.every) for n in range(course.sessions)}
    last = max(dates, default=-1)
    total = last + 1 + int(after)
    if not 0 < total <= LONGEST_STUDY:
        raise InputError.one(
            "course", "not-a-time", f"{total} days; 1 to {LONGEST_STUDY} are allowed", path="after"
        )
    cuffed = None if averages is None else loads.under_cuff(tissue, averages, course.posture)
    mornings, evenings = [now.volume(tissue)], []
    before: list[Array] = []
    at_end: list[Array] = []
    emptied: list[Array] = []
    known = _remembered(tissue)
    for date in range(total):
        today = day if date <= last or day_after is None else day_after
        if date in dates and cuffed is not None:
            morning, rest = _split(today, course)
            now = _through(tissue, now, morning, step, known)
            before.append(now.volume(tissue))
            now, _ = fluid.advance(tissue, now, cuffed, course.minutes)
            at_end.append(now.volume(tissue))
            emptied.append(now.emptied)
            now = _through(tissue, now, rest, step, known)
        else:
            now = _through(tissue, now, today[1:], step, known)
        evenings.append(now.volume(tissue))
        now = _through(tissue, now, today[:1], step, known)
        mornings.append(now.volume(tissue))
    none = np.zeros((0, *tissue.shape))
    return Followed(
        days=np.arange(total + 1.0),
        mornings=np.array(mornings),
        evenings=np.array(evenings),
        before=np.array(before) if before else none,
        after=np.array(at_end) if at_end else none,
        emptied=np.array(emptied) if emptied else none[..., 0],
        state=now,
    )


def _remembered(tissue: Tissue) -> Callable[[Span], Load]:
    seen: dict[Span, Load] = {}

    def known(span: Span) -> Load:
        alike = Span(1.0, span.posture, span.activity, span.garment)
        if alike not in seen:
            seen[alike] = load_of(tissue, alike)
        return seen[alike]

    return known


def _through(
    tissue: Tissue,
    state: State,
    spans: Day,
    step: float = BETWEEN,
    known: Callable[[Span], Load] | None = None,
) -> State:
    for span in spans:
        if span.hours > 1e-9:
            load = load_of(tissue, span) if known is None else known(span)
            state, _ = fluid.advance(tissue, state, load, 60.0 * span.hours, step)
    return state


def _split(day: Day, course: Course) -> tuple[list[Span], list[Span]]:
    """Return the waking spans before and after a session, which takes its time from the second."""
    start, end = course.hour, course.hour + course.minutes / 60.0
    before: list[Span] = []
    rest: list[Span] = []
    clock = day[0].hours
    for span in day[1:]:
        close = clock + span.hours
        early = max(0.0, min(close, start) - clock)
        late = max(0.0, close - max(clock, end))
        if early > 0.0:
            before.append(Span(early, span.posture, span.activity, span.garment))
        if late > 0.0:
            rest.append(Span(late, span.posture, span.activity, span.garment))
        clock = close
    return before, rest


def _check_day(day: Day) -> None:
    hours = sum(one.hours for one in day)
    if len(day) < 2 or any(not one.hours > 0.0 for one in day) or abs(hours - 24.0) > 1e-6:
        raise InputError.one(
            "day",
            "not-a-day",
            f"{len(day)} spans of {hours:g} h; a day has a night, then others, of 24 h together",
            hint="Give the night first, then the spans from waking to the next night.",
        )
    for number, one in enumerate(day):
        if not 0.0 <= one.garment <= 60.0:
            raise InputError.one(
                "day",
                "garment-pressure",
                f"{one.garment:g} mmHg; 0 to 60 are allowed",
                path=f"[{number}].garment",
            )


def _check_course(course: Course, day: Day) -> None:
    wrong = {
        "sessions": not 0 <= course.sessions <= 1000,
        "every": not 1.0 <= course.every <= 365.0,
        "minutes": not 1.0 <= course.minutes <= 480.0,
        "hour": not day[0].hours <= course.hour <= 24.0 - course.minutes / 60.0,
    }
    for path, bad in wrong.items():
        if bad:
            raise InputError.one(
                "course",
                "not-a-course",
                f"{getattr(course, path)} is not allowed",
                path=path,
                hint="0 to 1000 sessions, 1 to 365 days apart, of 1 to 480 min, while awake.",
            )
