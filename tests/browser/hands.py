"""Somebody without a mouse: they press keys, and see where the focus is."""

import re

from playwright.sync_api import Page, expect

MOST = 250
"""Presses of Tab after which something counts as out of reach: that is twice around a large page."""
_FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "";
  const name = e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || e.value || e.name || "";
  return name.trim().replace(/\\s+/g, " ");
}"""


class Hands:
    """Works a page by keys alone; nothing is clicked, focused or filled in another way."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> None:
        """Open a page; the focus is at its beginning."""
        self.page.goto(path)

    def to(self, name: str) -> None:
        """Press Tab until what has the focus is called so (its beginning is enough)."""
        walked: list[str] = []
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            there = self.page.evaluate(_FOCUSED)
            if there.startswith(name):
                return
            walked.append(there[:40])
        raise AssertionError(
            f"no Tab leads to {name!r} at {self.page.url}; passed: {list(dict.fromkeys(walked))}"
        )

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def use(self, name: str, key: str = "Enter") -> None:
        """Go to what is called so and press a key there."""
        self.to(name)
        self.press(key)

    def type(self, name: str, text: str) -> None:
        """Write into the field that is called so, in place of what stands there."""
        self.to(name)
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def date(self, name: str, digits: str) -> None:
        """Write a moment into its field: month and day alike (0505), year, hours and minutes before noon, whatever the order is."""
        self.to(name)
        self.page.keyboard.type(digits[:8])
        self.press("ArrowRight")
        self.page.keyboard.type(digits[8:] + "a")

    def dialog(self, name: str) -> None:
        """Wait for the question whose heading is so."""
        expect(self.page.locator("#dialog #dialog-title")).to_contain_text(name)

    def told(self, text: str) -> None:
        """Wait for the notice."""
        expect(self.page.locator(".notices")).to_contain_text(re.compile(text))
