"""What a tablet shows when something is unusual: wrong words, a second vault, a running recording, two versions.

Owns the order of these screens and how each is brought about: by doing it where that is quick, else by telling
the screen what the engine would. A generator, as the day's tour; the tablet speaks Russian in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright

from tests.browser.chromium import Tablet, holds
from tests.browser.monitor import Monitor
from tests.browser.on_site import ENGINE, allow
from tests.browser.screens import Screen
from tests.browser.server import Server
from tests.browser.tablet_tour import APP

CHANNEL_NOW = f"{APP}.router.current.params.channel"
# As the engine would say it: for what takes a broken disk, a full one or another release to bring about.
DAMAGED = """() => {
  const screen = document.querySelector('aq-unlock');
  screen.failure = { code: 'vault-damaged' };
  screen.querySelector('aq-words-form').failure = { code: 'vault-damaged' };
}"""
TOLD = f"""(told) => {{ const app = {APP}; app.setStatus({{ ...app.status, ...told }}); }}"""
OFFERED = """() => {
  const { updates } = document.querySelector('aq-app');
  for (const [name, value] of Object.entries({ running: 'a1'.repeat(32), next: 'b2'.repeat(32), offered: true })) {
    Object.defineProperty(updates, name, { value, configurable: true });
  }
  document.querySelector('aq-unlock').requestUpdate();
}"""
ERASE = "() => { document.querySelector('aq-recorder').erase(); }"
CARRYING = """() => {
  document.querySelector('aq-deliver').carried = [{ device: 'device:x', envelopes: 14, received: 5, bytes: 4_200_000 }];
}"""
RETITLE = f"""async ([channel, title]) => {{
  const [{{ doc }}] = await {ENGINE}.list(channel, 'finding');
  await {ENGINE}.save(channel, {{ ...doc, title, text: `${{title}}. Лампы не горят с марта, люди говорили об этом не раз.` }});
}}"""
EXCHANGE = f"async () => {{ await {ENGINE}.deliver(); await {ENGINE}.pull(); }}"


class VaultTour:
    """Two colleagues' tablets on one server that the tour stops and starts."""

    def __init__(self, playwright: Playwright, server: Server, folder: Path) -> None:
        self._server = server
        self.leader = Monitor(Tablet(playwright, folder / "unusual"), server.address, "leader")
        self.channel = ""
        self.colleague = Monitor(Tablet(playwright, folder / "colleague"), server.address, "monitor1")

    @property
    def _page(self) -> Page:
        return self.leader.page

    def screens(self) -> Iterator[Screen]:
        """Every unusual screen; both tablets are closed at the end."""
        self.leader.enrol()
        self._page.wait_for_selector("aq-home .today .btn")
        try:
            yield from self._settings()
            yield from self._recording()
            yield from self._pictures()
            yield from self._ledger()
            yield from self._versions()
            yield from self._wrong_words()
            yield from self._pin()
            yield from self._second_vault()
        finally:
            for monitor in (self.leader, self.colleague):
                if monitor.tablet.context:
                    monitor.tablet.close()

    # --- the ground ---

    def _here(
        self, name: str, centre: str = "", again: Callable[[], None] = lambda: None
    ) -> Iterator[Screen]:
        def speak(language: str) -> None:
            if self._page.evaluate(f"{APP}.language") != language:
                self._page.evaluate(f"(language) => {APP}.setLanguage(language)", language)
                again()

        screen = Screen(name, self._page, speak, centre)
        yield screen
        screen.show(size="tablet", language="ru")

    def _dialog(self, name: str, opens: Callable[[], Any]) -> Iterator[Screen]:
        """A dialog, opened anew in every language; closed at the end."""

        def again() -> None:
            self._page.evaluate("document.querySelector('aq-messages').clear()")
            self._page.wait_for_selector("dialog[open]", state="detached")
            opens()
            self._page.wait_for_selector("dialog[open]")

        again()
        yield from self._here(name, again=again)
        self._page.evaluate("document.querySelector('aq-messages').clear()")
        self._page.wait_for_selector("dialog[open]", state="detached")

    def _go(self, route: str, ready: str, **params: Any) -> None:
        self._page.evaluate(f"([name, params]) => {APP}.go(name, params)", [route, params])
        self._page.wait_for_selector(ready)

    def _click(self, selector: str, number: int = 0) -> Callable[[], None]:
        return lambda: self._page.locator(selector).nth(number).click()

    def _lock(self) -> None:
        self._page.locator(".bar .lock").click()
        self._page.wait_for_selector("aq-unlock h1")

    # --- the screens ---

    def _settings(self) -> Iterator[Screen]:
        self._go("settings", "aq-settings .checks li.ok")
        buttons = "aq-settings section.card .btn"
        yield from self._dialog("settings-pin", self._click(buttons, 0))
        yield from self._dialog("settings-rehearse", self._click(buttons, 1))
        yield from self._dialog("settings-words", self._click(buttons, 2))
        yield from self._dialog("settings-passkey", self._click("[data-part=passkey] .btn"))
        yield from self._dialog("settings-erase", self._click("aq-settings .btn.danger"))
        self._go("home", "aq-home .today .btn")

    def _recording(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        leader.arrive()
        for kind in ("audio", "video", "photo"):
            allow(leader, kind)
            leader.go_to("onsite")
        channel = page.evaluate(CHANNEL_NOW)
        self._go("record", ".record-button", channel=channel, kind="video")
        yield from self._here("record-video")
        leader.press("capture.start.video")
        self._keep()
        self._go("record", "aq-record .chip, aq-record .btn", channel=channel, kind="appeal")
        yield from self._here("record-appeal")
        page.locator("aq-record").get_by_role("button", name="Осуждённые", exact=True).click()
        page.wait_for_selector("aq-record aq-consent")
        for use in ("interview", "recording"):
            leader.consent(use, True)
        page.wait_for_selector(".record-button")
        yield from self._here("record-appeal-ready")
        leader.press("capture.start.appeal")
        self._keep()
        leader.go_to("onsite")
        leader.start_recording("audio")
        leader.press("capture.pause")
        page.wait_for_selector(".recorder-bar[data-state=paused]")
        leader.go_to("onsite")
        yield from self._here("recording-paused")
        leader.press("capture.resume")
        page.evaluate("document.querySelector('aq-recorder').minutes = 4")
        yield from self._here("recording-nearly-full")
        leader.press("capture.cover")
        yield from self._here("cover")
        page.locator("dialog.cover").click()
        page.wait_for_selector(".cover-back")
        yield from self._here("cover-back", again=lambda: page.locator("dialog.cover time").click())
        page.evaluate("document.querySelector('aq-cover').hide()")
        leader.press("capture.stop")
        leader.press("capture.stop.keep")
        page.wait_for_selector(".recorder-bar", state="detached")
        for kind in ("audio", "video", "appeal"):
            leader.go_to("onsite")
            medium = self._medium(kind)
            self._go("item", "aq-item h2", channel=page.evaluate(CHANNEL_NOW), id=medium, ids=[medium])
            leader.press("onsite.item.play")
            page.wait_for_selector("aq-item .player")
            holds(page, "() => document.querySelector('aq-item .player').duration > 0")
            page.evaluate("document.querySelector('aq-item .player').pause()")
            yield from self._here(f"item-{kind}-playing")
        leader.go_to("onsite")
        leader.start_recording("audio")
        yield from self._dialog("recording-erase", lambda: page.evaluate(ERASE))
        leader.erase_recording()
        leader.go_to("onsite")
        yield from self._here("recording-erased", "aq-timeline")

    def _keep(self) -> None:
        """A little of what runs."""
        self._page.wait_for_selector(".recorder-bar[data-state=recording]")
        self._page.wait_for_timeout(2000)
        self.leader.keep_recording()

    def _medium(self, kind: str) -> str:
        found: str = self._page.evaluate(
            f"""async (kind) => (await {ENGINE}.list({CHANNEL_NOW}, 'medium')).find(({{ doc, erased }}) => doc.kind === kind && !erased).doc._id""",
            kind,
        )
        return found

    def _pictures(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        leader.go_to("onsite")
        leader.take_photo("Журнал обращений")
        leader.go_to("onsite")
        self._go(
            "redact", "aq-redact canvas.board", channel=page.evaluate(CHANNEL_NOW), id=self._medium("photo")
        )
        yield from self._here("redact")
        board = page.locator("canvas.board").bounding_box()
        assert board
        page.mouse.move(board["x"] + 80, board["y"] + 80)
        page.mouse.down()
        page.mouse.move(board["x"] + 300, board["y"] + 200, steps=4)
        page.mouse.up()
        yield from self._here("redact-marked")
        yield from self._dialog("redact-question", self._click("[data-action=burn]"))
        self._page.evaluate(f"{APP}.back()")
        leader.go_to("onsite")
        leader.begin_interview("Осуждённые")
        for use in ("interview", "recording", "sharing", "publication"):
            leader.consent(use, True)
        yield from self._here("interview-consents")
        yield from self._dialog("interview-withdraw", self._click("aq-consent .btn.ghost.danger"))
        leader.go_to("onsite")
        page.locator("aq-leaving .btn.seal").click()
        page.wait_for_selector("aq-leaving .btn.primary")
        yield from self._here("leaving", "aq-leaving")

    def _ledger(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        leader.go_to("deliver")
        page.wait_for_selector(".ledger-item")
        page.evaluate(CARRYING)
        yield from self._here("deliver-couriers", "[data-part=carrying]")
        page.evaluate(TOLD, {"storage": {"nearlyFull": True, "freeBytes": 150_000_000}})
        page.wait_for_selector("[data-part=nearly-full]")
        yield from self._here("deliver-nearly-full")
        page.evaluate(
            """() => { const screen = document.querySelector('aq-deliver');
            const [first, second] = screen.ledger.items;
            first.quarantined = 'unconfirmed-device'; second.error = 'offline'; screen.requestUpdate(); }"""
        )
        yield from self._here("deliver-quarantine")
        leader.wait_until_delivered()

    def _versions(self) -> Iterator[Screen]:
        leader, colleague = self.leader, self.colleague
        leader.add_finding("Нет света", "В корпусе 2", evidence=1)
        leader.wait_until_delivered()
        channel = self.channel = self._page.evaluate(CHANNEL_NOW)
        colleague.enrol()
        colleague.go_to("wrapup")
        colleague.page.evaluate(EXCHANGE)
        self._server.stop()
        leader.page.evaluate(RETITLE, [channel, "Ночью нет света в корпусе 2"])
        colleague.page.evaluate(RETITLE, [channel, "В камерах корпуса 2 темно"])
        self._server.start()
        for monitor in (leader, colleague, leader):
            monitor.page.evaluate(EXCHANGE)
        colleague.tablet.close()
        leader.go_to("wrapup")
        self._page.wait_for_selector("[data-part=signoff] [data-action=versions]")
        yield from self._here("wrapup-versions")
        self._page.locator("[data-part=signoff] [data-action=versions]").click()
        self._page.wait_for_selector("aq-versions fieldset")
        yield from self._here("versions")
        self._page.locator("aq-versions label.choice").first.click()
        self._page.locator("[data-action=combine-text]").first.click()
        yield from self._here("versions-combined")
        self._go("home", "aq-home .today .btn")

    def _wrong_words(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        self._lock()
        slipped = " ".join([*leader.words[:3], leader.words[3][:-1] + "ъ", *leader.words[4:]])
        page.fill("#words", slipped)
        leader.press("vault.unlock.open")
        page.wait_for_selector("aq-words-form .notice.wait")
        yield from self._here("unlock-slip")
        leader.press("vault.slip.show")
        yield from self._here("unlock-slip-shown")
        page.fill("#words", " ".join(reversed(leader.words)))
        leader.press("vault.unlock.open")
        page.wait_for_selector("aq-words-form .notice.bad", timeout=60_000)
        yield from self._here("unlock-wrong")
        page.evaluate(DAMAGED)
        yield from self._here("unlock-damaged")
        page.reload()
        page.wait_for_selector("#words")
        page.locator("details summary").click()
        yield from self._here("unlock-forgotten")
        yield from self._dialog("unlock-start-over", self._click("aq-unlock .btn.danger"))
        page.evaluate(OFFERED)
        yield from self._here("unlock-update")
        page.reload()
        leader.unlock()
        page.wait_for_selector("aq-home .today .btn")

    def _pin(self) -> Iterator[Screen]:
        page = self._page
        page.evaluate(f"{ENGINE}.setPin('482913')")
        holds(page, f"() => {APP}.status.pinReady")
        self._lock()
        page.wait_for_selector("aq-pin-pad")
        yield from self._here("unlock-pin")
        page.keyboard.type("111222")
        page.keyboard.press("Enter")
        page.wait_for_selector("aq-unlock .error", timeout=60_000)
        yield from self._here("unlock-pin-wrong")
        self.leader.press("vault.pin.drop")
        page.wait_for_selector("#words")

    def _second_vault(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        page.locator("[data-action=add-vault]").click()
        page.wait_for_selector("aq-enrol .checks li.ok")
        yield from self._here("enrol-second-person")
        leader.press("vault.label.back")
        page.wait_for_selector("#words")
        page.locator("details summary").click()
        page.locator("[data-action=second]").click()
        page.wait_for_selector("aq-provisional input")
        yield from self._here("second-vault")
        page.locator("aq-provisional input").fill("Ж")
        leader.press("vault.next.words")
        page.wait_for_selector("ol.words li")
        words = page.locator("ol.words li").all_inner_texts()
        yield from self._here("second-vault-words")
        leader.press("vault.words.written")
        page.wait_for_selector("form label.field input")
        for label in page.locator("form label.field").all():
            number = int("".join(sign for sign in label.inner_text() if sign.isdigit()))
            label.locator("input").fill(words[number - 1])
        yield from self._here("second-vault-retype")
        leader.press("vault.second.begin")
        page.wait_for_selector("[data-part=provisional]", timeout=60_000)
        yield from self._here("second-vault-home")
        yield from self._dialog("second-vault-confirm", self._click("[data-part=provisional] .btn", 1))
        self._go("new-visit", "[data-field=facility-name]")
        yield from self._here("second-vault-visit")
        page.fill("[data-field=facility-name]", "Изолятор у реки")
        leader.press("new.start")
        page.wait_for_selector("aq-onsite")
        leader.write_note("Воды нет с утра")
        leader.go_to("deliver")
        page.wait_for_selector(".ledger-item .text-wait", timeout=60_000)
        yield from self._here("second-vault-deliver")
        self._go("settings", "aq-settings .checks li.ok")
        yield from self._here("second-vault-settings")
        self._lock()
        page.wait_for_selector("[data-part=vaults]")
        yield from self._here("unlock-vaults")
