"""Commands: the seeded country is the same every time, and opens no door outside a demonstration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from content import country
from tests.webapp.conftest import config
from webapp import create_app
from webapp.models import AccountRow, db

DAY = date(2026, 5, 4)


@pytest.fixture(scope="module")
def small() -> country.Country:
    """The country with its first visit only: enough to compare, quick to write."""
    whole = country.build(1, DAY)
    first = next(channel for channel, _, _ in whole.documents if channel.startswith("visit-"))
    return replace(whole, documents=[each for each in whole.documents if each[0] in ("reference", first)])


def seeded(folder: Path, small: country.Country, monkeypatch: pytest.MonkeyPatch, *, demo: bool) -> Flask:
    folder.mkdir()
    app = create_app(replace(config(folder), demo=demo))
    monkeypatch.setattr(country, "build", lambda _number: small)
    result = app.test_cli_runner().invoke(args=["seed"])
    assert result.exit_code == 0, result.output
    return app


def test_the_country_is_the_same_every_time(small: country.Country) -> None:
    again = country.build(1, DAY)
    wanted = {document["_id"] for _, _, document in small.documents}
    assert [each for each in again.documents if each[2]["_id"] in wanted] == small.documents
    assert again.accounts == small.accounts


def test_two_seeded_offices_hold_the_same(
    tmp_path: Path, small: country.Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = seeded(tmp_path / "one", small, monkeypatch, demo=True)
    two = seeded(tmp_path / "two", small, monkeypatch, demo=True)
    for channel, author, document in small.documents:
        if document["type"] == "brief":
            continue
        first, second = (app.extensions["aigaq"].read(channel, document["_id"]) for app in (one, two))
        assert first is not None, document["_id"]
        assert first == second
        assert first["created_by"] == author
    logins = {}
    for app in (one, two):
        with app.app_context():
            rows = db.session.execute(
                select(AccountRow.id, AccountRow.login, AccountRow.role).order_by(AccountRow.id)
            )
            logins[app] = rows.all()
    assert logins[one] == logins[two]
    again = one.test_cli_runner().invoke(args=["seed"])
    assert again.exit_code != 0, "a country is never seeded over accounts"
    assert one.test_cli_runner().invoke(args=["seed", "--if-empty"]).exit_code == 0


def test_outside_a_demonstration_no_seeded_account_has_a_password(
    tmp_path: Path, small: country.Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = seeded(tmp_path / "real", small, monkeypatch, demo=False)
    with app.app_context():
        assert (
            db.session.scalars(
                select(AccountRow.password_hash).where(AccountRow.password_hash.is_not(None))
            ).all()
            == []
        )


def test_an_account_is_opened_by_command(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    monkeypatch.setenv("AIGAQ_NEW_PASSWORD", "several good words")
    run = app.test_cli_runner().invoke
    assert run(args=["create-account", "Chief", "The Chief", "--role", "admin"]).exit_code == 0
    assert "taken" in run(args=["create-account", "chief", "Another", "--role", "admin"]).output
    assert run(args=["create-account", "mona", "Mona", "--role", "monitor"]).exit_code != 0, (
        "a monitor needs a group"
    )
    with app.app_context():
        row = db.session.scalars(select(AccountRow)).one()
    assert (row.login, row.role) == ("chief", "admin")
    assert app.extensions["aigaq"].read("reference", f"person:{row.id}")["role"] == "admin"
