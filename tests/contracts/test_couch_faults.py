"""What CouchDB may answer beside "done", played by a small server of our own: only a cluster does it by itself."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sync.documents import couch_server
from sync.documents.contract import Incoming
from sync.documents.couch import CouchStore
from sync.documents.couch_channels import CouchChannels
from sync.documents.couch_server import CouchServer, Place
from sync.errors import BadRequest, NotFound, StoreFailed
from sync.revisions import revision_id

Reply = tuple[int, Any]
HANG = (-1, None)
RESET = (-2, None)


class FakeCouch:
    """Answers by method and path; `asked` keeps what was asked: method, path, body, account."""

    def __init__(self) -> None:
        self.replies: dict[tuple[str, str], list[Reply] | Callable[[Any], Reply]] = {
            ("GET", "/"): lambda _body: (200, {"couchdb": "Welcome", "version": "3.5.0"}),
        }
        self.asked: list[tuple[str, str, Any, str | None]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(length)
                body = json.loads(text) if text else None
                path = self.path.partition("?")[0]
                account = self.headers.get("Cookie", "").partition("AuthSession=")[2] or None
                fake.asked.append((self.command, self.path, body, account))
                if path == "/_session" and "username" in body and ("POST", path) not in fake.replies:
                    self.say(200, {"ok": True}, cookie=str(body["username"]))
                    return
                reply = fake.replies.get(
                    (self.command, path), (404, {"error": "not_found", "reason": "missing"})
                )
                if callable(reply):
                    status, told = reply(body)
                elif isinstance(reply, list):
                    status, told = reply.pop(0) if len(reply) > 1 else reply[0]
                else:
                    status, told = reply
                if (status, told) == HANG:
                    fake.released.wait(30)
                    return
                if (status, told) == RESET:
                    # SO_LINGER 0: the peer sees a reset, not an end.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                    self.connection.close()
                    self.close_connection = True
                    return
                login = path == "/_session" and status == 200
                self.say(status, told, cookie=(body.get("name") or body.get("username")) if login else None)

            def say(self, status: int, told: Any, *, cookie: str | None = None) -> None:
                data = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                if cookie:
                    self.send_header("Set-Cookie", f"AuthSession={cookie}; Version=1; Path=/; HttpOnly")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 (the base class wants these names)

            def log_message(self, *words: object) -> None:
                pass

        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    def paths(self, method: str) -> list[str]:
        return [path for verb, path, _, _ in self.asked if verb == method]

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def fake() -> Iterator[FakeCouch]:
    made = FakeCouch()
    made.replies["POST", "/t-one/_revs_diff"] = lambda body: (
        200,
        {id_: {"missing": revs} for id_, revs in body.items()},
    )
    yield made
    made.close()


@pytest.fixture
def store(fake: FakeCouch) -> Iterator[CouchStore]:
    made = CouchStore(f"couchdb+http://{fake.host}/t-")
    yield made
    made.close()


def note(text: str = "a") -> Incoming:
    document = {"_id": "note:1", "text": text}
    return Incoming(revision_id(None, document), document)


def test_a_write_without_a_quorum_is_not_acknowledged(fake: FakeCouch, store: CouchStore) -> None:
    fake.replies["POST", "/t-one/_bulk_docs"] = [(202, [])]
    with pytest.raises(StoreFailed, match="quorum"):
        store.put_revisions("one", [note()])


def test_refused_revisions_are_named_and_their_contents_are_not(fake: FakeCouch, store: CouchStore) -> None:
    row = {"id": "note:1", "rev": note().rev, "error": "forbidden", "reason": "no"}
    fake.replies["POST", "/t-one/_bulk_docs"] = [(201, [row])]
    with pytest.raises(StoreFailed, match=r"note:1 1-[0-9a-f]{32}: forbidden") as failed:
        store.put_revisions("one", [note("what nobody should read in a log")])
    assert "nobody should read" not in str(failed.value)


def test_a_broken_connection_is_tried_once_more(fake: FakeCouch, store: CouchStore) -> None:
    fake.replies["POST", "/t-one/_bulk_docs"] = [RESET, (201, [])]
    assert store.put_revisions("one", [note()]) == [True]
    fake.replies["POST", "/t-one/_bulk_docs"] = [RESET]
    with pytest.raises(StoreFailed, match="reached"):
        store.put_revisions("one", [note()])
    assert len([path for path in fake.paths("POST") if "_bulk_docs" in path]) == 4


def test_a_server_that_does_not_answer_fails_in_time(
    fake: FakeCouch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couch_server, "READ_SECONDS", 0.3)
    store = CouchStore(f"couchdb+http://{fake.host}/t-")
    fake.replies["POST", "/t-one/_bulk_docs"] = [HANG]
    with pytest.raises(StoreFailed, match="ReadTimeout"):
        store.put_revisions("one", [note()])
    # It may still be at it: asking twice would only add to its load.
    assert len([path for path in fake.paths("POST") if "_bulk_docs" in path]) == 1


def test_a_server_that_is_not_there_is_said_so(fake: FakeCouch) -> None:
    host = fake.host
    fake.close()
    with pytest.raises(StoreFailed, match="cannot be reached") as failed:
        CouchStore(f"couchdb+http://{host}/t-").channels()
    assert host not in str(failed.value)


def test_what_is_no_json_is_no_answer(fake: FakeCouch, store: CouchStore) -> None:
    fake.replies["GET", "/_all_dbs"] = [(200, b"<html>a proxy</html>")]
    with pytest.raises(StoreFailed, match="not JSON"):
        store.channels()


def test_another_body_under_a_known_revision_is_told_and_not_sent(
    fake: FakeCouch, store: CouchStore, caplog: pytest.LogCaptureFixture
) -> None:
    here = note()
    fake.replies["POST", "/t-one/_revs_diff"] = [(200, {})]
    stored = {
        "_id": "note:1",
        "_rev": here.rev,
        "text": "a",
        "_revisions": {"start": 1, "ids": [here.rev[2:]]},
    }
    fake.replies["POST", "/t-one/_bulk_get"] = [
        (200, {"results": [{"id": "note:1", "docs": [{"ok": stored}]}]})
    ]
    assert store.put_revisions("one", [here]) == [False]
    assert not caplog.records
    forged = Incoming(here.rev, {"_id": "note:1", "text": "forged"})
    assert store.put_revisions("one", [forged]) == [False]
    assert here.rev in caplog.text
    assert "forged" not in caplog.text
    assert not [path for path in fake.paths("POST") if "_bulk_docs" in path]


def test_a_purge_names_every_leaf_and_has_the_file_written_anew(fake: FakeCouch, store: CouchStore) -> None:
    leaves = [f"2-{letter * 32}" for letter in "ab"]
    rows = [{"id": "note:1", "seq": "7-x", "changes": [{"rev": rev} for rev in leaves]}]
    bodies = [
        {"ok": {"_id": "note:1", "_rev": rev, "_revisions": {"start": 2, "ids": [rev[2:], "c" * 32]}}}
        for rev in leaves
    ]
    fake.replies["POST", "/t-one/_changes"] = [(200, {"results": rows}), (200, {"results": []})]
    fake.replies["POST", "/t-one/_bulk_get"] = [(200, {"results": [{"id": "note:1", "docs": bodies}]})]
    fake.replies["POST", "/t-one/_purge"] = [(201, {"purged": {"note:1": leaves}})]
    fake.replies["POST", "/t-one/_compact"] = [(202, {"ok": True})]
    fake.replies["GET", "/t-one"] = [(200, {"compact_running": True}), (200, {"compact_running": False})]
    store.purge("one", "note:1")
    asked = [(path, body) for verb, path, body, _ in fake.asked if verb == "POST"]
    assert ("/t-one/_purge", {"note:1": sorted(leaves, reverse=True)}) in asked
    assert asked[-1][0] == "/t-one/_compact"
    assert fake.paths("GET").count("/t-one") == 2


def test_a_purge_without_a_quorum_is_not_done(fake: FakeCouch, store: CouchStore) -> None:
    rows = [{"id": "note:1", "seq": "7-x", "changes": [{"rev": "1-" + "a" * 32}]}]
    body = {"_id": "note:1", "_rev": "1-" + "a" * 32, "_revisions": {"start": 1, "ids": ["a" * 32]}}
    fake.replies["POST", "/t-one/_changes"] = [(200, {"results": rows})]
    fake.replies["POST", "/t-one/_bulk_get"] = [
        (200, {"results": [{"id": "note:1", "docs": [{"ok": body}]}]})
    ]
    fake.replies["POST", "/t-one/_purge"] = [(202, {})]
    with pytest.raises(StoreFailed, match="202"):
        store.purge("one", "note:1")


def test_the_administrator_makes_channels_and_the_service_account_is_their_only_member(
    fake: FakeCouch,
) -> None:
    store = CouchStore(f"couchdb+http://aigaq:p%40ss@{fake.host}/t-", admin="root:se:cret")
    fake.replies["PUT", "/t-one"] = [
        (201, {"ok": True}),
        (412, {"error": "file_exists", "reason": "is there"}),
    ]
    fake.replies["PUT", "/t-one/_security"] = [(200, {"ok": True})]
    fake.replies["PUT", "/t-one/_local/aigaq-epoch"] = [(201, {"ok": True, "rev": "0-1"})]
    assert store.create_channel("one") is True
    fake.replies["GET", "/t-one/_local/aigaq-epoch"] = [(200, {"epoch": "e", "_rev": "0-1"})]
    assert store.create_channel("one") is False
    logins = [body for _, path, body, _ in fake.asked if path == "/_session"]
    assert {"username": "root", "password": "se:cret"} in logins
    assert {"username": "aigaq", "password": "p@ss"} in logins
    by = {(verb, path.partition("?")[0]): (body, account) for verb, path, body, account in fake.asked}
    assert by["PUT", "/t-one"][1] == "root"
    security, account = by["PUT", "/t-one/_security"]
    assert account == "root"
    assert security["members"] == {"names": ["aigaq"], "roles": []}
    assert by["PUT", "/t-one/_local/aigaq-epoch"][1] == "aigaq"
    assert len([path for path in fake.paths("PUT") if path.endswith("_security")]) == 1
    assert "/t-one?q=1" in fake.paths("PUT")


def test_all_channels_are_followed_by_one_feed(fake: FakeCouch, store: CouchStore) -> None:
    fake.replies["GET", "/_all_dbs"] = [(200, ["_users", "other", "t-one", "t-two"])]
    fake.replies["GET", "/_db_updates"] = [(200, {"results": [], "last_seq": "5-aaa"})]
    start = store.updates()
    assert (start.changed, start.deleted) == (frozenset({"one", "two"}), frozenset())
    rows = [
        {"db_name": "t-one", "type": "updated", "seq": "6-b"},
        {"db_name": "t-gone", "type": "deleted", "seq": "7-b"},
        {"db_name": "other", "type": "updated", "seq": "8-b"},
    ]
    fake.replies["GET", "/_db_updates"] = [(200, {"results": rows, "last_seq": "8-b"})]
    later = store.updates(start.since)
    assert (later.changed, later.deleted) == (frozenset({"one"}), frozenset({"gone"}))
    assert "since=5-aaa" in fake.paths("GET")[-2]
    fake.replies["GET", "/_db_updates"] = [(200, {"results": [], "last_seq": "8-b"})]
    fake.replies["POST", "/t-two/_revs_diff"] = [(200, {"note:1": {"missing": [note().rev]}})]
    fake.replies["POST", "/t-two/_bulk_docs"] = [(201, [])]
    store.put_revisions("two", [note()])
    assert store.updates(later.since).changed == frozenset({"two"})


def test_what_this_process_wrote_is_named_to_everybody_who_follows(fake: FakeCouch) -> None:
    """CouchDB's feed runs some milliseconds behind; its place stays the same meanwhile."""
    fake.replies["GET", "/_all_dbs"] = [(200, ["t-one", "t-two"])]
    fake.replies["GET", "/_db_updates"] = [(200, {"results": [], "last_seq": "8-b"})]
    clock = [100.0]
    server = CouchServer(Place.parse(f"couchdb+http://{fake.host}/t-"))
    channels = CouchChannels(server, server, now=lambda: clock[0])
    since = channels.updates(None).since
    channels.note_written("two")
    for _reader in ("cards of visits", "read model", "open feeds"):
        told = channels.updates(since)
        assert (told.changed, told.since) == (frozenset({"two"}), since)
    clock[0] += 60
    assert channels.updates(since).changed == frozenset()
    server.close()


def test_without_that_feed_every_channel_is_asked(fake: FakeCouch, store: CouchStore) -> None:
    fake.replies["GET", "/_db_updates"] = [(403, {"error": "forbidden", "reason": "admins only"})]
    fake.replies["GET", "/_all_dbs"] = [(200, ["t-one", "t-two"])]

    def info(one: str) -> Reply:
        rows = [("t-one", one), ("t-two", "9-zz")]
        return 200, [{"key": name, "info": {"db_name": name, "update_seq": seq}} for name, seq in rows]

    fake.replies["POST", "/_dbs_info"] = [info("3-x"), info("3-y"), info("4-z")]
    start = store.updates()
    assert start.changed == frozenset({"one", "two"})
    # The same place has many names; its number counts.
    same = store.updates(start.since)
    assert (same.changed, same.since) == (frozenset(), start.since)
    assert store.updates(start.since).changed == frozenset({"one"})
    fake.replies["GET", "/_all_dbs"] = [(200, ["t-one"])]
    fake.replies["POST", "/_dbs_info"] = [(200, [info("4-z")[1][0]])]
    assert store.updates(start.since).deleted == frozenset({"two"})


def test_what_couchdb_would_refuse_never_reaches_it(fake: FakeCouch, store: CouchStore) -> None:
    for document in ({"_id": "_design/evil"}, {"_id": "note:1", "_hidden": 1}):
        with pytest.raises(BadRequest):
            store.put_revisions("one", [Incoming("1-" + "a" * 32, document)])
    with pytest.raises(BadRequest):
        store.create_channel("Capital/Slash")
    assert fake.asked == []


def test_a_channel_that_is_not_there_is_told_from_a_document_that_is_not(
    fake: FakeCouch, store: CouchStore
) -> None:
    fake.replies["POST", "/t-one/_changes"] = [
        (404, {"error": "not_found", "reason": "Database does not exist."})
    ]
    with pytest.raises(NotFound):
        store.changes("one")
    assert store.local("one", "nothing") is None


@pytest.mark.parametrize(
    "url", ["http://host/x", "couchdb+ftp://host/x", "couchdb+http:///x", "couchdb+http://host/Big"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"CouchDB|databases"):
        Place.parse(url)


def test_an_address_says_who_where_and_under_which_names() -> None:
    place = Place.parse("couchdb+https://aigaq:a%2Fb%3A@couch.example:6984/office-")
    assert place == Place("https://couch.example:6984", "office-", "aigaq", "a/b:")
    assert Place.parse("couchdb+http://host:5984").prefix == "aigaq-"
