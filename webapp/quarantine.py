"""What arrived and breaks a rule: stored, receipted, and waiting for a person's decision.

Owns the page that lists it; the engine keeps the envelopes. What a person took back and the store could not
erase yet stands there too.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
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


# What a person can do about it, for each reason.
ADVICE = {
    "schema": _l("Ask its author to open it on the tablet and save it again; this one is kept as it came."),
    "newer-schema": _l("Update the server, then check again."),
    "wrong-revision": _l("It may have been changed on the way. Ask its author to save it again."),
    "not-your-channel": _l("If its author took part in the visit, add them to the team and check again."),
    "type-not-allowed": _l("Ask the group leader to write it, or give its author that role and check again."),
    "author-mismatch": _l("Find out who used this tablet. If nobody can say, shut it out."),
    "no-channel": _l("It comes in by itself when the visit arrives: ask the group leader to deliver."),
    "deletes-evidence": _l("Nothing was deleted. To have something erased, its author withdraws it."),
    "unconfirmed-device": _l("It comes in by itself when a code is typed on that tablet."),
}


@bp.get("/quarantine")
@allow(*OFFICE)
def every() -> str:
    """By reason, what is most frequent first; within it the newest first."""
    engine = current_app.extensions["aigaq"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in engine.quarantine():
        groups.setdefault(row["reason"], []).append(row)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return render_template(
        "quarantine/list.html", groups=ordered, advice=ADVICE, unerased=engine.erasures.pending()
    )


@bp.post("/quarantine/released")
@allow("analyst")
def release_many() -> ResponseReturnValue:
    """Check everything again that waits for one reason."""
    engine, reason = current_app.extensions["aigaq"], request.form.get("reason", "")
    waiting = [row["envelope"] for row in engine.quarantine() if row["reason"] == reason]
    out = [envelope for envelope in reversed(waiting) if engine.release(envelope)]
    for envelope in out:
        audit.record("quarantine.released", account=current_account().id, subject=envelope)
    flash(
        _("%(out)d of %(all)d keep the rules now.", out=len(out), all=len(waiting)),
        "ok" if len(out) == len(waiting) else "wait",
    )
    return redirect(url_for("quarantine.every"), 303)


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
