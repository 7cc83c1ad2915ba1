"""The administrator's page of an account's replication credentials: made, shown once, withdrawn.

Owns the page; `webapp.replication` owns the credentials.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import allow, current_account
from webapp.models import AccountRow, db
from webapp.replication import credentials, make_credential, revoke_credential

bp = Blueprint("programs", __name__)

LONGEST_NAME = 80


@bp.get("/accounts/<account_id>/programs")
@allow("admin")
def every(account_id: str) -> str:
    """The account's programs."""
    return _page(_account(account_id))


@bp.post("/accounts/<account_id>/programs")
@allow("admin")
def make(account_id: str) -> ResponseReturnValue:
    """Make a credential and show its secret, this once: it is in no address and is not stored."""
    account, name = _account(account_id), request.form.get("name", "").strip()
    problem = _problem(account, name)
    if problem:
        flash(problem, "bad")
        return redirect(url_for("programs.every", account_id=account.id), 303)
    replicator = request.form.get("replicator") == "1"
    secret = make_credential(account, name, replicator=replicator, by=current_account().id)
    db.session.rollback()  # this request's reads begin anew, after the change
    return _page(_account(account_id), made=name, secret=secret)


@bp.post("/accounts/<account_id>/programs/withdrawn")
@allow("admin")
def withdraw(account_id: str) -> ResponseReturnValue:
    """Withdraw a program's credential: its next request is refused."""
    account = _account(account_id)
    if revoke_credential(account, request.form.get("name", ""), by=current_account().id):
        flash(_("The credential is withdrawn. The program is refused from now on."), "ok")
    return redirect(url_for("programs.every", account_id=account.id), 303)


def _problem(account: AccountRow, name: str) -> str | None:
    if not account.active:
        return str(_("The account is closed."))
    if not name or len(name) > LONGEST_NAME:
        return str(_("Give the program a name of at most %(count)d characters.", count=LONGEST_NAME))
    if any(row.name == name for row in credentials(account.id)):
        return str(_("This account has a program of that name."))
    return None


def _account(account_id: str) -> AccountRow:
    return db.session.get(AccountRow, account_id) or abort(404)


def _page(account: AccountRow, *, made: str | None = None, secret: str | None = None) -> str:
    return render_template(
        "accounts/programs.html",
        account=account,
        rows=credentials(account.id),
        made=made,
        secret=secret,
        address=url_for("replication.welcome", _external=True),
    )
