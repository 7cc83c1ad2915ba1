"""Screens a person of any ability can work with: axe-core finds no violation of WCAG 2 A and AA, light or dark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright

from tests.browser.chromium import CHROMIUM
from tests.browser.office_tour import OfficeTour
from tests.browser.screens import Screen
from tests.browser.server import ROOT, Server
from tests.browser.tablet_tour import TabletTour

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 4).map(({ target, html }) => `${target.join(' ')}  ${html.slice(0, 160)}`) }));
}"""
# What reaches beyond the right edge of a phone, by its tag and text; what scrolls inside its own box does not.
WIDER = """() => [...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility()
    && !e.closest('.sr-only, .tabs, .table-scroll, svg'))
  .map((e) => `${e.localName} ${e.textContent.trim().slice(0, 40)}`)"""
# Each with its size: the ones where most of the work is done, and the ones with the most in them.
TABLET = {
    "enrol-code": "phone",
    "home": "tablet",
    "prepare": "tablet",
    "note": "tablet",
    "onsite-recording": "phone",
    "interview": "tablet",
    "form-overview": "tablet",
    "form-flag": "tablet",
    "onsite": "desktop",
    "wrapup": "phone",
    "finding": "tablet",
    "deliver-waiting": "tablet",
    "unlock": "tablet",
}
OFFICE = {
    "office-sign-in": "phone",
    "office-visit-new": "desktop",
    "office-visits": "desktop",
    "office-visit": "tablet",
    "office-report": "desktop",
    "office-reports": "phone",
    "office-indicators": "desktop",
    "office-recommendation": "desktop",
    "office-facilities": "phone",
    "office-form": "desktop",
    "office-imports-preview": "desktop",
    "office-accounts": "desktop",
}
# Those with buttons, badges and choices side by side are looked at in Kazakh too, whose words are longest.
LONG_WORDS = {"office-visit-new", "office-visit", "office-report", "office-devices", "office-audit"}


def violations(screens: Iterator[Screen], wanted: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """What axe finds on the wanted screens, in both themes, by screen; all of them have to come by."""
    found = {}
    seen = set()
    for screen in screens:
        if screen.name not in wanted:
            continue
        seen.add(screen.name)
        for dark in (False, True):
            screen.show(size=wanted[screen.name], dark=dark)
            # Through the debugger, which the pages' policy on scripts does not concern.
            screen.page.evaluate(AXE.read_text())
            problems = screen.page.evaluate(RUN)
            if problems:
                found[f"{screen.name} {'dark' if dark else 'light'}"] = problems
                print(screen.name, dark, json.dumps(problems, indent=1, ensure_ascii=False))
        screen.show(size="tablet", dark=False)
    assert seen == set(wanted)
    return found


def test_the_tablet_has_no_barriers(playwright: Playwright, server: Server, tmp_path: Path) -> None:
    assert violations(TabletTour(playwright, server, tmp_path / "profile").screens(), TABLET) == {}


def test_the_office_has_no_barriers(playwright: Playwright, server: Server) -> None:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    wide: dict[str, list[str]] = {}
    try:
        screens = narrow(OfficeTour(browser, server.address).screens(), wide)
        assert violations(screens, OFFICE) == {}
    finally:
        browser.close()
    assert wide == {}


def narrow(screens: Iterator[Screen], wide: dict[str, list[str]]) -> Iterator[Screen]:
    """The same screens, each looked at on a phone first: `wide` gets what does not fit."""
    for screen in screens:
        for language in ("kk", "ru") if screen.name in LONG_WORDS else ("ru",):
            screen.show(size="phone", language=language)
            beyond = screen.page.evaluate(WIDER)
            if beyond:
                wide[f"{screen.name} {language}"] = beyond
        yield screen
