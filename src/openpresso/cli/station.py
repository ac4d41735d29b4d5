"""`openpresso station`: serve a treatment room, steer it, and stop it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from openpresso.cli import station_keys

if TYPE_CHECKING:
    from openpresso.station.client import StationClient

app = typer.Typer(
    help="Serve a treatment room with real or twin cuffs, run sessions in it, and stop it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(station_keys.app, name="key")

DEFAULT_URL = "http://127.0.0.1:8100"
Url = Annotated[str, typer.Option(metavar="URL", help="Where the station listens.")]
Key = Annotated[
    str | None,
    typer.Option(
        metavar="SECRET",
        envvar="OPENPRESSO_STATION_KEY",
        help="A key of the station; without it the one in its folder on this computer.",
    ),
]
Folder = Annotated[Path, typer.Option(metavar="DIR", help="The station's own folder.")]
CouchName = Annotated[str, typer.Option(metavar="NAME", help="Name of the couch.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("serve")
def serve(
    *,
    cuff: Annotated[
        list[str],
        typer.Option(
            metavar="[COUCH/]LEG=ADDRESS",
            help="A cuff, such as left=modbus:tcp://127.0.0.1:1502 or"
            " 2/right=modbus:rtu:///dev/ttyUSB0; once for each. Without COUCH it is couch 1.",
        ),
    ],
    listen: Annotated[
        str,
        typer.Option(metavar="HOST:PORT", help="Where to listen; port 0: a free one."),
    ] = "127.0.0.1:8100",
    folder: Folder = Path("station"),
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A host name by which the station may be called, beside its addresses.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when the station is ready.")
    ] = False,
) -> None:
    """Own the cuffs of a room, in real time, until Ctrl-C; then vent them all.

    It makes a technician's key for this computer and keeps it, the records and the books on the
    cuffs in its folder. Only one station can use a folder.
    """
    from openpresso.cli.station_serve import Wanted, serve_station

    wanted = Wanted.of(cuff, listen, folder, name or [])
    raise typer.Exit(serve_station(wanted, as_json=as_json))


@app.command("run")
def run(
    program: Annotated[
        str, typer.Argument(metavar="PROGRAM", help="Name in the catalog, or a YAML file.")
    ],
    *,
    url: Url = DEFAULT_URL,
    couch: CouchName = "1",
    legs: Annotated[
        Literal["both", "left", "right", "alternate"] | None,
        typer.Option(help="Which limbs; without it as the program says."),
    ] = None,
    ceiling: Annotated[
        str | None,
        typer.Option(metavar="PRESSURE", help='Highest pressure allowed, such as "60 mmHg".'),
    ] = None,
    duration: Annotated[
        str | None,
        typer.Option(metavar="TIME", help='Shorter than the program, such as "2 min".'),
    ] = None,
    posture: Annotated[
        Literal["supine", "elevated", "sitting"], typer.Option(help="How the person lies.")
    ] = "supine",
    client: Annotated[
        str, typer.Option(metavar="ID", help="Identifier of the person, for the record.")
    ] = "",
    who: Annotated[
        str, typer.Option(metavar="NAME", help="Who steers; it stands in the record.")
    ] = "technician",
    force: Annotated[
        bool, typer.Option("--force", help="Take the control seat from somebody else.")
    ] = False,
    key: Key = None,
    folder: Folder = Path("station"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object at the end and nothing else.")
    ] = False,
) -> None:
    """Deliver a whole session in a station: load, turn on, test, start, watch.

    The left cuff is turned on first, the right one when it has passed. Ctrl-C vents at once.
    Exit code 0: delivered, 1: not.
    """
    from openpresso.cli.station_run import Wish, run_session

    wish = Wish(program, legs, ceiling, duration, posture, client, who, force)
    raise typer.Exit(run_session(wish, _client(url, key, folder), couch, as_json=as_json))


@app.command("vent")
def vent(
    *,
    url: Url = DEFAULT_URL,
    couch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this couch; without it every one.")
    ] = None,
) -> None:
    """EMERGENCY VENT: empty all cuffs at once; it needs no key and no control seat."""
    from openpresso.cli.station_vent import vent as vented

    names = vented(url, couch)
    print(f"vented: couch {', '.join(names)}")


@app.command("status")
def status(
    *,
    url: Url = DEFAULT_URL,
    key: Key = None,
    folder: Folder = Path("station"),
    as_json: AsJson = False,
) -> None:
    """Show every couch and cuff of a station, with what is wrong."""
    from openpresso.cli.output import print_json
    from openpresso.cli.station_status import show_status

    with _client(url, key, folder) as client:
        shown = [client.couch(one["name"]).snapshot() for one in client.couches()]
    if as_json:
        print_json(shown)
    else:
        show_status(shown)


@app.command("cleaned")
def cleaned(
    leg: Annotated[Literal["left", "right"], typer.Argument(help="Which cuff was cleaned.")],
    *,
    who: Annotated[str, typer.Option(metavar="NAME", help="Who cleaned it; it is kept.")],
    url: Url = DEFAULT_URL,
    couch: CouchName = "1",
    key: Key = None,
    folder: Folder = Path("station"),
) -> None:
    """Say that a cuff was cleaned and may be worn by the next person."""
    with _client(url, key, folder) as client:
        one = client.couch(couch)
        with one.seat(who):
            one.cleaned(leg)
    print(f"noted: the {leg} cuff of couch {couch} was cleaned by {who}")


def _client(url: str, key: str | None, folder: Path) -> StationClient:
    from openpresso.station.client import StationClient

    return StationClient(url, key, folder)
