"""The page of indicators, its live numbers and its table to take away.

Owns the routes. The page asks every three seconds; while the engine's version stands still the answer
is 204 and no query is made, and only numbers that changed are sent again.
"""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import CONTENT, allow, current_account
from webapp.catalogues import catalogue, label
from webapp.indicators.coverage import STEPS, Share, count_coverage
from webapp.indicators.figures import (
    SMALL,
    count_interviews,
    count_recommendations,
    count_visits,
    measure_time,
)
from webapp.indicators.scope import parse_scope, years
from webapp.indicators.wording import Figure, percent, recommendation_figures, time_figures, visit_figures
from webapp.languages import today
from webapp.models import db
from webapp.visits import PLANNERS

bp = Blueprint("indicators", __name__)

READERS = (*CONTENT, "council")


@bp.get("/indicators")
@allow(*READERS)
def index() -> str:
    """The whole page."""
    version = current_app.extensions["aigaq"].version()
    context = gather()
    parts = render_parts(context)
    digests = {name: digest(html) for name, html in parts.items()}
    return render_template("indicators/show.html", **context, parts=parts, digests=digests, version=version)


@bp.get("/indicators/live")
@allow(*READERS)
def live() -> ResponseReturnValue:
    """Numbers that changed since the page was made; 204 while nothing did."""
    version = current_app.extensions["aigaq"].version()
    if request.args.get("version", type=int) == version:
        return "", 204
    context = gather()
    parts = render_parts(context)
    held = dict(pair.split(":", 1) for pair in request.args.get("parts", "").split(",") if ":" in pair)
    digests = {name: digest(html) for name, html in parts.items()}
    changed = {name: html for name, html in parts.items() if held.get(name) != digests[name]}
    return render_template(
        "indicators/live.html", **context, changed=changed, digests=digests, version=version
    )


@bp.get("/indicators.csv")
@allow(*READERS)
def table() -> Response:
    """Every number with unit, base and definition, for a spreadsheet."""
    context = gather()
    buffer = io.StringIO()
    rows = csv.writer(buffer, delimiter=";")
    rows.writerow([_("Indicator"), _("Number"), _("Unit"), _("Base"), _("Definition")])
    for figure in context["figures"]:
        rows.writerow(safe([figure.title, figure.value, figure.unit, figure.base, figure.definition]))
    for title, shares in context["tables"]:
        rows.writerow([])
        rows.writerow(safe([title, _("Visited"), _("In the mandate"), _("Coverage")]))
        for name, share in shares:
            rows.writerow(
                safe([name, share.visited, share.facilities, percent(share.visited, share.facilities)])
            )
    rows.writerow([])
    rows.writerow([_("People interviewed, by category"), _("Number")])
    for name, count in context["categories"]:
        rows.writerow(safe([name, _("fewer than %(n)d", n=SMALL) if count is None else count]))
    scope = context["scope"]
    return Response(
        "\ufeff" + buffer.getvalue(),  # the mark tells Excel that this is UTF-8
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="indicators-{scope.year}.csv"'},
    )


def gather() -> dict[str, Any]:
    """Everything the page shows, from a handful of queries."""
    regions = catalogue("regions")
    scope = parse_scope(request.args, today(), {region.id for region in regions})
    partly = request.args.get("partly") == "1"
    connection = db.session.connection()
    special = {kind.id for kind in catalogue("visit_kinds") if kind.body.get("special")}
    visits = count_visits(connection, scope, special)
    coverage = count_coverage(connection, scope)
    interviews = count_interviews(connection, scope, suppress=current_account().role == "council")
    sections: list[tuple[str, list[Figure]]] = [
        (_("Visits"), visit_figures(visits, coverage, scope)),
        (
            _("Recommendations"),
            recommendation_figures(count_recommendations(connection, scope), partly=partly),
        ),
        (_("Time"), time_figures(measure_time(connection, scope), visits)),
    ]
    return {
        "scope": scope,
        "partly": partly,
        "years": years(connection, scope.today),
        "regions": [(region.id, str(region)) for region in regions],
        "sections": sections,
        "figures": [figure for _title, figures in sections for figure in figures],
        "tiles": [
            (
                region,
                next(
                    (share for share in coverage.by_region if share.id == region.id), Share(region.id, 0, 0)
                ),
            )
            for region in regions
            if region.body.get("tile")
        ],
        "steps": STEPS,
        "coverage": coverage,
        "tables": [
            (_("Coverage by region"), named("regions", coverage.by_region)),
            (_("Coverage by facility type"), named("facility_types", coverage.by_type)),
            (_("Coverage by authority"), named("authorities", coverage.by_authority)),
        ],
        "interviews": interviews,
        "categories": [
            (label("categories", category) or _("category not given"), count)
            for category, count in sorted(interviews.by_category.items(), key=lambda pair: -(pair[1] or 0))
        ],
        "small": SMALL,
        "may_plan": current_account().role in PLANNERS,
        "percent": percent,
        "asked": {
            name: request.args[name] for name in ("year", "region", "partly") if request.args.get(name)
        },
    }


def named(name: str, shares: list[Share]) -> list[tuple[str, Share]]:
    """Shares with their labels, in the catalogue's order; what it lacks stands at the end."""
    order = {item.id: position for position, item in enumerate(catalogue(name))}
    return [
        (label(name, share.id), share)
        for share in sorted(shares, key=lambda share: (order.get(share.id, len(order)), share.id))
    ]


def render_parts(context: dict[str, Any]) -> dict[str, str]:
    """The live parts by the id of their element: each figure's number, and the blocks."""
    parts = {
        f"figure-{figure.id}": render_template("indicators/number.html", figure=figure)
        for figure in context["figures"]
    }
    for name in ("tiles", "tables", "waiting", "interviews"):
        parts[f"block-{name}"] = render_template(f"indicators/{name}.html", **context)
    return parts


def digest(html: str) -> str:
    """A short name of a part's content."""
    return hashlib.sha256(html.encode()).hexdigest()[:8]


def safe(cells: list[object]) -> list[object]:
    """Cells a spreadsheet does not take for formulas."""
    return [
        f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell for cell in cells
    ]
