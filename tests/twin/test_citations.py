"""A run can name what it rests on: every source, with how sure it is."""

from __future__ import annotations

import pytest

from openpresso.errors import InputError
from openpresso.twin import parameters
from openpresso.twin.citations import MARKS, citations
from openpresso.twin.people import population
from openpresso.twin.people.conditions import CONDITIONS, figures
from openpresso.twin.people.person import NOMINAL, person


@pytest.mark.parametrize("name", parameters.names())
def test_every_figure_of_a_set_is_cited_once(name: str) -> None:
    cited = [figure for one in citations(name) for figure in one.parameters]
    assert sorted(cited) == sorted(parameters.load(name))


def test_the_surest_come_first_and_then_the_alphabet() -> None:
    found = citations(*parameters.names(), NOMINAL)
    order = [(MARKS.index(one.marks[0]), one.source.casefold()) for one in found]
    assert order == sorted(order)
    assert len({one.source for one in found}) == len(found)


def test_a_source_shows_all_its_marks_and_all_that_rests_on_it() -> None:
    (calf,) = (one for one in citations("veins") if one.source == "Pubmed 594144")
    assert calf.marks == ("found",)
    assert calf.parameters == ("compliance_calf", "inflow")
    assert calf.text() == "Pubmed 594144 [found]: compliance_calf, inflow"


def test_naming_a_set_twice_or_in_another_way_changes_nothing() -> None:
    once = citations("veins")
    assert citations("veins", parameters.load("veins")) == once
    assert citations(*parameters.load("veins").values()) == once
    assert citations() == []


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_names_its_own_sources(condition: str) -> None:
    cited = {name for one in citations(condition) for name in one.parameters}
    assert cited == {f"{condition}.{name}" for name in figures(condition)}


def test_a_person_rests_on_their_sex_and_condition_and_not_on_others() -> None:
    cited = {
        name
        for one in citations(person(sex="male", condition="lymphoedema"))
        for name in one.parameters
    }
    assert "male_calf" in cited
    assert "lymphoedema.lag" in cited
    assert not any(name.startswith(("female", "lipoedema", "after")) for name in cited)


def test_a_person_drawn_at_random_rests_on_the_spreads_too() -> None:
    def cited(one: object) -> set[str]:
        return {name for each in citations(one) for name in each.parameters}  # type: ignore[arg-type]

    assert "spread_lymph" in cited(population.draw(1, 0))
    assert "spread_lymph" in cited(population.draw(1, 0, condition="lymphoedema"))
    assert "spread_lymph" not in cited(NOMINAL)
    assert "spread_lymph" not in cited(person(sex="female", condition="lymphoedema"))


def test_a_name_that_is_nothing_is_refused_with_what_there_is() -> None:
    with pytest.raises(InputError, match="'vains' is neither") as caught:
        citations("vains")
    assert "veins" in caught.value.remedy
    assert "lymphoedema" in caught.value.remedy
