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
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM, SIZES
from tests.browser.custody_tour import CustodyTour
from tests.browser.office_tour import OfficeTour
from tests.browser.screens import LANGUAGES, Screen
from tests.browser.server import ROOT, Server, seed
from tests.browser.tablet_tour import TabletTour
from tests.browser.vault_tour import VaultTour

FOLDER = ROOT / "screenshots"
PICTURES = ROOT / "docs" / "pictures"
DARK = {"onsite-recording", "form-flag", "deliver-waiting", "office-indicators-map"}
# What documents show: picture → screenshot, and its width in pixels.
SHOWN = {
    "on-site": ("onsite-recording-tablet-ru", 820),
    "form": ("form-flag-tablet-ru", 820),
    "ledger": ("deliver-waiting-tablet-en", 820),
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
# A day with the tablet; the office with what it delivered; what is unusual on a tablet; the office's sealed side of that.
PARTS = ("tablet", "office", "vault", "custody")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="screens whose names contain this"
    )
    parser.add_argument("--sizes", default=",".join(SIZES), help="of " + ", ".join(SIZES))
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="of " + ", ".join(LANGUAGES))
    parser.add_argument("--whole", action="store_true", help="as tall as the page is, not as the screen")
    parser.add_argument("--part", choices=PARTS, help="of the screens")
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


def tours(wanted: argparse.Namespace, seeded: Path, folder: Path) -> Iterator[Screen]:
    """The tablet's screens, then the office's with what the tablet delivered; twice, each time from a fresh seed."""
    parts = PARTS if wanted.part is None else (wanted.part,)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        if {"tablet", "office"} & set(parts):
            with served(seeded, folder / "day") as server:
                tablet = TabletTour(playwright, server, folder / "profile")
                if "tablet" in parts:
                    yield from tablet.screens()
                if "office" in parts:
                    yield from OfficeTour(browser, server.address, tablet.channel).screens()
        if {"vault", "custody"} & set(parts):
            with served(seeded, folder / "other") as server:
                vault = VaultTour(playwright, server, folder)
                for screen in vault.screens():
                    if "vault" in parts:
                        yield screen
                if "custody" in parts:
                    yield from CustodyTour(browser, server.address, vault.channel).screens()
        show_in_documents(browser)
        browser.close()


@contextmanager
def served(seeded: Path, instance: Path) -> Iterator[Server]:
    server = Server(seeded, instance).start()
    try:
        yield server
    finally:
        server.stop()


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
        for screen in tours(wanted, seeded, Path(folder)):
            camera.take(screen)
            print(f"{time.monotonic() - begun:6.0f} s  {screen.name}", flush=True)
    print(f"{camera.taken} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
