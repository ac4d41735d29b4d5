"""The pneumatic diagram of a cuff, drawn from docs/build/pneumatics.yaml.

The symbols are those of ISO 1219-1, simplified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from scripts.build_drawing import Point, Sheet
from scripts.build_figures import load

CELL: Final = 44.0
"""Side of a valve's cell."""
HALF: Final = CELL / 2

Ports = dict[str, Point]


def _blocked(sheet: Sheet, x: float, top: float) -> None:
    for edge, inner in ((top, top + 13), (top + CELL, top + CELL - 13)):
        sheet.path(((x, edge), (x, inner)), "line")
        sheet.path(((x - 9, inner), (x + 9, inner)), "line")


def _through(sheet: Sheet, x: float, top: float, *, upwards: bool) -> None:
    ends = ((x, top), (x, top + CELL))
    sheet.arrow(*(ends[::-1] if upwards else ends))


def _spring(sheet: Sheet, x: float, y: float) -> None:
    zigzag = [(x + 4.5 * k, y + (0 if k in {0, 6} else 8 * (-1) ** k)) for k in range(7)]
    sheet.path(zigzag, "line")


def _valve(sheet: Sheet, at: Point, *, rests_open: bool, upwards: bool = False) -> Ports:
    """Draw a 2/2 valve, direct-acting: the cell at its spring is the one without power."""
    x, y = at
    top = y - HALF
    sheet.rect((x - HALF, top), (CELL, CELL), "cell")
    sheet.rect((x - HALF - CELL, top), (CELL, CELL), "cell")
    opened, shut = (x, x - CELL) if rests_open else (x - CELL, x)
    _through(sheet, opened, top, upwards=upwards)
    _blocked(sheet, shut, top)
    _spring(sheet, x + HALF, y)
    coil = x - HALF - CELL - 24
    sheet.rect((coil, y - 14), (24, 28), "cell")
    sheet.path(((coil + 4, y + 14), (coil + 20, y - 14)), "line")
    return {"in": (x, y - HALF), "out": (x, y + HALF)}


def _valve_open(sheet: Sheet, at: Point) -> Ports:
    return _valve(sheet, at, rests_open=True)


def _valve_open_up(sheet: Sheet, at: Point) -> Ports:
    """Draw a normally open valve that what flows passes upwards."""
    ports = _valve(sheet, at, rests_open=True, upwards=True)
    return {"in": ports["out"], "out": ports["in"]}


def _valve_closed(sheet: Sheet, at: Point) -> Ports:
    return _valve(sheet, at, rests_open=False)


def _relief(sheet: Sheet, at: Point) -> Ports:
    x, y = at
    sheet.rect((x - HALF, y - HALF), (CELL, CELL), "cell")
    sheet.arrow((x - 8, y + HALF), (x - 8, y - HALF))
    _spring(sheet, x + HALF, y)
    sheet.path(((x, y + HALF + 16), (x - 36, y + HALF + 16), (x - 36, y), (x - HALF, y)), "frame")
    return {"in": (x, y + HALF), "out": (x, y - HALF)}


def _filter(sheet: Sheet, at: Point) -> Ports:
    x, y = at
    sheet.path(((x, y - 26), (x + 26, y), (x, y + 26), (x - 26, y)), "cell", closed=True)
    sheet.path(((x, y - 26), (x, y + 26)), "frame")
    return {"in": (x - 26, y), "out": (x + 26, y)}


def _pump(sheet: Sheet, at: Point) -> Ports:
    x, y = at
    sheet.circle(at, 30, "cell")
    sheet.path(((x + 30, y), (x + 12, y - 12), (x + 12, y + 12)), "line", closed=True)
    sheet.path(((x, y - 30), (x, y - 44)), "line")
    sheet.circle((x, y - 58), 14, "cell")
    sheet.text((x, y - 53), "M", "name mid")
    return {"in": (x - 30, y), "out": (x + 30, y)}


def _silencer(sheet: Sheet, at: Point) -> Ports:
    """Draw a silencer; what enters it comes from below."""
    x, y = at
    sheet.rect((x - 13, y - 14), (26, 28), "cell")
    for side in (-5, 5):
        sheet.path(((x + side, y - 8), (x + side, y + 8)), "line")
    sheet.path(((x - 9, y - 14), (x, y - 28), (x + 9, y - 14)), "line", closed=True)
    return {"in": (x, y + 14)}


def _silencer_down(sheet: Sheet, at: Point) -> Ports:
    x, y = at
    sheet.rect((x - 13, y - 14), (26, 28), "cell")
    for side in (-5, 5):
        sheet.path(((x + side, y - 8), (x + side, y + 8)), "line")
    sheet.path(((x - 9, y + 14), (x, y + 28), (x + 9, y + 14)), "line", closed=True)
    return {"in": (x, y - 14)}


def _exhaust(sheet: Sheet, at: Point) -> Ports:
    x, y = at
    sheet.path(((x - 9, y + 14), (x, y), (x + 9, y + 14)), "line", closed=True)
    return {"in": (x, y + 14)}


def _chamber(sheet: Sheet, at: Point) -> Ports:
    x, y = at
    sheet.rect((x - 110, y - 10), (220, 70), "bag", radius=30)
    return {"in": (x, y - 10), "sense": (x - 80, y - 10)}


def _sensor(sheet: Sheet, at: Point) -> Ports:
    x, y = at
    sheet.circle(at, 17, "cell")
    sheet.text((x, y + 5), "p", "name mid")
    return {"in": (x, y + 17)}


SYMBOLS: Final[Mapping[str, Callable[[Sheet, Point], Ports]]] = {
    "valve-open": _valve_open,
    "valve-open-up": _valve_open_up,
    "valve-closed": _valve_closed,
    "relief": _relief,
    "filter": _filter,
    "pump": _pump,
    "silencer": _silencer,
    "silencer-down": _silencer_down,
    "exhaust": _exhaust,
    "chamber": _chamber,
    "sensor": _sensor,
}
LABELS: Final[Mapping[str, tuple[Point, str]]] = {
    "below": ((0.0, 56.0), " mid"),
    "above": ((0.0, -28.0), " mid"),
    "right": ((56.0, -2.0), ""),
    "below-left": ((-30.0, 44.0), " end"),
    "inside": ((0.0, 30.0), " mid"),
}
"""Where a label begins from its symbol's centre, and how it is aligned."""


def _shift(place: Any, dx: float) -> Any:  # noqa: ANN401 -- a point or the name of a port
    return [place[0] + dx, place[1]] if isinstance(place, list) else place


def _all_nodes(data: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return nodes and lines with those of every drawn chamber in their places."""
    nodes, lines = list(data["nodes"]), list(data["lines"])
    each = data["each"]
    for name, x in each["chambers"].items():
        own = {node["id"] for node in each["nodes"]}
        for node in each["nodes"]:
            label = [text.replace("{n}", name) for text in node.get("label", [])]
            nodes.append(
                node | {"id": f"{node['id']}-{name}", "at": _shift(node["at"], x), "label": label}
            )
        for line in each["lines"]:
            ends = {}
            for end in ("from", "to"):
                place = _shift(line[end], x)
                if isinstance(place, str) and place.split(".")[0] in own:
                    node_id, port = place.split(".")
                    place = f"{node_id}-{name}.{port}"
                ends[end] = place
            lines.append(line | ends)
    return nodes, lines


def _label(sheet: Sheet, node: Mapping[str, Any]) -> None:
    if not node.get("label"):
        return
    (dx, dy), align = LABELS[node["side"]]
    for k, text in enumerate(node["label"]):
        kind = "name" if k == 0 else "small"
        sheet.text((node["at"][0] + dx, node["at"][1] + dy + 16 * k), text, kind + align)


def _line(sheet: Sheet, start: Point, end: Point, line: Mapping[str, Any]) -> None:
    """Draw a line, with one corner if its ends are not in one row or column."""
    points: Sequence[Point] = (start, end)
    if start[0] != end[0] and start[1] != end[1]:
        points = (start, (end[0], start[1]), end)
    sheet.path(points, line.get("kind", "line"))
    if line.get("dot"):
        sheet.circle(start, 4.5, "solid")
    if "label" in line:
        if start[1] == end[1]:
            at = ((start[0] + end[0]) / 2, start[1] - 10)
            sheet.text(at, line["label"], "small mid")
        else:
            sheet.text((start[0] + 7, end[1] - 12), line["label"], "small")


def pneumatic_picture() -> str:
    """Return the pneumatic diagram as SVG."""
    data = load("pneumatics.yaml")
    sheet = Sheet(data["size"], data["title"])
    for frame in data["frames"]:
        sheet.rect(tuple(frame["corner"]), tuple(frame["size"]), "frame", radius=10)
        at = (frame["corner"][0] + 12, frame["corner"][1] + 22)
        sheet.text(at, frame["label"], "note")
    nodes, lines = _all_nodes(data)
    ports = {node["id"]: SYMBOLS[node["symbol"]](sheet, tuple(node["at"])) for node in nodes}
    for node in nodes:
        _label(sheet, node)

    def place(end: Any) -> Point:  # noqa: ANN401 -- a point or the name of a port
        if isinstance(end, str):
            name, port = end.split(".")
            return ports[name][port]
        return (end[0], end[1])

    for line in lines:
        _line(sheet, place(line["from"]), place(line["to"]), line)
    for note in data["notes"]:
        sheet.text(tuple(note["at"]), note["text"], "note")
    return sheet.svg()
