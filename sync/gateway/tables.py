"""The engine's own durable tables: what is no projection and may not be dropped.

Owns the envelope archive, receipts, quarantine, content keys, who belongs to which visit, sessions,
erasures. No document bodies in the clear: those are in the document store, or sealed in the archive.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

durable = MetaData()

envelope = Table(  # append-only but for `sealed`, which an erasure empties
    "envelope",
    durable,
    Column("id", String(26), primary_key=True),
    Column("device", String(40), nullable=False, index=True),
    Column("key", String(60), nullable=False),  # transport key id
    Column("sealed", LargeBinary),
    Column("sealed_sha256", String(64), nullable=False),
    Column("signature", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("carrier", String(40), nullable=False),  # the device that delivered it
    Column("received_at", String(30), nullable=False),
    Column("channel", String(80), nullable=False),
    Column("document", String(200), nullable=False),
    Column("type", String(80), nullable=False),
    Column("revision", String(60), nullable=False),
    Index("envelope_by_document", "channel", "document"),
)

receipt = Table(
    "receipt",
    durable,
    Column("envelope", String(26), primary_key=True),
    Column("device", String(40), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("body", Text, nullable=False),  # RFC 8785, exactly as signed
    Column("signature", String(120), nullable=False),
    UniqueConstraint("device", "seq"),
)

quarantine = Table(
    "quarantine",
    durable,
    Column("envelope", String(26), primary_key=True),
    Column("channel", String(80), nullable=False, index=True),
    Column("document", String(200), nullable=False),
    Column("type", String(80), nullable=False),
    Column("device", String(40), nullable=False),
    Column("author", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("at", String(30), nullable=False),
    Column("released_at", String(30)),
)

quarantine_decision = Table(  # append-only; the last one of an envelope counts
    "quarantine_decision",
    durable,
    Column("serial", Integer, primary_key=True, autoincrement=True),
    Column("envelope", String(26), nullable=False, index=True),
    Column("decision", String(20), nullable=False),  # returned, kept, carried-on
    Column("note", Text, nullable=False),
    Column("fields", Text, nullable=False),  # names of the fields that break the schema, with spaces between
    Column("account", String(40)),  # null: it followed by itself
    Column("at", String(30), nullable=False),
)

content_key = Table(
    "content_key",
    durable,
    Column("channel", String(80), primary_key=True),
    Column("document", String(200), primary_key=True),
    Column("class", String(10), nullable=False),
    Column("material", LargeBinary),  # group: the key; custody: the stanza; null: destroyed
    Column("key_id", String(60)),
)

chunk = Table(  # which medium owns which chunk
    "medium_chunk",
    durable,
    Column("channel", String(80), primary_key=True),
    Column("document", String(200), primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
)

erased_chunk = Table(  # chunks that a tablet may still offer, and nobody takes any more
    "erased_chunk",
    durable,
    Column("sha256", String(64), primary_key=True),
)

erasure = Table(
    "erasure",
    durable,
    Column("channel", String(80), primary_key=True),
    Column("document", String(200), primary_key=True),
    Column("withdrawal", String(200), nullable=False),
    Column("requested_by", String(40), nullable=False),
    Column("at", String(30), nullable=False),
    Column("stub", Text),  # what stays of the document, with its revision; null: nothing had arrived
    Column("done", Boolean, nullable=False),
)

custody_release = Table(  # a sealed item's key under one-time words, for one account
    "custody_release",
    durable,
    Column("id", String(26), primary_key=True),
    Column("channel", String(80), nullable=False),
    Column("document", String(200), nullable=False),
    Column("account", String(40), nullable=False, index=True),
    Column("released_by", String(40), nullable=False),
    Column("box", Text),  # {kdf, nonce, ciphertext}; null: over, ended, or erased
    Column("ends_at", String(30), nullable=False),
)

notice = Table(  # what the changes stream tells beside documents, in order
    "notice",
    durable,
    Column("serial", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(80), nullable=False),
    Column("kind", String(10), nullable=False),  # key, erased
    Column("document", String(200), nullable=False),
    Index("notice_by_channel", "channel", "serial"),
)

visit_card = Table(  # what authorisation needs of a visit
    "visit_card",
    durable,
    Column("channel", String(80), primary_key=True),
    Column("leader", String(40), nullable=False),
    Column("group_id", String(80)),
    Column("status", String(20), nullable=False),
    Column("date_to", String(10), nullable=False),
)

membership = Table(
    "membership",
    durable,
    Column("channel", String(80), primary_key=True),
    Column("account", String(40), primary_key=True, index=True),
)

progress = Table(  # how far something has read the document store
    "gateway_progress",
    durable,
    Column("name", String(40), primary_key=True),
    Column("since", Text, nullable=False),
)

challenge = Table(
    "session_challenge",
    durable,
    Column("digest", String(64), primary_key=True),
    Column("device", String(40), nullable=False),
    Column("expires_at", String(30), nullable=False),
)

session = Table(
    "read_session",
    durable,
    Column("digest", String(64), primary_key=True),
    Column("device", String(40), nullable=False, index=True),
    Column("expires_at", String(30), nullable=False),
)

pack = (
    Table(  # prepared first syncs, of which a channel has one that is current and some that are being fetched
        "pack",
        durable,
        Column("id", String(32), primary_key=True),
        Column("channel", String(80), nullable=False, index=True),
        Column("epoch", String(32), nullable=False),
        Column("since", Text, nullable=False),  # the store's own sequence where the pack ends
        Column("erasures", Integer, nullable=False),  # the last `erased` notice when it was made
        Column("key", LargeBinary, nullable=False),
        Column("documents", Integer, nullable=False),
        Column("made_at", String(30), nullable=False),
        Column("replaced_at", String(30)),  # by a newer one; it is still served for a while
    )
)

pack_range = Table(
    "pack_range",
    durable,
    Column("sha256", String(64), primary_key=True),
    Column("pack", String(32), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("size", Integer, nullable=False),
)
