"""The sync engine as this application runs it.

Owns the choice of stores for a configuration; the engine itself is `sync`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from sqlalchemy import Engine
from sync.engine import SyncEngine
from sync.gateway.routes import create_blueprint

from sync.authorization import Authorizer
from sync.documents.embedded import EmbeddedStore
from sync.gateway.keys import ServerKeys
from sync.gateway.media import MediaFolder
from webapp.config import Config


@dataclass(frozen=True)
class ContentKey:
    """A custody item's key, sealed to the custody key."""

    stanza: str  # b64
    key_id: str


def build_engine(settings: Config, database: Engine, authorizer: Authorizer) -> SyncEngine:
    """An engine over the configured stores; makes what is missing."""
    return SyncEngine(
        documents=EmbeddedStore(settings.documents_url),
        database=database,
        media=MediaFolder(settings.instance / "media"),
        keys=ServerKeys.open(settings.instance / "keys", demo=settings.demo),
        authorizer=authorizer,
    )


def sync_blueprint(engine: SyncEngine) -> Blueprint:
    """The gateway, `/sync/…`."""
    return create_blueprint(engine)


def root_fingerprint(engine: SyncEngine) -> bytes:
    """SHA-256 of the organisation root's public bytes."""
    return engine.keys.root_fingerprint()


def wrapped_custody_key(engine: SyncEngine) -> dict[str, Any]:
    """The custody key as key holders open it, under their passphrase."""
    return engine.keys.wrapped_custody


def held_chunks(engine: SyncEngine, hashes: Iterable[str]) -> set[str]:
    """Which of these media chunks have arrived."""
    return engine.media.held(hashes)


def media_chunk(engine: SyncEngine, sha256: str) -> bytes | None:
    """One ciphertext chunk, or None."""
    return engine.media.get(sha256)
