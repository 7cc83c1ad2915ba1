"""After a restore from a backup: what was known of this server's state is void (docs/protocol.md, "Restores").

Owns the order. Every channel gets a new epoch, so that tablets read from the start and offer again what they
hold; what is derived from the documents is forgotten, because the backups of two databases need not be of one
moment; and everything that was ever erased is erased once more, because a backup may hold it again: what its
database knows of, and what the lists of erasures name that were kept beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, delete, select, update

from sync.database import writing
from sync.documents.contract import DocumentStore
from sync.gateway import tables
from sync.gateway.channels import Channels
from sync.gateway.erasure import Erasures
from sync.gateway.erasure_list import ErasureList
from sync.gateway.media import MediaStore


def declare_restored(
    documents: DocumentStore,
    database: Engine,
    media: MediaStore,
    channels: Channels,
    erasures: Erasures,
    lists: Sequence[ErasureList] = (),
) -> int:
    """Make the instance fit for tablets that have seen a later state of it; how many channels there are.

    `lists`: what was withdrawn since, as it was kept beside the backups. May be cut off and called again. The read model is the caller's to rebuild. Raises StoreFailed.
    """
    with writing(database) as connection:
        connection.execute(delete(tables.progress))
        connection.execute(update(tables.erasure).values(done=False))
        owned = select(tables.chunk.c.sha256)
        columns = tables.erased_chunk.c
        gone = list(connection.scalars(select(columns.sha256).where(columns.sha256.notin_(owned))))
    for sha256 in gone:
        media.delete(sha256)
    for listed in lists:
        erasures.replay(listed)
    erasures.complete()
    names = documents.channels()
    for channel in names:
        documents.renew_epoch(channel)
    channels.catch_up()
    return len(names)
