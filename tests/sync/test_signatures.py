"""Delivering requests: signed as RFC 9421 writes it, each once, and not more than a device may send."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sync.database import open_database, passing, reading
from sync.engine import SyncEngine
from sync.errors import BadSignature, NonceNeeded
from sync.gateway import sealing
from sync.gateway.nonces import LIFETIME, MOST_USES, RENEWED_FROM
from sync.gateway.routes import create_blueprint
from sync.gateway.traffic import Quota
from sync.wire import sha256_hex
from tests.fakes import Tablet
from tests.sync.conftest import World, build
from tests.sync.test_routes import deliver, post, put_chunk

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors/signatures.json").read_text(encoding="utf-8")
)["rfc9421"]
BODY = b'{"hashes":[]}'
PATH = "/sync/media/missing"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@contextmanager
def limited(world: World, quota: Quota) -> Iterator[FlaskClient]:
    """The gateway on the same files, with another quota: another process."""
    rooms = {"documents": world.engine.documents, "media": world.engine.media, "keys": world.engine.keys}
    engine = SyncEngine(
        **rooms,
        database=open_database(f"sqlite:///{world.folder}/aigaq.sqlite"),
        authorizer=world.authorizer,
        clock=world.clock,
        quota=quota,
    )
    flask = Flask(__name__)
    flask.register_blueprint(create_blueprint(engine))
    yield flask.test_client()


def ask(client: FlaskClient, headers: dict[str, str], *, body: bytes = BODY, path: str = PATH) -> Any:
    return client.post(path, data=body, headers=headers)


def test_the_example_of_rfc_9421_verifies() -> None:
    public, signature = bytes.fromhex(VECTOR["public"]), base64.b64decode(VECTOR["signature"])
    sealing.verify(public, signature, VECTOR["base"].encode())
    with pytest.raises(BadSignature):
        sealing.verify(public, signature, VECTOR["base"].replace("200", "201").encode())


def test_nothing_that_is_signed_can_be_changed(client: FlaskClient, alice: Tablet, bob: Tablet) -> None:
    good = alice.headers("POST", PATH, BODY)
    other = alice.headers("POST", PATH, BODY)
    cases: list[tuple[dict[str, str], bytes, str, str]] = [
        (good, b'{"hashes":[ ]}', PATH, "bad-request"),
        ({**good, "Content-Digest": other["Content-Digest"]}, b"{}", PATH, "bad-request"),
        (good, BODY, "/sync/outbox", "bad-signature"),
        (good, BODY, f"{PATH}?more=1", "bad-signature"),
        ({**good, "Aigaq-Device": bob.id}, BODY, PATH, "bad-signature"),
        ({**good, "Signature": other["Signature"]}, BODY, PATH, "bad-signature"),
        ({**good, "Signature-Input": other["Signature-Input"]}, BODY, PATH, "bad-signature"),
        (alice.headers("PUT", PATH, BODY), BODY, PATH, "bad-signature"),
    ]
    for spoil in (
        lambda text: text.replace("created=1", "created=2"),
        lambda text: text.replace('"@method" ', ""),
        lambda text: text.replace('"@method" "@path"', '"@path" "@method"'),
        lambda text: text.replace("ecdsa-p256-sha256", "hmac-sha256"),
        lambda text: text.replace("aigaq=", "sig1="),
        lambda text: text + ';tag="x"',
        lambda text: text + ", " + text,
    ):
        cases.append(
            ({**good, "Signature-Input": spoil(good["Signature-Input"])}, BODY, PATH, "bad-signature")
        )
    for headers, body, path, code in cases:
        answer = ask(client, headers, body=body, path=path)
        assert (answer.json["error"], answer.status_code) in ((code, 401), (code, 400)), headers
    # None of them has used up what the true request may use.
    assert ask(client, good).status_code == 200


def test_a_request_is_taken_once_and_a_retry_with_the_next_counter(
    client: FlaskClient, alice: Tablet
) -> None:
    nonce = client.get("/sync/hello", headers={"Aigaq-Device": alice.id}).headers["Aigaq-Nonce"]
    envelope = alice.envelope("visit-01jt0000000000000000000000", alice.document("note"))
    body = json.dumps({"envelopes": [envelope]}).encode()
    first = alice.headers("POST", "/sync/outbox", body, nonce=f"{nonce}.1")
    lost = client.post("/sync/outbox", data=body, headers=first)
    replayed = client.post("/sync/outbox", data=body, headers=first)
    assert (replayed.status_code, replayed.json["error"]) == (401, "nonce-needed")
    # The answer was lost on the way: the same body, signed anew, brings the same receipt.
    again = alice.headers("POST", "/sync/outbox", body, nonce=f"{nonce}.2")
    assert client.post("/sync/outbox", data=body, headers=again).json["receipts"] == lost.json["receipts"]


def test_a_refusal_brings_the_nonce_that_is_needed(client: FlaskClient, alice: Tablet) -> None:
    for nonce in ("", "abc.1", f"{'A' * 43}.1"):
        answer = ask(client, alice.headers("POST", PATH, BODY, nonce=nonce))
        assert (answer.status_code, answer.json["error"]) == (401, "nonce-needed")
        fresh = answer.headers["Aigaq-Nonce"]
        assert ask(client, alice.headers("POST", PATH, BODY, nonce=f"{fresh}.1")).status_code == 200


def test_counters_come_in_any_order_and_end(client: FlaskClient, alice: Tablet) -> None:
    nonce = alice.fresh_nonce(alice.id)
    for counter in (5, 1, RENEWED_FROM - 1):
        answer = ask(client, alice.headers("POST", PATH, BODY, nonce=f"{nonce}.{counter}"))
        assert answer.status_code == 200
        assert "Aigaq-Nonce" not in answer.headers
    for counter in (RENEWED_FROM, MOST_USES):
        answer = ask(client, alice.headers("POST", PATH, BODY, nonce=f"{nonce}.{counter}"))
        assert answer.headers["Aigaq-Nonce"] != nonce
    for counter in ("0", str(MOST_USES + 1), "-1", "1.1", "٣", "01x"):
        answer = ask(client, alice.headers("POST", PATH, BODY, nonce=f"{nonce}.{counter}"))
        assert answer.status_code == 401


def test_another_devices_nonce_is_worth_nothing(client: FlaskClient, alice: Tablet, bob: Tablet) -> None:
    nonce = bob.fresh_nonce(bob.id)
    assert ask(client, alice.headers("POST", PATH, BODY, nonce=f"{nonce}.1")).json["error"] == "nonce-needed"


def test_time_is_the_servers_and_the_tablets_clock_may_say_anything(
    world: World, client: FlaskClient, alice: Tablet
) -> None:
    nonce = alice.fresh_nonce(alice.id)
    early = alice.headers("POST", PATH, BODY, nonce=f"{nonce}.1")
    world.clock.pass_(minutes=6)
    answer = ask(client, alice.headers("POST", PATH, BODY, nonce=f"{nonce}.2"))
    assert (answer.status_code, "Aigaq-Nonce" in answer.headers) == (200, True)
    world.clock.pass_(seconds=LIFETIME.total_seconds() - 360)
    assert ask(client, early).json["error"] == "nonce-needed"
    # A tablet that believes it is 2016.
    fresh = alice.fresh_nonce(alice.id)
    world.clock.pass_(days=-3650)
    headers = alice.headers("POST", PATH, BODY, nonce=f"{fresh}.1")
    world.clock.pass_(days=3650)
    assert ask(client, headers).status_code == 200


def test_of_one_request_sent_to_several_processes_one_is_taken(world: World, alice: Tablet) -> None:
    headers = alice.headers("POST", PATH, BODY)

    def send(_number: int) -> int:
        with limited(world, Quota()) as other:
            return int(ask(other, headers).status_code)

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    assert answers == [200, 401, 401, 401]


def test_used_nonces_are_forgotten_when_they_are_worth_nothing(
    world: World, client: FlaskClient, alice: Tablet
) -> None:
    for _ in range(5):
        ask(client, alice.headers("POST", PATH, BODY))
    world.clock.pass_(minutes=20)
    ask(client, alice.headers("POST", PATH, BODY))
    with reading(world.engine.traffic._database) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM used_nonce").scalar() == 1


def test_a_stolen_upload_key_cannot_ask_without_end(world: World, alice: Tablet, bob: Tablet) -> None:
    world.clock.pass_(minutes=30)
    with limited(world, Quota(requests_per_hour=3, bytes_per_hour=0)) as client:
        codes = [ask(client, alice.headers("POST", PATH, BODY)).status_code for _ in range(3)]
        assert codes == [200, 200, 200]
        answer = ask(client, alice.headers("POST", PATH, BODY))
        assert (answer.status_code, answer.json["error"]) == (429, "rate-limited")
        assert answer.headers["Retry-After"] == "1800"
        assert ask(client, bob.headers("POST", PATH, BODY)).status_code == 200
        world.clock.pass_(minutes=31)
        assert ask(client, alice.headers("POST", PATH, BODY)).status_code == 200


def test_a_stolen_upload_key_cannot_fill_the_disk(world: World, alice: Tablet, bob: Tablet) -> None:
    with limited(world, Quota(bytes_stored=25_000)) as client:
        parts = [bytes([number]) * 10_000 for number in range(3)]
        assert [put_chunk(client, alice, part).status_code for part in parts] == [201, 201, 429]
        # What is there already costs nothing once more, and others are not held up.
        assert put_chunk(client, bob, parts[0]).status_code == 200
        assert put_chunk(client, bob, parts[2]).status_code == 201
        assert world.engine.media.held([sha256_hex(part) for part in parts]) == {
            sha256_hex(part) for part in parts
        }
        wrong = f"/sync/media/chunks/{sha256_hex(b'right')}"
        assert put_chunk(client, bob, b"wrong", path=wrong).status_code == 422
    assert world.engine.traffic.totals() == {alice.id: 20_000, bob.id: 10_000}
    with limited(world, Quota(bytes_per_hour=15_000)) as client:
        assert put_chunk(client, bob, b"x" * 10_000).status_code == 429


def test_what_was_erased_is_given_back_to_who_stored_it(
    world: World, client: FlaskClient, alice: Tablet, bob: Tablet, visit: str
) -> None:
    medium, key, chunks = alice.medium("audio", [b"a" * 700_000, b"b" * 700_000])
    keys = [alice.custody_key(medium, key)]
    for chunk in chunks:
        assert put_chunk(client, alice, chunk).status_code == 201
    deliver(client, alice, alice.envelope(visit, medium, keys=keys))
    full = world.engine.traffic.totals()[alice.id]
    assert full > sum(map(len, chunks))
    withdrawal = alice.document(
        "withdrawal", interview=None, use="recording", erases=[medium["_id"]], reason=""
    )
    deliver(client, alice, alice.envelope(visit, withdrawal))
    after = world.engine.traffic.totals()[alice.id]
    assert 0 < after < full - sum(map(len, chunks))
    # What is offered of it once more is not kept, and counts no more than a withdrawal's own envelope and JSON.
    deliver(client, alice, alice.envelope(visit, {**medium, "caption": "x" * 20_000}))
    assert world.engine.traffic.totals()[alice.id] < after + 5_000
    # What another tablet stored is still counted there.
    assert put_chunk(client, bob, b"x" * 1000).status_code == 201
    assert world.engine.traffic.totals()[bob.id] == 1000


def test_a_withdrawn_device_brings_in_what_it_holds_only_where_the_office_says_so(
    world: World, client: FlaskClient, alice: Tablet, visit: str
) -> None:
    token = post(client, "/sync/session/challenge", {"device": alice.id}).json["nonce"]
    body = {"device": alice.id, "nonce": token, "signature": alice.proof(token)}
    session = post(client, "/sync/session", body).json["token"]
    reading_headers = {"Authorization": f"Bearer {session}"}
    world.authorizer.revoke(alice.id)
    note = alice.envelope(visit, alice.document("note", text="x", place="", at="2026-05-12T09:00:00.000Z"))
    assert deliver(client, alice, note).json["error"] == "device-revoked"
    assert post(client, "/sync/changes", {"channels": {}}, reading_headers).json["error"] == "device-revoked"
    world.authorizer.revoke(alice.id, may_deliver=True)
    assert "receipt" in deliver(client, alice, note).json["receipts"][0]
    assert post(client, "/sync/changes", {"channels": {}}, reading_headers).json["error"] == "device-revoked"
    assert post(client, "/sync/session/challenge", {"device": alice.id}).json["error"] == "device-revoked"


def test_a_report_tells_how_the_tablet_stands_and_brings_a_newer_key_set(
    world: World, client: FlaskClient, alice: Tablet
) -> None:
    report = {
        "app_version": "3f9a",
        "keyset": 0,
        "waiting": {"documents": 2, "chunks": 1, "bytes": 1_049_000},
        "under": ["transport-1"],
        "clock_offset_ms": -1500,
    }

    def send(value: Any) -> Any:
        body = json.dumps(value).encode()
        return client.post("/sync/report", data=body, headers=alice.headers("POST", "/sync/report", body))

    assert send(report).json["keyset"] == world.engine.keys.keyset
    held = world.authorizer.reports[alice.id]
    assert (held.app_version, held.documents, held.chunks, held.bytes) == ("3f9a", 2, 1, 1_049_000)
    assert (held.under, held.clock_offset_ms) == (("transport-1",), -1500)
    assert send({**report, "keyset": 1}).json["keyset"] is None
    for odd in ({"keyset": "2", "waiting": [], "under": "x", "clock_offset_ms": True}, {"keyset": -1}, {}):
        assert send(odd).status_code == 200
        assert world.authorizer.reports[alice.id].keyset is None
    assert send([]).status_code == 400


def test_a_session_is_bound_to_what_the_tablet_said(world: World, client: FlaskClient, alice: Tablet) -> None:
    nonce = post(client, "/sync/session/challenge", {"device": alice.id}).json["nonce"]
    proof = alice.proof(nonce, {"keyset": 1})
    body = {"device": alice.id, "nonce": nonce, "signature": proof, "report": {"keyset": 2}}
    assert post(client, "/sync/session", body).json["error"] == "bad-signature"
    nonce = post(client, "/sync/session/challenge", {"device": alice.id}).json["nonce"]
    proof = alice.proof(nonce, {"keyset": 2})
    body = {"device": alice.id, "nonce": nonce, "signature": proof, "report": {"keyset": 2}}
    assert post(client, "/sync/session", body).status_code == 200
    assert world.authorizer.reports[alice.id].keyset == 2


def test_a_passing_write_leaves_the_next_one_durable(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.sqlite")
    with passing(database) as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")

    def refused() -> None:
        with passing(database) as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            raise NonceNeeded("rolled back")

    with pytest.raises(NonceNeeded):
        refused()
    with reading(database) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_world_built_again_reads_the_nonces_of_the_one_before(world: World, alice: Tablet) -> None:
    again = build(world.folder, clock=world.clock, authorizer=world.authorizer)
    flask = Flask(__name__)
    flask.register_blueprint(create_blueprint(again.engine))
    assert ask(flask.test_client(), alice.headers("POST", PATH, BODY)).status_code == 200
