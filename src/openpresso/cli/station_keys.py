"""`openpresso station key`: who may call a station."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    help="Make, list and remove the keys of a station.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Folder = Annotated[Path, typer.Option(metavar="DIR", help="The station's own folder.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Who or what calls with it.")]


@app.command("add")
def add(
    name: Name,
    *,
    role: Annotated[
        Literal["observer", "technician"],
        typer.Option(help="An observer reads; a technician also commands."),
    ] = "observer",
    folder: Folder = Path("station"),
) -> None:
    """Make a key and print its secret, once; the station keeps only a digest of it.

    A station that runs knows it at once.
    """
    from openpresso.station.service.keys import Keys

    print(Keys(folder).add(name, role))


@app.command("list")
def list_keys(
    *,
    folder: Folder = Path("station"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the keys, without their secrets."""
    from openpresso.cli.output import print_json, print_table
    from openpresso.station.service.keys import Keys

    keys = Keys(folder).all()
    if as_json:
        print_json([{"name": k.name, "role": k.role, "created": k.created} for k in keys])
    elif keys:
        print_table(("name", "role", "created"), ((k.name, k.role, k.created) for k in keys))
    else:
        print(f"{folder}: no keys")


@app.command("remove")
def remove(name: Name, *, folder: Folder = Path("station")) -> None:
    """Take a key away; a station that runs refuses it from the next request on."""
    from openpresso.station.service.keys import Keys

    Keys(folder).remove(name)
    print(f"removed: {name}")
