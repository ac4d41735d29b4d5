"""`openpresso twin`: twins of cuff and leg as devices, and the faults one can give them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from openpresso.cli import twin_break

if TYPE_CHECKING:
    from openpresso.twin.serving.server import TwinServer

app = typer.Typer(
    help="Serve twins of cuff and leg on Modbus, and break them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _verb in twin_break.VERBS:
    app.command(_verb.__name__)(_verb)

CuffName = Annotated[
    list[str],
    typer.Option(
        "--cuff", metavar="CUFF", help="Name in the catalog, or a YAML file; once for each cuff."
    ),
]


@app.command("serve")
def serve(
    *,
    cuff: CuffName = ["leg-8"],  # noqa: B006  # typer copies it
    count: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=256, help="Repeat the cuffs until there are so many."),
    ] = None,
    tcp: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Modbus TCP: the first cuff's port, the others on the next ones; port 0 takes free"
            " ones. Without --tcp and --pty: 127.0.0.1:1502.",
        ),
    ] = None,
    pty: Annotated[
        bool, typer.Option("--pty", help="Modbus RTU: a pseudo-terminal for each cuff.")
    ] = False,
    link: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Link to the pseudo-terminal; once for each cuff."),
    ] = None,
    page: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="A page to watch the twins and to break them."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME@TIME[:CHAMBER]",
            help='Fault that comes so long after the start, such as "leak@5 min:3", or'
            ' "leak@5 min:right.3" for the second cuff; may be given several times.',
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the sensors' noise.")] = 0,
    posture: Annotated[
        Literal["supine", "elevated", "sitting"], typer.Option(help="How the legs lie.")
    ] = "supine",
    serial: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="Serial number; once for each cuff."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep counters, calibration and cleaning here; without it they are lost.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when the cuffs are ready.")
    ] = False,
) -> None:
    """Serve cuffs and legs in real time behind the registers of a real cuff, until Ctrl-C.

    One line for each cuff says its address, for `openpresso station serve --cuff left=ADDRESS`.
    """
    import asyncio

    from openpresso import cuff as cuffs
    from openpresso.twin import faults
    from openpresso.twin.serving.server import TwinServer

    named = {name: cuffs.load(name) for name in cuff}
    number = count or len(cuff)
    twins = TwinServer(
        [named[cuff[k % len(cuff)]] for k in range(number)],
        seed=seed,
        posture=posture,
        serials=_checked(serial or []),
        state=state,
        report=lambda text: print(f"openpresso: {text}", file=sys.stderr, flush=True),
    )
    for text in fault or ():
        twins.plan(faults.parse(text))
    wants_tcp = tcp or not (pty or link)
    asyncio.run(
        _serve(
            twins,
            _host_and_port(tcp or "127.0.0.1:1502", "--tcp") if wants_tcp else None,
            (link or []) if pty or link else None,
            _host_and_port(page, "--page") if page else None,
            as_json=as_json,
        )
    )


async def _serve(
    twins: TwinServer,
    tcp: tuple[str, int] | None,
    links: list[Path] | None,
    page: tuple[str, int] | None,
    *,
    as_json: bool,
) -> None:
    """Open lines and page, say where they are, and let time pass until a signal comes."""
    import asyncio
    import gc
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await twins.open(tcp, links)
    shown = None
    if page is not None:
        from openpresso.twin.serving.bench_page import BenchPage

        shown = BenchPage(twins)
        await shown.open(*page)
    ready = {
        "cuffs": [
            {
                "cuff": device.cuff.name,
                "serial": device.serial,
                "tcp": next((a for a in addresses if a.startswith("modbus:tcp:")), None),
                "rtu": next((a for a in addresses if a.startswith("modbus:rtu:")), None),
            }
            for device, addresses in zip(
                twins.cuffs,
                ([line.address for line in lines] for lines in twins.lines),
                strict=True,
            )
        ],
        "page": shown.address if shown else None,
    }
    if as_json:
        print(json.dumps(ready), flush=True)
    else:
        _say(ready)
    # What is there now stays: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    try:
        await twins.run(stop)
    finally:
        if shown:
            await shown.close()


def _say(ready: dict[str, Any]) -> None:
    """Print the addresses for a person."""
    for one in ready["cuffs"]:
        for address in (one["tcp"], one["rtu"]):
            if address:
                print(f"{one['cuff']}  {one['serial']}  {address}")
    if ready["page"]:
        print(f"page  {ready['page']}")
    print("Ctrl-C ends it.", flush=True)


@app.command("firmware")
def firmware(
    *,
    cuff: Annotated[str, typer.Option(metavar="CUFF", help="Name in the catalog.")] = "leg-8",
    link: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Link to the serial line.")
    ] = None,
    serial: Annotated[str, typer.Option(metavar="TEXT", help="Serial number.")] = "OP-0001",
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the sensors' noise.")] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME@TIME[:CHAMBER]",
            help="Fault that comes so long after the start; may be given several times.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when the cuff is ready.")
    ] = False,
) -> None:
    """Run the cuff's real firmware under MicroPython, with cuff and leg in software behind it.

    Prints the serial line's address, for `openpresso station serve --cuff left=ADDRESS`, and runs
    until Ctrl-C.
    """
    from openpresso.cli.stop import Stop
    from openpresso.twin.faults import parse
    from openpresso.twin.rig.firmware import FirmwareProcess
    from openpresso.twin.serving.lines import replace_link

    plan = sorted((parse(text) for text in fault or ()), key=lambda one: one.time)
    (serial,) = _checked([serial])
    with Stop() as stop, FirmwareProcess(cuff, serial, seed) as running:
        path = Path(running.serial_path)
        if link:
            replace_link(link, path)
        address = f"modbus:rtu://{(link or path).absolute()}"
        if as_json:
            ready = {"cuff": cuff, "serial": serial, "tcp": None, "rtu": address}
            print(json.dumps({"cuffs": [ready], "page": None}), flush=True)
        else:
            print(f"{cuff}  {serial}  {address}\nCtrl-C ends it.", flush=True)
        stop.begin()
        try:
            for one in plan:
                if stop.comes_before(one.time):
                    break
                running.fault(one.name, one.chamber)
            stop.wait()
        finally:
            if link:
                link.unlink(missing_ok=True)


def _host_and_port(text: str, option: str) -> tuple[str, int]:
    """Read `HOST:PORT`."""
    from openpresso.errors import InputError

    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise InputError.one(
            option, "bad-address", f"{text!r} is not HOST:PORT", hint="Give 127.0.0.1:1502."
        )
    return host.strip("[]"), int(port)


def _checked(serials: list[str]) -> list[str]:
    """Return serial numbers that fit into their register and differ."""
    from openpresso.errors import InputError

    for text in serials:
        if not text.isascii() or not text.isprintable() or not 1 <= len(text) <= 24:
            message = f"{text!r} is not 1 to 24 printable ASCII characters"
            raise InputError.one("--serial", "bad-serial", message, hint="Give such as OP-0001.")
    if len(set(serials)) < len(serials):
        raise InputError.one(
            "--serial", "bad-serial", "two cuffs have the same", hint="Give each its own."
        )
    return serials
