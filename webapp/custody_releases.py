"""One sealed item, released by a key holder to one author, for a time and a reason (docs/adr/0018-release-by-one-time-words.md).

Owns the pages. The item's key comes wrapped by one-time words that the key holder tells the author; the server can open
nothing, keeps the time, and writes every opening to the log before anything is given.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row, select

from sync.clock import system_clock, timestamp
from sync.errors import BadRequest
from sync.gateway import ceremony
from sync.gateway.released import Released, ReleasedKeys
from sync.projections import tables
from webapp import audit
from webapp.access import CONTENT, allow, current_account
from webapp.custody import GRANTED, SHORTEST_REASON, answer_for, authors, sealed_or_404
from webapp.material import belongs_to_interview, held_parts
from webapp.models import AccountRow, db
from webapp.sync_wiring import media_chunk
from webapp.visits import visible, visit_or_404

bp = Blueprint("custody_releases", __name__)

LONGEST = 30  # days


@bp.post("/custody/<channel>/<document_id>/release")
@allow("keyholder")
def release(channel: str, document_id: str) -> ResponseReturnValue:
    """Keep the opened item's key, wrapped by one-time words, for the named author."""
    visit_or_404(channel)
    sealed_or_404(channel, document_id)
    opened, at = session.get("opening", ("", 0))
    if opened != document_id or time.time() - at > GRANTED:
        abort(403)
    reason, days = request.form.get("reason", "").strip(), request.form.get("days", 0, type=int)
    author = db.session.get(AccountRow, request.form.get("account", ""))
    if len(reason) < SHORTEST_REASON or not 1 <= days <= LONGEST or author not in authors(channel):
        return jsonify(error="reason", message=_("Choose who, for how many days, and say why.")), 422
    try:
        wrapped = ceremony.parse_wrapped(json.loads(request.form.get("wrapped", "")))
    except (ValueError, BadRequest):
        abort(400)
    assert author is not None  # one of the authors
    account = current_account()
    until = timestamp(system_clock.now() + timedelta(days=days))
    made = _keys().add(channel, document_id, account=author.id, by=account.id, wrapped=wrapped, ends_at=until)
    detail: dict[str, object] = {
        "channel": channel,
        "to": author.id,
        "until": until,
        "reason": reason[:500],
        "release": made,
    }
    audit.record("custody.released", account=account.id, subject=document_id, detail=detail)
    return jsonify(release=made, until=until)


@bp.get("/released")
@allow(*CONTENT)
def every() -> str:
    """What is released to the person signed in; to a key holder, all that stands."""
    account = current_account()
    whose = None if account.role == "keyholder" else account.id
    rows = [(each, sealed) for each in _keys().standing(account=whose) if (sealed := _item(each)) is not None]
    return render_template("custody_releases/every.html", rows=rows, may_end=account.role == "keyholder")


@bp.post("/released/<release_id>/end")
@allow("keyholder")
def end(release_id: str) -> ResponseReturnValue:
    """Take it back before its time."""
    if not _keys().end(release_id):
        abort(404)
    audit.record("custody.release-ended", account=current_account().id, subject=release_id)
    flash(_("Ended: the words open nothing any more."), "ok")
    return redirect(url_for("custody_releases.every"), 303)


@bp.get("/released/<release_id>")
@allow(*CONTENT)
def show(release_id: str) -> str:
    """Ask the author why, and for the words."""
    released, item = _own_or_404(release_id)
    return render_template(
        "custody_releases/show.html",
        released=released,
        item=item,
        parts=held_parts(released.channel).get(item.id),
        spoken=belongs_to_interview(item.type, item.body),
    )


@bp.post("/released/<release_id>/opening")
@allow(*CONTENT)
def give(release_id: str) -> ResponseReturnValue:
    """Record the reason, then answer with what the browser needs."""
    released, item = _own_or_404(release_id)
    reason = request.form.get("reason", "").strip()
    if len(reason) < SHORTEST_REASON:
        return jsonify(error="reason", message=_("Say why you open it: at least a few words.")), 422
    detail: dict[str, object] = {"reason": reason[:500], "release": release_id}
    audit.record("custody.release-opened", account=current_account().id, subject=item.id, detail=detail)
    session["opening"] = [item.id, int(time.time())]
    return jsonify(released=released.wrapped, **answer_for(item))


@bp.get("/released/<release_id>/chunks/<sha256>")
@allow(*CONTENT)
def chunk(release_id: str, sha256: str) -> Response:
    """One part of the recording, while the release stands and a reason was given."""
    _released, item = _own_or_404(release_id)
    opened, at = session.get("opening", ("", 0))
    if opened != item.id or time.time() - at > GRANTED:
        abort(403)
    data = None
    if sha256 in {part["sha256"] for part in item.body.get("chunks") or []}:
        data = media_chunk(current_app.extensions["aigaq"], sha256)
    if data is None:
        abort(404)
    return Response(data, content_type="application/octet-stream")


def _keys() -> ReleasedKeys:
    found: ReleasedKeys = current_app.extensions["aigaq"].released_keys
    return found


def _own_or_404(release_id: str) -> tuple[Released, Row[Any]]:
    """A release to the person signed in that stands, and its item; anything else does not exist."""
    rows = _keys().standing(account=current_account().id, id_=release_id)
    item = _item(rows[0]) if rows else None
    if item is None:
        abort(404)
    return rows[0], item


def _item(released: Released) -> Row[Any] | None:
    """The released item; None where it is erased, or its visit is no longer the reader's to see."""
    item, visit = tables.item, tables.visit
    seen = select(visit.c.channel).where(visible(current_account()))
    return db.session.execute(
        select(item).where(
            item.c.channel == released.channel,
            item.c.id == released.document,
            ~item.c.erased,
            item.c.channel.in_(seen),
        )
    ).first()
