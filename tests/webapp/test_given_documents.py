"""A file that was given to a monitor: the office downloads it, says so in the audit log, and never opens it as a page."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sync.gateway.content_keys import ContentKey
from sync.wire import sha256_hex
from tests.fakes import seal_frames
from tests.webapp import personas as p
from tests.webapp.conftest import ANN, config, populate
from webapp import create_app
from webapp.models import AuditRow, db

PDF = b"%PDF-1.7\n" + bytes(range(256))
ORDER = "medium:01JC0000000000000000000D01"
PAGE = "medium:01JC0000000000000000000D02"
COPY = "medium:01JC0000000000000000000D03"


def deliver(app: Flask, medium: str, plain: bytes, **fields: Any) -> None:
    """A group-class medium with its bytes and its key, as they arrive from a tablet."""
    engine, key = app.extensions["aigaq"], hashlib.sha256(medium.encode()).digest()
    file = seal_frames(key, medium, [plain])
    chunk = sha256_hex(file)
    engine.media.put(chunk, file)
    document = {
        "_id": medium,
        "type": "medium",
        "at": "2026-03-02T06:10:00.000Z",
        "state": "complete",
        "frames": 1,
        "bytes": len(file),
        "plain_bytes": len(plain),
        "chunks": [{"sha256": chunk, "size": len(file)}],
        "imported": True,
        "lang": "en",
        **fields,
    }
    with app.app_context():
        engine.submit(p.VISIT, document, author=ANN)
        engine.content_keys.add(p.VISIT, [ContentKey(medium, "group", key, None)])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An office of its own: what arrives here changes no other test's visit."""
    app = create_app(replace(config(tmp_path_factory.mktemp("given")), demo=True))
    app.testing = True
    populate(app)
    deliver(app, ORDER, PDF, kind="document", mime="application/pdf", name="../приказ\r\n15.PDF")
    deliver(app, PAGE, b"<script>1</script>", kind="document", mime="text/html", name="page.html")
    deliver(app, COPY, b"\xff\xd8\xff", kind="photo", mime="image/jpeg", original="medium:sealed")
    return app


def address(medium: str) -> str:
    return f"/visits/{p.VISIT}/documents/{medium}"


def test_a_document_is_a_download_and_stands_in_the_audit_log(office: Flask) -> None:
    answer = p.persona(office, "bob").get(address(ORDER))
    assert (answer.status_code, answer.data) == (200, PDF)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "\r" not in disposition
    assert "%2F" not in disposition
    assert disposition.endswith("15.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with office.app_context():
        rows = db.session.scalars(select(AuditRow).where(AuditRow.action == "document.downloaded")).all()
        assert [(row.account_id, row.subject) for row in rows] == [(p.account_id("bob"), ORDER)]


def test_what_a_tablet_calls_the_file_is_not_believed(office: Flask) -> None:
    answer = p.persona(office, "bob").get(address(PAGE))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=page.html.bin"


def test_only_a_document_and_only_for_readers_of_the_visit(office: Flask) -> None:
    assert p.persona(office, "bob").get(address(COPY)).status_code == 404
    assert p.persona(office, "charlie").get(address(ORDER)).status_code == 404


def test_the_visit_says_what_each_is(office: Flask) -> None:
    page = p.persona(office, "bob").get(f"/visits/{p.VISIT}").text
    assert f'href="{address(ORDER)}"' in page
    assert page.count(f"/photos/{ORDER}") == 0, "a document is not shown as a picture"
    assert "A marked copy. A key holder opens the untouched photo." in page
