"""A training station as a real process: as fast as it is told, and the same as `openpresso run`."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import numpy as np
import pytest

from openpresso.console.simulations import Owner, Simulation, SimulationError, Simulations
from openpresso.errors import InputError
from openpresso.record import open_record
from openpresso.station import RunRequest, deliver
from openpresso.station.training import __main__ as process
from openpresso.station.training.drill import shipped
from openpresso.station.training.judge import Entry, Verdict, judge
from openpresso.station.training.pace import TrainingSeat
from openpresso.station.training.scenario import Body, Scenario, of_drill

if TYPE_CHECKING:
    from openpresso.station.training.room import TrainingStation

PATIENCE = 60.0
"""Longest time that a test waits for something [s]."""
CLOSE = 0.02
"""Time between two looks [s]."""
NEAR = 1.0
"""95 % of the pressures of two runs with the same seed are this near [mmHg]."""
NEVER_FURTHER = 3.0
"""None is further off, also where a valve opens a tick earlier [mmHg]."""
OWNER = Owner("nowhere", 1, 1)
SHORT = Scenario(program="heavy-legs", cuff="leg-4", duration=120.0, pace=10.0, seed=7)


def fast(drill: str, cuff: str) -> Scenario:
    """A drill whose happening comes early, as fast as it can from its beginning to its end."""
    found = of_drill(shipped()[drill], cuff)
    early = [found.events[0].model_copy(update={"at": 10.0}), *found.events[1:]]
    return found.model_copy(update={"drill": "", "pace": 20.0, "events": early})


class Trainee:
    """Somebody at the API of a training station, as fast as a computer."""

    def __init__(self, one: Simulation) -> None:
        self.one = one
        url, key = one._line_to
        self.http = httpx.Client(
            base_url=url, timeout=10.0, headers={"Authorization": f"Bearer {key}"}
        )
        token = self.http.post("/couches/1/seat", json={"name": "Ana"}).json()["token"]
        self.http.headers["Openpresso-Seat"] = token

    def snapshot(self) -> dict[str, Any]:
        self.http.put("/couches/1/seat").raise_for_status()
        found: dict[str, Any] = self.http.get("/couches/1").json()
        return found

    def act(self, what: str, **body: object) -> None:
        self.http.post(f"/couches/1/{what}", json=body or None).raise_for_status()

    def until(self, look: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while not look(shown := self.snapshot()):
            assert time.monotonic() < deadline, f"it did not come to it: {shown}"
            time.sleep(CLOSE)
        return shown

    def begin(self) -> None:
        for leg in ("left", "right"):
            self.until(lambda shown: shown["state"] == "idle")
            self.act("turn-on", leg=leg)
            self.until(lambda shown: shown["state"] != "idle")
        self.until(lambda shown: shown["state"] == "ready")
        self.act("start")

    def verdict(self, drill: str, answers: dict[str, str] | None = None) -> Verdict:
        asked = shipped()[drill]
        right = {one.key: one.right for one in asked.questions}
        log = [Entry(**row) for row in self.one.ask("log")["log"]]
        return judge(asked, log, right | (answers or {}))


Train = Callable[[Scenario], Trainee]


@pytest.fixture
def simulations() -> Iterator[Simulations]:
    made = Simulations()
    yield made
    made.close()


@pytest.fixture
def train(simulations: Simulations) -> Iterator[Train]:
    """Begin a simulation and sit down at it."""
    seated: list[Trainee] = []

    def begin(scenario: Scenario) -> Trainee:
        seated.append(Trainee(simulations.start(OWNER, scenario, "test")))
        return seated[-1]

    yield begin
    for one in seated:
        one.http.close()


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_ten_times_as_fast_as_the_clock_it_gives_the_same_pressures_as_a_run(
    train: Train, tmp_path: Path
) -> None:
    trainee = train(SHORT)
    trainee.begin()
    began, samples = time.monotonic(), []
    while (shown := trainee.snapshot())["outcome"] is None:
        if shown["state"] == "running" and shown["program_time"] > 0.0:
            samples.append(shown)
        time.sleep(CLOSE)
    took = time.monotonic() - began
    assert shown["outcome"] == "delivered"
    assert shown["ticks"]["skipped"] == 0
    assert took < 120.0 / 4.0

    summary = deliver(
        RunRequest(program="heavy-legs", cuff="leg-4", duration=120.0, seed=7, out=tmp_path / "run",
                   pdf=False)
    )  # fmt: skip
    record = open_record(summary.record)
    start = next(
        one.time for one in record.events if one.kind == "state" and one.data["state"] == "running"
    )
    away = []
    for leg in ("left", "right"):
        frames = record.waveforms(leg)
        at = np.searchsorted(
            frames.time, [start + one["program_time"] - 0.001 for one in samples]
        ).clip(max=len(frames.time) - 1)
        mine = np.array([one["cuffs"][leg]["pressures"] for one in samples], dtype=float)
        away.append(np.abs(mine - frames.pressures[at]))
    found = np.concatenate(away)
    assert len(samples) > 50
    assert float(np.percentile(found, 95)) < NEAR
    assert float(found.max()) < NEVER_FURTHER


def test_a_drill_is_passed_by_who_stops_and_acknowledges_in_time(train: Train) -> None:
    trainee = train(fast("lost-line", "leg-8"))
    trainee.begin()
    shown = trainee.until(lambda shown: shown["alarms"])
    trainee.http.post("/couches/1/vent")
    trainee.act("acknowledge", alarm=shown["alarms"][0]["id"])
    found = trainee.verdict("lost-line")
    assert found.passed, found
    assert {one.done for one in found.findings[:2]} == {"emergency-vent", "acknowledge"}
    assert not trainee.verdict("lost-line", {"sure": "screen"}).passed


def test_a_drill_is_failed_by_who_only_watches(train: Train) -> None:
    trainee = train(fast("short-of-breath", "leg-4"))
    trainee.begin()
    trainee.until(lambda _: trainee.one.ask("told")["said"])
    said = trainee.one.ask("told")["said"][0]["time"]
    trainee.until(lambda shown: shown["time"] > said + 15.0)
    trainee.http.post("/couches/1/vent")
    found = trainee.verdict("short-of-breath").findings[0]
    assert (found.met, found.done) == (False, "emergency-vent")
    assert found.seconds is not None
    assert found.seconds > 12.0


def test_faults_that_are_thrown_in_break_the_twin_and_the_pace_can_be_changed(
    train: Train,
) -> None:
    trainee = train(SHORT.model_copy(update={"pace": 20.0}))
    trainee.begin()
    trainee.until(lambda shown: shown["state"] == "running")
    assert trainee.one.ask("pace", pace=5.0)["chosen"] == 5.0
    told = trainee.one.ask("fault", name="nan-sensor", leg="right", chamber=2)
    assert [(one["name"], one["leg"]) for one in told["thrown"]] == [("nan-sensor", "right")]
    shown = trainee.until(lambda shown: shown["alarms"])
    assert shown["alarms"][0]["condition"] == "sensor-range"
    with pytest.raises(InputError, match="chambers are 1 to 4"):
        trainee.one.ask("fault", name="leak", leg="left", chamber=9)


def test_the_leg_of_another_person_is_another_leg(simulations: Simulations) -> None:
    body = Body(sex="male", height=190.0, weight=110.0, condition="venous-insufficiency")
    one = simulations.start(OWNER, SHORT.model_copy(update={"person": body}), "free")
    assert one.ask("told")["state"] == "idle"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"person": Body(weight=5.0)}, "weight"),
        ({"program": "venous-emptying"}, "leg-4"),
        ({"program": "none"}, "no such program"),
        ({"cuff": "none"}, "no such cuff"),
    ],
)
def test_what_cannot_be_played_is_refused_with_why_and_its_process_is_gone(
    simulations: Simulations, change: dict[str, object], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        simulations.start(OWNER, SHORT.model_copy(update=change), "free")
    assert simulations.of(OWNER) == []


def test_it_is_gone_with_its_files_when_it_is_ended_and_when_its_console_is(
    simulations: Simulations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    first = simulations.start(OWNER, SHORT, "first")
    assert len(list(tmp_path.iterdir())) == 1
    second = simulations.start(OWNER, SHORT, "second")
    assert is_gone(first.pid)
    # A console that is killed closes the pipe, and says nothing.
    assert second._process.stdin is not None
    second._process.stdin.close()
    assert second._process.wait(10.0) == 0
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SimulationError, match="does not answer"):
        second.ask("told")


def test_no_more_run_than_a_computer_has_room_for(
    simulations: Simulations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openpresso.console.simulations.MOST", 1)
    simulations.start(OWNER, SHORT, "first")
    with pytest.raises(SimulationError, match="1 simulations run already"):
        simulations.start(Owner("nowhere", 1, 2), SHORT, "second")


def test_it_ends_when_nobody_asks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "ABANDONED", 0.01)

    async def wait() -> None:
        await process._answer(cast("TrainingStation", None), asyncio.StreamReader())

    asyncio.run(asyncio.wait_for(wait(), 5.0))


def test_a_browser_that_lives_by_the_clock_keeps_the_seat_at_every_pace() -> None:
    seat = TrainingSeat()
    token = seat.take("Ana", now=1000.0)
    assert seat.silent_for(now=2000.0) < 1.0
    seat.beat(token, now=5000.0)
    assert seat.holder(now=9000.0) == "Ana"
