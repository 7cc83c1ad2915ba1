"""Changes for tablets: one stream over all channels of an account (docs/protocol.md, section 5).

Owns the lines, as bytes, and the `since` tokens. A token holds the channel's epoch, how many notices (keys, erasures)
were told, and the store's own sequence: a changed epoch or a token of another make starts from the beginning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select

from sync.authorization import Account
from sync.clock import Clock, timestamp
from sync.database import reading
from sync.documents.contract import Changes, DocumentStore
from sync.errors import BadRequest, NotFound
from sync.gateway import tables
from sync.gateway.channels import Channels
from sync.gateway.content_keys import ContentKeys
from sync.gateway.packs import Packs
from sync.gateway.quarantine import Quarantine
from sync.gateway.rows import rows

LONGEST_WAIT_MS = 25_000
PAGE = 200
_POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Question:
    """What a tablet knows, how long it waits for news, and whether it understands packs.

    `quarantine`: the digest of what it was last told of its own quarantined envelopes ("" for nothing yet); None where
    it does not ask.
    """

    channels: dict[str, str | None]
    wait_ms: int = 0
    packs: bool = False
    quarantine: str | None = None


@dataclass(frozen=True)
class Since:
    """How far a tablet has read a channel."""

    epoch: str
    notices: int = 0
    documents: str | None = None

    @classmethod
    def parse(cls, text: object, epoch: str) -> Since:
        """The token's meaning under today's epoch; the beginning where it has none."""
        parts = text.split("~") if isinstance(text, str) else []
        if len(parts) != 3 or parts[0] != epoch or not (parts[1].isascii() and parts[1].isdigit()):
            return cls(epoch)
        return cls(epoch, int(parts[1]), parts[2] or None)

    def __str__(self) -> str:
        return f"{self.epoch}~{self.notices}~{self.documents or ''}"


class ChangesStream:
    def __init__(
        self,
        documents: DocumentStore,
        database: Engine,
        channels: Channels,
        keys: ContentKeys,
        packs: Packs,
        clock: Clock,
        quarantine: Quarantine,
    ) -> None:
        self._quarantine = quarantine
        self._packs = packs
        self._documents = documents
        self._database = database
        self._channels = channels
        self._keys = keys
        self._clock = clock

    def lines(self, account: Account, body: dict[str, Any], *, device: str = "") -> Iterator[bytes]:
        """Everything new to this account, as lines of NDJSON without their ends; `device`: the tablet that asks.

        Raises BadRequest before the first of them.
        """
        question = parse_request(body)
        self._wait(account, question, device)
        return self._stream(account, question, device)

    def may_read(self, account: Account, channel: str) -> bool:
        """Whether the channel belongs on this person's tablet."""
        return channel in self._readable(account)

    def _stream(self, account: Account, question: Question, device: str) -> Iterator[bytes]:
        # First: before a visit that is gone is named, the tablet knows what of it goes back to its author.
        standing = self._standing(question, device)
        if standing is not None:
            yield _line(quarantine=standing)
        readable = self._readable(account)
        for channel in readable:
            try:
                yield from self._channel(channel, question)
            except NotFound:
                continue  # deleted at this moment: told with the next answer
        # Of a channel that is not known here nothing is said: after a restore it may be yet to come, and whoever
        # was told that it is gone would purge what nobody else has.
        for channel in question.channels:
            if channel not in readable and self._channels.card(channel) is not None:
                yield _line(gone=channel)
        yield _line(end=True, server_time=timestamp(self._clock.now()))

    def _readable(self, account: Account) -> list[str]:
        self._channels.catch_up()
        existing = set(self._documents.channels())
        visits = self._channels.for_tablet(account, self._clock.now().date())
        return [channel for channel in ("reference", *visits) if channel in existing]

    def _standing(self, question: Question, device: str) -> dict[str, Any] | None:
        """How the tablet's quarantined envelopes stand, where it asks and does not know."""
        if question.quarantine is None or not device:
            return None
        standing = self._quarantine.told(device)
        return None if standing["digest"] == question.quarantine else standing

    def _wait(self, account: Account, question: Question, device: str) -> None:
        """Return as soon as there is something to say, or the time is over."""
        deadline = self._clock.now() + timedelta(milliseconds=question.wait_ms)
        while (
            question.wait_ms
            and self._clock.now() < deadline
            and not self._has_news(account, question.channels)
            and self._standing(question, device) is None
        ):
            self._clock.sleep(_POLL_SECONDS)

    def _has_news(self, account: Account, known: dict[str, str | None]) -> bool:
        readable = self._readable(account)
        # A channel that is gone is no news: a tablet may go on naming it while it holds something undelivered.
        if not set(readable) <= set(known):
            return True
        for channel in readable:
            since = Since.parse(known[channel], self._documents.epoch(channel))
            if str(since) != known[channel] or self._notices(channel, since.notices):
                return True
            if self._documents.changes(channel, since.documents, limit=1).changes:
                return True
        return False

    def _channel(self, channel: str, question: Question) -> Iterator[bytes]:
        epoch = self._documents.epoch(channel)
        since = Since.parse(question.channels.get(channel), epoch)
        yield _line(channel=channel, epoch=epoch)
        # Notices first: no document is met before its key, or after it was erased.
        notices = self._notices(channel, since.notices)
        yield from self._notice_lines(channel, notices)
        told = notices[-1][0] if notices else since.notices
        pack = self._packs.offer(channel) if question.packs and since.documents is None else None
        if pack is not None:
            # Nothing more of this channel: the tablet fetches the pack in its own time and asks from there on.
            yield _line(pack=pack.wire(str(Since(epoch, told, pack.since))))
            return
        documents, more = since.documents, True
        while more:
            page = self._changes(channel, documents)
            for change in page.changes:
                yield from rows(change, str(Since(epoch, told, change.seq)))
            documents, more = page.since, page.more
            yield _line(since=str(Since(epoch, told, documents)))

    def _changes(self, channel: str, since: str | None) -> Changes:
        try:
            return self._documents.changes(channel, since, PAGE)
        except BadRequest:
            return self._documents.changes(channel, None, PAGE)

    def _notices(self, channel: str, since: int) -> list[tuple[int, str, str]]:
        columns = tables.notice.c
        query = (
            select(columns.serial, columns.kind, columns.document)
            .where(columns.channel == channel, columns.serial > since)
            .order_by(columns.serial)
        )
        with reading(self._database) as connection:
            return [(row.serial, row.kind, row.document) for row in connection.execute(query)]

    def _notice_lines(self, channel: str, notices: list[tuple[int, str, str]]) -> Iterator[bytes]:
        keys = self._keys.many(channel, [document for _, kind, document in notices if kind == "key"])
        for key in keys.values():
            if key.document_class == "group":
                yield _line(key=key.wire())
        erased = [document for _, kind, document in notices if kind == "erased"]
        if erased:
            yield _line(erased=erased)


def parse_request(body: dict[str, Any]) -> Question:
    """What is asked. Raises BadRequest."""
    channels, wait_ms, packs = body.get("channels", {}), body.get("wait_ms", 0), body.get("packs", False)
    if not isinstance(channels, dict) or len(channels) > 10_000:
        raise BadRequest("channels must be an object")
    if not all(since is None or isinstance(since, str) for since in channels.values()):
        raise BadRequest("since must be a string or null")
    if not isinstance(wait_ms, int) or isinstance(wait_ms, bool) or wait_ms < 0:
        raise BadRequest("wait_ms must be a number")
    if not isinstance(packs, bool):
        raise BadRequest("packs must be true or false")
    quarantine = body.get("quarantine")
    if quarantine is not None and not isinstance(quarantine, str):
        raise BadRequest("quarantine must be a string or null")
    return Question(dict(channels), min(wait_ms, LONGEST_WAIT_MS), packs, quarantine)


def _line(**members: Any) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
