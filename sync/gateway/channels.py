"""Which channels there are for whom: cards and members of visits, kept beside the documents.

Owns `visit_card` and `membership`, derived from `visit` documents whoever wrote them, so that asking
"may this account?" does not read a channel. Knows no envelope.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine, delete, insert, select

from sync.authorization import Account, VisitCard, on_tablet
from sync.database import reading, writing
from sync.documents.contract import DocumentStore
from sync.gateway import tables
from sync.revisions import merge
from sync.wire import is_ulid

PROGRESS = "channels"


def visit_id(channel: str) -> str | None:
    """The id of the channel's one `visit` document; None where the name is no visit channel's."""
    ulid = channel.removeprefix("visit-").upper()
    return f"visit:{ulid}" if is_ulid(ulid) and channel == f"visit-{ulid.lower()}" else None


class Channels:
    """Cards of all visits. `catch_up` follows the store; every answer is as of the last call of it."""

    def __init__(self, documents: DocumentStore, database: Engine) -> None:
        self._documents = documents
        self._database = database

    def catch_up(self) -> set[str]:
        """Read the visits of channels that changed; the names of those channels."""
        with reading(self._database) as connection:
            query = select(tables.progress.c.since).where(tables.progress.c.name == PROGRESS)
            since = connection.scalar(query)
        updates = self._documents.updates(since)
        if since == updates.since and not updates.changed:
            return set()
        changed = {channel for channel in updates.changed if visit_id(channel)}
        with writing(self._database) as connection:
            for channel in sorted(changed):
                self._note(connection, channel)
            for channel in updates.deleted:
                _forget(connection, channel)
            connection.execute(delete(tables.progress).where(tables.progress.c.name == PROGRESS))
            connection.execute(insert(tables.progress).values(name=PROGRESS, since=updates.since))
        return changed

    def card(self, channel: str) -> VisitCard | None:
        """The visit's card; None where its `visit` document is not here."""
        with reading(self._database) as connection:
            return _cards(connection, [channel]).get(channel)

    def for_tablet(self, account: Account, today: date) -> list[str]:
        """Channels of visits that belong on this person's tablet, oldest first."""
        member = tables.membership.c
        with reading(self._database) as connection:
            names = connection.scalars(select(member.channel).where(member.account == account.id))
            cards = _cards(connection, list(names))
        return sorted(channel for channel, card in cards.items() if on_tablet(account, card, today))

    def _note(self, connection: Connection, channel: str) -> None:
        document = visit_id(channel)
        merged = merge(self._documents.leaves(channel, document)) if document else None
        _forget(connection, channel)
        if merged is None:
            return
        card = VisitCard.of(channel, merged.doc)
        connection.execute(
            insert(tables.visit_card).values(
                channel=channel,
                leader=card.leader,
                group_id=card.group,
                status=card.status,
                date_to=card.date_to,
            )
        )
        members = [{"channel": channel, "account": account} for account in sorted(card.members)]
        if members:
            connection.execute(insert(tables.membership), members)


def _forget(connection: Connection, channel: str) -> None:
    for table in (tables.visit_card, tables.membership):
        connection.execute(delete(table).where(table.c.channel == channel))


def _cards(connection: Connection, channels: list[str]) -> dict[str, VisitCard]:
    cards = connection.execute(
        select(tables.visit_card).where(tables.visit_card.c.channel.in_(channels))
    ).all()
    members: dict[str, set[str]] = {}
    for row in connection.execute(select(tables.membership).where(tables.membership.c.channel.in_(channels))):
        members.setdefault(row.channel, set()).add(row.account)
    return {
        row.channel: VisitCard(
            row.channel,
            row.leader,
            frozenset(members.get(row.channel, ())),
            row.group_id,
            row.status,
            row.date_to,
        )
        for row in cards
    }
