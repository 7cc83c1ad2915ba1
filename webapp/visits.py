"""Visits: who may see which, the list, planning a new one and changing a planned one.

Owns the rule of visibility (`visible`, `visit_or_404`) that every page about a visit's content
uses. Writes the `visit` document through the engine; reads SQL only.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, and_, func, or_, select, true
from ulid import ULID

from sync.errors import BadDocument, Refused
from sync.projections import tables
from sync.projections.visits import UNKNOWN_FACILITY
from webapp.access import CONTENT, FIELD, OFFICE, allow, as_author, current_account
from webapp.catalogues import people, time_zone
from webapp.languages import today
from webapp.models import AccountRow, db

bp = Blueprint("visits", __name__)

PAGE = 40
STATUS_NAMES = {"planned": _l("planned"), "open": _l("under way"), "closed": _l("closed")}
REPORT_NAMES = {
    "draft": _l("draft"),
    "returned": _l("returned for revision"),
    "approved": _l("approved"),
    "sent": _l("sent"),
}
PLANNERS = ("leader", "analyst")


def visible(account: AccountRow) -> ColumnElement[bool]:
    """The condition on `visit` rows this account may see: its group's and its own; the office all."""
    if account.role in OFFICE:
        return true()
    if account.role not in FIELD:
        return ~true()
    own = select(tables.visit_member.c.channel).where(tables.visit_member.c.person == account.id)
    return or_(
        and_(tables.visit.c.group_id.is_not(None), tables.visit.c.group_id == account.group_id),
        tables.visit.c.channel.in_(own),
    )


def visit_or_404(channel: str) -> Row[Any]:
    """The visit of this channel, if the person signed in may see it; else it does not exist."""
    row = db.session.execute(
        select(tables.visit).where(tables.visit.c.channel == channel, visible(current_account()))
    ).first()
    if row is None:
        abort(404)
    return row


def may_change(account: AccountRow, row: Row[Any]) -> bool:
    """Until it is closed; its facility may be chosen also afterwards, where it was only named."""
    return (row.status != "closed" or row.facility == UNKNOWN_FACILITY) and may_plan(account, row.group_id)


def may_plan(account: AccountRow, group: str | None) -> bool:
    """Analysts plan for every group, leaders for their own."""
    return account.role == "analyst" or (account.role == "leader" and group == account.group_id)


@bp.get("/visits")
@allow(*CONTENT)
def every() -> str:
    """What is under way and coming first, then what has been, newest first."""
    visit, facility = tables.visit, tables.facility
    chosen = {name: request.args.get(name, "") for name in ("year", "region", "group", "status")}
    page = max(1, request.args.get("page", 1, type=int))
    conditions: list[ColumnElement[bool]] = [visible(current_account())]
    if chosen["year"].isdigit():
        conditions.append(visit.c.date_from.like(f"{chosen['year']}-%"))
    if chosen["region"]:
        conditions.append(facility.c.region == chosen["region"])
    if chosen["group"]:
        conditions.append(visit.c.group_id == chosen["group"])
    if chosen["status"]:
        conditions.append(visit.c.status == chosen["status"])
    now = today().isoformat()
    ahead = and_(visit.c.date_to >= now, visit.c.status != "closed")
    base = (
        select(visit, facility.c.region, facility.c.facility_type, facility.c.name.label("facility_name"))
        .outerjoin(facility, facility.c.id == visit.c.facility)
        .where(*conditions)
    )
    coming = db.session.execute(base.where(ahead).order_by(visit.c.date_from, visit.c.channel)).all()
    past = base.where(~ahead)
    total = db.session.scalar(select(func.count()).select_from(past.subquery())) or 0
    rows = db.session.execute(
        past.order_by(visit.c.date_from.desc(), visit.c.channel.desc()).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    years = db.session.scalars(select(func.substr(visit.c.date_from, 1, 4)).distinct()).all()
    return render_template(
        "visits/list.html",
        coming=coming,
        rows=rows,
        total=total,
        page=page,
        size=PAGE,
        years=sorted(years, reverse=True),
        chosen=chosen,
        given={name: value for name, value in chosen.items() if value},
        status_names=STATUS_NAMES,
        report_names=REPORT_NAMES,
        may_plan=current_account().role in PLANNERS,
        today=now,
        unknown_facility=UNKNOWN_FACILITY,
    )


@bp.get("/visits/new")
@allow(*PLANNERS)
def new() -> str:
    """An empty plan; a plan's item or a facility's card fills part of it."""
    account = current_account()
    document = {
        "facility": request.args.get("facility", ""),
        "kind": request.args.get("kind", ""),
        "group": account.group_id or request.args.get("group", ""),
        "from": request.args.get("from", ""),
        "leader": account.id if account.role == "leader" else "",
    }
    return _form(document, channel=None)


@bp.post("/visits")
@allow(*PLANNERS)
def create() -> ResponseReturnValue:
    """Make the visit and its channel; its team's tablets learn of it at their next contact."""
    number = str(ULID())
    document = {
        "_id": f"visit:{number}",
        "type": "visit",
        "status": "planned",
        "unplanned": False,
        "time_zone": time_zone(),
    }
    return _write(f"visit-{number.lower()}", document, None)


@bp.get("/visits/<channel>/change")
@allow(*PLANNERS)
def change(channel: str) -> str:
    """The same form, filled."""
    row = visit_or_404(channel)
    if not may_change(current_account(), row):
        abort(403)
    return _form(dict(row.body), channel=channel)


@bp.post("/visits/<channel>/change")
@allow(*PLANNERS)
def update(channel: str) -> ResponseReturnValue:
    """A further version of the visit."""
    row = visit_or_404(channel)
    if not may_change(current_account(), row):
        abort(403)
    return _write(channel, dict(row.body), channel)


def _write(channel: str, document: dict[str, Any], known: str | None) -> ResponseReturnValue:
    document |= _given()
    problem = _problem(document)
    if problem is None and not may_plan(current_account(), document["group"]):
        problem = _("You plan visits of your own group.")
    if problem is None:
        try:
            current_app.extensions["aigaq"].submit(channel, document, author=as_author(current_account()))
        except (BadDocument, Refused) as error:
            problem = _("The visit was not saved: %(reason)s", reason=error.message)
    if problem is not None:
        flash(problem, "bad")
        return _form(document, channel=known), 422
    flash(_("Saved. The team’s tablets will receive the visit when they are next online."), "ok")
    return redirect(url_for("visit_page.show", channel=channel), 303)


def _given() -> dict[str, Any]:
    """The fields of the form as the document has them."""
    form = request.form
    leader = form.get("leader", "")
    parts = {person: form.get(f"part-{person}", "").strip() for person in form.getlist("team")}
    if leader:
        parts.setdefault(leader, form.get(f"part-{leader}", "").strip())
    recording = None
    if form.get("policy") == "own":
        recording = {kind: form.get(f"recording-{kind}") == "1" for kind in ("photo", "audio", "video")}
    return {
        "facility": form.get("facility", ""),
        "kind": form.get("kind", ""),
        "from": form.get("from", ""),
        "to": form.get("to", "") or form.get("from", ""),
        "group": form.get("group") or None,
        "leader": leader,
        "team": [{"person": person, "part": part} for person, part in parts.items()],
        "objectives": form.get("objectives", "").strip(),
        "recording": recording,
    }


def _problem(document: dict[str, Any]) -> str | None:
    facility = tables.facility
    known = db.session.scalar(select(facility.c.id).where(facility.c.id == document["facility"]))
    if known is None:
        return str(_("Choose a facility: search for it by name, alias or code."))
    try:
        first, last = date.fromisoformat(document["from"]), date.fromisoformat(document["to"])
    except ValueError:
        return str(_("Enter the first day of the visit."))
    if last < first:
        return str(_("The last day is before the first."))
    if not document["kind"]:
        return str(_("Choose the kind of visit."))
    if not document["leader"]:
        return str(_("Choose who leads the visit."))
    return None


def _form(document: dict[str, Any], channel: str | None) -> str:
    account = current_account()
    own = account.group_id if account.role == "leader" else None
    candidates = [
        row
        for row in people().values()
        if row.active and row.role in FIELD and (own is None or row.group_id == own)
    ]
    facility = db.session.execute(
        select(tables.facility).where(tables.facility.c.id == document.get("facility", ""))
    ).first()
    return render_template(
        "visits/form.html",
        visit=document,
        channel=channel,
        facility=facility,
        team={member["person"]: member.get("part", "") for member in document.get("team", [])},
        candidates=sorted(candidates, key=lambda row: (row.group_id or "", row.role != "leader", row.name)),
        own_group=own,
    )
