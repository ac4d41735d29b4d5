"""What a console is started with."""

from __future__ import annotations

from dataclasses import dataclass

from openpresso.console.limits import USUAL, Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """What a console is started with.

    Parameters
    ----------
    clinic
        Database of the clinic: a file or a URL.
    practice
        Key of the practice whose people sign in here.
    station
        Address of the treatment room's station as browsers reach it, empty without one.
    station_key
        The console's key for the station, of the role technician.
    names
        Host names by which the console may be called, beside its addresses and `localhost`.
    secure
        Whether browsers reach it by HTTPS: cookies are then sent over nothing else.
    records
        Folder of the station's records, if this computer reaches it; empty otherwise.
    vault, vault_key_file
        Folder of the encrypted photographs, and file with the practice's key, which lies outside
        of it; both empty where no photographs are kept.
    limits
        How often one address or token may ask; None limits nothing, for measuring.
    """

    clinic: str
    practice: int = 1
    station: str = ""
    station_key: str = ""
    names: tuple[str, ...] = ()
    secure: bool = False
    records: str = ""
    vault: str = ""
    vault_key_file: str = ""
    limits: Limits | None = USUAL
