"""The office on a small country of its own, for one test run of a worker."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sync.authorization import Account
from tests.webapp import personas
from webapp import create_app
from webapp.config import ROOT, Config

ANN = Account(personas.account_id("ann"), "Ann Analyst", "A", "analyst", None, "en")


@pytest.fixture(scope="session", autouse=True)
def translations() -> None:
    """What set-up does: the compiled messages are never committed."""
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-d", "webapp/translations"]
    subprocess.run(command, cwd=ROOT, check=True)


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
