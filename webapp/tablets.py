"""Pages about tablets: setting one up, and the office's list of all of them.

Owns no key and no code: `devices.Devices` makes codes, the gateway redeems them. The code goes to
the app in the address's fragment, which no server sees and the app removes at once.
"""

from __future__ import annotations

from datetime import UTC, datetime

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from sync.gateway.release import fingerprint
from webapp import audit
from webapp.access import CONTENT, FIELD, allow, current_account
from webapp.devices import Devices, EnrolmentCode
from webapp.models import AccountRow, DeviceRow, db, writing
from webapp.sync_wiring import key_set_number, root_fingerprint, stored_bytes
from webapp.tablet_list import ORDERS, SHOWS, chosen_lines, tablet_lines

bp = Blueprint("tablets", __name__)


def devices() -> Devices:
    """The application's authorizer."""
    found: Devices = current_app.extensions["aigaq-devices"]
    return found


def new_code(account_id: str) -> EnrolmentCode:
    """A fresh code for the account, issued by whoever is signed in."""
    root = root_fingerprint(current_app.extensions["aigaq"])
    return devices().issue(account_id, root, issued_by=current_account().id)


def app_address(code: EnrolmentCode) -> str:
    """Where the app takes the code from."""
    return f"{url_for('shell.page', _external=True)}#{code.fragment}"


@bp.get("/tablet")
@allow(*CONTENT)
def mine() -> str:
    """A person's own tablets, and the way to set up one more."""
    rows = db.session.scalars(
        select(DeviceRow)
        .where(DeviceRow.account_id == current_account().id, DeviceRow.revoked_at.is_(None))
        .order_by(DeviceRow.enrolled_at.desc())
    ).all()
    return render_template("tablets/mine.html", devices=rows)


@bp.post("/tablet")
@allow(*CONTENT)
def set_up() -> ResponseReturnValue:
    """Make a code and open the app with it on this very tablet."""
    code = new_code(current_account().id)
    return redirect(f"{url_for('shell.page')}#{code.fragment}", 303)


@bp.post("/tablet/code")
@allow(*CONTENT)
def for_another() -> ResponseReturnValue:
    """Make a code for another tablet of the same person, and show it with its QR code."""
    return _show_code(current_account())


@bp.get("/devices")
@allow("admin", "analyst")
def every() -> str:
    """All tablets and how each stands, in the order and of the kind that was asked for."""
    engine = current_app.extensions["aigaq"]
    show, order = request.args.get("show", ""), request.args.get("order", "seen")
    number = key_set_number(engine)
    shell = current_app.extensions["aigaq-shell"]
    rows = db.session.scalars(select(DeviceRow)).all()
    lines = tablet_lines(
        rows,
        shell=shell.version,
        keyset=number,
        quarantine=engine.quarantine(),
        stored=stored_bytes(engine),
    )
    people = db.session.scalars(
        select(AccountRow).where(AccountRow.active, AccountRow.role.in_(CONTENT)).order_by(AccountRow.name)
    ).all()
    return render_template(
        "tablets/every.html",
        lines=chosen_lines(lines, show, order, datetime.now(UTC)),
        total=len(lines),
        people=people,
        keyset=number,
        version=fingerprint(shell.version),
        signed=current_app.extensions["aigaq-releases"].of(shell.hashes) is not None,
        shows=list(SHOWS.items()),
        orders=list(ORDERS.items()),
        chosen={"show": show, "order": order},
        waiting=engine.provisional.unconfirmed([row.id for row in rows]),
    )


@bp.post("/devices/code")
@allow("admin", "analyst")
def for_person() -> ResponseReturnValue:
    """Make a code for somebody's new tablet."""
    account = db.session.get(AccountRow, request.form.get("account", ""))
    if account is None or not account.active or account.role not in CONTENT:
        abort(400)
    return _show_code(account)


@bp.post("/devices/<device_id>/name")
@allow("admin", "analyst")
def rename(device_id: str) -> ResponseReturnValue:
    """Give a tablet a name people recognise."""
    row = db.session.get(DeviceRow, device_id) or abort(404)
    name = request.form.get("name", "").strip()[:200]
    if name:
        with writing() as write:
            write.get_one(DeviceRow, device_id).name = name
        audit.record("device.renamed", account=current_account().id, subject=row.id)
    return redirect(url_for("tablets.every"), 303)


@bp.post("/devices/<device_id>/revoked")
@allow("admin", "analyst", *FIELD)
def revoke(device_id: str) -> ResponseReturnValue:
    """Shut a lost tablet out. A person may revoke their own, the office anyone's."""
    row = db.session.get(DeviceRow, device_id) or abort(404)
    account = current_account()
    if account.role in FIELD and row.account_id != account.id:
        abort(404)
    if row.revoked_at is None:
        with writing() as write:
            write.get_one(DeviceRow, device_id).revoked_at = datetime.now(UTC)
        audit.record("device.revoked", account=account.id, subject=row.id)
        flash(_("The tablet can no longer read or deliver. What it had delivered is safe."), "ok")
    return redirect(url_for("tablets.mine" if account.role in FIELD else "tablets.every"), 303)


@bp.post("/devices/<device_id>/delivery")
@allow("admin", "analyst")
def delivery(device_id: str) -> ResponseReturnValue:
    """Let a tablet that is shut out bring in what it still holds, or stop that again."""
    row = db.session.get(DeviceRow, device_id) or abort(404)
    allowed = request.form.get("allowed") == "1"
    devices().let_deliver(row.id, allowed)
    action = "device.delivery-allowed" if allowed else "device.delivery-stopped"
    audit.record(action, account=current_account().id, subject=row.id)
    flash(
        _("The tablet may bring in what it still holds; it reads nothing.")
        if allowed
        else _("The tablet can no longer read or deliver. What it had delivered is safe."),
        "ok",
    )
    return redirect(url_for("tablets.every"), 303)


def _show_code(account: AccountRow) -> str:
    code = new_code(account.id)
    # Drawn into the page: a picture of its own would need the code in its address.
    drawing = segno.make(app_address(code), error="m").svg_inline(
        scale=6, border=2, omitsize=True, dark="#14202b", light="#ffffff", svgclass="qr", lineclass=None
    )
    return render_template(
        "tablets/code.html",
        code=code,
        qr=Markup(drawing),  # noqa: S704 - made by segno from our own address
        address=url_for("shell.page", _external=True),
        account=account,
        own=account.id == current_account().id,
    )
