"""Addresses of cuffs: each has its driver, and a wrong one is refused with what is allowed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.errors import InputError
from openpresso.station.drivers import address as addresses
from openpresso.station.drivers import open_link
from openpresso.station.drivers.address import modbus_place, regulators_place
from openpresso.station.drivers.places import SerialPlace, TcpPlace


@pytest.mark.parametrize(
    ("address", "place", "device"),
    [
        ("modbus:tcp://127.0.0.1:1502", TcpPlace("127.0.0.1", 1502), 1),
        ("modbus:tcp://cuff.local", TcpPlace("cuff.local", 502), 1),
        ("modbus:tcp://[::1]:1502?device=7", TcpPlace("::1", 1502), 7),
        ("modbus:rtu:///dev/ttyUSB0", SerialPlace("/dev/ttyUSB0", 230400), 1),
        (
            "modbus:rtu:///dev/ttyUSB0?baud=115200&device=2",
            SerialPlace("/dev/ttyUSB0", 115200),
            2,
        ),
        ("modbus:rtu:///COM3", SerialPlace("COM3", 230400), 1),
    ],
)
def test_a_modbus_address_names_place_and_device(address: str, place: object, device: int) -> None:
    assert modbus_place(address) == (place, device)


def test_an_address_of_regulators_names_place_and_map() -> None:
    place, file = regulators_place("regulators:rtu:///dev/ttyS1?baud=19200&map=bench.yaml")
    assert place == SerialPlace("/dev/ttyS1", 19200)
    assert str(file) == "bench.yaml"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("modbuss:tcp://a", "did you mean 'modbus'?"),
        ("", "modbus, regulators are allowed"),
        ("127.0.0.1:1502", "modbus, regulators are allowed"),
        ("modbus:udp://a", "tcp and rtu are allowed"),
        ("modbus:tcp://", "a host and a port"),
        ("modbus:tcp://a/b", "a host and a port"),
        ("modbus:tcp://a:99999", "1 to 65535"),
        ("modbus:tcp://a:0", "1 to 65535"),
        ("modbus:tcp://[a", "a name or an IP address"),
        ("modbus:tcp://a?device=0", "1 to 247"),
        ("modbus:tcp://a?device=x", "a whole number"),
        ("modbus:tcp://a?baud=9600", "'baud' is unknown; device are allowed"),
        ("modbus:tcp://a?device=1&device=2", "given twice"),
        ("modbus:rtu:///", "path of a serial port"),
        ("modbus:rtu://dev/ttyUSB0", "path of a serial port"),
        ("modbus:rtu:///dev/ttyUSB0?baud=9600", "115200, 230400, 460800, 921600 are allowed"),
        ("regulators:tcp://a", "the option 'map' is missing"),
        ("regulators:tcp://a?map=no-such-file.yaml", "no-such-file.yaml"),
    ],
)
def test_a_wrong_address_is_refused_with_what_is_allowed(address: str, said: str) -> None:
    async def scene() -> None:
        with pytest.raises(InputError) as caught:
            open_link(address, "left", time.monotonic, 1)
        assert said in str(caught.value)
        assert "\n" in str(caught.value), "it says what to do"

    asyncio.run(scene())


@pytest.mark.parametrize("station", [0, -1, 32768])
def test_a_station_has_a_number_that_fits_the_lease(station: int) -> None:
    with pytest.raises(InputError, match="1 to 32767 is allowed"):
        open_link("modbus:tcp://a", "left", time.monotonic, station)


@given(text=st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for address in (text, f"modbus:{text}", f"modbus:tcp://{text}", f"modbus:rtu:///{text}"):
        with contextlib.suppress(InputError):
            modbus_place(address)


def own_driver(address: str, leg: str, clock: object, station: int) -> tuple[object, ...]:
    return ("mine", address, leg, clock, station)


def test_a_package_brings_a_driver_by_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("mine", f"{__name__}:own_driver", addresses.GROUP)
    monkeypatch.setattr(
        EntryPoint, "load", lambda self: own_driver if self.name == "mine" else None
    )
    monkeypatch.setattr(addresses, "entry_points", lambda **_: [entry])
    link: object = open_link("mine:anything", "right", time.monotonic, 3)
    assert link == ("mine", "mine:anything", "right", time.monotonic, 3)
    with pytest.raises(InputError, match="modbus, regulators, mine are allowed"):
        open_link("other:anything", "right", time.monotonic, 3)
