"""How values of very different size are written: as exact as they deserve, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from openpresso.twin.validation.model import Quantity
from openpresso.twin.validation.run import Judged

SIGNS: Final[Mapping[str, str]] = {"above": "> ", "below": "≤ "}


def number(value: float, scale: float = 0.0) -> str:
    """Return a value with three digits, or all before the point.

    Parameters
    ----------
    value
        What to write; infinity is `never`.
    scale
        Values below a thousandth of it are 0.
    """
    if math.isinf(value):
        return "never"
    if math.isnan(value):
        return "none"
    if abs(value) <= max(1e-9, 1e-3 * abs(scale)):
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    text = f"{round(value, digits):.{digits}f}" if digits > 0 else f"{value:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_text(unit: str) -> str:
    """Return a unit to be put behind a number; `-` is none."""
    return "" if unit == "-" else f" {unit}"


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit; `-` is none."""
    return f"{text}{unit_text(unit)}"


def published(quantity: Quantity) -> str:
    """Return the published value with its sign and spread: `1.1 (0.8 to 1.4 SD) %/kPa`."""
    sign = SIGNS.get(quantity.rule, "")
    spread = ""
    if quantity.low is not None and quantity.high is not None:
        spread = f" ({number(quantity.low)} to {number(quantity.high)}, {quantity.spread})"
    return with_unit(f"{sign}{number(quantity.published)}{spread}", quantity.unit)


def allowed(quantity: Quantity) -> str:
    """Return the allowed difference in words: `±0.33`, `at least 83`."""
    if quantity.rule == "report":
        return "not judged"
    if quantity.rule == "near":
        return f"±{number(quantity.tolerance)}"
    edge = quantity.published + quantity.tolerance * (1.0 if quantity.rule == "below" else -1.0)
    return f"{'at most' if quantity.rule == 'below' else 'more than'} {number(edge)}"


def ours(judged: Judged) -> str:
    """Return our value with its unit."""
    return with_unit(number(judged.ours, judged.quantity.published), judged.quantity.unit)


def difference(judged: Judged) -> str:
    """Return how far ours is from the published value, with its sign, and in per cent."""
    if not math.isfinite(judged.difference):
        return "-"
    sign = "+" if judged.difference > 0.0 else ""
    text = f"{sign}{number(judged.difference, judged.quantity.published)}"
    if text in {"0", "+0"}:
        return "0"
    quantity = judged.quantity
    is_limit = quantity.rule in {"above", "below"}
    if is_limit or quantity.unit.partition(" ")[0] == "%" or abs(quantity.published) < 1e-9:
        return text
    return f"{text} ({100.0 * judged.difference / abs(judged.quantity.published):+.0f} %)"
