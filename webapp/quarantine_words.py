"""Words for quarantine: why something is there, and what a person can do about it.

Owns the sentences by reason. Pages and the tablet's own words (static/app/strings/deliver.js) say the same.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

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
    "schema": _l("Hand it back: its author sees on the tablet what is wrong, mends it and sends it again."),
    "newer-schema": _l("Update the server, then check again."),
    "wrong-revision": _l(
        "It may have been changed on the way. Hand it back, so that its author sends it again."
    ),
    "not-your-channel": _l("If its author took part in the visit, add them to the team and check again."),
    "type-not-allowed": _l("Ask the group leader to write it, or give its author that role and check again."),
    "author-mismatch": _l("Find out who used this tablet. If nobody can say, shut it out."),
    "no-channel": _l("It comes in by itself when the visit arrives: ask the group leader to deliver."),
    "deletes-evidence": _l("Nothing was deleted. To have something erased, its author withdraws it."),
    "unconfirmed-device": _l("It comes in by itself when a code is typed on that tablet."),
}
# What only its author can mend.
AUTHORS = frozenset({"schema", "wrong-revision"})
