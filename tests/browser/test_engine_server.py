"""The tablet's engine against the real gateway: what one tablet saves, the office reads and the other tablet gets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from sync.gateway import sealing
from sync.gateway.keys import DEMO_CUSTODY_PASSPHRASE, unwrap_custody
from sync.wire import unb64
from tests.browser.chromium import Tablet
from tests.browser.engine_office import START, WORDS, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    instance = tmp_path / "instance"
    instance.mkdir()
    made = Office(instance)
    yield made
    made.stop()


@pytest.fixture
def enrolled(office: Office, playwright: Playwright, tmp_path: Path) -> Iterator[Any]:
    """`enrolled(login, role)`: a page with an unlocked engine, and the account's id."""
    tablets: list[Tablet] = []

    def enrol(login: str, role: str) -> tuple[Page, str]:
        account = office.account(login, role)
        tablet = Tablet(playwright, tmp_path / login)
        tablets.append(tablet)
        page = tablet.open()
        # A page of the same origin and policy without the app's own start.
        page.goto(office.address + "/app/static/engine/client.js")
        page.evaluate(START)
        request = {"code": office.code(account), "deviceName": login, "words": WORDS, "language": "ru"}
        page.evaluate("request => engine.enrol(request)", request)
        return page, account

    yield enrol
    for tablet in tablets:
        tablet.close()


def test_what_is_captured_on_one_tablet_is_read_by_the_office_and_by_the_other_tablet(
    office: Office, enrolled: Any
) -> None:
    leader_page, leader = enrolled("leader", "leader")
    monitor_page, monitor = enrolled("monitor", "monitor")
    team = [{"person": leader, "part": ""}, {"person": monitor, "part": ""}]
    visit = {
        "facility": "facility:a",
        "kind": "special",
        "from": "2026-11-22",
        "to": "2026-11-22",
        "group": "10",
        "leader": leader,
        "team": team,
        "time_zone": "Asia/Almaty",
    }
    channel = leader_page.evaluate("async fields => (await engine.createVisit(fields)).channel", visit)
    note = leader_page.evaluate(
        """async channel => (await engine.save(channel, {type: 'note', text: 'Сырость в камере', place: 'камера 12',
             theme: null, source: 'observation', at: new Date().toISOString(), media: [], about: null,
             on_paper: null})).doc._id""",
        channel,
    )
    photo = leader_page.evaluate(
        """async channel => (await engine.addMedium(channel, {kind: 'photo', mime: 'image/jpeg'},
             new Uint8Array(2500000).fill(7).buffer)).doc._id""",
        channel,
    )
    audio = leader_page.evaluate(
        """async channel => {
             const {id} = await engine.startMedium(channel, {kind: 'audio', mime: 'audio/webm'});
             for (let i = 0; i < 4; i += 1) await engine.appendFrame(id, new Uint8Array(500000).fill(i).buffer);
             await engine.finishMedium(id, {duration_ms: 4000});
             return id; }""",
        channel,
    )
    testimony = leader_page.evaluate(
        """async channel => (await engine.saveSealed(channel, {type: 'testimony', interview: 'interview:1'},
             {text: 'секрет'})).doc._id""",
        channel,
    )
    status = deliver_all(leader_page)
    assert status["waiting"] == {"documents": 0, "chunks": 0, "bytes": 0}
    ledger = leader_page.evaluate("channel => engine.ledger(channel)", channel)
    assert [(item["type"], item["quarantined"], item["verified"]) for item in ledger["items"]] == [
        (item["type"], None, True) for item in ledger["items"]
    ]
    assert len(ledger["items"]) == 5

    # The office reads what is group class, and cannot read what is custody.
    assert office.engine.read(channel, note)["text"] == "Сырость в камере"
    assert office.engine.photo(channel, photo) == bytes([7]) * 2_500_000
    assert "секрет" not in str(office.engine.read(channel, testimony))
    key = office.engine.content_keys.many(channel, [audio])[audio].wire()
    private = unwrap_custody(office.engine.keys.wrapped_custody, DEMO_CUSTODY_PASSPHRASE)
    opened = sealing.unseal(
        sealing.X25519PrivateKey.from_private_bytes(private),
        unb64(key["stanza"]),
        f"aigaq/content-key/1\n{audio}".encode(),
    )
    assert len(opened) == 32

    # The colleague's tablet pulls them, opens the photo by its chunks and not the recording.
    monitor_page.evaluate("() => engine.pull()")
    assert monitor_page.evaluate(
        "c => engine.list(c, 'note').then(rows => rows.map(row => row.doc.text))", channel
    ) == ["Сырость в камере"]
    size = monitor_page.evaluate(
        "async ([c, id]) => (await engine.readMedium(c, id)).bytes.byteLength", [channel, photo]
    )
    assert size == 2_500_000
    refusal = monitor_page.evaluate(
        "([c, id]) => engine.readMedium(c, id).then(() => 'read', error => error.code)", [channel, audio]
    )
    assert refusal == "sealed"

    # Both change a finding, apart from each other; the tablets read the same afterwards, and nothing is lost.
    finding = leader_page.evaluate(FINDING, channel)
    deliver_all(leader_page)
    monitor_page.evaluate("() => engine.pull()")
    monitor_page.evaluate(EDIT, [channel, finding, {"theme": "hygiene"}])
    leader_page.evaluate(EDIT, [channel, finding, {"place": "камера 14"}])
    deliver_all(monitor_page)
    deliver_all(leader_page)
    for page in (leader_page, monitor_page, leader_page):
        page.evaluate("() => engine.pull()")
    get = "([c, id]) => engine.get(c, id)"
    readings = [page.evaluate(get, [channel, finding]) for page in (leader_page, monitor_page)]
    seen = [(r["doc"]["theme"], r["doc"]["place"], r["conflicts"]) for r in readings]
    assert seen == [("hygiene", "камера 14", [])] * 2
    assert office.engine.read(channel, finding)["place"] == "камера 14"
    assert readings[0]["doc"] == readings[1]["doc"]

    # A withdrawal at the office's end: the photo reads as erased on both, and on the server.
    leader_page.evaluate(
        "([c, id]) => engine.withdraw(c, {interview: null, use: 'sharing', erases: [id], reason: 'asked'})",
        [channel, photo],
    )
    deliver_all(leader_page)
    monitor_page.evaluate("() => engine.pull()")
    for page in (leader_page, monitor_page):
        answer = page.evaluate(
            "([c, id]) => engine.readMedium(c, id).then(() => 'read', error => error.code)", [channel, photo]
        )
        assert answer == "erased"
    assert office.engine.photo(channel, photo) is None


FINDING = """async channel => (await engine.save(channel, {type: 'finding', title: 'Сырость', text: 'x', theme: null,
  severity: 'high', sources: ['observation'], evidence: [], norms: [], place: null, combines: [], status: 'draft',
  rule: null, lang: 'ru'})).doc._id"""
EDIT = """async ([channel, id, fields]) => {
  const reading = await engine.get(channel, id);
  await engine.save(channel, { ...reading.doc, ...fields });
}"""


def deliver_all(page: Page) -> dict[str, Any]:
    """Deliver until nothing waits; the last status."""
    for _ in range(20):
        status: dict[str, Any] = page.evaluate("() => engine.deliver()")
        if status["waiting"]["documents"] + status["waiting"]["chunks"] == 0:
            return status
        time.sleep(0.1)
    return status
