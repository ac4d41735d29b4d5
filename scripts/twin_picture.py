"""The picture of the twins' page in the documentation: `python -m scripts.twin_picture`.

Two cuffs are served and hold a gradient; one of them has a torn chamber. The page is taken as
Chromium (Debian's `chromium`) shows it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import httpx
from pymodbus.client import AsyncModbusTcpClient

PICTURE: Final = Path("docs/pictures/twin-page.png")
SIZE: Final = "1200,780"
CUFFS: Final = ("leg-8", "leg-12")
MAIN: Final = (sys.executable, "-c", "from openpresso.cli.app import main; main()")
FILLING: Final = 14.0
"""Time that the cuffs get to fill [s]."""


async def hold(address: str, station: int) -> None:
    """Hold a gradient that falls towards the thigh, in the first six chambers."""
    host, port = address.removeprefix("modbus:tcp://").rsplit(":", 1)
    client = AsyncModbusTcpClient(host, port=int(port), timeout=1.0)
    await client.connect()
    await client.write_registers(600, [1])
    points = [100 * max(50 - 4 * k, 0) if k < 6 else 0 for k in range(24)]
    command = [station, 9000, 0xFF, 0xFFFF, *points]
    while True:
        await client.readwrite_registers(
            read_address=100, read_count=88, address=200, values=command
        )
        await asyncio.sleep(0.05)


async def take(ready: dict[str, Any], folder: Path) -> Path:
    """Drive the cuffs, break one, and take the picture."""
    stations = [
        asyncio.create_task(hold(cuff["tcp"], 7 + k)) for k, cuff in enumerate(ready["cuffs"])
    ]
    await asyncio.sleep(FILLING)
    async with httpx.AsyncClient() as page:
        await page.post(f"{ready['page']}/cuffs/2/fault", json={"name": "leak", "chamber": 4})
    await asyncio.sleep(1.0)
    taken = folder / "page.png"
    chromium = await asyncio.create_subprocess_exec(
        "chromium", "--headless", "--no-sandbox", "--hide-scrollbars",
        f"--screenshot={taken}", f"--window-size={SIZE}", "--virtual-time-budget=2000",
        ready["page"], stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await chromium.wait()
    for station in stations:
        station.cancel()
    await asyncio.gather(*stations, return_exceptions=True)
    return taken


def main() -> None:
    """Take the picture and put it into the documentation."""
    cuffs = [word for name in CUFFS for word in ("--cuff", name)]
    options = ("--tcp", "127.0.0.1:0", "--page", "127.0.0.1:0", "--json")
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [*MAIN, "twin", "serve", *cuffs, *options], stdout=subprocess.PIPE, text=True
        ) as served,
    ):
        try:
            assert served.stdout is not None
            ready = json.loads(served.stdout.readline())
            taken = asyncio.run(take(ready, Path(folder)))
            shutil.copy(taken, PICTURE)
        finally:
            served.terminate()
    print(PICTURE)


if __name__ == "__main__":
    main()
