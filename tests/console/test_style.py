"""The colours: text on its ground has the contrast that WCAG 2.2 AA asks for, light and dark."""

from __future__ import annotations

import re
from importlib import resources

import pytest

STYLE = (resources.files("openpresso.console") / "static" / "console.css").read_text("utf-8")
PAIRS = (
    ("ink", "ground"), ("ink", "paper"), ("ink", "sunken"), ("ink", "brand-soft"),
    ("ink", "mind-soft"), ("ink", "halt-soft"), ("ink", "go-soft"), ("ink-soft", "ground"),
    ("ink-soft", "paper"), ("brand", "paper"), ("brand", "ground"), ("brand-ink", "brand"),
    ("go", "go-soft"), ("mind", "mind-soft"), ("halt", "halt-soft"), ("halt-ink", "halt"),
    ("none", "none-soft"),
)  # fmt: skip


def tokens(opening: str) -> dict[str, str]:
    """Return the colours that a rule sets, by name."""
    block = STYLE[STYLE.index(opening) :].partition("}")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("opening", [":root {", ':root[data-theme="dark"] {'])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(opening: str, text: str, ground: str) -> None:
    colours = tokens(opening)
    assert contrast(colours[text], colours[ground]) >= 4.5


def test_the_systems_dark_and_the_chosen_dark_are_the_same() -> None:
    chosen = tokens(':root[data-theme="dark"] {')
    assert tokens(':root:not([data-theme="light"]) {') == chosen
    assert set(tokens(":root {")) == set(chosen)
