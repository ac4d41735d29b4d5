"""Quantities at the edges: `"45 mmHg"`, `"30 min"`, `"700 mL"` to plain floats and back.

Inside openpresso every number is in mmHg, s, mL, cm; text with a unit is read and written here
only. The factors are exact by definition (NIST SP 811, appendix B; conventional mercury
and water) and are tested against pint, which takes too long to load to sit on the way of
every command.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from openpresso.errors import InputError

Kind = Literal[
    "pressure", "duration", "volume", "length", "flow", "rate", "compliance", "conductance"
]

MMHG: Final = 133.322387415
"""One conventional millimetre of mercury [Pa]."""
MAX_TEXT: Final = 64
"""Longest text that can be a quantity [characters]."""

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The units of one kind of quantity.

    Parameters
    ----------
    kind
        Name of the kind.
    factors
        Value of one of each unit, in the default unit, which is first with factor 1.
    examples
        Texts that are right, for messages.
    """

    kind: Kind
    factors: dict[str, float]
    examples: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The default unit, in which openpresso keeps this kind inside."""
        return next(iter(self.factors))


_PRESSURES: Final = {
    "mmHg": 1.0,
    "Torr": 101325.0 / 760.0 / MMHG,
    "Pa": 1.0 / MMHG,
    "hPa": 100.0 / MMHG,
    "kPa": 1000.0 / MMHG,
    "mbar": 100.0 / MMHG,
    "bar": 1e5 / MMHG,
    "cmH2O": 98.0665 / MMHG,
    "psi": 0.45359237 * 9.80665 / 0.0254**2 / MMHG,
}

TABLES: Final[dict[Kind, UnitTable]] = {
    "pressure": UnitTable("pressure", _PRESSURES, ("45 mmHg", "6 kPa", "60 cmH2O")),
    "duration": UnitTable(
        "duration",
        {
            "s": 1.0,
            "ms": 1e-3,
            "min": 60.0,
            "h": 3600.0,
            "day": 86400.0,
            "days": 86400.0,
            "week": 604800.0,
            "weeks": 604800.0,
        },
        ("30 min", "2.5 s", "500 ms"),
    ),
    "volume": UnitTable(
        "volume",
        {"mL": 1.0, "ml": 1.0, "cm3": 1.0, "dL": 100.0, "L": 1e3, "l": 1e3, "dm3": 1e3},
        ("700 mL", "1.2 L"),
    ),
    "length": UnitTable(
        "length", {"cm": 1.0, "mm": 0.1, "m": 100.0, "in": 2.54}, ("12 cm", "4 mm", "1.5 m")
    ),
    "flow": UnitTable(
        "flow",
        {"mL/s": 1.0, "mL/min": 1.0 / 60.0, "L/s": 1e3, "L/min": 1e3 / 60.0, "l/min": 1e3 / 60.0},
        ("8 L/min", "130 mL/s"),
    ),
    "rate": UnitTable(
        "rate",
        {"mmHg/s": 1.0, "mmHg/min": 1.0 / 60.0, "kPa/s": 1000.0 / MMHG},
        ("10 mmHg/s", "2 kPa/s"),
    ),
    "compliance": UnitTable(
        "compliance",
        {"mL/mmHg": 1.0, "mL/kPa": MMHG / 1000.0, "L/kPa": MMHG},
        ("1.5 mL/mmHg", "11 mL/kPa"),
    ),
    "conductance": UnitTable(
        "conductance",
        {"dm3/(s bar)": 1.0, "L/(s bar)": 1.0, "L/(min bar)": 1.0 / 60.0},
        ("0.4 dm3/(s bar)",),
    ),
}
"""Every kind of quantity with its units."""

_DISPLAY_DURATIONS: Final = ((3600.0, "h"), (60.0, "min"), (1.0, "s"))


def parse(text: object, kind: Kind, *, source: str = "quantity") -> float:
    """Read a quantity.

    Parameters
    ----------
    text
        A number and a unit, for example `"45 mmHg"`.
    kind
        What the quantity must be, a key of `TABLES`.
    source
        Name of the argument or file, for the message.

    Returns
    -------
    float
        The value in the default unit of its kind.

    Raises
    ------
    InputError
        If there is no unit, the unit is unknown or of another kind, or the number is not finite.
    """
    if not isinstance(text, str):
        raise _refuse(source, kind, text, "bare-number" if _is_number(text) else "not-a-quantity")
    if len(text) > MAX_TEXT:
        raise _refuse(source, kind, text[:20] + "...", "not-a-quantity")
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _refuse(source, kind, text, "not-a-quantity")
    value = _convert(match[1], " ".join(match[2].split()), kind)
    if isinstance(value, str):
        raise _refuse(source, kind, text, value, unit=match[2])
    return value


def convert(value: float, unit: str, kind: Kind) -> float:
    """Return a value given in the default unit of its kind in another unit.

    Parameters
    ----------
    value
        The value in the default unit.
    unit
        A unit of `TABLES[kind]`.
    kind
        The kind of the quantity.

    Returns
    -------
    float
        The value in `unit`.
    """
    factors = TABLES[kind].factors
    if unit not in factors:
        raise _refuse(kind, kind, unit, "unknown-unit", unit=unit)
    return value / factors[unit]


def render(value: float, kind: Kind, *, digits: int = 6) -> str:
    """Write a quantity in the default unit of its kind.

    Parameters
    ----------
    value
        The value in the default unit.
    kind
        The kind of the quantity.
    digits
        Significant digits at most.

    Returns
    -------
    str
        Text that `parse` reads back, for example `"45 mmHg"`.
    """
    return f"{_plain(value, digits)} {TABLES[kind].unit}"


@lru_cache(maxsize=4096)
def _convert(number: str, unit: str, kind: Kind) -> float | str:
    """Return the value, or the code of what is wrong with it."""
    if not unit:
        return "bare-number"
    factor = TABLES[kind].factors.get(unit)
    if factor is None:
        known = any(unit in table.factors for table in TABLES.values())
        return "wrong-dimension" if known else "unknown-unit"
    value = float(number) * factor
    return value if math.isfinite(value) else "not-finite"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refuse(source: str, kind: Kind, value: object, code: str, *, unit: str = "") -> InputError:
    """Return the error for a text that is not a quantity of this kind."""
    table = TABLES[kind]
    what = {
        "bare-number": "has no unit",
        "unknown-unit": f"has the unknown unit {unit!r}",
        "wrong-dimension": f"has the unit {unit!r}, which is not a {kind}",
        "not-finite": "is not a finite number",
    }.get(code, "is not a number with a unit")
    shown = repr(value)
    shown = shown if len(shown) <= MAX_TEXT else shown[: MAX_TEXT - 3] + "..."
    message = f"{shown} {what}; a {kind} is allowed in {', '.join(table.factors)}"
    near = _nearest_unit(unit, table) if code == "unknown-unit" else ""
    if near:
        hint = f"did you mean {near!r}? Write for example {table.examples[0]!r}."
    elif code == "bare-number" and _is_number(value):
        hint = f"add the unit, for example '{value} {table.unit}'."
    else:
        hint = "write for example " + " or ".join(repr(text) for text in table.examples) + "."
    return InputError.one(source, code, message, hint=hint)


def _nearest_unit(unit: str, table: UnitTable) -> str:
    """Return the unit that was probably meant, or an empty text."""
    folded = {name.casefold(): name for name in reversed(table.factors)}
    near = difflib.get_close_matches(unit.casefold(), folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else ""


def _plain(value: float, digits: int) -> str:
    """Return a number without exponent where that stays short, and without trailing zeros."""
    text = f"{value:.{digits}g}"
    if "e" in text and 1e-4 <= abs(value) < 1e9:
        text = f"{value:.0f}" if abs(value) >= 1.0 else f"{value:.{digits + 3}f}".rstrip("0")
    return "0" if text == "-0" else text


def pressure(text: object, *, source: str = "pressure") -> float:
    """Read a pressure, for example `"45 mmHg"` or `"6 kPa"`, in [mmHg]."""
    return parse(text, "pressure", source=source)


def duration(text: object, *, source: str = "duration") -> float:
    """Read a duration, for example `"30 min"` or `"2.5 s"`, in [s]."""
    return parse(text, "duration", source=source)


def volume(text: object, *, source: str = "volume") -> float:
    """Read a volume, for example `"700 mL"`, in [mL]."""
    return parse(text, "volume", source=source)


def length(text: object, *, source: str = "length") -> float:
    """Read a length, for example `"12 cm"`, in [cm]."""
    return parse(text, "length", source=source)


def flow(text: object, *, source: str = "flow") -> float:
    """Read a flow, for example `"8 L/min"`, in [mL/s]."""
    return parse(text, "flow", source=source)


def format_pressure(value: float) -> str:
    """Write a pressure [mmHg], for example `"45 mmHg"`."""
    return render(value, "pressure")


def format_duration(value: float) -> str:
    """Write a duration [s] in the largest unit that leaves it short: `"30 min"`, `"2.5 s"`."""
    for factor, unit in _DISPLAY_DURATIONS:
        count = value / factor
        if abs(count) >= 1.0 and count == round(count, 2):
            return f"{_plain(count, 6)} {unit}"
    return render(value, "duration")


def format_volume(value: float) -> str:
    """Write a volume [mL], for example `"700 mL"`."""
    return render(value, "volume")


def format_length(value: float) -> str:
    """Write a length [cm], for example `"12 cm"`."""
    return render(value, "length")


def format_flow(value: float) -> str:
    """Write a flow [mL/s] in litres per minute: `"8 L/min"`."""
    return f"{_plain(convert(value, 'L/min', 'flow'), 6)} L/min"
