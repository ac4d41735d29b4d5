"""The map of a set of pressure regulators: which register of which device is which chamber."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from openpresso.documents import load_document, located, validate
from openpresso.documents.fields import Duration, FileModel, Pressure, Within
from openpresso.errors import Diagnostic, InputError

Register = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[Pressure, Within("pressure", 0.001, 10.0)]
Range = Annotated[Pressure, Within("pressure", 10.0, 300.0)]
Tick = Annotated[Duration, Within("duration", 0.0001, 1.0)]

LONGEST_TIMEOUT = 0.5
"""A regulator that nobody speaks to lets its air out within this time [s], as a cuff does."""


class ChamberRegisters(FileModel):
    """The registers of one chamber's regulator."""

    number: int
    """1..N from distal to proximal."""
    device: Annotated[int, Field(ge=1, le=247)]
    """Modbus device id of the regulator."""
    set_point: Register
    """Holding register of the set-point."""
    pressure: Register
    """Holding register of the measured pressure, signed."""
    enable: Register | None = None
    """Holding register that lets it regulate by 1, and vent by 0."""
    shut: Register | None = None
    """Holding register of a valve between regulator and chamber: 1 closes it."""


class BusTimeout(FileModel):
    """Where a regulator keeps the time after which it vents when nobody speaks to it."""

    address: Register
    """Holding register of the time-out; 0 in it means none."""
    count: Tick
    """One count of it."""


class RegulatorMap(FileModel):
    """Pressure regulators on one Modbus line, one for each chamber."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
    """What this set of regulators is called; it stands for a serial number."""
    version: Annotated[int, Field(ge=1)]
    """Version of the map."""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    """What it is, in a line."""
    cuff: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """The type of cuff that is connected to it: `leg-4`."""
    count: Count
    """Pressure of one count of set-point and measured pressure."""
    highest: Range
    """Highest set-point that is written."""
    bus_timeout: BusTimeout | None = None
    """Where the time-out is read and checked before anything is filled."""
    bench_only: bool = False
    """The time-out cannot be checked: for the bench alone, never on a person."""
    chambers: Annotated[list[ChamberRegisters], Field(min_length=1, max_length=24)]
    """The chambers from distal to proximal."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What a register is used for."""

    path: str
    device: int
    register: int


def load_map(path: Path | str) -> RegulatorMap:
    """Read a map of regulators.

    Parameters
    ----------
    path
        The YAML file.

    Raises
    ------
    InputError
        With one diagnostic for each thing that is wrong.
    """
    document = load_document(path)
    found = validate(document, RegulatorMap)
    errors = (*_numbering(found), *_shared_registers(found), *_other_cuff(found))
    if errors:
        raise InputError(document.source, located(document, errors))
    return found


def _numbering(found: RegulatorMap) -> list[Diagnostic]:
    """Return what is wrong with the numbers of the chambers."""
    return [
        Diagnostic(
            "error",
            "wrong-number",
            f"chambers[{i}].number",
            f"the number is {one.number}; {i + 1} is allowed here",
            "number the chambers from 1, from distal to proximal.",
        )
        for i, one in enumerate(found.chambers)
        if one.number != i + 1
    ]


def _shared_registers(found: RegulatorMap) -> list[Diagnostic]:
    """Return the registers that are named twice."""
    uses = [
        _Use(f"chambers[{i}].{name}", one.device, register)
        for i, one in enumerate(found.chambers)
        for name in ("set_point", "pressure", "enable", "shut")
        if (register := getattr(one, name)) is not None
    ]
    first: dict[tuple[int, int], _Use] = {}
    errors = []
    for use in uses:
        before = first.setdefault((use.device, use.register), use)
        if before is not use:
            errors.append(
                Diagnostic(
                    "error",
                    "register-twice",
                    use.path,
                    f"register {use.register} of device {use.device} is also {before.path}",
                    "give each value a register of its own.",
                )
            )
    return errors


def _other_cuff(found: RegulatorMap) -> list[Diagnostic]:
    """Return whether the cuff of the catalog has another number of chambers."""
    from openpresso import cuff

    if found.cuff not in cuff.names():
        return []
    chambers = cuff.load(found.cuff).n_chambers
    if chambers == len(found.chambers):
        return []
    return [
        Diagnostic(
            "error",
            "other-cuff",
            "chambers",
            f"{len(found.chambers)} regulators are named; the cuff {found.cuff} has"
            f" {chambers} chambers",
            "name one regulator for each chamber.",
        )
    ]
