"""The made-up clinic of `openpresso up`: made once as a whole, used again from then on."""

from __future__ import annotations

import contextlib
import fcntl
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILE: Final = "clinic.sqlite"
HALF: Final = "unfinished.sqlite"
"""The clinic while it is being made; only a whole one gets its name."""


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder for this process.

    Raises
    ------
    InputError
        If another process has it, or if it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise InputError.one(
            str(folder),
            "bad-folder",
            f"nothing can be written there: {error.strerror or error}",
            hint="choose another place: openpresso up --folder DIR.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError.one(
                str(folder),
                "folder-in-use",
                "another `openpresso up` uses this folder",
                hint="end that one first, or give this one a place of its own with --folder DIR.",
            ) from error
        yield


def made(folder: Path, clients: int) -> Path:
    """Return the file of the clinic, with the tables of this version; it is made if missing.

    Parameters
    ----------
    folder
        Where it lies.
    clients
        How many people come, if it is made.
    """
    from openpresso.clinic.demo.make import make
    from openpresso.clinic.store import migrate
    from openpresso.clinic.store.engine import connect

    file, half = folder / FILE, folder / HALF
    whole = file.is_file()
    if not whole:
        for old in folder.glob(f"{HALF}*"):
            old.unlink()
    engine = connect(str(file if whole else half))
    try:
        migrate.migrate(engine)
    finally:
        engine.dispose()
    if not whole:
        with progress(f"making a clinic with {clients} made-up clients in {folder}, once") as told:
            make(str(half), clients=clients, told=told)
        half.rename(file)
    return file


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[float], None]]:
    """Show how far something is: a bar on a terminal, a line at each quarter elsewhere.

    Yields
    ------
    Callable
        To be called with the share that is done, from 0 to 1.
    """
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=1.0)
            yield lambda share: bar.update(task, completed=share)
        return
    print(what, file=sys.stderr, flush=True)
    quarter = 0

    def tell(share: float) -> None:
        nonlocal quarter
        if int(4.0 * share) > quarter:
            quarter = int(4.0 * share)
            print(f"  {25 * quarter} %", file=sys.stderr, flush=True)

    yield tell
