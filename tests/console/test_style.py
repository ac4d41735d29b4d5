"""The colours: text on its ground has the contrast that WCAG 2.2 AA asks for, light and dark."""

from __future__ import annotations

import re
from importlib import resources

import pytest

FOLDER = resources.files("openpresso.console") / "static"


def read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


STYLE = read("console.css")
SHEETS = sorted(
    one.name for one in FOLDER.iterdir() if one.name.endswith(".css") and one.name != "console.css"
)
PAIRS = (
    ("ink", "ground"), ("ink", "paper"), ("ink", "sunken"), ("ink", "brand-soft"),
    ("ink", "mind-soft"), ("ink", "halt-soft"), ("ink", "go-soft"), ("ink-soft", "ground"),
    ("ink-soft", "paper"), ("brand", "paper"), ("brand", "ground"), ("brand-ink", "brand"),
    ("go", "go-soft"), ("mind", "mind-soft"), ("halt", "halt-soft"), ("halt-ink", "halt"),
    ("stop-ink", "stop"),
    ("none", "none-soft"),
)  # fmt: skip


TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|color-mix)\(")


def block(opening: str) -> str:
    """Return what a rule sets."""
    assert STYLE.count(opening) == 1, opening
    return STYLE[STYLE.index(opening) + len(opening) :].partition("}")[0]


def tokens(mode: str) -> dict[str, str]:
    """Return the colours of a mode, by name."""
    found = TOKEN.findall(block(":root {"))
    return {name: light if mode == "light" else dark for name, light, dark in found}


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


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(mode: str, text: str, ground: str) -> None:
    colours = tokens(mode)
    assert contrast(colours[text], colours[ground]) >= 4.5


def test_every_colour_is_said_once_with_its_light_and_its_dark_value() -> None:
    names = re.findall(r"^\s*--([a-z-]+):", STYLE, re.MULTILINE)
    assert len(names) == len(set(names)), "a token is set twice"
    assert {name for pair in PAIRS for name in pair} <= set(tokens("dark"))
    left = TOKEN.sub("", block(":root {"))
    shadow = re.compile(r"--shadow: .*;").sub("", left)
    assert not COLOUR.search(shadow), "a colour without a dark value"
    assert all(light != dark for light, dark in zip(*map(_values, ("light", "dark")), strict=True))


def _values(mode: str) -> list[str]:
    return list(tokens(mode).values())


def test_the_scheme_alone_decides_which_value_holds() -> None:
    assert "color-scheme: light dark;" in block(":root {")
    assert block(':root[data-theme="light"] {').strip() == "color-scheme: light;"
    assert block(':root[data-theme="dark"] {').strip() == "color-scheme: dark;"
    assert "prefers-color-scheme" not in STYLE


@pytest.mark.parametrize("name", SHEETS)
def test_no_other_style_sets_a_colour_token(name: str) -> None:
    ours = set(re.findall(r"--([a-z-]+):", block(":root {")))
    assert ours & set(re.findall(r"--([a-z-]+):", read(name))) == set()


def test_a_colour_that_a_canvas_reads_is_registered_as_a_colour() -> None:
    read_there = {
        name
        for script in FOLDER.iterdir()
        if script.name.endswith(".js")
        for name in re.findall(r'colour\("--([a-z-]+)"\)', script.read_text("utf-8"))
    }
    assert read_there
    for name in read_there:
        assert f'@property --{name} {{ syntax: "<color>"; inherits: true;' in STYLE
