"""What served cuffs do now, and what is true behind it, for pages and tests."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from openpresso.law import controller as law
from openpresso.law.device import BAD_FRAMES, REQUESTS
from openpresso.law.registers import FAULTS, REGISTERS
from openpresso.twin.serving.device import TwinDevice
from openpresso.twin.serving.server import TwinServer

_HOLDER: Final = next(address for address, name, *_ in REGISTERS if name == "holder")


def snapshot(server: TwinServer) -> dict[str, Any]:
    """Return what all cuffs of a server do as a JSON object: pressures in mmHg, times in s."""
    return {
        "left_out": round(server.left_out, 3),
        "latest": round(server.latest, 4),
        "cuffs": [
            {
                "number": number,
                "addresses": [line.address for line in lines],
                "cable": all(line.plugged for line in lines),
                **show(device),
            }
            for number, (device, lines) in enumerate(
                zip(server.cuffs, server.lines, strict=True), start=1
            )
        ],
    }


def show(device: TwinDevice) -> dict[str, Any]:
    """Return what one cuff does as a JSON object; lists begin with the first chamber.

    `pressures` are true, `readings` what the sensors say; a cuff without power says nothing, and
    its valves are where their springs put them.
    """
    powered = device.powered
    report = device.twin.read(device.index)
    leased = powered and device.leased()
    holder = [0]
    device.read(_HOLDER, 1, holder)
    bits = report.faults if powered else 0
    open_inlets, open_exhausts = device.valves()
    return {
        "cuff": device.cuff.name,
        "serial": device.serial,
        "limit": device.cuff.max_pressure,
        "powered": powered,
        "answers": device.answers,
        "holder": holder[0] if leased else 0,
        "ceiling": int(device.state[law.CEILING]) / 100,
        "pump": int(device.outputs[law.DUTY]) if powered else 0,
        "pressures": [round(float(p), 2) for p in report.true_pressures],
        "readings": [
            None if np.isnan(p) or not powered else round(float(p), 2) for p in report.pressures
        ],
        "set_points": [p / 100 if leased and p >= 0 else None for p in device.set_points],
        "inlets": open_inlets,
        "exhausts": open_exhausts,
        "faults": [{"name": name, "text": text} for bit, name, text in FAULTS if bits >> bit & 1],
        "fault_chamber": report.fault_chamber if powered else 0,
        "broken": list(device.broken),
        "requests": device.service[REQUESTS],
        "bad_frames": device.service[BAD_FRAMES],
    }
