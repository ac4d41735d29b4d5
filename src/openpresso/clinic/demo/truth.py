"""What is true of a made-up leg, day by day, before anybody measures it with an error.

Volume: the twin's slow scale through a course of sessions and the weeks after it. The fall of the
girth that people see after a course, and complaints, are the labelled priors: drawn, not computed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.twin.fluid import days, priors
from openpresso.twin.fluid.days import Course
from openpresso.twin.fluid.interstitium import Tissue, tissue_under
from openpresso.twin.limb import under
from openpresso.twin.people.person import Person
from openpresso.twin.people.population import draw
from openpresso.twin.preview.preview import preview

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from openpresso.clinic.demo.cases import Case

FOLLOWED: Final = 14
"""Days after the last session that the twin follows; what is left by then stays [d]."""
LOOKED: Final = "leg-8"
"""Cuff whose chambers cut the leg into segments for the slow scale."""
PRIOR_OF: Final = {"cellulite-severity": "cellulite", "heaviness": "heaviness", "pain": "pain"}


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """One made-up person's leg and complaint.

    Parameters
    ----------
    person
        As before the first session.
    volume
        Change of the leg's volume by the twin, on each morning from the first session on [-].
    girth, girth_lost
        Prior change of the thigh's girth by a whole course [cm], and the time in which two thirds
        of it are lost [weeks].
    complaint
        Before the course, on its scale.
    relief, relief_lost
        Prior change of the complaint by a whole course, and the time in which it is lost [weeks].
    """

    person: Person
    volume: NDArray[np.float64]
    girth: float
    girth_lost: float
    complaint: float
    relief: float
    relief_lost: float

    def widening(self, day: float, done: int, planned: int, since: float) -> float:
        """Return by which factor girths differ from those before the course [-].

        Parameters
        ----------
        day
            Since the first session [d].
        done, planned
            Sessions so far, and of the course.
        since
            Days since the last of them [d].
        """
        at = min(max(int(day), 0), len(self.volume) - 1)
        fluid = float(self.volume[at]) if day >= 0 else 0.0
        share = min(done / planned, 1.0) * float(np.exp(-since / 7.0 / self.girth_lost))
        return float(np.sqrt(1.0 + fluid)) + share * self.girth / self.person.girths["thigh"]

    def feels(self, done: int, planned: int, since: float) -> float:
        """Return the complaint some days after a session, on its scale."""
        share = min(done / planned, 1.0) * float(np.exp(-since / 7.0 / self.relief_lost))
        return max(self.complaint + share * self.relief, 0.0)


def truths(case: Case, numbers: list[int], seed: int, planned: int = 8) -> list[Truth]:
    """Return what is true of the people of one case.

    Parameters
    ----------
    case
        What they have and what they come for.
    numbers
        Numbers of the people in the sample of the seed; at least one.
    seed
        Of everything that is drawn.
    planned
        Sessions of the course.
    """
    people = [draw(seed, number, condition=case.condition) for number in numbers]
    change = _volumes(case, people, planned)
    own = seed * 1000 + numbers[0]
    chance = np.random.default_rng(own)
    girths, relief = priors.prior("girth"), priors.prior(PRIOR_OF[case.complaint.kind])
    thinner = girths.drawn(len(people), own + 1)
    relieved = relief.drawn(len(people), own + 2)
    low, high = case.complaint.before
    return [
        Truth(
            person=person,
            volume=change[:, i],
            girth=float(thinner[i]),
            girth_lost=_lasts(girths, chance),
            complaint=float(chance.uniform(low, high)),
            relief=float(relieved[i]),
            relief_lost=_lasts(relief, chance),
        )
        for i, person in enumerate(people)
    ]


def _lasts(prior: priors.Prior, chance: np.random.Generator) -> float:
    """Return a drawn time in which two thirds of a change are lost [weeks]."""
    return float(chance.uniform(prior.relapse.low, prior.relapse.high))


def _volumes(case: Case, people: list[Person], planned: int) -> NDArray[np.float64]:
    """Return relative changes of volume on every morning, `(n_mornings, n_people)`."""
    tissue = _together([_tissue(person) for person in people])
    timeline = programs.compile(programs.load(case.program), cuffs.load(LOOKED))
    seen = preview(timeline, cuffs.load(LOOKED), draws=2)
    cycle = seen.cycles[seen.longest_phase()].averages
    before = days.settle_into(tissue)
    course = Course(sessions=planned)
    followed = days.follow_course(tissue, course, cycle, after=FOLLOWED, state=before)
    return followed.percent() / 100.0


def _tissue(person: Person) -> Tissue:
    """Return the tissue of one person's leg."""
    cuff = cuffs.load(LOOKED)
    standing = under(cuff, "standing", person)
    return tissue_under(
        cuff,
        replace(standing, volume=standing.living),
        person.condition,
        filtration=person.traits.filtration,
        lymph=person.traits.lymph,
    )


def _together(tissues: list[Tissue]) -> Tissue:
    """Return tissues of many legs as one, `(n_people, n_segments)`."""
    return Tissue(
        **{
            one.name: np.stack(
                [np.broadcast_to(getattr(each, one.name), each.shape) for each in tissues]
            )
            for one in fields(Tissue)
        }
    )
