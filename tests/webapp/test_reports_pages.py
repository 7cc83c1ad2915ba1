"""Who reads which report, who writes it, and that nobody overwrites anybody."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp import personas as p
from tests.webapp.conftest import ANN, populate

PAGE = f"/visits/{p.VISIT}/report"


@pytest.fixture
def office(make_app: Callable[..., Flask]) -> Flask:
    """An office of one's own: these tests change the report."""
    made = make_app()
    made.config["PROPAGATE_EXCEPTIONS"] = False
    populate(made)
    return made


def report(office: Flask, **fields: Any) -> None:
    """A report document as it stands."""
    document = {
        "_id": "report:01M0000000000000000000000P", "type": "report", "status": "draft", "language": "en", "lang": "en",
        "sections": {"summary": "Short", "context": "", "conclusions": ""}, "approved_by": [], "photos": [], "note": "",
    }  # fmt: skip
    with office.app_context():
        office.extensions["aigaq"].submit(p.VISIT, document | fields, author=ANN)


def stored(office: Flask) -> dict[str, Any]:
    with office.app_context():
        engine = office.extensions["aigaq"]
        from sqlalchemy import select

        from sync.projections import tables
        from webapp.models import db

        document = db.session.scalar(select(tables.item.c.id).where(tables.item.c.type == "report"))
        found: dict[str, Any] = engine.read(p.VISIT, document)
        return found


def revision(client: FlaskClient) -> str:
    found = re.search(r'name="rev" value="([^"]*)"', client.get(PAGE).text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("alice", 200),
        ("bob", 200),
        ("charlie", 404),
        ("ann", 200),
        ("kate", 200),
        ("carl", 404),
        ("adam", 403),
    ],
)
@pytest.mark.parametrize("address", [PAGE, f"{PAGE}.docx", f"{PAGE}.pdf"])
def test_a_draft_is_read_by_its_group_and_the_office(
    app: Flask, login: str, status: int, address: str
) -> None:
    assert p.persona(app, login).get(address).status_code == status


def test_the_council_reads_approved_reports_without_the_inside(office: Flask) -> None:
    carl = p.persona(office, "carl")
    assert "Northern colony" not in carl.get("/reports").text
    report(office, status="approved")
    assert "Northern colony" in carl.get("/reports").text
    page = carl.get(PAGE)
    assert page.status_code == 200
    assert "B-1" not in page.text
    assert "Report to the authority" in page.text
    assert carl.get(f"{PAGE}?output=internal").status_code == 403
    assert carl.get(f"{PAGE}.docx?output=internal").status_code == 403
    assert carl.get(f"{PAGE}.docx?output=public").status_code == 200


def test_a_stranger_is_sent_to_the_door(app: Flask) -> None:
    for address in (PAGE, f"{PAGE}.docx", f"{PAGE}.pdf", "/reports", f"{PAGE}/photos/medium:x"):
        assert p.stranger(app).get(address).status_code == 303


@pytest.mark.parametrize("query", ["output=everything", "language=xx", "language=../../etc"])
def test_what_there_is_not_cannot_be_asked_for(app: Flask, query: str) -> None:
    ann = p.persona(app, "ann")
    assert ann.get(f"{PAGE}?{query}").status_code == 400
    assert ann.get(f"{PAGE}.docx?{query}").status_code == 400
    assert ann.get(f"{PAGE}.exe").status_code == 404
    assert ann.get("/visits/visit-none/report").status_code == 404


def test_the_page_shows_the_material_and_escapes_it(app: Flask) -> None:
    page = p.persona(app, "ann").get(f"{PAGE}?language=kk").text
    for words in ("Анықталған мәселелер", "Dark cells", "[ағылшын тілінде]", "Mend the lamps"):
        assert words in page
    assert "The &lt;b&gt;lamp&lt;/b&gt; is broken" in page
    assert "<b>lamp</b>" not in page


def test_files_are_named_without_telling_where_and_are_logged(office: Flask) -> None:
    answer = p.persona(office, "alice").get(f"{PAGE}.docx?language=kk")
    assert "Northern" not in answer.headers["Content-Disposition"]
    assert "kk.docx" in answer.headers["Content-Disposition"]
    headings = [
        each.text for each in Document(io.BytesIO(answer.data)).paragraphs if each.style.name == "Heading 1"
    ]
    assert "Ұсынымдар" in headings
    assert "report-taken" in p.persona(office, "ann").get("/audit").text


def test_the_leader_writes_and_the_office_decides(office: Flask) -> None:
    alice, ann = p.persona(office, "alice"), p.persona(office, "ann")
    fields = {"summary": "What we saw", "context": "", "conclusions": "Dark", "language": "en"}
    assert p.post(alice, PAGE, PAGE, rev=revision(alice), **fields).status_code == 303
    assert stored(office)["sections"]["summary"] == "What we saw"
    assert "What we saw" in alice.get(PAGE).text

    refused = p.post(ann, f"{PAGE}/decisions", PAGE, decision="returned", note="")
    assert refused.status_code == 303
    assert stored(office)["status"] == "draft", "a return without a reason changes nothing"
    p.post(ann, f"{PAGE}/decisions", PAGE, decision="returned", note="Say how many cells")
    assert stored(office)["status"] == "returned"
    assert "Say how many cells" in alice.get(PAGE).text

    p.post(alice, PAGE, PAGE, rev=revision(alice), **(fields | {"summary": "Four dark cells"}))
    assert stored(office)["status"] == "draft"
    p.post(ann, f"{PAGE}/decisions", PAGE, decision="approved", note="")
    assert stored(office)["status"] == "approved"
    assert 'name="summary"' not in alice.get(PAGE).text, "an approved report is returned first"
    p.post(ann, f"{PAGE}/decisions", PAGE, decision="sent", note="")
    assert stored(office)["status"] == "sent"
    with office.app_context():
        assert office.extensions["aigaq"].read(p.VISIT, p.VISIT_ID)["status"] == "closed"


def test_a_report_is_not_sent_before_it_is_approved(office: Flask) -> None:
    ann = p.persona(office, "ann")
    report(office)
    p.post(ann, f"{PAGE}/decisions", PAGE, decision="sent", note="")
    assert stored(office)["status"] == "draft"


def test_somebody_elses_version_is_not_overwritten_and_no_text_is_lost(office: Flask) -> None:
    alice, ann = p.persona(office, "alice"), p.persona(office, "ann")
    report(office)
    seen = revision(alice)
    p.post(ann, PAGE, PAGE, rev=revision(ann), summary="The office's words", language="en")
    answer = p.post(alice, PAGE, PAGE, rev=seen, summary="Alice's words", language="en")
    assert answer.status_code == 409
    assert "Alice&#39;s words" in answer.text
    assert stored(office)["sections"]["summary"] == "The office's words"


def test_members_approve_and_a_changed_text_needs_them_again(office: Flask) -> None:
    alice, bob, ann = (p.persona(office, login) for login in ("alice", "bob", "ann"))
    report(office)
    assert p.post(bob, f"{PAGE}/approvals", PAGE).status_code == 303
    assert stored(office)["approved_by"] == [p.account_id("bob")]
    assert "I agree with this report" not in bob.get(PAGE).text
    assert p.post(ann, f"{PAGE}/approvals", PAGE).status_code == 403, "the office was not there"
    p.post(alice, PAGE, PAGE, rev=revision(alice), summary="Another text", language="en")
    assert stored(office)["approved_by"] == []


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("bob", "", 403), ("kate", "", 403), ("carl", "", 403), ("bob", "/photos", 403),
        ("alice", "/decisions", 403), ("bob", "/decisions", 403), ("charlie", "/approvals", 404),
    ],
)  # fmt: skip
def test_others_change_nothing(office: Flask, login: str, path: str, status: int) -> None:
    report(office)
    client = p.persona(office, login)
    fields = {"summary": "x", "language": "en", "decision": "approved", "rev": ""}
    assert p.post(client, f"{PAGE}{path}", "/library", **fields).status_code == status
    assert stored(office)["sections"]["summary"] == "Short"
    assert stored(office)["status"] == "draft"


def test_a_form_without_its_token_changes_nothing(office: Flask) -> None:
    report(office)
    assert p.persona(office, "ann").post(PAGE, data={"summary": "x", "language": "en"}).status_code == 400
    assert stored(office)["sections"]["summary"] == "Short"


def test_the_choice_of_photos_is_kept(office: Flask) -> None:
    ann = p.persona(office, "ann")
    report(office)
    assert p.post(ann, f"{PAGE}/photos", PAGE, photo=["medium:one", "medium:two"]).status_code == 303
    assert stored(office)["photos"] == ["medium:one", "medium:two"]


def test_the_command_writes_a_file(office: Flask, tmp_path: Path) -> None:
    target = tmp_path / "report.docx"
    answer = office.test_cli_runner().invoke(
        args=["report", p.VISIT, "--language", "kk", "--to", str(target)]
    )
    assert answer.exit_code == 0, answer.output
    assert "Бару туралы есеп" in [each.text for each in Document(str(target)).paragraphs]
    pdf = tmp_path / "report.pdf"
    office.test_cli_runner().invoke(
        args=["report", p.VISIT, "--format", "pdf", "--output", "public", "--to", str(pdf)]
    )
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "no visit" in office.test_cli_runner().invoke(args=["report", "visit-none"]).output


def test_a_broken_template_is_said_in_words(office: Flask) -> None:
    folder = office.config["AIGAQ"].instance / "reports"
    folder.mkdir()
    (folder / "visit.docx").write_bytes(b"no zip")
    ann = p.persona(office, "ann")
    answer = ann.get(f"{PAGE}.docx")
    assert answer.status_code == 500
    assert "The Word template cannot be read" in answer.text
    assert ann.get(f"{PAGE}.pdf").status_code == 200
