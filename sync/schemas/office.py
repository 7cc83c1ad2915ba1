"""Channel `office`: plans, replies, reviews. Never on a tablet."""

from __future__ import annotations

from marshmallow import fields, validate

from sync.schemas.fields import Strict, date_text, identifier, integer, one_of, text, texts
from sync.schemas.header import part_of, schema_of

PlanItem = part_of(
    "PlanItem",
    {
        "facility": identifier(required=True),
        "month": Strict(int, required=True, validate=validate.Range(min=1, max=12)),
        "kind": identifier(required=True),
        "group": identifier(null=True),
        "reasons": texts(),
    },
)

Plan = schema_of(
    "Plan",
    {
        "year": integer(required=True, minimum=1900),
        "items": fields.List(fields.Nested(PlanItem), required=True),
    },
)

Reply = schema_of(
    "Reply",
    {
        "recommendation": identifier(required=True),
        "visit": identifier(required=True),
        "at": date_text(required=True),
        "from": text(required=True),
        "text": text(required=True),
        "claims": one_of("implemented", "partly", "not", null=True),
    },
)

Review = schema_of(
    "Review",
    {
        "recommendation": identifier(null=True),
        "visit": identifier(required=True),
        "status": one_of("open", "implemented", "partly", "not", "repeated", null=True),
        "decision": one_of("returned", "approved", null=True),
        "note": text(null=True),
    },
)
