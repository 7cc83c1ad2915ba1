"""The PDF of a report.

Owns setting it with Typst: template, data and photos are handed over in memory, so no decrypted photo
touches a disk. Typst takes only text in memory, so a photo travels inside an SVG of its own size. The file is tagged, PDF/UA-1 where its every character can be shown.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import typst

from webapp.reports.parts import Photo
from webapp.reports.photos import MOST_BYTES, MOST_PHOTOS, Picture, UnfitPhotoError, strip
from webapp.reports.wording import Passage

TEMPLATE = Path(__file__).resolve().parents[2] / "content" / "reports" / "visit.typ"
MIME = "application/pdf"
ACCESSIBLE = ["ua-1"]

# Its stub does not know of files in memory ({name: bytes}), which the library has had since 0.13.
typst_compile: Any = typst.compile


def render(manuscript: dict[str, Any], photos: tuple[Photo, ...]) -> bytes:
    """The report as a PDF. A photo that cannot be shown is replaced by a sentence."""
    labels, entries, files, total = manuscript["labels"], [], {}, 0
    for number, (words, photo) in enumerate(zip(manuscript["photos"], photos, strict=True)):
        name, sentence = "", words["missing"]
        total += len(photo.content or b"")
        if photo.content is not None and (number >= MOST_PHOTOS or total > MOST_BYTES):
            sentence = labels["photo_limit"]
        elif photo.content is not None:
            try:
                picture = strip(photo.content)
                name = f"photo-{number}.svg"
                files[name] = _frame(picture)
            except UnfitPhotoError:
                sentence = labels["photo_unsupported"]
        entries.append(words | {"file": name, "missing": sentence})
    data = json.dumps(manuscript | {"photos": entries}, ensure_ascii=False, default=_plain).encode()
    return _set({"main": TEMPLATE.read_bytes(), "data.json": data} | files)


def _frame(picture: Picture) -> bytes:
    size = f'width="{picture.width}" height="{picture.height}"'
    content = base64.b64encode(picture.content).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}" {size}>'
        f'<image {size} href="data:image/{picture.kind};base64,{content}"/></svg>'
    ).encode("ascii")


def _set(files: dict[str, bytes]) -> bytes:
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
    compiled: bytes = typst_compile(
        files,
        format="pdf",
        ignore_system_fonts=own_fonts,
        pdf_standards=standards,
    )
    return compiled


def _plain(value: object) -> dict[str, str]:
    if isinstance(value, Passage):
        return {"text": value.text, "lang": value.lang, "mark": value.mark}
    raise TypeError(type(value).__name__)
