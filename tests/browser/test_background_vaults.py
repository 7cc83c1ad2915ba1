"""Delivery with no page of the app open, on a tablet that several people share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import Tablet, paused
from tests.browser.engine_office import START, WORDS, Office
from tests.browser.test_engine_shell import QUIET, dispatch_sync, installed
from tests.patience import until
from webapp.models import DeviceRow, writing

OTHER_WORDS = "gold hill iron jade kite lake"
PHOTO_BYTES = 2_500_000  # three chunks
DOCUMENTS = 3  # the visit, a note, the photo

CAPTURE = """async ([leader, text, seed, bytes]) => {
  const fields = {facility: 'facility:a', kind: 'special', from: '2026-11-22', to: '2026-11-22', group: '10',
    leader, team: [{person: leader, part: ''}], time_zone: 'Asia/Almaty'};
  const {channel} = await engine.createVisit(fields);
  await engine.save(channel, {type: 'note', text, place: '', theme: null, source: null,
    at: '2026-11-22T09:00:00.000Z', media: [], about: null, on_paper: null, lang: 'ru'});
  const photo = await engine.addMedium(channel, {kind: 'photo', mime: 'image/jpeg'}, new Uint8Array(bytes).fill(seed).buffer);
  await engine.lock();
  return [channel, photo.doc._id];
}"""
DELIVERS_FOR_EVER = """() => { navigator.locks.request('aigaq-uploader', () => new Promise(() => {})); }"""
ONE_WAITS = (
    """async () => (await navigator.locks.query()).pending.some(lock => lock.name === 'aigaq-uploader')"""
)
TURN_TO = """async label => {
  const {vaults} = await engine.status();
  await engine.chooseVault(vaults.find(one => one.label === label).name);
}"""


@dataclass(frozen=True)
class Person:
    account: str
    label: str
    words: str
    channel: str
    photo: str
    seed: int


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    instance = tmp_path / "instance"
    instance.mkdir()
    made = Office(instance)
    yield made
    made.stop()


def shared(page: Page, office: Office) -> tuple[Person, Person]:
    """Two people have captured without a network; both vaults are locked, and no page of the app is open."""
    page.evaluate(START)
    names = (("alice", "А.", WORDS), ("bob", "Б.", OTHER_WORDS))
    accounts = {}
    for login, label, words in names:
        accounts[login] = office.account(login, "leader")
        request = {"code": office.code(accounts[login]), "deviceName": label, "words": words}
        page.evaluate("() => engine.addVault()")
        page.evaluate("request => engine.enrol({...request, language: 'ru'})", {**request, "label": label})
        page.evaluate("() => engine.lock()")
    office.stop()
    people = []
    for seed, (login, label, words) in enumerate(names, start=3):
        page.evaluate(TURN_TO, label)
        page.evaluate("words => engine.unlock(words)", words)
        channel, photo = page.evaluate(CAPTURE, [accounts[login], f"Запись {login}", seed, PHOTO_BYTES])
        people.append(Person(accounts[login], label, words, channel, photo, seed))
    page.evaluate("() => engine.close()")
    page.goto("about:blank")
    first, second = people
    return first, second


def arrived(office: Office, person: Person) -> bool:
    """Everything that this person captured: a receipt for each document, and the whole photo."""
    if len(office.engine.receipts(person.channel)) < DOCUMENTS:
        return False
    photo = office.engine.photo(person.channel, person.photo)
    assert photo in (None, bytes([person.seed]) * PHOTO_BYTES)
    return photo is not None


def unlocked_ledger(page: Page, office: Office, person: Person) -> dict[str, int]:
    page.evaluate(TURN_TO, person.label)
    page.evaluate("words => engine.unlock(words)", person.words)
    totals: dict[str, int] = page.evaluate("async c => (await engine.ledger(c)).totals", person.channel)
    page.evaluate("() => engine.lock()")
    return totals


def test_what_two_people_left_on_a_tablet_is_delivered_with_the_app_closed(
    tablet: Tablet, office: Office
) -> None:
    page = installed(tablet, office)
    people = shared(page, office)
    # A page delivers as it is being closed: what it leaves is not forgotten.
    page.goto(office.address + QUIET)
    page.evaluate(DELIVERS_FOR_EVER)
    office.start()
    dispatch_sync(page, office.address)
    until(lambda: page.evaluate(ONE_WAITS), "the service worker", pause=paused(page))
    assert not any(office.engine.receipts(one.channel) for one in people)
    page.goto("about:blank")
    until(lambda: all(arrived(office, one) for one in people), "both people's work", pause=paused(page))
    assert office.engine.quarantine() == []
    # The receipts are each vault's own: the next unlock takes them in.
    page.goto(office.address + QUIET)
    page.evaluate(START)
    for person in people:
        totals = unlocked_ledger(page, office, person)
        assert (totals["captured"], totals["verified"], totals["waitingBytes"]) == (DOCUMENTS, DOCUMENTS, 0)


def withdraw(office: Office, account: str) -> None:
    with office.app.app_context(), writing() as write:
        for row in write.query(DeviceRow).filter_by(account_id=account):
            row.revoked_at = datetime.now(UTC)


def test_a_vault_that_the_office_has_withdrawn_holds_up_nobody_elses(tablet: Tablet, office: Office) -> None:
    page = installed(tablet, office)
    first, second = shared(page, office)
    withdraw(office, first.account)
    office.start()
    dispatch_sync(page, office.address)
    until(lambda: arrived(office, second), "the other person's work", pause=paused(page))
    assert office.engine.receipts(first.channel) == []
