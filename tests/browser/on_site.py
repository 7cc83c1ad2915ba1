"""Inside a facility: what tests of a tablet's captures ask of its screens and of its engine."""

from __future__ import annotations

from typing import Any

from tests.browser.monitor import Monitor

ENGINE = "document.querySelector('aq-app').app.engine"
# The visit that the person is in, as the way there knows it.
CHANNEL = "document.querySelector('aq-app').app.router.current.params.channel"


def documents(monitor: Monitor, *types: str) -> list[dict[str, Any]]:
    """This visit's documents of the types, as the screens read them."""
    found: list[dict[str, Any]] = monitor.page.evaluate(
        f"(types) => {ENGINE}.list({CHANNEL}, types)", list(types)
    )
    return found


def allow(monitor: Monitor, kind: str) -> None:
    """The leader allows a kind for this visit where the facility's rule forbids it."""
    monitor.capture(kind)
    card = monitor.page.locator("aq-policy-card")
    monitor.page.wait_for_selector("aq-policy-card, .record-button, .shutter")
    if card.count():
        monitor.press("capture.policy.allow", card)
        monitor.page.locator("dialog[open] .actions .primary").click()
    monitor.page.wait_for_selector(".record-button, .shutter")
