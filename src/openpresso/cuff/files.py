"""Cuff files: the YAML form of a cuff, strict at the edge, and the way into a `Cuff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from openpresso.cuff import model
from openpresso.cuff.geometry import examine
from openpresso.cuff.sources import examine_sources
from openpresso.documents import located, validate
from openpresso.documents.fields import (
    Compliance,
    Conductance,
    Duration,
    FileModel,
    Flow,
    Length,
    Pressure,
    Volume,
    Within,
)
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.documents import Document
    from openpresso.errors import Diagnostic

MAX_CHAMBERS = 48
"""Most chambers a cuff can have; the largest device known has 32."""

Fabric = Annotated[Compliance, Within("compliance", 0.01, 20.0)]
Lag = Annotated[Duration, Within("duration", 0.0, 5.0)]
Air = Annotated[Volume, Within("volume", 0.0, 5000.0)]
Level = Annotated[Length, Within("length", 0.0, 150.0)]
Extent = Annotated[Length, Within("length", 1.0, 60.0)]
Girth = Annotated[Length, Within("length", 5.0, 120.0)]
Limit = Annotated[Pressure, Within("pressure", 10.0, 300.0)]


class ChamberFile(FileModel):
    """One air cell of a cuff."""

    number: int
    """1..N from distal to proximal."""
    zone: model.Zone
    """Part of the limb it covers."""
    level: Level
    """Distance of its centre from the sole (leg) or the finger tips (arm)."""
    length: Extent
    """Extent along the limb; of a foot chamber along the foot."""
    overlap: Annotated[Length, Within("length", 0.0, 60.0)]
    """Extent shared with the next proximal chamber; 0 in the last."""
    girth: Girth
    """Nominal limb girth at the centre."""
    girth_range: Annotated[list[Girth], Field(min_length=2, max_length=2)]
    """Smallest and largest limb girth that it fits."""
    dead_volume: Air
    """Gas volume at 0 mmHg, hose included."""
    slack_volume: Air
    """Volume taken up before the fabric is taut."""
    slack_pressure: Annotated[Pressure, Within("pressure", 0.1, 50.0)]
    """Pressure at which half of the slack is taken up."""
    stretch: Fabric
    """Fabric compliance once taut."""
    limit: Limit
    """Highest pressure allowed in this chamber."""


class PumpFile(FileModel):
    """The pump, with the linear curve Q(p) = flow (1 - p / max_pressure)."""

    flow: Annotated[Flow, Within("flow", 1.0, 5000.0)]
    """Free-air flow at no back-pressure."""
    max_pressure: Annotated[Pressure, Within("pressure", 10.0, 1000.0)]
    """Pressure at which the flow ends."""
    lag: Lag
    """First-order lag of the speed."""


class HoseFile(FileModel):
    """The hose from the pump to the manifold."""

    length: Annotated[Length, Within("length", 1.0, 1000.0)]
    """Length."""
    bore: Annotated[Length, Within("length", 0.05, 5.0)]
    """Inner diameter."""


class ValveFile(FileModel):
    """A solenoid valve as ISO 6358 describes it."""

    conductance: Annotated[Conductance, Within("conductance", 0.01, 20.0)]
    """Sonic conductance C."""
    critical_ratio: Annotated[float, Field(ge=0.05, le=0.6)]
    """Critical pressure ratio b, a plain number."""
    lag: Lag
    """First-order opening and closing lag."""


class CuffFile(FileModel):
    """An inflatable sleeve for one limb with its pump, valves, sensors and controller."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """The cuff's type, lower case with dashes: `leg-8`."""
    version: Annotated[int, Field(ge=1)]
    """Version of the figures."""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    """What it is, in a line."""
    limb: model.Limb
    """The limb it goes round."""
    max_pressure: Limit
    """Hard limit of the cuff's own guard."""
    max_hold: Annotated[Duration, Within("duration", 1.0, 3600.0)]
    """Longest time a chamber may stay above 20 mmHg without a release."""
    manifold_volume: Air
    """Volume of manifold, hose and pump head."""
    pump: PumpFile
    """The pump."""
    hose: HoseFile
    """The hose from the pump to the manifold."""
    inlet: ValveFile
    """The inlet valve of each chamber, normally closed."""
    exhaust: ValveFile
    """The exhaust valve of each chamber, normally open."""
    dump: ValveFile
    """The dump valve of the manifold, normally open."""
    chambers: Annotated[list[ChamberFile], Field(min_length=1, max_length=MAX_CHAMBERS)]
    """The chambers from distal to proximal."""
    sources: dict[str, str]
    """Source of each figure by its path; `[*]` means every chamber, a parent covers its parts."""


def read_cuff(document: Document) -> tuple[model.Cuff, tuple[Diagnostic, ...]]:
    """Read a cuff from its file.

    Parameters
    ----------
    document
        The file.

    Returns
    -------
    tuple[Cuff, tuple[Diagnostic, ...]]
        The cuff, and warnings that do not refuse it.

    Raises
    ------
    InputError
        If the file is not a cuff, or is one that cannot be built.
    """
    cuff = _cuff(validate(document, CuffFile))
    found = located(document, (*examine(cuff), *examine_sources(cuff)))
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise InputError(document.source, errors)
    return cuff, found


def _cuff(file: CuffFile) -> model.Cuff:
    """Return the cuff that a valid file describes."""
    chambers = tuple(
        model.Chamber(**{**_values(one), "girth_range": (one.girth_range[0], one.girth_range[1])})
        for one in file.chambers
    )
    parts: dict[str, Any] = {
        "chambers": chambers,
        "pump": model.Pump(**_values(file.pump)),
        "hose": model.Hose(**_values(file.hose)),
        "inlet": model.Valve(**_values(file.inlet)),
        "exhaust": model.Valve(**_values(file.exhaust)),
        "dump": model.Valve(**_values(file.dump)),
        "sources": dict(file.sources),
    }
    return model.Cuff(**{**_values(file), **parts})


def _values(file: FileModel) -> dict[str, Any]:
    """Return the fields of a model by name, not descending."""
    return {name: getattr(file, name) for name in type(file).model_fields}
