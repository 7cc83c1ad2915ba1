"""A new version of the app: offered, never forced; it starts locked, and the vault opens in it."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Route, expect

from sync.gateway.release import fingerprint
from tests import patience
from tests.browser.chromium import holds
from tests.browser.enrolled import Enrolled, enrol_once
from tests.browser.monitor import Monitor
from tests.browser.on_site import allow, documents
from tests.browser.server import ROOT, Server
from tests.browser.test_background_vaults import DELIVERS_FOR_EVER, ONE_WAITS
from tests.browser.test_engine_shell import dispatch_sync

WORDS = "До обновления"
CHECK = "() => document.querySelector('aq-app').updates.check()"
MARK = "() => import('/app/static/app/icon.js').then((m) => m.NEW_VERSION ?? 'old')"
SERVED = ("webapp", "sync", "content", "static", "service_worker")


def copy_tree(source: Path, target: Path) -> None:
    """What an installed server runs, apart from whatever happens in the work tree meanwhile."""
    for folder in SERVED:
        shutil.copytree(source / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def enrolled(playwright: Playwright, seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Enrolled:
    folder = tmp_path_factory.mktemp("enrolled")
    copy_tree(ROOT, folder / "tree")
    return enrol_once(playwright, seeded, folder, root=folder / "tree")


@pytest.fixture
def office(enrolled: Enrolled, tmp_path: Path) -> Iterator[Server]:
    made = enrolled.server(tmp_path).start()
    yield made
    made.kill()


@pytest.fixture
def leader(enrolled: Enrolled, office: Server, playwright: Playwright, tmp_path: Path) -> Iterator[Monitor]:
    """The leader inside the facility with something written, in the old version."""
    monitor = enrolled.monitor(playwright, tmp_path)
    monitor.start_cold()
    monitor.page.wait_for_selector("aq-home .today .btn")
    monitor.arrive()
    monitor.write_note(WORDS)
    yield monitor
    monitor.tablet.close()


def version(server: Server) -> str:
    with urllib.request.urlopen(
        server.address.replace("localhost", "127.0.0.1") + "/app/shell.json", timeout=patience.SECONDS
    ) as answer:
        found: str = json.loads(answer.read())["version"]
    return found


def release(server: Server, tree: Path) -> str:
    """The office installs a version with one changed file; gives its name."""
    copy_tree(server.root, tree)
    changed = tree / "static" / "app" / "icon.js"
    changed.write_text(changed.read_text() + "\nexport const NEW_VERSION = 'new';\n")
    before = version(server)
    server.stop()
    server.root = tree
    server.start()
    after = version(server)
    assert after != before
    return after


def running(leader: Monitor) -> str:
    found: str = leader.page.evaluate("document.querySelector('aq-app').updates.version")
    return found


def test_a_new_version_is_offered_and_starts_locked_when_the_person_says_so(
    leader: Monitor, office: Server, tmp_path: Path
) -> None:
    page = leader.page
    old = running(leader)
    assert old == version(office)
    new = release(office, tmp_path / "tree")
    page.evaluate(CHECK)
    offer = page.locator("aq-messages").get_by_text(leader.t("update.ready"))
    expect(offer).to_be_visible()
    # Offered, not forced: the old version goes on, also through a reload.
    assert running(leader) == old
    page.reload()
    leader.unlock()
    page.wait_for_selector("aq-onsite")
    assert running(leader) == old
    assert page.evaluate(MARK) == "old"

    expect(offer).to_be_visible()
    leader.press("update.now", page.locator("aq-messages .toasts"))
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text(leader.t("update.text"))
    leader.press("update.later", dialog)
    assert running(leader) == old

    # What is being written is sealed before the new version starts.
    leader.begin_interview(
        page.evaluate("document.querySelector('aq-app').app.label('categories', 'convict')")
    )
    page.locator("aq-interview textarea").first.fill("Писал, когда пришло обновление")
    with page.expect_navigation(timeout=90_000):
        page.evaluate("() => { document.querySelector('aq-app').acceptUpdate(); }")
        leader.press("update.now", dialog)
    page.wait_for_selector("#words")
    leader.unlock()
    page.wait_for_selector("aq-interview")
    assert running(leader) == new
    assert page.evaluate(MARK) == "new"
    assert [name for name in page.evaluate("caches.keys()") if name.startswith("shell-")] == [f"shell-{new}"]
    assert documents(leader, "interview")[0]["doc"]["summary"] == "Писал, когда пришло обновление"
    assert documents(leader, "note")[0]["doc"]["text"] == WORDS
    leader.wait_until_delivered()


def test_the_version_that_runs_ends_its_delivery_when_another_is_to_take_over(
    leader: Monitor, office: Server
) -> None:
    """The browser would let it finish first: whoever pressed "update" waited in front of the old version."""
    page = leader.page
    # What a page delivers goes first: the service worker waits for its turn.
    page.evaluate(DELIVERS_FOR_EVER)
    leader.write_note("Пока приложение отправляет")
    dispatch_sync(page, office.address)
    holds(page, ONE_WAITS)
    page.evaluate("() => navigator.serviceWorker.controller.postMessage({ type: 'yield' })")
    holds(page, f"async () => !await ({ONE_WAITS})()", seconds=patience.SECONDS / 2)


def test_the_locked_screen_offers_it_too(leader: Monitor, office: Server, tmp_path: Path) -> None:
    page = leader.page
    new = release(office, tmp_path / "tree")
    page.evaluate(CHECK)
    expect(page.locator("aq-messages").get_by_text(leader.t("update.ready"))).to_be_visible()
    page.locator(".bar .lock").click()
    page.wait_for_selector("#words")
    with page.expect_navigation(timeout=90_000):
        leader.press("update.now", page.locator("aq-unlock"))
    leader.unlock()
    page.wait_for_selector("aq-onsite, aq-home")
    assert running(leader) == new
    assert page.evaluate(MARK) == "new"


def test_after_the_app_was_closed_the_new_version_starts_whole_without_a_network(
    leader: Monitor, office: Server, tmp_path: Path
) -> None:
    page = leader.page
    new = release(office, tmp_path / "tree")
    page.evaluate(CHECK)
    expect(page.locator("aq-messages").get_by_text(leader.t("update.ready"))).to_be_visible()
    office.stop()
    leader.tablet.close()
    leader.start_cold()
    page = leader.page
    page.wait_for_selector("aq-onsite")
    assert running(leader) == new
    assert page.evaluate(MARK) == "new"
    assert documents(leader, "note")[0]["doc"]["text"] == WORDS


def test_an_update_waits_for_the_end_of_a_recording(leader: Monitor, office: Server, tmp_path: Path) -> None:
    page = leader.page
    allow(leader, "audio")
    leader.press("capture.start.audio")
    page.wait_for_selector(".recorder-bar[data-state=recording]")
    release(office, tmp_path / "tree")
    page.evaluate(CHECK)
    offer = page.locator("aq-messages .notice").filter(has_text=leader.t("update.ready"))
    expect(offer).to_be_visible()
    leader.press("update.now", offer)
    expect(page.locator("aq-messages")).to_contain_text(leader.t("update.recording"))
    expect(page.locator(".recorder-bar[data-state=recording]")).to_be_visible()
    leader.keep_recording()
    assert documents(leader, "medium")[0]["doc"]["state"] == "complete"


def test_a_version_that_nobody_signed_is_refused_in_words_and_a_signed_one_is_shown_by_its_fingerprint(
    leader: Monitor, office: Server, tmp_path: Path
) -> None:
    page = leader.page
    old = running(leader)
    root = office.instance / "keys" / "root.json"
    root.rename(tmp_path / "root.json")
    new = release(office, tmp_path / "tree")
    page.evaluate(CHECK)
    told = page.locator("aq-messages").get_by_text(leader.t("update.refused.unsigned"))
    expect(told).to_be_visible()
    expect(page.locator("aq-messages")).to_contain_text(fingerprint(new))

    # Signed, but the listing was touched on its way: the signature does not fit it.
    def touch(route: Route) -> None:
        listing = json.loads(urllib.request.urlopen(route.request.url, timeout=patience.SECONDS).read())
        listing["signed"] = {"number": 99, "issued_at": "2027-01-01T00:00:00.000Z", "key": "release-x"}
        listing["signed"]["signature"] = listing["keyset"]["signature"]
        route.fulfill(json=listing)

    page.route("**/app/shell.json", touch)
    page.evaluate(CHECK)
    told = page.locator("aq-messages").get_by_text(leader.t("update.refused.foreign"))
    expect(told).to_be_visible()
    page.unroute_all()
    assert running(leader) == old
    assert page.evaluate("caches.keys()") == [f"shell-{old}"]

    # The locked screen says it too, and the old version goes on.
    page.locator(".bar .lock").click()
    expect(page.locator("[data-news=refused]")).to_be_visible()
    leader.unlock()
    page.wait_for_selector("aq-onsite")

    # The organisation signs: the same version comes in.
    office.stop()
    (tmp_path / "root.json").rename(root)
    office.start()
    page.evaluate(CHECK)
    page.locator(".bar .lock").click()
    offered = page.locator("[data-news=offered]")
    expect(offered).to_contain_text(f"{fingerprint(old)} → {fingerprint(new)}")
    expect(page.locator("[data-news=refused]")).to_have_count(0)
    with page.expect_navigation(timeout=90_000):
        leader.press("update.now", offered)
    page.wait_for_selector("#words")
    expect(page.locator("[data-news=changed]")).to_contain_text(fingerprint(new))
    leader.unlock()
    page.wait_for_selector("aq-onsite, aq-home")
    assert running(leader) == new
