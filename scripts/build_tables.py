"""The tables of the build guide and its checklist, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from openpresso import cuff as catalog
from openpresso.units import format_flow
from scripts.build_figures import (
    CONVENTIONAL,
    KILOPASCAL,
    WATER,
    Air,
    Ratings,
    air,
    area,
    bus_time,
    frame_bytes,
    hose_conductance,
    load,
    orifice,
    power,
    wire_time,
)
from scripts.reference import table

PERIOD: Final = 50.0
"""Period of a station [ms]."""
TICK: Final = 5.0
"""Period of the law [ms]."""


def parts_table() -> str:
    """Return the bill of materials."""
    rows = []
    for group, parts in load("parts.yaml")["parts"].items():
        rows.append((f"**{group}**", "", "", ""))
        rows += [(one["part"], one["count"], one["ask"], one["mark"]) for one in parts]
    return table(("part", "number", "ask for", "mark"), iter(rows))


def air_table() -> str:
    """Return what to ask of pump, valves and hoses, for every cuff of the catalog."""
    ratings = Ratings.read()

    def valve(conductance: float) -> str:
        return (
            f"{conductance:.2f} / {area(conductance, ratings):.2f} / "
            f"{orifice(conductance, ratings):.1f}"
        )

    def hose(bore: float, length: float) -> str:
        return f"{bore:.0f} mm × {length / 100.0:.1f} m, C {hose_conductance(bore, length):.1f}"

    rows = []
    for name in catalog.names():
        one = catalog.load(name)
        bore = 10.0 * one.hose.bore
        rows.append(
            (
                f"`{name}`",
                str(one.n_chambers),
                f"{format_flow(one.pump.flow)}, {one.pump.max_pressure:.0f} mmHg",
                valve(one.inlet.conductance),
                valve(one.exhaust.conductance),
                valve(one.dump.conductance),
                hose(bore, one.hose.length),
                f"{air(one, ratings).chamber_bore:.0f} mm",
            )
        )
    heads = (
        "cuff", "N", "pump", "inlet", "exhaust", "dump", "pump hose", "chamber hose",
    )  # fmt: skip
    return table(heads, iter(rows))


def safety_table() -> str:
    """Return relief valve, bladders and times to empty, for every cuff of the catalog."""
    ratings = Ratings.read()

    def row(name: str) -> tuple[str, ...]:
        one = catalog.load(name)
        of: Air = air(one, ratings)
        return (
            f"`{name}`",
            f"{one.max_pressure:.0f}",
            f"{of.relief:.0f} ({of.relief / KILOPASCAL:.1f} kPa)",
            f"{of.full_flow:.0f}",
            f"{of.pump_flow * 0.06:.1f} L/min",
            f"{of.relief_conductance:.2f}",
            f"{of.bladder:.0f}",
            f"{of.vent:.1f} s",
            f"{of.vent_limit:.1f} s",
        )

    heads = (
        "cuff", "limit", "relief opens", "full flow at", "flow to pass", "its C at least",
        "bladder rating", "empties from 60", "from the limit",
    )  # fmt: skip
    return table(heads, (row(name) for name in catalog.names()))


def power_table() -> str:
    """Return the electrical ratings, for every cuff of the catalog."""
    ratings = Ratings.read()

    def row(name: str) -> tuple[str, ...]:
        of = power(catalog.load(name), ratings)
        inlet, exhaust, dump = of.coil_currents
        return (
            f"`{name}`",
            f"{of.valves} + 1",
            f"{inlet:.0f}, {exhaust:.0f}, {dump:.0f} mA",
            f"{of.registers} × {'350' if of.large else '150'} mA",
            f"{of.valve_power:.1f} W",
            f"{of.pump_power:.0f} W",
            f"{of.total:.0f} W, {of.current:.2f} A",
            f"{of.fuse:g} A",
            f"{of.supply:g} W",
        )

    heads = (
        "cuff", "coils at once", "inlet, exhaust, dump", "registers", "coils", "pump",
        "everything", "fuse", "supply",
    )  # fmt: skip
    return table(heads, (row(name) for name in catalog.names()))


def figures_table() -> str:
    """Return the figures behind the tables, each with its mark."""
    data = load("ratings.yaml")
    rows = [
        (name.replace("_", " "), f"{one['value']:g} {one['unit']}".removesuffix(" -"),
         one["mark"], one["why"])
        for name, one in data["figures"].items()
    ]  # fmt: skip
    coils = ", ".join(
        f"{one['power']:g} W up to C {one['up_to']:g}" for one in data["coils"]["classes"]
    )
    rows.append(("coils", coils, data["coils"]["mark"], "direct-acting valves at these pressures"))
    return table(("figure", "value", "mark", "where from"), iter(rows))


def pins_table() -> str:
    """Return the board's pins."""
    rows = [
        (f"GP{one['pin']}", one["signal"], one["goes_to"]) for one in load("wiring.yaml")["pins"]
    ]
    return table(("pin", "signal", "goes to"), iter(rows))


def bus_table() -> str:
    """Return how long the sensors keep the I2C bus busy in a tick of 5 ms."""
    ratings = Ratings.read()
    clocks = (ratings.figures["i2c_clock"], 1000.0)

    def row(chambers: int) -> tuple[str, ...]:
        times = [bus_time(chambers, clock, ratings) for clock in clocks]
        return (str(chambers), *(f"{t:.1f} ms ({100 * t / TICK:.0f} %)" for t in times))

    heads = ("chambers", *(f"{clock:.0f} kHz" for clock in clocks))
    return table(heads, (row(chambers) for chambers in (8, 12, 24)))


def wire_table() -> str:
    """Return how long an exchange keeps the line busy."""
    ratings, data = Ratings.read(), load("ratings.yaml")

    def row(chambers: int, baud: int) -> tuple[str, ...]:
        request, answer = frame_bytes(chambers)
        busy = wire_time(chambers, baud, ratings)
        return (
            str(chambers), f"{request} + {answer}", str(baud), f"{busy:.1f} ms",
            f"{100 * busy / PERIOD:.0f} %",
        )  # fmt: skip

    heads = ("chambers", "bytes", "baud", "line busy", "of 50 ms")
    return table(heads, (row(n, baud) for n in data["chambers"] for baud in data["bauds"]))


def calibration_table() -> str:
    """Return the points of the calibration in the units of columns and gauges."""
    rows = [
        (
            str(p),
            f"{p / KILOPASCAL:.2f}",
            f"{p * CONVENTIONAL / WATER:.1f}",
            f"± {tolerance(p):.1f}",
        )
        for p in load("ratings.yaml")["calibration"]
    ]
    heads = ("mmHg", "kPa", "cm of water at 20 °C", "allowed error [mmHg]")
    return table(heads, iter(rows))


def tolerance(pressure: float) -> float:
    """Return by how much a calibrated reading may be off [mmHg]."""
    return max(2.0, 0.02 * pressure)


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "parts": parts_table,
    "air": air_table,
    "safety": safety_table,
    "power": power_table,
    "pins": pins_table,
    "bus": bus_table,
    "wire": wire_table,
    "calibration": calibration_table,
    "figures": figures_table,
}
"""The blocks of the guide that are made."""


def checklist() -> str:
    """Return the checklist to print."""
    points: list[Any] = load("ratings.yaml")["calibration"]
    known = {"points": ", ".join(map(str, points)), "tolerance": "2 mmHg or 2 %, the larger,"}
    number = 0
    text = (
        "# Checklist of a built cuff\n\n"
        "Before it touches a person, after every change of a part, and every six months. "
        "Every line must hold; [the guide](../how-to/build-a-cuff.md) says how, "
        "[the hazards](../safety/hazards.md) say why.\n\n"
        "Cuff ______________ serial number ______________ by ______________ "
        "date ______________\n"
    )
    for group, lines in load("checks.yaml")["groups"].items():
        rows = []
        for line in lines:
            number += 1
            rows.append(
                (
                    str(number), line["check"].format(**known), line["good"].format(**known),
                    ", ".join(line["hazards"]), "☐",
                )
            )  # fmt: skip
        text += f"\n## {group}\n\n"
        text += table(("", "check", "good when", "controls", "measured"), iter(rows))
    return text
