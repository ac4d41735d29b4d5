"""`openpresso demo`: a made-up clinic, so that every page and report has something to show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file of SQLite.")] = Path(
        "demo.sqlite"
    ),
    *,
    clients: Annotated[int, typer.Option(min=8, max=5000, help="How many people come.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 1,
) -> None:
    """Make a clinic of made-up people with two years of visits; it is marked as synthetic."""
    from rich.console import Console
    from rich.progress import Progress

    from openpresso.clinic.demo.house import PASSWORD, STAFF
    from openpresso.clinic.demo.make import make
    from openpresso.clinic.store import migrate
    from openpresso.clinic.store.engine import connect
    from openpresso.errors import InputError

    if file.exists():
        raise InputError.one(
            str(file),
            "file-exists",
            "there is such a file already",
            hint="Name another one, or remove it first; nothing is overwritten.",
        )
    engine = connect(str(file))
    migrate.migrate(engine)
    engine.dispose()
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("two years of visits", total=1.0)
        make(
            str(file),
            clients=clients,
            seed=seed,
            told=lambda share: progress.update(task, completed=share),
        )
    people = ", ".join(login for _, _, login, _ in STAFF)
    typer.echo(f"{file}: {clients} made-up clients")
    typer.echo(f"  sign in as {people}; the password of all is {PASSWORD}")
