"""The passkey on its screens, with a virtual authenticator: set, opened with, refused, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Locator, Playwright, expect

from tests.browser.enrolled import Enrolled
from tests.browser.monitor import Monitor
from tests.browser.on_site import ENGINE

LONG_AGO = "2020-01-01T00:00:00.000Z"


class Authenticator:
    """What stands in for a tablet's own sensor."""

    def __init__(self, monitor: Monitor, *, prf: bool = True) -> None:
        context = monitor.tablet.context
        assert context
        self.session: CDPSession = context.new_cdp_session(monitor.page)
        self.session.send("WebAuthn.enable")
        self.id = ""
        self.plug(prf=prf)

    def plug(self, *, prf: bool = True) -> None:
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            "hasPrf": prf,
        }
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
            "authenticatorId"
        ]

    def unplug(self) -> None:
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})

    def verifies(self, verified: bool) -> None:
        """Whether the finger is its owner's."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verified}
        )

    @property
    def credentials(self) -> list[dict[str, object]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        credentials: list[dict[str, object]] = found["credentials"]
        return credentials


@pytest.fixture
def leader(playwright: Playwright, enrolled: Enrolled, tmp_path: Path) -> Iterator[Monitor]:
    """The leader in the settings of an open tablet, with no network."""
    monitor = enrolled.monitor(playwright, tmp_path)
    monitor.start_cold()
    monitor.page.wait_for_selector("aq-home .today .btn")
    monitor.page.evaluate("document.querySelector('aq-app').app.go('settings')")
    monitor.page.wait_for_selector("[data-part=passkey]")
    yield monitor
    monitor.tablet.close()


def card(leader: Monitor) -> Locator:
    return leader.page.locator("[data-part=passkey]")


def ask_for_one(leader: Monitor) -> Locator:
    """As far as the system's own questions."""
    leader.press("settings.passkey.set", card(leader))
    dialog = leader.page.locator("dialog[open]")
    dialog.locator("#words").fill(" ".join(leader.words))
    leader.press("shell.next", dialog)
    leader.press("settings.passkey.make", dialog)
    return dialog


def set_passkey(leader: Monitor) -> None:
    ask_for_one(leader)
    expect(card(leader)).to_contain_text(leader.t("settings.passkey.is"))


def lock(leader: Monitor) -> None:
    leader.page.locator(".bar .lock").click()
    leader.page.wait_for_selector("#words")


def open_with(leader: Monitor, words: list[str]) -> None:
    leader.page.fill("#words", " ".join(words))
    leader.press("vault.passkey.open")


def test_four_words_and_the_passkey_open_the_tablet(leader: Monitor) -> None:
    page = leader.page
    authenticator = Authenticator(leader)
    set_passkey(leader)
    made = authenticator.credentials
    assert len(made) == 1
    assert made[0]["rpId"] == "localhost"
    assert not made[0]["isResidentCredential"]
    assert leader.login not in str(made)
    page.evaluate(f"{ENGINE}.setMeta('wordsTypedAt', '{LONG_AGO}')")
    lock(leader)

    open_with(leader, [*leader.words[1:4], leader.words[0]])
    expect(page.locator("aq-words-form .notice.bad")).to_contain_text(leader.t("errors.wrong-passkey.what"))
    open_with(leader, leader.words[:3])
    expect(page.locator("aq-words-form .notice.bad")).to_contain_text(leader.t("errors.wrong-passkey.what"))

    # Four words and Enter mean the passkey.
    page.fill("#words", " ".join(leader.words[:4]))
    page.press("#words", "Enter")
    page.wait_for_selector("aq-unlock", state="detached")
    assert page.evaluate(f"{ENGINE}.meta('wordsTypedAt')") == LONG_AGO, "no rehearsal of the words"


def test_a_finger_that_is_not_the_owners_leaves_the_words(leader: Monitor) -> None:
    page = leader.page
    authenticator = Authenticator(leader)
    set_passkey(leader)
    lock(leader)
    refused = page.locator("aq-words-form .notice.bad")
    authenticator.verifies(False)
    open_with(leader, leader.words[:4])
    expect(refused).to_contain_text(leader.t("errors.passkey-refused.what"))
    authenticator.unplug()
    leader.unlock()
    assert page.evaluate(f"(async () => (await {ENGINE}.status()).vault)()") == "unlocked"


def test_another_authenticator_does_not_open_it(leader: Monitor) -> None:
    authenticator = Authenticator(leader)
    set_passkey(leader)
    lock(leader)
    credential = authenticator.credentials[0]
    authenticator.unplug()
    # The same credential without its PRF secret: what a copy of the key alone would be.
    authenticator.plug()
    authenticator.session.send(
        "WebAuthn.addCredential", {"authenticatorId": authenticator.id, "credential": credential}
    )
    open_with(leader, leader.words[:4])
    expect(leader.page.locator("aq-words-form .notice.bad")).to_be_visible()
    assert leader.page.evaluate(f"(async () => (await {ENGINE}.status()).vault)()") == "locked"
    leader.unlock()


def test_an_authenticator_without_prf_is_refused_with_a_sentence(leader: Monitor) -> None:
    Authenticator(leader, prf=False)
    dialog = ask_for_one(leader)
    expect(dialog.locator(".notice.bad")).to_contain_text(leader.t("errors.passkey-unsupported.what"))
    leader.press("shell.cancel", dialog)
    assert leader.page.evaluate(f"{ENGINE}.passkey()") is None
    lock(leader)
    assert leader.page.locator("[data-way=second]").count() == 0
    leader.unlock()


def test_a_browser_that_says_it_cannot_is_not_asked(leader: Monitor) -> None:
    page = leader.page
    page.evaluate(
        "PublicKeyCredential.getClientCapabilities = async () => ({ 'extension:prf': false });"
        " document.querySelector('aq-app').app.go('home')"
    )
    page.wait_for_selector("aq-home")
    page.evaluate("document.querySelector('aq-app').app.go('settings')")
    expect(card(leader)).to_contain_text(leader.t("settings.passkey.cannot"))
    assert card(leader).get_by_role("button").count() == 0


def test_what_was_removed_opens_no_more(leader: Monitor) -> None:
    page = leader.page
    Authenticator(leader)
    set_passkey(leader)
    kept = page.evaluate(f"{ENGINE}.passkey()")
    assert kept
    leader.press("settings.passkey.remove", card(leader))
    leader.press("settings.passkey.remove.yes", page.locator("dialog[open]"))
    expect(leader.button("settings.passkey.set", card(leader))).to_be_visible()
    lock(leader)
    assert page.locator("[data-way=second]").count() == 0
    refusal = page.evaluate(
        f"words => {ENGINE}.unlockWithPasskey(words, new ArrayBuffer(32)).then(() => null, e => e.code)",
        leader.words,
    )
    assert refusal == "wrong-passkey"
    leader.unlock()


def test_the_output_is_moved_to_the_worker(leader: Monitor) -> None:
    left = leader.page.evaluate(
        f"async words => {{ const prf = new ArrayBuffer(32);"
        f" await {ENGINE}.unlockWithPasskey(words, prf).catch(() => null); return prf.byteLength; }}",
        leader.words,
    )
    assert left == 0
