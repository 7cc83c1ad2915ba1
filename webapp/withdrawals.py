"""Withdrawing consent from the office, and what approved reports say that was withdrawn since.

Owns the page on an interview, what a withdrawal erases (the twin of `static/app/interviews/consents.js`), and the
question that an approved report raises. Writes `withdrawal` through the engine, which does the destroying; and the
`review` that lets a report stand. Reads SQL only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, func, select
from ulid import ULID

from sync.clock import system_clock, timestamp
from sync.errors import Refused
from sync.projections import tables
from webapp import audit
from webapp.access import allow, as_author, current_account
from webapp.models import AccountRow, db
from webapp.visits import visible, visit_or_404

bp = Blueprint("withdrawals", __name__)

USES = ("interview", "recording", "sharing", "publication")
USE_CHOICES = {
    "interview": _l("The whole talk: everything that was made of it is destroyed"),
    "recording": _l("The recordings: they are destroyed, what was noted stays"),
    "sharing": _l("Sharing with authorities: nothing is destroyed, it is not shared any more"),
    "publication": _l("Publication: nothing is destroyed, it is not published any more"),
}
RECORDINGS = ("audio", "video", "appeal")
DONE = ("approved", "sent")
SHORTEST_REASON = 5


@dataclass(frozen=True)
class Cited:
    """An approved report that rests on something which was withdrawn after its approval."""

    channel: str
    facility: Any
    date_from: str
    date_to: str
    sent: bool
    withdrawals: int
    findings: tuple[str, ...]


@bp.get("/visits/<channel>/interviews/<document_id>/withdrawal")
@allow("leader", "analyst")
def ask(channel: str, document_id: str) -> str:
    """What is withdrawn, why, and what that destroys."""
    visit = visit_or_404(channel)
    return _page(visit, _interview_or_404(channel, document_id))


@bp.post("/visits/<channel>/interviews/<document_id>/withdrawal")
@allow("leader", "analyst")
def withdraw(channel: str, document_id: str) -> ResponseReturnValue:
    """Withdraw: written down, then destroyed, before the answer."""
    visit = visit_or_404(channel)
    interview = _interview_or_404(channel, document_id)
    use, reason = request.form.get("use", ""), request.form.get("reason", "").strip()
    if use not in USES or len(reason) < SHORTEST_REASON or request.form.get("sure") != "yes":
        flash(_("Choose what is withdrawn, say why, and confirm."), "bad")
        return _page(visit, interview), 422
    erases = erased_by(use, document_id, _documents(channel))
    withdrawal = {
        "_id": f"withdrawal:{ULID()}",
        "type": "withdrawal",
        "interview": document_id,
        "use": use,
        "erases": erases,
        "reason": reason[:500],
        "at": timestamp(system_clock.now()),
    }
    account = current_account()
    author = as_author(account)
    # This request has read; what is destroyed is cut out of SQLite's log only when nobody reads.
    db.session.rollback()
    try:
        current_app.extensions["aigaq"].submit(channel, withdrawal, author=author)
    except Refused:
        abort(403)
    detail: dict[str, object] = {"channel": channel, "use": use, "documents": len(erases)}
    audit.record("consent.withdrawn", account=account.id, subject=document_id, detail=detail)
    flash(
        _("Withdrawn and destroyed here. Tablets that hold it destroy it at their next contact.")
        if erases
        else _("Withdrawn. It is not used any more."),
        "ok",
    )
    return redirect(url_for("visit_page.show", channel=channel), 303)


@bp.post("/visits/<channel>/report/stands")
@allow("analyst")
def let_stand(channel: str) -> ResponseReturnValue:
    """The approved report stays as it is, although something it cites was withdrawn; with the reason."""
    visit = visit_or_404(channel)
    note = request.form.get("note", "").strip()
    account = current_account()
    if len(note) < SHORTEST_REASON or not cited_by_reports(account, channel):
        flash(_("Say why the report stays as it is."), "bad")
        return redirect(url_for("visit_page.show", channel=visit.channel), 303)
    review = {
        "_id": f"review:{ULID()}",
        "type": "review",
        "recommendation": None,
        "visit": channel,
        "decision": "approved",
        "note": note[:2000],
        "lang": account.language,
    }
    current_app.extensions["aigaq"].submit("office", review, author=as_author(account))
    flash(_("Noted: the report stays as it is."), "ok")
    return redirect(url_for("visit_page.show", channel=visit.channel), 303)


def may_withdraw(account: AccountRow, members: Sequence[str]) -> bool:
    """Analysts for every visit, leaders for those they took part in."""
    return account.role == "analyst" or (account.role == "leader" and account.id in members)


def erased_by(use: str, interview: str, documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids that a withdrawal destroys: nothing for sharing and publication, which only stop further use."""
    linked = [document for document in documents if document.get("interview") == interview]
    if use == "recording":
        return [
            str(document["_id"])
            for document in linked
            if document["type"] == "medium" and document.get("kind") in RECORDINGS
        ]
    if use != "interview":
        return []
    made = [document for document in linked if document["type"] in ("medium", "identity", "testimony")]
    notes = [each for each in documents if each["type"] == "note" and each.get("about") == interview]
    own = [document for document in documents if document["_id"] == interview]
    return [str(document["_id"]) for document in (*made, *notes, *own)]


def cited_by_reports(account: AccountRow, channel: str = "") -> list[Cited]:
    """Approved reports of visits the account may see that cite what was withdrawn since the last decision on them."""
    item, visit, decision = tables.item, tables.visit, tables.report_decision
    decided = (
        select(decision.c.channel, func.max(decision.c.at).label("at"))
        .group_by(decision.c.channel)
        .subquery()
    )
    conditions = [visible(account), visit.c.report_status.in_(DONE), item.c.type == "withdrawal"]
    if channel:
        conditions.append(visit.c.channel == channel)
    rows = db.session.execute(
        select(visit, item.c.body.label("withdrawal"), item.c.received_at, item.c.at.label("withdrawn"))
        .join(item, item.c.channel == visit.c.channel)
        .outerjoin(decided, decided.c.channel == visit.c.channel)
        # Received by the server's clock where a tablet brought it, whose own clock decides nothing.
        .where(*conditions, func.coalesce(item.c.received_at, item.c.at) > func.coalesce(decided.c.at, ""))
        .order_by(visit.c.date_from.desc(), visit.c.channel)
    ).all()
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.channel, []).append(row)
    return [cited for each in found.values() if (cited := _cited(each))]


def _cited(rows: Sequence[Row[Any]]) -> Cited | None:
    visit = rows[0]
    findings: dict[str, str] = {}
    for row in rows:
        gone = {row.withdrawal.get("interview"), *(row.withdrawal.get("erases") or [])} - {None}
        columns = tables.finding.c
        for finding in db.session.execute(
            select(tables.finding).where(columns.channel == visit.channel)
        ).all():
            if gone & set(finding.body.get("evidence") or []):
                findings[finding.id] = finding.title
    if not findings:
        return None
    sent = visit.report_status == "sent"
    titles = tuple(findings.values())
    return Cited(visit.channel, visit.facility, visit.date_from, visit.date_to, sent, len(rows), titles)


def _page(visit: Row[Any], interview: Row[Any]) -> str:
    documents = _documents(visit.channel)
    rows = {row.id: row for row in _items(visit.channel)}
    members = db.session.scalars(
        select(tables.visit_member.c.person).where(tables.visit_member.c.channel == visit.channel)
    ).all()
    if not may_withdraw(current_account(), members):
        abort(403)
    erases = {use: [rows[id_] for id_ in erased_by(use, interview.id, documents)] for use in USES}
    citing = [
        row.body.get("title")
        for row in rows.values()
        if row.type == "finding"
        and {interview.id, *(each.id for each in erases["interview"])} & set(row.body.get("evidence") or [])
    ]
    return render_template(
        "withdrawals/ask.html",
        visit=visit,
        interview=interview,
        choices=USE_CHOICES,
        erases=erases,
        citing=citing,
        chosen=request.form.get("use", ""),
        reason=request.form.get("reason", ""),
    )


def _items(channel: str) -> Sequence[Row[Any]]:
    item = tables.item
    return db.session.execute(select(item).where(item.c.channel == channel, ~item.c.erased)).all()


def _documents(channel: str) -> list[dict[str, Any]]:
    return [{**row.body, "_id": row.id, "type": row.type} for row in _items(channel)]


def _interview_or_404(channel: str, document_id: str) -> Row[Any]:
    item = tables.item
    row = db.session.execute(
        select(item).where(item.c.channel == channel, item.c.id == document_id, item.c.type == "interview")
    ).first()
    if row is None or row.erased:
        abort(404)
    return row
