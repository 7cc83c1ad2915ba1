"""Programs that replicate: their credentials in the office and on the command line, and who is slowed down."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from sync.gateway.replication.watch import MOST_WAITERS
from tests.webapp import personas as p
from tests.webapp.conftest import populate
from webapp import replication
from webapp.models import AccountRow, AuditRow, db, writing
from webapp.replication import REMEMBERED_SECONDS, ReplicationCredentials, make_credential, revoke_credential


def ask(app: Flask, login: str, secret: str, path: str = "/sync/couch/reference") -> int:
    given = base64.b64encode(f"{login}:{secret}".encode()).decode()
    return app.test_client().get(path, headers={"Authorization": f"Basic {given}"}).status_code


def account(login: str) -> AccountRow:
    return db.session.scalars(select(AccountRow).where(AccountRow.login == login)).one()


def shown(page: str) -> str:
    (secret,) = re.findall(r'value="([0-9a-f]{40})"', page)
    return str(secret)


def send(client: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    csrf = p.token(client.get(address.removesuffix("/withdrawn")))
    answer = client.post(address, data={**form, "csrf_token": csrf})
    return answer.status_code, answer.text


def test_a_secret_is_shown_once_and_works_until_it_is_withdrawn(app: Flask) -> None:
    adam, address = p.persona(app, "adam"), f"/accounts/{p.account_id('ann')}/programs"
    status, page = send(adam, address, name="couch in Oral")
    secret = shown(page)
    assert status == 200
    assert "couch in Oral" in page
    listed = adam.get(address).text
    assert "couch in Oral" in listed
    assert secret not in listed
    assert ask(app, "ann", secret) == 200
    assert ask(app, "ANN ", secret) == 200
    assert ask(app, "bob", secret) == 401
    assert ask(app, "ann", secret[:-1] + "x") == 401
    assert send(adam, address, name="couch in Oral")[0] == 303, "a name is used once"
    assert send(adam, address, name=" ")[0] == 303
    assert adam.get(address).text.count('<span class="title">couch in Oral') == 1
    assert send(adam, f"{address}/withdrawn", name="couch in Oral")[0] == 303
    assert ask(app, "ann", secret) == 401
    assert "couch in Oral" not in adam.get(address).text
    with app.app_context():
        query = select(AuditRow.action, AuditRow.account_id).where(AuditRow.subject == p.account_id("ann"))
        acts = [tuple(row) for row in db.session.execute(query)]
    for action in ("replication.credential", "replication.revoked"):
        assert (action, p.account_id("adam")) in acts


def test_only_a_replicator_reads_a_visit_that_is_not_its_accounts(app: Flask) -> None:
    adam, address = p.persona(app, "adam"), f"/accounts/{p.account_id('charlie')}/programs"
    plain = shown(send(adam, address, name="plain")[1])
    replicator = shown(send(adam, address, name="copier", replicator="1")[1])
    assert ask(app, "charlie", plain, f"/sync/couch/{p.VISIT}") == 404
    assert ask(app, "charlie", replicator, f"/sync/couch/{p.VISIT}") == 200
    assert ask(app, "charlie", plain) == 200


def test_a_closed_account_has_no_programs(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    populate(app)
    with app.app_context():
        secret = make_credential(account("bob"), "script", replicator=False)
    assert ask(app, "bob", secret) == 200
    adam = p.persona(app, "adam")
    csrf = p.token(adam.get("/accounts"))
    adam.post(f"/accounts/{p.account_id('bob')}/closed", data={"closed": "1", "csrf_token": csrf})
    assert ask(app, "bob", secret) == 401
    assert ask(app, "bob", p.PASSWORD) == 401
    address = f"/accounts/{p.account_id('bob')}/programs"
    assert send(adam, address, name="xyzzy")[0] == 303
    assert "xyzzy" not in adam.get(address).text


def test_the_command_line_makes_and_withdraws(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["replication-credential", "kate", "nightly", "--replicator"])
    assert made.exit_code == 0, made.output
    secret = made.output.strip()
    assert ask(app, "kate", secret, f"/sync/couch/{p.VISIT}") == 200
    assert runner.invoke(args=["replication-revoke", "kate", "nightly"]).output == "1 withdrawn\n"
    assert ask(app, "kate", secret) == 401
    assert runner.invoke(args=["replication-revoke", "kate", "nightly"]).output == "0 withdrawn\n"
    unknown = runner.invoke(args=["replication-credential", "nobody", "x"])
    assert unknown.exit_code != 0
    assert "no account nobody" in unknown.output


def test_a_password_is_checked_slowly_once_and_remembered_for_a_while(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    populate(app)
    checked: list[str] = []
    now = [0.0]

    def fits(row: AccountRow | None, secret: str) -> bool:
        checked.append(secret)
        return row is not None and row.active and secret == "right"

    with app.app_context():
        known = ReplicationCredentials(db.engine, fits, lambda: now[0])
        for _ in range(3):
            assert known("bob", "right") is not None
        assert checked == ["right"]
        assert known("charlie", "right") is not None, "remembered for one login only"
        for _ in range(2):
            assert known("bob", "wrong") is None
        assert checked == ["right", "right", "wrong", "wrong"], "what does not fit is never remembered"
        now[0] += REMEMBERED_SECONDS
        assert known("bob", "right") is not None
        assert checked[4:] == ["right"]
        with writing() as write:
            write.execute(update(AccountRow).where(AccountRow.login == "bob").values(session_epoch=7))
        assert known("bob", "right") is not None
        assert checked[5:] == ["right"], "a new password makes what is remembered void"
        with writing() as write:
            write.execute(update(AccountRow).where(AccountRow.login == "bob").values(active=False))
        assert known("bob", "right") is None


def test_the_memory_of_passwords_is_bounded(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replication, "MOST_REMEMBERED", 3)
    app = make_app()
    populate(app)
    with app.app_context():
        known = ReplicationCredentials(db.engine, lambda row, secret: row is not None)
        for number in range(10):
            assert known("bob", f"word {number}") is not None
            assert len(known._remembered) <= 3


def test_guessing_is_slowed_down_and_whoever_is_let_in_is_not(make_app: Callable[..., Flask]) -> None:
    app = make_app(rate_limits=True)
    populate(app)
    with app.app_context():
        secret = make_credential(account("ann"), "script", replicator=False)
    assert [ask(app, "ann", secret) for _ in range(40)] == [200] * 40
    answers = [ask(app, "ann", f"guess {number}") for number in range(35)]
    assert answers[:30] == [401] * 30
    assert answers[30:] == [429] * 5


def test_so_many_feeds_wait_and_no_more(app: Flask) -> None:
    with app.app_context():
        secret = make_credential(account("ann"), "feeds", replicator=False)
    given = {"Authorization": "Basic " + base64.b64encode(f"ann:{secret}".encode()).decode()}
    place = app.test_client().get("/sync/couch/reference", headers=given).json
    assert place is not None
    path = f"/sync/couch/reference/_changes?feed=longpoll&heartbeat=100&since={place['update_seq']}"
    # A sign of life begins the answer; it goes on until somebody writes, or its reader goes.
    waiting = [app.test_client().get(path, headers=given, buffered=False) for _ in range(MOST_WAITERS)]
    refused = app.test_client().get(path, headers=given, buffered=False)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert app.test_client().get("/sync/couch/reference/_changes?limit=1", headers=given).status_code == 200
    waiting.pop().close()
    freed = app.test_client().get(path, headers=given, buffered=False)
    assert freed.status_code == 200
    for answer in (*waiting, freed):
        answer.close()
    with app.app_context():
        revoke_credential(account("ann"), "feeds")
