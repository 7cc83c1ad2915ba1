"""Recommendations and what became of them: list, page, replies, reviews.

Owns these pages. A reply and a review are documents of the office channel; the status they lead to
is the projection's to decide.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, func, or_, select
from ulid import ULID

from sync.errors import BadDocument, Refused
from sync.projections import tables
from webapp.access import CONTENT, allow, as_author, current_account
from webapp.facilities import mentions
from webapp.languages import today
from webapp.models import db
from webapp.visits import visible

bp = Blueprint("recommendations", __name__)

PAGE = 50
UNFINISHED = ("open", "partly", "not")
CLAIMS = {"implemented": _l("implemented"), "partly": _l("partly implemented"), "not": _l("not implemented")}
SOURCES = {
    "verification": _l("verified on a visit"),
    "review": _l("reviewed by the office"),
    "reply": _l("from the reply"),
}


@bp.get("/recommendations")
@allow(*CONTENT)
def every() -> str:
    """The newest first; filters by status, addressee, lateness and words."""
    table, facility, visit = tables.recommendation, tables.facility, tables.visit
    chosen = {name: request.args.get(name, "") for name in ("status", "addressee", "late", "region", "q")}
    page = max(1, request.args.get("page", 1, type=int))
    now = today().isoformat()
    late = (table.c.deadline < now) & table.c.status.in_(UNFINISHED)
    conditions: list[ColumnElement[bool]] = [visible(current_account())]
    if chosen["status"]:
        conditions.append(table.c.status == chosen["status"])
    if chosen["addressee"]:
        conditions.append(table.c.addressee == chosen["addressee"])
    if chosen["late"] == "1":
        conditions.append(late)
    if chosen["region"]:
        conditions.append(facility.c.region == chosen["region"])
    for word in chosen["q"].split()[:6]:
        told = table.c.text.icontains(word, autoescape=True)
        named = mentions(word)
        conditions.append(told if named is None else or_(told, named))
    wanted = (
        select(table, facility.c.name.label("facility_name"), facility.c.region)
        .join(visit, visit.c.channel == table.c.channel)
        .outerjoin(facility, facility.c.id == table.c.facility)
        .where(*conditions)
    )
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    late_total = db.session.scalar(select(func.count()).select_from(wanted.where(late).subquery())) or 0
    rows = db.session.execute(
        wanted.order_by(table.c.issued_on.desc(), table.c.channel, table.c.number)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return render_template(
        "recommendations/list.html",
        rows=rows,
        total=total,
        late_total=late_total,
        page=page,
        size=PAGE,
        chosen=chosen,
        given={name: value for name, value in chosen.items() if value},
        today=now,
        unfinished=UNFINISHED,
    )


@bp.get("/recommendations/<recommendation_id>")
@allow(*CONTENT)
def show(recommendation_id: str) -> str:
    """One recommendation with its findings, replies and reviews."""
    row = _recommendation_or_404(recommendation_id)
    replies = db.session.execute(
        select(tables.reply).where(tables.reply.c.recommendation == row.id).order_by(tables.reply.c.at)
    ).all()
    findings = db.session.execute(
        select(tables.finding).where(tables.finding.c.id.in_(row.body.get("findings") or []))
    ).all()
    same_facility = tables.item.c.channel.in_(
        select(tables.visit.c.channel).where(tables.visit.c.facility == row.facility)
    )
    verifications = [
        each
        for each in db.session.execute(
            select(tables.item).where(tables.item.c.type == "event", same_facility)
        )
        if each.body.get("kind") == "verification"
        and each.body.get("data", {}).get("recommendation") == row.id
    ]
    repeated = db.session.execute(
        select(tables.recommendation).where(tables.recommendation.c.repeats == row.id)
    ).all()
    before = None
    if row.repeats:
        before = db.session.execute(
            select(tables.recommendation).where(tables.recommendation.c.id == row.repeats)
        ).first()
    return render_template(
        "recommendations/show.html",
        recommendation=row,
        replies=replies,
        findings=findings,
        verifications=verifications,
        repeated=repeated,
        before=before,
        claims=CLAIMS,
        sources=SOURCES,
        today=today().isoformat(),
        late=bool(row.deadline and row.deadline < today().isoformat() and row.status in UNFINISHED),
        may_review=current_account().role == "analyst",
    )


@bp.post("/recommendations/<recommendation_id>/replies")
@allow("analyst")
def add_reply(recommendation_id: str) -> ResponseReturnValue:
    """Enter an authority's reply."""
    row = _recommendation_or_404(recommendation_id)
    form = request.form
    text, sender, at = form.get("text", "").strip(), form.get("from", "").strip(), form.get("at", "")
    try:
        date.fromisoformat(at)
    except ValueError:
        at = ""
    if not text or not sender or not at:
        flash(_("A reply needs its date, who sent it and its text."), "bad")
        return redirect(url_for("recommendations.show", recommendation_id=row.id), 303)
    claims = form.get("claims", "")
    document = {
        "_id": f"reply:{ULID()}",
        "type": "reply",
        "recommendation": row.id,
        "visit": row.channel,
        "at": at,
        "from": sender,
        "text": text,
        "lang": form.get("lang") or current_account().language,
        "claims": claims if claims in CLAIMS else None,
    }
    return _submit(document, row, str(_("The reply is saved.")))


@bp.post("/recommendations/<recommendation_id>/status")
@allow("analyst")
def set_status(recommendation_id: str) -> ResponseReturnValue:
    """The office's own judgement of how far it is implemented, with its reason."""
    row = _recommendation_or_404(recommendation_id)
    document = {
        "_id": f"review:{ULID()}",
        "type": "review",
        "recommendation": row.id,
        "visit": row.channel,
        "status": request.form.get("status", ""),
        "note": request.form.get("note", "").strip(),
        "lang": current_account().language,
    }
    if not document["note"]:
        flash(_("Say in a sentence why: the status is read in the annual report."), "bad")
        return redirect(url_for("recommendations.show", recommendation_id=row.id), 303)
    return _submit(document, row, str(_("The status is saved.")))


def _submit(document: dict[str, Any], row: Row[Any], done: str) -> ResponseReturnValue:
    try:
        current_app.extensions["aigaq"].submit("office", document, author=as_author(current_account()))
        flash(done, "ok")
    except (BadDocument, Refused) as error:
        flash(_("It was not saved: %(reason)s", reason=error.message), "bad")
    return redirect(url_for("recommendations.show", recommendation_id=row.id), 303)


def _recommendation_or_404(recommendation_id: str) -> Row[Any]:
    table = tables.recommendation
    row = db.session.execute(
        select(table)
        .join(tables.visit, tables.visit.c.channel == table.c.channel)
        .where(table.c.id == recommendation_id, visible(current_account()))
    ).first()
    if row is None:
        abort(404)
    return row
