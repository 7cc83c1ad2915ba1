"""The sync engine as this application runs it.

Owns the choice of stores for a configuration; the engine itself is `sync`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from sqlalchemy import Engine

from sync.authorization import Account, Authorizer
from sync.documents.contract import ReplicatedStore
from sync.documents.couch import CouchStore
from sync.documents.couch_setup import set_up
from sync.documents.embedded import EmbeddedStore
from sync.engine import SyncEngine
from sync.gateway import left_words
from sync.gateway.erasure_list import ErasureList
from sync.gateway.keys import DEMO_CUSTODY_PASSPHRASE, ServerKeys
from sync.gateway.media import MediaFolder
from sync.gateway.replication.access import Credentials
from sync.gateway.replication.routes import create_blueprint as create_replication
from sync.gateway.routes import create_blueprint
from sync.gateway.traffic import Quota
from webapp.access import account_of_session, as_author
from webapp.config import Config

_log = logging.getLogger(__name__)


def build_engine(settings: Config, database: Engine, authorizer: Authorizer) -> SyncEngine:
    """An engine over the configured stores; makes what is missing."""
    return SyncEngine(
        documents=open_documents(settings),
        database=database,
        media=MediaFolder(settings.instance / "media"),
        keys=ServerKeys.open(settings.instance / "keys", demo=settings.demo),
        authorizer=authorizer,
        quota=Quota(
            requests_per_hour=settings.device_requests_per_hour,
            bytes_per_hour=settings.device_gib_per_hour << 30,
            bytes_stored=settings.device_gib_stored << 30,
        ),
        erasure_list=erasure_list(settings),
    )


def erasure_list(settings: Config) -> ErasureList:
    """What was withdrawn, in a file that outlives every backup of the database."""
    return ErasureList(settings.instance / "erasures.ndjson")


def open_documents(settings: Config) -> ReplicatedStore:
    """The document store that the settings name: CouchDB (`couchdb+http…`), else SQLite or PostgreSQL."""
    if settings.documents_url.startswith("couchdb+"):
        if settings.documents_admin:
            for sentence in set_up(settings.documents_url, settings.documents_admin, channels=False):
                _log.info(sentence)
        return CouchStore(settings.documents_url, admin=settings.documents_admin or None)
    return EmbeddedStore(settings.documents_url)


def sync_blueprint(engine: SyncEngine) -> Blueprint:
    """The gateway, `/sync/…`."""
    return create_blueprint(engine, office_account)


def replication_blueprint(engine: SyncEngine, credentials: Credentials) -> Blueprint:
    """CouchDB's replication protocol, `/sync/couch/…`."""
    return create_replication(engine, credentials)


def office_account() -> Account | None:
    """Who is signed in on an office page, for the gateway's addresses that such pages use."""
    row = account_of_session()
    return None if row is None else as_author(row)


def root_fingerprint(engine: SyncEngine) -> bytes:
    """SHA-256 of the organisation root's public bytes."""
    return engine.keys.root_fingerprint()


def key_set_number(engine: SyncEngine) -> int:
    """The number of the key set in use."""
    return int(engine.keys.keyset["set"]["number"])


def stored_bytes(engine: SyncEngine) -> dict[str, int]:
    """What each device has made the server keep, in bytes."""
    return engine.traffic.totals()


def wrapped_custody_key(engine: SyncEngine, key_id: str | None) -> dict[str, Any] | None:
    """The custody key that an item is sealed to, in use or an earlier one, wrapped; None where it is not here."""
    return next((row for row in engine.keys.wrapped_custody_keys() if row["id"] == key_id), None)


def demo_custody_passphrase(settings: Config, wrapped: dict[str, Any] | None) -> str | None:
    """What opens a custody key that a demonstration has made; None outside one, and for words that people chose."""
    if not settings.demo or wrapped is None or wrapped.get("rewrapped"):
        return None
    return (
        DEMO_CUSTODY_PASSPHRASE if wrapped.get("demo") else left_words.of(settings.instance / "keys", wrapped)
    )


def held_chunks(engine: SyncEngine, hashes: Iterable[str]) -> set[str]:
    """Which of these media chunks have arrived."""
    return engine.media.held(hashes)


def media_chunk(engine: SyncEngine, sha256: str) -> bytes | None:
    """One ciphertext chunk, or None."""
    return engine.media.get(sha256)
