"""Colours of a report, made in Oklab so that equal steps of a quantity look like equal steps.

The dose scale runs from near white to deep blue with lightness falling in equal steps, so that it
also reads in a grey print and for people who do not tell red from green. Chambers are told apart by
hue at one lightness, from distal (blue) to proximal (amber).

Oklab: B. Ottosson, "A perceptual color space for image processing", 2020.
"""

from __future__ import annotations

import math
from typing import Final

LIGHTEST: Final = 0.965
DARKEST: Final = 0.32
DARK_TEXT: Final = 0.66
"""Below this lightness a label on the colour is white."""


def dose_lightness(share: float) -> float:
    """Return the Oklab lightness of a dose, 0 to 1 of the scale."""
    return LIGHTEST + (DARKEST - LIGHTEST) * min(max(share, 0.0), 1.0)


def dose_colour(share: float) -> str:
    """Return the colour of a dose.

    Parameters
    ----------
    share
        Dose as a share of the scale, 0 to 1.

    Returns
    -------
    str
        `#rrggbb`.
    """
    part = min(max(share, 0.0), 1.0)
    chroma = 0.006 + 0.120 * math.sin(math.pi * min(part * 0.62, 0.5))
    return oklch(dose_lightness(part), chroma, 205.0 + 60.0 * part)


def on_dose(share: float) -> str:
    """Return the colour of a label on a dose colour."""
    return "#ffffff" if dose_lightness(share) < DARK_TEXT else "#16242f"


def chamber_colour(number: int, chambers: int) -> str:
    """Return the colour of one of several chambers, numbered from 1."""
    part = (number - 1) / max(chambers - 1, 1)
    return oklch(0.50 + 0.16 * part, 0.13, 265.0 - 195.0 * part)


def oklch(lightness: float, chroma: float, hue: float) -> str:
    """Return a colour given in polar Oklab.

    Parameters
    ----------
    lightness
        0 to 1.
    chroma
        0 is grey; above about 0.3 no screen shows it.
    hue
        [degree]

    Returns
    -------
    str
        `#rrggbb`, cut to what a screen shows.
    """
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_byte(channel):02x}" for channel in channels)


def _byte(linear: float) -> int:
    """Return a linear channel as an sRGB byte."""
    part = min(max(linear, 0.0), 1.0)
    encoded = 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return round(255 * encoded)
