"""What arrived and breaks a rule: stored, receipted, and waiting for a person's decision.

Owns the page that lists it; the engine keeps the envelopes.
"""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp import audit
from webapp.access import OFFICE, allow, current_account

bp = Blueprint("quarantine", __name__)

REASONS = {
    "schema": _l("Its form does not fit the rules for its type"),
    "newer-schema": _l("It comes from a newer version of the app"),
    "wrong-revision": _l("Its content does not match its own fingerprint"),
    "not-your-channel": _l("Its author is not a member of this visit"),
    "type-not-allowed": _l("Its author’s role may not write this kind of item"),
    "author-mismatch": _l("It names another author than the tablet’s owner"),
    "no-channel": _l("Its visit is not known here yet"),
    "deletes-evidence": _l("It would delete evidence"),
    "unconfirmed-device": _l("The device waits for confirmation"),
}


@bp.get("/quarantine")
@allow(*OFFICE)
def every() -> str:
    """The newest first."""
    rows = current_app.extensions["aigaq"].quarantine()
    return render_template("quarantine/list.html", rows=rows, reasons=REASONS)


@bp.post("/quarantine/<envelope>/released")
@allow("analyst")
def release(envelope: str) -> ResponseReturnValue:
    """Check an envelope again, after its cause was mended."""
    if current_app.extensions["aigaq"].release(envelope):
        audit.record("quarantine.released", account=current_account().id, subject=envelope)
        flash(_("It keeps the rules now and stands with the visit’s material."), "ok")
    else:
        flash(_("It still breaks the rule and stays in quarantine."), "wait")
    return redirect(url_for("quarantine.every"), 303)
