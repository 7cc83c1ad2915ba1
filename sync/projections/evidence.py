"""Tables `interview`, `medium`, `submission`. An erased one keeps no row but a medium's, which says so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from sync.projections import tables
from sync.projections.readings import Batch, Reading, count_of, list_of, living, replace, text_of


def project(connection: Connection, batch: Batch) -> None:
    """Bring in what changed in a visit channel."""
    for type_, table, row in (
        ("interview", tables.interview, _interview),
        ("medium", tables.medium, _medium),
        ("submission", tables.submission, _submission),
    ):
        readings = batch.of(type_)
        shown = [
            row(batch.channel, reading, doc)
            for reading, doc in living(readings)
            if type_ == "medium" or not reading.erased
        ]
        replace(connection, table, [reading.id for reading in readings], shown)


def _interview(channel: str, reading: Reading, doc: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": reading.id,
        "channel": channel,
        "handle": text_of(doc.get("handle"))[:20],
        "category": doc.get("category"),
        "day": doc.get("day"),
        "people": count_of(doc.get("people")) or 1,
        "child": doc.get("child") is not None,
    }


def _medium(channel: str, reading: Reading, doc: dict[str, Any]) -> dict[str, Any]:
    chunks = list_of(doc.get("chunks"))
    return {
        "id": reading.id,
        "channel": channel,
        "kind": text_of(doc.get("kind")),
        "class": text_of(doc.get("class")),
        "mime": text_of(doc.get("mime")),
        "state": text_of(doc.get("state")) or "complete",
        "bytes": count_of(doc.get("bytes")) or sum(count_of(chunk.get("size")) for chunk in chunks),
        "chunks": [] if reading.erased else chunks,
        "erased": reading.erased,
        "body": doc,
    }


def _submission(channel: str, reading: Reading, doc: dict[str, Any]) -> dict[str, Any]:
    progress = doc.get("progress") or {}
    return {
        "id": reading.id,
        "channel": channel,
        "form": text_of(doc.get("form")),
        "flags": list_of(doc.get("flags")),
        "answered": count_of(progress.get("answered")),
        "total": count_of(progress.get("total")),
        "complete": doc.get("complete") is True,
    }
