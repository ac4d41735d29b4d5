"""A Python client of a station: commands, the control seat, the stream, and the vent.

>>> station = StationClient("http://127.0.0.1:8100")  # doctest: +SKIP
>>> couch = station.couch("1")  # doctest: +SKIP
>>> with couch.seat("Ana"):  # doctest: +SKIP
...     couch.load("gradient-drainage", ceiling="55 mmHg")
...     for leg in ("left", "right"):
...         couch.turn_on(leg)
...         couch.wait(lambda now: now["state"] in {"idle", "ready"}, timeout=60.0)
...     couch.start()
...     done = couch.wait(lambda now: now["outcome"], timeout=3600.0)
"""

from openpresso.station.client.calls import StationError, StationInputError
from openpresso.station.client.couch import CouchClient
from openpresso.station.client.seat import SeatClient
from openpresso.station.client.station import KEY_VARIABLE, URL, StationClient
from openpresso.station.client.telling import Snapshot

__all__ = [
    "KEY_VARIABLE",
    "URL",
    "CouchClient",
    "SeatClient",
    "Snapshot",
    "StationClient",
    "StationError",
    "StationInputError",
]
