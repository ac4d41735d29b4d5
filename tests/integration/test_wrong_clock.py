"""A clock that is set back: the session counts on a clock that nobody sets."""

from __future__ import annotations

import email.utils
import time
from pathlib import Path

import httpx
import pytest

from tests.integration.processes import until
from tests.integration.room import Room, Station, program, run, sealed, steering

FAKER = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
HOUR = 3600.0


def wall(station: Station) -> float:
    """Return what the station's clock of day says, as it dates its answers [s]."""
    date = httpx.get(f"{station.url}/health", trust_env=False).headers["date"]
    return email.utils.parsedate_to_datetime(date).timestamp()


@pytest.mark.skipif(FAKER is None, reason="libfaketime is not installed")
def test_a_clock_that_is_set_back_an_hour_does_not_change_a_session(room: Room) -> None:
    setting = room.folder / "clock"
    setting.write_text("+0", "ascii")
    (cuff,) = room.twins("calf-3")
    station = room.station(
        cuff.address,
        env={
            "LD_PRELOAD": str(FAKER),
            "FAKETIME_TIMESTAMP_FILE": str(setting),
            # Read again each second; each time would cost the station half its processor.
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
    )
    with steering(station):
        running = run(station, program(hold=6.0), duration=26.0)
        planned = running["program"]["duration"]
        assert abs(wall(station) - time.time()) < 5.0
        begun = time.monotonic()
        at = station.snapshot()["program_time"]
        changed = setting.with_suffix(".new")
        changed.write_text(f"-{HOUR:.0f}", "ascii")
        changed.rename(setting)
        until(lambda: abs(wall(station) - time.time() + HOUR) < 5.0, what="its clock is back")
        done = station.until(lambda now: now["outcome"], 60.0, "the session is over")
        took = time.monotonic() - begun
        assert done["outcome"] == "delivered", done["reason"]
        assert done["alarms"] == []
        # The controlled end lets down and waits until all is empty.
        assert -0.5 < took - (planned - at) < 8.0
        summary = sealed(station, done["record"], "delivered")
        assert planned < summary["end"] - summary["begin"] < planned + 60.0
        assert abs(wall(station) - time.time() + HOUR) < 5.0
