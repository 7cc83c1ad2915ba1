"""Reports on screen: the list, one report as a page, its files and photos.

Owns who reads which report: the council approved ones only, and never the internal output; monitors
and leaders those of their group's visits; the office all. Reads SQL only. Writing is in editing.py.
"""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, send_file
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, func, select

from sync.projections import tables
from webapp import audit
from webapp.access import CONTENT, allow, current_account
from webapp.languages import language, today
from webapp.models import AccountRow, db
from webapp.reports.draft import DECISIONS, Draft
from webapp.reports.files import KINDS, Glimpse, Report, Wish
from webapp.reports.labels import languages
from webapp.reports.material import SECTIONS, Archive
from webapp.reports.outputs import OUTPUTS
from webapp.reports.photos import UnfitPhotoError, strip
from webapp.reports.word import BrokenTemplateError
from webapp.visits import visible, visit_or_404
from webapp.withdrawals import cited_by_reports

bp = Blueprint("reports", __name__, cli_group=None)

READERS = (*CONTENT, "council")
DONE = ("approved", "sent")
PAGE = 40
OUTPUT_NAMES = {
    "internal": _l("Internal"),
    "authority": _l("For the authority"),
    "public": _l("Public"),
}
STATUS_NAMES = {
    "none": _l("not started"),
    "draft": _l("draft"),
    "returned": _l("returned for revision"),
    "approved": _l("approved"),
    "sent": _l("sent"),
}
DECISION_NAMES = {
    "returned": _l("Return for revision"),
    "approved": _l("Approve"),
    "sent": _l("Mark as sent"),
}
SECTION_NAMES = {"summary": _l("Summary"), "context": _l("Context"), "conclusions": _l("Conclusions")}


def outputs_for(account: AccountRow) -> tuple[str, ...]:
    """The outputs this account may read."""
    return ("authority", "public") if account.role == "council" else OUTPUTS


def readable(account: AccountRow) -> ColumnElement[bool]:
    """The condition on `visit` rows whose report this account may read."""
    if account.role == "council":
        return tables.visit.c.report_status.in_(DONE)
    return visible(account)


def report_or_404(channel: str) -> Row[Any]:
    """The visit whose report the person signed in may read; else it does not exist."""
    account = current_account()
    if account.role != "council":
        return visit_or_404(channel)
    row = db.session.execute(
        select(tables.visit).where(tables.visit.c.channel == channel, readable(account))
    ).first()
    if row is None:
        abort(404)
    return row


def make_report(channel: str, archive: Archive) -> Report:
    """The report the request asks for: `?output=`, `?language=`; 400 for what there is not, 403 for what is not theirs."""
    allowed = outputs_for(current_account())
    output = request.args.get("output") or allowed[0]
    wanted = request.args.get("language") or language()
    if output not in OUTPUTS or wanted not in languages():
        abort(400)
    if output not in allowed:
        abort(403)
    with db.engine.connect() as connection:
        return Report.make(
            connection, Wish(channel, output, wanted), current_app.extensions["aigaq"], today()
        )


@bp.get("/reports")
@allow(*READERS)
def index() -> str:
    """Visits that took place and where their reports stand, newest first."""
    account, visit, facility = current_account(), tables.visit, tables.facility
    chosen = request.args.get("status", "")
    page = max(1, request.args.get("page", 1, type=int))
    conditions = [readable(account), visit.c.date_from <= today().isoformat()]
    if chosen == "none":
        conditions.append(visit.c.report_status.is_(None))
    elif chosen:
        conditions.append(visit.c.report_status == chosen)
    total = db.session.scalar(select(func.count()).select_from(visit).where(*conditions)) or 0
    rows = db.session.execute(
        select(visit, facility.c.name.label("facility_name"), facility.c.region)
        .outerjoin(facility, facility.c.id == visit.c.facility)
        .where(*conditions)
        .order_by(visit.c.date_from.desc(), visit.c.channel.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    names = {name: STATUS_NAMES[name] for name in DONE} if account.role == "council" else STATUS_NAMES
    return render_template(
        "reports/list.html",
        rows=rows,
        total=total,
        page=page,
        size=PAGE,
        chosen=chosen,
        cited=[] if account.role == "council" else cited_by_reports(account),
        status_names=names,
        given={"status": chosen} if chosen else {},
    )


@bp.get("/visits/<channel>/report")
@allow(*READERS)
def show(channel: str) -> str:
    """The report as a page, with what this person may do to it."""
    return show_report(channel)


def show_report(channel: str, unsaved: dict[str, str] | None = None) -> str:
    """The page; `unsaved` are sections that met somebody else's version."""
    row = report_or_404(channel)
    account = current_account()
    report = make_report(channel, Glimpse(current_app.extensions["aigaq"]))
    draft = Draft.load(db.session.connection(), channel, report.wish.language)
    written = unsaved if unsaved is not None else draft.fields.get("sections") or {}
    return render_template(
        "reports/show.html",
        visit=row,
        report=report,
        words=report.manuscript,
        draft=draft,
        written=written,
        stale=unsaved is not None,
        sections=SECTIONS,
        section_names=SECTION_NAMES,
        outputs=[(name, OUTPUT_NAMES[name]) for name in outputs_for(account)],
        report_languages=languages(),
        status_name=STATUS_NAMES[row.report_status or "none"],
        may_edit=may_edit(account, channel) and draft.editable,
        may_approve=may_approve(account, channel)
        and account.id not in (draft.fields.get("approved_by") or ()),
        decisions=[
            (name, DECISION_NAMES[name]) for name, states in DECISIONS.items() if draft.status in states
        ]
        if account.role == "analyst"
        else [],
    )


def may_edit(account: AccountRow, channel: str) -> bool:
    """Analysts, and leaders who were there."""
    return account.role == "analyst" or (account.role == "leader" and may_approve(account, channel))


def may_approve(account: AccountRow, channel: str) -> bool:
    """Members of the team agree with a report; nobody else's agreement counts."""
    member = tables.visit_member
    query = select(member.c.person).where(member.c.channel == channel, member.c.person == account.id)
    return db.session.execute(query).first() is not None


@bp.get("/visits/<channel>/report.<kind>")
@allow(*READERS)
def file(channel: str, kind: str) -> Response:
    """The report as a Word file or a PDF; each one taken is logged."""
    report_or_404(channel)
    if kind not in KINDS:
        abort(404)
    report = make_report(channel, current_app.extensions["aigaq"])
    try:
        content = report.file(kind, current_app.config["AIGAQ"].instance)
    except BrokenTemplateError as failure:
        current_app.logger.error("report template: %s", failure)
        page = render_template("reports/broken.html", channel=channel, failure=str(failure))
        return Response(page, status=500)
    detail: dict[str, object] = {
        "format": kind,
        "output": report.wish.output,
        "language": report.wish.language,
    }
    audit.record("report-taken", account=current_account().id, subject=channel, detail=detail)
    return send_file(
        io.BytesIO(content), mimetype=KINDS[kind], as_attachment=True, download_name=report.name(kind)
    )


@bp.get("/visits/<channel>/report/photos/<medium_id>")
@allow(*READERS)
def photo(channel: str, medium_id: str) -> Response:
    """A photo of the report without what the camera wrote into it, if the output asked for shows it."""
    report_or_404(channel)
    report = make_report(channel, Glimpse(current_app.extensions["aigaq"], medium_id))
    for each in report.material.photos:
        if each.id == medium_id and each.content:
            try:
                picture = strip(each.content)
            except UnfitPhotoError:
                abort(404)
            return Response(picture.content, mimetype=f"image/{picture.kind}")
    abort(404)
