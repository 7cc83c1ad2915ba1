"""The year's plan, month by month.

Owns the page. A facility must not know beforehand: leaders and monitors see their own group's part.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select

from sync.projections import tables
from webapp.access import CONTENT, FIELD, allow, current_account
from webapp.languages import today
from webapp.models import db
from webapp.visits import PLANNERS, may_plan, visible

bp = Blueprint("plans", __name__)


@bp.get("/plan")
@allow(*CONTENT)
def show() -> str:
    """A year's items with what has become of each."""
    account, item, visit = current_account(), tables.plan_item, tables.visit
    years = sorted(db.session.scalars(select(item.c.year).distinct()), reverse=True)
    year = request.args.get("year", type=int) or today().year
    group = account.group_id if account.role in FIELD else request.args.get("group", "")
    wanted = (
        select(item, tables.facility.c.name.label("facility_name"), tables.facility.c.region)
        .outerjoin(tables.facility, tables.facility.c.id == item.c.facility)
        .where(item.c.year == year)
        .order_by(item.c.month, item.c.facility)
    )
    if group or account.role in FIELD:
        wanted = wanted.where(item.c.group_id == group)
    rows = db.session.execute(wanted).all()
    made: dict[str, Any] = {}
    for row in db.session.execute(
        select(visit).where(visit.c.date_from.like(f"{year}-%"), visible(account)).order_by(visit.c.date_from)
    ):
        made[row.facility] = row
    months: dict[int, list[Any]] = {}
    for row in rows:
        months.setdefault(row.month, []).append(row)
    return render_template(
        "plans/show.html",
        year=year,
        years=years if year in years else [year, *years],
        group=group,
        months=months,
        made=made,
        total=len(rows),
        done=sum(row.facility in made and made[row.facility].date_to < today().isoformat() for row in rows),
        today=today(),
        may_plan=account.role in PLANNERS,
        can_plan=lambda its_group: may_plan(account, its_group),
        office=account.role not in FIELD,
    )
