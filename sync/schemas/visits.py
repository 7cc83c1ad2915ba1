"""Visit channels: the visit itself, its brief, its events, what people concluded, the report."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validates_schema

from sync.schemas.fields import (
    anything,
    date_text,
    flag,
    identifier,
    ids,
    mapping,
    moment,
    one_of,
    text,
)
from sync.schemas.header import Header, part_of, schema_of

Member = part_of("Member", {"person": identifier(required=True), "part": text(null=True)})

Visit = schema_of(
    "Visit",
    {
        "facility": identifier(required=True),
        "facility_name": text(null=True),
        "kind": identifier(required=True),
        "from": date_text(required=True),
        "to": date_text(required=True),
        "group": identifier(null=True),
        "leader": identifier(required=True),
        "team": fields.List(fields.Nested(Member), required=True),
        "objectives": text(null=True),
        "status": one_of("planned", "open", "closed", required=True),
        "unplanned": flag(null=True),
        "recording": mapping(null=True),
        "time_zone": text(null=True),
    },
)

Brief = schema_of(
    "Brief",
    {
        "facility": mapping(required=True),
        "earlier": fields.List(mapping()),
        "findings": fields.List(mapping()),
        "recommendations": fields.List(mapping()),
        "answers": mapping(),
    },
)

# What an event of each kind must say. A kind that is not listed is kept as it comes.
EVENT_DATA: dict[str, type] = {
    "arrival": part_of("Arrival", {}),
    "departure": part_of("Departure", {}),
    "access": part_of(
        "Access", {"access": one_of("full", "partial", "refused", required=True), "reason": text(null=True)}
    ),
    "admission": part_of(
        "Admission",
        {
            "subject": one_of("person", "device", required=True),
            "who": text(required=True),
            "admitted": flag(required=True),
            "reason": text(null=True),
        },
    ),
    "custody_gap": part_of(
        "CustodyGap",
        {
            "device": text(null=True),
            "from": text(null=True),
            "to": text(null=True),
            "reason": text(null=True),
        },
    ),
    "verification": part_of(
        "Verification",
        {
            "recommendation": identifier(required=True),
            "status": one_of("implemented", "partly", "not", "unclear", required=True),
            "text": text(null=True),
        },
    ),
    "comment": part_of("Comment", {"on": identifier(required=True), "text": text(required=True)}),
    "finished": part_of("Finished", {}),
    "no_tablet": part_of("NoTablet", {"person": identifier(required=True), "text": text(null=True)}),
    "signoff": part_of(
        "Signoff", {"without": ids(), "reason": text(null=True), "checks": fields.List(mapping())}
    ),
    "dissent": part_of("Dissent", {"text": text(required=True)}),
}


class Event(Header):  # type: ignore[misc, valid-type]
    kind = identifier(required=True)
    at = moment(required=True)
    data = mapping(required=True)

    @validates_schema(skip_on_field_errors=True)
    def _data(self, document: dict[str, object], **rest: object) -> None:
        schema = EVENT_DATA.get(str(document["kind"]))
        problems = schema().validate(document["data"]) if schema else None
        if problems:
            raise ValidationError(problems, "data")


Finding = schema_of(
    "Finding",
    {
        "title": text(required=True),
        "text": text(null=True),
        "theme": identifier(null=True),
        "severity": identifier(null=True),
        "sources": ids(),
        "evidence": ids(),
        "norms": ids(),
        "place": text(null=True),
        "combines": ids(),
        "status": one_of("draft", "final", required=True),
        "rule": mapping(null=True),
    },
)

Recommendation = schema_of(
    "Recommendation",
    {
        "text": text(required=True),
        "findings": ids(),
        "theme": identifier(null=True),
        "addressee": identifier(null=True),
        "addressee_name": text(null=True),
        "deadline": date_text(null=True),
        "priority": identifier(null=True),
        "repeats": identifier(null=True),
    },
)

Sections = part_of(
    "Sections", {"summary": text(null=True), "context": text(null=True), "conclusions": text(null=True)}
)

Report = schema_of(
    "Report",
    {
        "status": one_of("draft", "returned", "approved", "sent", required=True),
        "language": text(required=True),
        "sections": fields.Nested(Sections, allow_none=True),
        "approved_by": ids(),
        "photos": ids(),
        "note": text(null=True),
    },
)

OnPaper = part_of(
    "OnPaper", {"happened_at": text(null=True), "photo": identifier(null=True), "by": anything()}
)
