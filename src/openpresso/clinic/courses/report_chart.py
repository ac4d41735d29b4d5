"""The picture of a course: every measured day, the mean before, and the band of no real change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

WIDTH: Final = 1840.0
HEIGHT: Final = 330.0
LEFT: Final = 110.0
BOTTOM: Final = 46.0
TOP: Final = 16.0
INK: Final = "#16242f"
GREY: Final = "#5b6b78"


def chart(
    days: Sequence[tuple[dt.date, float]],
    sessions: Sequence[dt.date],
    baseline: float | None,
    srd: float | None,
    title: str,
    label: Callable[[dt.date], str],
) -> str:
    """Return a picture as SVG; empty with fewer than two days.

    Parameters
    ----------
    days
        Day and value of each reading, in order.
    sessions
        Days of the sessions: short marks at the lower edge.
    baseline, srd
        Mean before and smallest real difference: a change inside the band may be error alone.
    title
        What it shows, for who cannot see it.
    label
        Writes a day.
    """
    if len(days) < 2:
        return ""
    first = min(days[0][0], *sessions) if sessions else days[0][0]
    last = max(days[-1][0], *sessions) if sessions else days[-1][0]
    span = max((last - first).days, 1)
    edges = [value for _, value in days]
    if baseline is not None:
        edges += [baseline - (srd or 0.0), baseline + (srd or 0.0)]
    low, high = min(edges), max(edges)
    room = 0.08 * (high - low) or 1.0
    low, high = low - room, high + room

    def x(day: dt.date) -> float:
        return LEFT + (WIDTH - LEFT - 20.0) * (day - first).days / span

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    parts = [_band(y(baseline + srd), y(baseline - srd))] if baseline is not None and srd else []
    if baseline is not None:
        parts.append(
            _line(LEFT, y(baseline), WIDTH - 20.0, y(baseline), GREY, 'stroke-dasharray="8 6"')
        )
    floor = HEIGHT - BOTTOM
    parts += [
        _line(x(day), floor - 12, x(day), floor, "#8fbcd6", 'stroke-width="4"') for day in sessions
    ]
    parts.append(_line(LEFT, floor, WIDTH - 20.0, floor, "#9fb0bc"))
    points = " ".join(f"{x(day):.1f},{y(value):.1f}" for day, value in days)
    parts.append(f'<polyline points="{points}" fill="none" stroke="#1d4e6b" stroke-width="4"/>')
    parts += [
        f'<circle cx="{x(day):.1f}" cy="{y(value):.1f}" r="8" fill="#1d4e6b"/>'
        for day, value in days
    ]
    for value in (min(v for _, v in days), max(v for _, v in days)):
        parts.append(_text(LEFT - 12, y(value) + 8, f"{value:.4g}", "end"))
    parts += [
        _text(x(first), HEIGHT - 10, label(first), "start"),
        _text(x(last), HEIGHT - 10, label(last), "end"),
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="100%" role="img" '
        f"aria-label={quoteattr(title)}>{''.join(parts)}</svg>"
    )


def _band(top: float, bottom: float) -> str:
    return (
        f'<rect x="{LEFT}" y="{top:.1f}" width="{WIDTH - LEFT - 20.0}" '
        f'height="{bottom - top:.1f}" fill="#eef2f5"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {more}/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="24" fill="{INK}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
