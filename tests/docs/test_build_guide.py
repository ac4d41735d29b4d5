"""The build guide: its pins, ratings, pictures and checklist agree with the product."""

from __future__ import annotations

import ast
import itertools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.twin import kernel
from openpresso.twin.twin import Twin
from scripts.build_figures import (
    Ratings,
    air,
    command_registers,
    flow,
    frame_bytes,
    frozen_sessions,
    hose_conductance,
    load,
    power,
    pump_flow,
    state_registers,
)
from scripts.build_pictures import FILES, GUIDE, ratings_of
from scripts.build_tables import BLOCKS
from scripts.build_wiring import route

ROOT = Path(__file__).parents[2]
PINS = ROOT / "firmware" / "pins.py"
RATINGS = Ratings.read()
NAMES = cuffs.names()
WIRING = load("wiring.yaml")
CHECKS = [line for lines in load("checks.yaml")["groups"].values() for line in lines]
MARKS = {"found", "memory", "computed", "assumed"}


def pins_of(tree: ast.Module) -> set[tuple[int, str]]:
    """Pins and signals of the firmware's table `PINS`."""
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    table = values["PINS"]
    assert isinstance(table, ast.Tuple)
    rows = [row.elts for row in table.elts if isinstance(row, ast.Tuple)]
    return {
        (ast.literal_eval(values[ast.unparse(pin)]), ast.literal_eval(signal))
        for pin, signal, _ in rows
    }


@pytest.mark.skipif(not PINS.exists(), reason="firmware/pins.py is not there")
def test_the_wiring_has_the_pins_of_the_firmware() -> None:
    firmware = pins_of(ast.parse(PINS.read_text(encoding="utf-8")))
    assert {(one["pin"], one["signal"]) for one in WIRING["pins"]} == firmware


@pytest.mark.skipif(not PINS.exists(), reason="firmware/pins.py is not there")
def test_the_sensors_that_the_guide_names_are_known_to_the_firmware() -> None:
    source = (PINS.parent / "sensors.py").read_text(encoding="utf-8")
    named = re.findall(r"`([\w]+-[\w-]+)`", BLOCKS["parts"]())
    assert named
    assert all(f'"{name}":' in source for name in named)


def test_every_pin_is_drawn_once() -> None:
    (board,) = [block for block in WIRING["blocks"] if block["id"] == "board"]
    drawn = [name for side in ("left", "right", "bottom") for name in board[side]]
    pins = [int(name.split()[0][2:]) for name in drawn if name.startswith("GP")]
    assert sorted(pins) == sorted(one["pin"] for one in WIRING["pins"])
    ends = [end for net in WIRING["nets"] for end in (net["from"], net["to"])]
    assert all(f"board.{name}" in ends for name in drawn)


def inside(block: dict[str, Any], start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Tell whether a level or upright line runs through a block, its edges left out."""
    (x, y), (width, height) = block["corner"], block["size"]
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return bool(left < x + width and right > x and top < y + height and bottom > y)


def test_no_wire_runs_through_a_block() -> None:
    for net in WIRING["nets"]:
        for start, end in itertools.pairwise(route(WIRING, net)):
            assert start[0] == end[0] or start[1] == end[1], net
            through = [one["id"] for one in WIRING["blocks"] if inside(one, start, end)]
            assert through == [], net


@pytest.mark.parametrize("table", ["air", "safety", "power"])
def test_every_cuff_of_the_catalog_has_its_row(table: str) -> None:
    assert re.findall(r"^\| `([\w-]+)`", BLOCKS[table](), re.MULTILINE) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_supply_covers_what_is_energised_at_once(name: str) -> None:
    cuff, of = cuffs.load(name), power(cuffs.load(name), RATINGS)
    per_chamber = RATINGS.coil(cuff.inlet) + RATINGS.coil(cuff.exhaust)
    coils = cuff.n_chambers * per_chamber + RATINGS.coil(cuff.dump)
    everything = coils + of.pump_power + RATINGS.figures["electronics_power"]
    voltage = RATINGS.figures["supply_voltage"]
    assert math.isclose(of.total, everything)
    assert of.supply >= 1.2 * everything
    assert everything / voltage < of.fuse <= of.supply / voltage


@pytest.mark.parametrize("name", NAMES)
def test_no_coil_asks_more_of_a_register_than_it_gives(name: str) -> None:
    of = power(cuffs.load(name), RATINGS)
    limit = RATINGS.figures["large_register_current" if of.large else "register_current"]
    assert max(of.coil_currents[:2]) <= 0.8 * limit
    assert 8 * of.registers >= of.valves


@pytest.mark.parametrize("name", NAMES)
def test_the_relief_valve_lies_between_the_cuffs_limit_and_its_bladders_rating(name: str) -> None:
    cuff, of = cuffs.load(name), air(cuffs.load(name), RATINGS)
    closes_again = of.relief * (1 - RATINGS.figures["relief_tolerance"])
    closes_again *= 1 - RATINGS.figures["relief_reseat"]
    assert cuff.max_pressure <= closes_again
    assert of.full_flow * (1 + RATINGS.figures["relief_tolerance"]) < of.bladder
    assert of.relief < cuff.pump.max_pressure, "the pump could never open it"


@pytest.mark.parametrize("name", NAMES)
def test_the_relief_valve_passes_what_the_pump_gives(name: str) -> None:
    cuff, of = cuffs.load(name), air(cuffs.load(name), RATINGS)
    passes = flow(of.relief_conductance, RATINGS.figures["relief_critical_ratio"], of.full_flow)
    assert passes >= pump_flow(cuff, of.relief) >= pump_flow(cuff, of.full_flow)


def test_flow_is_that_of_the_makers_example() -> None:
    # C = 2, b = 0.3, from 0.4 to 0.3 MPa: 420 L/min (SMC, VX data sheet).
    high, low = 3000.25, 2250.19
    assert flow(2.0, 0.3, high, low) * 0.06 == pytest.approx(420.0, rel=0.03)


def test_hoses_pass_more_than_the_valves_at_their_end() -> None:
    for name in NAMES:
        cuff = cuffs.load(name)
        hose = hose_conductance(air(cuff, RATINGS).chamber_bore, 50.0)
        assert hose >= 2.0 * max(cuff.inlet.conductance, cuff.exhaust.conductance)


def held(name: str, pressure: float) -> Twin:
    """Return a twin whose chambers all stand at a pressure."""
    cuff = cuffs.load(name)
    twin = Twin([cuff], "supine", 0)
    asked = np.full(cuff.n_chambers, pressure)
    for _ in range(1200):
        twin.write(0, asked, cuff.max_pressure)
        twin.advance(10)
        if (twin.true_pressures(0) > pressure - 2.0).all():
            return twin
    raise AssertionError(f"{name} does not reach {pressure} mmHg")


@pytest.mark.parametrize("name", NAMES)
def test_a_cuff_at_60_mmhg_empties_in_3_s_without_power(name: str) -> None:
    twin = held(name, 60.0)
    twin.switch(0, powered=False)
    twin.advance(600)
    assert (twin.true_pressures(0) < 20.0).all()


@pytest.mark.parametrize(
    ("name", "program"),
    [("leg-8", "sport-recovery"), ("leg-12", "sport-recovery"), ("leg-24", "sport-recovery"),
     ("leg-12", "gradient-drainage-fast"), ("calf-3", "arterial-inflow")],
)  # fmt: skip
def test_the_relief_valve_hardly_opens_in_service(name: str, program: str) -> None:
    cuff, what = cuffs.load(name), programs.load(program)
    timeline, ceiling = programs.compile(what, cuff), programs.ceiling_of(what, cuff)
    twin = Twin([cuff], "supine", 0)
    opens = air(cuff, RATINGS).relief
    above = []
    for period in range(2400):
        twin.write(0, timeline.at(0.05 * period), ceiling)
        for _ in range(10):
            twin.advance(1)
            share = twin.params[0, kernel.M_GAS] / twin.params[0, kernel.M_VOLUME]
            above.append(760.0 * (share - 1.0) > opens)
    assert float(np.mean(above)) < 0.02


def test_an_exchange_has_the_bytes_of_the_register_map() -> None:
    assert (state_registers(), command_registers(8), command_registers(24)) == (88, 12, 28)
    assert frame_bytes(8) == (37, 181)


def test_a_sensor_with_the_asked_noise_never_looks_frozen() -> None:
    noise, ticks = RATINGS.figures["rest_noise"], RATINGS.figures["sensor_ticks"]
    assert frozen_sessions(noise, ticks) < 1 / 50_000
    assert frozen_sessions(0.5 * noise, ticks) > 1 / 100


@pytest.mark.parametrize("name", FILES)
def test_what_is_made_is_what_the_data_says(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name](), "run make reference"


def test_every_block_of_the_guide_is_made() -> None:
    text = (ROOT / GUIDE).read_text(encoding="utf-8")
    assert sorted(re.findall(r"<!-- made: (\w+) -->", text)) == sorted(BLOCKS)


def test_the_guide_says_once_what_it_is_not() -> None:
    text = (ROOT / GUIDE).read_text(encoding="utf-8")
    assert text.count("not a certified medical device") == 1
    assert "makes you its manufacturer" in text


@pytest.mark.parametrize("line", CHECKS, ids=lambda line: line["check"][:40])
def test_every_check_controls_a_hazard_that_exists(line: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "safety" / "hazards.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| (H\d\d) \|", page, re.MULTILINE))
    assert line["hazards"]
    assert set(line["hazards"]) <= known


def test_every_figure_has_a_mark_and_a_reason() -> None:
    data = load("ratings.yaml")
    for name, figure in data["figures"].items():
        assert figure["mark"] in MARKS, name
        assert len(figure["why"].split()) > 2, name
    parts = [one for group in load("parts.yaml")["parts"].values() for one in group]
    for one in parts:
        assert set(one["mark"].split(", ")) <= MARKS, one["part"]


def test_a_cuff_of_ones_own_gets_its_ratings() -> None:
    path = ROOT / "src" / "openpresso" / "cuff" / "catalog" / "leg-8.yaml"
    assert "relief: 170.0" in ratings_of(str(path))


def test_a_valve_that_no_coil_class_covers_is_named() -> None:
    small = Ratings(RATINGS.figures, [{"up_to": 0.1, "power": 0.6}], RATINGS.sizes)
    with pytest.raises(ValueError, match="coils"):
        power(cuffs.load("leg-8"), small)
