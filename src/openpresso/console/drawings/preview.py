"""What the twin expects of a program as shapes for SVG: pressures, a cycle, blood, fluid.

The shapes are those of `timeline_drawing`: the page's style gives them their colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openpresso.console.drawings.timeline import GAP, LANE, WIDTH, ticks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Point = tuple[float, float]

BAR: Final = 30.0
"""Height of the place of one chamber among the bars."""
CURVE: Final = 130.0
"""Height of a picture of curves."""
LONG: Final = 24.0
"""Hours of the volume that are drawn [h]."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One chamber: wanted and reached.

    Parameters
    ----------
    number, zone
        Of the chamber, from 1, distal to proximal.
    wanted, reached, mean, muscle
        Highest set-point, highest and mean pressure on the skin, highest in the muscle [mmHg].
    y
        Upper edge of its place.
    wanted_x, reached_x, mean_x
        Where they end in the picture.
    low, middle, high
        Highest pressure of free tissue fluid above rest, with its range [mmHg].
    reaches
        Whether that passes what drives fluid along the limb: `yes`, `perhaps` or `no`.
    change
        Of the fluid over the session [mL].
    """

    number: int
    zone: str
    wanted: float
    reached: float
    mean: float
    muscle: float
    y: float
    wanted_x: float
    reached_x: float
    mean_x: float
    low: float
    middle: float
    high: float
    reaches: str
    change: float


@dataclass(frozen=True, slots=True)
class Beat:
    """One chamber through a cycle: what was asked for, and the pressure on the skin."""

    number: int
    zone: str
    floor: float
    skin: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve with a scale."""

    line: str
    band: str
    other: str
    """A second line to compare with: the flow at rest, or no change."""
    levels: tuple[Point, ...]
    """Place and value of the scale."""
    ticks: tuple[Point, ...]
    """Place and time."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A preview to look at."""

    bars: tuple[Bar, ...]
    """Proximal first, as on a standing leg."""
    height: float
    scale: tuple[Point, ...]
    beats: tuple[Beat, ...]
    beats_height: float
    beat_ticks: tuple[Point, ...]
    phase: str
    cycle: float
    """[s]"""
    flow: Curve | None
    volume: Curve


def drawn(data: Mapping[str, Any]) -> Expected:
    """Return the shapes of a preview.

    Parameters
    ----------
    data
        As `trying.previewed` gives it.
    """
    segments = data["segments"]
    most = max([1.0, *(max(one["wanted"], one["skin"]["peak"]) for one in segments)])
    longest = data["longest"]
    seconds = max(longest["time"][-1], 1e-3)
    peak = max([1.0, *(value or 0.0 for row in longest["skin"] for value in row), most])
    count = len(segments)
    return Expected(
        tuple(
            _bar(one, count - 1 - index, most) for index, one in reversed([*enumerate(segments)])
        ),
        BAR * count,
        ticks(most, 1.0),
        tuple(
            _beat(index, segments[index]["zone"], longest, LANE * (count - index), seconds, peak)
            for index in reversed(range(count))
        ),
        LANE * count,
        ticks(seconds, 1.0),
        longest["name"],
        longest["cycle"],
        _flow(longest, seconds) if data["limb"] == "leg" else None,
        _volume(data["volume"]),
    )


def _bar(one: Mapping[str, Any], place: int, most: float) -> Bar:
    """Return the bar of a chamber."""
    skin, head = one["skin"], one["head"]

    def along(value: float) -> float:
        return round(value / most * WIDTH, 1)

    return Bar(
        number=one["number"],
        zone=one["zone"],
        wanted=one["wanted"],
        reached=skin["peak"],
        mean=skin["mean"],
        muscle=one["muscle"]["peak"],
        y=BAR * place,
        wanted_x=along(one["wanted"]),
        reached_x=along(skin["peak"]),
        mean_x=along(skin["mean"]),
        low=head["low"],
        middle=head["middle"],
        high=head["high"],
        reaches=one["reaches"],
        change=one["change"],
    )


def _beat(
    index: int,
    zone: str,
    cycle: Mapping[str, Any],
    floor: float,
    seconds: float,
    peak: float,
) -> Beat:
    """Return a chamber through a cycle; its set-point has gaps where the chamber is vented."""
    times = cycle["time"]
    skin = [
        _place(t, row[index] or 0.0, floor, seconds, peak) for t, row in _rows(times, cycle, "skin")
    ]
    area = f"M0 {floor:g}L{_joined(skin)}L{skin[-1][0]:g} {floor:g}Z"
    pieces: list[list[Point]] = [[]]
    for t, row in _rows(times, cycle, "set_points"):
        value = row[index]
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(_place(t, value, floor, seconds, peak))
    return Beat(
        index + 1, zone, floor, area, "".join(f"M{_joined(one)}" for one in pieces if len(one) > 1)
    )


def _rows(
    times: Sequence[float], cycle: Mapping[str, Any], name: str
) -> zip[tuple[float, Sequence[float | None]]]:
    return zip(times, cycle[name], strict=True)


def _place(t: float, value: float, floor: float, seconds: float, peak: float) -> Point:
    return round(t / seconds * WIDTH, 1), round(floor - value / peak * (LANE - GAP), 1)


def _joined(points: Sequence[Point]) -> str:
    return "L".join(f"{x:g} {y:g}" for x, y in points)


def _flow(cycle: Mapping[str, Any], seconds: float) -> Curve:
    """Return the flow out of the limb's deep veins [mL/s], with that at rest."""
    values, rest = [one or 0.0 for one in cycle["flow"]], cycle["rest_flow"]
    levels = _levels(min(0.0, *values), max(*values, rest))
    places = _down(levels)
    line = [
        (round(t / seconds * WIDTH, 1), places(value))
        for t, value in zip(cycle["time"], values, strict=True)
    ]
    return Curve(
        f"M{_joined(line)}",
        "",
        f"M0 {places(rest):g}L{WIDTH:g} {places(rest):g}",
        tuple((places(one), one) for one in levels),
        ticks(seconds, 1.0),
    )


def _volume(volume: Mapping[str, Any]) -> Curve:
    """Return what the session changes in the volume of the limb [mL], against none, for a day."""
    hours = volume["hours"]
    last = min(hours[-1], LONG)
    rows = [(hour, one) for hour, one in zip(hours, volume["effect"], strict=True) if hour <= last]
    ends = [one[name] for _, one in rows for name in ("low", "high")]
    levels = _levels(min(0.0, *ends), max(0.0, *ends))
    places = _down(levels)

    def path(name: str) -> list[Point]:
        return [(round(hour / last * WIDTH, 1), places(one[name])) for hour, one in rows]

    return Curve(
        f"M{_joined(path('middle'))}",
        f"M{_joined([*path('low'), *reversed(path('high'))])}Z",
        f"M0 {places(0.0):g}L{WIDTH:g} {places(0.0):g}",
        tuple((places(one), one) for one in levels),
        ticks(last, 1.0),
    )


def _levels(low: float, high: float) -> list[float]:
    """Return three to six round values that hold all others between them."""
    from openpresso.console.drawings.trend import _levels as rounded

    return rounded(low, high)


def _down(levels: Sequence[float]) -> Any:  # noqa: ANN401 -- a function
    """Return what gives the place of a value between the lowest and the highest level."""
    low, high = levels[0], levels[-1]

    def place(value: float) -> float:
        return round(CURVE - (value - low) / (high - low) * CURVE, 1)

    return place
