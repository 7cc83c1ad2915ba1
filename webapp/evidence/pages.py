"""Pages of evidence: making a package, the closed days, and verifying.

Owns who may take evidence out and the audit rows about it. What is in a package is `sync.evidence`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row, select

from sync.evidence.package import Order, Picture
from sync.evidence.verification import fingerprint
from sync.projections import tables
from webapp import audit, languages
from webapp.access import OFFICE, allow, current_account, open_to_strangers
from webapp.models import db
from webapp.sync_wiring import root_fingerprint
from webapp.visits import visit_or_404

bp = Blueprint("evidence", __name__, cli_group=None)

SHORTEST_REASON = 5
LONGEST_REASON = 500


@bp.get("/visits/<channel>/evidence")
@allow(*OFFICE)
def order(channel: str) -> str:
    """What goes into a package, and why it is made."""
    return _order_page(channel)


@bp.post("/visits/<channel>/evidence")
@allow(*OFFICE)
def package(channel: str) -> ResponseReturnValue:
    """The package as a download. The reason is written to the log, and into the package, first."""
    visit_or_404(channel)
    reason = request.form.get("reason", "").strip()
    if len(reason) < SHORTEST_REASON:
        return _order_page(channel, problem=_("Say what it is for: at least a few words.")), 422
    wanted = (
        None if request.form.get("what") == "all" else _with_sources(channel, request.form.getlist("finding"))
    )
    if wanted is not None and not wanted:
        return _order_page(channel, problem=_("Choose at least one finding, or the whole visit.")), 422
    account = current_account()
    audit.record(
        "evidence.exported",
        account=account.id,
        subject=channel,
        detail={"reason": reason[:LONGEST_REASON], "whole": wanted is None},
    )
    made = Order(channel, account.id, reason[:LONGEST_REASON], wanted)
    engine = current_app.extensions["aigaq"]
    name = f"aigaq-{channel[-8:]}-{languages.today().isoformat()}.zip"
    return Response(
        stream_with_context(engine.packages.write(made, _pictures(channel, wanted))),
        mimetype="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        },
    )


@bp.get("/evidence/days")
@allow(*OFFICE, "admin")
def days() -> str:
    """Every closed day with its root, and what waits."""
    engine = current_app.extensions["aigaq"]
    return render_template(
        "evidence/days.html",
        days=list(reversed(engine.days.all())),
        waiting=engine.days.waiting(),
        authority=current_app.config["AIGAQ"].timestamp_url,
        root=fingerprint(root_fingerprint(engine).hex()),
    )


@bp.get("/verify")
@open_to_strangers
def verify() -> str:
    """The page on which anybody verifies a package; the file never leaves the browser."""
    return render_template("evidence/verify.html")


def _order_page(channel: str, *, problem: str | None = None) -> str:
    return render_template(
        "evidence/order.html",
        visit=visit_or_404(channel),
        findings=_findings(channel),
        problem=problem,
        reason=request.form.get("reason", ""),
        chosen=set(request.form.getlist("finding")),
        what=request.form.get("what", "all"),
    )


def _findings(channel: str) -> list[Row[Any]]:
    items = tables.item.c
    query = select(tables.item).where(items.channel == channel, items.type == "finding", ~items.erased)
    return list(db.session.execute(query.order_by(items.at)))


def _with_sources(channel: str, findings: list[str]) -> frozenset[str]:
    """The visit, these findings, and the documents they rest on."""
    rows = {row.id: row for row in _findings(channel)}
    chosen = [rows[id_] for id_ in findings if id_ in rows]
    wanted = {row.id for row in chosen}
    for row in chosen:
        wanted.update(str(id_) for id_ in row.body.get("evidence") or [])
    if wanted:
        wanted.add(f"visit:{channel.removeprefix('visit-').upper()}")
    return frozenset(wanted)


def _pictures(channel: str, wanted: frozenset[str] | None) -> Iterator[Picture]:
    """The group-class pictures that have arrived whole, one after another."""
    items = tables.item.c
    query = select(tables.item).where(items.channel == channel, items.type == "medium", ~items.erased)
    rows = [row for row in db.session.execute(query.order_by(items.at)) if wanted is None or row.id in wanted]
    engine = current_app.extensions["aigaq"]
    for row in rows:
        data = engine.photo(channel, row.id)
        if data is not None:
            yield Picture(row.id, str(row.body.get("mime", "")), data)
