"""Signing in and out, the interface language, and the administrator's page of accounts.

Owns passwords (Argon2id) and sessions. In demo mode the seeded logins stand on the sign-in page;
without it the page knows of none.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select, update
from ulid import ULID

from webapp import audit
from webapp.access import (
    FIELD,
    allow,
    as_author,
    begin_session,
    current_account,
    open_to_strangers,
    signed_in,
)
from webapp.languages import LANGUAGES
from webapp.models import ROLES, AccountRow, db, writing

bp = Blueprint("accounts", __name__)

MINIMUM_LENGTH = 12


def hasher() -> PasswordHasher:
    """Argon2id at the configured cost."""
    return PasswordHasher(
        time_cost=3, memory_cost=current_app.config["AIGAQ"].password_memory_kib, parallelism=1
    )


def demo_password(login: str) -> str:
    """The password of a demo login; never valid outside demo mode, where none is set."""
    return f"demo-{login}"


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_strangers
def sign_in() -> ResponseReturnValue:
    """Show the form; on the right password begin a session and go where the person was going."""
    if request.method == "GET":
        if signed_in() is not None:
            return redirect(url_for("home.start"), 303)
        return _sign_in_page()
    login = request.form.get("login", "").strip().lower()
    account = db.session.scalar(select(AccountRow).where(AccountRow.login == login))
    if not password_fits(account, request.form.get("password", "")):
        audit.record("sign-in.failed", account=account.id if account else None, subject=login[:80])
        return _sign_in_page(error=True, login=login), 401
    assert account is not None
    chosen = session.get("chosen_language")
    if chosen and chosen != account.language:
        # Chosen on this very page: it holds for the account from now on.
        with writing() as write:
            write.execute(update(AccountRow).where(AccountRow.id == account.id).values(language=chosen))
        db.session.refresh(account)
    begin_session(account)
    audit.record("sign-in", account=account.id, subject=account.id)
    return redirect(_next(), 303)


def password_fits(account: AccountRow | None, password: str) -> bool:
    """Whether this is the password of an account that may sign in."""
    # The same work for an unknown login: the answer's time must not tell which logins exist.
    stored = account.password_hash if account and account.active and account.password_hash else None
    try:
        hasher().verify(stored or _decoy(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def _decoy() -> str:
    decoy: str = current_app.extensions.setdefault("aigaq-decoy", hasher().hash("nobody's password"))
    return decoy


def _next() -> str:
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc:
        return wanted
    return url_for("home.start")


def _sign_in_page(*, error: bool = False, login: str = "") -> str:
    demo: list[tuple[AccountRow, str]] = []
    if current_app.config["AIGAQ"].demo:
        rows = db.session.scalars(
            select(AccountRow).where(AccountRow.demo, AccountRow.active).order_by(AccountRow.login)
        )
        demo = sorted(
            ((row, demo_password(row.login)) for row in rows),
            key=lambda pair: (ROLES.index(pair[0].role), pair[0].login),
        )
    return render_template(
        "accounts/sign_in.html", error=error, login=login, demo=demo, next=request.args.get("next", "")
    )


@bp.post("/sign-out")
@open_to_strangers
def sign_out() -> ResponseReturnValue:
    """End the account's sessions, everywhere; the language stays.

    The cookie is all there is of a session: a copy of it would else go on opening the office after its owner has left.
    """
    account = signed_in()
    if account is not None:
        with writing() as write:
            epoch = AccountRow.session_epoch + 1
            write.execute(update(AccountRow).where(AccountRow.id == account.id).values(session_epoch=epoch))
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("accounts.sign_in"), 303)


@bp.post("/language")
@open_to_strangers
def set_language() -> ResponseReturnValue:
    """Switch the interface language at once, for this session and, when signed in, the account."""
    wanted = request.form.get("language", "")
    if wanted not in LANGUAGES:
        abort(400)
    session["language"] = session["chosen_language"] = wanted
    account = signed_in()
    if account is not None:
        with writing() as write:
            write.execute(update(AccountRow).where(AccountRow.id == account.id).values(language=wanted))
    return redirect(_next() if request.args.get("next") else url_for("home.start"), 303)


@bp.get("/accounts")
@allow("admin")
def accounts() -> str:
    """Everybody who may sign in."""
    rows = db.session.scalars(select(AccountRow).order_by(AccountRow.active.desc(), AccountRow.name)).all()
    return render_template("accounts/list.html", rows=rows, roles=ROLES)


@bp.post("/accounts")
@allow("admin")
def create() -> ResponseReturnValue:
    """Open an account; it appears to everybody as a `person` at once."""
    form = request.form
    login, name, role = (
        form.get("login", "").strip().lower(),
        form.get("name", "").strip(),
        form.get("role", ""),
    )
    password, group = form.get("password", ""), form.get("group") or None
    problem = problem_with(login=login, name=name, role=role, password=password, group=group)
    if problem:
        flash(problem, "bad")
        return redirect(url_for("accounts.accounts"), 303)
    row = open_account(login=login, name=name, role=role, password=password, group=group)
    audit.record("account.opened", account=current_account().id, subject=row.id, detail={"role": role})
    _publish(row)
    flash(_("The account is open. Give the person the login and the password by separate ways."), "ok")
    return redirect(url_for("accounts.accounts"), 303)


def problem_with(*, login: str, name: str, role: str, password: str, group: str | None) -> str | None:
    """What is wrong with a new account, in words, or None."""
    if not login or not name or role not in ROLES:
        return str(_("Fill in the name, the login and the role."))
    if len(password) < MINIMUM_LENGTH:
        return str(_("The password needs at least %(count)d characters.", count=MINIMUM_LENGTH))
    if role in FIELD and not group:
        return str(_("A monitor and a group leader belong to a group: choose it."))
    if db.session.scalar(select(AccountRow.id).where(AccountRow.login == login)):
        return str(_("This login is taken."))
    return None


def open_account(*, login: str, name: str, role: str, password: str, group: str | None) -> AccountRow:
    """Store a new account and return it."""
    row = AccountRow(
        id=str(ULID()),
        login=login,
        name=name,
        initial=name[:1].upper(),
        role=role,
        group_id=group,
        password_hash=hasher().hash(password),
    )
    with writing() as write:
        write.add(row)
        write.flush()
        write.expunge(row)
    return row


@bp.post("/accounts/<account_id>/closed")
@allow("admin")
def close(account_id: str) -> ResponseReturnValue:
    """Close an account or open it again; its sessions and its tablets stop at once."""
    row = db.session.get(AccountRow, account_id) or abort(404)
    if row.id == current_account().id:
        flash(_("You cannot close your own account."), "bad")
        return redirect(url_for("accounts.accounts"), 303)
    with writing() as write:
        changed = write.get_one(AccountRow, account_id)
        changed.active = request.form.get("closed") != "1"
        changed.session_epoch += 1
    db.session.rollback()  # this request's reads begin anew, after the change
    row = db.session.get_one(AccountRow, account_id)
    audit.record(
        "account.opened" if row.active else "account.closed", account=current_account().id, subject=row.id
    )
    _publish(row)
    return redirect(url_for("accounts.accounts"), 303)


def person_document(row: AccountRow) -> dict[str, object]:
    """The account as everybody's tablets know it."""
    return {
        "_id": f"person:{row.id}",
        "type": "person",
        "name": row.name,
        "initial": row.initial,
        "role": row.role,
        "group": row.group_id,
        "active": row.active,
    }


def _publish(row: AccountRow) -> None:
    current_app.extensions["aigaq"].submit(
        "reference", person_document(row), author=as_author(current_account())
    )
