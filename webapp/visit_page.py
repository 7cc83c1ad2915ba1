"""One visit's page: facts, team, tasks and the material as it arrives.

Owns the page and its live parts. The page asks every few seconds; while nothing has changed the
answer is 204, and a part is sent again only where its content differs.
"""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row, func, select

from sync.errors import BadDocument, Refused
from sync.projections import tables
from sync.projections.visits import UNKNOWN_FACILITY
from webapp import audit, material, versions
from webapp.access import CONTENT, allow, as_author, current_account
from webapp.models import db
from webapp.visits import REPORT_NAMES, STATUS_NAMES, may_change, visit_or_404
from webapp.withdrawals import cited_by_reports, may_withdraw

bp = Blueprint("visit_page", __name__)

PARTS = ("facts", "team", "tasks", "material")
# What a document may call itself: anything else goes out as bytes without a name of their kind.
DOCUMENTS = {
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/avif", "image/gif")


@bp.get("/visits/<channel>")
@allow(*CONTENT)
def show(channel: str) -> str:
    """The whole page."""
    row = visit_or_404(channel)
    context = _context(row)
    parts = {name: render_template(f"visits/part_{name}.html", **context) for name in PARTS}
    return render_template(
        "visits/show.html",
        **context,
        parts=parts,
        digests={name: digest(html) for name, html in parts.items()},
    )


@bp.get("/visits/<channel>/live")
@allow(*CONTENT)
def live(channel: str) -> ResponseReturnValue:
    """The parts that changed since the digests the page holds; 204 while the visit stands still."""
    row = visit_or_404(channel)
    if request.args.get("version", type=int) == row.version:
        return "", 204
    context = _context(row)
    parts = {name: render_template(f"visits/part_{name}.html", **context) for name in PARTS}
    changed = {name: html for name, html in parts.items() if digest(html) != request.args.get(name)}
    return render_template(
        "visits/live.html",
        **context,
        changed=changed,
        digests={name: digest(html) for name, html in parts.items()},
    )


def digest(html: str) -> str:
    """A short name of a part's content."""
    return hashlib.sha256(html.encode()).hexdigest()[:16]


def _context(row: Row[Any]) -> dict[str, Any]:
    kind = request.args.get("show", "")
    shown = material.timeline(row.channel, kind, everything=request.args.get("all") == "1")
    facility = db.session.execute(select(tables.facility).where(tables.facility.c.id == row.facility)).first()
    members = material.team(row.channel, row.leader)
    quarantined = [
        each for each in current_app.extensions["aigaq"].quarantine() if each.get("channel") == row.channel
    ]
    return {
        "visit": row,
        "facility": facility,
        "team": members,
        "timeline": shown,
        "show": kind,
        "everything": request.args.get("all") == "1",
        "conflicts": _conflicts(row.channel),
        "open_questions": _open_questions,
        "version_lines": versions.lines,
        "quarantined": quarantined,
        "held": material.held_parts(row.channel),
        "consents": material.consents(row.channel),
        "numbers": _numbers(row.channel),
        "status_names": STATUS_NAMES,
        "report_names": REPORT_NAMES,
        "may_change": may_change(current_account(), row),
        "unknown_facility": UNKNOWN_FACILITY,
        "may_withdraw": may_withdraw(current_account(), [each.person for each in members]),
        "cited": cited_by_reports(current_account(), row.channel),
        "may_open": current_account().role == "keyholder",
        "answers": material.answers,
        "forms": {form.id: form.body for form in db.session.execute(select(tables.form))},
        "findings": _findings(row.channel),
        "handles": _handles(row.channel),
    }


def _conflicts(channel: str) -> list[Row[Any]]:
    item = tables.item
    rows = db.session.execute(select(item).where(item.c.channel == channel)).all()
    return [row for row in rows if row.conflicts]


def _open_questions(row: Row[Any]) -> dict[str, Any]:
    """What is to be chosen for an item with conflicts, and whether this account may choose."""
    engine, account = current_app.extensions["aigaq"], as_author(current_account())
    leaves = engine.versions(row.channel, row.id)
    return {
        "questions": versions.questions(row.type, row.conflicts, leaves),
        "seen": " ".join(leaf.rev for leaf in leaves),
        "permitted": versions.settle_permitted(
            account, row.channel, row.type, engine.channels.card(row.channel)
        ),
    }


def _numbers(channel: str) -> dict[str, int]:
    def count(table: Any, *conditions: Any) -> int:
        return (
            db.session.scalar(
                select(func.count()).select_from(table).where(table.c.channel == channel, *conditions)
            )
            or 0
        )

    interviewed = db.session.scalar(
        select(func.coalesce(func.sum(tables.interview.c.people), 0)).where(
            tables.interview.c.channel == channel
        )
    )
    return {
        "forms": count(tables.submission),
        "interviewed": interviewed or 0,
        "findings": count(tables.finding, tables.finding.c.combined_into.is_(None)),
        "recommendations": count(tables.recommendation),
    }


def _findings(channel: str) -> dict[str, Row[Any]]:
    rows = db.session.execute(select(tables.finding).where(tables.finding.c.channel == channel))
    return {row.id: row for row in rows}


def _handles(channel: str) -> dict[str, str]:
    rows = db.session.execute(select(tables.interview).where(tables.interview.c.channel == channel))
    return {row.id: row.handle for row in rows}


@bp.get("/visits/<channel>/photos/<medium_id>")
@allow(*CONTENT)
def photo(channel: str, medium_id: str) -> Response:
    """A group-class picture, decrypted on the way; 404 while parts are missing, and once erased."""
    visit_or_404(channel)
    medium = tables.medium
    row = db.session.execute(
        select(medium).where(
            medium.c.channel == channel, medium.c.id == medium_id, medium.c["class"] == "group"
        )
    ).first()
    body = None if row is None else current_app.extensions["aigaq"].photo(channel, medium_id)
    if row is None or body is None:
        abort(404)
    # What a tablet calls the file is not believed further than a list of harmless pictures.
    kind = row.mime if row.mime in PICTURES else "application/octet-stream"
    return Response(body, content_type=kind)


@bp.get("/visits/<channel>/documents/<medium_id>")
@allow(*CONTENT)
def document(channel: str, medium_id: str) -> Response:
    """A file that was given to a monitor, as a download: it never opens as a page of this office. Audited."""
    visit_or_404(channel)
    medium = tables.medium
    row = db.session.execute(
        select(medium).where(
            medium.c.channel == channel,
            medium.c.id == medium_id,
            medium.c["class"] == "group",
            medium.c.kind == "document",
        )
    ).first()
    body = None if row is None else current_app.extensions["aigaq"].photo(channel, medium_id)
    if row is None or body is None:
        abort(404)
    audit.record("document.downloaded", account=current_account().id, subject=medium_id)
    suffix = DOCUMENTS.get(row.mime, ".bin")
    response = send_file(
        BytesIO(body),
        mimetype=row.mime if row.mime in DOCUMENTS else "application/octet-stream",
        as_attachment=True,
        download_name=_file_name(row.body.get("name"), suffix),
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _file_name(name: str | None, suffix: str) -> str:
    """What a tablet called the file, without a path and with the ending of what it is."""
    stem = re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", name or "").strip().lstrip(".")[:100]
    if stem.lower().endswith(suffix):
        stem = stem[: -len(suffix)]
    return f"{stem.strip() or 'document'}{suffix}"


@bp.post("/visits/<channel>/items/<document_id>/settled")
@allow(*CONTENT)
def settle(channel: str, document_id: str) -> ResponseReturnValue:
    """Where two tablets changed the same field: let what a person chose stand, and name what it resolves."""
    visit_or_404(channel)
    engine = current_app.extensions["aigaq"]
    account = current_account()
    leaves = engine.versions(channel, document_id)
    row = next((each for each in _conflicts(channel) if each.id == document_id), None)
    back = redirect(url_for("visit_page.show", channel=channel), 303)
    if len(leaves) < 2 or row is None:
        flash(_("There is nothing left to settle."), "ok")
        return back
    if not versions.settle_permitted(as_author(account), channel, row.type, engine.channels.card(channel)):
        abort(403)
    if not {leaf.rev for leaf in leaves} <= set(request.form.get("seen", "").split()):
        flash(_("One more version has arrived. Nothing was changed: look again and choose."), "bad")
        return back
    document = versions.settled(
        engine.read(channel, document_id),
        versions.questions(row.type, row.conflicts, leaves),
        request.form,
    )
    if document is None:
        abort(400)
    document["resolves"] = [leaf.rev for leaf in leaves[1:]]
    try:
        engine.submit(channel, document, author=as_author(account))
    except (BadDocument, Refused) as error:
        flash(_("It was not saved: %(reason)s", reason=error.message), "bad")
    else:
        audit.record("conflict.settled", account=account.id, subject=document_id)
        flash(_("The version you chose stands; the other stays in the archive."), "ok")
    return back
