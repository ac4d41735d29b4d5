"""A screen of the console: a browser of its own, and how people find things on it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from openpresso.clinic.demo.house import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
PATIENCE: Final = 60_000
"""Longest time for what the console itself does [ms]."""
REFUSED: Final = re.compile(r"Failed to load resource: the server responded with a status of 4")
"""What a browser says of a refusal, which pages show by themselves."""


class Screen:
    """One person's browser on the console.

    Parameters
    ----------
    browser
        That draws it.
    base
        Where the console is.
    options
        Of the browser's context.
    """

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:  # noqa: ANN401 -- as the browser takes them
        self.base = base
        given: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}
        self._context = browser.new_context(base_url=base, **(given | options))
        self._context.set_default_timeout(PATIENCE)
        self.page: Page = self._context.new_page()
        self._complaints: list[str] = []
        self.lenient = False
        """Whether complaints do not count, as when the test takes something away."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self._complaints.append(f"script: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED.search(message.text):
            self._complaints.append(f"{self.page.url}: {message.text}")

    def close(self) -> list[str]:
        """Close it; return what it complained of."""
        with contextlib.suppress(Exception):
            # Shown for a test that failed, kept quiet for others.
            print(f"--- {self.page.url}\n{self.page.inner_text('body')[:4000]}")  # noqa: T201
        self._context.close()
        return [] if self.lenient else self._complaints

    # ---- what people do -----------------------------------------------------------------------

    def sign_in(self, login: str, then: str = "/") -> None:
        """Sign in at the door, in whichever language it speaks."""
        self.go("/sign-in")
        self.page.get_by_label(re.compile("^Name$")).fill(login)
        self.page.get_by_label(re.compile("^(Password|Passwort|Kennwort)$")).fill(PASSWORD)
        self.page.get_by_role("button", name=re.compile("^(Sign in|Anmelden)$")).click()
        self.page.wait_for_url(re.compile(f"{re.escape(self.base)}{re.escape(then)}$"))

    def go(self, path: str) -> None:
        self.page.goto(path)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, within: Locator | None = None) -> None:
        """Follow a link."""
        (within or self.page).get_by_role("link", name=name, exact=True).click()

    def fill(self, **values: str) -> None:
        """Type into fields by the beginning of their labels."""
        for label, value in values.items():
            self.page.get_by_label(label.replace("_", " ")).first.fill(value)

    def choose(self, question: str, answer: str, within: Locator | None = None) -> None:
        """Choose an answer to a question."""
        group = (within or self.page).get_by_role("group", name=question, exact=True)
        group.get_by_role("radio", name=answer, exact=True).check()

    def region(self, name: str) -> Locator:
        """Return a part of the page by its heading."""
        return self.page.get_by_role("region", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def says(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_text(text)

    def state(self, name: str, within: float = PATIENCE) -> None:
        """Wait until the live page says that the session is in this state."""
        from playwright.sync_api import expect

        tag = self.page.get_by_text(name, exact=True).first
        expect(tag).to_be_visible(timeout=within)

    def twice(self, name: str) -> None:
        """Press a button that is to be pressed again before a pressure may rise."""
        self.press(name)
        self.press(f"Press once more: {name}")


@contextlib.contextmanager
def open_browser(path: str) -> Iterator[Callable[..., Screen]]:
    """Start a browser; yield what opens a screen in it."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield lambda base, **options: Screen(browser, base, **options)
        finally:
            browser.close()
