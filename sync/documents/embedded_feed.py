"""The embedded store's feeds: which documents changed, and what of a list is missing. By names only.

Works inside the caller's read transaction. Reads no body.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from sync.documents.contract import Feed, FeedRow, Gap, Summary
from sync.documents.embedded_tables import channel as channel_table
from sync.documents.embedded_tables import document, revision
from sync.errors import BadRequest
from sync.revisions import generation

_IDS_AT_ONCE = 500
_FIELDS = (document.c.seq, document.c.id, document.c.leaves, document.c.deleted)


def sequence(since: str | None) -> int:
    """The number of a place in the feed. Raises BadRequest for what is none."""
    if since is None or since == "":
        return 0
    if not since.isascii() or not since.isdigit() or len(since) > 18:
        raise BadRequest("a sequence this store never gave")
    return int(since)


def summary(connection: Connection, channel: str) -> Summary:
    columns = document.c
    query = select(columns.deleted, func.count()).where(columns.channel == channel).group_by(columns.deleted)
    counts = {bool(deleted): int(count) for deleted, count in connection.execute(query)}
    return Summary(counts.get(False, 0), counts.get(True, 0), str(_end(connection, channel)))


def page(connection: Connection, channel: str, since: str | None, limit: int) -> Feed:
    after = sequence(since)
    columns = document.c
    rows = connection.execute(
        select(*_FIELDS)
        .where(columns.channel == channel, columns.seq > after)
        .order_by(columns.seq)
        .limit(limit)
    ).all()
    last = rows[-1].seq if rows else after
    pending = 0 if len(rows) < limit else _count_after(connection, channel, last)
    return Feed(_rows(rows), str(last), pending)


def newest_first(connection: Connection, channel: str, limit: int) -> Feed:
    columns = document.c
    query = select(*_FIELDS).where(columns.channel == channel).order_by(columns.seq.desc()).limit(limit)
    rows = _rows(connection.execute(query).all())
    return Feed(rows, rows[-1].seq if rows else str(_end(connection, channel)), None)


def of_documents(
    connection: Connection,
    channel: str,
    since: str | None,
    limit: int,
    ids: Sequence[str],
    descending: bool,
) -> Feed:
    after = 0 if descending else sequence(since)
    columns = document.c
    found: list[Any] = []
    for chunk in _chunks(dict.fromkeys(ids)):
        here = (columns.channel == channel, columns.seq > after, columns.id.in_(chunk))
        found += connection.execute(select(*_FIELDS).where(*here)).all()
    found.sort(key=lambda row: int(row.seq), reverse=descending)
    rows = _rows(found[:limit])
    cut = len(found) > limit
    end = str(max(_end(connection, channel), after))
    return Feed(rows, rows[-1].seq if cut and rows else end, len(found) - len(rows))


def missing(connection: Connection, channel: str, revisions: Mapping[str, Sequence[str]]) -> dict[str, Gap]:
    columns = revision.c
    known: dict[str, dict[str, bool]] = defaultdict(dict)
    for chunk in _chunks(revisions):
        here = (columns.channel == channel, columns.id.in_(chunk))
        for id_, rev, leaf in connection.execute(select(columns.id, columns.rev, columns.leaf).where(*here)):
            known[id_][rev] = leaf
    gaps: dict[str, Gap] = {}
    for id_, revs in revisions.items():
        here_already = known.get(id_, {})
        absent = tuple(rev for rev in dict.fromkeys(revs) if rev not in here_already)
        if absent:
            highest = max(map(generation, absent))
            leaves = (rev for rev, leaf in here_already.items() if leaf and generation(rev) < highest)
            gaps[id_] = Gap(absent, tuple(leaves))
    return gaps


def _end(connection: Connection, channel: str) -> int:
    return int(connection.scalar(select(channel_table.c.seq).where(channel_table.c.name == channel)) or 0)


def _count_after(connection: Connection, channel: str, seq: int) -> int:
    columns = document.c
    query = select(func.count()).where(columns.channel == channel, columns.seq > seq)
    return int(connection.scalar(query) or 0)


def _rows(rows: Iterable[Any]) -> tuple[FeedRow, ...]:
    return tuple(
        FeedRow(str(seq), id_, tuple(leaves.split(" ")), deleted) for seq, id_, leaves, deleted in rows
    )


def _chunks(ids: Iterable[str]) -> Iterable[list[str]]:
    ordered = list(ids)
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]
