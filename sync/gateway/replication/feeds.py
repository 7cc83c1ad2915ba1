"""`_changes`: normal, long-polling and continuous (docs/protocol.md, "Replication").

Owns the lines of the feed and when it ends. Reads names only; bodies are fetched where `include_docs` asks.

    normal      every row after `since`, then {"last_seq", "pending"}
    longpoll    the same as soon as there is a row, or nothing when the time is over
    continuous  a row a line, an empty line every `heartbeat`, {"last_seq"} when the time is over
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from sync.documents.contract import Feed, FeedRow, Listing, ReplicatedStore
from sync.errors import BadRequest, NotFound
from sync.gateway.replication import answers
from sync.gateway.replication.answers import CouchError
from sync.gateway.replication.places import NOW, parse_since, place
from sync.gateway.replication.watch import Watch

PAGE = 1000
DEFAULT_TIMEOUT_MS = 60_000
DEFAULT_HEARTBEAT_MS = 60_000
LEAST_HEARTBEAT_MS = 100
MOST_IDS = 10_000
_BODY = 4 << 20


@dataclass(frozen=True)
class Asked:
    """What a feed is asked for."""

    channel: str
    epoch: str
    feed: str
    since: str | None
    limit: int | None
    all_leaves: bool
    descending: bool
    include_docs: bool
    ids: tuple[str, ...] | None
    seq_interval: int
    timeout: float
    heartbeat: float | None


class Feeds:
    def __init__(self, documents: ReplicatedStore, watch: Watch) -> None:
        self._documents = documents
        self._watch = watch

    def answer(self, channel: str) -> Response:
        """The feed that this request asks for."""
        asked = self._asked(channel)
        first = self._page(asked, asked.since, asked.limit)
        if asked.feed == "normal" or (asked.feed == "longpoll" and (first.rows or asked.limit == 0)):
            return answers.raw(self._normal(asked, first, asked.limit))
        # Counted here and not in the generator: a refusal must come before the answer begins, and a
        # generator that nobody ever starts would not leave.
        leave = self._watch.enter()
        lines = self._longpoll(asked) if asked.feed == "longpoll" else self._continuous(asked)
        response = answers.raw(lines)
        response.call_on_close(leave)
        return response

    def _asked(self, channel: str) -> Asked:
        feed = request.args.get("feed", "normal")
        if feed not in ("normal", "longpoll", "continuous"):
            raise CouchError(400, "bad_request", "Supported `feed` types: normal, continuous, longpoll")
        style = request.args.get("style", "main_only")
        if style not in ("main_only", "all_docs"):
            raise CouchError(400, "bad_request", "Supported `style` types: main_only, all_docs")
        epoch = self._documents.epoch(channel)
        since = parse_since(request.args.get("since", request.headers.get("Last-Event-ID")), epoch)
        if since == NOW:
            since = self._documents.summary(channel).last_seq
        return Asked(
            channel=channel,
            epoch=epoch,
            feed=feed,
            since=since,
            limit=answers.number("limit", 0) if "limit" in request.args else None,
            all_leaves=style == "all_docs",
            descending=answers.flag("descending"),
            include_docs=answers.flag("include_docs"),
            ids=_ids(),
            seq_interval=max(1, answers.number("seq_interval", 1)),
            timeout=min(answers.number("timeout", DEFAULT_TIMEOUT_MS), DEFAULT_TIMEOUT_MS) / 1000,
            heartbeat=_heartbeat(),
        )

    def _page(self, asked: Asked, since: str | None, left: int | None) -> Feed:
        limit = PAGE if left is None else min(PAGE, left)
        try:
            return self._documents.feed(
                asked.channel, since, limit, ids=asked.ids, descending=asked.descending
            )
        except BadRequest:  # A place that this store never gave: from the start.
            return self._documents.feed(
                asked.channel, None, limit, ids=asked.ids, descending=asked.descending
            )

    def _pages(self, asked: Asked, page: Feed, left: int | None) -> Iterator[Feed]:
        """All pages from this one on, at most `left` rows."""
        while True:
            yield page
            if left is not None:
                left -= len(page.rows)
            # A page that was not full was the last; backwards and by ids there is only one.
            if len(page.rows) < PAGE or left == 0 or asked.descending or asked.ids is not None:
                return
            page = self._page(asked, page.last_seq, left)

    def _normal(self, asked: Asked, first: Feed, left: int | None) -> Iterator[bytes]:
        yield b'{"results":[\n'
        last, separator = first, b""
        for last in self._pages(asked, first, left):
            if last.rows:
                yield separator + b",\n".join(self._lines(asked, last.rows))
                separator = b",\n"
        yield b"\n]," + _tail(asked, last) + b"}\n"

    def _longpoll(self, asked: Asked) -> Iterator[bytes]:
        ends = time.monotonic() + asked.timeout
        page = Feed((), asked.since or "0", 0)
        try:
            while not page.rows:
                count = self._watch.count(asked.channel)
                page = self._page(asked, asked.since, asked.limit)
                left = asked.heartbeat if asked.heartbeat is not None else ends - time.monotonic()
                if page.rows or left <= 0:
                    break
                if not self._watch.wait(asked.channel, count, left) and asked.heartbeat is not None:
                    yield b"\n"
        except NotFound:  # The channel was deleted meanwhile.
            pass
        yield from self._normal(asked, page, asked.limit)

    def _continuous(self, asked: Asked) -> Iterator[bytes]:
        left, since = asked.limit, asked.since
        page = Feed((), since or "0", None)
        ends = time.monotonic() + asked.timeout
        try:
            while left != 0:
                count = self._watch.count(asked.channel)
                for page in self._pages(asked, self._page(asked, since, left), left):
                    left = None if left is None else left - len(page.rows)
                    for line in self._lines(asked, page.rows):
                        yield line + b"\n"
                    if page.rows:
                        ends = time.monotonic() + asked.timeout
                since = page.last_seq
                span = asked.heartbeat if asked.heartbeat is not None else ends - time.monotonic()
                if span <= 0:
                    break
                if left != 0 and not self._watch.wait(asked.channel, count, span) and asked.heartbeat:
                    yield b"\n"
        except NotFound:  # The channel was deleted meanwhile.
            pass
        yield b"{" + _tail(asked, page) + b"}\n"

    def _lines(self, asked: Asked, rows: Sequence[FeedRow]) -> Iterator[bytes]:
        docs = self._bodies(asked.channel, rows) if asked.include_docs and rows else {}
        for index, row in enumerate(rows):
            yield self._line(asked, row, index, docs.get(row.id))

    def _line(self, asked: Asked, row: FeedRow, index: int, doc: bytes | None) -> bytes:
        told = asked.feed == "continuous" or (index + 1) % asked.seq_interval == 0
        line: dict[str, Any] = {
            "seq": place(row.seq, asked.epoch) if told else None,
            "id": row.id,
            "changes": [{"rev": rev} for rev in (row.revs if asked.all_leaves else row.revs[:1])],
        }
        if row.deleted:
            line["deleted"] = True
        text = answers.dumps(line)
        if not asked.include_docs:
            return text
        if doc is None:
            doc = answers.dumps({"_id": row.id, "_rev": row.revs[0], "_deleted": True})
        return text[:-1] + b',"doc":' + doc + b"}"

    def _bodies(self, channel: str, rows: Sequence[FeedRow]) -> dict[str, bytes]:
        asked = Listing(ids=tuple(row.id for row in rows), bodies=True)
        return {row.id: row.json for row in self._documents.listing(channel, asked) if row.json is not None}


def _tail(asked: Asked, page: Feed) -> bytes:
    tail: dict[str, Any] = {"last_seq": place(page.last_seq, asked.epoch)}
    if page.pending is not None:
        tail["pending"] = page.pending
    return answers.dumps(tail)[1:-1]


def _heartbeat() -> float | None:
    """Seconds between signs of life; None: none, and the feed ends when the time is over."""
    value = request.args.get("heartbeat")
    if value is None or value == "false":
        return None
    if value == "true":
        return DEFAULT_HEARTBEAT_MS / 1000
    return max(LEAST_HEARTBEAT_MS, min(answers.number("heartbeat", 0), DEFAULT_HEARTBEAT_MS)) / 1000


def _ids() -> tuple[str, ...] | None:
    """Documents the feed is limited to; None: all. Raises CouchError for filters we have not."""
    body = answers.json_body(_BODY) if request.method == "POST" and request.content_length else {}
    wanted = request.args.get("filter")
    if wanted not in (None, "_doc_ids"):
        raise CouchError(400, "bad_request", "filters are not offered: a channel is what one may have whole")
    if wanted is None:
        return None
    ids = body.get("doc_ids", answers.json_argument("doc_ids"))
    if not isinstance(ids, list) or len(ids) > MOST_IDS or not all(isinstance(id_, str) for id_ in ids):
        raise CouchError(400, "bad_request", "`doc_ids` filter parameter is not a list of strings.")
    return tuple(ids)
