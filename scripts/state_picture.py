"""The picture of a session's states, drawn from the table of states."""

from __future__ import annotations

import math
from typing import Final
from xml.sax.saxutils import escape

PLACES: Final = {
    "idle": (90, 120),
    "checking": (320, 120),
    "fitting": (560, 120),
    "ready": (810, 120),
    "running": (810, 320),
    "pausing": (480, 240),
    "paused": (180, 320),
    "ending": (810, 480),
    "done": (480, 410),
    "stopped": (480, 480),
    "faulted": (480, 550),
}
"""Centre of each state in the picture."""
HALF: Final = (52, 22)
NOT_DRAWN: Final = frozenset({"emergency-vent", "fault", "end", "recorder-failed"})
"""They lead out of almost every state; the table beside the picture has them."""
STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#1b2b34;text-anchor:middle}"
    ".why{font-size:11px;fill:#33505e}rect{fill:#eef6f8;stroke:#2f7f93}"
    ".final rect{fill:#f6f1e7;stroke:#9a6b2f}path{fill:none;stroke:#54717e}"
    ".tip{fill:#54717e}.under{fill:#fff;stroke:none}"
)


def state_picture() -> str:
    """Return the picture as SVG."""
    from openpresso.session.states import TABLE, TERMINAL

    ways: dict[tuple[str, str], list[str]] = {}
    for state, row in TABLE.items():
        for trigger, to in row.items():
            if str(trigger) not in NOT_DRAWN:
                ways.setdefault((str(state), str(to)), []).append(str(trigger))
    states = dict.fromkeys([*map(str, TABLE), *(to for _, to in ways), *map(str, TERMINAL)])
    parts = ['<rect class="under" width="900" height="600"/>']
    parts += [_arrow(*way, triggers, both=way[::-1] in ways) for way, triggers in ways.items()]
    parts += [_box(name, final=name in {str(one) for one in TERMINAL}) for name in states]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 600" role="img" '
        'aria-label="States of a session">\n'
        f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _box(name: str, *, final: bool) -> str:
    x, y = PLACES[name]
    width, height = HALF
    kind = ' class="final"' if final else ""
    return (
        f'<g{kind}><rect x="{x - width}" y="{y - height}" width="{2 * width}" '
        f'height="{2 * height}" rx="8"/><text x="{x}" y="{y + 5}">{escape(name)}</text></g>'
    )


def _arrow(start: str, end: str, triggers: list[str], *, both: bool) -> str:
    if start == end:
        return _loop(start, triggers)
    (x0, y0), (x1, y1) = _edge(start, end), _edge(end, start)
    length = math.hypot(x1 - x0, y1 - y0)
    # A bow keeps two directions apart, and a long way clear of the boxes between.
    bow = 150.0 if _blocked(start, end) else 28.0 if both else 0.0
    xm, ym = (x0 + x1) / 2 - (y1 - y0) / length * bow, (y0 + y1) / 2 + (x1 - x0) / length * bow
    path = f'<path d="M{x0:.0f} {y0:.0f}Q{xm:.0f} {ym:.0f} {x1:.0f} {y1:.0f}"/>'
    return (
        path
        + _tip(xm, ym, x1, y1)
        + _label((x0 + x1) / 4 + xm / 2, (y0 + y1) / 4 + ym / 2, triggers)
    )


def _blocked(start: str, end: str) -> bool:
    """Tell whether another state lies on the straight way."""
    (x0, y0), (x1, y1) = PLACES[start], PLACES[end]
    return any(
        min(x0, x1) < x < max(x0, x1) and y0 == y == y1
        for name, (x, y) in PLACES.items()
        if name not in {start, end}
    )


def _loop(name: str, triggers: list[str]) -> str:
    x, y = PLACES[name]
    top = y - HALF[1]
    path = f'<path d="M{x - 16} {top}C{x - 26} {top - 26} {x + 26} {top - 26} {x + 16} {top}"/>'
    return path + _tip(x + 26, top - 26, x + 16, top) + _label(x, top - 28, triggers)


def _tip(x0: float, y0: float, x1: float, y1: float) -> str:
    """Return the head of an arrow that comes from (x0, y0) and ends at (x1, y1)."""
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = 9.0 * (x1 - x0) / length, 9.0 * (y1 - y0) / length
    left = f"{x1 - dx - 0.4 * dy:.1f} {y1 - dy + 0.4 * dx:.1f}"
    right = f"{x1 - dx + 0.4 * dy:.1f} {y1 - dy - 0.4 * dx:.1f}"
    return f'<path class="tip" d="M{x1:.1f} {y1:.1f}L{left}L{right}z"/>'


def _label(x: float, y: float, triggers: list[str]) -> str:
    first = y + 4 - 6 * (len(triggers) - 1)
    half = 3.2 * max(map(len, triggers)) + 3
    under = (
        f'<rect class="under" x="{x - half:.0f}" y="{first - 11:.0f}" width="{2 * half:.0f}" '
        f'height="{12 * len(triggers) + 3}"/>'
    )
    return under + "".join(
        f'<text class="why" x="{x:.0f}" y="{first + 12 * line:.0f}">{escape(trigger)}</text>'
        for line, trigger in enumerate(triggers)
    )


def _edge(name: str, toward: str) -> tuple[float, float]:
    """Return where the line from a box's centre to another's leaves the box."""
    x, y = PLACES[name]
    dx, dy = PLACES[toward][0] - x, PLACES[toward][1] - y
    width, height = HALF
    share = min(width / abs(dx) if dx else 9.0, height / abs(dy) if dy else 9.0)
    return x + dx * share, y + dy * share
