"""The custody key's pages: making it, rehearsing its recovery shares, changing its passphrase.

Owns the pages and what the log says of them. Key, passphrase and shares exist in the key holder's browser only;
what comes here is the public part, the wrapped private part, and answers that prove that a browser holds the key.
"""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from sync.clock import system_clock, timestamp
from sync.errors import AigaqError, BadRequest, NotFound
from sync.gateway import ceremony, rotation
from sync.gateway.keys import ServerKeys
from webapp import audit
from webapp.access import allow, current_account
from webapp.models import AuditRow, db

bp = Blueprint("custody_keys", __name__)

REHEARSE_AFTER = timedelta(days=365)
ANSWER_SECONDS = 30 * 60  # how long a browser may take to open the test item


@bp.get("/custody-keys")
@allow("keyholder")
def every() -> str:
    """The key in use, the one that waits, and those before; when the shares of each were last rehearsed."""
    keys = server_keys()
    current, *earlier = keys.wrapped_custody_keys()
    waiting = ceremony.waiting(keys)
    ids = [row["id"] for row in (current, waiting, *earlier) if row]
    return render_template(
        "custody_keys/every.html",
        current=current,
        waiting=waiting,
        earlier=earlier,
        rehearsed=last_rehearsals(ids),
        overdue=rehearsal_due(),
    )


@bp.get("/custody-keys/new")
@allow("keyholder")
def new() -> ResponseReturnValue:
    """Make a key: everything happens in the browser."""
    if ceremony.waiting(server_keys()) is not None:
        flash(_("A key waits already. Finish with it, or discard it first."), "wait")
        return redirect(url_for("custody_keys.every"), 303)
    return render_template("custody_keys/new.html")


@bp.post("/custody-keys/new")
@allow("keyholder")
def keep() -> ResponseReturnValue:
    """Keep the wrapped form and the public part of what was made."""
    account = current_account()
    try:
        made = ceremony.wait(
            server_keys(),
            request.form.get("public", ""),
            _wrapped(),
            by=account.id,
            now=timestamp(system_clock.now()),
        )
    except AigaqError as error:
        return jsonify(error=error.code), error.status
    audit.record("custody.key-made", account=account.id, subject=made["id"])
    return jsonify(next=url_for("custody_keys.rehearsal", key_id=made["id"]))


@bp.post("/custody-keys/discard")
@allow("keyholder")
def discard() -> ResponseReturnValue:
    """Forget the key that waits."""
    try:
        gone = ceremony.discard(server_keys())
    except NotFound:
        abort(404)
    audit.record("custody.key-discarded", account=current_account().id, subject=gone)
    flash(_("The key is discarded. Nothing was sealed to it; its shares are worthless."), "ok")
    return redirect(url_for("custody_keys.every"), 303)


@bp.post("/custody-keys/proposal")
@allow("keyholder")
def proposal() -> ResponseReturnValue:
    """The proposal of a key set that names the rehearsed key, as a file to be signed where the root is kept."""
    keys = server_keys()
    try:
        custody = ceremony.offered(keys)
    except AigaqError:
        custody = None
    if custody is None:
        abort(409)
    offered = rotation.propose(keys, ["custody"], custody=custody)
    audit.record("keys.proposed", account=current_account().id, subject="custody")
    content = json.dumps(offered, indent=1).encode()
    return send_file(
        io.BytesIO(content), mimetype="application/json", as_attachment=True, download_name="proposal.json"
    )


@bp.get("/custody-keys/<key_id>/rehearsal")
@allow("keyholder")
def rehearsal(key_id: str) -> str:
    """Two officers type their shares; the key they restore opens a test item."""
    return render_template("custody_keys/rehearsal.html", key=_key_or_404(key_id))


@bp.post("/custody-keys/<key_id>/rehearsal")
@allow("keyholder")
def rehearse(key_id: str) -> ResponseReturnValue:
    """The opened test item: the shares work."""
    _key_or_404(key_id)
    if not _proved(key_id):
        return jsonify(error="proof"), 422
    now = system_clock.now()
    ceremony.rehearsed(server_keys(), key_id, now=timestamp(now))
    audit.record("custody.rehearsed", account=current_account().id, subject=key_id)
    flash(_("The shares work: two of them opened the test item."), "ok")
    return jsonify(next=url_for("custody_keys.every"))


@bp.get("/custody-keys/<key_id>/passphrase")
@allow("keyholder")
def passphrase(key_id: str) -> str:
    """New words for the key: with the present ones, or with two shares where they are lost."""
    return render_template("custody_keys/passphrase.html", key=_key_or_404(key_id))


@bp.post("/custody-keys/<key_id>/passphrase")
@allow("keyholder")
def rewrap(key_id: str) -> ResponseReturnValue:
    """The key under its new words, from a browser that has proved to hold it."""
    _key_or_404(key_id)
    if not _proved(key_id):
        return jsonify(error="proof"), 422
    try:
        wrapped = _wrapped()
    except BadRequest as error:
        return jsonify(error=error.code), error.status
    ceremony.rewrap(server_keys(), key_id, wrapped)
    way = "shares" if request.form.get("way") == "shares" else "passphrase"
    audit.record("custody.rewrapped", account=current_account().id, subject=key_id, detail={"way": way})
    flash(_("The key opens with the new words only."), "ok")
    return jsonify(next=url_for("custody_keys.every"))


@bp.get("/custody-keys/<key_id>/shares")
@allow("keyholder")
def shares(key_id: str) -> str:
    """New shares of a key that is there: where it never had any, or one was lost."""
    return render_template("custody_keys/shares.html", key=_key_or_404(key_id))


@bp.post("/custody-keys/<key_id>/shares")
@allow("keyholder")
def share(key_id: str) -> ResponseReturnValue:
    """Log that shares are made, before any is shown. What they are, the server never learns."""
    _key_or_404(key_id)
    if not _proved(key_id):
        return jsonify(error="proof"), 422
    audit.record("custody.shares-made", account=current_account().id, subject=key_id)
    return jsonify(next=url_for("custody_keys.rehearsal", key_id=key_id))


@bp.post("/custody-keys/<key_id>/challenge")
@allow("keyholder")
def challenge(key_id: str) -> ResponseReturnValue:
    """A test item sealed to the key."""
    key = _key_or_404(key_id)
    sealed, digest = ceremony.challenge(key)
    session["custody_proof"] = [key_id, digest, int(time.time())]
    return jsonify(
        key_id=key_id, sealed=sealed, wrapped={name: key[name] for name in ("kdf", "nonce", "ciphertext")}
    )


def rehearsal_due() -> bool:
    """Whether the shares of the key in use were not rehearsed within a year, or never."""
    current = server_keys().wrapped_custody["id"]
    last = last_rehearsals([current]).get(current)
    return last is None or datetime.now(UTC) - last > REHEARSE_AFTER


def last_rehearsals(key_ids: list[str]) -> dict[str, datetime]:
    """When the shares of these keys last opened a test item, by the log."""
    rows = db.session.execute(
        select(AuditRow.subject, func.max(AuditRow.id))
        .where(AuditRow.action == "custody.rehearsed", AuditRow.subject.in_(key_ids))
        .group_by(AuditRow.subject)
    ).all()
    newest = select(AuditRow).where(AuditRow.id.in_([row[1] for row in rows]))
    return {row.subject: row.at for row in db.session.scalars(newest)}


def server_keys() -> ServerKeys:
    """The running application's keys."""
    found: ServerKeys = current_app.extensions["aigaq"].keys
    return found


def _key_or_404(key_id: str) -> dict[str, Any]:
    try:
        return ceremony.wrapped_key(server_keys(), key_id)
    except NotFound:
        abort(404)


def _proved(key_id: str) -> bool:
    """Whether this browser has opened the test item that it was last given. Each one counts once."""
    asked, digest, at = session.pop("custody_proof", ("", "", 0))
    fresh = asked == key_id and time.time() - at <= ANSWER_SECONDS
    return fresh and ceremony.is_answer(request.form.get("answer", ""), digest)


def _wrapped() -> dict[str, Any]:
    try:
        value = json.loads(request.form.get("wrapped", ""))
    except ValueError as error:
        raise BadRequest("not a wrapped custody key") from error
    return ceremony.parse_wrapped(value)
