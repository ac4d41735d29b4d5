"""A training station as a process: it is told its scenario, then it answers line by line.

The first line on its standard input is the scenario as JSON. It answers with one line: where its
HTTP service is and the key, or why it cannot begin. After that each line is one question, such as
`{"ask": "told"}`, and gets one line as its answer. It ends when its input ends, so that it does
not outlive whoever started it; when nobody asks for `ABANDONED`; and when it is told to.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from openpresso.errors import InputError, OpenpressoError
from openpresso.station.service.keys import Keys
from openpresso.station.service.server import listen, serving
from openpresso.station.training.room import TrainingStation
from openpresso.station.training.scenario import Scenario

ABANDONED: Final = 120.0
"""When nobody asks for so long, nobody looks any more [s]."""
LINE: Final = 1 << 20
"""Longest line [bytes]."""


async def _main() -> int:
    reader = asyncio.StreamReader(limit=LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    scenario = Scenario.model_validate_json(await reader.readline())
    with tempfile.TemporaryDirectory(prefix="openpresso-simulation-") as folder:
        return await _serve(scenario, Path(folder), reader)


async def _serve(scenario: Scenario, folder: Path, reader: asyncio.StreamReader) -> int:
    """Serve until the input ends or nobody asks any more."""
    try:
        station = TrainingStation(scenario, folder)
    except OpenpressoError as error:
        _say(_refusal(error))
        return 2
    keys = Keys(folder)
    key = keys.add("console", "technician")
    running = asyncio.create_task(station.run())
    asking = asyncio.create_task(_answer(station, reader))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, asking.cancel)
    try:
        async with serving(station, keys, listen("127.0.0.1", 0)) as url:
            await station.load()
            _say({"url": url, "key": key})
            await asyncio.wait({running, asking}, return_when=asyncio.FIRST_COMPLETED)
    except OpenpressoError as error:
        _say(_refusal(error))
        return 2
    finally:
        asking.cancel()
        await station.close()
        await asyncio.gather(running, asking, return_exceptions=True)
    return 0


async def _answer(station: TrainingStation, reader: asyncio.StreamReader) -> None:
    """Answer questions until there are no more."""
    while True:
        try:
            async with asyncio.timeout(ABANDONED):
                line = await reader.readline()
        except TimeoutError:
            return
        if not line:
            return
        try:
            answer = _told(station, json.loads(line))
        except OpenpressoError as error:
            answer = _refusal(error)
        _say(answer)


def _told(station: TrainingStation, asked: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked and tell what is."""
    couch = station.couch
    match asked:
        case {"ask": "told"}:
            pass
        case {"ask": "pace", "pace": float() | int() as pace}:
            station.choose(float(pace))
        case {"ask": "fault", "name": str() as name, "leg": "left" | "right" as leg,
              "chamber": int() as chamber}:  # fmt: skip
            couch.throw(name, leg, chamber)
        case {"ask": "log"}:
            return {"log": [one.to_json() for one in couch.log]}
        case _:
            raise InputError.one("simulation", "unknown-question", str(asked)[:80], hint="none.")
    return {
        "pace": station.clock.pace,
        "chosen": couch.chosen,
        "time": round(couch.now(), 2),
        "program_time": round(couch.program_time, 2),
        "state": couch.session.state if couch.session else "empty",
        "over": couch.is_over(),
        "said": couch.said,
        "thrown": [one.to_json() for one in couch.log if one.kind == "happening"],
    }


def _refusal(error: OpenpressoError) -> dict[str, Any]:
    found = error.diagnostics if isinstance(error, InputError) else ()
    told = (f"{one.path}: {one.message}" if one.path else one.message for one in found)
    message = "; ".join(told) or error.message
    return {"error": {"code": error.code, "message": message, "remedy": error.remedy}}


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(asyncio.run(_main()))
