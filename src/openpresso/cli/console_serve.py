"""A console as a process: it opens the clinic, says where it is, and serves until it is stopped."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from openpresso.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from openpresso.console.settings import Settings


def key_of(file: Path | None) -> str:
    """Return the key of the station from its file; empty without a file.

    Raises
    ------
    InputError
        If the file cannot be read or is empty.
    """
    if file is None:
        return ""
    try:
        found = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        found, reason = "", str(error)
    else:
        reason = "it is empty"
    if not found:
        raise InputError.one(
            str(file),
            "no-key",
            f"there is no key of a station in it: {reason}",
            hint="make one: openpresso station key add console --role technician > FILE",
        )
    return found


def checked_vault(settings: Settings) -> None:
    """Refuse photographs without their key, a key without photographs, and a key among them.

    Raises
    ------
    InputError
        With what is missing.
    """
    from pathlib import Path

    from openpresso.console.vault import vault_of

    folder, key = settings.vault, settings.vault_key_file
    if bool(folder) != bool(key):
        raise InputError.one(
            "console",
            "no-vault",
            "photographs need both a folder and a key",
            hint="give --vault DIR and --vault-key-file FILE; "
            "openpresso console photograph-key FILE makes a key.",
        )
    if key and Path(folder).resolve() in Path(key).resolve().parents:
        raise InputError.one(
            "console",
            "key-in-vault",
            "the key lies in the folder of the photographs that it opens",
            hint="keep it elsewhere, and out of the backup of the photographs.",
        )
    vault_of(settings)


def serve_console(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Parameters
    ----------
    settings
        What the console is started with.
    host, port
        Where to listen; port 0: a free one.
    """
    import uvicorn

    from openpresso.clinic.clinic import Clinic
    from openpresso.console.app import create_app
    from openpresso.station.service.server import listen, url_of

    listener = listen(host, port)
    clinic = Clinic(settings.clinic)
    try:
        known = dataclasses.replace(settings, names=(*settings.names, host))
        app = create_app(clinic, known)
        print(f"openpresso console  {url_of(listener)}", flush=True)
        told = "Ctrl-C stops it; a session that it steers then pauses at the end of its cycle."
        print(told, flush=True)
        uvicorn.Server(
            uvicorn.Config(
                app,
                ws="none",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        ).run([listener])
    finally:
        clinic.close()
        listener.close()
