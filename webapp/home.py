"""Where each role starts after signing in, and what stands in its navigation.

Owns only the order of links; every page guards itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.access import CONTENT, FIELD, current_account, signed_in

bp = Blueprint("home", __name__)

EVERYONE = (*CONTENT, "council")


@dataclass(frozen=True)
class Link:
    """One entry of the navigation: an endpoint of this name leads there, if it is registered."""

    endpoint: str
    label: LazyString
    icon: str
    roles: tuple[str, ...]
    foot: bool = False

    @property
    def address(self) -> str:
        """Where it leads."""
        return url_for(self.endpoint)

    @property
    def here(self) -> bool:
        """Whether the page shown belongs to it."""
        own, shown = self.endpoint.split("."), (request.endpoint or "").split(".")
        return shown == own if own[0] in ("tablets", "accounts") else shown[0] == own[0]


LINKS = (
    Link("visits.every", _l("Visits"), "building", CONTENT),
    Link("plans.show", _l("Plan"), "calendar", (*CONTENT,)),
    Link("indicators.index", _l("Indicators"), "chart", EVERYONE),
    Link("recommendations.every", _l("Recommendations"), "target", CONTENT),
    Link("reports.index", _l("Reports"), "paper", EVERYONE),
    Link("facilities.every", _l("Facilities"), "map", EVERYONE),
    Link("forms.every", _l("Forms"), "form", CONTENT),
    Link("library.every", _l("Library"), "book", EVERYONE),
    Link("quarantine.every", _l("Quarantine"), "warning", ("analyst", "keyholder")),
    Link("couriers.page", _l("Brought by courier"), "upload", ("leader", "analyst", "admin"), foot=True),
    Link("tablets.mine", _l("Your tablet"), "tablet", FIELD, foot=True),
    Link("tablets.every", _l("Tablets"), "tablet", ("analyst", "admin"), foot=True),
    Link("accounts.accounts", _l("Accounts"), "people", ("admin",), foot=True),
    Link("audit.show", _l("Log"), "log", ("analyst", "admin"), foot=True),
    Link("custody_releases.every", _l("Released to you"), "unlock", CONTENT, foot=True),
    Link("custody_keys.every", _l("Custody keys"), "key", ("keyholder",), foot=True),
    Link("evidence.days", _l("Closed days"), "seal", ("analyst", "keyholder", "admin"), foot=True),
)

START = {
    "monitor": "tablets.mine",
    "leader": "tablets.mine",
    "analyst": "visits.every",
    "keyholder": "visits.every",
    "council": "indicators.index",
    "admin": "tablets.every",
}


@bp.get("/")
def start() -> ResponseReturnValue:
    """Each role's first page."""
    endpoint = START[current_account().role]
    if endpoint not in current_app.view_functions:
        endpoint = "library.every"
    return redirect(url_for(endpoint), 303)


def navigation() -> list[Link]:
    """The links of the person signed in; empty for a stranger."""
    account = signed_in()
    if account is None:
        return []
    views = current_app.view_functions
    return [link for link in LINKS if account.role in link.roles and link.endpoint in views]


def role_name(role: str) -> LazyString:
    """A role in words."""
    return ROLE_NAMES[role]


ROLE_NAMES = {
    "monitor": _l("monitor"),
    "leader": _l("group leader"),
    "analyst": _l("analyst"),
    "keyholder": _l("key holder"),
    "council": _l("Coordination Council"),
    "admin": _l("administrator"),
}
