"""The live picture of a session on a terminal: time left and every chamber's pressure."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from openpresso.cli.output import clock_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpresso.station import Progress

INTERVAL: Final = 0.1
"""Shortest time between two pictures [s]."""
NEAR: Final = 3.0
"""A pressure this close to its set-point is shown as reached [mmHg]."""
LINES_AROUND: Final = 6
"""Lines of the picture that are not chambers."""
NUMBERS_FROM: Final = 18
"""Shortest line of a chamber that has numbers beside its bar [characters]."""
EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


class LiveView:
    """A picture that replaces itself, and is gone when the session ends.

    Parameters
    ----------
    title
        Name of the program.
    console
        Where to draw; standard error when it is not given.
    clock
        Monotonic time [s], for the pace of the picture.
    """

    def __init__(
        self,
        title: str,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title = title
        self._console = console or Console(stderr=True)
        self._clock = clock
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._began = clock()
        self._shown = -math.inf
        self._state = ""

    def __enter__(self) -> Self:
        self._live.__enter__()
        self._live.update(
            Text(f"{self._title} · preparing, and a rehearsal on the twin"), refresh=True
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, progress: Progress) -> None:
        """Draw the progress, unless the last picture is younger than `INTERVAL`."""
        now = self._clock()
        if now - self._shown < INTERVAL and progress.state == self._state:
            return
        self._shown, self._state = now, progress.state
        size = self._console.size
        pace = progress.time / (now - self._began) if now > self._began else 0.0
        picture = draw(progress, self._title, size.width, size.height, pace)
        self._live.update(picture, refresh=True)


def draw(
    progress: Progress, title: str, width: int, height: int, pace: float = 0.0
) -> RenderableType:
    """Return the picture of one instant.

    Parameters
    ----------
    progress
        The instant.
    title
        Name of the program.
    width, height
        Size of the terminal [characters].
    pace
        Program time per wall time [-].

    Returns
    -------
    RenderableType
        What rich draws.
    """
    width = min(width, 120)
    head = Text(title, style="bold", no_wrap=True, overflow="ellipsis")
    parts = [progress.state]
    if progress.time > 0.0:
        parts += [progress.phase, f"cycle {progress.cycle}" if progress.cycle else ""]
    for part in filter(None, parts):
        head.append(f" · {part}", style="default")
    return Group(
        head,
        _time_line(progress, width, pace),
        Text(),
        _legs(progress, width, height - LINES_AROUND),
        Text("; ".join(progress.alarms), style="bold red", no_wrap=True, overflow="ellipsis"),
    )


def _time_line(progress: Progress, width: int, pace: float) -> RenderableType:
    left = clock_text(progress.duration - progress.time)
    words = f"{clock_text(progress.time)} of {clock_text(progress.duration)}, {left} left"
    if pace > 1.5:
        words += f", {pace:.0f} times real time"
    line = Table.grid(padding=(0, 2))
    bar = ProgressBar(
        total=max(progress.duration, 1e-9),
        completed=progress.time,
        width=max(width - len(words) - 4, 8),
    )
    line.add_row(bar, Text(words, no_wrap=True))
    return line


def _legs(progress: Progress, width: int, lines: int) -> RenderableType:
    legs = list(progress.pressures)
    grid = Table.grid(padding=(0, 2))
    column_width = (width - 2 * (len(legs) - 1)) // max(len(legs), 1)
    full = full_scale(progress)
    cells: list[RenderableType] = []
    for leg in legs:
        grid.add_column(width=column_width)
        pressures = [float(value) for value in progress.pressures[leg]]
        set_points = [float(value) for value in progress.set_points[leg]]
        chambers = _chambers(pressures, set_points, full, column_width, max(lines, 1))
        cells.append(Group(Text(f"{leg} [mmHg]", style="dim"), chambers))
    grid.add_row(*cells)
    return grid


def full_scale(progress: Progress) -> float:
    """Return the pressure of a full bar [mmHg]: the next 20 above every value in sight."""
    values = [60.0]
    for rows in (progress.pressures, progress.set_points):
        for row in rows.values():
            values.extend(float(value) for value in row if math.isfinite(value))
    return 20.0 * math.ceil(max(values) / 20.0)


def _chambers(
    pressures: list[float], set_points: list[float], full: float, width: int, lines: int
) -> RenderableType:
    """Return the chambers of one leg, the most proximal on top, as on a standing leg."""
    count = len(pressures)
    columns = max(math.ceil(count / lines), 1)
    rows = math.ceil(count / columns)
    cell_width = max((width - 2 * (columns - 1)) // columns, 4)
    grid = Table.grid(padding=(0, 2))
    for row in range(rows):
        cells: list[Text] = []
        for column in range(columns):
            index = count - 1 - row - column * rows
            if index >= 0:
                cells.append(chamber_line(index, pressures, set_points, full, cell_width))
        grid.add_row(*cells)
    return grid


def chamber_line(
    index: int, pressures: list[float], set_points: list[float], full: float, width: int
) -> Text:
    """Return one chamber as number, bar with a mark at its set-point, and `pressure/set-point`.

    Parameters
    ----------
    index
        Chamber, counted from 0 at the distal end.
    pressures, set_points
        Of the cuff [mmHg], shape `(n_chambers,)`; NaN: no reading, or vented.
    full
        Pressure of a full bar [mmHg].
    width
        Length of the line [characters]; the numbers are left out when it is short.

    Returns
    -------
    Text
        `width` characters.
    """
    pressure, target = pressures[index], set_points[index]
    colour = _colour(pressure, target)
    numbers = width >= NUMBERS_FROM
    bar = _bar(pressure, target, full, width - (13 if numbers else 3))
    line = Text(no_wrap=True, overflow="crop").append(f"{index + 1:>2} ", "dim").append(bar, colour)
    if not numbers:
        return line
    is_read = "--" if math.isnan(pressure) else str(round(pressure))
    is_set = "vent" if math.isnan(target) else str(round(target))
    return line.append(f" {is_read:>4}/").append(f"{is_set:<4}", "dim")


def _bar(pressure: float, target: float, full: float, width: int) -> str:
    eighths = 0 if math.isnan(pressure) else round(8 * width * max(pressure, 0.0) / full)
    whole, part = divmod(min(eighths, 8 * width), 8)
    bar = list(("█" * whole + (EIGHTHS[part] if part else "")).ljust(width))
    if not math.isnan(target) and target > 0.0:
        mark = min(int(width * target / full), width - 1)
        if bar[mark] == " ":
            bar[mark] = "┊"
    return "".join(bar)


def _colour(pressure: float, target: float) -> str:
    """Return the colour of a bar: the numbers beside it say the same."""
    if math.isnan(pressure):
        return "yellow"
    if math.isnan(target):
        return "default"
    if pressure > target + NEAR and target > 0.0:
        return "red"
    return "green" if pressure >= target - NEAR else "cyan"
