"""One screen as a person sees it, whoever brought the browser there: for pictures and for accessibility.

Owns the change of size and language in place, and the wait until nothing moves. Knows no screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.chromium import SIZES

LANGUAGES = ("ru", "kk", "en")
SETTLED = """async () => {
  await document.fonts.ready;
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await frame();
  await Promise.all([...document.images].filter((image) => !image.complete)
    .map((image) => new Promise((done) => { image.onload = image.onerror = done; setTimeout(done, 2000); })));
  for (const element of document.querySelectorAll('*')) await element.updateComplete;
  await frame();
}"""
# Messages leave by themselves after some seconds; a picture does not wait for that.
QUIET = "() => { const shown = document.querySelector('aq-messages'); if (shown) shown.messages = []; }"
IN_SIGHT = """(selector) => {
  const element = selector && document.querySelector(selector);
  if (element) element.scrollIntoView({ block: 'center', behavior: 'instant' });
  else window.scrollTo({ top: 0, behavior: 'instant' });
}"""


@dataclass(frozen=True)
class Screen:
    """A screen in sight. `speak` changes its language in place; `centre` is what has to be in the picture."""

    name: str
    page: Page
    speak: Callable[[str], None]
    centre: str = ""

    def show(self, *, size: str = "", language: str = "", dark: bool = False) -> None:
        """Bring it to a size, a language and a theme, and wait until nothing moves."""
        if size:
            width, height = SIZES[size]
            self.page.set_viewport_size({"width": width, "height": height})
        self.page.mouse.move(0, 0)  # nothing looks pointed at
        self.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        if language:
            self.speak(language)
        self.page.evaluate(QUIET)
        self.page.evaluate(SETTLED)
        self.page.evaluate(IN_SIGHT, self.centre)
