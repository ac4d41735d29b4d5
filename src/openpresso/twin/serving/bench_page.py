"""The page of served twins: what every chamber does, and buttons that break and mend the cuffs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from importlib import resources
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from openpresso.errors import InputError, OpenpressoError
from openpresso.twin import faults
from openpresso.twin.serving.device import CHAMBER_FAULTS, TwinDevice
from openpresso.twin.serving.server import TwinServer
from openpresso.twin.serving.snapshot import snapshot


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FaultBody(_Body):
    """A fault to be injected."""

    name: str
    """Name of a fault of `openpresso.twin.faults`."""
    chamber: int = Field(default=1, ge=1)
    """Chamber, from the foot; without meaning for faults of the whole cuff."""


class PowerBody(_Body):
    """Whether the cuff shall have power; `true` to one that has it restarts it."""

    on: bool


class CableBody(_Body):
    """Whether the cuff's cable shall be in."""

    plugged: bool


def catalog() -> list[dict[str, Any]]:
    """Return every fault: name, what it is, and whether it means one chamber."""
    return [
        {"name": name, "text": text, "of_chamber": name in CHAMBER_FAULTS}
        for name, (text, _) in faults.FAULTS.items()
    ]


def make_app(server: TwinServer) -> FastAPI:
    """Return the page and what is behind it."""
    app = FastAPI(title="Twins of cuff and leg", docs_url=None, redoc_url=None)
    page = resources.files(__package__).joinpath("bench_page.html").read_text("utf-8")

    @app.exception_handler(OpenpressoError)
    async def refuse(_request: Request, error: OpenpressoError) -> JSONResponse:
        # The message of an InputError holds its remedy.
        remedy = "" if isinstance(error, InputError) else error.remedy
        content = {"error": error.message, "code": error.code, "remedy": remedy}
        return JSONResponse(content, status_code=422)

    def cuff(number: int) -> TwinDevice:
        server.check(number - 1, 1)
        return server.cuffs[number - 1]

    @app.get("/", response_class=HTMLResponse)
    async def show_page() -> str:
        return page

    @app.get("/state")
    async def show_state() -> JSONResponse:
        return JSONResponse(snapshot(server))

    @app.get("/faults")
    async def show_faults() -> JSONResponse:
        return JSONResponse(catalog())

    @app.post("/cuffs/{number}/fault")
    async def inject(number: int, body: FaultBody) -> dict[str, Any]:
        faults.parse(f"{body.name}@0:{body.chamber}")
        server.check(number - 1, body.chamber)
        cuff(number).inject(body.name, body.chamber)
        return {"broken": cuff(number).broken}

    @app.post("/cuffs/{number}/mend")
    async def mend(number: int) -> dict[str, Any]:
        cuff(number).mend()
        for line in server.lines[number - 1]:
            await line.plug()
        return {"broken": []}

    @app.post("/cuffs/{number}/power")
    async def power(number: int, body: PowerBody) -> dict[str, Any]:
        cuff(number).power(on=body.on)
        return {"powered": body.on}

    @app.post("/cuffs/{number}/cable")
    async def cable(number: int, body: CableBody) -> dict[str, Any]:
        cuff(number)
        for line in server.lines[number - 1]:
            if body.plugged:
                await line.plug()
            else:
                line.unplug()
        return {"plugged": body.plugged}

    return app


class _Uvicorn(uvicorn.Server):
    """A server that leaves signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class BenchPage:
    """The page, served in the loop that also drives the twins.

    Parameters
    ----------
    server
        The served twins.
    """

    def __init__(self, server: TwinServer) -> None:
        """Make the page; `open` serves it."""
        self._app = make_app(server)
        self.address = ""
        """Where the page is, once it is open."""
        self._server: _Uvicorn | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, host: str, port: int) -> None:
        """Serve the page; port 0 takes a free one.

        Raises
        ------
        InputError
            If the port cannot be had.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            # Whoever comes before the server is up waits in this queue.
            listening.listen()
        except OSError as error:
            listening.close()
            message = f"cannot listen on {host}:{port}: {error.strerror or error}"
            hint = "Choose another port, 0 for a free one."
            raise InputError.one("--page", "no-port", message, hint=hint) from error
        port = listening.getsockname()[1]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._server = _Uvicorn(
            uvicorn.Config(
                self._app, log_level="warning", access_log=False, lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def close(self) -> None:
        """Stop serving."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
