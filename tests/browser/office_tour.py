"""The office page by page, each as somebody who works with it.

Owns which pages there are and whose they are. A generator, as the tablet's tour; the analyst's account is
left in Russian.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from tests import patience
from tests.browser.screens import Screen
from tests.webapp.messy_register import HEADINGS

REGISTER = [
    [
        "1",
        "АК-159/7",
        "Учреждение № 17 «Тасты-Өзек»",
        "№ 17 мекеме",
        "СИЗО",
        "Павлодарская область",
        "12.03.1998",
        "",
        "420",
        "",
    ],
    ["2", "", "ИВС г. Сарыөзек", "", "ивс", "Жетысу", "1998", "", "40", ""],
    ["3", "", "Спецприёмник г. Аққайың", "", "спецприёмник", "СКО", "вчера", "", "25", "закрыт на ремонт"],
    ["4", "", "", "", "СИЗО", "Астана", "2001-05-01", "", "сто", ""],
]


@dataclass
class OfficeTour:
    """A running office and the visit whose pages are shown."""

    browser: Browser
    address: str
    channel: str = ""

    def screens(self) -> Iterator[Screen]:
        yield from self._strangers()
        yield from self._as("leader", [("office-tablet", "/tablet"), ("office-visit-new", "/visits/new")])
        yield from self._as("analyst", self._analyst_pages())
        yield from self._imports()
        yield from self._as(
            "admin",
            [("office-devices", "/devices"), ("office-audit", "/audit"), ("office-accounts", "/accounts")],
        )

    def _strangers(self) -> Iterator[Screen]:
        context = self._context()
        page = context.new_page()
        page.goto(f"{self.address}/sign-in")
        yield self._screen("office-sign-in", page)
        context.close()

    def _analyst_pages(self) -> list[tuple[str, str]]:
        # The tablet's visit; without one, any that has a report.
        visit = (
            f"/visits/{self.channel}" if self.channel else self._first("/reports", r"/visits/visit-[^/?#]+")
        )
        return [
            ("office-visits", "/visits"),
            ("office-visit", visit),
            ("office-report", f"{visit}/report"),
            ("office-reports", "/reports"),
            ("office-indicators", "/indicators"),
            ("office-indicators-map", "/indicators"),
            ("office-recommendations", "/recommendations"),
            ("office-recommendation", self._first("/recommendations", r"/recommendations/[^/?#]+$")),
            ("office-facilities", "/facilities"),
            ("office-facility", self._first("/facilities", r"/facilities/[^/?#]+$")),
            ("office-plan", "/plan"),
            ("office-forms", "/forms"),
            ("office-form", self._first("/forms", r"/forms/[^/?#]+$")),
            ("office-library", "/library"),
            ("office-article", self._first("/library", r"/library/[^/?#]+$")),
            ("office-quarantine", "/quarantine"),
        ]

    def _as(self, login: str, pages: list[tuple[str, str]]) -> Iterator[Screen]:
        context = self._context()
        page = self._sign_in(context, login)
        for name, path in pages:
            answer = page.goto(f"{self.address}{path}")
            if answer is None or answer.status != 200:
                raise RuntimeError(f"{name}: {path} answered {answer and answer.status}")
            screen = self._screen(name, page, ".region-map" if name.endswith("-map") else "")
            yield screen
            screen.speak("ru")
        context.close()

    def _imports(self) -> Iterator[Screen]:
        """A register with mistakes in it, up to its preview."""
        context = self._context()
        page = self._sign_in(context, "analyst")
        page.goto(f"{self.address}/imports/")
        yield self._screen("office-imports", page)
        self._speak(page, "ru")
        rows = "\r\n".join(";".join(row) for row in [HEADINGS, *REGISTER])
        form = page.locator("form[action*=register]")
        form.locator("input[type=file]").set_input_files(
            {"name": "register.csv", "mimeType": "text/csv", "buffer": rows.encode()}
        )
        form.locator("button").last.click()
        page.wait_for_url(re.compile(r"/imports/register/"))
        yield self._screen("office-imports-preview", page)
        self._speak(page, "ru")
        context.close()

    # --- the ground ---

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(locale="ru-RU", timezone_id="Asia/Almaty")
        context.set_default_timeout(patience.MILLISECONDS)
        return context

    def _screen(self, name: str, page: Page, centre: str = "") -> Screen:
        return Screen(name, page, lambda language: self._speak(page, language), centre)

    def _speak(self, page: Page, language: str) -> None:
        """The language switch, which leads back to the same page."""
        if page.evaluate("document.documentElement.lang") == language:
            return
        with page.expect_navigation():
            page.evaluate(
                "(language) => document.querySelector(`.language-switch [value=${language}]`).click()",
                language,
            )

    def _sign_in(self, context: BrowserContext, login: str) -> Page:
        page = context.new_page()
        page.goto(f"{self.address}/sign-in")
        page.get_by_role("button", name=re.compile(rf"\b{login}\b")).click()
        page.wait_for_selector(".office")
        return page

    def _first(self, listing: str, wanted: str) -> str:
        """The first address on a listing that looks as wanted."""
        context = self._context()
        page = self._sign_in(context, "analyst")
        page.goto(f"{self.address}{listing}")
        addresses: list[str] = page.eval_on_selector_all(
            "main a[href]", "(links) => links.map((link) => new URL(link.href).pathname)"
        )
        context.close()
        return next(
            found[0]
            for address in addresses
            if (found := re.search(wanted, address)) and not address.endswith(("/new", ".csv"))
        )
