"""The emergency vent from the command line, with nothing to import that takes time."""

from __future__ import annotations

import http.client
import json
from typing import Final
from urllib.parse import quote, urlsplit

from openpresso.errors import OpenpressoError

WITHIN: Final = 5.0
"""The station answers within this time, or does not [s]."""


class VentError(OpenpressoError):
    """The vent was not confirmed."""

    exit_code = 1
    default_code = "not-vented"


def vent(url: str, couch: str | None) -> list[str]:
    """Vent one couch, or every one; return which.

    Parameters
    ----------
    url
        Where the station listens.
    couch
        Name of a couch; `None`: all.

    Raises
    ------
    VentError
        If the station did not say that it vents.
    """
    try:
        place = urlsplit(url)
        secure = place.scheme == "https"
        line = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(
            place.hostname or "", place.port, timeout=WITHIN
        )
        line.request("POST", f"/couches/{quote(couch, safe='')}/vent" if couch else "/vent")
        answer = line.getresponse()
        said = json.loads(answer.read())
        line.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _not_vented(f"the station at {url} does not answer: {error}") from error
    if answer.status != 202:
        raise _not_vented(str(said.get("detail", f"it answered {answer.status}")))
    return [couch] if couch else list(said["couches"])


def _not_vented(why: str) -> VentError:
    return VentError(
        f"NOT VENTED: {why}",
        remedy="pull the plug of the cuffs: without power, and without a station, they vent.",
    )
