"""The office on a small country of its own, for one test run of a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, Playwright

from sync.authorization import Account
from tests.browser.chromium import open_page
from tests.webapp import personas
from webapp import create_app
from webapp.config import ROOT, Config

ANN = Account(personas.account_id("ann"), "Ann Analyst", "A", "analyst", None, "en")


@pytest.fixture(scope="session", autouse=True)
def translations() -> None:
    """What set-up does: the compiled messages are never committed.

    Only what is older than its source, and each file at once: others read them meanwhile.
    """
    for source in (ROOT / "webapp").glob("**/translations/*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with (
            tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as file,
            source.open("rb") as messages,
        ):
            write_mo(file, read_po(messages))
        made = Path(file.name)
        made.chmod(0o644)
        made.replace(compiled)


def config(folder: Path) -> Config:
    return Config(
        instance=folder,
        database_url=f"sqlite:///{folder / 'aigaq.sqlite'}",
        documents_url=f"sqlite:///{folder / 'documents.sqlite'}",
        secret_key="for tests",
        rate_limits=False,
        password_memory_kib=1024,
    )


def populate(app: Flask) -> None:
    engine = app.extensions["aigaq"]
    with app.app_context():
        personas.open_accounts()
        engine.submit_many("reference", personas.reference(), author=ANN)
        engine.submit_many(personas.VISIT, personas.visit_documents(), author=ANN)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for all tests that leave it as they found it, or only add."""
    made = create_app(config(tmp_path_factory.mktemp("office")))
    made.testing = True
    # Errors are pages here too, as people see them.
    made.config["PROPAGATE_EXCEPTIONS"] = False
    populate(made)
    return made


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    """A browser's page, as the office's people have it; a recording may play without a tap of its own."""
    with open_page(playwright, "--autoplay-policy=no-user-gesture-required") as made:
        yield made


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., Flask]:
    """An application of one's own, with changed settings."""

    def make(**changes: object) -> Flask:
        made = create_app(replace(config(tmp_path), **changes))  # type: ignore[arg-type]
        made.testing = True
        return made

    return make


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], FlaskClient]:
    return lambda login: personas.persona(app, login)
