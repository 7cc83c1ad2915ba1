"""The office's pages for key holders, evidence and machines, and those that say what went wrong.

Owns their order and the ceremony as far as its pictures need it: nothing is put into use. A generator, as the
other tours; needs a server on which a tablet has delivered something sealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.office_tour import OfficeTour
from tests.browser.screens import Screen


@dataclass
class CustodyTour(OfficeTour):
    """A running office and the visit whose sealed items are shown."""

    def screens(self) -> Iterator[Screen]:
        yield from self._ceremony()
        yield from self._sealed_items()
        yield from self._as(
            "leader",
            [
                ("office-released-none", "/released"),
                ("office-couriers", "/couriers"),
                ("office-visit-change", f"/visits/{self.channel}/change"),
            ],
        )
        yield from self._withdrawal()
        yield from self._as("analyst", [("office-evidence-days", "/evidence/days")])
        yield from self._quarantine()
        yield from self._evidence()
        yield from self._machines()
        yield from self._as("council", [("office-council", "/indicators")])
        yield from self._nothing_here()

    def _ceremony(self) -> Iterator[Screen]:
        context = self._context()
        page = self._sign_in(context, "keyholder")
        page.goto(f"{self.address}/custody-keys")
        yield from self._shown("office-custody-keys", page)
        page.goto(f"{self.address}/custody-keys/new")
        self._scripted(page)
        yield from self._shown("office-custody-new", page, scripted=True)
        words = " ".join(page.locator("#words li").all_inner_texts())
        page.click("#written")
        page.fill("#again", "one two three")
        page.click("#typed")
        page.wait_for_selector("#state.error")
        yield Screen("office-custody-again", page, lambda _: None)
        page.fill("#again", words)
        page.click("#typed")
        page.wait_for_selector("#share-lines li", timeout=60_000)
        yield Screen("office-custody-share", page, lambda _: None)
        page.emulate_media(media="print")
        yield Screen("office-custody-share-print", page, lambda _: None)
        page.emulate_media(media="screen")
        for _ in range(3):
            page.click("#handed")
        page.wait_for_url("**/rehearsal")
        self._scripted(page)
        yield from self._shown("office-custody-rehearsal", page, scripted=True)
        page.goto(f"{self.address}/custody-keys")
        yield from self._shown("office-custody-keys-waiting", page)
        for name in ("passphrase", "shares"):
            page.locator(f"a[href$={name}]").first.click()
            self._scripted(page)
            yield from self._shown(f"office-custody-{name}", page, scripted=True)
            page.goto(f"{self.address}/custody-keys")
        context.close()

    def _sealed_items(self) -> Iterator[Screen]:
        context = self._context()
        page = self._sign_in(context, "keyholder")
        page.goto(f"{self.address}/visits/{self.channel}")
        yield from self._shown("office-visit-keyholder", page)
        links: list[str] = page.eval_on_selector_all(
            "a[href*='/custody/']", "(links) => [...new Set(links.map((link) => link.href))]"
        )
        for number, link in enumerate(links[:2]):
            page.goto(link)
            self._scripted(page)
            yield from self._shown(f"office-sealed-{number}", page, scripted=True)
            hint = page.locator("#passphrase ~ .hint").inner_text()
            page.locator("main form textarea").first.fill("Проверка слов о душевой для отчёта")
            page.fill("#passphrase", "wrong words")
            page.locator("main form button").first.click()
            page.wait_for_selector(".error:visible, .notice.bad:visible", timeout=60_000)
            yield Screen(f"office-sealed-{number}-wrong", page, lambda _: None)
            page.fill("#passphrase", hint.split(":", 1)[1].strip())
            page.locator("main form button").first.click()
            page.wait_for_selector("#opened:visible", timeout=60_000)
            yield Screen(f"office-sealed-{number}-open", page, lambda _: None)
        if links:
            page.locator("details summary").last.click()
            page.locator("#release select").select_option(index=1)
            page.fill("#release textarea", "Автор раздела о питании")
            page.click("#release button")
            page.wait_for_selector("#release-words:visible", timeout=60_000)
            yield Screen("office-release-words", page, lambda _: None, "#release")
        page.goto(f"{self.address}/released")
        yield from self._shown("office-released", page)
        context.close()

    def _withdrawal(self) -> Iterator[Screen]:
        context = self._context()
        page = self._sign_in(context, "leader")
        page.goto(f"{self.address}/visits/{self.channel}")
        link = page.locator("a[href$='/withdrawal']")
        if link.count():
            page.goto(f"{self.address}{link.first.get_attribute('href')}")
            yield from self._shown("office-withdrawal", page)
        context.close()

    def _quarantine(self) -> Iterator[Screen]:
        """What a second vault sent before the office has confirmed it, and one item of it."""
        context = self._context()
        page = self._sign_in(context, "analyst")
        page.goto(f"{self.address}/quarantine")
        yield from self._shown("office-quarantine-waiting", page)
        link = page.locator("main a[href*='/quarantine/']")
        if link.count():
            page.goto(f"{self.address}{link.first.get_attribute('href')}")
            yield from self._shown("office-quarantine-item", page)
        context.close()

    def _evidence(self) -> Iterator[Screen]:
        """A package as it was made, and one in which a byte was changed."""
        context = self._context()
        page = self._sign_in(context, "analyst")
        page.goto(f"{self.address}/visits/{self.channel}/evidence")
        yield from self._shown("office-evidence", page)
        page.locator("main textarea").first.fill("Для прокуратуры области")
        with page.expect_download(timeout=60_000) as download:
            page.locator("main form button").first.click()
        package = download.value.path().read_bytes()
        changed = bytearray(package)
        changed[len(changed) // 3] ^= 1
        for name, content in (("unchanged", package), ("changed", bytes(changed))):
            page.goto(f"{self.address}/verify")
            page.set_input_files(
                "#package", {"name": "evidence.zip", "mimeType": "application/zip", "buffer": content}
            )
            page.wait_for_selector("#choose button:enabled")
            page.locator("#choose button").click()
            page.wait_for_selector("#verdict[data-verdict], #state.error", timeout=60_000)
            yield Screen(f"office-verify-{name}", page, lambda _: None)
        context.close()

    def _machines(self) -> Iterator[Screen]:
        context = self._context()
        page = self._sign_in(context, "admin")
        page.goto(f"{self.address}/accounts")
        link = page.locator("a[href$='/programs']").first
        page.goto(f"{self.address}{link.get_attribute('href')}")
        yield from self._shown("office-programs", page)
        page.locator("main form[action$='/programs'] input:not([type=hidden])").first.fill("CouchDB в Астане")
        page.locator("main form[action$='/programs'] button").first.click()
        page.wait_for_load_state()
        yield Screen("office-programs-made", page, lambda _: None)
        page.goto(f"{self.address}/devices")
        page.locator("select[name=account]").select_option(index=1)
        page.locator("form[action$='/code'] button").first.click()
        page.wait_for_selector(".code")
        yield Screen("office-code", page, lambda _: None)
        context.close()

    def _nothing_here(self) -> Iterator[Screen]:
        context = self._context()
        page = context.new_page()
        page.goto(f"{self.address}/verify")
        yield from self._shown("office-verify", page)
        page.goto(f"{self.address}/sign-in")
        page.get_by_role("button", name=re.compile(r"\bleader\b")).click()
        page.wait_for_selector(".office")
        for name, path in (("office-404", "/nowhere"), ("office-403", "/audit")):
            page.goto(f"{self.address}{path}")
            yield Screen(
                name, page, lambda _: None
            )  # without a switch: only what works when all else does not
        context.close()

    # --- the ground ---

    def _shown(self, name: str, page: Page, *, scripted: bool = False) -> Iterator[Screen]:
        """A page that comes back in Russian; `scripted` waits for what a script has yet to enable."""

        def speak(language: str) -> None:
            self._speak(page, language)
            if scripted:
                self._scripted(page)

        yield Screen(name, page, speak)
        speak("ru")

    def _scripted(self, page: Page) -> None:
        page.wait_for_selector("fieldset[data-script]:not([disabled])", timeout=60_000)
