"""Making the clinic: everybody's steps in the order of time, at a clock that follows them."""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass
from importlib import resources
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa
import yaml

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.demo.cases import cases
from openpresso.clinic.demo.house import House, calibrate, furnish
from openpresso.clinic.demo.story import Step, Story
from openpresso.clinic.demo.truth import truths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

YEARS: Final = 2


@dataclass(slots=True)
class Moving:
    """A clock that the stories move."""

    moment: dt.datetime

    def __call__(self) -> dt.datetime:
        """Return the instant."""
        return self.moment


def make(
    url: str,
    *,
    clients: int = 200,
    seed: int = 1,
    until: dt.datetime | None = None,
    told: Callable[[float], None] = lambda _: None,
) -> House:
    """Fill an empty clinic with made-up people and two years of their visits.

    Parameters
    ----------
    url
        Database with the tables and nothing in it.
    clients
        How many people come.
    seed
        Of everything that is drawn: the same seed and the same end give the same clinic.
    until
        End of the two years; now, if it is not given.
    told
        Called with the share that is done, from 0 to 1.

    Returns
    -------
    House
        Keys of what was made.
    """
    end = until or dt.datetime.now(dt.UTC)
    begin = dt.datetime.combine(end.date() - dt.timedelta(days=365 * YEARS), dt.time(8), dt.UTC)
    clock = Moving(begin)
    clinic = Clinic(url, clock=clock)
    _hurry(clinic.engine)
    try:
        house = furnish(clinic, begin.date(), end.date())
        queue: list[tuple[dt.datetime, int, Callable[[], Iterator[Step]]]] = []
        number = count()
        for story in stories(clinic, house, clients, seed, begin.date(), end.date()):
            at, step = story.first()
            heapq.heappush(queue, (at, next(number), step))
        while queue and queue[0][0] <= end:
            clock.moment, _, step = heapq.heappop(queue)
            for at, later in step():
                heapq.heappush(queue, (max(at, clock.moment), next(number), later))
            told((clock.moment - begin) / (end - begin))
        clock.moment = end
        calibrate(clinic, house, end.date())
    finally:
        clinic.close()
    return house


def _hurry(engine: sa.Engine) -> None:
    """Let SQLite not wait for the disk: what a crash would lose is made again."""

    def opened(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.execute("PRAGMA synchronous=OFF")

    if engine.dialect.name == "sqlite":
        engine.dispose()
        sa.event.listen(engine, "connect", opened)


def stories(
    clinic: Clinic, house: House, clients: int, seed: int, begin: dt.date, end: dt.date
) -> Iterator[Story]:
    """Yield everybody who comes."""
    names = yaml.safe_load(
        resources.files("openpresso.clinic.demo").joinpath("names.yaml").read_text("utf-8")
    )
    number = 0
    span = (end - begin).days - 10
    for indication, case in cases().items():
        numbers = list(range(number, number + max(1, round(clients * case.share))))
        number += len(numbers)
        for key, truth in zip(numbers, truths(case, numbers, seed), strict=True):
            chance = np.random.default_rng([seed, key])
            first = begin + dt.timedelta(days=int(chance.integers(3, span)))
            first += dt.timedelta(days=max(0, first.weekday() - 4) * 2)
            who = _who(names, truth.person.sex, chance, key, first)
            yield Story(clinic, house, indication, case, truth, who, first, chance)


def _who(
    names: dict[str, Any], sex: str, chance: np.random.Generator, key: int, first: dt.date
) -> dict[str, Any]:
    """Return who somebody is said to be."""
    age = int(np.clip(chance.normal(52, 14), 20, 88) * 365.25)
    return {
        "given": str(chance.choice(names["given"][sex])),
        "family": str(chance.choice(names["family"])),
        "born": first - dt.timedelta(days=age),
        "sex": sex,
        "phone": f"+49 30 {1000000 + key}",
        "email": f"client{key}@example.org",
        "language": str(chance.choice(["de", "de", "en"])),
        "contact": "email",
    }
