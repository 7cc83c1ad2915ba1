"""Pictures of every screen: three sizes, three languages, light, and some in the dark.

    python -m tests.browser.shots [--only NAME] [--sizes tablet,phone] [--languages ru] [--whole]

Writes screenshots/<screen>-<size>-<language>[-dark].png, and the few that documents show to docs/pictures/.
One enrolment serves all: the languages and sizes change in place.
"""

from __future__ import annotations

import argparse
import base64
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM, SIZES
from tests.browser.office_tour import OfficeTour
from tests.browser.screens import LANGUAGES, Screen
from tests.browser.server import ROOT, Server, seed
from tests.browser.tablet_tour import TabletTour

FOLDER = ROOT / "screenshots"
PICTURES = ROOT / "docs" / "pictures"
DARK = {"onsite-recording", "form-flag", "deliver-waiting", "office-indicators-map"}
# What documents show: picture → screenshot, and its width in pixels.
SHOWN = {
    "on-site": ("onsite-recording-tablet-ru", 820),
    "form": ("form-flag-tablet-ru", 820),
    "ledger": ("deliver-waiting-tablet-en", 820),
    "phone": ("onsite-phone-kk", 390),
    "indicators": ("office-indicators-map-desktop-en", 1120),
    "visit": ("office-visit-desktop-en", 1120),
}
WEBP = """async ([png, width]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round(image.height * width / image.width);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/webp', 0.86).split(',')[1];
}"""
WHOLE_LIMIT = 3200


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="screens whose names contain this"
    )
    parser.add_argument("--sizes", default=",".join(SIZES), help="of " + ", ".join(SIZES))
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="of " + ", ".join(LANGUAGES))
    parser.add_argument("--whole", action="store_true", help="as tall as the page is, not as the screen")
    parser.add_argument("--part", choices=("tablet", "office"), help="one half of the screens")
    return parser.parse_args()


class Camera:
    """Takes a screen in every size and language that was asked for."""

    def __init__(self, wanted: argparse.Namespace) -> None:
        self._only: list[str] = wanted.only
        self._sizes: list[str] = wanted.sizes.split(",")
        self._languages: list[str] = wanted.languages.split(",")
        self._whole: bool = wanted.whole
        self.taken = 0

    def take(self, screen: Screen) -> None:
        if self._only and not any(name in screen.name for name in self._only):
            return
        for language in self._languages:
            for size in self._sizes:
                self._shoot(screen, size, language)
        if screen.name in DARK:
            self._shoot(screen, self._sizes[0], self._languages[0], dark=True)

    def _shoot(self, screen: Screen, size: str, language: str, *, dark: bool = False) -> None:
        screen.show(size=size, language=language, dark=dark)
        if self._whole:
            height = screen.page.evaluate("document.documentElement.scrollHeight")
            width, least = SIZES[size]
            screen.page.set_viewport_size({"width": width, "height": min(max(height, least), WHOLE_LIMIT)})
        name = f"{screen.name}-{size}-{language}{'-dark' if dark else ''}.png"
        screen.page.screenshot(path=str(FOLDER / name), animations="disabled", caret="hide")
        self.taken += 1


def tours(wanted: argparse.Namespace, server: Server, folder: Path) -> Iterator[Screen]:
    """The tablet's screens, then the office's with what the tablet delivered."""
    with sync_playwright() as playwright:
        tablet = TabletTour(playwright, server, folder / "profile")
        if wanted.part != "office":
            yield from tablet.screens()
        if wanted.part != "tablet":
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            yield from OfficeTour(browser, server.address, tablet.channel).screens()
            show_in_documents(browser)
            browser.close()


def show_in_documents(browser: Browser) -> None:
    """Scale the chosen screenshots for documents; a picture that was not taken now stays as it is."""
    PICTURES.mkdir(exist_ok=True)
    page = browser.new_page()
    for name, (shot, width) in SHOWN.items():
        source = FOLDER / f"{shot}.png"
        if source.exists():
            picture = page.evaluate(WEBP, [base64.b64encode(source.read_bytes()).decode(), width])
            (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(picture))
    page.close()


def main() -> None:
    wanted = parse_arguments()
    FOLDER.mkdir(exist_ok=True)
    camera = Camera(wanted)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aigaq-shots-") as folder:
        seeded = Path(folder) / "seeded"
        seeded.mkdir()
        seed(seeded)
        server = Server(seeded, Path(folder) / "instance").start()
        try:
            for screen in tours(wanted, server, Path(folder)):
                camera.take(screen)
                print(f"{time.monotonic() - begun:6.0f} s  {screen.name}", flush=True)
        finally:
            server.stop()
    print(f"{camera.taken} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
