"""Who may open which page.

Owns the signed-in account of a request and the rule that every route is closed to strangers unless
it says otherwise. Roles per route are declared with `allow`; what a person sees inside a page is
the page's own business (`may_see_visit` in visits.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from sync.authorization import Account
from webapp.models import AccountRow, db

P = ParamSpec("P")
R = TypeVar("R")

OFFICE = ("analyst", "keyholder")
FIELD = ("monitor", "leader")
CONTENT = (*FIELD, *OFFICE)  # who reads what visits brought; admin and council do not

# Opened without an account: the tablet's shell, the gateway (which has its own sessions), design files.
OPEN_BLUEPRINTS = frozenset({"shell", "sync", "replication"})


def open_to_strangers(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open without an account."""
    view.aigaq_open = True  # type: ignore[attr-defined]
    return view


def allow(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Open a view to these roles only; everybody else who is signed in gets 403."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.aigaq_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def signed_in() -> AccountRow | None:
    """The account of this request, or None for a stranger."""
    account: AccountRow | None = g.get("account")
    return account


def current_account() -> AccountRow:
    """The account of this request; 401 for a stranger."""
    account = signed_in()
    if account is None:
        abort(401)
    return account


def as_author(row: AccountRow) -> Account:
    """The account as the sync engine knows it."""
    return Account(
        id=row.id,
        name=row.name,
        initial=row.initial,
        role=row.role,
        group=row.group_id,
        language=row.language,
    )


def begin_session(account: AccountRow) -> None:
    """Sign `account` in. A fresh session: nothing a stranger put there lives on."""
    session.clear()
    session["account"] = account.id
    session["epoch"] = account.session_epoch
    session["language"] = account.language
    session.permanent = True


def guard() -> ResponseReturnValue | None:
    """Before every request: find the account, then open or close the route."""
    g.account = None
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static" or request.blueprint in OPEN_BLUEPRINTS:
        return None
    g.account = account_of_session()
    view = current_app.view_functions[endpoint]
    if getattr(view, "aigaq_open", False):
        return None
    account = signed_in()
    if account is None:
        if request.headers.get("HX-Request"):
            return "", 401, {"HX-Redirect": url_for("accounts.sign_in")}
        if request.method != "GET" or request.accept_mimetypes.best == "application/json":
            abort(401)
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    roles = getattr(view, "aigaq_roles", None)
    if roles is not None and account.role not in roles:
        abort(403)
    return None


def account_of_session() -> AccountRow | None:
    """The account that the session's cookie names, if it may still sign in."""
    account_id = session.get("account")
    if not account_id:
        return None
    account = db.session.get(AccountRow, account_id)
    if account is None or not account.active or account.session_epoch != session.get("epoch"):
        return None
    return account


def register(app: Flask) -> None:
    """Put the guard before every request."""
    app.before_request(guard)
