"""`openpresso up`: the whole house on this computer, with a made-up clinic and two twin cuffs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path("sessions/clinic")
"""Where everything lies that it makes."""


def up(
    *,
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where clinic, records and logs lie.")
    ] = FOLDER,
    clients: Annotated[
        int, typer.Option(min=8, max=5000, help="How many people come, when the clinic is made.")
    ] = 200,
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="Of the console; 0: a free one.")
    ] = 8600,
    station_port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="Of the station; 0: a free one.")
    ] = 8100,
    twins_port: Annotated[
        int,
        typer.Option(
            metavar="PORT", min=0, max=65534, help="Of the left cuff; 0: a free one for each."
        ),
    ] = 1502,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when everything is ready.")
    ] = False,
) -> None:
    """Open the console on a made-up clinic with two twin cuffs, until Ctrl-C.

    The clinic is made once in its folder, which takes about two minutes, and used again from then
    on. A port that is taken is replaced by a free one. Ctrl-C vents the cuffs and ends everything.
    """
    from openpresso.cli.up_clinic import held, made
    from openpresso.cli.up_house import Ports, serve_house

    with held(folder):
        clinic = made(folder, clients)
        serve_house(folder, clinic, Ports(port, station_port, twins_port), as_json=as_json)
