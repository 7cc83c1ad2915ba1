"""The audit log: who did what, when, on which id.

Owns writing rows and the page that shows them. Rows hold ids and reasons, never content.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Engine, func, select

from webapp.access import allow
from webapp.models import AccountRow, AuditRow, DeviceRow, db, writing
from webapp.wording import type_name

bp = Blueprint("audit", __name__)

PAGE = 100

ACTS = {
    "sign-in": _l("signed in"),
    "sign-in.failed": _l("sign-in failed"),
    "account.opened": _l("account opened"),
    "account.closed": _l("account closed"),
    "code.made": _l("enrolment code made"),
    "device.enrolled": _l("tablet set up"),
    "device.announced": _l("second vault of a tablet announced"),
    "device.renamed": _l("tablet renamed"),
    "device.revoked": _l("tablet shut out"),
    "device.delivery-allowed": _l("tablet that is shut out may deliver"),
    "device.delivery-stopped": _l("tablet that is shut out may no longer deliver"),
    "keys.proposed": _l("key set proposed"),
    "keys.installed": _l("key set installed"),
    "release.installed": _l("signed version of the app installed"),
    "keys.retired": _l("old transport keys removed"),
    "custody.reason": _l("reason for opening a sealed item"),
    "custody.opened": _l("sealed item opened"),
    "custody.key-given": _l("key of a recording saved for an evidence package"),
    "custody.released": _l("sealed item released to an author"),
    "custody.release-opened": _l("released item opened"),
    "custody.release-ended": _l("release ended"),
    "custody.key-made": _l("custody key made"),
    "custody.key-discarded": _l("custody key discarded"),
    "custody.rehearsed": _l("custody key’s shares rehearsed"),
    "custody.rewrapped": _l("custody key’s words changed"),
    "custody.shares-made": _l("custody key’s shares made"),
    "evidence.exported": _l("evidence package made"),
    "conflict.settled": _l("two versions settled"),
    "quarantine.released": _l("taken out of quarantine"),
    "quarantine.read": _l("item in quarantine looked at"),
    "quarantine.returned": _l("item in quarantine handed back to its author"),
    "quarantine.kept": _l("item in quarantine kept as it is"),
    "key.read": _l("content key read"),
    "document.downloaded": _l("document of a visit downloaded"),
    "consent.withdrawn": _l("consent withdrawn from the office"),
    "erasure": _l("content erased"),
    "instance.restored": _l("a backup was put back"),
    "courier.brought": _l("a courier’s file taken in"),
    "report-taken": _l("report saved as a file"),
    "replication.written": _l("documents replicated in"),
    "replication.credential": _l("replication credential made"),
    "replication.revoked": _l("replication credential withdrawn"),
}


def act_name(action: str) -> str:
    """An act in words; the code itself for one of another part."""
    return str(ACTS.get(action, action))


def append(
    engine: Engine, action: str, *, account: str | None, subject: str, detail: dict[str, object] | None = None
) -> None:
    """Write one row and commit it, apart from whatever transaction the caller has."""
    with writing(engine) as session:
        session.add(
            AuditRow(
                at=datetime.now(UTC), action=action, account_id=account, subject=subject, detail=detail or {}
            )
        )


def record(
    action: str, *, account: str | None, subject: str, detail: dict[str, object] | None = None
) -> None:
    """`append` on this application's database."""
    append(db.engine, action, account=account, subject=subject, detail=detail)


@bp.get("/audit")
@allow("admin", "analyst")
def show() -> str:
    """The newest acts first, a hundred to a page."""
    action = request.args.get("action", "")
    page = max(1, request.args.get("page", 1, type=int))
    rows = select(AuditRow, AccountRow.name).outerjoin(AccountRow, AccountRow.id == AuditRow.account_id)
    total = select(func.count()).select_from(AuditRow)
    if action:
        rows = rows.where(AuditRow.action == action)
        total = total.where(AuditRow.action == action)
    found = db.session.execute(rows.order_by(AuditRow.id.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    names = subject_names(row.subject for row, _name in found)
    actions = db.session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action)).all()
    return render_template(
        "audit/list.html",
        rows=found,
        names=names,
        acts=[(code, act_name(code)) for code in actions],
        act_name=act_name,
        action=action,
        page=page,
        total=db.session.scalar(total) or 0,
        size=PAGE,
    )


def subject_names(subjects: Iterable[str]) -> dict[str, str]:
    """What the ids mean in words: people and tablets by name, documents and visits by their kind only.

    A kind is all: who may read the log need not be who may see the visit.
    """
    wanted = set(subjects)
    names = {}
    for model in (AccountRow, DeviceRow):
        found = db.session.execute(select(model.id, model.name).where(model.id.in_(wanted)))
        names.update({row.id: row.name for row in found})
    for subject in wanted - names.keys():
        kind = "visit" if subject.startswith("visit-") else subject.partition(":")[0]
        if kind != subject and type_name(kind) != kind:
            names[subject] = type_name(kind)
    return names
