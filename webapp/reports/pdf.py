"""The PDF of a report.

Owns setting it with Typst: template, data and photos are handed over in memory, so no decrypted photo
touches a disk. The file is tagged, PDF/UA-1 where its every character can be shown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst

from webapp.reports.parts import Photo
from webapp.reports.photos import MOST_BYTES, MOST_PHOTOS, UnfitPhotoError, strip
from webapp.reports.wording import Passage

TEMPLATE = Path(__file__).resolve().parents[2] / "content" / "reports" / "visit.typ"
MIME = "application/pdf"
ACCESSIBLE = ["ua-1"]


def render(manuscript: dict[str, Any], photos: tuple[Photo, ...]) -> bytes:
    """The report as a PDF. A photo that Typst cannot read is replaced by a sentence."""
    pictures = _pictures(manuscript, photos)
    try:
        return _set(manuscript, pictures)
    except typst.TypstError:
        unreadable = [name for name, content in pictures.items() if content and not _readable(name, content)]
        if not unreadable:
            raise
        return _set(manuscript, pictures | dict.fromkeys(unreadable))


def _pictures(manuscript: dict[str, Any], photos: tuple[Photo, ...]) -> dict[str, bytes | None]:
    """File name to content, in the manuscript's order; None where the picture cannot be put in."""
    found: dict[str, bytes | None] = {}
    total = 0
    for number, photo in enumerate(photos):
        name, content = f"photo-{number}", None
        total += len(photo.content or b"")
        if photo.content is not None and number < MOST_PHOTOS and total <= MOST_BYTES:
            try:
                content, kind = strip(photo.content)
                name = f"{name}.{kind}"
            except UnfitPhotoError:
                content = None
        found[name] = content
    return found


def _set(manuscript: dict[str, Any], pictures: dict[str, bytes | None]) -> bytes:
    labels = manuscript["labels"]
    entries = []
    for words, (name, content) in zip(manuscript["photos"], pictures.items(), strict=True):
        sentence = "" if content else words["missing"] or labels["photo_unsupported"]
        entries.append(words | {"file": name if content else "", "missing": sentence})
    data = json.dumps(manuscript | {"photos": entries}, ensure_ascii=False, default=_plain).encode()
    files = {"main": TEMPLATE.read_bytes(), "data.json": data}
    files |= {name: content for name, content in pictures.items() if content}
    try:
        return _compile(files, ACCESSIBLE, own_fonts=True)
    except typst.TypstError as failure:
        if "could not be displayed" not in str(failure):
            raise
    try:
        # A script that Typst's own fonts lack: perhaps the machine has a font for it.
        return _compile(files, ACCESSIBLE, own_fonts=False)
    except typst.TypstError:
        # PDF/UA allows no character without a glyph. Better tagged with one missing than no report.
        return _compile(files, [], own_fonts=False)


def _compile(files: dict[str, bytes], standards: list[str], *, own_fonts: bool) -> bytes:
    compiled: bytes = typst.compile(
        files,
        format="pdf",
        ignore_system_fonts=own_fonts,
        pdf_standards=standards,
    )
    return compiled


def _readable(name: str, content: bytes) -> bool:
    """Whether Typst can read this picture: it decodes in its own memory-safe decoder."""
    try:
        typst.compile({"main": f'#image("{name}")'.encode(), name: content}, format="pdf")
    except typst.TypstError:
        return False
    return True


def _plain(value: object) -> dict[str, str]:
    if isinstance(value, Passage):
        return {"text": value.text, "lang": value.lang, "mark": value.mark}
    raise TypeError(type(value).__name__)
