"""The addresses of `/sync/couch/…`: requests into calls, errors into CouchDB's words.

Owns which address is for whom: every one but the welcome, `_up` and `_session` asks who is there, and every
channel whether it is theirs. Whatever is not listed is refused: no path is passed on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sync.documents.contract import ReplicatedStore
from sync.engine import SyncEngine
from sync.errors import AigaqError
from sync.gateway.replication import answers
from sync.gateway.replication.access import Caller, Credentials, Doors
from sync.gateway.replication.answers import CouchError
from sync.gateway.replication.databases import Databases
from sync.gateway.replication.documents import Documents
from sync.gateway.replication.feeds import Feeds
from sync.gateway.replication.notes import Notes
from sync.gateway.replication.watch import Watch
from sync.gateway.replication.writes import Writes

_log = logging.getLogger(__name__)

Reading = Callable[[str], Response]
Writing = Callable[[str, Caller], Response]


def create_blueprint(engine: SyncEngine, credentials: Credentials) -> Blueprint:
    """`/sync/couch/…` over an engine whose document store keeps the `ReplicatedStore` contract."""
    front = Front(engine, credentials)
    blueprint = Blueprint("replication", __name__, url_prefix="/sync/couch")

    def add(rule: str, name: str, methods: str, view: Callable[..., ResponseReturnValue]) -> None:
        blueprint.add_url_rule(rule, name, view, methods=methods.split(), strict_slashes=False)

    add("/", "welcome", "GET", front.databases.welcome)
    add("/_up", "up", "GET", front.databases.up)
    add("/_session", "session", "GET", front.session)
    add("/_all_dbs", "all_dbs", "GET", front.all_dbs)
    reads: list[tuple[str, str, str, Reading]] = [
        ("", "info", "GET", front.databases.info),
        ("/_changes", "changes", "GET POST", front.feeds.answer),
        ("/_revs_diff", "revs_diff", "POST", front.documents.revs_diff),
        ("/_bulk_get", "bulk_get", "POST", front.documents.bulk_get),
        ("/_all_docs", "all_docs", "GET POST", front.documents.listing),
        ("/_ensure_full_commit", "committed", "POST", front.databases.committed),
        ("/_revs_limit", "revs_limit", "GET", front.databases.revs_limit),
    ]
    writes: list[tuple[str, str, str, Writing]] = [
        ("", "create", "POST", front.documents.create),
        ("/_bulk_docs", "bulk_docs", "POST", front.documents.bulk_docs),
        ("/_revs_limit", "set_revs_limit", "PUT", front.databases.set_revs_limit),
    ]
    for rule, name, methods, read in reads:
        add(f"/<channel>{rule}", name, methods, front.reading(read))
    for rule, name, methods, write in writes:
        add(f"/<channel>{rule}", name, methods, front.writing(write))
    add("/<channel>", "make", "PUT", front.make)
    add("/<channel>/_local/<path:path>", "note", "GET", front.note(front.notes.read))
    add("/<channel>/_local/<path:path>", "write_note", "PUT", front.note(front.notes.write))
    add("/<channel>/_local/<path:path>", "remove_note", "DELETE", front.note(front.notes.remove))
    add("/<channel>/<document_id>", "document", "GET", front.document)
    add("/<channel>/<document_id>", "write", "PUT", front.changing(front.documents.write))
    add("/<channel>/<document_id>", "remove", "DELETE", front.changing(front.documents.remove))
    add("/<channel>/<path:path>", "refused", "GET POST PUT DELETE", front.refused)
    blueprint.after_request(_no_store)
    blueprint.register_error_handler(Exception, _failure)
    return blueprint


class Front:
    """The rooms of this front, and who is let into them."""

    def __init__(self, engine: SyncEngine, credentials: Credentials) -> None:
        store = cast(ReplicatedStore, engine.documents)
        self.doors = Doors(engine, credentials)
        watch = Watch(store)
        self.databases = Databases(store, self.doors, engine.keys.root_fingerprint())
        self.feeds = Feeds(store, watch)
        self.notes = Notes(store)
        self.documents = Documents(engine, store, Writes(engine, store, self.doors, watch))

    def session(self) -> ResponseReturnValue:
        return self.databases.session(self.doors.known())

    def all_dbs(self) -> ResponseReturnValue:
        return self.databases.every(self.doors.caller())

    def make(self, channel: str) -> ResponseReturnValue:
        return self.databases.make(channel, self.doors.caller())

    def reading(self, view: Reading) -> Callable[[str], Response]:
        def read(channel: str) -> Response:
            self._enter(channel)
            return view(channel)

        return read

    def writing(self, view: Writing) -> Callable[[str], Response]:
        def write(channel: str) -> Response:
            return view(channel, self._enter(channel))

        return write

    def note(self, view: Callable[[str, str], Response]) -> Callable[[str, str], Response]:
        def keep(channel: str, path: str) -> Response:
            self._enter(channel)
            return view(channel, path)

        return keep

    def document(self, channel: str, document_id: str) -> ResponseReturnValue:
        self._enter(channel)
        _check_name(document_id)
        return self.documents.read(channel, document_id)

    def changing(self, view: Callable[[str, str, Caller], Response]) -> Callable[[str, str], Response]:
        def change(channel: str, document_id: str) -> Response:
            caller = self._enter(channel)
            _check_name(document_id)
            return view(channel, document_id, caller)

        return change

    def refused(self, channel: str, path: str) -> ResponseReturnValue:
        """Attachments, design documents, `_purge`, `_security` and whatever else a CouchDB may have."""
        self._enter(channel)
        if path.startswith("_") or "/" in path:
            raise CouchError(403, "forbidden", "this is not offered here")
        raise CouchError(405, "method_not_allowed", "Only GET, PUT and DELETE are allowed")

    def _enter(self, channel: str) -> Caller:
        caller = self.doors.caller()
        self.doors.check_read(caller, channel)
        return caller


def _check_name(document_id: str) -> None:
    if document_id.startswith("_"):
        raise CouchError(403, "forbidden", "this is not offered here")


def _no_store(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _failure(error: Exception) -> Any:
    if isinstance(error, CouchError):
        return answers.refusal(error.status, error.error, error.reason)
    if isinstance(error, AigaqError):
        if error.status >= 500:
            _log.error("%s: %s", error.code, error.message)
        return answers.refusal(*answers.words_of(error))
    if isinstance(error, HTTPException):
        if error.code is None or error.code < 400:
            return error
        return answers.of_status(error.code, error.description or "")
    _log.exception("unexpected")
    return answers.refusal(500, "internal_server_error", "the server could not do this now")
