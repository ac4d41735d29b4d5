"""`openpresso care`: what a cuff keeps of itself; calibration, cleaning, label."""

from __future__ import annotations

import asyncio
import datetime
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

if TYPE_CHECKING:
    from openpresso.session import JSON, Identity
    from openpresso.station.calibration import Calibration
    from openpresso.station.care import Care, Cared, CareLog
    from openpresso.station.link import Link

    ResultT = TypeVar("ResultT")

app = typer.Typer(
    help="Look after a cuff: show its care, calibrate it, note a cleaning, print its label.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

STATION: Final = 32000
"""Number by which this command takes a lease; a treatment room has a small one."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS", help="Where the cuff is, such as modbus:tcp://127.0.0.1:1502."
    ),
]
Who = Annotated[str, typer.Option(metavar="NAME", help="Who does it.")]
Folder = Annotated[Path, typer.Option(metavar="DIR", help="The station's own folder.")]
STATION_FOLDER: Final = Path("station")


@app.command("show")
def show(address: Address, *, folder: Folder = STATION_FOLDER, as_json: AsJson = False) -> None:
    """Show a cuff: identity, counters, calibration, cleaning, and how its leaks go."""
    from openpresso.cli.output import print_json
    from openpresso.station.care import to_clean, trend

    async def act(link: Link, identity: Identity) -> Care:
        del identity
        return await _cared(link, address).care()

    identity, care = _with_cuff(address, act)
    entries = _log(folder, identity).entries()
    trends = trend(entries)
    dirty = to_clean(entries, used=care.used)
    if as_json:
        print_json(
            {
                "address": address,
                **_identity_json(identity),
                **care.to_json(),
                "to_clean": dirty,
                "leaks": [
                    {"chamber": one.chamber, "tests": one.tests, "verdict": one.verdict}
                    for one in trends
                ],
            }
        )
        return
    from openpresso.cli.care_page import print_care

    print_care(identity, care, trends, dirty)


@app.command("zero")
def zero(
    address: Address, *, who: Who, folder: Folder = STATION_FOLDER, as_json: AsJson = False
) -> None:
    """Let every chamber of a cuff that lies open and empty read 0."""
    from openpresso.station.calibration import zeroed
    from openpresso.station.gauging import healthy, still

    async def act(link: Link, identity: Identity) -> tuple[list[float], list[Calibration]]:
        del identity
        cared = _cared(link, address)
        await healthy(link)
        _say("The cuff lies open until its pressures stand still: half a minute or more.")
        async with still(link) as mean:
            readings = mean().tolist()
        before = (await cared.care()).calibrations
        found = [zeroed(one, reading) for one, reading in zip(before, readings, strict=True)]
        await cared.calibrate(found, who, _today())
        return readings, found

    identity, (readings, found) = _with_cuff(address, act)
    rows: list[dict[str, JSON]] = [
        {"chamber": i + 1, "read": round(reading, 2), "zero": round(one.zero, 2)}
        for i, (reading, one) in enumerate(zip(readings, found, strict=True))
    ]
    _note(folder, identity, "calibrated", who, {"zeros": [row["zero"] for row in rows]})
    _print_rows(identity, rows, as_json=as_json)


@app.command("span")
def span(
    address: Address,
    *,
    chamber: Annotated[int, typer.Option(metavar="N", min=1, help="Chamber, 1 is distal.")],
    at: Annotated[
        list[str],
        typer.Option(metavar="PRESSURE", help='Hold it at "60 mmHg"; once for each point.'),
    ],
    who: Who,
    gauge: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PRESSURE",
            help='What the gauge shows, "59.2 mmHg"; once for each point, else it is asked for.',
        ),
    ] = None,
    folder: Folder = STATION_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Set zero and span of one chamber beside a gauge or a column on its hose.

    The empty chamber is the first point. Nobody wears the cuff meanwhile.
    """
    from openpresso import units
    from openpresso.errors import InputError
    from openpresso.station.calibration import fitted

    points = [units.pressure(text, source="--at") for text in at]
    shown = [units.pressure(text, source="--gauge") for text in gauge or []]
    if len(shown) > len(points) or (as_json and len(shown) < len(points)):
        raise InputError.one(
            "--gauge",
            "not-a-pair",
            f"{len(shown)} pressures of the gauge are given for {len(points)} points",
            hint="give one --gauge for each --at, in the same order.",
        )
    if not all(5.0 <= point <= 200.0 for point in points):
        raise InputError.one(
            "--at", "out-of-range", "5 mmHg to 200 mmHg is allowed", hint="try '60 mmHg'."
        )

    async def ask(number: int) -> float:
        if number < len(shown):
            return shown[number]
        question = f"Held at {at[number]}. The gauge shows"
        return await asyncio.to_thread(_asked_pressure, question)

    async def act(link: Link, identity: Identity) -> tuple[Calibration, float]:
        if chamber > identity.n_chambers:
            raise InputError.one(
                "--chamber",
                "out-of-range",
                f"the cuff has {identity.n_chambers} chambers; {chamber} is none of them",
                hint="number them from 1, from distal to proximal.",
            )
        cared = _cared(link, address)
        pairs = await _beside_gauge(link, identity, chamber, points, ask)
        calibrations = list((await cared.care()).calibrations)
        fit = fitted(calibrations[chamber - 1], pairs)
        calibrations[chamber - 1] = fit.calibration
        await cared.calibrate(calibrations, who, _today())
        return fit.calibration, fit.residual

    identity, (found, residual) = _with_cuff(address, act)
    row: dict[str, JSON] = {
        "chamber": chamber,
        "zero": round(found.zero, 2),
        "span": round(found.span, 4),
        "residual": round(residual, 2),
    }
    _note(folder, identity, "calibrated", who, row)
    _print_rows(identity, [row], as_json=as_json)


@app.command("cleaned")
def cleaned(address: Address, *, who: Who, folder: Folder = STATION_FOLDER) -> None:
    """Note that a cuff was cleaned, in the cuff and in the station's log."""

    async def act(link: Link, identity: Identity) -> None:
        del identity
        await _cared(link, address).clean(_today())

    identity, _ = _with_cuff(address, act)
    _note(folder, identity, "cleaned", who, {})
    print(f"{identity.cuff} {identity.serial}: cleaned on {_today().isoformat()} by {who}")


@app.command("label")
def label(
    address: Address,
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="SVG file to write.")],
) -> None:
    """Write the label of a cuff, 62 x 29 mm, with its QR code."""
    from openpresso.station.label import label as picture

    async def act(link: Link, identity: Identity) -> None:
        """Know who is there; that is all a label needs."""

    identity, _ = _with_cuff(address, act)
    out.write_text(picture(identity, address), encoding="utf-8")
    print(out)


@app.command("vent")
def vent(address: Address) -> None:
    """Vent a cuff at once, whoever runs it; it stays vented until it is reset."""

    async def act(link: Link, identity: Identity) -> None:
        from openpresso.station.drivers.wire import WireLink

        link.vent()
        if isinstance(link, WireLink):
            await link.vented()
        await _vent(link, identity)

    identity, _ = _with_cuff(address, act)
    print(f"{identity.cuff} {identity.serial}: vented")


def _with_cuff(
    address: str, act: Callable[[Link, Identity], Awaitable[ResultT]]
) -> tuple[Identity, ResultT]:
    """Open a link, wait for the cuff, do something with it, and close the link."""
    from openpresso.station.drivers import open_link
    from openpresso.station.drivers.wire import WireLink
    from openpresso.station.gauging import reached

    async def run() -> tuple[Identity, ResultT]:
        link = open_link(address, "left", time.monotonic, STATION)
        try:
            identity = await reached(link)
            return identity, await act(link, identity)
        finally:
            link.close()
            if isinstance(link, WireLink):
                await link.closed()

    return asyncio.run(run())


async def _beside_gauge(
    link: Link,
    identity: Identity,
    chamber: int,
    points: Sequence[float],
    ask: Callable[[int], Awaitable[float]],
) -> list[tuple[float, float]]:
    """Return what gauge and cuff say [mmHg] of one chamber, empty and at some pressures."""
    import numpy as np

    from openpresso import units
    from openpresso.session import Command
    from openpresso.station.gauging import healthy, still

    await healthy(link)
    _say("The cuff lies open until its pressures stand still: half a minute or more.")
    async with still(link) as mean:
        pairs = [(0.0, float(mean()[chamber - 1]))]
    for number, point in enumerate(points):
        set_points = np.full(identity.n_chambers, np.nan)
        set_points[chamber - 1] = point
        _say(f"Chamber {chamber} fills to {units.format_pressure(point)}.")
        async with still(link, Command(set_points, point, renew=True)) as mean:
            shown = await ask(number)
            pairs.append((shown, float(mean()[chamber - 1])))
    return pairs


async def _vent(link: Link, identity: Identity) -> None:
    """Vent a cuff that has no register for it."""
    import numpy as np

    from openpresso.session import Command
    from openpresso.station.gauging import reached

    link.write(Command(np.full(identity.n_chambers, np.nan), 0.0, renew=False))
    await reached(link)


def _say(text: str) -> None:
    """Say what a person waits for, beside the output that a program may read."""
    if sys.stderr.isatty():
        typer.echo(text, err=True)


def _cared(link: Link, address: str) -> Cared:
    """Return a link as one whose cuff keeps its care, or refuse it."""
    from openpresso.errors import InputError
    from openpresso.station.care import Cared

    if isinstance(link, Cared):
        return link
    raise InputError.one(
        address,
        "no-care",
        "what is connected here keeps no counters and no calibration; a cuff with openpresso's"
        " registers is allowed",
        hint="calibrate it as its maker says.",
    )


def _log(folder: Path, identity: Identity) -> CareLog:
    from openpresso.station.care import CareLog

    return CareLog(folder / "cuffs", identity.serial)


def _note(folder: Path, identity: Identity, kind: str, who: str, data: dict[str, JSON]) -> None:
    """Write a line into the station's log of the cuff."""
    from openpresso.station.care import Entry

    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    _log(folder, identity).append(Entry(kind, at, who, data))  # type: ignore[arg-type]


def _asked_pressure(question: str) -> float:
    """Return a pressure [mmHg] that a person types, and ask again until it is one."""
    from openpresso import units
    from openpresso.errors import InputError

    while True:
        try:
            return units.pressure(typer.prompt(question), source="gauge")
        except InputError as error:
            print(error)


def _identity_json(identity: Identity) -> dict[str, JSON]:
    return {
        "cuff": identity.cuff,
        "serial": identity.serial,
        "firmware": identity.firmware,
        "chambers": identity.n_chambers,
    }


def _print_rows(identity: Identity, rows: Sequence[dict[str, JSON]], *, as_json: bool) -> None:
    """Print what was calibrated."""
    from openpresso.cli.output import print_json, print_table

    if as_json:
        print_json({**_identity_json(identity), "calibrated": list(rows)})
        return
    print(f"{identity.cuff} {identity.serial}: calibrated\n")
    print_table(tuple(rows[0]), ([_with_unit(*field) for field in row.items()] for row in rows))


def _with_unit(name: str, value: JSON) -> str:
    """Return a value of a calibration as text."""
    if isinstance(value, float):
        return f"{value:.4f}" if name == "span" else f"{value:+.2f} mmHg"
    return str(value)


def _today() -> datetime.date:

    return datetime.datetime.now(datetime.UTC).date()
