"""Where the time of one session goes: `python -m bench.parts PROGRAM CUFF FOLDER`, as JSON.

Every part is wrapped by a stopwatch where the station calls it; the stopwatches themselves take
about 0.1 s of a session.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BEGAN = time.perf_counter()


class Stopwatch:
    """Adds up the time spent in the functions it wraps, less that of inner ones."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._inner = [0.0]

    def wrap(self, owner: object, name: str, part: str) -> None:
        """Replace a function of a module or class by one that is timed."""
        function: Callable[..., Any] = getattr(owner, name)
        self.parts.setdefault(part, 0.0)

        def measured(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- whatever it takes
            self._inner.append(0.0)
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                wall = time.perf_counter() - began
                self.parts[part] += wall - self._inner.pop()
                self._inner[-1] += wall

        setattr(owner, name, measured)


def main(program: str, cuff: str, folder: Path) -> dict[str, float]:
    """Deliver a session; return the seconds of each part."""
    from openpresso.record import Recorder
    from openpresso.session import Session
    from openpresso.station import RunRequest, deliver, delivery, twin_clock, twin_link

    watch = Stopwatch()
    watch.parts["imports"] = time.perf_counter() - BEGAN
    watch.wrap(delivery, "plan", "load, compile and check")
    watch.wrap(delivery, "Twin", "settle the twin")
    watch.wrap(delivery, "rehearse", "rehearsal")
    watch.wrap(twin_clock.TwinClock, "wait_until", "twin")
    watch.wrap(twin_link.TwinLink, "read", "link")
    watch.wrap(twin_link.TwinLink, "write", "link")
    watch.wrap(Session, "step", "engine")
    watch.wrap(Recorder, "frame", "recorder")
    watch.wrap(Recorder, "event", "recorder")
    watch.wrap(delivery.Watcher, "__call__", "progress and true pressures")
    watch.wrap(delivery, "run", "loop")
    watch.wrap(Recorder, "close", "close the record")
    watch.wrap(delivery, "render_report", "report")
    began = time.perf_counter()
    deliver(RunRequest(program, cuff, out=folder), lambda _progress: None)
    total = time.perf_counter() - began
    rest = total - sum(watch.parts.values()) + watch.parts["imports"]
    return watch.parts | {"the rest": rest}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
