"""What goes wrong in the field: each time the person is told in their language, has a way on, and loses nothing."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Page, Playwright, expect

from sync.gateway import sealing
from sync.wire import b64
from tests import patience
from tests.browser.chromium import Tablet, holds, paused
from tests.browser.enrolled import Enrolled
from tests.browser.monitor import Monitor, sign_in
from tests.browser.on_site import CHANNEL, ENGINE, allow, documents
from tests.browser.records import Records
from tests.browser.server import ROOT, Server, environment
from tests.browser.strange_network import StrangeNetwork
from tests.browser.vault_disk import OPEN_DATABASE
from tests.browser.words import text
from tests.patience import until

WORDS = "Медчасть закрыта"
DEVICE = "01JN0000000000000000000009"


def close_message(monitor: Monitor) -> None:
    """A bad message stays until the person has read it."""
    monitor.press("shell.close", monitor.page.locator("aq-messages .notice.bad"))


def speak(monitor: Monitor, language: str) -> None:
    monitor.page.locator("select.language").first.select_option(language)
    monitor.language = language


def said(monitor: Monitor, code: str, *parts: str) -> list[str]:
    """What the interface says of an error: what happened, what is safe, what to do."""
    return [monitor.t(f"errors.{code}.{part}") for part in parts or ("what", "safe", "do")]


def expect_delivered(leader: Monitor, office: Server, words: str = WORDS) -> None:
    """Nothing was lost: with the server back, the office reads what was written."""
    if office.process is None:
        office.start()
    channel = leader.page.evaluate(CHANNEL)
    leader.page.evaluate(f"{ENGINE}.deliver()")
    leader.wait_until_delivered()
    assert words in [note["text"] for note in Records(office.instance).items(channel, "note")]


# --- words and codes ---


def test_wrong_words_are_said_and_cost_nothing(leader: Monitor, office: Server) -> None:
    page = leader.page
    leader.write_note(WORDS)
    speak(leader, "kk")
    page.locator(".bar .lock").click()
    page.wait_for_selector("#words")
    right = list(leader.words)
    page.fill("#words", " ".join([*right[:-1], "жаңбыр"]))
    leader.press("vault.unlock.open")
    alert = page.locator("aq-unlock [role=alert]")
    expect(alert).to_be_visible()
    for sentence in said(leader, "wrong-passphrase"):
        expect(alert).to_contain_text(sentence)
    expect(page.locator("#words")).to_be_focused()  # the person types again at once
    leader.unlock()
    expect_delivered(leader, office)


def enrol_with(page: Page, code: str, words: Monitor) -> None:
    page.locator(".code-input").fill(code)
    words.press("vault.next.words")
    page.wait_for_selector("ol.words li")
    shown = page.locator("ol.words li").all_inner_texts()
    words.press("vault.words.written")
    page.wait_for_selector("form label.field input")
    for label in page.locator("form label.field").all():
        asked = re.search(r"\d+", label.inner_text())
        assert asked
        label.locator("input").fill(shown[int(asked[0]) - 1])
    words.press("vault.finish")


def use_up(server: Server, code: str) -> None:
    """Another tablet is enrolled with the code."""
    keys = [b64(sealing.point(ec.generate_private_key(ec.SECP256R1()).public_key())) for _ in range(2)]
    body = {"code": code, "device": {"id": DEVICE, "name": "x", "signing": keys[0], "upload": keys[1]}}
    request = urllib.request.Request(
        server.address.replace("localhost", "127.0.0.1") + "/sync/enrol",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:
        assert answer.status == 201


def let_expire(server: Server, _code: str) -> None:
    with sqlite3.connect(server.instance / "aigaq.sqlite", timeout=patience.SECONDS) as connection:
        connection.execute("UPDATE enrolment_code SET expires_at = datetime('now', '-1 minute') || '.000000'")


@pytest.mark.parametrize("why", ["used", "expired", "mistyped", "mistyped-end", "short"])
def test_a_code_that_does_not_work_is_said_and_another_one_works(
    playwright: Playwright, enrolled: Enrolled, office: Server, tmp_path: Path, why: str
) -> None:
    office.start()
    with Tablet(playwright, tmp_path / "new", locale="en-US", cheap_words=True) as tablet:
        page = tablet.page
        person = Monitor(tablet, office.address, "monitor1", language="en")
        sign_in(page, office.address, "monitor1")

        def code() -> str:
            page.goto(f"{office.address}/tablet")
            page.locator("form[action$='/tablet/code'] button").click()
            code = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
            expect(page.locator("main")).to_contain_text(code)
            found = code.search(page.inner_text("main"))
            assert found
            return found[0]

        first, second = code(), code()
        typed = first
        if why == "used":
            use_up(office, first)
        elif why == "expired":
            let_expire(office, first)
            second = code()
        elif why == "mistyped":
            typed = ("0" if first[0] != "0" else "1") + first[1:]
        elif why == "mistyped-end":
            typed = first[:-1] + ("0" if first[-1] != "0" else "1")
        page.goto(f"{office.address}/app/")
        page.wait_for_selector("aq-enrol .code-input")
        alert = page.locator("aq-enrol [role=alert]")
        if why == "short":
            page.locator(".code-input").fill(first[:-1])
            person.press("vault.next.words")
            expect(alert).to_contain_text(person.t("vault.code.short"))
        else:
            enrol_with(page, typed, person)
            expect(alert).to_be_visible()
            expected = "code-expired" if why in ("used", "expired") else "code-unknown"
            for sentence in said(person, expected):
                expect(alert).to_contain_text(sentence)
        # The way on is the same screen: a slip is corrected, else the office gives another code.
        again = second if why in ("used", "expired") else first
        enrol_with(page, again, person)
        page.wait_for_selector("aq-home")


# --- the disk ---

BLOCKS = (
    "async () => { const database = "
    + OPEN_DATABASE
    + """;
  return new Promise(resolve => {
    const asked = database.transaction('blocks').objectStore('blocks').getAllKeys();
    asked.onsuccess = () => { database.close(); resolve(asked.result); };
  });
}"""
)
FLIP = (
    "async id => { const database = "
    + OPEN_DATABASE
    + """;
  return new Promise((resolve, reject) => {
    const change = database.transaction('blocks', 'readwrite');
    const blocks = change.objectStore('blocks');
    blocks.get(id).onsuccess = (event) => {
      const row = event.target.result;
      const bytes = new Uint8Array(row.bytes);
      bytes[bytes.length >> 1] ^= 0xff;
      blocks.put({ ...row, bytes: bytes.buffer });
    };
    change.oncomplete = () => { database.close(); resolve(); };
    change.onabort = () => reject(change.error);
  });
}"""
)


def test_a_damaged_record_is_set_aside_and_comes_back_from_the_server(
    leader: Monitor, office: Server
) -> None:
    page = leader.page
    leader.write_note(WORDS)
    before = page.evaluate(BLOCKS)
    note = page.evaluate(
        f"{ENGINE}.save({CHANNEL}, {{type: 'note', text: 'Повреждено на диске', at: new Date().toISOString(), media: [], place: '',"
        " theme: null, source: null, about: null, on_paper: null, lang: 'ru'})"
    )["doc"]["_id"]
    block = until(
        lambda: next((key for key in page.evaluate(BLOCKS) if key not in before), None),
        "the note's block in the database",
        pause=paused(page),
    )
    page.locator(".bar .lock").click()
    page.wait_for_selector("#words")
    page.evaluate(FLIP, block)
    leader.unlock()
    expect(page.locator("aq-messages")).to_contain_text("1 запись на диске повреждена")
    close_message(leader)
    leader.go_to("onsite")
    assert [r["doc"]["text"] for r in documents(leader, "note")] == [WORDS]
    page.locator(".bar .state").click()
    expect(page.locator("dialog[open]")).to_contain_text("1 запись на диске повреждена")
    page.locator("dialog[open] .actions button").first.click()
    # It was sealed when it was saved: the envelope is whole, and so is the note once the office has it.
    office.start()
    page.evaluate(f"{ENGINE}.deliver()")
    page.evaluate(f"{ENGINE}.pull()")
    holds(
        page,
        "(id) => document.querySelector('aq-app').app.engine.get(document.querySelector('aq-app').app.router.current.params.channel, id)",
        arg=note,
    )
    expect_delivered(leader, office)
    expect_delivered(leader, office, "Повреждено на диске")


def test_a_full_disk_ends_a_recording_well_and_keeps_all_of_it(leader: Monitor, office: Server) -> None:
    page = leader.page
    leader.write_note(WORDS)
    allow(leader, "video")
    leader.go_to("onsite")
    leader.start_recording("video")
    leader.hear(2)
    usage = page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.address, "quotaSize": usage + 200_000})
    ended = page.locator("aq-messages").get_by_text(
        re.compile(leader.t("capture.ended.storage-full", time="X").split("X")[0])
    )
    expect(ended).to_be_visible()
    page.wait_for_selector(".recorder-bar", state="detached")
    close_message(leader)
    medium = next(r["doc"] for r in documents(leader, "medium") if r["doc"]["kind"] == "video")
    assert medium["state"] == "interrupted"
    assert medium["frames"] >= 2
    size = page.evaluate(
        f"async id => (await {ENGINE}.readMedium({CHANNEL}, id)).bytes.byteLength", medium["_id"]
    )
    assert size > 1000, "what was recorded until then opens"
    # The way on: words still fit, in what was set aside for this.
    leader.go_to("onsite")
    leader.write_note("Место кончилось")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.address})
    expect_delivered(leader, office)
    expect_delivered(leader, office, "Место кончилось")


# --- the camera ---


def test_a_refused_camera_and_microphone_leave_words(
    enrolled: Enrolled, office: Server, playwright: Playwright, tmp_path: Path
) -> None:
    leader = enrolled.monitor(playwright, tmp_path, media=False)
    leader.start_cold()
    page = leader.page
    devtools = page.context.new_cdp_session(page)
    for device in ("camera", "microphone"):
        refusal = {"permission": {"name": device}, "setting": "denied", "origin": office.address}
        devtools.send("Browser.setPermission", refusal)
    page.wait_for_selector("aq-home .today .btn")
    leader.arrive()
    speak(leader, "en")
    leader.capture("photo")
    page.wait_for_selector("aq-policy-card, aq-photo .card h2")
    if page.locator("aq-policy-card").count():
        leader.press("capture.policy.allow", page.locator("aq-policy-card"))
        page.locator("dialog[open] .actions .primary").click()
    expect(page.locator("aq-photo")).to_contain_text(leader.t("capture.problem.refused"))
    leader.press("capture.instead.note", page.locator("aq-photo"))
    page.wait_for_selector("aq-note")
    page.locator("textarea.note-text").fill(WORDS)
    leader.press("capture.note.save")
    page.wait_for_selector("aq-note", state="detached")
    allow(leader, "audio")
    leader.press("capture.start.audio")
    expect(page.get_by_text(leader.t("capture.problem.refused")).first).to_be_visible()
    expect_delivered(leader, office)
    leader.tablet.close()


# --- the network ---


@pytest.mark.parametrize(
    ("mode", "state", "language"),
    [
        ("portal-page", "portal", "kk"),
        ("portal-redirect", "portal", "en"),
        ("portal-json", "portal", "ru"),
        ("error", "server-error", "kk"),
        ("gateway-error", "server-error", "en"),
    ],
)
def test_a_network_that_is_none_is_named_and_takes_nothing(
    leader: Monitor, office: Server, mode: str, state: str, language: str
) -> None:
    page = leader.page
    leader.write_note(WORDS)
    speak(leader, language)
    with StrangeNetwork(office.port, mode) as network:
        page.locator(".bar .state").click()
        leader.press("state.deliver", page.locator("dialog[open]"))
        for sentence in said(leader, state):
            expect(page.locator("aq-messages")).to_contain_text(sentence)
        close_message(leader)
        page.locator(".bar .state").click()
        dialog = page.locator("dialog[open]")
        expect(dialog).to_contain_text(leader.t(f"state.{state}"))
        expect(dialog).to_contain_text(leader.t(f"state.{state}.text"))
        expect(leader.button("state.deliver", dialog)).to_be_enabled()
        leader.press("shell.close", dialog)
        assert [path for path in network.asked if path.startswith("/sync/")]
        totals = leader.totals()
        assert totals["received"] < totals["captured"] == totals["sealed"]
    expect_delivered(leader, office)


# --- forms from elsewhere ---

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Чужая форма</h:title><model>
<instance><data id="foreign" version="1"><beds/><place/></data></instance>
<bind nodeset="/data/beds" type="int"/><bind nodeset="/data/place" type="geoshape"/>
</model></h:head>
<h:body><input ref="/data/beds"><label>Сколько коек</label></input><input ref="/data/place"><label>Контур двора</label></input></h:body>
</h:html>"""


def publish(office: Server, *forms: dict[str, Any]) -> None:
    """The office puts documents into the reference channel, past its own checks of forms."""
    code = (
        "import json, sys\n"
        "from webapp import create_app\n"
        "from webapp.access import as_author\n"
        "from webapp.models import AccountRow, db\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        "    author = as_author(db.session.query(AccountRow).filter_by(login='analyst').one())\n"
        "    for form in json.load(sys.stdin):\n"
        "        app.extensions['aigaq'].submit('reference', form, author=author)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment(office.instance), input=json.dumps(forms).encode(), check=True,
    )  # fmt: skip


def form(name: str, xml: str) -> dict[str, Any]:
    questions = [
        {"path": f"/data/{one}", "type": kind, "label": {"ru": one}, "choices": None, "group": None}
        for one, kind in (("beds", "integer"), ("place", "geoshape"))
    ]
    return {
        "_id": f"form:{name}", "type": "form", "name": name, "title": {"ru": name, "kk": name, "en": name}, "version": "1",
        "facility_types": [], "languages": ["ru"], "xml": xml, "questions": questions, "rules": [],
    }  # fmt: skip


def open_form(leader: Monitor, name: str) -> None:
    leader.go_to("onsite")
    leader.capture("form")
    leader.page.locator("aq-form .list-item").filter(has_text=name).first.click()


def test_a_question_nobody_knows_and_a_broken_form_stop_nothing_else(leader: Monitor, office: Server) -> None:
    page = leader.page
    leader.write_note(WORDS)
    publish(office, form("foreign", XFORM), form("broken", "<h:html><not-closed>"))
    office.start()
    page.evaluate(f"{ENGINE}.pull()")
    office.stop()

    open_form(leader, "foreign")
    page.locator("[data-path='/data/beds'] input").fill("40")
    page.locator("[data-path='/data/beds'] input").blur()
    expect(page.locator("[data-path='/data/place']")).to_contain_text(leader.t("forms.unknown"))
    expect(page.locator("[data-path='/data/place']")).to_contain_text("Контур двора")
    leader.press("forms.finish")
    page.wait_for_selector("aq-form", state="detached")
    submission = documents(leader, "submission")[0]["doc"]
    assert (submission["complete"], list(submission["answers"].values())) == (True, [40])

    open_form(leader, "broken")
    problem = page.locator("aq-form [role=alert]")
    expect(problem).to_contain_text(leader.t("forms.problem.form-broken.title"))
    expect(problem).to_contain_text(leader.t("forms.problem.form-broken.text"))
    # Chromium itself styles the <parsererror> that its XML parser answers with; the policy blocks just that.
    own = ("inline style", "xforms-engine.js")
    leader.tablet.violations = [
        each for each in leader.tablet.violations if not any(sign in each for sign in own)
    ]
    leader.press("shell.back", problem)
    page.wait_for_selector("aq-onsite")
    open_form(leader, "Общий чек-лист")
    expect(page.locator("[data-path='/data/arrival/capacity'] input").first).to_be_visible()
    expect_delivered(leader, office)
    assert (
        Records(office.instance).items(submission_channel(leader), "submission")[0]["answers"]
        == submission["answers"]
    )


def submission_channel(leader: Monitor) -> str:
    found: str = leader.page.evaluate(CHANNEL)
    return found


# --- the clock ---


@pytest.mark.parametrize(("hours", "language"), [(1, "ru"), (-1, "kk"), (10 * 365 * 24, "en")])
def test_a_clock_that_is_wrong_is_said_and_rejects_nothing(
    enrolled: Enrolled, office: Server, playwright: Playwright, tmp_path: Path, hours: int, language: str
) -> None:
    ahead = f"const real = Date; globalThis.Date = class extends real {{ constructor(...a) {{ a.length ? super(...a) : super(real.now() + {hours} * 3600000); }} static now() {{ return real.now() + {hours} * 3600000; }} }};"
    leader = enrolled.monitor(playwright, tmp_path)
    page = leader.tablet.open()
    page.context.add_init_script(ahead)
    page.on("worker", lambda worker: worker.evaluate(f"() => {{ {ahead} }}"))
    page.goto(f"{leader.address}/app/")
    leader.unlock()
    page.wait_for_selector("aq-home")
    speak(leader, language)
    # Ten years on, today's visit is one that was not finished: it is still one tap away.
    page.locator("aq-home .today .btn, aq-home .list .list-item").first.click()
    page.wait_for_selector("aq-visit")
    leader.go_to("onsite")
    leader.write_note(WORDS)
    office.start()
    page.evaluate(f"{ENGINE}.deliver()")
    expect_delivered(leader, office)
    page.locator(".bar .state").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text(text("state.clock", language, minutes="X").split("X")[0])
    expect(leader.button("state.deliver", dialog)).to_be_enabled()
    note = Records(office.instance).items(submission_channel(leader), "note")[-1]
    assert note["text"] == WORDS
    leader.tablet.close()


# --- the register ---


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "refused.not-a-table"),
        ("register.xlsx", b"PK\x03\x04 not a workbook", "refused.damaged"),
        ("empty.csv", b"", "refused.empty"),
    ],
)
def test_a_wrong_file_is_refused_and_the_register_stays(
    enrolled: Enrolled,
    office: Server,
    playwright: Playwright,
    tmp_path: Path,
    name: str,
    content: bytes,
    key: str,
) -> None:
    office.start()
    sentence = json.loads((ROOT / "webapp/imports/words.json").read_text())[key]["kk"]
    with Tablet(playwright, tmp_path / "office", size="desktop", locale="kk-KZ") as desktop:
        page = desktop.page
        sign_in(page, office.address, "analyst")
        page.goto(f"{office.address}/imports/")
        kazakh = page.locator("html").get_attribute("lang")
        before = Records(office.instance).rows("SELECT count(*) AS n FROM item WHERE type = 'facility'")
        page.locator("form[action$='/imports/register'] input[type=file]").set_input_files(
            {"name": name, "mimeType": "text/csv", "buffer": content}
        )
        page.locator("form[action$='/imports/register'] button.btn").click()
        expected = (
            sentence
            if kazakh == "kk"
            else json.loads((ROOT / "webapp/imports/words.json").read_text())[key]["ru"]
        )
        expect(page.locator("body")).to_contain_text(expected)
        expect(page.locator("form[action$='/imports/register'] button.btn")).to_be_enabled()
        assert (
            Records(office.instance).rows("SELECT count(*) AS n FROM item WHERE type = 'facility'") == before
        )
        assert not list((office.instance / "imports").glob("*"))
