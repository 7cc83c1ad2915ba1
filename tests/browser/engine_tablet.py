"""The engine alone in a browser, without the app's screens: how tests start it, enrol it and ask what it refuses.

The gateway behind it is engine_gateway.py's; the real application is engine_office.py's.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway

WORDS = "ash birch cedar dune ember fern"
START = """async options => {
  const { EngineClient } = await import('/app/static/engine/client.js');
  const { TEST_COST } = await import('/app/static/engine/crypto/passphrase.js');
  window.engine = await EngineClient.start({ cost: TEST_COST, ...options });
  window.events = [];
  for (const name of ['changed', 'status', 'progress', 'locked']) engine.addEventListener(name, event => events.push([name, event.detail]));
  return engine.status();
}"""
VISIT = "async () => { window.channel = (await engine.createVisit({facility: 'facility:x', kind: 'special'})).channel; return channel; }"


def start(tablet: Tablet, gateway: EngineGateway, **options: Any) -> Page:
    page = tablet.open()
    page.goto(gateway.address + "/app/")
    page.evaluate(START, options)
    return page


def enrolled(tablet: Tablet, gateway: EngineGateway, **options: Any) -> Page:
    page = start(tablet, gateway, **options)
    request = {"code": gateway.code, "deviceName": "планшет 7", "words": WORDS, "language": "ru"}
    assert page.evaluate("request => engine.enrol(request)", request)["vault"] == "unlocked"
    return page


def code_of(page: Page, call: str, argument: Any = None) -> str | None:
    """The error code that a call is refused with; None where it is not."""
    refusal: str | None = page.evaluate(
        f"async argument => ({call}).then(() => null, error => error.code)", argument
    )
    return refusal
