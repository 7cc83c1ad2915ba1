"""What every response carries, whoever asks and whatever comes of it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp import personas as p
from webapp.security import CONTENT_POLICY

ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(answer: TestResponse, header: str) -> dict[str, str]:
    separator, inner = (";", " ") if header == "Content-Security-Policy" else (",", "=")
    pairs = [part.strip().split(inner, 1) for part in answer.headers[header].split(separator)]
    return {pair[0]: pair[1] for pair in pairs}


def check(answer: TestResponse, where: str) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, f"{where}: {name}"
        assert len(answer.headers.getlist(name)) == 1, f"{where}: {name}"
    tablet = where.startswith("/app")
    quiet = tablet or where.startswith("/sync")
    assert answer.headers["Referrer-Policy"] == ("no-referrer" if quiet else "same-origin"), where
    allowed = {name for name, value in policy(answer, "Permissions-Policy").items() if value != "()"}
    wanted = {"camera", "microphone", "screen-wake-lock"} if tablet else set()
    assert allowed - {"publickey-credentials-get", "publickey-credentials-create"} == wanted, where
    assert answer.headers["Cache-Control"] in ("no-store", "no-cache"), where
    if not (tablet or where.startswith("/static/")):
        assert answer.headers["Cache-Control"] == "no-store", where


def clients(app: Flask) -> list[FlaskClient]:
    return [p.stranger(app), p.persona(app, "ann"), p.persona(app, "adam")]


def test_every_page_and_every_refusal_carries_the_policy(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in rule.methods]
    assert len(rules) > 25
    for client in clients(app):
        for rule in rules:
            check(client.get(rule.rule), rule.rule)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/no-such-page", 404),
        ("GET", "/static/no-such-file.js", 404),
        ("GET", "/app/static/no-such-file.js", 404),
        ("GET", "/app/static/app/main.js", 200),
        ("GET", "/static/design/tokens.css", 200),
        ("DELETE", "/sign-in", 405),
        ("POST", "/sign-in", 400),
        ("POST", "/sync/outbox", 401),
        ("POST", "/sync/enrol", 404),
        ("GET", "/sync/no-such-thing", 404),
        ("GET", "/sync/couch/", 200),
    ],
)
def test_errors_files_and_the_gateway_carry_it_too(
    app: Flask, method: str, address: str, status: int
) -> None:
    answer = p.stranger(app).open(address, method=method, content_type="application/json", data="{}")
    assert answer.status_code == status or status == 200
    check(answer, address)


def test_a_page_that_fails_carries_it_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise RuntimeError("on purpose")

    monkeypatch.setitem(app.view_functions, "tablets.every", fail)
    answer = p.persona(app, "adam").get("/devices")
    assert answer.status_code == 500
    assert "on purpose" not in answer.text
    check(answer, "/devices")


def test_the_policy_lets_in_nothing_but_our_own_files(app: Flask) -> None:
    found = policy(p.stranger(app).get("/sign-in"), "Content-Security-Policy")
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == "'none'"
    assert found["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert {value for name, value in found.items() if name in ("style-src", "font-src", "connect-src")} == {
        "'self'"
    }
    assert "unsafe-inline" not in str(found)
    assert not [value for value in found.values() if "*" in value or "http" in value or "data:" in value]
