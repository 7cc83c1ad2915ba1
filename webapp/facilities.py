"""Facilities: search over names, aliases and codes in every language, and a facility's card.

Owns these pages. Planned visits and recommendations stand on a card only for those who may see their
visits: a facility must not learn of a visit beforehand, nor a group of another's unfinished report.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlalchemy import ColumnElement, false, func, or_, select

from sync.projections import tables
from sync.projections.spelling import search_forms
from webapp.access import CONTENT, allow, current_account
from webapp.home import EVERYONE
from webapp.languages import today
from webapp.models import db
from webapp.visits import PLANNERS, visible

bp = Blueprint("facilities", __name__)

PAGE = 50
SUGGESTED = 8


def matching(words: str) -> list[ColumnElement[bool]]:
    """Conditions of a search: every word stands somewhere in the names, aliases or codes, however it is spelt."""
    typed = words.split()[:8]
    conditions = [condition for word in typed if (condition := mentions(word)) is not None]
    return conditions or [false() for _ in typed[:1]]  # signs alone name nothing


def mentions(word: str) -> ColumnElement[bool] | None:
    """Whether a facility's names hold this word; None for a word of nothing but signs."""
    forms = search_forms(word)
    if not forms:
        return None
    return or_(*(tables.facility.c.search.contains(form, autoescape=True) for form in forms))


@bp.get("/facilities")
@allow(*EVERYONE)
def every() -> str:
    """The register: open facilities first, then closed ones."""
    facility = tables.facility
    chosen = {name: request.args.get(name, "") for name in ("q", "region", "facility_type", "closed")}
    page = max(1, request.args.get("page", 1, type=int))
    conditions = matching(chosen["q"])
    if chosen["region"]:
        conditions.append(facility.c.region == chosen["region"])
    if chosen["facility_type"]:
        conditions.append(facility.c.facility_type == chosen["facility_type"])
    if chosen["closed"] != "1" and not chosen["q"]:
        conditions.append(or_(facility.c.closed.is_(None), facility.c.closed > today().isoformat()))
    wanted = select(facility).where(*conditions)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.session.execute(
        wanted.order_by(facility.c.closed.is_not(None), facility.c.region, facility.c.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    last = {
        row.facility: row.last
        for row in db.session.execute(
            select(tables.visit.c.facility, func.max(tables.visit.c.date_to).label("last"))
            .where(tables.visit.c.facility.in_([row.id for row in rows]), _happened())
            .group_by(tables.visit.c.facility)
        )
    }
    return render_template(
        "facilities/list.html",
        rows=rows,
        total=total,
        page=page,
        size=PAGE,
        chosen=chosen,
        given={name: value for name, value in chosen.items() if value},
        last=last,
        today=today().isoformat(),
    )


@bp.get("/facilities/suggest")
@allow(*PLANNERS)
def suggest() -> str:
    """The best few for the plan's search box."""
    words = request.args.get("q", "")
    found: list[Any] = []
    if words.strip():
        facility = tables.facility
        found = list(
            db.session.execute(
                select(facility)
                .where(*matching(words))
                .order_by(facility.c.closed.is_not(None), facility.c.id)
                .limit(SUGGESTED)
            )
        )
    return render_template("facilities/suggest.html", rows=found, words=words, chosen="")


@bp.get("/facilities/<facility_id>")
@allow(*EVERYONE)
def card(facility_id: str) -> str:
    """All that is known of a facility: names, codes, visits, open recommendations."""
    row = db.session.execute(select(tables.facility).where(tables.facility.c.id == facility_id)).first()
    if row is None:
        abort(404)
    account = current_account()
    visit = tables.visit
    seen = select(visit.c.channel).where(visible(account))
    visits = db.session.execute(
        select(visit, visit.c.channel.in_(seen).label("visible"))
        .where(visit.c.facility == row.id, or_(_happened(), visit.c.channel.in_(seen)))
        .order_by(visit.c.date_from.desc())
    ).all()
    recommendations: list[Any] = []
    if account.role in CONTENT:
        table = tables.recommendation
        recommendations = list(
            db.session.execute(
                select(table)
                .where(
                    table.c.facility == row.id,
                    table.c.status.in_(("open", "partly", "not")),
                    table.c.channel.in_(seen),
                )
                .order_by(table.c.issued_on.desc(), table.c.number)
            )
        )
    return render_template(
        "facilities/card.html",
        facility=row,
        visits=visits,
        recommendations=recommendations,
        may_plan=account.role in PLANNERS and not (row.closed and row.closed <= today().isoformat()),
        today=today().isoformat(),
    )


def _happened() -> ColumnElement[bool]:
    return tables.visit.c.date_to < today().isoformat()
