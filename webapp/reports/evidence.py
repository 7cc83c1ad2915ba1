"""Evidence behind a finding, resolved to what it is.

Owns the way from a document id to a note, a photo, an answer or an interview by its handle, and the
interviewee's consent that goes with it. Custody documents are named by kind and never read. Consent
that nobody recorded counts as not given.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.reports.answers import find_answer
from webapp.reports.catalogues import Catalogues
from webapp.reports.parts import Evidence, Photo, Text
from webapp.reports.rows import Item, VisitRows

RECORDINGS = frozenset({"audio", "video", "appeal", "original", "medium"})
OPEN_KINDS = frozenset({"sketch", "document"})


@dataclass(frozen=True)
class Consents:
    """The last word of each interviewee on each use."""

    given: dict[tuple[str, str], bool]

    @classmethod
    def read(cls, rows: VisitRows) -> Consents:
        """From consents and withdrawals in the order the server received them; a withdrawal ends a use for good."""
        given: dict[tuple[str, str], bool] = {}
        for item in rows.of("consent"):
            given[str(item.body.get("interview")), str(item.body.get("use"))] = bool(item.body.get("given"))
        for item in rows.of("withdrawal"):
            interview, use = str(item.body.get("interview")), str(item.body.get("use"))
            # Whoever withdraws from the interview itself withdraws from everything made of it.
            uses = ("interview", "recording", "sharing", "publication") if use == "interview" else (use,)
            given.update({(interview, each): False for each in uses})
        return cls(given)

    def allow(self, interview: str, use: str) -> bool:
        """Whether the interviewee has said yes to this use and not taken it back."""
        return self.given.get((interview, use), False)


@dataclass(frozen=True)
class EvidenceReader:
    """Resolves the evidence of one visit's findings."""

    rows: VisitRows
    catalogues: Catalogues
    consents: Consents
    photos: dict[str, Photo]

    def read_all(self, finding: Item) -> tuple[Evidence, ...]:
        """The finding's evidence in its own order; the answer that raised a rule comes first."""
        found = [self.read(str(document)) for document in finding.body.get("evidence") or ()]
        rule = finding.body.get("rule") or None
        if rule:
            submission = self.rows.items.get(str(rule.get("submission")))
            answer = (
                find_answer(submission, str(rule.get("path")), self.catalogues)
                if submission and not submission.erased
                else None
            )
            if submission and answer:
                found.insert(
                    0, Evidence(kind="answer", id=submission.id, label=answer.label, answer=answer.values)
                )
        return tuple(found)

    def read(self, document: str) -> Evidence:
        """One document of the visit as evidence."""
        if document in self.rows.sealed:
            kind = self.rows.sealed[document]
            sealed = "recording" if kind in RECORDINGS else "testimony"
            return Evidence(kind=sealed, id=document, sharing=False, publication=False)
        item = self.rows.items.get(document)
        if item is None:
            return Evidence(kind="absent", id=document)
        if item.erased:
            return Evidence(kind="erased", id=document, sharing=False, publication=False)
        lang = str(item.body.get("lang") or "")
        if item.type == "interview":
            return self._interview(item, lang)
        interview = str(item.body.get("interview") or item.body.get("about") or "")
        sharing, publication = self._consent(interview)
        # Where and when somebody spoke is told to nobody, not even inside the office.
        spoken = interview.startswith("interview:")
        place = None if spoken else item.body.get("place") or None
        if item.type == "medium":
            photo = self.photos.get(document)
            kind = str(item.body.get("kind"))
            return Evidence(
                kind=kind if kind in OPEN_KINDS else "photo",
                id=document,
                text=_text(item.body.get("caption"), lang),
                place=place,
                photo_number=photo.number if photo else None,
                sharing=sharing,
                publication=publication,
            )
        if item.type == "submission":
            form = self.catalogues.form(str(item.body.get("form") or ""))
            title = form.get("title") or {"": str(item.body.get("title") or item.body.get("form") or "")}
            return Evidence(kind="submission", id=document, label=title)
        kind = "note" if item.type == "note" else "event"
        words = item.body.get("text") or (item.body.get("data") or {}).get("text")
        return Evidence(
            kind=kind,
            id=document,
            text=_text(words, lang),
            place=place,
            at=None if spoken else item.body.get("at") or item.at,
            sharing=sharing,
            publication=publication,
        )

    def _interview(self, item: Item, lang: str) -> Evidence:
        return Evidence(
            kind="interview",
            id=item.id,
            text=_text(item.body.get("summary"), lang),
            label=self.catalogues.label("categories", item.body.get("category")),
            handle=str(item.body.get("handle") or ""),
            sharing=self.consents.allow(item.id, "sharing"),
            publication=self.consents.allow(item.id, "publication"),
        )

    def _consent(self, interview: str) -> tuple[bool, bool]:
        if not interview.startswith("interview:"):
            return True, True
        return self.consents.allow(interview, "sharing"), self.consents.allow(interview, "publication")


def _text(value: object, lang: str) -> Text | None:
    return Text(str(value), lang) if value else None
