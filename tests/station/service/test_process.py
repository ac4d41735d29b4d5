"""A station as a process, with twins as its cuffs: from its first line to its last."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpresso.record import open_record, verify
from openpresso.station.client import StationClient
from openpresso.station.service.views import Snapshot as View

OPENPRESSO = [sys.executable, "-c", "from openpresso.cli.app import main; main()"]


@contextlib.contextmanager
def process(
    *words: str, ends_with: int
) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    """Run a verb that serves; give it and the line that it prints when it is ready."""
    started = subprocess.Popen(
        [*OPENPRESSO, *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    try:
        yield started, json.loads(started.stdout.readline())
        if started.poll() is None:
            started.send_signal(signal.SIGTERM)
        _, said = started.communicate(timeout=60.0)
        assert (started.returncode, said) == (ends_with, "")
    finally:
        started.kill()
        started.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_station_serves_its_cuffs_and_vents_them_when_it_is_told_to_stop(
    tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "station"
    with process("twin", "serve", "--cuff", "leg-4", "--tcp", "127.0.0.1:0", ends_with=0) as (
        _,
        twin,
    ):
        address = twin["cuffs"][0]["tcp"]  # type: ignore[index]
        options = ("--cuff", f"left={address}", "--listen", "127.0.0.1:0", "--folder", str(folder))
        with (
            process("station", "serve", *options, ends_with=0) as (station, ready),
            StationClient(str(ready["url"]), folder=folder) as client,
        ):
            assert Path(str(ready["key"])) == folder / "local-key"
            couch = client.couch("1")
            known = couch.wait(lambda now: now["cuffs"]["left"]["identity"], timeout=20.0)
            View.model_validate(known)
            assert known["state"] == "empty"
            with couch.seat("Ana"):
                couch.load("gradient-drainage", legs="left", duration="3 min")
                View.model_validate(couch.snapshot())
                couch.turn_on("left")
                fitting = couch.wait(
                    lambda now: max(now["cuffs"]["left"]["pressures"]) > 8.0, timeout=20.0
                )
                View.model_validate(fitting)
                station.send_signal(number)
                over = couch.wait(lambda now: now["outcome"], timeout=10.0)
            assert over["outcome"] == "stopped"
            assert f"told to stop ({number.name})" in over["reason"]
            View.model_validate(over)
    (record,) = (folder / "sessions").iterdir()
    assert open_record(record).outcome == "stopped"
    assert not verify(record)
