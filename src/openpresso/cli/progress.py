"""What a person sees while a session runs: a live picture on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from openpresso.cli.output import clock_text

if TYPE_CHECKING:
    from openpresso.station import Progress


@contextmanager
def watch(title: str, *, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """Give a function that shows the progress of a session.

    Parameters
    ----------
    title
        Name of the program.
    quiet
        Show nothing.

    Yields
    ------
    Callable
        To be called with each `Progress`, as often as one likes.
    """
    if quiet:
        yield lambda _progress: None
    elif sys.stderr.isatty():
        from openpresso.cli.live import LiveView

        with LiveView(title) as view:
            yield view.show
    else:
        yield Lines(title, sys.stderr).show


class Lines:
    """One line at each tenth of the program, at each change of state and at each alarm."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self._title = title
        self._stream = stream
        self._seen: tuple[str, int] | None = None
        self._alarms: frozenset[str] = frozenset()

    def show(self, progress: Progress) -> None:
        """Print a line when there is something to say."""
        tenth = int(10.0 * progress.time / progress.duration) if progress.duration > 0.0 else 0
        news, alarms = (progress.state, tenth), frozenset(progress.alarms)
        raised = alarms - self._alarms
        self._alarms = alarms
        if news == self._seen and not raised:
            return
        self._seen = news
        parts = [
            f"{self._title}: {10 * tenth:3d} %",
            f"{clock_text(progress.time)} of {clock_text(progress.duration)}",
            progress.state,
            *(alarm for alarm in progress.alarms if alarm in raised),
        ]
        print(", ".join(parts), file=self._stream, flush=True)
