"""Hands on the keyboard alone: Tab until something has the focus, then press it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.screen import Screen

FAR: Final = 260
"""More steps than this is no way for anybody [presses of Tab]."""
FOCUSED: Final = "one => one === document.activeElement"
RADIOS: Final = """radios => {
  const at = radios.indexOf(document.activeElement);
  return at >= 0 ? at : -1;
}"""


class Keys:
    """What somebody does who has no mouse.

    Parameters
    ----------
    screen
        The browser.
    """

    def __init__(self, screen: Screen) -> None:
        self.page: Page = screen.page

    def reach(self, wanted: Locator) -> None:
        """Go to something by Tab."""
        wanted.wait_for()
        for _ in range(FAR):
            if wanted.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {wanted}")

    def press(self, name: str) -> None:
        """Press a button, which must see its turn come."""
        self.reach(self.page.get_by_role("button", name=name, exact=True))
        self.page.keyboard.press("Enter")

    def twice(self, name: str) -> None:
        """Press a button, and again as it then asks for."""
        self.press(name)
        self.page.get_by_role("button", name=f"Press once more: {name}").wait_for()
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        self.reach(self.page.get_by_role("link", name=name, exact=True).first)
        self.page.keyboard.press("Enter")

    def type(self, label: str, text: str) -> None:
        """Type into a field, in place of what is there."""
        self.reach(self.page.get_by_label(label, exact=True).first)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, group: Locator, answer: str) -> None:
        """Go to a group of answers by Tab, and to one of them by the arrows."""
        radios = group.get_by_role("radio")
        names = group.get_by_role("radio").locator("xpath=..").all_inner_texts()
        wanted = next(i for i, text in enumerate(names) if text.strip() == answer)
        for _ in range(FAR):
            at = radios.evaluate_all(RADIOS)
            if at >= 0:
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"Tab does not lead to {names}")
        self.page.keyboard.press("Space")
        for _ in range(wanted - at):
            self.page.keyboard.press("ArrowDown")
        for _ in range(at - wanted):
            self.page.keyboard.press("ArrowUp")
        assert radios.nth(wanted).is_checked()
