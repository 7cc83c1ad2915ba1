"""The read model: what office pages read instead of documents.

Owns the SQL tables that projections fill. Everything here can be dropped and rebuilt from the
document stores (invariant 1). JSON columns hold the merged reading's own field values; `body` is
the whole merged document. Dates are ISO strings, so that SQLite and PostgreSQL sort them alike.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Text

read_model = MetaData()

catalogue = Table(
    "catalogue",
    read_model,
    Column("name", String(40), primary_key=True),  # regions, themes, …
    Column("item", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("label", JSON, nullable=False),  # multi
    Column("body", JSON, nullable=False),
)

person = Table(
    "person",
    read_model,
    Column("id", String(40), primary_key=True),  # account ULID
    Column("name", String(200), nullable=False),
    Column("initial", String(4), nullable=False),
    Column("role", String(20), nullable=False),
    Column("group_id", String(80)),
    Column("active", Boolean, nullable=False),
)

facility = Table(
    "facility",
    read_model,
    Column("id", String(80), primary_key=True),  # facility:<slug>
    Column("name", JSON, nullable=False),  # multi
    Column("search", Text, nullable=False),  # names, aliases and codes as spelling.py folds them
    Column("facility_type", String(80), nullable=False, index=True),
    Column("region", String(80), nullable=False, index=True),
    Column("authority", String(80), nullable=False, index=True),
    Column("capacity", Integer),
    Column("opened", String(10)),
    Column("closed", String(10)),
    Column("body", JSON, nullable=False),
)

form = Table(
    "form",
    read_model,
    Column("id", String(80), primary_key=True),
    Column("title", JSON, nullable=False),
    Column("version", String(40), nullable=False),
    Column("questions", Integer, nullable=False),
    Column("rules", Integer, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("body", JSON, nullable=False),
)

library = Table(
    "library",
    read_model,
    Column("id", String(80), primary_key=True),
    Column("title", JSON, nullable=False),
    Column("short", JSON, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("text_lang", String(12), nullable=False),
    Column("articles", Integer, nullable=False),
    Column("body", JSON, nullable=False),
)

visit = Table(
    "visit",
    read_model,
    Column("channel", String(40), primary_key=True),  # visit-<ulid>
    Column("id", String(40), nullable=False),  # visit:<ULID>
    Column("facility", String(80), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("date_from", String(10), nullable=False, index=True),
    Column("date_to", String(10), nullable=False),
    Column("group_id", String(80)),
    Column("leader", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("unplanned", Boolean, nullable=False),
    Column("access", String(20)),  # full, partial, refused; null: nothing said yet
    Column("signed_off_at", String(30)),
    Column("report_status", String(20)),  # null: no report document yet
    Column("received_last", String(30)),  # server time of the newest item
    Column("version", Integer, nullable=False),  # grows with every change in the channel
    Column("body", JSON, nullable=False),
)

visit_member = Table(
    "visit_member",
    read_model,
    Column("channel", String(40), primary_key=True),
    Column("person", String(40), primary_key=True, index=True),
    Column("part", Text, nullable=False),
    Column("finished_at", String(30)),
    Column("no_tablet", Boolean, nullable=False),
)

item = Table(  # every document of every visit channel, merged
    "item",
    read_model,
    Column("channel", String(40), primary_key=True),
    Column("id", String(60), primary_key=True),
    Column("type", String(40), nullable=False, index=True),
    Column("class", String(10), nullable=False),
    Column("at", String(30), nullable=False),  # the device's word: shown, never used for order
    Column("created_by", String(40), nullable=False),
    Column("received_at", String(30)),  # null: written by the office
    Column("position", Integer, nullable=False, index=True),  # order of projection
    Column("rev", String(60), nullable=False),
    Column("conflicts", JSON, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("body", JSON, nullable=False),
)

finding = Table(
    "finding",
    read_model,
    Column("id", String(60), primary_key=True),
    Column("channel", String(40), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("theme", String(80)),
    Column("severity", String(20)),
    Column("status", String(20), nullable=False),
    Column("sources", JSON, nullable=False),
    Column("norms", JSON, nullable=False),
    Column("combined_into", String(60)),  # the finding that combines this one
    Column("body", JSON, nullable=False),
)

recommendation = Table(
    "recommendation",
    read_model,
    Column("id", String(60), primary_key=True),
    Column("channel", String(40), nullable=False, index=True),
    Column("facility", String(80), nullable=False, index=True),
    Column("number", Integer, nullable=False),  # from 1 within the visit
    Column("text", Text, nullable=False),
    Column("theme", String(80)),
    Column("addressee", String(80)),
    Column("addressee_name", Text, nullable=False),
    Column("issued_on", String(10), nullable=False),  # the visit's last day
    Column("deadline", String(10), index=True),
    Column("priority", String(20)),
    Column("repeats", String(60)),
    Column("status", String(20), nullable=False, index=True),  # open, implemented, partly, not, repeated
    Column("status_at", String(30)),
    Column("status_from", String(20)),  # verification, review, repeat; null while nobody said anything
    Column("replied_at", String(10)),
    Column("body", JSON, nullable=False),
)

recommendation_step = Table(  # everything said about a recommendation since it was issued
    "recommendation_step",
    read_model,
    Column("id", String(60), primary_key=True),  # the document that says it
    Column("recommendation", String(60), nullable=False, index=True),
    Column("channel", String(40), nullable=False),
    Column("kind", String(20), nullable=False),  # verification, review, reply, repeat
    Column("at", String(30), nullable=False),
    Column("by", String(40), nullable=False),
    Column("status", String(20)),  # what it says; of a reply: what it claims
    Column("text", Text, nullable=False),
)

report_decision = Table(  # the office's reviews of reports
    "report_decision",
    read_model,
    Column("id", String(60), primary_key=True),
    Column("channel", String(40), nullable=False, index=True),
    Column("decision", String(20), nullable=False),  # returned, approved
    Column("at", String(30), nullable=False),
)

reply = Table(
    "reply",
    read_model,
    Column("id", String(60), primary_key=True),
    Column("recommendation", String(60), nullable=False, index=True),
    Column("at", String(10), nullable=False),
    Column("sender", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("claims", String(20)),
)

interview = Table(
    "interview",
    read_model,
    Column("id", String(60), primary_key=True),
    Column("channel", String(40), nullable=False, index=True),
    Column("handle", String(20), nullable=False),
    Column("category", String(80)),
    Column("day", String(10)),
    Column("people", Integer, nullable=False),
    Column("child", Boolean, nullable=False),
)

medium = Table(
    "medium",
    read_model,
    Column("id", String(60), primary_key=True),
    Column("channel", String(40), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("class", String(10), nullable=False),
    Column("mime", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("chunks", JSON, nullable=False),  # [{sha256, size}]; how many are held is asked of the media store
    Column("erased", Boolean, nullable=False),
    Column("body", JSON, nullable=False),
)

submission = Table(
    "submission",
    read_model,
    Column("id", String(60), primary_key=True),
    Column("channel", String(40), nullable=False, index=True),
    Column("form", String(80), nullable=False),
    Column("flags", JSON, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
)

plan_item = Table(
    "plan_item",
    read_model,
    Column("year", Integer, primary_key=True),
    Column("facility", String(80), primary_key=True),
    Column("month", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("group_id", String(80)),
    Column("reasons", JSON, nullable=False),
)

checkpoint = Table(  # how far the projections have read each channel
    "projection_checkpoint",
    read_model,
    Column("channel", String(60), primary_key=True),
    Column("since", String(200), nullable=False),
    Column("position", Integer, nullable=False),
)
