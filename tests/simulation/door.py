"""What a simulation asks of the application besides the gateway: writes of the office, and everything it holds.

Owns the addresses `/_office/…`, which exist in simulations only. Reads stores as they are, so that nothing the
engine says of itself is taken for granted.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from flask import Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, event, select

from sync.database import reading
from sync.documents.contract import Incoming
from sync.engine import SyncEngine
from sync.errors import AigaqError
from sync.gateway import tables
from sync.revisions import Leaf, merge, revision_id
from sync.wire import parse_object
from tests.personas import ALICE, BOB, CAROL, CHARLIE, DANA
from webapp import security
from webapp.access import open_to_strangers
from webapp.accounts import person_document
from webapp.archive import current_proof
from webapp.cli import SYSTEM
from webapp.models import AccountRow, db, writing

PEOPLE = (ALICE, BOB, CHARLIE, CAROL, DANA)
FACILITY = {
    "_id": "facility:one",
    "type": "facility",
    "name": {"ru": "СИЗО-1"},
    "aliases": [],
    "codes": [],
    "facility_type": "sizo",
    "region": "north",
    "authority": "ministry",
    "address": {"ru": ""},
    "capacity": None,
    "opened": None,
    "closed": None,
    "holds": [],
    "recording": None,
    "source": None,
    "extra": {},
}


def plant(app: Flask) -> None:
    """Accounts and one facility."""
    with app.app_context():
        rows = [
            AccountRow(
                id=person.id,
                login=person.id.lower(),
                name=person.name,
                initial=person.initial,
                role=person.role,
                group_id=person.group,
                language=person.language,
            )
            for person in PEOPLE
        ]
        with writing() as session:
            session.add_all(rows)
        people = [person_document(row) for row in db.session.scalars(select(AccountRow))]
        _engine().submit_many("reference", [FACILITY, *people], author=SYSTEM)


def after_restore(app: Flask) -> None:
    """The command that the office gives after it has put back a backup."""
    result = app.test_cli_runner().invoke(args=["restored"])
    if result.exit_code != 0:
        raise RuntimeError(result.output) from result.exception


def open_door(app: Flask) -> None:
    """Add the addresses."""
    countdown = {"left": 0}

    @event.listens_for(Engine, "commit")
    def _commit(connection: object) -> None:
        # Killed in front of a commit: what was committed before it stays, nothing after it happens.
        if countdown["left"]:
            countdown["left"] -= 1
            if countdown["left"] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def die() -> ResponseReturnValue:
        countdown["left"] = int(_asked()["commits"])
        return jsonify(True)

    views = (code, submit, bury, dump, archive, verify)
    for view in (*views, die):
        app.add_url_rule(
            f"/_office/{view.__name__}", f"_{view.__name__}", open_to_strangers(view), methods=["POST"]
        )
        security.csrf.exempt(view)


def code() -> ResponseReturnValue:
    """A one-time code for an account's tablet."""
    engine = _engine()
    issued = current_app.extensions["aigaq-devices"].issue(
        _asked()["account"], engine.keys.root_fingerprint(), issued_by=SYSTEM.id
    )
    return jsonify(issued.text)


def submit() -> ResponseReturnValue:
    """Write a document as the office; with its header, so that a seed always makes the same revisions."""
    asked = _asked()
    engine = _engine()
    try:
        engine.submit_many(asked["channel"], [asked["document"]], author=SYSTEM)
    except AigaqError as error:
        return jsonify({"error": error.code, "message": error.message})
    return jsonify(True)


def bury() -> ResponseReturnValue:
    """Put a tombstone on a document's winner, as an administrator of the store could."""
    asked = _asked()
    leaves = _engine().documents.leaves(asked["channel"], asked["id"])
    if not leaves or leaves[0].deleted:
        return jsonify(False)
    last = leaves[0]
    doc = {name: last.doc[name] for name in ("_id", "type", "created_at", "created_by") if name in last.doc}
    rev = revision_id(last.rev, doc, deleted=True)
    incoming = Incoming(rev, doc, (last.rev, *last.ancestors), True)
    _engine().documents.put_revisions(asked["channel"], [incoming])
    _engine().catch_up()
    return jsonify(True)


def dump() -> ResponseReturnValue:
    """All documents as leaves and as merged readings; what is quarantined, erased, and held in chunks."""
    engine = _engine()
    engine.catch_up()
    channels = {}
    for channel in engine.documents.channels():
        since, documents, more = None, {}, True
        while more:
            page = engine.documents.changes(channel, since)
            documents |= {change.id: _leaves(change.leaves) for change in page.changes}
            since, more = page.since, page.more
        channels[channel] = documents
    with reading(engine.archive._database) as connection:
        erased = [row.document for row in connection.execute(select(tables.erasure)) if row.done]
        undone = [row.document for row in connection.execute(select(tables.erasure)) if not row.done]
        keys = [
            row.document for row in connection.execute(select(tables.content_key)) if row.material is not None
        ]
        chunks = [row.sha256 for row in connection.execute(select(tables.chunk))]
    held = sorted(engine.media.held(chunks))
    return jsonify(
        channels=channels,
        quarantine=engine.quarantine(),
        erased=erased,
        undone=undone,
        keys=keys,
        chunks=chunks,
        held=held,
    )


def archive() -> ResponseReturnValue:
    """Every archived envelope with its plaintext where its bytes are kept, and its receipt."""
    engine = _engine()
    rows = []
    with reading(engine.archive._database) as connection:
        query = select(tables.envelope, tables.receipt.c.body, tables.receipt.c.signature.label("signed"))
        query = query.outerjoin(tables.receipt, tables.receipt.c.envelope == tables.envelope.c.id)
        for row in connection.execute(query):
            plain = None
            if row.sealed is not None:
                plain = parse_object(engine.keys.open_envelope(row.key, row.id, bytes(row.sealed)))
            receipt = parse_object(row.body.encode()) if row.body else None
            rows.append(
                {
                    "id": row.id,
                    "device": row.device,
                    "carrier": row.carrier,
                    "channel": row.channel,
                    "document": row.document,
                    "revision": row.revision,
                    "sealed_sha256": row.sealed_sha256,
                    "receipt": receipt,
                    "signature": row.signed,
                    "plain": plain,
                }
            )
    return jsonify(rows)


def verify() -> ResponseReturnValue:
    """What the archive's own proof finds wrong; empty where nothing is."""
    return jsonify([f"{flaw.device} {flaw.envelope}: {flaw.what}" for flaw in current_proof().flaws])


def _leaves(leaves: tuple[Leaf, ...]) -> dict[str, Any]:
    merged = merge(list(leaves))
    return {
        "leaves": [
            {"rev": leaf.rev, "ancestors": leaf.ancestors, "deleted": leaf.deleted, "doc": leaf.doc}
            for leaf in leaves
        ],
        "reading": None
        if merged is None
        else {"rev": merged.rev, "doc": merged.doc, "conflicts": merged.conflicts},
    }


def _engine() -> SyncEngine:
    engine: SyncEngine = current_app.extensions["aigaq"]
    return engine


def _asked() -> dict[str, Any]:
    return parse_object(request.get_data())
