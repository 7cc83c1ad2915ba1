"""Makes documents with their header, and keeps the order in which they can be submitted.

Owns ids and headers of generated documents (docs/documents.md, "Header"). It does not know what a
visit or a facility is: callers pass the fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from content.ulids import ulid

Document = dict[str, Any]

# Types whose class is not `group`, and is the same wherever they stand.
CLASSES = {"plan": "office", "reply": "office", "review": "office"}


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


@dataclass
class Papers:
    """A growing list of `(channel, author's account id, document)`."""

    seed: int
    documents: list[tuple[str, str, Document]] = field(default_factory=list)

    def write(self, channel: str, author: str, at: datetime, fields: dict[str, Any]) -> str:
        """Add one document and return its id; `fields` has `type`, and `_id` where it is fixed."""
        kind = fields["type"]
        ident = fields.get("_id") or f"{kind}:{ulid(at, f'{self.seed}/{channel}/{len(self.documents)}')}"
        stamp = timestamp(at)
        document = {
            "_id": ident,
            "type": kind,
            "schema": 1,
            "class": CLASSES.get(kind, "group"),
            "created_at": stamp,
            "updated_at": stamp,
            "created_by": author,
            "updated_by": author,
            "device": "office",
            **{name: value for name, value in fields.items() if name not in ("_id", "type")},
        }
        self.documents.append((channel, author, document))
        return ident
