"""Channels on CouchDB: databases that share a prefix, their epochs, and which of them changed.

Owns database names, security objects and the two ways to follow all channels (`_db_updates`, or asking
each). Must not know documents. What only a server's administrator may do goes through `admin`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from sync.documents.contract import Updates
from sync.documents.couch_server import CouchServer
from sync.errors import BadRequest, NotFound, StoreFailed

# A local document does not replicate, and replication does not restore it: a restored copy gets a new one.
EPOCH = "aigaq-epoch"
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]*")
# `[chttpd] max_db_number_for_dbs_info_req`
_DATABASES_AT_ONCE = 100
# CouchDB's `_db_updates` runs some milliseconds behind a write; a busy one more than that.
_FEED_LAG_SECONDS = 10


class CouchChannels:
    def __init__(
        self, server: CouchServer, admin: CouchServer, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._server = server
        self._admin = admin
        self._now = now
        self._prefix = server.place.prefix
        self._has_feed = True
        # When this process last wrote where. Several readers follow the feed: each of them must be told.
        self._written: dict[str, float] = {}

    def database(self, channel: str) -> str:
        """The channel's database. Raises BadRequest for a name that CouchDB could not hold."""
        if not _CHANNEL.fullmatch(channel):
            raise BadRequest("a channel's name has small letters, digits, - and _ only")
        return self._prefix + channel

    def create(self, channel: str) -> bool:
        """Make the database with its security object and epoch, or what is missing of them; whether it was new."""
        # One shard: a channel is small, and one shard has one order of changes for every reader.
        answer = self._admin.put(self.database(channel), q=1, expect=(201, 412))
        if answer.status == 201 or self._read_epoch(channel) is None:
            self._complete(channel)
        if answer.status == 201:
            self.note_written(channel)
        return answer.status == 201

    def delete(self, channel: str) -> None:
        self._admin.delete(self.database(channel), expect=(200, 202, 404))
        self._written.pop(channel, None)

    def names(self) -> list[str]:
        """Channels that there are, in ASCII order."""
        start, end = json.dumps(self._prefix), json.dumps(self._prefix + "\uffff")
        databases = self._admin.get("_all_dbs", startkey=start, endkey=end).json()
        return sorted(name.removeprefix(self._prefix) for name in databases if name.startswith(self._prefix))

    def epoch(self, channel: str) -> str:
        """Raises NotFound."""
        epoch = self._read_epoch(channel)
        if epoch is None:
            # Made by a process that died on the way, or restored by replication.
            self._complete(channel)
            epoch = self._read_epoch(channel)
        if epoch is None:
            raise StoreFailed(f"{channel} does not keep its epoch")
        return epoch

    def renew_epoch(self, channel: str) -> str:
        """Raises NotFound."""
        for _ in range(10):
            found = self._local(channel)
            epoch = secrets.token_hex(8)
            body = {"epoch": epoch, **({"_rev": found["_rev"]} if found else {})}
            if self._put_epoch(channel, body):
                return epoch
        raise StoreFailed(f"the epoch of {channel} changes under our hands")

    def note_written(self, channel: str) -> None:
        """This process has changed the channel: for a while `updates` names it, whatever the feed knows."""
        self._written[channel] = self._now()

    def updates(self, since: str | None) -> Updates:
        """See `DocumentStore.updates`; a `since` of another way to follow, or of another store, is the start."""
        if not self._follows():
            return self._polled(since)
        told = self._followed(since)
        if told is None:
            return self.updates(since)
        written = self._lately_written() - told.deleted
        return Updates(told.changed | written, told.deleted, told.since)

    def _lately_written(self) -> frozenset[str]:
        first = self._now() - _FEED_LAG_SECONDS
        for channel, at in list(self._written.items()):
            if at < first:
                self._written.pop(channel, None)
        return frozenset(self._written)

    def _complete(self, channel: str) -> None:
        user = self._server.place.user
        if user is not None and user != self._admin.place.user:
            self._admin.put(self.database(channel), "_security", body=members(user), expect=(200,))
        self._put_epoch(channel, {"epoch": secrets.token_hex(8)})

    def _read_epoch(self, channel: str) -> str | None:
        found = self._local(channel)
        return None if found is None else str(found["epoch"])

    def _local(self, channel: str) -> Any:
        """The epoch's document, None where it is missing. Raises NotFound where the channel is."""
        answer = self._server.get(self.database(channel), "_local", EPOCH, expect=(200, 404, 403))
        if answer.status == 403:
            # Not a member: the maker has not come to the security object yet.
            return None
        if answer.status == 404:
            if answer.json().get("reason") in ("missing", "deleted"):
                return None
            raise NotFound(f"no channel {channel}")
        return answer.json()

    def _put_epoch(self, channel: str, body: dict[str, Any]) -> bool:
        """Whether it is ours that stands; another process may have been quicker."""
        answer = self._server.put(self.database(channel), "_local", EPOCH, body=body, expect=(201, 404, 409))
        if answer.status == 404:
            raise NotFound(f"no channel {channel}")
        return answer.status == 201

    def _follows(self) -> bool:
        return self._has_feed and self._admin.is_couchdb()

    def _followed(self, since: str | None) -> Updates | None:
        """What `_db_updates` tells; None where this server keeps no such feed for this account."""
        kind, _, place = (since or "").partition(":")
        start = place if kind == "feed" and place else "0"
        answer = self._admin.get("_db_updates", since=start, expect=(200, 400, 401, 403, 404, 500, 503))
        if answer.status != 200:
            # Without administrator's rights, or without the database `_global_changes`.
            self._has_feed = False
            return None
        told = answer.json()
        named = {
            row["db_name"].removeprefix(self._prefix): row["type"]
            for row in told["results"]
            if row["db_name"].startswith(self._prefix)
        }
        last = f"feed:{told['last_seq']}"
        present = set(self.names()) if since is None or start == "0" or "deleted" in named.values() else None
        if present is None:
            return Updates(frozenset(named), frozenset(), last)
        if start == "0":
            # The feed forgets old events; from the start, everything that is there has changed.
            gone = frozenset(named) - present if since else frozenset()
            return Updates(frozenset(present), gone, last)
        # The feed's events come out of order now and then: what is there decides.
        return Updates(frozenset(named) & present, frozenset(named) - present, last)

    def _polled(self, since: str | None) -> Updates:
        """Every channel's place now against the places that `since` remembers."""
        before = _unpack(since)
        now = self._places(self.names())
        changed = frozenset(name for name, place in now.items() if before.get(name) != place)
        return Updates(changed, frozenset(before.keys() - now.keys()), _pack(now))

    def _places(self, channels: Iterable[str]) -> dict[str, str]:
        """How far each channel is: its beginning and its last sequence."""
        names = list(channels)
        found: dict[str, str] = {}
        for start in range(0, len(names), _DATABASES_AT_ONCE):
            part = names[start : start + _DATABASES_AT_ONCE]
            if self._admin.is_couchdb():
                body = {"keys": [self.database(name) for name in part]}
                rows = [row.get("info") for row in self._admin.post("_dbs_info", body=body).json()]
            else:
                answers = [self._server.get(self.database(name), expect=(200, 404)) for name in part]
                rows = [answer.json() if answer.status == 200 else None for answer in answers]
            for row in rows:
                if row:
                    name = str(row["db_name"]).removeprefix(self._prefix)
                    sequence = str(row["update_seq"]).partition("-")[0]
                    found[name] = f"{row.get('instance_start_time', '')}.{sequence}"
        return found


def members(user: str) -> dict[str, dict[str, list[str]]]:
    """The security object of a database that only `user` and administrators may open."""
    return {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": [user], "roles": []}}


def _pack(places: dict[str, str]) -> str:
    text = json.dumps(places, sort_keys=True, separators=(",", ":")).encode()
    return "poll:" + base64.urlsafe_b64encode(zlib.compress(text)).decode()


def _unpack(since: str | None) -> dict[str, str]:
    kind, _, packed = (since or "").partition(":")
    if kind != "poll":
        return {}
    try:
        places = json.loads(zlib.decompress(base64.urlsafe_b64decode(packed)))
    except (ValueError, binascii.Error, zlib.error) as error:
        raise BadRequest("a sequence this store never gave") from error
    return places if isinstance(places, dict) else {}
