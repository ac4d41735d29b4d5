"""The air that a chamber takes in the fit test says how thick the limb under it is."""

from __future__ import annotations

import math

import pytest

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.cuff.flow import girth_of, pump_flow, slack_taken, valve_flow
from openpresso.cuff.volume import free_air
from openpresso.session import FitResult
from openpresso.station.order import Order
from openpresso.station.preparation import prepare
from openpresso.station.twin_link import TwinLink
from openpresso.twin.twin import Twin


def fitted(cuff: cuffs.Cuff, program: str, thickness: float) -> FitResult:
    """Fit a cuff to a twin limb whose girth is `thickness` times nominal."""
    prepared = prepare(programs.load(program), {"left": cuff}, Order(legs="left"))
    session = prepared.session()
    twin = Twin([cuff], seed=3)
    for chamber, slack in zip(cuff.chambers, twin.row("SLACK", 0), strict=True):
        thinner = chamber.girth**2 - (thickness * chamber.girth) ** 2
        assert slack == chamber.slack_volume
        twin.row("SLACK", 0)[chamber.number - 1] += chamber.length * thinner / (4.0 * math.pi)
    link = TwinLink(twin, 0, "left")
    session.turn_on("left")
    while session.state != "ready" and session.outcome is None:
        twin.advance(10)
        step = session.step(twin.time, {"left": link.read(twin.time)})
        link.write(step.commands["left"])
    assert session.state == "ready", session.reason
    return session.fit_results["left"]


@pytest.mark.parametrize("thickness", [0.9, 1.0, 1.05])
@pytest.mark.parametrize(
    ("name", "program"),
    [("leg-8", "gradient-drainage"), ("calf-3", "venous-emptying"), ("leg-6", "gradient-drainage")],
)
def test_the_girth_is_found_within_three_of_its_errors_and_three_per_cent(
    name: str, program: str, thickness: float
) -> None:
    cuff = cuffs.load(name)
    result = fitted(cuff, program, thickness)
    for found, chamber in zip(result.chambers, cuff.chambers, strict=True):
        off = found.girth - thickness * chamber.girth
        assert abs(off) < 3.0 * found.girth_error, found
        assert abs(off) < 0.03 * chamber.girth, found
        assert 0.0 < found.girth_error < 0.05 * chamber.girth


@pytest.mark.parametrize("name", cuffs.names())
def test_air_and_slack_are_each_others_inverse(name: str) -> None:
    for chamber in cuffs.load(name).chambers:
        for pressure in (10.0, 15.0, 20.0):
            slack = slack_taken(chamber, float(free_air(chamber, pressure)), pressure)
            assert slack == pytest.approx(chamber.slack_volume)
            assert girth_of(chamber, slack) == pytest.approx(chamber.girth)


def test_the_pump_gives_what_its_inlets_let_through() -> None:
    cuff = cuffs.load("leg-8")
    flow = pump_flow(cuff, 1.0, 15.0, 1.0)
    behind = cuff.pump.max_pressure * (1.0 - flow / cuff.pump.flow)
    assert flow == pytest.approx(valve_flow(cuff.inlet, behind, 15.0), rel=1e-4)
    assert flow < pump_flow(cuff, 1.0, 15.0, 8.0) < cuff.pump.flow
    assert pump_flow(cuff, 0.0, 15.0, 1.0) == 0.0
