"""What a person sees when something went wrong: what happened, what is safe, what to do.

Owns the error pages of the office in the reader's language, and the JSON errors of addresses under
`/sync/` that the gateway did not answer itself (docs/protocol.md, error codes).
"""

from __future__ import annotations

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

SYNC_CODES = {
    400: "bad-request",
    401: "session-expired",
    403: "forbidden",
    404: "not-found",
    413: "too-large",
    429: "rate-limited",
}


def words(status: int) -> tuple[str, str]:
    """Title and explanation of an HTTP status."""
    known = {
        400: (
            _("The page could not read what was sent"),
            _("Nothing was changed. Go back, check the fields and send again."),
        ),
        401: (_("Please sign in"), _("Your session has ended. Sign in again and repeat the last step.")),
        403: (
            _("This page is not for your role"),
            _("If you need it for your work, ask the administrator."),
        ),
        404: (
            _("There is nothing at this address"),
            _("The page may have moved, or the link was copied incompletely."),
        ),
        405: (
            _("This cannot be done here"),
            _("Nothing was changed. Go back and try again from the page itself."),
        ),
        409: (
            _("Someone changed this meanwhile"),
            _("Nothing was overwritten. Open the page again and repeat your change."),
        ),
        413: (
            _("This is too large"),
            _("The file is larger than the server accepts. Nothing was saved from it."),
        ),
        429: (_("Too many attempts"), _("Wait a minute and try again.")),
    }
    return known.get(
        status,
        (
            _("The server could not finish this"),
            _(
                "Everything saved before is safe. Try again; if it repeats, tell the administrator the time of the error."
            ),
        ),
    )


def show(error: Exception) -> ResponseReturnValue:
    """The page, or under `/sync/` the JSON, for an error."""
    failure = error if isinstance(error, HTTPException) else InternalServerError()
    status = failure.code or 500
    if request.path.startswith("/sync/"):
        code = SYNC_CODES.get(status, "server-error")
        return jsonify(error=code, message=failure.description or ""), status
    if isinstance(error, CSRFError):
        title = _("The form was open too long")
        text = _("Nothing was changed. Go back, reload the page and send the form again.")
    else:
        title, text = words(status)
    # Only what still works when everything else does not: no database, no account.
    return render_template("error.html", status=status, title=title, text=text), status


def register(app: Flask) -> None:
    """Show every HTTP error, and every unforeseen one, in words."""
    app.register_error_handler(HTTPException, show)
    if not app.debug:
        app.register_error_handler(InternalServerError, show)
