"""The sync engine as this application runs it.

Owns the choice of stores for a configuration; the engine itself is `sync`'s.
"""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import Engine
from sync.engine import SyncEngine
from sync.gateway.routes import create_blueprint

from sync.authorization import Authorizer
from webapp.config import Config


def build_engine(settings: Config, database: Engine, authorizer: Authorizer) -> SyncEngine:
    """An engine over the configured stores."""
    raise NotImplementedError


def sync_blueprint(engine: SyncEngine) -> Blueprint:
    """The gateway, `/sync/…`."""
    return create_blueprint(engine)
