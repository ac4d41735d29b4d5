"""`openpresso console`: serve the web application of a clinic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Serve the web application of a clinic.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def console() -> None:
    """Serve the web application of a clinic."""


@app.command("serve")
def serve(
    *,
    clinic: Annotated[
        str,
        typer.Option(
            metavar="URL",
            envvar="OPENPRESSO_DATABASE",
            help="File of SQLite, or postgresql://name@host/clinic.",
        ),
    ] = "clinic.sqlite",
    practice: Annotated[int, typer.Option(metavar="KEY", help="Whose people sign in here.")] = 1,
    station: Annotated[
        str,
        typer.Option(metavar="URL", help="The room's station, as browsers reach it."),
    ] = "",
    station_key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A key of the station, of the role technician."),
    ] = None,
    records: Annotated[
        str,
        typer.Option(metavar="DIR", help="The station's records, if they are on this computer."),
    ] = "",
    vault: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the encrypted photographs lie."),
    ] = None,
    vault_key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The practice's key of the photographs."),
    ] = None,
    host: Annotated[str, typer.Option(metavar="HOST", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="0: a free one.")
    ] = 8600,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A host name by which the console may be called."),
    ] = None,
    secure: Annotated[
        bool, typer.Option("--secure", help="Browsers reach it by HTTPS, through a proxy.")
    ] = False,
) -> None:
    """Serve the console until Ctrl-C. STOP in it goes straight to the station."""
    from openpresso.cli.clinic_desk import engine_of
    from openpresso.cli.console_serve import checked_vault, key_of, serve_console
    from openpresso.console.settings import Settings

    engine_of(clinic).dispose()
    settings = Settings(
        clinic=clinic,
        practice=practice,
        station=station.rstrip("/"),
        station_key=key_of(station_key_file),
        names=tuple(name or ()),
        secure=secure,
        records=records,
        vault=str(vault or ""),
        vault_key_file=str(vault_key_file or ""),
    )
    checked_vault(settings)
    serve_console(settings, host, port)


@app.command("photograph-key")
def photograph_key(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Outside of the folder of the photographs.")
    ],
) -> None:
    """Make the practice's key of the photographs; keep a copy of it in a safe."""
    from openpresso.clinic.measures.vault import make_key_file

    made = make_key_file(file)
    print(f"made {made}; without it no photograph can be read: keep a copy in a safe.")
