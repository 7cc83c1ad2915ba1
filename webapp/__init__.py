"""The office and the composition root: everything is made and wired here, once.

`create_app` builds the stores, the sync engine and the pages and passes each what it needs; no
other module reads the environment or makes an engine of its own.
"""

from __future__ import annotations

import importlib
from datetime import timedelta

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from sync.database import pool_options, prepare, writing
from webapp import (
    access,
    catalogues,
    cli,
    error_pages,
    home,
    languages,
    replication,
    security,
    shell,
    wording,
)
from webapp.config import ROOT, Config
from webapp.devices import Devices
from webapp.models import Base, db
from webapp.release import Releases
from webapp.sync_wiring import build_engine, replication_blueprint, sync_blueprint

PAGES = (
    "home",
    "accounts",
    "programs",
    "audit",
    "tablets",
    "visits",
    "visit_page",
    "custody",
    "custody_keys",
    "custody_releases",
    "withdrawals",
    "evidence",
    "facilities",
    "recommendations",
    "plans",
    "forms",
    "library",
    "imports.pages",
    "quarantine",
    "couriers",
    "indicators",
    "reports",
)

MAX_FORM = 24 * 1024 * 1024  # bytes; a register to import fits, a video does not belong into a form


def create_app(config: Config | None = None) -> Flask:
    """A ready application on `config`, by default the environment's. Makes missing tables and keys."""
    settings = config or Config.from_environment()
    app = Flask(__name__, static_folder=str(ROOT / "static"), instance_path=str(settings.instance))
    app.config.update(
        AIGAQ=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=pool_options(settings.database_url),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=MAX_FORM,
    )
    if settings.https:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    prepare(engine)
    # As a writer: of two workers that start together one makes the tables, the other finds them.
    with writing(engine) as connection:
        Base.metadata.create_all(connection)

    security.register(app, https=settings.https, rate_limits=settings.rate_limits)
    access.register(app)
    languages.register(app, time_zone=catalogues.time_zone)
    catalogues.register(app)
    wording.register(app)
    error_pages.register(app)
    cli.register(app)
    replication.register(app)
    _wire_sync(app, settings, engine)
    _wire_shell(app, settings)
    app.register_blueprint(shell.bp)
    for name in PAGES:
        _register_pages(app, name)
    security.limit_guessing(app)
    app.jinja_env.globals.update(
        navigation=home.navigation, role_name=home.role_name, signed_in=access.signed_in
    )
    return app


def _wire_sync(app: Flask, settings: Config, engine: Engine) -> None:
    devices = Devices(engine, settings.secret_key)
    app.extensions["aigaq-devices"] = devices
    app.extensions["aigaq"] = build_engine(settings, engine, devices)
    # What a crash left undone is finished, and in the read model, before the first page is read.
    app.extensions["aigaq"].resume()
    blueprint = sync_blueprint(app.extensions["aigaq"])
    app.register_blueprint(blueprint)
    # Its requests are signed by devices or carry a bearer token: no cookie, so nothing to forge.
    security.csrf.exempt(blueprint)
    # Replicators sign in with every request.
    front = replication_blueprint(app.extensions["aigaq"], replication.credentials_of(engine))
    app.register_blueprint(front)
    security.csrf.exempt(front)


def _wire_shell(app: Flask, settings: Config) -> None:
    taken = shell.take_snapshot()
    releases = Releases(settings.instance / "releases", app.extensions["aigaq"].keys, local=settings.demo)
    app.extensions["aigaq-shell"], app.extensions["aigaq-releases"] = taken, releases
    if releases.of(taken.hashes) is None:
        app.logger.warning(
            "The app (version %s) is not signed by the organisation: tablets that are enrolled refuse it. "
            "See docs/keys.md, Releases.",
            taken.version[:16],
        )


def _register_pages(app: Flask, name: str) -> None:
    """Register the `bp` of `webapp/<name>`."""
    app.register_blueprint(importlib.import_module(f"webapp.{name}").bp)
