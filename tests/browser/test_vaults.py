"""Several vaults on one tablet: two people, and a second vault for words that were forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.chromium import Tablet, holds, paused
from tests.browser.engine_office import START, WORDS, Office
from tests.patience import until

OTHER_WORDS = "gold hill iron jade kite lake"
REFUSAL = "async ([method, argument]) => engine[method](argument).then(() => null, error => error.code)"
VISIT = """async leader => (await engine.createVisit({facility: 'facility:x', kind: 'special', from: '2026-05-12',
  to: '2026-05-12', group: null, leader, team: [{person: leader, part: ''}], objectives: '', status: 'open',
  unplanned: true, recording: null, time_zone: 'Asia/Almaty', lang: 'ru'})).channel"""
NOTE = """async ([channel, text]) => (await engine.save(channel, {type: 'note', text, place: '', theme: null, source: null,
  at: '2026-05-12T09:00:00.000Z', media: [], about: null, on_paper: null, lang: 'ru'})).doc._id"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def page(playwright: Playwright, office: Office, tmp_path: Path) -> Iterator[Page]:
    tablet = Tablet(playwright, tmp_path / "profile")
    page = tablet.open()
    page.goto(f"{office.address}/app/app.webmanifest")  # an address of the app without the app
    page.evaluate(START)
    yield page
    tablet.close()


def enrol(page: Page, office: Office, account: str, words: str, **more: Any) -> dict[str, Any]:
    request = {
        "code": office.code(account),
        "deviceName": "планшет",
        "words": words,
        "language": "ru",
        **more,
    }
    status: dict[str, Any] = page.evaluate("request => engine.enrol(request)", request)
    return status


def refusal(page: Page, method: str, argument: Any = None) -> str | None:
    code: str | None = page.evaluate(REFUSAL, [method, argument])
    return code


def vaults(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("async () => (await engine.status()).vaults")
    return found


def test_two_people_share_a_tablet_and_neither_opens_the_others_vault(page: Page, office: Office) -> None:
    alice, bob = office.account("alice", "leader"), office.account("bob", "leader")
    enrol(page, office, alice, WORDS)
    channel = page.evaluate(VISIT, alice)
    page.evaluate("() => engine.deliver()")
    office.stop()
    note = page.evaluate(NOTE, [channel, "Света нет"])
    assert refusal(page, "addVault") == "refused", "while a vault is open there is no other"
    page.evaluate("() => engine.lock()")
    assert page.evaluate("() => engine.addVault()")["vault"] == "none"
    office.start()
    status = enrol(page, office, bob, OTHER_WORDS, label="Б.")
    assert (status["account"]["id"], status["vault"]) == (bob, "unlocked")
    assert page.evaluate("() => engine.channels()") == []
    assert [(one["label"], one["chosen"]) for one in vaults(page)] == [("", False), ("Б.", True)]

    # What waited in the vault that is not chosen is delivered all the same.
    holds(
        page,
        "async () => (await engine.status()).vaults.every(one => one.chosen || one.waiting === 0)",
    )
    until(lambda: office.engine.read(channel, note), "the note at the office", pause=paused(page))

    page.evaluate("() => engine.lock()")
    first, second = vaults(page)
    assert page.evaluate("name => engine.chooseVault(name)", first["name"])["vault"] == "locked"
    assert refusal(page, "unlock", OTHER_WORDS) == "wrong-passphrase"
    assert page.evaluate("words => engine.unlock(words)", WORDS)["account"]["id"] == alice
    assert page.evaluate("c => engine.list(c, 'note').then(rows => rows.length)", channel) == 1

    # Erasing one leaves the other.
    page.evaluate("() => engine.quickDelete()")
    status = page.evaluate("() => engine.status()")
    assert (status["vault"], [one["name"] for one in status["vaults"]]) == ("locked", [second["name"]])
    assert page.evaluate("words => engine.unlock(words)", OTHER_WORDS)["account"]["id"] == bob
    names = page.evaluate("async () => (await indexedDB.databases()).map(one => one.name)")
    assert f"aigaq-{first['name']}" not in names


@pytest.mark.parametrize("role", ["leader", "monitor"])
def test_who_forgot_the_words_goes_on_and_the_office_confirms_it_later(
    page: Page, office: Office, role: str
) -> None:
    person = office.account("person", role)
    enrol(page, office, person, WORDS)
    office.stop()
    page.evaluate("() => engine.lock()")
    request = {"words": OTHER_WORDS, "initial": "П", "language": "ru"}
    status = page.evaluate("request => engine.startProvisional(request)", request)
    assert (status["vault"], status["provisional"], status["account"]["initial"]) == ("unlocked", True, "П")
    channel = page.evaluate(VISIT, person)
    note = page.evaluate(NOTE, [channel, "В камере темно"])

    office.start()
    assert page.evaluate("() => engine.deliver()")["waiting"]["documents"] == 0
    assert {row["reason"] for row in office.engine.quarantine()} == {"unconfirmed-device"}
    ledger = page.evaluate("() => engine.ledger()")
    assert {item["quarantined"] for item in ledger["items"]} == {"unconfirmed-device"}
    assert office.engine.read(channel, note) is None
    later = page.evaluate(NOTE, [channel, "Записано до кода"])

    assert refusal(page, "confirmVault", {"code": "ZZZZ-ZZZZ-ZZZZ"}) == "code-unknown"
    status = page.evaluate("code => engine.confirmVault({code})", office.code(person))
    assert (status["provisional"], status["account"]["name"]) == (False, "Person")
    assert office.engine.read(channel, note)["text"] == "В камере темно"
    assert office.engine.read(channel, later)["text"] == "Записано до кода"
    assert office.engine.quarantine() == []
    page.evaluate("() => engine.pull()")
    assert page.evaluate("c => engine.list(c, 'note').then(rows => rows.length)", channel) == 2

    # The words come back: the first vault was left as it was.
    page.evaluate("() => engine.lock()")
    page.evaluate("name => engine.chooseVault(name)", vaults(page)[0]["name"])
    assert page.evaluate("words => engine.unlock(words)", WORDS)["provisional"] is False


def test_a_provisional_vault_opens_again_after_a_restart(
    playwright: Playwright, office: Office, tmp_path: Path
) -> None:
    person = office.account("person", "leader")
    tablet = Tablet(playwright, tmp_path / "other")
    page = tablet.open()
    page.goto(f"{office.address}/app/app.webmanifest")
    page.evaluate(START)
    enrol(page, office, person, WORDS)
    page.evaluate("() => engine.lock()")
    request = {"words": OTHER_WORDS, "initial": "П", "language": "ru"}
    page.evaluate("request => engine.startProvisional(request)", request)
    tablet.kill()
    page = tablet.open()
    page.goto(f"{office.address}/app/app.webmanifest")
    page.evaluate(START)
    assert refusal(page, "unlock", WORDS) == "wrong-passphrase"
    status = page.evaluate("words => engine.unlock(words)", OTHER_WORDS)
    assert (status["provisional"], len(status["vaults"])) == (True, 2)
    tablet.close()
