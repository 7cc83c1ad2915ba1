"""One report as a file: material, limits, language and kind put together.

Owns the one way in which the pages and the command make a report, so that no output can be made
past its limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from webapp.reports import pdf, word
from webapp.reports.labels import load_labels
from webapp.reports.manuscript import write
from webapp.reports.material import Archive, collect
from webapp.reports.outputs import limit
from webapp.reports.parts import ReportMaterial

KINDS = {"docx": word.MIME, "pdf": pdf.MIME}


@dataclass(frozen=True)
class Glimpse:
    """An archive that reads one photo, or none: pages name photos and fetch each by itself."""

    archive: Archive
    wanted: str = ""

    def read(self, channel: str, document_id: str) -> dict[str, Any] | None:
        """As the archive has it."""
        return self.archive.read(channel, document_id)

    def photo(self, channel: str, medium_id: str) -> bytes | None:
        """The wanted photo; of the others nothing but that they are not known to be missing."""
        return self.archive.photo(channel, medium_id) if medium_id == self.wanted else b""


@dataclass(frozen=True)
class Wish:
    """Which report is wanted."""

    channel: str
    output: str
    language: str


@dataclass(frozen=True)
class Report:
    """A report in one output and language; `whole` is what the output was limited from."""

    wish: Wish
    whole: ReportMaterial
    material: ReportMaterial
    manuscript: dict[str, Any]

    @classmethod
    def make(cls, connection: Connection, wish: Wish, engine: Archive, today: date) -> Report:
        """Raises `VisitNotFoundError`, `UnknownOutputError`, `UnknownLanguageError`."""
        labels = load_labels(wish.language)
        whole = collect(connection, wish.channel, engine)
        material = limit(whole, wish.output)
        return cls(wish, whole, material, write(material, labels, today))

    def file(self, kind: str, instance: Path) -> bytes:
        """The report as `docx` or `pdf`. Raises `word.BrokenTemplateError`."""
        if kind == "pdf":
            return pdf.render(self.manuscript, self.material.photos)
        return word.render(self.manuscript, self.material.photos, word.template_path(instance))

    def name(self, kind: str) -> str:
        """A file name that tells nothing but which visit, for whom and in which language."""
        number = self.wish.channel.removeprefix("visit-")
        return f"report-{number}-{self.wish.output}-{self.wish.language}.{kind}"
