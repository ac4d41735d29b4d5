"""The wiring diagram of a cuff, drawn from docs/build/wiring.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scripts.build_drawing import Point, Sheet
from scripts.build_figures import load

SIDES: Final = ("left", "right", "top", "bottom")


def place_of(block: Mapping[str, Any], side: str, at: float) -> Point:
    """Return where a port of a block is."""
    (x, y), (width, height) = block["corner"], block["size"]
    if side in {"left", "right"}:
        return (x if side == "left" else x + width, at)
    return (at, y if side == "top" else y + height)


def ports_of(data: Mapping[str, Any]) -> dict[str, tuple[Point, str]]:
    """Return the place and the side of every port, by BLOCK.PORT."""
    return {
        f"{block['id']}.{name}": (place_of(block, side, at), side)
        for block in data["blocks"]
        for side in SIDES
        for name, at in block.get(side, {}).items()
    }


def route(data: Mapping[str, Any], net: Mapping[str, Any]) -> list[Point]:
    """Return the points of a net: its ends, and the turns that its data names."""
    ports = ports_of(data)
    ends: list[Point] = []
    sides = []
    for end in (net["from"], net["to"]):
        point, side = ports[end] if isinstance(end, str) else ((end[0], end[1]), "free")
        ends.append(point)
        sides.append(side)
    start, end = ends
    points = [start]
    level = sides[0] in {"left", "right", "free"}
    for turn in net.get("via", []):
        x, y = points[-1]
        points.append((turn, y) if level else (x, turn))
        level = not level
    x, y = points[-1]
    if x != end[0] and y != end[1]:
        points.append((end[0], y) if level else (x, end[1]))
    points.append(end)
    return points


def _block(sheet: Sheet, block: Mapping[str, Any]) -> None:
    (x, y), (width, height) = block["corner"], block["size"]
    sheet.rect((x, y), (width, height), "box-instead" if block.get("style") == "instead" else "box")
    middle = x + width / 2
    sheet.text((middle, y + 20), block["title"], "name mid")
    lines = block.get("lines", [])
    for k, text in enumerate(lines):
        first = block.get("lines_at", y + 38)
        sheet.text((middle, first + 15 * k), text, "small mid")
    for side in SIDES:
        for name, at in block.get(side, {}).items():
            if name.startswith("_"):
                continue
            px, py = place_of(block, side, at)
            if side == "left":
                sheet.text((px + 6, py + 4), name, "port")
            elif side == "right":
                sheet.text((px - 6, py + 4), name, "port end")
            else:
                sheet.text((px, py + (15 if side == "top" else -7)), name, "port mid")


def wiring_picture() -> str:
    """Return the wiring diagram as SVG."""
    data = load("wiring.yaml")
    sheet = Sheet(data["size"], data["title"])
    for net in data["nets"]:
        kind = net.get("kind", "signal")
        points = route(data, net)
        sheet.path(points, kind)
        if net.get("dot"):
            sheet.circle(points[0], 4.5, f"dot-{'power' if kind == 'power' else 'signal'}")
    for block in data["blocks"]:
        _block(sheet, block)
    for note in data["notes"]:
        sheet.text(tuple(note["at"]), note["text"], "note")
    return sheet.svg()
