"""Visit channels: what was captured. Submissions, notes, interviews, consent, custody documents, media."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from sync.schemas.fields import (
    Strict,
    anything,
    date_text,
    flag,
    identifier,
    ids,
    integer,
    mapping,
    moment,
    number,
    one_of,
    text,
)
from sync.schemas.header import Header, part_of, schema_of
from sync.schemas.visits import OnPaper

CHUNK_BYTES = 1_048_576
MEDIUM_CLASS = {
    "photo": "group",
    "sketch": "group",
    "document": "group",
    "original": "custody",
    "audio": "custody",
    "video": "custody",
    "appeal": "custody",
}

Progress = part_of("Progress", {"answered": integer(), "total": integer()})

Submission = schema_of(
    "Submission",
    {
        "form": identifier(required=True),
        "form_version": text(null=True),
        "title": anything(),
        "xml": text(null=True),
        "answers": mapping(required=True),
        "flags": fields.List(mapping()),
        "aside": mapping(null=True),
        "progress": fields.Nested(Progress, allow_none=True),
        "complete": flag(required=True),
        "files": mapping(null=True),
        "on_paper": fields.Nested(OnPaper, allow_none=True),
    },
)

Note = schema_of(
    "Note",
    {
        "text": text(required=True),
        "place": text(null=True),
        "theme": identifier(null=True),
        "source": identifier(null=True),
        "at": moment(null=True),
        "media": ids(null=True),
        "about": identifier(null=True),
        "on_paper": fields.Nested(OnPaper, allow_none=True),
    },
)

Child = part_of(
    "Child",
    {
        "assent": flag(null=True),
        "adult_consent": flag(null=True),
        "why_none": text(null=True),
        "present": text(null=True),
    },
)


class Interview(
    schema_of(  # type: ignore[misc]
        "InterviewFields",
        {
            "handle": text(required=True, minimum=1),
            "category": identifier(null=True),
            "day": date_text(null=True),
            "summary": text(null=True),
            "themes": ids(null=True),
            "people": integer(null=True),
            "child": fields.Nested(Child, allow_none=True),
        },
    )
):
    """An interview's stub. It never says where it took place."""

    @validates_schema(pass_original=True)
    def _no_place(self, data: object, original: dict[str, object], **rest: object) -> None:
        if original.get("place"):
            raise ValidationError("an interview has no place", "place")


Consent = schema_of(
    "Consent",
    {
        "interview": identifier(null=True),
        "use": one_of("interview", "recording", "sharing", "publication", required=True),
        "given": flag(required=True),
        "at": moment(null=True),
    },
)

Withdrawal = schema_of(
    "Withdrawal",
    {
        "interview": identifier(null=True),
        "use": identifier(null=True),
        "erases": ids(required=True),
        "reason": text(null=True),
        "at": moment(null=True),
    },
)

Sealed = schema_of(
    "Sealed",
    {
        "interview": identifier(null=True),
        "sealed": Strict(str, required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{38,}\Z")),
        "size": integer(null=True),
    },
)

Chunk = part_of(
    "Chunk",
    {
        "sha256": Strict(str, required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z")),
        "size": Strict(int, required=True, validate=validate.Range(min=1, max=CHUNK_BYTES)),
        "frame": integer(null=True),
        "at": integer(null=True),
    },
)

Capture = part_of(
    "Capture",
    {
        "number": integer(required=True, minimum=1),
        "prev": Strict(str, required=True, validate=validate.Regexp(r"([0-9a-f]{64})?\Z")),
        "sha256": Strict(str, required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z")),
    },
)


class Medium(Header):  # type: ignore[misc, valid-type]
    """A photo, sketch, document, recording or appeal. Its bytes and its key are elsewhere."""

    kind = one_of(*MEDIUM_CLASS, required=True)
    mime = text(required=True, minimum=1)
    at = moment(null=True)
    state = one_of("recording", "complete", "interrupted", required=True)
    frames = integer(null=True)
    bytes = integer(null=True)
    plain_bytes = integer(null=True)
    duration_ms = number()
    width = integer(null=True)
    height = integer(null=True)
    chunks = fields.List(fields.Nested(Chunk), required=True)
    interview = identifier(null=True)
    submission = identifier(null=True)
    question = text(null=True)
    place = text(null=True)
    theme = identifier(null=True)
    caption = text(null=True)
    name = text(null=True)
    imported = flag(null=True)
    original = identifier(null=True)
    capture = fields.Nested(Capture, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def _sizes(self, document: dict[str, object], **rest: object) -> None:
        sizes = [chunk["size"] for chunk in document["chunks"]]  # type: ignore[attr-defined]
        if any(size != CHUNK_BYTES for size in sizes[:-1]):
            raise ValidationError("every chunk but the last has 1 MiB", "chunks")
        if sizes and document.get("bytes") is not None and sum(sizes) != document["bytes"]:
            raise ValidationError("must be the sum of the chunks", "bytes")
