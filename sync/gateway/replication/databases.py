"""The server and its databases as replicators see them: `/`, `_up`, `_session`, `GET|PUT /<channel>`.

Owns what is said of a channel. `instance_start_time` stands for its epoch, so that a replicator begins anew
after a restore from a backup.
"""

from __future__ import annotations

from typing import Any

from flask import Response

from sync.documents.contract import ReplicatedStore
from sync.errors import Refused
from sync.gateway.replication import answers
from sync.gateway.replication.access import Caller, Doors
from sync.gateway.replication.answers import CouchError
from sync.gateway.replication.places import place
from sync.wire import sha256_hex

# The version of CouchDB whose replication endpoints these are, for clients that ask.
SPEAKS = "3.3.0"
_LIMIT_BODY = 16


class Databases:
    def __init__(self, documents: ReplicatedStore, doors: Doors, root: bytes) -> None:
        self._documents = documents
        self._doors = doors
        self._uuid = sha256_hex(b"aigaq/replication\n" + root)[:32]

    def welcome(self) -> Response:
        return answers.answer(
            {
                "couchdb": "Welcome",
                "version": SPEAKS,
                "uuid": self._uuid,
                "features": [],
                "vendor": {"name": "Aigaq"},
            }
        )

    def up(self) -> Response:
        self._documents.channels()  # Raises where the store does not answer.
        return answers.answer({"status": "ok"})

    def session(self, caller: Caller | None) -> Response:
        name = caller.account.id if caller else None
        roles = [caller.account.role, *(["replicator"] if caller.replicator else [])] if caller else []
        info: dict[str, Any] = {"authentication_handlers": ["default"]}
        if caller:
            info["authenticated"] = "default"
        return answers.answer({"ok": True, "userCtx": {"name": name, "roles": roles}, "info": info})

    def every(self, caller: Caller) -> Response:
        return answers.answer(self._doors.readable(caller))

    def info(self, channel: str) -> Response:
        epoch, summary = self._documents.epoch(channel), self._documents.summary(channel)
        return answers.answer(
            {
                "db_name": channel,
                "update_seq": place(summary.last_seq, epoch),
                "doc_count": summary.living,
                "doc_del_count": summary.deleted,
                "purge_seq": "0",
                "compact_running": False,
                "sizes": {"active": 0, "external": 0, "file": 0},
                "disk_format_version": 8,
                "props": {},
                "cluster": {"q": 1, "n": 1, "w": 1, "r": 1},
                "instance_start_time": self._started(channel),
            }
        )

    def make(self, channel: str, caller: Caller) -> Response:
        """`PUT /<channel>`: 412 where it is there, 403 where this caller may not make it."""
        try:
            self._doors.check_read(caller, channel)
            there = channel in self._documents.channels()
        except CouchError:
            there = False
        if there:
            raise CouchError(
                412, "file_exists", "The database could not be created, the file already exists."
            )
        self._doors.check_make(caller, channel)
        self._documents.create_channel(channel)
        return answers.answer({"ok": True}, 201)

    def committed(self, channel: str) -> Response:
        """`_ensure_full_commit`: every write is durable before it is answered."""
        return answers.answer({"ok": True, "instance_start_time": self._started(channel)}, 201)

    def revs_limit(self, channel: str) -> Response:
        return answers.answer(self._documents.revs_limit(channel))

    def set_revs_limit(self, channel: str, caller: Caller) -> Response:
        if not caller.replicator:
            raise Refused("You are not a replicator.")
        text = answers.body(_LIMIT_BODY)
        if not text.isdigit():
            raise CouchError(400, "bad_request", "`rev_limit` must be a positive integer")
        self._documents.set_revs_limit(channel, int(text))
        return answers.answer({"ok": True})

    def _started(self, channel: str) -> str:
        return str(int(sha256_hex(self._documents.epoch(channel).encode())[:13], 16))
