"""Table `finding`: a channel's findings, with what has been combined into what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert

from sync.projections import tables
from sync.projections.items import bodies
from sync.projections.readings import Batch, list_of, text_of


def project(connection: Connection, batch: Batch) -> None:
    """Make the channel's rows anew where a finding changed: combining touches more rows than one."""
    if not batch.channel.startswith("visit-") or not batch.touches("finding"):
        return
    findings = bodies(connection, batch.channel, "finding")
    combined = combined_into(findings)
    table = tables.finding
    connection.execute(delete(table).where(table.c.channel == batch.channel))
    rows = [_row(batch.channel, doc, combined.get(doc["_id"])) for doc in findings]
    if rows:
        connection.execute(insert(table), rows)


def combined_into(findings: list[dict[str, Any]]) -> dict[str, str]:
    """For each finding that another combines, the one that does; of several, the one made last."""
    known = {doc["_id"] for doc in findings}
    combined: dict[str, str] = {}
    for doc in sorted(findings, key=lambda each: str(each["_id"])):
        for original in list_of(doc.get("combines")):
            # Two that combine each other would both vanish from every list: the earlier one stands.
            if original in known and original != doc["_id"] and combined.get(doc["_id"]) != original:
                combined[original] = doc["_id"]
    return combined


def _row(channel: str, doc: dict[str, Any], into: str | None) -> dict[str, Any]:
    return {
        "id": doc["_id"],
        "channel": channel,
        "title": text_of(doc.get("title")),
        "theme": doc.get("theme"),
        "severity": doc.get("severity"),
        "status": text_of(doc.get("status")) or "draft",
        "sources": list_of(doc.get("sources")),
        "norms": list_of(doc.get("norms")),
        "combined_into": into,
        "body": doc,
    }
