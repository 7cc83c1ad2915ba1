"""What a tablet could not deliver, brought to the office as a file (docs/engine.md, `exportUndelivered`).

Owns the file's form and its way in: the same outbox and the same rules as if a tablet had delivered it. The file
proves itself: each envelope by its author's signature, each chunk by its hash. Who brings it need not be known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from sync.errors import BadRequest
from sync.gateway.content_keys import ContentKeys
from sync.gateway.media import CHUNK_BYTES, MediaStore
from sync.wire import is_sha256, parse_object, sha256_hex

MAGIC = b"AIGAQ-EXPORT-1\n"
RECEIPTS_MAGIC = "AIGAQ-RECEIPTS-1\n"
OFFICE = "office"  # the carrier that the archive names
_MOST_HEAD = 256 << 20
# As a tablet's requests: envelopes of one batch, and their sealed text.
_BATCH = 100
_BATCH_BYTES = 6 << 20

Deliver = Callable[[dict[str, Any]], list[dict[str, Any]]]


@dataclass(frozen=True)
class Arrived:
    """What became of a file: the answers in order, and how many chunks were new."""

    answers: tuple[dict[str, Any], ...]
    chunks: int

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """Receipts, those of quarantined envelopes among them."""
        return [answer for answer in self.answers if "receipt" in answer]

    @property
    def refused(self) -> list[dict[str, Any]]:
        """What could not be stored at all: it stays on its tablet."""
        return [answer for answer in self.answers if "receipt" not in answer]

    def receipts_file(self) -> bytes:
        """For the author's tablet (docs/engine.md, `importReceipts`)."""
        return (RECEIPTS_MAGIC + json.dumps({"receipts": self.receipts}) + "\n").encode()


def deliver_file(file: IO[bytes], deliver: Deliver, media: MediaStore, keys: ContentKeys) -> Arrived:
    """Take in a whole file; twice is once. `deliver` takes a batch as `POST /sync/outbox` does.

    Raises BadRequest where it is no export, or was cut: what came before the cut is taken in, and may come again.
    """
    head = _head(file)
    answers = [answer for batch in _batches(head["envelopes"]) for answer in deliver({"envelopes": batch})]
    chunks = 0
    for row in head["chunks"]:
        data = file.read(row["size"])
        if len(data) != row["size"] or sha256_hex(data) != row["sha256"]:
            raise BadRequest("the file is cut short or damaged")
        # What was erased meanwhile is not taken back.
        if keys.refused_chunks([row["sha256"]]):
            continue
        chunks += media.put(row["sha256"], data)
        if keys.refused_chunks([row["sha256"]]):
            media.delete(row["sha256"])
    return Arrived(tuple(answers), chunks)


def _head(file: IO[bytes]) -> dict[str, Any]:
    if file.read(len(MAGIC)) != MAGIC:
        raise BadRequest("this is no export of a tablet")
    line = file.readline(_MOST_HEAD)
    if not line.endswith(b"\n"):
        raise BadRequest("the file is cut short or damaged")
    head = parse_object(line)
    envelopes, chunks = head.get("envelopes"), head.get("chunks")
    if not isinstance(envelopes, list) or not isinstance(chunks, list) or not all(map(_is_chunk, chunks)):
        raise BadRequest("this is no export of a tablet")
    return head


def _is_chunk(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and is_sha256(row.get("sha256"))
        and type(row.get("size")) is int
        and 0 < row["size"] <= CHUNK_BYTES
    )


def _batches(envelopes: list[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    size = 0
    for envelope in envelopes:
        length = len(str(envelope.get("sealed", ""))) if isinstance(envelope, dict) else 0
        if batch and (len(batch) == _BATCH or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(envelope)
        size += length
    if batch:
        yield batch
