"""The vault's screens: slips in the words, a rehearsal, a second vault, a second person."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from sync.gateway.root import fingerprint
from sync.wire import unb64
from tests.browser.chromium import holds
from tests.browser.enrolled import Enrolled
from tests.browser.monitor import Monitor
from tests.browser.on_site import ENGINE
from tests.browser.server import ROOT, Server, environment
from tests.browser.words import pattern

# What reaches beyond the right edge of the window, by its tag and text.
WIDER = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.sr-only, .tabs, svg') && e.checkVisibility())
  .map(e => `${e.localName} ${e.textContent.trim().slice(0, 40)}`)"""


@pytest.fixture
def leader(playwright: Playwright, enrolled: Enrolled, tmp_path: Path) -> Iterator[Monitor]:
    """The leader before the locked screen, with no network."""
    monitor = enrolled.monitor(playwright, tmp_path)
    monitor.tablet.open()
    monitor.page.goto(f"{monitor.address}/app/")
    monitor.page.wait_for_selector("#words")
    yield monitor
    monitor.tablet.close()


def slip(word: str) -> str:
    """The word with a wrong last letter: ъ ends no word."""
    return word[:-1] + "ъ"


def retype(leader: Monitor) -> list[str]:
    """Write the words down and type the two that are asked for."""
    page = leader.page
    page.wait_for_selector("ol.words li")
    words = page.locator("ol.words li").all_inner_texts()
    leader.press("vault.words.written")
    page.wait_for_selector("form label.field input")
    for label in page.locator("form label.field").all():
        number = re.search(r"\d+", label.inner_text())
        assert number
        label.locator("input").fill(words[int(number[0]) - 1])
    return words


def test_a_slip_is_asked_about_before_the_words_are_tried(leader: Monitor) -> None:
    page = leader.page
    page.evaluate(
        f"() => {{ const engine = {ENGINE}; const real = engine.unlock.bind(engine); window.tried = 0;"
        " engine.unlock = words => { window.tried += 1; return real(words); }; }"
    )
    page.fill("#words", " ".join([*leader.words[:3], slip(leader.words[3]), *leader.words[4:]]).upper())
    leader.press("vault.unlock.open")
    notice = page.locator("aq-words-form .notice")
    # Hidden as the words are: whoever looks on learns which one it was, not what.
    expect(notice).to_contain_text(leader.t("vault.retype.word", n="4"))
    for word in (leader.words[3], slip(leader.words[3])):
        expect(notice).not_to_contain_text(re.compile(re.escape(word), re.IGNORECASE))
    leader.press("vault.slip.show", notice)
    fix = notice.get_by_role("button", name=leader.words[3], exact=True)
    expect(fix).to_be_visible()
    assert page.evaluate("window.tried") == 0
    fix.click()
    leader.press("vault.unlock.open")
    page.wait_for_selector("aq-home")
    assert page.evaluate("window.tried") == 1


def test_a_word_that_is_in_no_list_can_be_tried_as_typed(leader: Monitor) -> None:
    page = leader.page
    page.fill("#words", " ".join([*leader.words[:5], "ыыыыыыы"]))
    leader.press("vault.unlock.open")
    leader.press("vault.slip.show", page.locator("aq-words-form .notice"))
    expect(page.locator("aq-words-form .notice")).to_contain_text(leader.t("vault.slip.none"))
    leader.press("vault.slip.asTyped")
    expect(page.locator("aq-words-form .notice.bad")).to_be_visible()


def test_the_words_are_rehearsed_without_a_lock(leader: Monitor) -> None:
    page = leader.page
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")
    page.evaluate(f"{ENGINE}.setMeta('wordsTypedAt', '2020-01-01T00:00:00.000Z')")
    leader.go_to("prepare")
    row = page.locator("aq-prepare ul.checks li").filter(has_text=leader.t("prepare.words.wait"))
    row.get_by_role("button").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("#words").fill(" ".join(reversed(leader.words)))
    leader.press("vault.rehearse.check", dialog)
    expect(dialog.locator(".notice.bad")).to_be_visible()
    dialog.locator("#words").fill(" ".join(leader.words))
    leader.press("vault.rehearse.check", dialog)
    expect(
        page.locator("aq-prepare ul.checks li.ok").filter(has_text=leader.t("prepare.words.ok"))
    ).to_be_visible()
    assert page.evaluate(f"(async () => (await {ENGINE}.status()).vault)()") == "unlocked"


def test_a_pin_is_no_rehearsal(leader: Monitor) -> None:
    page = leader.page
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")
    page.evaluate(f"{ENGINE}.setMeta('wordsTypedAt', '2020-01-01T00:00:00.000Z')")
    page.evaluate(f"{ENGINE}.setPin('482913')")
    holds(page, "() => document.querySelector('aq-app').app.status.pinReady")
    page.locator(".bar .lock").click()
    page.wait_for_selector("aq-pin-pad")
    page.keyboard.type("482913")
    page.keyboard.press("Enter")
    page.wait_for_selector("aq-home .today .btn")
    assert page.evaluate(f"{ENGINE}.meta('wordsTypedAt')") == "2020-01-01T00:00:00.000Z"


def test_forgotten_words_do_not_stop_the_work(leader: Monitor, office: Server) -> None:
    page = leader.page
    page.locator("details summary").click()
    page.locator("[data-action=second]").click()
    page.locator("aq-provisional input").fill("Г")
    leader.press("vault.next.words")
    words = retype(leader)
    leader.press("vault.second.begin")
    page.wait_for_selector("[data-part=provisional]")
    leader.press("vault.second.record")
    leader.press("new.start")
    expect(page.locator("[data-field=facility-name]")).to_have_attribute("aria-invalid", "true")
    page.fill("[data-field=facility-name]", "Изолятор у реки")
    leader.press("new.start")
    page.wait_for_selector("aq-onsite")
    expect(page.locator("aq-bar")).to_contain_text("Изолятор у реки")
    leader.write_note("Воды нет с утра")

    office.start()
    leader.go_home()
    leader.press("vault.second.confirm")
    page.locator("dialog[open] input").fill(code_for(office, leader.login))
    leader.press("vault.second.confirm.yes", page.locator("dialog[open]"))
    expect(page.locator("[data-part=provisional]")).to_have_count(0)
    # The planned visit of today has come, and what was recorded stands beside it.
    expect(page.locator("aq-home .today")).to_have_count(2)
    # The register has come too: the leader says which facility it was.
    unnamed = page.locator("aq-home .today", has_text="Изолятор у реки")
    unnamed.get_by_role("button", name=leader.t("home.prepare")).click()
    which = page.locator("[data-part=which]")
    which.locator("input").fill("колони")
    which.locator(".list-item").first.click()
    chosen = which.locator(".chosen-facility strong").inner_text()
    page.locator("[data-action=settle-facility]").click()
    expect(which).to_have_count(0)
    expect(page.locator("aq-bar")).to_contain_text(chosen)
    leader.go_home()

    # The old words come back: both open, each by its own.
    page.locator(".bar .lock").click()
    page.wait_for_selector("[data-part=vaults]")
    page.locator("[data-part=vaults] label.choice").first.click()
    expect(page.locator("[data-part=vaults] input").first).to_be_checked()
    holds(page, "() => document.querySelector('aq-app').app.status.vaults[0].chosen")
    page.fill("#words", " ".join(words))
    leader.press("vault.unlock.open")
    expect(page.locator("aq-words-form .notice.bad")).to_be_visible()
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")


def test_a_second_person_is_added_from_the_locked_screen_and_back(leader: Monitor) -> None:
    page = leader.page
    page.locator("[data-action=add-vault]").click()
    page.wait_for_selector("aq-enrol")
    expect(page.get_by_text(leader.t("vault.label"), exact=True)).to_be_visible()
    leader.press("vault.label.back")
    page.wait_for_selector("#words")
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")


def test_changed_words_open_and_the_old_ones_do_not(leader: Monitor) -> None:
    page = leader.page
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")
    page.evaluate("document.querySelector('aq-app').app.go('settings')")
    leader.press("settings.words", page.locator("aq-settings"))
    dialog = page.locator("dialog[open]")
    dialog.locator("ol.words li").first.wait_for()
    words = dialog.locator("ol.words li").all_inner_texts()
    old, again = dialog.locator("textarea").all()
    old.fill(" ".join(leader.words))
    again.fill(" ".join(reversed(words)))
    leader.press("settings.words.save", dialog)
    expect(dialog.locator(".notice.bad")).to_contain_text(leader.t("settings.words.differ"))
    again.fill(" ".join(words))
    leader.press("settings.words.save", dialog)
    expect(dialog).to_have_count(0)
    page.locator(".bar .lock").click()
    page.wait_for_selector("#words")
    page.fill("#words", " ".join(leader.words))
    leader.press("vault.unlock.open")
    expect(page.locator("aq-words-form .notice.bad")).to_be_visible()
    leader.words = words
    leader.unlock()


def test_a_server_with_foreign_keys_is_said_in_words(leader: Monitor) -> None:
    page = leader.page
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")
    page.evaluate(
        "() => { const { app } = document.querySelector('aq-app');"
        " app.setStatus({ ...app.status, connection: 'online', rootMismatch: true }); }"
    )
    expect(page.locator("aq-bar [role=alert]")).to_contain_text(leader.t("state.foreign.do"))
    page.locator("aq-bar .state").click()
    expect(page.locator("dialog[open]")).to_contain_text(leader.t("state.foreign.text"))


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_nothing_is_wider_than_a_phone(leader: Monitor, language: str) -> None:
    page = leader.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("select.language").select_option(language)
    page.locator("[data-action=add-vault]").click()
    page.wait_for_selector("aq-enrol .checks li.ok")
    assert page.evaluate(WIDER) == []
    page.locator("aq-enrol .btn.ghost").first.click()
    page.wait_for_selector("#words")
    assert page.evaluate(WIDER) == []
    leader.language = language
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")
    page.evaluate("document.querySelector('aq-app').app.go('settings')")
    page.wait_for_selector("aq-settings [data-part=passkey]")
    page.wait_for_selector("aq-settings .checks li.ok")
    assert page.evaluate(WIDER) == []


def test_settings_draw_how_to_install_and_name_the_organisations_key(
    leader: Monitor, enrolled: Enrolled
) -> None:
    page = leader.page
    leader.unlock()
    page.wait_for_selector("aq-home .today .btn")
    page.evaluate("document.querySelector('aq-app').app.go('settings')")
    checks = page.locator("aq-settings ul.checks li")
    expect(checks.filter(has_text=pattern("vault.check.storage.ok"))).to_have_class("ok")
    picture = page.locator("aq-settings svg.install-picture")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box
    assert box["width"] <= 400
    root = json.loads((enrolled.instance / "keys" / "keyset.json").read_text(encoding="utf-8"))["root"]
    expect(page.locator("aq-settings #root")).to_contain_text(fingerprint(unb64(root)))


def code_for(server: Server, login: str) -> str:
    """A code that the office makes, beside the running server."""
    script = (
        "import sys\n"
        "from webapp import create_app\n"
        "from webapp.models import AccountRow, db\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        "    row = db.session.query(AccountRow).filter_by(login=sys.argv[1]).one()\n"
        "    root = app.extensions['aigaq'].keys.root_fingerprint()\n"
        "    print(app.extensions['aigaq-devices'].issue(row.id, root, issued_by=row.id).text)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, login],
        cwd=ROOT, env=environment(server.instance, server.port), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return answer.stdout.split()[-1]
