"""Four simulated pressure regulators on one Modbus line, with a bus time-out of their own."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

SET_POINT, PRESSURE, ENABLE, SHUT, TIMEOUT = 0, 1, 2, 3, 4
PER_MMHG = 10.0
LAG = 0.15
"""First-order lag of the pressure [s]."""
TIMEOUT_MS = 400

MAP = """\
name: bench-1
version: 1
title: "Four simulated regulators"
cuff: leg-4
count: 0.1 mmHg
highest: 120 mmHg
bus_timeout: {address: 4, count: 1 ms}
chambers:
  - {number: 1, device: 1, set_point: 0, pressure: 1, enable: 2, shut: 3}
  - {number: 2, device: 2, set_point: 0, pressure: 1, enable: 2, shut: 3}
  - {number: 3, device: 3, set_point: 0, pressure: 1, enable: 2, shut: 3}
  - {number: 4, device: 4, set_point: 0, pressure: 1, enable: 2, shut: 3}
"""


class Regulator:
    """One regulator with the gas of its chamber."""

    def __init__(self, timeout_ms: int = TIMEOUT_MS) -> None:
        self.timeout_ms = timeout_ms
        self.switch_on()

    def switch_on(self) -> None:
        """Give power: vented."""
        self.registers = {SET_POINT: 0, ENABLE: 0, SHUT: 0}
        self.pressure = 0.0
        self.offset = 0.0
        self.heard = self.lived = time.monotonic()

    def live(self) -> None:
        """Catch up with the time."""
        now = time.monotonic()
        lost = self.heard + self.timeout_ms / 1000.0 if self.timeout_ms else math.inf
        if now > lost:
            self.flow(lost)
            self.registers = {SET_POINT: 0, ENABLE: 0, SHUT: 0}
        self.flow(now)

    def flow(self, until: float) -> None:
        """Let the pressure follow the set-point, unless the chamber is shut off."""
        passed, self.lived = until - self.lived, until
        if not self.registers[SHUT] and passed > 0.0:
            aim = self.registers[SET_POINT] / PER_MMHG if self.registers[ENABLE] else 0.0
            self.pressure = aim + (self.pressure - aim) * math.exp(-passed / LAG)


class Bench:
    """The regulators and what a test may do to them."""

    def __init__(self) -> None:
        self.regulators = [Regulator() for _ in range(4)]
        self.fills = 0
        self.silent = False
        self.port = 0

    def live(self) -> None:
        """Catch up with the time."""
        for one in self.regulators:
            one.live()

    def restart(self) -> None:
        """Take power from all of them and give it again."""
        for one in self.regulators:
            one.switch_on()

    async def act(
        self, number: int, _function: int, start: int, address: int, count: int,
        registers: list[int], values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:  # fmt: skip
        """Answer a request to one regulator, as pymodbus' server wants it."""
        one = self.regulators[number]
        if self.silent:
            return None
        one.live()
        one.heard = time.monotonic()
        if values is not None:
            for k in range(count):
                one.registers[address + k] = int(values[k])
                self.fills += address + k in {SET_POINT, ENABLE} and values[k] > 0
        said = {
            **one.registers,
            PRESSURE: round((one.pressure + one.offset) * PER_MMHG) & 0xFFFF,
            TIMEOUT: one.timeout_ms,
        }
        for at, value in said.items():
            registers[at - start] = value
        return None

    def trace(self, sending: bool, data: bytes) -> bytes:
        """Swallow answers while silent."""
        return b"" if sending and self.silent else data

    def address(self, file: Path) -> str:
        """Address of the regulators, with their map."""
        return f"regulators:tcp://127.0.0.1:{self.port}?map={file}"


@asynccontextmanager
async def serve_bench() -> AsyncIterator[Bench]:
    """Serve four regulators over Modbus TCP on a free port."""
    bench = Bench()
    devices = [
        SimDevice(
            id=number + 1,
            simdata=[SimData(0, count=5, values=0, datatype=DataType.REGISTERS)],
            action=partial(bench.act, number),
        )
        for number in range(4)
    ]
    server = ModbusTcpServer(devices, address=("127.0.0.1", 0), trace_packet=bench.trace)
    await server.serve_forever(background=True)
    assert server.transport is not None
    bench.port = server.transport.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield bench
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]
