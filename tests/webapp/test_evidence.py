"""Taking evidence out: who may, with a reason, and what is written down about it."""

from __future__ import annotations

import io
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from sync.evidence.package_file import PackageFile
from sync.evidence.verification import verify
from tests.webapp import personas as p
from webapp.models import AuditRow, db

SignIn = Callable[[str], FlaskClient]
ADDRESS = f"/visits/{p.VISIT}/evidence"


def exports(app: Flask) -> list[AuditRow]:
    with app.app_context():
        return list(db.session.scalars(select(AuditRow).where(AuditRow.action == "evidence.exported")))


def test_a_package_needs_a_reason_and_leaves_a_line_in_the_log(app: Flask, sign_in: SignIn) -> None:
    ann = sign_in("ann")
    before = len(exports(app))
    assert p.post(ann, ADDRESS, ADDRESS, what="all", reason=" x ").status_code == 422
    assert len(exports(app)) == before
    answer = p.post(ann, ADDRESS, ADDRESS, what="all", reason="for the court")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    report = verify(PackageFile(io.BytesIO(answer.data)))
    assert (report.verdict, report.reason) == ("unchanged", "for the court")
    row = exports(app)[-1]
    assert (row.account_id, row.subject, row.detail["reason"]) == (
        p.account_id("ann"),
        p.VISIT,
        "for the court",
    )


def test_some_findings_means_at_least_one(sign_in: SignIn) -> None:
    answer = p.post(sign_in("ann"), ADDRESS, ADDRESS, what="some", reason="for the court")
    assert answer.status_code == 422
    assert b'role="alert"' in answer.data


def test_a_day_that_is_over_is_closed_and_stands_on_its_page(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    result = app.test_cli_runner().invoke(args=["close-days"])
    assert result.exit_code == 0
    assert "Nothing to close" in result.output
    with app.app_context():
        p.open_accounts()
    page = p.persona(app, "adam").get("/evidence/days").get_data(as_text=True)
    fingerprint = app.extensions["aigaq"].keys.root_fingerprint().hex()
    assert " ".join(fingerprint[at : at + 4] for at in range(0, 64, 4)) in page


def test_an_authority_that_fails_leaves_the_days_closed_and_says_so(make_app: Callable[..., Flask]) -> None:
    asked: list[bytes] = []

    class Broken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_error(503)

        def log_message(self, *_words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    Thread(target=server.serve_forever, daemon=True).start()
    app = make_app(timestamp_url=f"http://127.0.0.1:{server.server_port}/")
    engine = app.extensions["aigaq"]
    # A day as if one had been closed: what is asked for is its signed body.
    from sync.database import writing
    from sync.evidence import tables

    with writing(engine.archive._database) as connection:
        connection.execute(
            tables.day.insert().values(number=1, body='{"number":1}', signature="", token=None)
        )
    result = app.test_cli_runner().invoke(args=["close-days"])
    server.shutdown()
    assert result.exit_code == 1
    assert "run the command again later" in result.output
    assert len(asked) == 1
    assert engine.days.all()[0].token is None


def test_the_page_for_verifying_is_open_to_strangers(app: Flask) -> None:
    answer = app.test_client().get("/verify")
    assert answer.status_code == 200
    assert b"office/verify/page.js" in answer.data
