"""Opening sealed items: what key holders' browsers need for it, and the record that they did.

Owns the page and its answers. The server gives ciphertext, the item's sealed key and the wrapped
custody key; it can open none of them (invariant 6). Every opening is in the audit log, with its
reason, before anything is given.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row, select

from sync.projections import tables
from sync.wire import b64
from webapp import audit
from webapp.access import allow, as_author, current_account
from webapp.custody_keys import rehearsal_due
from webapp.material import belongs_to_interview, held_parts
from webapp.models import AccountRow, db
from webapp.sync_wiring import demo_custody_passphrase, media_chunk, wrapped_custody_key
from webapp.visits import visit_or_404

bp = Blueprint("custody", __name__)

GRANTED = 30 * 60  # seconds an opening lets its parts be fetched
SHORTEST_REASON = 5


@bp.get("/custody/<channel>/<document_id>")
@allow("keyholder")
def show(channel: str, document_id: str) -> str:
    """Ask why, and for the passphrase, which never leaves the page."""
    visit = visit_or_404(channel)
    item = sealed_or_404(channel, document_id)
    engine = current_app.extensions["aigaq"]
    key = engine.content_keys.get(channel, document_id)
    wrapped = wrapped_custody_key(engine, key.key_id) if key else None
    return render_template(
        "custody/show.html",
        sealed_to=wrapped and wrapped["id"],
        earlier_key=wrapped is not None and wrapped["id"] != engine.keys.wrapped_custody["id"],
        rehearsal_due=rehearsal_due(),
        visit=visit,
        item=item,
        parts=held_parts(channel).get(document_id),
        spoken=belongs_to_interview(item.type, item.body),
        authors=authors(channel),
        demo_passphrase=demo_custody_passphrase(current_app.config["AIGAQ"], wrapped),
    )


@bp.post("/custody/<channel>/<document_id>/opening")
@allow("keyholder")
def give(channel: str, document_id: str) -> ResponseReturnValue:
    """Record the reason, then answer with what the browser needs to open the item."""
    visit_or_404(channel)
    item = sealed_or_404(channel, document_id)
    reason = request.form.get("reason", "").strip()
    if len(reason) < SHORTEST_REASON:
        return jsonify(error="reason", message=_("Say why you open it: at least a few words.")), 422
    account = current_account()
    audit.record("custody.reason", account=account.id, subject=document_id, detail={"reason": reason[:500]})
    # The engine writes a row of its own when it gives the sealed key.
    key = current_app.extensions["aigaq"].content_key(channel, document_id, as_author(account))
    if key is None:
        return jsonify(error="erased", message=_("Its key is destroyed: nobody can open it.")), 410
    wrapped = wrapped_custody_key(current_app.extensions["aigaq"], key.key_id)
    if wrapped is None:
        message = _("It is sealed to a custody key that this server does not have. Tell the administrator.")
        return jsonify(error="no-key", message=message), 409
    session["opening"] = [document_id, int(time.time())]
    return jsonify(custody=wrapped, key_id=key.key_id, stanza=b64(key.material), **answer_for(item))


@bp.post("/custody/<channel>/<document_id>/key")
@allow("keyholder")
def give_out(channel: str, document_id: str) -> ResponseReturnValue:
    """Record why the key of an opened medium is saved for an evidence package; the browser has it already."""
    visit_or_404(channel)
    item = sealed_or_404(channel, document_id)
    if item.type != "medium":
        abort(404)
    opened, at = session.get("opening", ("", 0))
    if opened != document_id or time.time() - at > GRANTED:
        abort(403)
    reason = request.form.get("reason", "").strip()
    if len(reason) < SHORTEST_REASON:
        return jsonify(error="reason", message=_("Say who gets it and why: at least a few words.")), 422
    detail: dict[str, object] = {"channel": channel, "reason": reason[:500]}
    audit.record("custody.key-given", account=current_account().id, subject=document_id, detail=detail)
    return jsonify(medium=document_id)


@bp.get("/custody/<channel>/<document_id>/chunks/<sha256>")
@allow("keyholder")
def chunk(channel: str, document_id: str, sha256: str) -> Response:
    """One part of a sealed recording, to whoever has just given a reason for opening it."""
    opened, at = session.get("opening", ("", 0))
    if opened != document_id or time.time() - at > GRANTED:
        abort(403)
    visit_or_404(channel)
    item = sealed_or_404(channel, document_id)
    if sha256 not in {part["sha256"] for part in item.body.get("chunks") or []}:
        abort(404)
    data = media_chunk(current_app.extensions["aigaq"], sha256)
    if data is None:
        abort(404)
    return Response(data, content_type="application/octet-stream")


def answer_for(item: Row[Any]) -> dict[str, Any]:
    """What a browser needs of an item beside its key."""
    body: dict[str, Any] = item.body
    return {
        "id": item.id,
        "type": item.type,
        "sealed": body.get("sealed"),
        "kind": body.get("kind"),
        "mime": body.get("mime"),
        # A complete file ends with its flagged frame; of any other the document says how many there are.
        "interrupted_after": None if body.get("state", "complete") == "complete" else body.get("frames") or 0,
        "frames": body.get("frames") or 0,
        "duration_ms": body.get("duration_ms"),
        # Made by another program: its frames are no seconds, and it may not be made for playing piece by piece.
        "whole": bool(body.get("imported")),
        "chunks": body.get("chunks") or [],
    }


def authors(channel: str) -> list[AccountRow]:
    """Who may be given something of this visit: its team, and analysts."""
    member = tables.visit_member
    team = select(member.c.person).where(member.c.channel == channel)
    rows = select(AccountRow).where(
        AccountRow.active, (AccountRow.role == "analyst") | AccountRow.id.in_(team)
    )
    return list(db.session.scalars(rows.order_by(AccountRow.name)))


def sealed_or_404(channel: str, document_id: str) -> Row[Any]:
    item = tables.item
    row = db.session.execute(
        select(item).where(item.c.channel == channel, item.c.id == document_id, item.c["class"] == "custody")
    ).first()
    if row is None or row.erased:
        abort(404)
    return row
