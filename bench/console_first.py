"""The first page of a browser: what it weighs, and when it can be used on a slow computer."""

from __future__ import annotations

from typing import Any, Final

from bench.console_room import chromium, console, visitor
from bench.timing import Row, Spread

FIRST: Final = "first load in headless Chromium, cache empty"
QUIET: Final = 1.5
"""A page that has computed nothing long for so long after it was loaded can be used [s]."""
WATCH: Final = """
window.benchLast = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    window.benchLast = Math.max(window.benchLast, one.startTime + one.duration);
  }
}).observe({ type: "longtask", buffered: true });
"""


def rows(clinic: str, runs: int) -> list[Row]:
    """Return what the first page weighs, and when it can be used on a slow computer."""
    found = []
    with console(clinic) as url, chromium() as browser:
        for title, path, login in (("the door", "/sign-in", ""), ("today", "/", "technician")):
            found += of_page(browser, url, title, path, login, runs)
    return found


def of_page(
    browser: Any,  # noqa: ANN401 -- of playwright
    url: str,
    title: str,
    path: str,
    login: str,
    runs: int,
) -> list[Row]:
    """Return the two rows of one page."""
    found = [loaded(browser, url, path, login) for _ in range(max(1, runs))]
    sizes, walls = Spread.of([one for one, _ in found]), Spread.of([one for _, one in found])
    note = "DOM ready and no task over 50 ms after it"
    return [
        Row(FIRST, f"{title}: all it loads, as sent", "kB", sizes, "< 200"),
        Row(FIRST, f"{title}: usable, processor slowed 4 times", "s", walls, "< 1", note),
    ]


def loaded(browser: Any, url: str, path: str, login: str) -> tuple[float, float]:  # noqa: ANN401
    """Load a page with an empty cache; return its weight [kB] and when it can be used [s]."""
    page = visitor(browser, url, login) if login else browser.new_context().new_page()
    wire = page.context.new_cdp_session(page)
    weight = 0.0

    def done(event: dict[str, Any]) -> None:
        nonlocal weight
        weight += event["encodedDataLength"]

    wire.send("Network.enable")
    wire.on("Network.loadingFinished", done)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(WATCH)
    page.goto(url + path, wait_until="load")
    page.wait_for_timeout(1e3 * QUIET)
    ready = page.evaluate(
        "Math.max(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,"
        " window.benchLast)"
    )
    page.context.close()
    return weight / 1000.0, ready / 1000.0
