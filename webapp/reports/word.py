"""The Word file of a report.

Owns filling the office's template (docxtpl, in a sandbox: a template may name values, not run code)
and putting photos in. The template is a file in the instance folder that the office may edit; where
there is none it is built from content/reports/build_template.py.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.image.image import Image
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.shared import Length, Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import XMLSyntaxError

from content.reports.build_template import build
from webapp.reports.parts import Photo
from webapp.reports.photos import MOST_BYTES, MOST_PHOTOS, Picture, UnfitPhotoError, strip

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WIDTH, HEIGHT = Mm(160), Mm(110)


class BrokenTemplateError(RuntimeError):
    """The office's template cannot be filled. The message says where it is and why."""


def template_path(instance: Path) -> Path:
    """Where the office's template is; made there when it is not."""
    path = instance / "reports" / "visit.docx"
    if not path.exists():
        build(path)
    return path


def render(manuscript: dict[str, Any], photos: tuple[Photo, ...], template: Path) -> bytes:
    """The report as a .docx. Raises `BrokenTemplateError`."""
    try:
        document = DocxTemplate(str(template))
        document.init_docx()
        context = manuscript | {
            "photos": [
                words | picture
                for words, picture in zip(
                    manuscript["photos"], _pictures(document, manuscript, photos), strict=True
                )
            ]
        }
        document.render(context, SandboxedEnvironment(), autoescape=True)
    except (TemplateError, BadZipFile, PackageNotFoundError, XMLSyntaxError, KeyError) as failure:
        raise BrokenTemplateError(f"{template}: {failure}") from failure
    _finish(document.docx, context)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _pictures(
    document: DocxTemplate, manuscript: dict[str, Any], photos: tuple[Photo, ...]
) -> list[dict[str, Any]]:
    """For each photo its picture, or the sentence why there is none."""
    labels, found, total = manuscript["labels"], [], 0
    for number, photo in enumerate(photos):
        if photo.content is None:
            found.append({"image": "", "missing": labels["photo_missing"]})
            continue
        total += len(photo.content)
        if number >= MOST_PHOTOS or total > MOST_BYTES:
            found.append({"image": "", "missing": labels["photo_limit"]})
            continue
        try:
            picture = strip(photo.content)
            Image.from_blob(picture.content)  # Word's own reader must take it too
            image = InlineImage(document, io.BytesIO(picture.content), **_fit(picture))
            found.append({"image": image, "image_bytes": picture.content, "missing": ""})
        except (
            UnfitPhotoError,
            UnrecognizedImageError,
            InvalidImageStreamError,
            UnexpectedEndOfFileError,
            ZeroDivisionError,
        ):
            found.append({"image": "", "missing": labels["photo_unsupported"]})
    return found


def _fit(picture: Picture) -> dict[str, Length]:
    """Width or height that keeps the picture inside the page and its proportions."""
    if picture.height * WIDTH > picture.width * HEIGHT:
        return {"height": HEIGHT}
    return {"width": WIDTH}


def _finish(document: Any, manuscript: dict[str, Any]) -> None:
    """Title, language and alternative texts: what a screen reader says and a spelling checker needs."""
    properties = document.core_properties
    properties.title = f"{manuscript['title']}: {manuscript['facility']}"[:255]
    properties.language = manuscript["language"]
    properties.author = properties.last_modified_by = properties.comments = ""
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), manuscript["language"])
    # By the picture's own bytes: the office's template may hold pictures of its own, a logo for example.
    captions = {photo["image_bytes"]: photo["caption"] for photo in manuscript["photos"] if photo["image"]}
    for inline in document.element.body.iter(qn("wp:inline")):
        for blip in inline.iter(qn("a:blip")):
            caption = captions.get(document.part.related_parts[blip.get(qn("r:embed"))].blob)
            if caption:
                inline.find(qn("wp:docPr")).set("descr", caption[:500])
