"""The requests of replicators, one by one: bodies, codes, waiting, and CouchDB's own sequence."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.parse
from typing import Any

import pytest

from sync.revisions import revision_id
from sync.wire import unb64
from tests import patience
from tests.patience import until
from tests.personas import DANA
from tests.replication.conftest import Gateway, basic


def with_history(document: dict[str, Any], *, parent: str | None = None) -> dict[str, Any]:
    rev = revision_id(parent, document)
    ids = [each.partition("-")[2] for each in (rev, parent) if each]
    return {**document, "_rev": rev, "_revisions": {"start": len(ids), "ids": ids}}


def test_errors_are_worded_as_couchdb_words_them(gateway: Gateway) -> None:
    known = gateway.ask("PUT", "/reference/facility:a", gateway.facility("a"))
    assert (known.status, known.json["ok"], known.headers["ETag"]) == (201, True, f'"{known.json["rev"]}"')
    cases: list[tuple[int, str, str, str, Any, str | None]] = [
        (401, "unauthorized", "GET", "/reference", None, None),
        (401, "unauthorized", "GET", "/reference", None, "nobody"),
        (403, "forbidden", "GET", "/office", None, "bob"),
        (404, "not_found", "GET", f"/{gateway.channel}", None, "charlie"),
        (404, "not_found", "GET", "/no-such-thing", None, "dana"),
        (404, "not_found", "GET", "/reference/facility:none", None, "dana"),
        (404, "not_found", "GET", "/reference/_local/none", None, "dana"),
        (405, "method_not_allowed", "POST", "/reference/facility:one", {}, "dana"),
        (409, "conflict", "PUT", "/reference/facility:a", gateway.facility("a", codes=["x"]), "dana"),
        (409, "conflict", "DELETE", "/reference/facility:a", None, "dana"),
        (412, "file_exists", "PUT", "/reference", None, "dana"),
        (403, "forbidden", "PUT", "/visit-01jv0000000000000000000009", None, "dana"),
        (403, "forbidden", "PUT", "/reference/_design/all", {}, "dana"),
        (403, "forbidden", "POST", "/reference/_purge", {}, "dana"),
        (403, "forbidden", "PUT", "/reference/facility:a/photo.jpg", b"x", "dana"),
        (400, "bad_request", "POST", "/reference/_bulk_docs", {}, "dana"),
        (400, "bad_request", "POST", "/reference/_bulk_docs", b"{", "dana"),
        (400, "bad_request", "POST", "/reference/_revs_diff", {"facility:a": ["x"]}, "dana"),
        (400, "query_parse_error", "GET", "/reference/_changes?limit=x", None, "dana"),
        (400, "bad_request", "GET", "/reference/_changes?filter=app/mine", None, "dana"),
        (400, "bad_request", "GET", "/reference/facility:a?rev=1", None, "dana"),
    ]
    for status, error, method, path, body, login in cases:
        answer = gateway.ask(method, path, body, login=login)
        assert (answer.status, answer.json["error"]) == (status, error), (method, path, answer.body)
        assert set(answer.json) == {"error", "reason"}
        assert answer.headers["Cache-Control"] == "no-store"
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    text = gateway.ask("POST", "/reference/_bulk_docs", b"{}", Content_Type="text/plain")
    assert (text.status, text.json["error"]) == (415, "bad_content_type")


def test_every_address_but_the_door_asks_who_is_there(gateway: Gateway) -> None:
    for path in ("/", "/_up", "/_session"):
        assert gateway.ask("GET", path, login=None).status == 200
    for path in ("/_all_dbs", "/reference/_all_docs", "/reference/_changes", "/reference/_revs_limit"):
        assert gateway.ask("GET", path, login=None).status == 401
    for path in ("/reference/_bulk_docs", "/reference/_bulk_get", "/reference/_ensure_full_commit"):
        assert gateway.ask("POST", path, {}, login=None).status == 401
    assert gateway.ask("GET", "/_all_dbs", login="charlie").json == ["reference"]
    assert gateway.ask("GET", "/_all_dbs", login="bob").json == ["reference", gateway.channel]
    assert "office" in gateway.ask("GET", "/_all_dbs", login="kim").json


def test_a_tablets_token_reads_and_keeps_checkpoints_and_writes_nothing_else(gateway: Gateway) -> None:
    sessions, tablet = gateway.world.engine.sessions, gateway.alice
    nonce = sessions.challenge(tablet.id)
    token = sessions.open(tablet.id, nonce, unb64(tablet.proof(nonce)), {}).token
    bearer = {"Authorization": f"Bearer {token}"}
    path = f"/{gateway.channel}"
    assert gateway.ask("GET", f"{path}/_changes", login=None, **bearer).status == 200
    assert gateway.ask("GET", "/office", login=None, **bearer).status == 403
    assert gateway.ask("PUT", f"{path}/_local/c", {"n": 1}, login=None, **bearer).status == 201
    note = with_history(gateway.alice.document("note", text="x"))
    answer = gateway.ask(
        "POST", f"{path}/_bulk_docs", {"docs": [note], "new_edits": False}, login=None, **bearer
    )
    assert answer.status == 201
    assert [row["error"] for row in answer.json] == ["forbidden"]
    assert gateway.ask("GET", path, login=None, Authorization="Bearer x").status == 401


def test_refused_rows_say_why(gateway: Gateway) -> None:
    def push(*docs: Any, login: str = "peer") -> list[dict[str, Any]]:
        answer = gateway.ask(
            "POST", f"/{gateway.channel}/_bulk_docs", {"docs": docs, "new_edits": False}, login=login
        )
        assert answer.status == 201
        return list(answer.json)

    note = gateway.alice.document("note", text="x")
    sound = with_history(note)
    forged = {**sound, "text": "forged"}
    rows = push(
        sound,
        {**sound, "_id": "note:att", "_attachments": {"a": {}}},
        {**sound, "_id": "_design/x"},
        {**sound, "_id": "note:2", "_future": 1},
        {**sound, "_rev": "1-x"},
        {"_id": "note:3", "type": "note"},
        {"_id": "note:4", "_rev": sound["_rev"], "_deleted": True},
        with_history({**note, "_id": "facility:misplaced", "type": "facility"}),
        17,
    )
    assert {row["id"]: row["error"] for row in rows} == {
        "note:att": "forbidden",
        "_design/x": "forbidden",
        "note:2": "doc_validation",
        note["_id"]: "bad_request",  # its revision id is none; the sound one is stored
        "note:3": "bad_request",
        "note:4": "forbidden",
        "facility:misplaced": "forbidden",
        None: "bad_request",
    }
    assert {row["id"]: row["reason"].partition(":")[0] for row in rows if row["id"] == "note:4"} == {
        "note:4": "deletes-evidence"
    }
    assert gateway.world.engine.read(gateway.channel, note["_id"]) == note
    (row,) = push(forged)
    assert (row["error"], row["reason"]) == ("forbidden", "this revision is here with another content")
    assert push(sound) == []


def test_an_erased_document_is_not_stored_again(gateway: Gateway) -> None:
    note = gateway.alice.document("note", text="взято обратно")
    gateway.world.bring(gateway.alice, gateway.channel, note)
    withdrawal = gateway.alice.document("withdrawal", erases=[note["_id"]], use="interview")
    gateway.world.bring(gateway.alice, gateway.channel, withdrawal)
    path = f"/{gateway.channel}/_bulk_docs"
    docs = [with_history({**note, "text": "ещё раз"})]
    (row,) = gateway.ask("POST", path, {"docs": docs, "new_edits": False}, login="peer").json
    assert (row["error"], row["reason"].partition(":")[0]) == ("forbidden", "erased")
    stub = gateway.world.engine.read(gateway.channel, note["_id"])
    assert stub is not None
    assert (stub["erased"], stub.get("text")) == (True, None)


def test_a_long_poll_answers_on_a_write(gateway: Gateway) -> None:
    since = gateway.ask("GET", "/reference").json["update_seq"]
    quoted = urllib.parse.quote(since)
    answers: list[Any] = []
    path = f"/reference/_changes?feed=longpoll&since={quoted}&timeout=60000"
    asking = threading.Thread(target=lambda: answers.append(gateway.ask("GET", path)))
    asking.start()
    gateway.world.engine.submit("reference", gateway.facility("late"), author=DANA)
    asking.join(patience.SECONDS)
    assert [row["id"] for row in answers[0].json["results"]] == ["facility:late"]
    over = gateway.ask("GET", "/reference/_changes?feed=longpoll&since=now&timeout=100")
    assert over.json["results"] == []


def test_a_continuous_feed_beats_tells_and_is_cut(gateway: Gateway) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=patience.SECONDS)
    path = "/sync/couch/reference/_changes?feed=continuous&since=now&heartbeat=100&style=all_docs"
    connection.request("GET", path, headers={"Authorization": basic("dana")})
    answer = connection.getresponse()
    assert answer.readline() == b"\n"
    gateway.world.engine.submit("reference", gateway.facility("told"), author=DANA)
    line = until(lambda: answer.readline().strip(), "the row")
    assert json.loads(line)["id"] == "facility:told"
    connection.close()
    ended = gateway.ask("GET", "/reference/_changes?feed=continuous&timeout=100")
    lines = [json.loads(line) for line in ended.body.split(b"\n") if line]
    assert [row["id"] for row in lines[:-1]] == ["facility:one", "facility:told"]
    assert "last_seq" in lines[-1]


def test_the_sequence_of_couchdbs_replicator_pulling(gateway: Gateway) -> None:
    notes = [gateway.alice.document("note", text=str(number)) for number in range(3)]
    gateway.world.bring(gateway.alice, gateway.channel, *notes)
    path, login = f"/{gateway.channel}", "bob"
    info = gateway.ask("GET", path, login=login).json
    assert {"update_seq", "instance_start_time"} <= set(info)
    assert gateway.ask("GET", f"{path}/_local/a1b2", login=login).status == 404
    feed = gateway.ask(
        "GET", f"{path}/_changes?feed=normal&style=all_docs&since=0&timeout=10000", login=login
    ).json
    wanted = [{"id": row["id"], "rev": row["changes"][0]["rev"], "atts_since": []} for row in feed["results"]]
    got = gateway.ask(
        "POST", f"{path}/_bulk_get?latest=true&revs=true&attachments=false", {"docs": wanted}, login=login,
        Accept="application/json",
    ).json  # fmt: skip
    assert [row["id"] for row in got["results"]] == [row["id"] for row in wanted]
    assert all("_revisions" in row["docs"][0]["ok"] for row in got["results"])
    one = wanted[-1]
    unknown = [] if gateway.behind_pouchdb else ["7-" + "a" * 32]
    revs = urllib.parse.quote(json.dumps([one["rev"], *unknown]))
    parts = gateway.ask(
        "GET", f"{path}/{one['id']}?revs=true&open_revs={revs}&latest=true", login=login, Accept="multipart/mixed"
    )  # fmt: skip
    boundary = parts.headers["Content-Type"].partition('boundary="')[2].rstrip('"')
    assert boundary
    bodies = parts.body.split(f"--{boundary}".encode())
    assert bodies[0] in (b"", b"\r\n")
    assert bodies[-1].strip() == b"--"
    assert json.loads(bodies[1].partition(b"\r\n\r\n")[2])["_rev"] == one["rev"]
    for rev, body in zip(unknown, bodies[2:], strict=False):
        assert b'error="true"' in body
        assert json.loads(body.partition(b"\r\n\r\n")[2]) == {"missing": rev}
    checkpoint = {"_id": "_local/a1b2", "history": [], "source_last_seq": feed["last_seq"]}
    written = gateway.ask("PUT", f"{path}/_local/a1b2", checkpoint, login=login)
    assert (written.status, written.json["id"]) == (201, "_local/a1b2")
    kept = gateway.ask("GET", f"{path}/_local/a1b2", login=login).json
    assert kept == {**checkpoint, "_rev": written.json["rev"]}
    assert gateway.ask("PUT", f"{path}/_local/a1b2", checkpoint, login=login).status == 409
    # CouchDB sends a place as a JSON string, and asks how much is left with limit=0.
    quoted = urllib.parse.quote(json.dumps(feed["last_seq"]))
    left = gateway.ask("GET", f"{path}/_changes?since={quoted}&limit=0", login=login).json
    assert left["results"] == []
    assert left.get("pending", 0) == 0


def test_the_sequence_of_couchdbs_replicator_pushing(gateway: Gateway) -> None:
    documents = [with_history(gateway.facility(f"p{number}")) for number in range(3)]
    asked = {document["_id"]: [document["_rev"]] for document in documents}
    diff = gateway.ask("POST", "/reference/_revs_diff", asked).json
    assert {id_: row["missing"] for id_, row in diff.items()} == asked
    pushed = gateway.ask(
        "POST", "/reference/_bulk_docs", {"docs": documents, "new_edits": False}, X_Couch_Full_Commit="false"
    )
    assert (pushed.status, pushed.json) == (201, [])
    commit = gateway.ask("POST", "/reference/_ensure_full_commit", {})
    assert commit.status == 201
    assert commit.json["instance_start_time"] == gateway.ask("GET", "/reference").json["instance_start_time"]
    assert gateway.ask("POST", "/reference/_revs_diff", asked).json == {}


def test_a_place_of_before_a_restore_means_from_the_start(gateway: Gateway) -> None:
    place = gateway.ask("GET", "/reference").json["update_seq"]
    before = gateway.ask("GET", "/reference").json["instance_start_time"]
    quoted = urllib.parse.quote(place)
    assert gateway.ask("GET", f"/reference/_changes?since={quoted}").json["results"] == []
    gateway.world.engine.documents.renew_epoch("reference")
    assert gateway.ask("GET", f"/reference/_changes?since={quoted}").json["results"] != []
    assert gateway.ask("GET", "/reference").json["instance_start_time"] != before


def test_plain_writes_follow_each_other(gateway: Gateway) -> None:
    first = gateway.ask("PUT", "/reference/facility:a", gateway.facility("a")).json
    changed = gateway.facility("a", codes=["АК-1"])
    rows = gateway.ask(
        "POST", "/reference/_bulk_docs",
        {"docs": [{**changed, "_rev": first["rev"]}, changed, gateway.facility("b"), gateway.facility("c", region=1)]},
    ).json  # fmt: skip
    assert [row.get("error") for row in rows] == [None, "conflict", None, "forbidden"]
    gone = gateway.ask("DELETE", f"/reference/facility:a?rev={rows[0]['rev']}")
    assert gone.status == 200
    answer = gateway.ask("GET", "/reference/facility:a")
    assert (answer.status, answer.json["reason"]) == (404, "deleted")
    assert gateway.ask("PUT", "/reference/facility:a", gateway.facility("a")).status == 201
    listed = gateway.ask("GET", "/reference/_all_docs?limit=2&include_docs=true").json
    assert [row["id"] for row in listed["rows"]] == ["facility:a", "facility:b"]
    assert listed["rows"][1]["doc"]["_rev"] == rows[2]["rev"]


@pytest.mark.parametrize("text", ["\\ud800", "\U0001f5d2"])
def test_one_lone_surrogate_fails_nobody(gateway: Gateway, text: str) -> None:
    document = json.dumps(gateway.facility("s")).replace("Единица", text).encode()
    body = b'{"docs":[' + document + b"]}"
    (row,) = gateway.ask("POST", "/reference/_bulk_docs", body).json
    assert row["ok"] is True
    stored = gateway.world.engine.read("reference", "facility:s")
    assert stored is not None
    assert json.dumps(stored, ensure_ascii=False).encode()
