"""Tables of closed days: durable, among the engine's own."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from sync.gateway.tables import durable

day = Table(
    "closed_day",
    durable,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("body", Text, nullable=False),  # RFC 8785, exactly as signed
    Column("signature", String(120), nullable=False),
    Column("token", LargeBinary),  # DER of an RFC 3161 answer over the body
    Column("authority", Text),  # address the token came from
)

day_receipt = Table(
    "closed_day_receipt",
    durable,
    Column("envelope", String(26), primary_key=True),
    Column("day", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Index("closed_day_receipt_by_day", "day", "position"),
)
