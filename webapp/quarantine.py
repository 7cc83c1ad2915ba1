"""What arrived and breaks a rule: stored, receipted, and waiting for a person's decision.

Owns the pages that list it, show one item and take the decision; the engine keeps the envelopes and the decisions.
What a person took back and the store could not erase yet stands there too. Opening an item and every decision are
in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sync.gateway.quarantine import RETURNED
from webapp import audit, quarantined_item
from webapp.access import OFFICE, allow, current_account
from webapp.models import DeviceRow, db
from webapp.quarantine_words import ADVICE, AUTHORS

bp = Blueprint("quarantine", __name__)

SHORTEST_NOTE, LONGEST_NOTE = 5, 1000
EVERY = "quarantine.every"


@bp.get("/quarantine")
@allow(*OFFICE)
def every() -> str:
    """By reason, what is most frequent first; within it the newest first. Then what is with its author, and what is kept."""
    engine = current_app.extensions["aigaq"]
    waiting = engine.quarantine()
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in waiting:
        if row["decision"] is None:
            groups.setdefault(row["reason"], []).append(row)
    return render_template(
        "quarantine/list.html",
        groups=sorted(groups.items(), key=lambda group: -len(group[1])),
        returned=[row for row in waiting if row["decision"] == RETURNED],
        kept=engine.held.kept(),
        withdrawals=[row for row in waiting if row["type"] == "withdrawal"],
        advice=ADVICE,
        unerased=engine.erasures.pending(),
    )


@bp.get("/quarantine/<envelope>")
@allow(*OFFICE)
def show(envelope: str) -> str:
    """One item: what is in it, what is wrong with it, and what can be done. Looking is in the audit log."""
    found = current_app.extensions["aigaq"].decisions.look(envelope)
    if found is None:
        abort(404)
    audit.record(
        "quarantine.read",
        account=current_account().id,
        subject=envelope,
        detail={"document": found.row["document"]},
    )
    return render_template(
        "quarantine/show.html",
        held=found,
        row=found.row,
        device=db.session.get(DeviceRow, found.row["device"]),
        facts=quarantined_item.facts(found.document),
        sealed=quarantined_item.is_sealed(found.document),
        advice=ADVICE.get(found.row["reason"]),
        to_author=found.row["reason"] in AUTHORS,
        shortest=SHORTEST_NOTE,
        longest=LONGEST_NOTE,
    )


@bp.post("/quarantine/released")
@allow("analyst")
def release_many() -> ResponseReturnValue:
    """Check everything again that waits for one reason."""
    engine, reason = current_app.extensions["aigaq"], request.form.get("reason", "")
    waiting = [
        row["envelope"] for row in engine.quarantine() if (row["reason"], row["decision"]) == (reason, None)
    ]
    out = [envelope for envelope in reversed(waiting) if engine.release(envelope)]
    for envelope in out:
        audit.record("quarantine.released", account=current_account().id, subject=envelope)
    flash(
        _("%(out)d of %(all)d keep the rules now.", out=len(out), all=len(waiting)),
        "ok" if len(out) == len(waiting) else "wait",
    )
    return redirect(url_for(EVERY), 303)


@bp.post("/quarantine/<envelope>/released")
@allow("analyst")
def release(envelope: str) -> ResponseReturnValue:
    """Check an envelope again, after its cause was mended."""
    if current_app.extensions["aigaq"].release(envelope):
        audit.record("quarantine.released", account=current_account().id, subject=envelope)
        flash(_("It keeps the rules now and stands with the visit’s material."), "ok")
    else:
        flash(_("It still breaks the rule and stays in quarantine."), "wait")
    return redirect(url_for(EVERY), 303)


@bp.post("/quarantine/<envelope>/returned")
@allow("analyst")
def hand_back(envelope: str) -> ResponseReturnValue:
    """Make it a task on its author's tablet, with what is wrong in words."""
    decide = current_app.extensions["aigaq"].decisions.hand_back
    return _decided(
        envelope, decide, "returned", _("Its author sees it on the tablet at the next connection.")
    )


@bp.post("/quarantine/<envelope>/kept")
@allow("analyst")
def keep(envelope: str) -> ResponseReturnValue:
    """Leave it sealed in the archive, and out of the reports."""
    decide = current_app.extensions["aigaq"].decisions.keep
    said = _("It stays sealed in the archive and out of the reports. Nothing was deleted.")
    return _decided(envelope, decide, "kept", said)


def _decided(envelope: str, decide: Callable[..., bool], action: str, said: str) -> ResponseReturnValue:
    """Take a decision that needs its reason in words, and write it to the log."""
    note = _note()
    if note is None:
        return redirect(url_for("quarantine.show", envelope=envelope), 303)
    account = current_account()
    if not decide(envelope, by=account.id, note=note):
        abort(404)
    audit.record(f"quarantine.{action}", account=account.id, subject=envelope, detail={"reason": note})
    flash(said, "ok")
    return redirect(url_for(EVERY), 303)


def _note() -> str | None:
    """What the form says in words; None, with a message, where it says too little."""
    note = request.form.get("note", "").replace("\r\n", "\n").strip()[:LONGEST_NOTE]
    if len(note) < SHORTEST_NOTE:
        flash(_("Say in a few words why."), "bad")
        return None
    return note
