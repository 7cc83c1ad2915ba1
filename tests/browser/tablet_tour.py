"""A day with the tablet, screen by screen: from the first start to everything delivered.

Owns the order of the screens and what a monitor has captured by then. A generator: who asks for the next
screen looks at this one first, in any size and language, and leaves it in Russian.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, expect

from tests.browser.chromium import CHROMIUM, Tablet
from tests.browser.monitor import Monitor
from tests.browser.screens import Screen
from tests.browser.server import Server
from tests.browser.words import pattern

APP = "document.querySelector('aq-app').app"
NOTES = [
    ("Света нет с 22:00 до 07:00, ночная лампа не работает", "Корпус 2, камера 14"),
    ("Журнал обращений пуст с апреля, ящик для жалоб закрыт на ключ у дежурного", "Дежурная часть"),
    ("В душевой холодно, горячая вода бывает раз в неделю", "Корпус 2, душевая"),
]
# Title, words, theme, kinds of sources.
FINDINGS = [
    (
        "Ночью в камерах корпуса 2 нет света",
        "Лампы ночного освещения не работают в семи камерах из девяти; люди говорят об этом с марта.",
        "light_air",
        2,
    ),
    (
        "Жалобы не регистрируются",
        "Журнал обращений пуст с апреля. Ящик для жалоб открывает дежурный, а не прокурор.",
        "complaints",
        1,
    ),
]
RECOMMENDATIONS = [
    "Администрации учреждения до 1 сентября восстановить ночное освещение во всех камерах корпуса 2",
    "Прокуратуре области проверить порядок регистрации жалоб и доступ к ящику для обращений",
]


class TabletTour:
    """One leader, one tablet, one server that the tour stops and starts."""

    def __init__(self, playwright: Playwright, server: Server, profile: Path) -> None:
        self._playwright = playwright
        self._server = server
        self.leader = Monitor(Tablet(playwright, profile), server.address, "leader")
        self.channel = ""

    @property
    def _page(self) -> Page:
        return self.leader.page

    def screens(self) -> Iterator[Screen]:
        """Every screen of the tablet; the tablet is closed at the end."""
        yield from self._first_start()
        self.leader.enrol()
        try:
            yield from self._before_the_visit()
            self._arrive()
            yield from self._captures()
            yield from self._interviews()
            yield from self._forms()
            yield from self._on_site()
            yield from self._wrap_up()
            yield from self._deliver()
            yield from self._locked()
        finally:
            self.leader.tablet.close()

    # --- the ground ---

    def _speak(self, language: str) -> None:
        self._page.evaluate(f"(language) => {APP}.setLanguage(language)", language)

    def _here(
        self, name: str, centre: str = "", again: Callable[[], None] = lambda: None
    ) -> Iterator[Screen]:
        """The screen in sight; afterwards the tablet speaks Russian again, upright.

        `again` brings back what does not follow a change of language while it is open.
        """

        def speak(language: str) -> None:
            if self._page.evaluate(f"{APP}.language") != language:
                self._speak(language)
                again()

        screen = Screen(name, self._page, speak, centre)
        yield screen
        screen.show(size="tablet", language="ru")

    def _at(self, name: str, route: str, ready: str, centre: str = "", **params: Any) -> Iterator[Screen]:
        self._page.evaluate(f"([name, params]) => {APP}.go(name, params)", [route, params])
        self._page.wait_for_selector(ready)
        yield from self._here(name, centre)

    def _step(self, step: str) -> None:
        """One of the visit's four steps, from wherever the tablet is."""
        self._page.evaluate(f"(params) => {APP}.go('visit', params)", {"channel": self.channel, "step": step})
        self._page.wait_for_selector(f"aq-visit aq-{step}")

    def _open_dialog(self, button: str) -> None:
        """The dialog behind a button, anew where it stands open already."""
        self._page.evaluate("document.querySelector('aq-messages').clear()")
        self._page.wait_for_selector("dialog[open]", state="detached")
        self._page.locator(button).click()
        self._page.wait_for_selector("dialog[open]")

    def _ids(self, channel: str, *types: str) -> list[str]:
        found: list[str] = self._page.evaluate(
            f"async ([channel, types]) => (await {APP}.engine.list(channel, types)).map(({{ doc }}) => doc._id)",
            [channel, list(types)],
        )
        return found

    # --- the screens ---

    def _first_start(self) -> Iterator[Screen]:
        """Setting up, on a browser of its own: its passphrase belongs to nobody."""
        browser = self._playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(locale="ru-RU")
        page.goto(f"{self._server.address}/app/")
        page.wait_for_selector("aq-enrol .checks")

        def speak(language: str) -> None:
            page.evaluate(f"(language) => {APP}.setLanguage(language)", language)

        yield Screen("enrol-code", page, speak)
        speak("ru")
        page.locator(".code-input").fill("ABCDEFGHJKMN")
        page.get_by_role("button", name=pattern("vault.next.words")).click()
        page.wait_for_selector("ol.words li")
        yield Screen("enrol-words", page, speak)
        speak("ru")
        page.get_by_role("button", name=pattern("vault.words.written")).click()
        page.wait_for_selector("form label.field input")
        yield Screen("enrol-retype", page, speak)
        browser.close()

    def _before_the_visit(self) -> Iterator[Screen]:
        page = self._page
        page.wait_for_selector("aq-home .today .btn")
        yield from self._here("home")
        facility = page.evaluate(f"{APP}.facilities()[0].doc._id")
        yield from self._at("facilities", "facilities", "aq-facilities .list-item")
        yield from self._at("facility", "facility", "aq-facility h1, aq-facility h2", id=facility)
        yield from self._at("library", "library", "aq-library .list-item")
        yield from self._at("article", "article", "aq-article h2", library="mandela", article="44")
        yield from self._at("settings", "settings", "aq-settings .card")
        yield from self._at("new-visit", "new-visit", "aq-new-visit input")
        self._page.evaluate(f"{APP}.go('home')")
        page.locator("aq-home .today .btn").first.click()
        page.wait_for_selector("aq-visit")
        self.leader.go_to("prepare")
        self.channel = page.evaluate("document.querySelector('aq-prepare').channel")
        yield from self._here("prepare")
        self.leader.go_to("deliver")
        page.wait_for_selector("[data-total=captured]")
        yield from self._here("deliver-empty")
        self.leader.go_to("wrapup")
        yield from self._here("wrapup-empty")
        self.leader.go_to("onsite")
        page.wait_for_selector("aq-onsite .card")
        yield from self._here("onsite-gate")

    def _arrive(self) -> None:
        """From here on nothing needs a network, and there is none."""
        self._server.stop()
        self.leader.arrive()
        for kind in ("photo", "audio"):
            self.leader.capture(kind)
            self._page.wait_for_selector("aq-policy-card, .record-button, .shutter")
            if self._page.locator("aq-policy-card").count():
                self.leader.press("capture.policy.allow", self._page.locator("aq-policy-card"))
                self._page.locator("dialog[open] .actions .primary").click()
                self._page.wait_for_selector(".record-button, .shutter")
            self._step("onsite")

    def _captures(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        yield from self._at("admission", "admission", "aq-admission .card", channel=self.channel)
        leader.verify_first("not", "Ящик для жалоб стоит у дежурного, ключ у него же")
        yield from self._at("verification", "verification", "aq-verification section", channel=self.channel)
        self._step("onsite")
        leader.capture("note")
        page.locator("aq-note textarea.note-text").fill(NOTES[0][0])
        yield from self._here("note")
        page.locator("aq-note textarea.note-text").fill("")
        self._step("onsite")
        for words, place in NOTES:
            leader.write_note(words, place=place)
            leader.go_to("onsite")
        leader.capture("photo")
        page.wait_for_selector(".viewfinder video")
        page.wait_for_timeout(600)
        yield from self._here("photo")
        page.locator("aq-photo label.field input").first.fill("Окно камеры 14")
        leader.press("capture.photo.shoot")
        page.get_by_role("button", name=leader.t("capture.photo.keep"), exact=True).click()
        page.wait_for_selector("aq-photo", state="detached")
        for name, ready in (("sketch", "aq-sketch canvas.board"), ("import", "aq-import label.btn")):
            self._step("onsite")
            yield from self._at(name, name, ready, channel=self.channel)
        self._step("onsite")
        leader.capture("video")
        page.wait_for_selector("aq-policy-card, .record-button")
        yield from self._here("record-policy")
        self._step("onsite")
        leader.capture("audio")
        page.wait_for_selector(".record-button")
        yield from self._here("record")

    def _interviews(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        self._step("onsite")
        yield from self._at(
            "interview-new", "interview", "aq-interview .chip, aq-interview button", channel=self.channel
        )
        self._step("onsite")
        leader.begin_interview("Осуждённые")
        leader.consent("interview", True)
        leader.consent("recording", False)
        page.locator("aq-interview textarea").first.fill(
            "Свет выключают в десять, ночью темно. В душ водят раз в неделю."
        )
        page.locator("aq-interview textarea").first.blur()
        page.wait_for_timeout(300)
        yield from self._here("interview")
        self._step("onsite")
        yield from self._at("interviews", "interviews", "aq-interviews .list-item", channel=self.channel)

    def _forms(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        self._step("onsite")
        leader.capture("form")
        page.wait_for_selector("aq-form .list-item")
        yield from self._here("form-chooser")
        page.locator("aq-form .list-item, aq-form button").filter(has_text="Общий чек-лист").first.click()
        for path, value in (("wait_minutes", "25"), ("capacity", "400"), ("held_total", "468")):
            box = page.locator(f"[data-path='/data/arrival/{path}'] input").first
            box.fill(value)
            box.blur()
        page.wait_for_timeout(600)
        yield from self._here("form", "[data-path='/data/arrival/occupancy']")
        self._open_dialog("aq-form .overview-button")
        yield from self._here("form-overview", again=lambda: self._open_dialog("aq-form .overview-button"))
        page.locator("dialog[open]").get_by_role("button", name=re.compile("Дисциплина")).first.click()
        page.locator("[data-path='/data/discipline/solitary_used'] label.choice").first.click()
        for path, value in (("solitary_hours", "23"), ("solitary_days", "22")):
            box = page.locator(f"[data-path='/data/discipline/{path}'] input").first
            box.fill(value)
            box.blur()
        page.wait_for_selector(".question.flag")
        page.wait_for_timeout(600)
        yield from self._here("form-flag", ".question.flag")

    def _on_site(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        self._step("onsite")
        page.wait_for_selector("aq-timeline .list-item")
        leader.start_recording("audio")
        self._step("onsite")
        page.wait_for_timeout(2000)
        yield from self._here("onsite-recording")
        leader.press("capture.stop")
        page.wait_for_selector(".recorder-buttons.wide")
        yield from self._here("record-stop")
        leader.press("capture.stop.keep")
        page.wait_for_selector(".recorder-bar", state="detached")
        self._step("onsite")
        yield from self._here("onsite")
        self._open_dialog("aq-bar .state")
        yield from self._here("state", again=lambda: self._open_dialog("aq-bar .state"))
        page.locator("dialog[open] .actions .btn").first.click()
        for name, kind in (("item-photo", "medium"), ("item-note", "note")):
            item = self._ids(self.channel, kind)[0]
            yield from self._at(
                name, "item", "aq-item .card, aq-item h2", channel=self.channel, id=item, ids=[item]
            )
            leader.go_to("onsite")

    def _wrap_up(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        for title, words, theme, sources in FINDINGS:
            self._step("wrapup")
            leader.press("wrapup.addFinding")
            leader.fill_finding(title, words, theme=1, sources=sources, evidence=1)
            page.locator("aq-finding select[data-field=theme]").select_option(theme)
            leader.press("wrapup.saveFinding")
            page.wait_for_selector("aq-finding", state="detached")
        for words in RECOMMENDATIONS:
            leader.add_recommendation(words)
        self._step("wrapup")
        page.wait_for_selector("[data-part=findings] .list-item")
        yield from self._here("wrapup")
        finding = self._ids(self.channel, "finding")[0]
        yield from self._at("finding", "finding", "aq-finding textarea", channel=self.channel, id=finding)
        self._step("wrapup")
        recommendation = self._ids(self.channel, "recommendation")[0]
        yield from self._at(
            "recommendation",
            "recommendation",
            "aq-recommendation textarea",
            channel=self.channel,
            id=recommendation,
        )
        self._step("wrapup")

    def _deliver(self) -> Iterator[Screen]:
        leader, page = self.leader, self._page
        self._step("deliver")
        page.wait_for_selector(".ledger-item")
        yield from self._here("deliver-waiting")
        self._server.start()
        page.locator("[data-action=deliver]").click()  # a picture does not wait for the next attempt
        leader.wait_until_delivered()
        page.wait_for_timeout(500)
        yield from self._here("deliver-verified")

    def _locked(self) -> Iterator[Screen]:
        page = self._page
        page.locator(".bar .lock").click()
        page.wait_for_selector("#words")
        yield from self._here("unlock")
        self.leader.unlock()
        expect(page.locator("aq-deliver")).to_be_visible()
