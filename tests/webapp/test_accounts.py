"""Signing in and out, languages, the administrator's accounts, demo logins, rate limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp import personas as p
from webapp.models import AccountRow, AuditRow, db


def attempt(client: FlaskClient, login: str, password: str, address: str = "/sign-in") -> int:
    form = {"login": login, "password": password, "csrf_token": p.token(client.get("/sign-in"))}
    return client.post(address, data=form).status_code


def test_the_right_password_signs_in_and_a_wrong_one_says_so(app: Flask) -> None:
    client = p.stranger(app)
    assert attempt(client, "bob", "wrong") == 401
    assert attempt(client, "nobody", p.PASSWORD) == 401
    assert client.get("/visits").status_code == 303
    assert attempt(client, " BOB ", p.PASSWORD) == 303
    assert client.get("/visits").status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    client = p.stranger(app)
    form = {"login": "bob", "password": p.PASSWORD, "csrf_token": p.token(client.get("/sign-in"))}
    cookie = client.post("/sign-in", data=form).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_tls_the_cookie_is_secure_and_the_browser_is_told_to_stay(
    make_app: Callable[..., Flask],
) -> None:
    answer = make_app(https=True).test_client().get("/sign-in")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("wish", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"])
def test_signing_in_never_leads_to_another_site(app: Flask, wish: str) -> None:
    client = p.stranger(app)
    form = {"login": "bob", "password": p.PASSWORD, "csrf_token": p.token(client.get("/sign-in"))}
    answer = client.post("/sign-in", query_string={"next": wish}, data=form)
    assert answer.location == "/"


def test_signing_in_leads_where_the_person_was_going(app: Flask) -> None:
    client = p.stranger(app)
    door = client.get("/visits?year=2026").location
    form = {"login": "bob", "password": p.PASSWORD, "csrf_token": p.token(client.get(door))}
    assert client.post(door, data=form).location == "/visits?year=2026"


def test_signing_out_ends_the_session(app: Flask) -> None:
    client = p.persona(app, "bob")
    copied = p.stranger(app)
    cookie = client.get_cookie("aigaq")
    assert cookie is not None
    copied.set_cookie("aigaq", cookie.value)
    other = p.persona(app, "ann")
    assert copied.get("/visits").status_code == 200
    assert p.post(client, "/sign-out", "/visits").status_code == 303
    assert client.get("/visits").status_code == 303
    assert copied.get("/visits").status_code == 303, "a copy of the cookie opens nothing any more"
    assert other.get("/visits").status_code == 200


def test_monitors_and_leaders_start_at_their_tablet(app: Flask) -> None:
    for login in ("alice", "bob"):
        assert p.persona(app, login).get("/").location == "/tablet"
    assert p.persona(app, "ann").get("/").location == "/visits"
    assert p.persona(app, "adam").get("/").location == "/devices"


def test_the_language_switches_at_once_and_stays_with_the_account(app: Flask) -> None:
    client = p.persona(app, "charlie")
    assert "<h1>Visits</h1>" in client.get("/visits").text
    for code, title in (("ru", "Посещения"), ("kk", "Барулар"), ("en", "Visits")):
        page = client.get("/visits")
        answer = client.post(
            "/language?next=/visits",
            data={"language": code, "csrf_token": p.token(page)},
            follow_redirects=True,
        )
        assert f"<h1>{title}</h1>" in answer.text
        assert f'<html lang="{code}">' in answer.text
    with app.app_context():
        language = db.session.scalar(select(AccountRow.language).where(AccountRow.login == "charlie"))
    assert language == "en"
    assert p.post(client, "/language", "/visits", language="xx").status_code == 400


def test_a_stranger_gets_the_browsers_language(app: Flask) -> None:
    client = p.stranger(app)
    assert "Кіру" in client.get("/sign-in", headers={"Accept-Language": "kk,ru;q=0.5"}).text
    assert "Войти" in client.get("/sign-in", headers={"Accept-Language": "fr"}).text


def test_without_demo_no_login_stands_on_the_page(app: Flask) -> None:
    page = p.stranger(app).get("/sign-in").text
    assert "demo-" not in page
    assert "Bob Monitor" not in page


def test_in_a_demonstration_one_tap_signs_in(make_app: Callable[..., Flask]) -> None:
    app = make_app(demo=True)
    with app.app_context():
        p.open_accounts()
    page = p.stranger(app).get("/sign-in").text
    assert "Bob Monitor" in page
    assert 'name="password" value="demo-bob"' in page
    assert "Ann Analyst" not in page  # not a demo account


def test_guessing_is_slowed_down(make_app: Callable[..., Flask]) -> None:
    app = make_app(rate_limits=True)
    with app.app_context():
        p.open_accounts()
    client = p.stranger(app)
    answers = [attempt(client, "bob", "wrong") for _ in range(10)]
    assert answers[:8] == [401] * 8
    assert answers[8:] == [429] * 2
    # Another person at the same address is not shut out by it.
    assert attempt(client, "ann", p.PASSWORD) == 303


def test_guessing_enrolment_codes_is_slowed_down(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_limits=True).test_client()
    answers = [client.post("/sync/enrol", json={"code": "0000-0000-0000"}) for _ in range(12)]
    assert 429 not in [answer.status_code for answer in answers[:10]]
    assert answers[11].status_code == 429
    assert answers[11].json["error"] == "rate-limited"


def test_the_administrator_opens_and_closes_accounts(app: Flask) -> None:
    adam = p.persona(app, "adam")
    form = {
        "name": "Dora Monitor",
        "login": "Dora",
        "role": "monitor",
        "group": "group-1",
        "password": "long enough pass",
    }
    assert p.post(adam, "/accounts", "/accounts", **{**form, "password": "short"}).status_code == 303
    assert "at least 12" in adam.get("/accounts").text
    p.post(adam, "/accounts", "/accounts", **form)
    assert "Dora Monitor" in adam.get("/accounts").text
    dora = p.stranger(app)
    assert attempt(dora, "dora", "long enough pass") == 303
    assert dora.get("/visits").status_code == 200
    with app.app_context():
        row = db.session.scalar(select(AccountRow).where(AccountRow.login == "dora"))
        assert row is not None
        person = app.extensions["aigaq"].read("reference", f"person:{row.id}")
    assert person["active"] is True
    p.post(adam, f"/accounts/{row.id}/closed", "/accounts", closed="1")
    assert dora.get("/visits").status_code == 303, "a closed account's session ends at once"
    assert attempt(dora, "dora", "long enough pass") == 401
    assert app.extensions["aigaq"].read("reference", f"person:{row.id}")["active"] is False


def test_the_administrator_cannot_lock_himself_out(app: Flask) -> None:
    adam = p.persona(app, "adam")
    p.post(adam, f"/accounts/{p.account_id('adam')}/closed", "/accounts", closed="1")
    assert adam.get("/accounts").status_code == 200


def test_the_audit_log_cannot_be_changed(app: Flask) -> None:
    from sqlalchemy import delete, update
    from sqlalchemy.exc import DatabaseError

    p.persona(app, "bob")
    with app.app_context():
        before = db.session.query(AuditRow).count()
        assert before > 0
        for statement in (update(AuditRow).values(subject="x"), delete(AuditRow)):
            with pytest.raises(DatabaseError, match="append-only"):
                db.session.execute(statement)
            db.session.rollback()
        assert db.session.query(AuditRow).count() == before


def test_the_log_says_whose_account_and_tablet_it_means(app: Flask) -> None:
    p.persona(app, "bob")
    page = p.persona(app, "ann").get("/audit").text
    with app.app_context():
        bob = db.session.scalars(select(AccountRow).where(AccountRow.login == "bob")).one()
    assert f"<td>{bob.name}<br><code" in page
    assert bob.id in page
