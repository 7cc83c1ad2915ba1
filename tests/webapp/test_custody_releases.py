"""One sealed item for one author: for a time, with reasons, and never through the server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select, update

from sync.database import writing
from sync.gateway import tables
from sync.gateway.keys import DEMO_CUSTODY_PASSPHRASE
from tests.webapp import personas as p
from tests.webapp.conftest import ANN
from tests.webapp.test_custody_keys import (
    WRAPPED,
    acts,
    address,
    office,
    open_item,
    seal_testimony,
)
from webapp.models import db

__all__ = ["address", "office"]

ITEM = f"/custody/{p.VISIT}/{p.TESTIMONY}"


@pytest.fixture
def sealed(office: Flask) -> Flask:
    seal_testimony(office, p.TESTIMONY, "heard in private")
    return office


def release(office: Flask, kate: FlaskClient, **changes: str) -> tuple[int, str]:
    p.post(kate, f"{ITEM}/opening", ITEM, reason="To release it")
    fields = {"account": p.account_id("bob"), "days": "3", "reason": "He writes this part"}
    answer = p.post(kate, f"{ITEM}/release", ITEM, wrapped=json.dumps(WRAPPED), **{**fields, **changes})
    return answer.status_code, (answer.json or {}).get("release", "")


def box(office: Flask, id_: str) -> str | None:
    columns = tables.custody_release.c
    with office.app_context():
        found: str | None = db.session.scalar(select(columns.box).where(columns.id == id_))
        return found


def test_only_the_named_author_is_given_it_and_with_a_reason(sealed: Flask) -> None:
    kate = p.persona(sealed, "kate")
    status, made = release(sealed, kate)
    assert status == 200
    page = f"/released/{made}"
    for login in ("alice", "charlie", "ann", "kate"):
        assert p.persona(sealed, login).get(page).status_code == 404, login
    bob = p.persona(sealed, "bob")
    assert p.post(bob, f"{page}/opening", page, reason=" ").status_code == 422
    answer = p.post(bob, f"{page}/opening", page, reason="To write my part")
    assert answer.json["released"] == WRAPPED
    assert "stanza" not in answer.json
    assert acts(sealed, "custody.release-opened") == [p.TESTIMONY]
    assert acts(sealed, "custody.released") == [p.TESTIMONY]


@pytest.mark.parametrize(
    "changes",
    [
        {"account": p.account_id("charlie")},
        {"account": p.account_id("adam")},
        {"days": "0"},
        {"days": "31"},
        {"reason": " "},
    ],
    ids=["another group", "administrator", "no day", "too long", "no reason"],
)
def test_nothing_is_released_to_others_or_for_ever(sealed: Flask, changes: dict[str, str]) -> None:
    assert release(sealed, p.persona(sealed, "kate"), **changes)[0] == 422


def test_it_ends_by_the_clock_by_the_key_holder_and_by_erasure(sealed: Flask) -> None:
    kate, bob = p.persona(sealed, "kate"), p.persona(sealed, "bob")
    over, ended, erased = (release(sealed, kate)[1] for _ in range(3))
    columns, engine = tables.custody_release.c, sealed.extensions["aigaq"]
    with sealed.app_context():
        database = db.engine
    with writing(database) as connection:
        past = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        connection.execute(update(tables.custody_release).where(columns.id == over).values(ends_at=past))
    assert bob.get(f"/released/{over}").status_code == 404
    assert p.post(kate, f"/released/{ended}/end", "/released").status_code == 303
    assert bob.get(f"/released/{ended}").status_code == 404
    assert bob.get(f"/released/{erased}").status_code == 200
    withdrawal = {
        "type": "withdrawal",
        "interview": None,
        "use": "interview",
        "erases": [p.TESTIMONY],
        "reason": "",
    }
    engine.submit(p.VISIT, withdrawal, author=ANN)
    assert bob.get(f"/released/{erased}").status_code == 404
    assert [box(sealed, each) for each in (over, ended, erased)] == [None, None, None]


def test_the_author_opens_it_with_the_words_that_were_told(
    sealed: Flask, address: str, page: Page, tmp_path: Path
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))

    def sign_in(login: str) -> None:
        page.context.clear_cookies()
        page.goto(f"{address}/sign-in")
        page.fill("input[name=login]:visible", login)
        page.fill("input[name=password]:visible", p.PASSWORD)
        page.click("button.primary")

    sign_in("kate")
    assert "heard in private" in open_item(page, address, p.TESTIMONY, DEMO_CUSTODY_PASSPHRASE)
    page.click("#opened summary:has-text('Release')")
    page.select_option("#release [name=account]", label="Bob Monitor")
    page.fill("#release [name=reason]", "He writes this part")
    page.click("#release button")
    page.wait_for_selector("#release-words:visible")
    words = page.inner_text("#release-words strong")
    page.click("#close")
    assert words not in page.content()

    sign_in("bob")
    page.goto(f"{address}/released")
    page.click("a:has-text('Open')")
    for typed, shown in (("some other words", "#state.error"), (words, "#opened:visible")):
        page.fill("#opening [name=reason]", "To write my part")
        page.fill("#passphrase", typed)
        page.click("#opening button.seal")
        page.wait_for_selector(shown)
    assert "heard in private" in page.inner_text("#content")
    assert not any(words in each or words.replace(" ", "+") in each for each in sent)
