"""Packs: a channel's first sync, prepared once for every tablet (docs/protocol.md, section 5).

Owns the making of packs, which of them may still be served, and their end. A pack is the channel as it
was at one moment: blocks of rows, compressed, then encrypted in ranges under a key of its own, which only the
authenticated changes stream tells. Ranges lie in the media store by their hash.

    none ──asked for──► current ──tail has grown──► replaced ──an hour──► gone
                           └───────an erasure in the channel, a new epoch───┘

Invariant: nothing erased is served from a pack made before the erasure. Whether a pack stands is asked of
the erasures themselves each time, so that no forgotten call can leave an old one in use.
"""

from __future__ import annotations

import logging
import secrets
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from sync.clock import Clock, timestamp
from sync.database import drop_traces, reading, writing
from sync.documents.contract import DocumentStore
from sync.errors import AigaqError, BadRequest, NotFound, TooLarge
from sync.gateway import tables
from sync.gateway.media import CHUNK_BYTES, MediaStore, frame_nonce
from sync.gateway.rows import rows
from sync.wire import b64, sha256_hex

LEAST_DOCUMENTS = 500  # below this the stream is as quick
BLOCK_DOCUMENTS = 256  # what a tablet writes as one block of its log
RANGE_PLAIN_BYTES = 4 << 20
# A pack is renewed when more than this has changed since: the tail is rows that every new tablet reads singly.
TAIL_SHARE = 10
REPLACED_LIFETIME = timedelta(hours=1)
_LEVEL = 6

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pack:
    """What the stream says of a pack. `since` is the store's own sequence where it ends."""

    id: str
    since: str
    key: bytes
    documents: int
    ranges: tuple[tuple[str, int], ...]  # hash and size of each, in order

    def wire(self, since: str) -> dict[str, Any]:
        """As docs/protocol.md writes it; `since` is the token to go on from."""
        ranges = [{"sha256": sha256, "size": size} for sha256, size in self.ranges]
        return {"key": b64(self.key), "documents": self.documents, "ranges": ranges, "since": since}


def in_background(work: Callable[[], None]) -> None:
    """Run `work` beside the request that asked for it."""
    threading.Thread(target=work, daemon=True, name="packs").start()


class Packs:
    """Several processes may share them: two that make the same pack at once waste work and nothing else."""

    def __init__(
        self,
        documents: DocumentStore,
        database: Engine,
        media: MediaStore,
        clock: Clock,
        beside: Callable[[Callable[[], None]], None] = in_background,
    ) -> None:
        self._documents = documents
        self._database = database
        self._media = media
        self._clock = clock
        self._beside = beside
        self._making = threading.Lock()
        # After which erasure, and when, packs were last looked through: spares work, and is worth nothing else.
        self._swept: tuple[int, datetime] | None = None

    def offer(self, channel: str) -> Pack | None:
        """The pack that a tablet starts `channel` from; None where the stream serves as well. Raises NotFound.

        The first to ask waits for its making; later it is renewed beside the requests.
        """
        pack = self.current(channel)
        if pack is None:
            with self._making:
                pack = self.current(channel) or self.make(channel)
        elif self._tail_is_long(channel, pack):
            self._beside(lambda: self._renew(channel))
        return pack

    def current(self, channel: str) -> Pack | None:
        """The newest pack that still stands. Raises NotFound."""
        epoch, columns = self._documents.epoch(channel), tables.pack.c
        with reading(self._database) as connection:
            standing = (columns.epoch == epoch, columns.erasures == _erasures(connection, channel))
            query = select(tables.pack).where(
                columns.channel == channel, columns.replaced_at.is_(None), *standing
            )
            row = connection.execute(query.order_by(columns.made_at.desc()).limit(1)).one_or_none()
            if row is None or _erasing(connection, channel):
                return None
            found = tables.pack_range.c
            ranges = connection.execute(
                select(found.sha256, found.size).where(found.pack == row.id).order_by(found.position)
            ).all()
        return Pack(
            row.id,
            row.since,
            bytes(row.key),
            row.documents,
            tuple((each.sha256, each.size) for each in ranges),
        )

    def channel_of(self, sha256: str) -> str | None:
        """The channel whose standing pack has this range; None where no pack that may be served has it."""
        ranges, packs = tables.pack_range.c, tables.pack.c
        query = (
            select(tables.pack)
            .join(tables.pack_range, ranges.pack == packs.id)
            .where(ranges.sha256 == sha256)
        )
        with reading(self._database) as connection:
            row = connection.execute(query).one_or_none()
            if row is None or row.erasures != _erasures(connection, row.channel):
                return None
            if _erasing(connection, row.channel):
                return None
        try:
            return str(row.channel) if self._documents.epoch(row.channel) == row.epoch else None
        except NotFound:
            return None

    def read(self, sha256: str) -> bytes | None:
        """A range's ciphertext. Whoever asks has been told by `channel_of` that it may be served.

        None where the bytes are gone: its pack is given up then, so that the next tablet is offered a whole one.
        """
        data = self._media.get(sha256)
        if data is None:
            ranges = tables.pack_range.c
            with writing(self._database) as connection:
                torn = select(ranges.pack).where(ranges.sha256 == sha256)
                now = timestamp(self._clock.now())
                connection.execute(
                    update(tables.pack).where(tables.pack.c.id.in_(torn)).values(replaced_at=now)
                )
        return data

    def make(self, channel: str) -> Pack | None:
        """A fresh pack, durable and current on return; None where there is too little, or an erasure intervened."""
        epoch = self._documents.epoch(channel)
        with reading(self._database) as connection:
            erasures = _erasures(connection, channel)
            if _erasing(connection, channel):
                return None
        writer = _Writer(channel, self._media)
        try:
            blocks = _Blocks(self._documents, channel)
            for block in blocks:
                writer.add(block)
            if blocks.documents < LEAST_DOCUMENTS:
                return None
            ranges = writer.finish()
        except TooLarge:
            _log.warning("%s holds a document too large for a pack", channel)
            writer.discard()
            return None
        pack = Pack(secrets.token_hex(16), blocks.since, writer.key, blocks.documents, tuple(ranges))
        if not self._register(channel, epoch, erasures, pack):
            writer.discard()
            return None
        return pack

    def sweep_if_due(self) -> None:
        """`sweep`, where anything was erased since this process last looked, and every hour."""
        columns, now = tables.notice.c, self._clock.now()
        with reading(self._database) as connection:
            last = connection.scalar(select(func.max(columns.serial)).where(columns.kind == "erased")) or 0
        if self._swept is None or last != self._swept[0] or now - self._swept[1] > REPLACED_LIFETIME:
            self.sweep()
            self._swept = (last, now)

    def sweep(self) -> int:
        """End packs that may no longer be served, key and bytes; how many."""
        packs, ranges = tables.pack.c, tables.pack_range.c
        old = timestamp(self._clock.now() - REPLACED_LIFETIME)
        with reading(self._database) as connection:
            rows_ = connection.execute(
                select(packs.id, packs.channel, packs.epoch, packs.erasures, packs.replaced_at)
            ).all()
            erasures = {row.channel: _erasures(connection, row.channel) for row in rows_}
        over = [
            row.id
            for row in rows_
            if row.erasures != erasures[row.channel]
            or (row.replaced_at is not None and row.replaced_at < old)
            or row.epoch != self._epoch(row.channel)
        ]
        if not over:
            return 0
        with writing(self._database) as connection:
            hashes = list(connection.scalars(select(ranges.sha256).where(ranges.pack.in_(over))))
            connection.execute(delete(tables.pack_range).where(ranges.pack.in_(over)))
            connection.execute(delete(tables.pack).where(packs.id.in_(over)))
        for sha256 in hashes:
            self._media.delete(sha256)
        drop_traces(self._database)  # of the keys
        return len(over)

    def prepare(self, channel: str) -> None:
        """Make the channel's pack before anybody asks: after an import. Never fails: the stream serves as well."""
        with self._making:
            try:
                self.make(channel)
            except AigaqError:
                _log.exception("the pack of %s could not be made", channel)

    def _renew(self, channel: str) -> None:
        if not self._making.acquire(blocking=False):
            return
        try:
            self.make(channel)
            self.sweep()
        except Exception:
            # Beside the request that noticed it: there is nobody to tell, and the old pack still serves.
            _log.exception("the pack of %s could not be renewed", channel)
        finally:
            self._making.release()

    def _tail_is_long(self, channel: str, pack: Pack) -> bool:
        allowed = max(LEAST_DOCUMENTS, pack.documents // TAIL_SHARE)
        try:
            return self._documents.changes(channel, pack.since, allowed).more
        except BadRequest:
            return True

    def _register(self, channel: str, epoch: str, erasures: int, pack: Pack) -> bool:
        now, packs = timestamp(self._clock.now()), tables.pack.c
        with writing(self._database) as connection:
            if _erasures(connection, channel) != erasures or _erasing(connection, channel):
                return False
            others = (packs.channel == channel, packs.replaced_at.is_(None))
            connection.execute(update(tables.pack).where(*others).values(replaced_at=now))
            row = {"channel": channel, "epoch": epoch, "erasures": erasures, "made_at": now}
            connection.execute(
                insert(tables.pack).values(
                    id=pack.id,
                    since=pack.since,
                    key=pack.key,
                    documents=pack.documents,
                    replaced_at=None,
                    **row,
                )
            )
            connection.execute(
                insert(tables.pack_range),
                [
                    {"sha256": sha256, "pack": pack.id, "position": position, "size": size}
                    for position, (sha256, size) in enumerate(pack.ranges)
                ],
            )
        return True

    def _epoch(self, channel: str) -> str | None:
        try:
            return self._documents.epoch(channel)
        except NotFound:
            return None


class _Blocks:
    """The channel's rows in blocks: each one line, a JSON array. `since` and `documents` as far as it was read."""

    def __init__(self, documents: DocumentStore, channel: str) -> None:
        self._documents = documents
        self._channel = channel
        self.since = ""
        self.documents = 0

    def __iter__(self) -> Iterator[bytes]:
        since: str | None = None
        more = True
        while more:
            page = self._documents.changes(self._channel, since, BLOCK_DOCUMENTS)
            since, more = page.since, page.more
            self.documents += len(page.changes)
            block = b",".join(row for change in page.changes for row in rows(change))
            if block:
                yield b"[" + block + b"]\n"
        self.since = since or ""


class _Writer:
    """Blocks into ranges. Safety: the key is this pack's alone and a range's number is its nonce, used once."""

    def __init__(self, channel: str, media: MediaStore) -> None:
        self.key = AESGCM.generate_key(256)
        self._box = AESGCM(self.key)
        self._place = pack_place(channel)
        self._media = media
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._last: bytes | None = None  # held back: only the last range carries the flag
        self._ranges: list[tuple[str, int]] = []

    def add(self, block: bytes) -> None:
        """Raises TooLarge where a block does not fit into a range however it is cut."""
        self._waiting.append(block)
        self._bytes += len(block)
        if self._bytes >= RANGE_PLAIN_BYTES:
            self._close_range()

    def finish(self) -> list[tuple[str, int]]:
        self._close_range()
        if self._last is not None:
            self._put(self._last, last=True)
        return self._ranges

    def discard(self) -> None:
        for sha256, _ in self._ranges:
            self._media.delete(sha256)

    def _close_range(self) -> None:
        blocks, self._waiting, self._bytes = self._waiting, [], 0
        for packed in _compressed(blocks):
            if self._last is not None:
                self._put(self._last, last=False)
            self._last = packed

    def _put(self, packed: bytes, *, last: bool) -> None:
        sealed = self._box.encrypt(frame_nonce(len(self._ranges), last=last), packed, self._place)
        sha256 = sha256_hex(sealed)
        self._media.put(sha256, sealed)
        self._ranges.append((sha256, len(sealed)))


def _compressed(blocks: list[bytes]) -> Iterator[bytes]:
    """The blocks as gzip, in as many pieces as fit into ranges."""
    if not blocks:
        return
    packer = zlib.compressobj(level=_LEVEL, wbits=31)
    packed = b"".join([*(packer.compress(block) for block in blocks), packer.flush()])
    if len(packed) <= CHUNK_BYTES - 16:
        yield packed
    elif len(blocks) == 1:
        raise TooLarge("one block fills more than a range")
    else:
        half = len(blocks) // 2
        yield from _compressed(blocks[:half])
        yield from _compressed(blocks[half:])


def pack_place(channel: str) -> bytes:
    """The associated data of every range: a range of one channel does not open as another's."""
    return f"aigaq/pack/1\n{channel}".encode()


def _erasures(connection: Connection, channel: str) -> int:
    """The last erasure that was told in the channel."""
    columns = tables.notice.c
    query = select(func.max(columns.serial)).where(columns.channel == channel, columns.kind == "erased")
    return connection.scalar(query) or 0


def _erasing(connection: Connection, channel: str) -> bool:
    """Whether an erasure is written down and not yet done."""
    columns = tables.erasure.c
    query = select(columns.document).where(columns.channel == channel, ~columns.done).limit(1)
    return connection.scalar(query) is not None
