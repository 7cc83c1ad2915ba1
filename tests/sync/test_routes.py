"""The gateway over HTTP: enrolment, sessions, signatures, media, limits, strangers."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sync.authorization import Account
from sync.gateway import sealing
from sync.gateway.enrolment import root_check
from sync.gateway.media import CHUNK_BYTES
from sync.gateway.routes import create_blueprint
from sync.wire import b64, canonical, sha256_hex, unb64
from tests.fakes import Tablet
from tests.personas import ALICE, BOB, CHARLIE, COLIN, DANA, KIM
from tests.sync.conftest import World


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def post(client: FlaskClient, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    return client.post(path, data=json.dumps(body).encode(), headers=headers)


def sign_in(client: FlaskClient, tablet: Tablet) -> dict[str, str]:
    """Headers of a reading session."""
    nonce = post(client, "/sync/session/challenge", {"device": tablet.id}).json["nonce"]
    body = {"device": tablet.id, "nonce": nonce, "signature": tablet.proof(nonce)}
    answer = post(client, "/sync/session", body)
    assert answer.status_code == 200
    return {"Authorization": f"Bearer {answer.json['token']}"}


def deliver(client: FlaskClient, tablet: Tablet, *envelopes: dict[str, Any]) -> Any:
    body = json.dumps({"envelopes": envelopes}).encode()
    return client.post("/sync/outbox", data=body, headers=tablet.headers("POST", "/sync/outbox", body))


def put_chunk(client: FlaskClient, tablet: Tablet, data: bytes, *, path: str | None = None) -> Any:
    path = path or f"/sync/media/chunks/{sha256_hex(data)}"
    return client.put(path, data=data, headers=tablet.headers("PUT", path, data))


def test_hello_tells_the_gateway_from_a_captive_portal(client: FlaskClient) -> None:
    answer = client.get("/sync/hello")
    assert answer.json == {"aigaq": 1, "server_time": "2026-05-12T09:00:00.000Z"}


def test_every_answer_is_no_store(client: FlaskClient, alice: Tablet, visit: str) -> None:
    answers = [
        client.get("/sync/hello"),
        client.get("/sync/keys/medium:1"),
        client.get("/sync/media/chunks/x", headers=sign_in(client, alice)),
        post(client, "/sync/session/challenge", {"device": alice.id}),
        post(client, "/sync/changes", {}, sign_in(client, alice)),
        deliver(client, alice),
        put_chunk(client, alice, b"data"),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def end(world: World) -> str:
    """The last four characters of this server's codes."""
    return root_check(world.engine.keys.root_fingerprint())


def test_a_slip_in_the_end_of_a_code_does_not_use_it_up(
    world: World, client: FlaskClient, alice: Tablet
) -> None:
    world.authorizer.codes["ABCD1234"] = BOB
    device = alice.new_device()
    said = {"id": alice.ulid(), "name": "x", "signing": b64(device.signing), "upload": b64(device.upload)}
    slip = end(world)[:3] + ("0" if end(world)[3] != "0" else "1")
    answer = post(client, "/sync/enrol", {"code": f"ABCD-1234-{slip}", "device": said})
    assert (answer.status_code, answer.json["error"]) == (404, "code-unknown")
    answer = post(client, "/sync/enrol", {"code": f"ABCD-1234-{end(world)}", "device": said})
    assert answer.status_code == 201


def test_a_code_enrols_one_device_with_a_key_set_it_can_check(
    world: World, client: FlaskClient, alice: Tablet
) -> None:
    tablet = world.tablet(BOB)
    del world.authorizer.devices[tablet.id]
    world.authorizer.codes["ABCD1234"] = BOB
    device = tablet.new_device()
    body = {
        "code": f"abcd-1234-{end(world).lower()}",
        "device": {
            "id": device.id,
            "name": device.name,
            "signing": b64(device.signing),
            "upload": b64(device.upload),
            "app_version": "1",
            "user_agent": "test",
        },
    }
    answer = post(client, "/sync/enrol", body)
    assert answer.status_code == 201
    assert answer.json["account"]["id"] == BOB.id
    assert answer.json["device"] == {"id": tablet.id, "name": device.name}
    keyset = answer.json["keyset"]
    message = b"aigaq/keyset/1\n" + canonical(keyset["set"])
    sealing.verify(unb64(keyset["root"]), unb64(keyset["signature"]), message)
    assert sha256_hex(unb64(keyset["root"])) == world.engine.keys.root_fingerprint().hex()
    assert set(keyset["set"]["keys"]) == {"transport", "custody", "receipt", "release"}
    assert sign_in(client, tablet)

    again = post(client, "/sync/enrol", body)
    assert (again.status_code, again.json["error"]) == (410, "code-expired")
    for code in (f"ZZZZ-ZZZZ-{end(world)}", "short", None, "ABCD-1234-RO!T"):
        wrong = post(client, "/sync/enrol", {**body, "code": code})
        assert (wrong.status_code, wrong.json["error"]) == (404, "code-unknown")


@pytest.mark.parametrize(
    ("field", "value"), [("id", "AAAA"), ("name", " "), ("name", None), ("signing", "AAAA"), ("upload", "!")]
)
def test_a_device_that_does_not_say_who_it_is_is_not_enrolled(
    world: World, client: FlaskClient, alice: Tablet, field: str, value: str | None
) -> None:
    world.authorizer.codes["ABCD1234"] = BOB
    device = alice.new_device()
    said = {"id": alice.ulid(), "name": "x", "signing": b64(device.signing), "upload": b64(device.upload)}
    answer = post(
        client, "/sync/enrol", {"code": f"ABCD-1234-{end(world)}", "device": {**said, field: value}}
    )
    assert (answer.status_code, answer.json["error"]) == (400, "bad-request")
    assert world.authorizer.codes["ABCD1234"] == BOB  # the code is not used up


def test_a_challenge_is_good_once_for_its_device_and_five_minutes(
    world: World, client: FlaskClient, alice: Tablet, bob: Tablet
) -> None:
    nonce = post(client, "/sync/session/challenge", {"device": alice.id}).json["nonce"]
    stolen = {"device": bob.id, "nonce": nonce, "signature": bob.proof(nonce)}
    assert post(client, "/sync/session", stolen).json["error"] == "session-expired"
    own = {"device": alice.id, "nonce": nonce, "signature": alice.proof(nonce)}
    assert post(client, "/sync/session", own).status_code == 200
    assert post(client, "/sync/session", own).json["error"] == "session-expired"

    late = post(client, "/sync/session/challenge", {"device": alice.id}).json["nonce"]
    world.clock.pass_(minutes=6)
    body = {"device": alice.id, "nonce": late, "signature": alice.proof(late)}
    assert post(client, "/sync/session", body).status_code == 401


def test_a_wrong_signature_opens_no_session(client: FlaskClient, alice: Tablet) -> None:
    for signature in ("", "AAAA", b64(b"x" * 64), 5):
        nonce = post(client, "/sync/session/challenge", {"device": alice.id}).json["nonce"]
        answer = post(client, "/sync/session", {"device": alice.id, "nonce": nonce, "signature": signature})
        assert (answer.status_code, answer.json["error"]) == (401, "bad-signature")


def test_a_session_ends_after_twelve_hours(world: World, client: FlaskClient, alice: Tablet) -> None:
    headers = sign_in(client, alice)
    world.clock.pass_(hours=11, minutes=59)
    assert post(client, "/sync/changes", {}, headers).status_code == 200
    world.clock.pass_(minutes=2)
    answer = post(client, "/sync/changes", {}, headers)
    assert (answer.status_code, answer.json["error"]) == (401, "session-expired")


def test_a_revoked_device_neither_reads_nor_delivers(
    world: World, client: FlaskClient, bob: Tablet, visit: str
) -> None:
    headers = sign_in(client, bob)
    world.authorizer.revoke(bob.id)
    answers = [
        post(client, "/sync/changes", {}, headers),
        post(client, "/sync/session/challenge", {"device": bob.id}),
        deliver(client, bob, bob.envelope(visit, bob.document("note", text="x"))),
        put_chunk(client, bob, b"data"),
    ]
    assert [(answer.status_code, answer.json["error"]) for answer in answers] == [(403, "device-revoked")] * 4


def test_delivering_needs_the_upload_keys_signature(client: FlaskClient, alice: Tablet, bob: Tablet) -> None:
    body = json.dumps({"envelopes": []}).encode()
    good = alice.headers("POST", "/sync/outbox", body)
    assert client.post("/sync/outbox", data=body, headers=good).json["receipts"] == []
    for spoilt, code in (
        ({**good, "Aigaq-Device": "01JZZZZZZZZZZZZZZZZZZZZZZZ"}, "unknown-device"),
        ({**good, "Aigaq-Device": bob.id}, "bad-signature"),
        ({**good, "Signature": "!"}, "bad-signature"),
        ({**good, "Signature-Input": ""}, "bad-signature"),
        ({**good, "Content-Digest": "sha-256=:AAAA:"}, "bad-request"),
        (alice.headers("POST", "/sync/changes", body), "bad-signature"),
        (alice.headers("PUT", "/sync/outbox", body), "bad-signature"),
        ({}, "unknown-device"),
    ):
        answer = client.post("/sync/outbox", data=body, headers=spoilt)
        assert answer.json["error"] == code
        assert answer.status_code in (400, 401)


def test_malformed_json_is_a_bad_request(client: FlaskClient, alice: Tablet) -> None:
    headers = sign_in(client, alice)
    for body in (b"", b"{", b"[]", b"\xff", b'{"a": NaN}', b"null"):
        signed = alice.headers("POST", "/sync/outbox", body)
        for answer in (
            client.post("/sync/outbox", data=body, headers=signed),
            client.post("/sync/changes", data=body, headers=headers),
            client.post("/sync/enrol", data=body),
            client.post("/sync/session", data=body),
        ):
            assert (answer.status_code, answer.json["error"]) == (400, "bad-request")


def test_what_is_too_large_is_refused(client: FlaskClient, alice: Tablet) -> None:
    body = b"x" * ((8 << 20) + 1)
    assert (
        client.post(
            "/sync/outbox", data=body, headers=alice.headers("POST", "/sync/outbox", body)
        ).status_code
        == 413
    )
    answer = put_chunk(client, alice, b"x" * (CHUNK_BYTES + 1))
    assert (answer.status_code, answer.json["error"]) == (413, "too-large")


def test_changes_come_as_lines_packed_or_not(client: FlaskClient, alice: Tablet, visit: str) -> None:
    headers = sign_in(client, alice)
    plain = post(client, "/sync/changes", {"channels": {}}, headers)
    assert plain.mimetype == "application/x-ndjson"
    packed = post(client, "/sync/changes", {"channels": {}}, {**headers, "Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    lines = [json.loads(line) for line in plain.data.splitlines()]
    assert lines[0]["channel"] == "reference"
    assert lines[-1]["end"] is True


def test_media_arrive_in_any_order_and_any_number_of_times(
    world: World, client: FlaskClient, alice: Tablet, bob: Tablet, visit: str
) -> None:
    photo, key, chunks = alice.photo([b"p" * 900_000, b"q" * 900_000, b"r"])
    assert len(chunks) == 2
    hashes = [sha256_hex(chunk) for chunk in chunks]
    deliver(client, alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]))
    assert world.engine.photo(visit, photo["_id"]) is None
    body = json.dumps({"hashes": hashes}).encode()

    def missing() -> Any:
        signed = alice.headers("POST", "/sync/media/missing", body)
        return client.post("/sync/media/missing", data=body, headers=signed).json["missing"]

    assert missing() == hashes
    assert put_chunk(client, bob, chunks[1]).status_code == 201
    assert put_chunk(client, alice, chunks[1]).status_code == 200
    assert missing() == hashes[:1]
    assert world.engine.photo(visit, photo["_id"]) is None
    assert put_chunk(client, alice, chunks[0]).status_code == 201
    assert world.engine.photo(visit, photo["_id"]) == b"p" * 900_000 + b"q" * 900_000 + b"r"


def test_what_is_held_is_said_under_the_receipt_key(world: World, client: FlaskClient, alice: Tablet) -> None:
    assert put_chunk(client, alice, b"here").status_code == 201
    asked, path = [sha256_hex(b"here"), sha256_hex(b"not here")], "/sync/media/missing"

    def ask(**question: Any) -> Any:
        body = json.dumps({"hashes": asked, **question}).encode()
        return client.post(path, data=body, headers=alice.headers("POST", path, body))

    assert set(ask().json) == {"missing"}
    answer = ask(challenge="AAAAAAAAAAAAAAAAAAAAAA").json
    held, key = answer["held"], world.engine.keys.keyset["set"]["keys"]["receipt"]
    assert (held["challenge"], held["key"]) == ("AAAAAAAAAAAAAAAAAAAAAA", key["id"])
    assert held["asked"] == sha256_hex("\n".join(asked).encode())
    assert held["missing"] == answer["missing"] == asked[1:]
    message = b"aigaq/held/1\n" + canonical(held)
    sealing.verify(unb64(key["public"]), unb64(answer["signature"]), message)
    for wrong in ("short", "x" * 65, "ä" * 20, 7, ["A" * 20]):
        assert ask(challenge=wrong).status_code == 400


def test_a_chunk_that_is_not_what_it_is_called_is_refused(
    world: World, client: FlaskClient, alice: Tablet
) -> None:
    path = f"/sync/media/chunks/{sha256_hex(b'right')}"
    answer = put_chunk(client, alice, b"wrong", path=path)
    assert (answer.status_code, answer.json["error"]) == (422, "hash-mismatch")
    assert world.engine.media.held([sha256_hex(b"right"), sha256_hex(b"wrong")]) == set()
    for name in ("x", "A" * 64, "0" * 63):
        assert put_chunk(client, alice, b"right", path=f"/sync/media/chunks/{name}").status_code == 400


def test_chunks_are_read_by_members_in_ranges(
    world: World, client: FlaskClient, alice: Tablet, bob: Tablet, charlie: Tablet, visit: str
) -> None:
    photo, key, (chunk,) = alice.photo([b"0123456789"])
    deliver(client, alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]))
    put_chunk(client, alice, chunk)
    path = f"/sync/media/chunks/{sha256_hex(chunk)}?channel={visit}"
    whole = client.get(path, headers=sign_in(client, bob))
    assert (whole.status_code, whole.data) == (200, chunk)
    part = client.get(path, headers={**sign_in(client, bob), "Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, chunk[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(chunk)}"
    assert client.get(path, headers=sign_in(client, charlie)).status_code == 404
    assert client.get(path).status_code == 401


def test_a_chunk_is_not_read_through_another_visit(
    world: World, client: FlaskClient, alice: Tablet, carol: Tablet, visit: str
) -> None:
    photo, key, (chunk,) = alice.photo([b"0123456789"])
    deliver(client, alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]))
    put_chunk(client, alice, chunk)
    other, document = carol.visit()
    deliver(client, carol, carol.envelope(other, document))
    path = f"/sync/media/chunks/{sha256_hex(chunk)}?channel={other}"
    assert client.get(path, headers=sign_in(client, carol)).status_code == 404


@pytest.mark.parametrize(
    ("account", "group", "custody"),
    [
        (None, 401, 401),
        (ALICE, 200, 403),
        (BOB, 200, 403),
        (CHARLIE, 403, 403),
        (COLIN, 403, 403),
        (DANA, 200, 403),
        (KIM, 200, 403),
    ],
)
def test_who_gets_which_key_on_an_office_page(
    world: World, alice: Tablet, visit: str, account: Account | None, group: int, custody: int
) -> None:
    photo, key, _ = alice.photo([b"x"])
    audio, secret, _ = alice.medium("audio", [b"y"])
    world.deliver(
        alice,
        alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]),
        alice.envelope(visit, audio, keys=[alice.custody_key(audio, secret)]),
    )
    flask = Flask(__name__)
    flask.register_blueprint(create_blueprint(world.engine, lambda: account))
    client = flask.test_client()
    answers = [client.get(f"/sync/keys/{document['_id']}?channel={visit}") for document in (photo, audio)]
    assert [answer.status_code for answer in answers] == [group, custody]
    acts = {action for action, _, _ in world.authorizer.log}
    assert acts == ({"key.read"} if group == 200 else set()), "nothing sealed is opened without a reason"


def test_a_failing_store_is_a_server_error_without_a_receipt(
    world: World, client: FlaskClient, alice: Tablet, visit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    envelope = alice.envelope(visit, alice.document("note", text="x"))
    with monkeypatch.context() as patch:
        patch.setattr(world.engine.documents, "put_revisions", fail)
        answer = deliver(client, alice, envelope)
    assert (answer.status_code, answer.json["error"]) == (500, "server-error")
    assert "receipts" not in answer.json
    assert "receipt" in deliver(client, alice, envelope).json["receipts"][0]
