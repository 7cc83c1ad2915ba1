"""What people do to a report: write, look at photos, agree, decide.

Owns the forms behind the report's page; each ends in a document written through the engine. A visit
the person may not see does not exist for them; what their role may not do is refused.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sync.errors import BadDocument, Refused
from webapp.access import FIELD, allow, as_author, current_account
from webapp.languages import language
from webapp.models import db
from webapp.reports.draft import Draft, StaleError, WrongStateError
from webapp.reports.labels import languages
from webapp.reports.material import SECTIONS
from webapp.reports.page import bp, may_approve, may_edit, show_report
from webapp.visits import visit_or_404

WRITERS = ("leader", "analyst")
LONGEST = 100_000  # characters of one section


@bp.post("/visits/<channel>/report")
@allow(*WRITERS)
def save(channel: str) -> ResponseReturnValue:
    """Save the sections; where somebody else saved meanwhile nothing is overwritten and nothing is lost."""
    draft = _editable(channel)
    sections = {name: request.form.get(name, "").replace("\r\n", "\n")[:LONGEST] for name in SECTIONS}
    wanted = request.form.get("language", "")
    if wanted not in languages():
        abort(400)
    try:
        draft.save_sections(
            current_app.extensions["aigaq"],
            as_author(current_account()),
            sections,
            wanted,
            request.form.get("rev", ""),
        )
    except StaleError:
        return show_report(channel, unsaved=sections), 409
    except (WrongStateError, Refused, BadDocument):
        return _back(
            channel, "bad", _("The report was not changed: it does not stand where this is possible.")
        )
    return _back(channel, "ok", _("The report is saved."))


@bp.post("/visits/<channel>/report/photos")
@allow(*WRITERS)
def choose_photos(channel: str) -> ResponseReturnValue:
    """Say which photos were looked at and may leave the office."""
    draft = _editable(channel)
    chosen = request.form.getlist("photo")
    return _attempt(
        channel,
        lambda: draft.save_photos(current_app.extensions["aigaq"], as_author(current_account()), chosen),
        _("The choice of photos is saved."),
    )


@bp.post("/visits/<channel>/report/approvals")
@allow(*FIELD, "analyst")
def approve(channel: str) -> ResponseReturnValue:
    """A member of the team agrees with the report."""
    visit_or_404(channel)
    if not may_approve(current_account(), channel):
        abort(403)
    draft = Draft.load(db.session.connection(), channel, language())
    return _attempt(
        channel,
        lambda: draft.approve(current_app.extensions["aigaq"], as_author(current_account())),
        _("Your approval is noted."),
    )


@bp.post("/visits/<channel>/report/decisions")
@allow("analyst")
def decide(channel: str) -> ResponseReturnValue:
    """The office returns, approves or marks as sent."""
    visit_or_404(channel)
    draft = Draft.load(db.session.connection(), channel, language())
    decision, note = request.form.get("decision", ""), request.form.get("note", "").strip()[:LONGEST]
    if decision == "returned" and not note:
        return _back(channel, "bad", _("Say what has to be changed: the leader reads it."))
    return _attempt(
        channel,
        lambda: draft.decide(current_app.extensions["aigaq"], as_author(current_account()), decision, note),
        _("The decision is noted."),
    )


def _editable(channel: str) -> Draft:
    visit_or_404(channel)
    if not may_edit(current_account(), channel):
        abort(403)
    return Draft.load(db.session.connection(), channel, language())


def _attempt(channel: str, act: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        act()
    except (WrongStateError, Refused, BadDocument):
        return _back(
            channel, "bad", _("The report was not changed: it does not stand where this is possible.")
        )
    return _back(channel, "ok", done)


def _back(channel: str, kind: str, words: str) -> ResponseReturnValue:
    flash(words, kind)
    return redirect(url_for("reports.show", channel=channel), 303)
