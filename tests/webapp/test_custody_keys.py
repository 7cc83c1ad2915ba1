"""The custody key of key holders: made in the browser, rehearsed before use, recovered by two officers."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.serving import make_server

from sync.gateway import ceremony, sealing
from sync.gateway.content_keys import ContentKey
from sync.gateway.keys import DEMO_CUSTODY_PASSPHRASE, ServerKeys
from sync.gateway.root import main
from sync.wire import b64, unb64
from tests.browser.chromium import holds
from tests.webapp import personas as p
from tests.webapp.conftest import ANN, config, populate
from webapp import create_app
from webapp.models import AuditRow, db

WRAPPED = {
    "kdf": {
        "alg": "argon2id",
        "memory_kib": 65536,
        "time": 3,
        "parallelism": 1,
        "salt": b64(bytes(16)),
    },
    "nonce": b64(bytes(12)),
    "ciphertext": b64(bytes(48)),
}
NEW_TESTIMONY = "testimony:01M0000000000000000000000V"


@pytest.fixture
def office(tmp_path: Path) -> Flask:
    folder = tmp_path / "instance"
    folder.mkdir()
    made = create_app(replace(config(folder), demo=True))
    made.testing = True
    populate(made)
    return made


def keys_of(office: Flask) -> ServerKeys:
    keys: ServerKeys = office.extensions["aigaq"].keys
    return keys


def acts(office: Flask, action: str) -> list[str]:
    with office.app_context():
        return list(db.session.scalars(select(AuditRow.subject).where(AuditRow.action == action)))


def made_key(kate: FlaskClient) -> tuple[X25519PrivateKey, str]:
    """A key kept by the server, without a browser; its id."""
    private = X25519PrivateKey.generate()
    public = b64(private.public_key().public_bytes_raw())
    answer = p.post(
        kate, "/custody-keys/new", "/custody-keys/new", public=public, wrapped=json.dumps(WRAPPED)
    )
    assert answer.status_code == 200, answer.text
    return private, answer.json["next"].split("/")[-2]


def proof(kate: FlaskClient, private: X25519PrivateKey, key_id: str) -> str:
    address = f"/custody-keys/{key_id}"
    asked = p.post(kate, f"{address}/challenge", f"{address}/rehearsal").json
    return b64(sealing.unseal(private, unb64(asked["sealed"]), f"aigaq/custody-proof/1\n{key_id}".encode()))


def test_no_key_is_proposed_before_its_shares_have_opened_a_test_item(office: Flask, tmp_path: Path) -> None:
    kate = p.persona(office, "kate")
    private, key_id = made_key(kate)
    assert p.post(kate, "/custody-keys/proposal", "/custody-keys").status_code == 409
    out = str(tmp_path / "proposal.json")
    refused = office.test_cli_runner().invoke(args=["keys", "propose", "--rotate", "custody", "--out", out])
    assert (refused.exit_code, "have not been rehearsed" in refused.output) == (1, True)
    page = f"/custody-keys/{key_id}/rehearsal"
    # A random answer, an answer to nothing, and an answer that was used already prove nothing.
    assert p.post(kate, page, page, answer=b64(os.urandom(32))).status_code == 422
    p.post(kate, f"/custody-keys/{key_id}/challenge", page)
    assert p.post(kate, page, page, answer=b64(os.urandom(32))).status_code == 422
    answer = proof(kate, private, key_id)
    assert p.post(kate, page, page, answer=answer).status_code == 200
    assert p.post(kate, page, page, answer=answer).status_code == 422
    assert acts(office, "custody.rehearsed") == [key_id]
    saved = p.post(kate, "/custody-keys/proposal", "/custody-keys")
    assert saved.status_code == 200
    assert json.loads(saved.data)["keys"]["custody"]["id"] == key_id
    given = office.test_cli_runner().invoke(args=["keys", "propose", "--rotate", "custody", "--out", out])
    assert given.exit_code == 0, given.output
    assert json.loads(Path(out).read_text())["keys"]["custody"]["id"] == key_id


def test_a_weak_or_broken_form_is_not_kept(office: Flask) -> None:
    kate = p.persona(office, "kate")
    public = b64(X25519PrivateKey.generate().public_key().public_bytes_raw())
    broken = [
        {**WRAPPED, "kdf": {**WRAPPED["kdf"], "memory_kib": 1024}},  # type: ignore[dict-item]
        {**WRAPPED, "kdf": {**WRAPPED["kdf"], "time": 1}},  # type: ignore[dict-item]
        {**WRAPPED, "ciphertext": b64(bytes(32))},
        {**WRAPPED, "nonce": 5},
        [],
    ]
    for wrapped in broken:
        answer = p.post(
            kate, "/custody-keys/new", "/custody-keys/new", public=public, wrapped=json.dumps(wrapped)
        )
        assert answer.status_code == 400, wrapped
    assert ceremony.waiting(keys_of(office)) is None


def test_a_waiting_key_is_discarded_or_finished_before_another(office: Flask) -> None:
    kate = p.persona(office, "kate")
    _, key_id = made_key(kate)
    assert kate.get("/custody-keys/new").status_code == 303
    assert p.post(kate, "/custody-keys/discard", "/custody-keys").status_code == 303
    assert acts(office, "custody.key-discarded") == [key_id]
    assert kate.get(f"/custody-keys/{key_id}/rehearsal").status_code == 404
    made_key(kate)


def test_only_who_holds_the_key_wraps_it_anew(office: Flask) -> None:
    kate = p.persona(office, "kate")
    private, key_id = made_key(kate)
    page = f"/custody-keys/{key_id}/passphrase"
    other = {**WRAPPED, "nonce": b64(bytes([1]) * 12)}
    assert p.post(kate, page, page, answer="", wrapped=json.dumps(other)).status_code == 422
    assert ceremony.wrapped_key(keys_of(office), key_id)["nonce"] == WRAPPED["nonce"]
    answer = proof(kate, private, key_id)
    assert p.post(kate, page, page, answer=answer, wrapped=json.dumps(other)).status_code == 200
    assert ceremony.wrapped_key(keys_of(office), key_id)["nonce"] == other["nonce"]
    assert acts(office, "custody.rewrapped") == [key_id]


@pytest.fixture
def address(office: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, office, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def seal_testimony(office: Flask, document: str, text: str) -> None:
    """A testimony sealed to the custody key in use, as a tablet seals it."""
    engine = office.extensions["aigaq"]
    key, nonce = os.urandom(32), os.urandom(12)
    box = AESGCM(key).encrypt(nonce, json.dumps({"text": text}).encode(), document.encode())
    fields = {"_id": document, "type": "testimony", "interview": p.INTERVIEW, "sealed": b64(nonce + box)}
    with office.app_context():
        engine.submit_many(p.VISIT, [{**fields, "size": 20}], author=ANN)
    custody = engine.keys.keyset["set"]["keys"]["custody"]
    public = X25519PublicKey.from_public_bytes(unb64(custody["public"]))
    stanza = sealing.seal(public, key, sealing.content_key_info(document))
    engine.content_keys.add(p.VISIT, [ContentKey(document, "custody", stanza, custody["id"])])


def words_of(page: Page) -> str:
    page.wait_for_selector("#words li")
    return " ".join(page.locator("#words li").all_inner_texts())


def open_item(page: Page, address: str, document: str, passphrase: str) -> str:
    page.goto(f"{address}/custody/{p.VISIT}/{document}")
    page.fill("#opening [name=reason]", "For the annual report")
    page.fill("#passphrase", passphrase)
    page.click("#opening button.seal")
    page.wait_for_selector("#opened:visible, #state.error")
    return page.inner_text("#content") or page.inner_text("#state")


def test_from_the_ceremony_to_the_recovery(office: Flask, address: str, page: Page, tmp_path: Path) -> None:
    seal_testimony(office, p.TESTIMONY, "sealed to the first key")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto(f"{address}/sign-in?next=/custody-keys/new")
    page.fill("input[name=login]:visible", "kate")
    page.fill("input[name=password]:visible", p.PASSWORD)
    page.click("button.primary")

    words = words_of(page)
    page.click("#written")
    page.fill("#again", words + " more")
    page.click("#typed")
    page.wait_for_selector("#state.error")
    page.fill("#again", words.upper())
    page.click("#typed")
    shares = []
    for number in range(3):
        holds(
            page,
            "n => document.querySelector('[data-share-number]').textContent === n && document.querySelector('#share-lines').checkVisibility()",
            arg=str(number + 1),
        )
        shares.append("\n".join(page.locator("#share-lines li").all_inner_texts()))
        page.click("#handed")
    page.wait_for_url("**/rehearsal")
    key_id = page.url.split("/")[-2]

    # A slip of the pen is named with its line; then two shares open the test item.
    page.fill("#share-one", shares[0][:-1] + ("7" if shares[0][-1] != "7" else "8"))
    page.fill("#share-two", shares[2])
    page.click("button.seal")
    page.wait_for_selector("#state.error")
    assert "First share: line 5" in page.inner_text("#state")
    page.fill("#share-one", shares[0])
    page.click("button.seal")
    page.wait_for_url("**/custody-keys")
    assert acts(office, "custody.rehearsed") == [key_id]
    with page.expect_download() as saving:
        page.click("form[action$=proposal] button")
    proposal = tmp_path / "proposal.json"
    saving.value.save_as(proposal)

    root = tmp_path / "instance/keys/root.json"
    signed = tmp_path / "signed.json"
    assert main(["sign", "--root", str(root), str(proposal), "--out", str(signed), "--yes"]) == 0
    installed = office.test_cli_runner().invoke(args=["keys", "install", str(signed)])
    assert installed.exit_code == 0, installed.output
    assert keys_of(office).wrapped_custody["id"] == key_id
    assert ceremony.waiting(keys_of(office)) is None

    # Old items open with the old key, new ones with the new key, and neither with the other's words.
    seal_testimony(office, NEW_TESTIMONY, "sealed to the second key")
    assert "first key" in open_item(page, address, p.TESTIMONY, DEMO_CUSTODY_PASSPHRASE)
    assert "does not open" in open_item(page, address, p.TESTIMONY, words)
    assert "second key" in open_item(page, address, NEW_TESTIMONY, words)

    # The words are lost: two other officers' shares give the key new ones.
    page.goto(f"{address}/custody-keys/{key_id}/passphrase")
    page.check("input[value=shares]")
    page.fill("#share-one", shares[1].lower())
    page.fill("#share-two", shares[2].replace(" ", ""))
    page.click("button.seal")
    page.wait_for_selector("#words:visible")
    anew = words_of(page)
    page.click("#written")
    page.fill("#again", anew)
    page.click("#typed")
    page.wait_for_url("**/custody-keys")
    assert "second key" in open_item(page, address, NEW_TESTIMONY, anew)
    assert "does not open" in open_item(page, address, NEW_TESTIMONY, words)

    # Nothing that opens anything has left the browser.
    everything = "\n".join(sent) + "".join(
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    )
    secrets = [words, anew, *(line for share in shares for line in share.splitlines())]
    for secret in secrets:
        for form in (secret, secret.replace(" ", ""), secret.replace(" ", "+"), secret.replace(" ", "%20")):
            assert form not in everything
