"""The service worker: the shell's copy offline, and delivery while no page is open."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from sync.gateway.keyset import new_scalar
from sync.gateway.release import sign_release, version_of
from tests import patience
from tests.browser.chromium import Tablet, paused
from tests.browser.engine_office import START, WORDS, Office
from tests.browser.vault_disk import OPEN_DATABASE
from tests.patience import until
from webapp.shell import ShellFile, Snapshot

# An address of the shell that starts no app of its own.
QUIET = "/app/static/engine/errors.js"
REGISTER = """async version => {
  const address = `/app/service_worker/sw.js?v=${version}`;
  const registration = await navigator.serviceWorker.register(address, { type: 'module', scope: '/app/', updateViaCache: 'none' });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  await new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === 'activated' || worker.state === 'installed' && registration.active !== worker && registration.active) resolve();
      if (worker.state === 'redundant') reject(new Error('redundant'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
  return worker.state;
}"""

# Envelopes of the vault on the disk that have no receipt yet.
UNANSWERED = (
    "async () => { const database = "
    + OPEN_DATABASE
    + """;
  const rows = await new Promise((resolve) => {
    const asking = database.transaction('outbox').objectStore('outbox').getAll();
    asking.onsuccess = () => resolve(asking.result);
  });
  database.close();
  return rows.filter((row) => !row.receipt).length;
}"""
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    instance = tmp_path / "instance"
    instance.mkdir()
    made = Office(instance)
    yield made
    made.stop()


def listing(office: Office) -> dict[str, Any]:
    with urllib.request.urlopen(office.address + "/app/shell.json", timeout=patience.SECONDS) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def installed(tablet: Tablet, office: Office) -> Page:
    page = tablet.open()
    page.goto(office.address + QUIET)
    assert page.evaluate(REGISTER, listing(office)["version"]) == "activated"
    return page


def test_the_whole_shell_is_kept_and_serves_a_cold_start_without_a_network(
    tablet: Tablet, office: Office
) -> None:
    page = installed(tablet, office)
    shell = listing(office)
    kept = page.evaluate(
        "async v => (await (await caches.open('shell-' + v)).keys()).map(key => new URL(key.url).pathname)",
        shell["version"],
    )
    assert sorted(kept) == sorted([*shell["files"], "/app/shell.json"])
    office.stop()
    tablet.close()
    page = tablet.open()
    answer = page.goto(office.address + "/app/")
    assert answer is not None
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page.goto(office.address + QUIET)
    page.evaluate(START)
    assert page.evaluate("() => engine.status()")["vault"] == "none"
    assert page.evaluate("() => fetch('/sync/hello').then(() => 'answered', () => 'none')") == "none"
    office.start()


def changed(shell: Snapshot, address: str, body: bytes, *, told: bool = True) -> Snapshot:
    """The same files but one; `told`: the listing names it by its own hash, as an honest one does."""
    sha256 = hashlib.sha256(body).hexdigest()
    other = dict(shell.files)
    other[address] = ShellFile(body, sha256, shell.files[address].mimetype)
    version = version_of({name: file.sha256 for name, file in other.items()})
    if not told:
        # What is listed and signed is the new version; what is served in one place is something else.
        other[address] = ShellFile(b"// evil", sha256, shell.files[address].mimetype)
    return Snapshot(other, version)


def test_a_version_whose_file_does_not_match_is_not_installed(tablet: Tablet, office: Office) -> None:
    page = installed(tablet, office)
    shell = office.app.extensions["aigaq-shell"]
    address = "/app/static/engine/worker.js"
    evil = changed(shell, address, shell.files[address].body + b"\n", told=False)
    office.serve(evil)
    assert listing(office)["signed"]
    with pytest.raises(Exception, match="redundant"):
        page.evaluate(REGISTER, evil.version)
    assert page.evaluate("caches.keys()") == [f"shell-{shell.version}"]
    assert "evil" not in page.evaluate(f"fetch('{address}').then(answer => answer.text())")


def test_a_new_version_waits_until_the_page_says_so(tablet: Tablet, office: Office) -> None:
    page = installed(tablet, office)
    shell = office.app.extensions["aigaq-shell"]
    address = "/app/static/engine/worker.js"
    following = changed(shell, address, shell.files[address].body + b"\n")
    office.serve(following)
    new = f"shell-{following.version}"
    assert page.evaluate(REGISTER, following.version) == "installed"
    assert sorted(page.evaluate("caches.keys()")) == sorted([f"shell-{shell.version}", new])
    page.evaluate("""async () => {
      const changed = new Promise(resolve => { navigator.serviceWorker.addEventListener('controllerchange', resolve); });
      (await navigator.serviceWorker.getRegistration('/app/')).waiting.postMessage({ type: 'activate' });
      await changed;
    }""")
    # The page hears of its new controller while the old copy is still being dropped.
    until(lambda: page.evaluate("caches.keys()") == [new], "the end of the old copy")


def test_what_no_listing_names_is_not_served(tablet: Tablet, office: Office) -> None:
    page = installed(tablet, office)
    assert page.evaluate("fetch('/app/static/app/unlisted.js').then(answer => answer.status)") == 404
    assert office.app.test_client().get("/app/app.webmanifest").status_code == 200
    assert page.evaluate("fetch('/app/app.webmanifest').then(answer => answer.status)") == 200


@pytest.mark.parametrize("how", ["unsigned", "foreign", "older", "changed"])
def test_a_release_that_the_organisation_did_not_sign_is_not_installed(
    tablet: Tablet, office: Office, tmp_path: Path, how: str
) -> None:
    page = installed(tablet, office)
    shell, releases = office.app.extensions["aigaq-shell"], office.app.extensions["aigaq-releases"]
    address = "/app/static/engine/worker.js"
    following = changed(shell, address, shell.files[address].body + b"\n")
    before = releases.of(shell.hashes)["release"]["number"]
    good = releases.of(following.hashes)
    forged = {
        "unsigned": None,
        "foreign": sign_release(
            new_scalar(), following.hashes, number=9, issued_at=good["release"]["issued_at"]
        )
        | {"key": good["key"]},
        # signed rightly, once, under a number that is over
        "older": sign_release(
            json.loads((tmp_path / "instance/keys/root.json").read_text())["release"],
            following.hashes,
            number=before,
            issued_at=good["release"]["issued_at"],
        ),
        "changed": {**good, "release": {**good["release"], "number": 99}},
    }[how]
    releases.of = lambda files: forged
    office.serve(following)
    with pytest.raises(Exception, match="redundant"):
        page.evaluate(REGISTER, following.version)
    assert page.evaluate("caches.keys()") == [f"shell-{shell.version}"]


def test_the_service_worker_delivers_with_no_page_of_the_app_open(tablet: Tablet, office: Office) -> None:
    page = installed(tablet, office)
    leader = office.account("leader", "leader")
    page.evaluate(START)
    page.evaluate(
        "request => engine.enrol(request)",
        {"code": office.code(leader), "deviceName": "t", "words": WORDS, "language": "ru"},
    )
    office.stop()
    channel = page.evaluate(
        """async leader => {
             const fields = {facility: 'facility:a', kind: 'special', from: '2026-11-22', to: '2026-11-22', group: '10',
               leader, team: [{person: leader, part: ''}], time_zone: 'Asia/Almaty'};
             const {channel} = await engine.createVisit(fields);
             await engine.save(channel, {type: 'finding', title: 'Сырость', text: 'x', theme: null, severity: 'high',
               sources: [], evidence: [], norms: [], place: null, combines: [], status: 'draft', rule: null, lang: 'ru'});
             await engine.addMedium(channel, {kind: 'photo', mime: 'image/jpeg'}, new Uint8Array(1500000).fill(3).buffer);
             await engine.lock();
             engine.close();
             return channel; }""",
        leader,
    )
    office.start()
    page.goto(office.address + QUIET)
    dispatch_sync(page, office.address)
    until(lambda: page.evaluate(UNANSWERED) == 0, "a receipt for each envelope", pause=paused(page))
    assert len(office.engine.receipts(channel)) == 3
    assert office.engine.quarantine() == []
    # The next unlock takes the receipts in.
    page.evaluate(START)
    status = page.evaluate("words => engine.unlock(words)", WORDS)
    assert status["waiting"] == {"documents": 0, "chunks": 0, "bytes": 0}
    assert page.evaluate("c => engine.ledger(c)", channel)["totals"]["verified"] == 3


def dispatch_sync(page: Page, origin: str) -> None:
    """What the browser does when the network is back, by the DevTools protocol."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(row["registrationId"] for row in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    until(lambda: found, "the registration", pause=paused(page))
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": origin, "registrationId": found[-1], "tag": "aigaq-outbox", "lastChance": False},
    )
