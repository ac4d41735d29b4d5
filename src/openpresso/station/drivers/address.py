"""Addresses of cuffs: `modbus:tcp://host:1502?device=1` into a link.

The part before the first colon names the driver. openpresso brings `modbus` and `regulators`;
a package adds its own by an entry point of the group `openpresso.drivers`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import SplitResult, parse_qsl, urlsplit

from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.session import Leg
    from openpresso.station.drivers.places import Place
    from openpresso.station.link import Link

GROUP: Final = "openpresso.drivers"
"""Group of the entry points of drivers."""
EXAMPLES: Final = "modbus:tcp://192.168.7.20:502 or modbus:rtu:///dev/ttyUSB0?device=1"
DEFAULT_PORT: Final = 502
DEFAULT_BAUD: Final = 230400
BAUDS: Final = (115200, 230400, 460800, 921600)
"""A slower line cannot carry an exchange of a cuff within the time-out."""
REGULATOR_BAUDS: Final = (9600, 19200, 38400, 57600, *BAUDS)
"""Regulators answer in a few bytes each."""
MOST_DEVICE: Final = 247
MOST_STATION: Final = 32767

Driver: TypeAlias = "Callable[[str, Leg, Callable[[], float], int], Link]"
"""Opens a link: whole address, leg, clock of the station [s], number of the station."""


def open_link(address: str, leg: Leg, clock: Callable[[], float], station: int) -> Link:
    """Open a link to a cuff.

    Parameters
    ----------
    address
        Driver and place, for example `modbus:tcp://127.0.0.1:1502`.
    leg
        The leg that wears the cuff.
    clock
        The station's monotonic clock [s].
    station
        Number of the station, 1 to 32767.

    Returns
    -------
    Link
        A link that has begun to connect. Networked drivers need a running event loop.

    Raises
    ------
    InputError
        When the address cannot be used, with what is allowed.
    """
    if not 1 <= station <= MOST_STATION:
        raise InputError.one(
            "station",
            "out-of-range",
            f"the station's number is {station}; 1 to {MOST_STATION} is allowed",
            hint="give each station in reach of a cuff a number of its own.",
        )
    scheme = address.partition(":")[0]
    return _driver(address, scheme)(address, leg, clock, station)


def _driver(address: str, scheme: str) -> Driver:
    """Return the driver of an address."""
    if scheme in _DRIVERS:
        return _DRIVERS[scheme]
    added = {one.name: one for one in entry_points(group=GROUP)}
    if scheme in added:
        driver: Driver = added[scheme].load()
        return driver
    known = [*_DRIVERS, *added]
    near = difflib.get_close_matches(scheme, known, n=1)
    raise InputError.one(
        address,
        "unknown-driver",
        f"there is no driver {scheme!r}; {', '.join(known)} are allowed",
        hint=f"did you mean {near[0]!r}?" if near else f"write for example {EXAMPLES}.",
    )


def _open_modbus(address: str, leg: Leg, clock: Callable[[], float], station: int) -> Link:
    """Open a link to a cuff with openpresso's registers."""
    from openpresso.station.drivers.modbus import ModbusLink

    del leg
    place, device = modbus_place(address)
    return ModbusLink(place, device, address, clock, station)


def _open_regulators(address: str, leg: Leg, clock: Callable[[], float], station: int) -> Link:
    """Open a link to pressure regulators."""
    from openpresso.station.drivers.pressure_regulators import open_regulators

    return open_regulators(address, leg, clock, station)


_DRIVERS: Final[Mapping[str, Driver]] = {
    "modbus": _open_modbus,
    "regulators": _open_regulators,
}


def modbus_place(address: str) -> tuple[Place, int]:
    """Return the place and the device id of a Modbus address.

    Parameters
    ----------
    address
        `modbus:tcp://HOST:PORT?device=1` or `modbus:rtu:///dev/PORT?baud=230400&device=1`.
    """
    place, options = _place(address, ("device",), BAUDS)
    device = _number(address, options, "device", 1)
    if not 1 <= device <= MOST_DEVICE:
        raise _wrong(address, f"the device id is {device}; 1 to {MOST_DEVICE} is allowed")
    return place, device


def regulators_place(address: str) -> tuple[Place, Path]:
    """Return the place of an address of regulators, and the file of their map.

    Parameters
    ----------
    address
        `regulators:tcp://HOST:PORT?map=FILE` or `regulators:rtu:///dev/PORT?map=FILE`.
    """
    place, options = _place(address, ("map",), REGULATOR_BAUDS)
    if not options.get("map"):
        raise _wrong(address, "the option 'map' is missing; the file of the registers is needed")
    return place, Path(options["map"])


def _place(
    address: str, allowed: tuple[str, ...], bauds: tuple[int, ...]
) -> tuple[Place, dict[str, str]]:
    """Return the place of an address and its other options."""
    rest = address.partition(":")[2]
    scheme = rest.partition(":")[0]
    try:
        parts = urlsplit(rest)
    except ValueError:
        raise _wrong(
            address, "the host cannot be read; a name or an IP address is allowed"
        ) from None
    if scheme == "tcp":
        options = _options(address, parts.query, allowed)
        return _tcp_place(address, parts), options
    if scheme == "rtu":
        options = _options(address, parts.query, ("baud", *allowed))
        return _serial_place(address, parts, options, bauds), options
    raise _wrong(address, f"the line is {scheme!r}; tcp and rtu are allowed")


def _tcp_place(address: str, parts: SplitResult) -> Place:
    from openpresso.station.drivers.places import TcpPlace

    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _wrong(
            address, "the port cannot be read; a number from 1 to 65535 is allowed"
        ) from None
    if not host or parts.path.strip("/") or parts.username or parts.fragment:
        raise _wrong(address, "after tcp:// a host and a port are allowed")
    if port == 0:
        raise _wrong(address, "the port is 0; 1 to 65535 is allowed")
    return TcpPlace(host, port or DEFAULT_PORT)


def _serial_place(
    address: str, parts: SplitResult, options: Mapping[str, str], bauds: tuple[int, ...]
) -> Place:
    from openpresso.station.drivers.places import SerialPlace

    if parts.netloc or len(parts.path) < 2 or parts.fragment:
        raise _wrong(
            address, "after rtu:// the path of a serial port is allowed, as rtu:///dev/..."
        )
    baud = _number(address, options, "baud", DEFAULT_BAUD)
    if baud not in bauds:
        allowed = ", ".join(map(str, bauds))
        raise _wrong(address, f"the line's speed is {baud} baud; {allowed} are allowed")
    # The ports of Windows are called COM3, which here comes as /COM3.
    path = parts.path[1:] if parts.path[1:4].upper() == "COM" else parts.path
    return SerialPlace(path, baud)


def _options(address: str, query: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the options of an address, each known and given once."""
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    unknown = [name for name in options if name not in allowed]
    if unknown:
        raise _wrong(
            address, f"the option {unknown[0]!r} is unknown; {', '.join(allowed)} are allowed"
        )
    if len(pairs) != len(options):
        raise _wrong(address, "an option is given twice; once is allowed")
    return options


def _number(address: str, options: Mapping[str, str], name: str, default: int) -> int:
    text = options.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise _wrong(address, f"the option {name!r} is {text!r}; a whole number is allowed")
    return int(text)


def _wrong(address: str, message: str) -> InputError:
    return InputError.one(address, "bad-address", message, hint=f"write for example {EXAMPLES}.")
