"""A person with a tablet: what a monitor does on the screens, in the words of the interface.

Every step waits for what a person would see next; none knows how the screens are made beyond
headings, buttons and fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests import patience
from tests.browser.chromium import Tablet, holds
from tests.browser.words import pattern, text

APP = "document.querySelector('aq-app').app"
# The screen of the route stands: after an unlock and after each change of place there is none for a moment, and
# what is pressed meanwhile is pressed on a screen that goes.
SHOWN = """async (left) => {
  const shell = document.querySelector('aq-app');
  if (shell.phase !== 'open' || !shell.screen?.isConnected) return false;
  const { ROUTES } = await import('/app/static/app/routes.js');
  const { current, entries } = shell.app.router;
  return shell.screen.localName === ROUTES[current.name].tag && JSON.stringify([entries.length, current.name]) !== left;
}"""
PLACE = f"() => JSON.stringify([{APP}.router.entries.length, {APP}.router.current.name])"
# Pieces of a recording that became durable, seen from now on.
PIECES = """async (wanted) => {
  const { take } = document.querySelector('aq-recorder');
  for (let seen = 0, bytes = take.bytes; seen < wanted;) {
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    if (!take.running) throw new Error(`the recording ended: ${take.state}`);
    if (take.bytes !== bytes) seen += 1;
    bytes = take.bytes;
  }
}"""


def sign_in(page: Page, address: str, login: str) -> None:
    """Into the office, by the button that a demonstration has for each of its people."""
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name=re.compile(rf"\b{login}\b")).click()
    page.wait_for_selector(".office")


@dataclass
class Monitor:
    """One person on one tablet of one server."""

    tablet: Tablet
    address: str
    login: str
    language: str = "ru"
    words: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.tablet.page

    def t(self, key: str, **values: object) -> str:
        return text(key, self.language, **values)

    def button(self, key: str, inside: Locator | None = None, **values: object) -> Locator:
        name: str | re.Pattern[str] = self.t(key, **values) if values else pattern(key, self.language)
        return (inside or self.page).get_by_role("button", name=name)

    def press(self, key: str, inside: Locator | None = None, **values: object) -> None:
        self.button(key, inside, **values).first.click()

    # --- the tablet ---

    def enrol(self) -> None:
        """From the office's sign-in to the first screen of an enrolled tablet."""
        self.tablet.open()
        page = self.page
        sign_in(page, self.address, self.login)
        page.get_by_role("button", name="Настроить этот планшет").click()
        page.wait_for_selector("aq-enrol")
        self.press("vault.next.words")
        page.wait_for_selector("ol.words li")
        self.words = page.locator("ol.words li").all_inner_texts()
        self.press("vault.words.written")
        page.wait_for_selector("form label.field input")
        for label in page.locator("form label.field").all():
            asked = re.search(r"\d+", label.inner_text())
            assert asked
            label.locator("input").fill(self.words[int(asked[0]) - 1])
        self.press("vault.finish")
        page.wait_for_selector("aq-home .today .btn")
        # From here on the app starts without a network, and all that there is to read is here: today's visit is
        # shown as soon as it has come, and what belongs to it may still be under way.
        holds(page, "navigator.serviceWorker.controller !== null")
        page.evaluate(f"async () => {{ await {APP}.engine.pull(); }}")

    def start_cold(self) -> None:
        """Start the browser and unlock, whatever the network does."""
        self.tablet.open()
        self.page.goto(f"{self.address}/app/")
        self.unlock()

    def unlock(self) -> None:
        self.page.wait_for_selector("#words")
        self.page.fill("#words", " ".join(self.words))
        self.press("vault.unlock.open")
        self.page.wait_for_selector("aq-unlock", state="detached")
        self.arrived()

    def arrived(self, left: str = "") -> None:
        """Wait until the screen of the present place stands; `left`: of another place than this."""
        holds(self.page, SHOWN, arg=left)

    def back(self) -> None:
        left = self.page.evaluate(PLACE)
        self.page.locator(".bar button").first.click()
        self.arrived(left)

    def go_home(self) -> None:
        self.arrived()
        while not self.page.locator("aq-home").count():
            self.back()

    def go_to(self, step: str) -> None:
        """One of the visit's four steps, from wherever in the visit the person is."""
        page = self.page
        self.arrived()
        while not page.locator("aq-home, aq-visit").count():
            self.back()
        if page.locator("aq-home").count():
            page.locator("aq-home .today .btn").first.click()
            page.wait_for_selector("aq-visit")
        page.locator("nav.steps").get_by_role(
            "button", name=pattern(f"visit.step.{step}", self.language)
        ).click()
        page.wait_for_selector(
            {"prepare": "aq-prepare", "onsite": "aq-onsite", "wrapup": "aq-wrapup", "deliver": "aq-deliver"}[
                step
            ]
        )

    def capture(self, kind: str) -> None:
        """A button of the dock."""
        self.page.locator("aq-dock").get_by_role(
            "button", name=self.t(f"capture.dock.{kind}"), exact=True
        ).click()

    # --- on site ---

    def arrive(self, access: str = "full") -> None:
        self.go_to("onsite")
        self.press("onsite.gate.arrive")
        self.press(f"onsite.access.{access}")
        expect(self.page.locator("aq-access .badge")).to_contain_text(self.t(f"onsite.access.{access}"))

    def write_note(self, words: str, *, place: str = "") -> None:
        self.capture("note")
        self.page.locator("aq-note textarea.note-text").fill(words)
        if place:
            self.page.locator("aq-about input").first.fill(place)
        self.press("capture.note.save")
        self.page.wait_for_selector("aq-note", state="detached")

    def take_photo(self, caption: str = "") -> None:
        self.capture("photo")
        if caption:
            self.page.locator("aq-photo label.field input").first.fill(caption)
        self.button("capture.photo.shoot").first.click()
        self.page.get_by_role("button", name=self.t("capture.photo.keep"), exact=True).click()
        self.page.wait_for_selector("aq-photo", state="detached")

    def start_recording(self, kind: str, *, who: str | None = None) -> None:
        """Start a recording from the dock; `who` is an interview's handle, None for nobody in particular."""
        self.capture(kind)
        if who:
            self.page.locator("aq-record").get_by_role("button", name=who, exact=True).click()
        self.press(f"capture.start.{kind}")
        self.page.wait_for_selector(".recorder-bar[data-state=recording]")

    def record(self, kind: str, pieces: int) -> None:
        self.start_recording(kind)
        self.keep_recording(pieces)

    def hear(self, pieces: int) -> None:
        """Until so many more pieces of the running recording are durable; one comes each second."""
        self.page.evaluate(PIECES, pieces)

    def keep_recording(self, pieces: int = 1) -> None:
        self.hear(pieces)
        self.press("capture.stop")
        self.press("capture.stop.keep")
        self.page.wait_for_selector(".recorder-bar", state="detached")

    def erase_recording(self) -> None:
        self.press("capture.stop")
        self.press("capture.stop.erase")
        dialog = self.page.locator("dialog[open]")
        if dialog.count():
            dialog.locator(".actions .primary").click()
        self.page.wait_for_selector(".recorder-bar", state="detached")

    def begin_interview(self, category: str) -> str:
        """The stub of an interview; returns its handle."""
        self.capture("interview")
        screen = self.page.locator("aq-interview")
        screen.get_by_role("button", name=category, exact=True).click()
        self.press("interviews.begin", screen)
        self.page.wait_for_selector("aq-interview aq-consent")
        heading = screen.locator("h2.handle").inner_text()
        return heading.split()[-1]

    def consent(self, use: str, given: bool) -> None:
        group = self.page.get_by_role("group", name=self.t(f"interviews.use.{use}"), exact=True)
        self.press("interviews.answer.yes" if given else "interviews.answer.no", group)
        expect(group.locator(".badge")).to_be_visible()

    def verify_first(self, status: str, words: str) -> None:
        """The first open recommendation of the opening checklist."""
        self.go_to("onsite")
        self.press("onsite.checklist.start")
        first = self.page.locator("aq-verification section.recommendation").first
        first.get_by_role("button", name=self.t(f"onsite.verify.{status}"), exact=True).click()
        first.locator("textarea").fill(words)
        first.locator("textarea").blur()
        expect(first.locator("p.meta").last).to_contain_text(re.compile(r"\d\d:\d\d"))

    # --- wrap up ---

    def add_finding(
        self, title: str, words: str, *, theme: int = 1, sources: int = 2, evidence: int = 1
    ) -> None:
        self.go_to("wrapup")
        self.press("wrapup.addFinding")
        self.fill_finding(title, words, theme=theme, sources=sources, evidence=evidence)
        self.press("wrapup.saveFinding")
        self.page.wait_for_selector("aq-finding", state="detached")

    def fill_finding(self, title: str, words: str, *, theme: int, sources: int, evidence: int) -> None:
        screen = self.page.locator("aq-finding")
        screen.locator("input[type=text]").first.fill(title)
        screen.locator("textarea").fill(words)
        screen.locator("select[data-field=theme]").select_option(index=theme)
        for number in range(sources):
            screen.locator("section").nth(1).locator("input[type=checkbox]").nth(number).check()
        for number in range(evidence):
            screen.locator("aq-evidence input[type=checkbox]").nth(number).check()

    def choose_norm(self, wish: str) -> None:
        """An article of the library, found by a word."""
        self.press("wrapup.addNorm")
        dialog = self.page.locator("dialog[open]")
        dialog.locator("input[type=search]").fill(wish)
        dialog.locator("button.list-item").first.click()
        self.press("library.pickThis", dialog)
        self.page.wait_for_selector("dialog[open]", state="detached")

    def add_recommendation(self, words: str) -> None:
        self.go_to("wrapup")
        self.press("wrapup.addRecommendation")
        screen = self.page.locator("aq-recommendation")
        screen.locator("textarea").fill(words)
        screen.locator("section").nth(1).locator("input[type=checkbox]").first.check()
        self.press("wrapup.saveRecommendation")
        self.page.wait_for_selector("aq-recommendation", state="detached")

    def combine_all(self) -> None:
        self.go_to("wrapup")
        self.press("wrapup.pickToCombine")
        boxes = self.page.locator("[data-part=findings] input[type=checkbox]")
        for number in range(boxes.count()):
            boxes.nth(number).check()
        self.page.locator("[data-action=combine]").click()
        self.page.wait_for_selector("aq-finding")

    def finish(self) -> None:
        self.go_to("wrapup")
        self.page.locator("[data-action=finished]").click()
        expect(self.page.locator("[data-action=finished]")).to_have_count(0)

    def sign_off(self, reason: str = "") -> None:
        self.go_to("wrapup")
        self.page.locator("[data-action=signoff]").click()
        field = self.page.locator("dialog[open] textarea")
        if field.count():
            field.fill(reason)
        self.page.locator("dialog[open] .actions .primary").click()
        expect(self.page.locator("[data-part=signoff] .notice.ok")).to_be_visible()

    # --- where things are ---

    def totals(self) -> dict[str, int]:
        """The ledger's four counts."""
        self.go_to("deliver")
        self.page.wait_for_selector("[data-total=verified]")
        return {
            name: int(re.sub(r"\D", "", self.page.locator(f"[data-total={name}]").inner_text()))
            for name in ("captured", "sealed", "received", "verified")
        }

    def wait_until_delivered(self) -> None:
        """Without a tap: until everything captured here is verified."""
        self.go_to("deliver")
        holds(
            self.page,
            """() => {
              const of = (name) => document.querySelector(`[data-total=${name}]`)?.textContent.replace(/\\D/g, '');
              return Number(of('captured')) > 0 && of('captured') === of('verified');
            }""",
            seconds=3 * patience.SECONDS,  # rounds come at growing distances while nobody answers
        )
