"""The file of drills: in both languages, about hazards that exist, and none that cannot be done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.errors import InputError
from openpresso.station.preparation import prepare
from openpresso.station.runner import Technician
from openpresso.station.training.drill import SHIPPED, find, load, shipped
from openpresso.station.training.scenario import Scenario, Story, of_drill
from openpresso.station.twin_link import TwinLink
from openpresso.twin.faults import Fault
from openpresso.twin.twin import Twin

HAZARDS = Path(__file__).parents[3] / "docs" / "safety" / "hazards.md"


def test_the_drills_cover_leak_valves_sensor_pressure_line_and_pain() -> None:
    covered = {hazard for one in shipped().values() for hazard in one.hazards}
    assert {"H01", "H08", "H10", "H11", "H12", "H13", "H14", "H23"} <= covered
    assert len(shipped()) >= 6


@pytest.mark.parametrize("key", sorted(shipped()))
def test_every_drill_names_hazards_of_the_page_and_both_languages(key: str) -> None:
    page = HAZARDS.read_text(encoding="utf-8")
    drill = shipped()[key]
    assert all(f"| {hazard} |" in page for hazard in drill.hazards)
    texts = [drill.title, drill.story]
    texts += [text for one in drill.expect for text in (one.text, one.why)]
    texts += [answer.text for asked in drill.questions for answer in asked.answers]
    assert all(one.say("en") != one.say("de") for one in texts)
    assert all(one.say("de-AT") == one.de for one in texts)


@pytest.mark.parametrize("key", sorted(shipped()))
def test_every_program_of_a_drill_fits_every_leg_cuff(key: str) -> None:
    program = programs.load(shipped()[key].program)
    for name in cuffs.names():
        if cuffs.load(name).limb == "leg":
            found = programs.fits(program, cuffs.load(name))
            assert [one for one in found if one.severity == "error"] == []


def test_a_chamber_is_placed_on_every_cuff_at_the_same_height() -> None:
    drill = shipped()["stays-full"]
    found = [of_drill(drill, cuff).events[0].chamber for cuff in ("leg-4", "leg-8", "leg-24")]
    assert found == [2, 4, 10]


def test_an_unknown_drill_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="lost-line"):
        find("none")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("key: tear, at: 110 s", "key: tear"), "either `at` or `after`"),
        (("faults: [exhaust-stuck-open]", "faults: [gremlin]"), "gremlin"),
        (("right: look", "right: nothing"), "none of the answers"),
        (("after: pain\n        within: 30 s", "after: nothing\n        within: 30 s"), "nothing"),
        (("key: lost-line", "key: stays-full"), "twice"),
        (("after: pain\n        within: 30 s", "after: pain"), "needs `within`"),
    ],
)
def test_a_file_with_a_slip_is_refused_with_the_slip(
    tmp_path: Path, wrong: tuple[str, str], told: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert wrong[0] in text
    path = tmp_path / "drills.yaml"
    path.write_text(text.replace(*wrong, 1), encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(told)):
        load(path)


def test_what_happens_comes_once_in_its_time_and_what_follows_after_its_wait() -> None:
    story = Story(of_drill(shipped()["pain-in-the-calf"], "leg-8"))
    assert story.due(50.0, 0.0, "ready") == []
    assert story.due(60.0, 59.9, "running") == []
    assert [one.key for one in story.due(61.0, 60.0, "running")] == ["pain"]
    assert story.due(105.9, 61.0, "paused") == []
    assert [one.key for one in story.due(106.0, 61.0, "paused")] == ["numb"]
    assert story.due(300.0, 200.0, "running") == []


def test_a_drill_hurries_to_its_beginning_and_then_takes_the_time_of_the_clock() -> None:
    story = Story(of_drill(shipped()["pain-in-the-calf"], "leg-8"))
    paces = [story.pace(time, state, 20.0) for time, state in (
        (0.0, "fitting"), (0.0, "ready"), (10.0, "running"), (46.0, "running"), (90.0, "paused"),
    )]  # fmt: skip
    assert paces == [10.0, 1.0, 10.0, 1.0, 1.0]


def test_a_free_simulation_has_the_pace_that_a_person_chose() -> None:
    story = Story(Scenario(program="heavy-legs", cuff="leg-8", pace=5.0))
    assert story.pace(100.0, "running", 7.0) == 7.0


BROKEN = [key for key, one in shipped().items() if one.happens[0].faults]


@pytest.mark.parametrize("cuff", ["leg-4", "leg-8", "leg-24"])
@pytest.mark.parametrize("key", BROKEN)
def test_what_breaks_raises_an_alarm_before_the_program_is_over(key: str, cuff: str) -> None:
    """The twin is driven as a couch drives it, by somebody who only turns on and starts."""
    scenario = of_drill(shipped()[key], cuff)
    kind = cuffs.load(cuff)
    program = programs.load(scenario.program)
    prepared = prepare(program, {"left": kind, "right": kind}, scenario.order())
    twin, session = Twin([kind, kind]), prepared.session()
    links = {leg: TwinLink(twin, index, leg) for index, leg in enumerate(prepared.cuffs)}
    story, act, raised = Story(scenario), Technician(tuple(prepared.cuffs)), False
    while session.outcome is None and not raised:
        twin.advance(10)
        act(session)
        step = session.step(twin.time, {leg: link.read(twin.time) for leg, link in links.items()})
        for leg, link in links.items():
            link.write(step.commands[leg])
        for event in story.due(twin.time, step.program_time, step.state):
            for name in event.faults:
                Fault(name, 0.0, event.leg, event.chamber).inject(twin, 0)
        raised = any(event.kind == "alarm-raised" for event in step.events)
    assert raised
    assert session.program_time >= min(one.at or 0.0 for one in scenario.events)
