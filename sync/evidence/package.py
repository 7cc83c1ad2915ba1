"""An evidence package: what a court, a prosecutor or an expert is given, as one ZIP file (docs/evidence.md).

Owns which files are in it and the signed manifest. It holds the envelopes as their authors signed them, each with
what opens it and nothing else; sealed items stay sealed. Written as a stream, so that hours of video fit.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, select

from sync.authorization import Authorizer
from sync.clock import Clock, timestamp
from sync.database import reading
from sync.evidence.days import Day, Days, Place
from sync.evidence.words import READ_ME
from sync.gateway import tables
from sync.gateway.keys import ServerKeys
from sync.gateway.media import MediaStore
from sync.wire import b64, canonical, parse_object

FORMAT = 1
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/avif": "avif"}


@dataclass(frozen=True)
class Order:
    """What somebody asks for. `documents`: only these of the visit, or None for all."""

    channel: str
    by: str  # account
    reason: str
    documents: frozenset[str] | None = None


@dataclass(frozen=True)
class Picture:
    """A group-class medium in the clear, for people who only want to look."""

    document: str
    mime: str
    data: bytes


@dataclass
class _Writer:
    """Files of the package and their hashes."""

    archive: zipfile.ZipFile
    pieces: _Pieces
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, path: str, data: bytes) -> Iterator[bytes]:
        # Ciphertext does not shrink; a stored entry is read by any tool, from any place in it.
        self.archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_STORED)
        if path != "manifest.json":
            self.listed[path] = {"sha256": sha256(data).hexdigest(), "size": len(data)}
        yield self.pieces.take()


class _Pieces:
    """A file that can only be written to, read off piece by piece."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        data = bytes(self._held)
        self._held.clear()
        return data


class Packages:
    """Makes packages. Who may have one is decided before it is asked."""

    def __init__(
        self,
        database: Engine,
        media: MediaStore,
        keys: ServerKeys,
        days: Days,
        authorizer: Authorizer,
        clock: Clock,
    ) -> None:
        self._database = database
        self._media = media
        self._keys = keys
        self._days = days
        self._authorizer = authorizer
        self._clock = clock

    def write(self, order: Order, pictures: Iterable[Picture] = ()) -> Iterator[bytes]:
        """The package's bytes, piece by piece."""
        pieces = _Pieces()
        with zipfile.ZipFile(pieces, "w", allowZip64=True) as archive:
            writer = _Writer(archive, pieces)
            yield from writer.put("README.txt", READ_ME.encode())
            yield from writer.put("keyset.json", canonical(self._keys.keyset))
            rows = self._rows(order)
            places = self._days.places([row.id for row in rows])
            chunks: dict[str, None] = {}
            for row in rows:
                entry, opened = self._entry(row, places.get(row.id))
                yield from writer.put(f"envelopes/{row.id}.json", canonical(entry))
                for chunk in _chunks(opened):
                    chunks[chunk] = None
            for sha in chunks:
                data = self._media.get(sha)
                if data is not None:
                    yield from writer.put(f"media/{sha}", data)
            shown = {}
            for number, picture in enumerate(pictures, 1):
                path = f"files/{number:03}.{_SUFFIXES.get(picture.mime, 'bin')}"
                shown[picture.document] = path
                yield from writer.put(path, picture.data)
            for day in self._span(places.values()):
                yield from writer.put(
                    f"days/{day.number}.json", canonical({"day": day.body, "signature": day.signature})
                )
                if day.token is not None:
                    yield from writer.put(f"days/{day.number}.tsr", day.token)
            yield from writer.put("manifest.json", self._manifest(order, rows, shown, writer.listed))
        yield pieces.take()

    def _rows(self, order: Order) -> list[Any]:
        archived = tables.envelope.c
        query = (
            select(
                tables.envelope, tables.receipt.c.body, tables.receipt.c.signature.label("receipt_signature")
            )
            .join(tables.receipt, tables.receipt.c.envelope == archived.id)
            .outerjoin(tables.quarantine, tables.quarantine.c.envelope == archived.id)
            .where(
                archived.channel == order.channel,
                tables.quarantine.c.envelope.is_(None) | tables.quarantine.c.released_at.isnot(None),
            )
            .order_by(archived.device, tables.receipt.c.seq)
        )
        with reading(self._database) as connection:
            rows = connection.execute(query).all()
        return [row for row in rows if order.documents is None or row.document in order.documents]

    def _entry(self, row: Any, place: Place | None) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """One envelope's file, and what is in the envelope where it is still held."""
        entry: dict[str, Any] = {
            "envelope": {"id": row.id, "key": row.key, "device": row.device, "signature": row.signature},
            "receipt": parse_object(row.body.encode()),
            "receipt_signature": row.receipt_signature,
            "place": place.wire() if place else None,
            "opening": None,
        }
        if row.sealed is None:
            # Withdrawn by the person it is about: hash, signature and receipt are what may stay.
            entry["envelope"]["erased"] = True
            return entry, None
        sealed = bytes(row.sealed)
        entry["envelope"]["sealed"] = b64(sealed)
        opening = self._keys.opening_of(row.key, row.id, sealed)
        if opening is None:
            return entry, None
        entry["opening"] = {"key": b64(opening[0]), "nonce": b64(opening[1])}
        return entry, parse_object(self._keys.open_envelope(row.key, row.id, sealed))

    def _span(self, places: Iterable[Place]) -> list[Day]:
        """Days from the first that is needed to the last, so that their chain is whole."""
        numbers = [place.day for place in places]
        if not numbers:
            return []
        return [day for day in self._days.all() if min(numbers) <= day.number <= max(numbers)]

    def _manifest(
        self, order: Order, rows: list[Any], shown: dict[str, str], files: dict[str, dict[str, Any]]
    ) -> bytes:
        key = self._keys.receipt_id
        devices = {id_: self._authorizer.device(id_) for id_ in sorted({row.device for row in rows})}
        body = {
            "format": FORMAT,
            "made_at": timestamp(self._clock.now()),
            "made_by": order.by,
            "reason": order.reason,
            "visit": order.channel,
            "whole": order.documents is None,
            "files": files,
            "shown": shown,
            "devices": {
                id_: {
                    "name": device.name,
                    "signing": b64(device.signing),
                    "account": device.account.id,
                    "person": device.account.name,
                }
                for id_, device in devices.items()
                if device is not None
            },
            "key": key,
        }
        return canonical({"manifest": body, "signature": self._keys.sign_manifest(canonical(body), key)})


def _chunks(opened: dict[str, Any] | None) -> list[str]:
    document = (opened or {}).get("document") or {}
    if document.get("type") != "medium":
        return []
    return [str(chunk["sha256"]) for chunk in document.get("chunks") or [] if isinstance(chunk, dict)]
