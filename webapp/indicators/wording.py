"""What the indicators say: each figure's title, unit, base and definition.

Owns the words and the order of figures, nothing of how they are counted. A figure without a base or a
definition cannot be made.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from webapp.indicators.coverage import OVERDUE_YEARS, Coverage
from webapp.indicators.figures import Recommendations, Timeliness, Visits
from webapp.indicators.scope import Scope
from webapp.languages import day


@dataclass(frozen=True)
class Figure:
    """One indicator: `value` with its `unit`, what it is out of, and how it is counted."""

    id: str
    title: str
    value: str
    unit: str
    base: str
    definition: str
    tone: str = ""  # ok, wait, bad: repeated by the words of `base`


def number(value: float, digits: int = 0) -> str:
    """A number as the reader's language writes it."""
    return str(format_decimal(round(value, digits) if digits else round(value)))


def percent(part: float, whole: float) -> str:
    """A share with one decimal and its sign; a dash where there is nothing to share."""
    return f"{format_decimal(round(100 * part / whole, 1))} %" if whole else "—"


def visit_figures(visits: Visits, coverage: Coverage, scope: Scope) -> list[Figure]:
    """Visits and coverage."""
    made, whole = visits.made, coverage.whole
    if visits.earlier:
        change = 100 * (made - visits.earlier) / visits.earlier
        against = _(
            "%(change)s %% against the same period of %(year)d (%(earlier)s)",
            change=f"{'+' if change > 0 else '−' if change < 0 else ''}{number(abs(change))}",
            year=scope.year - 1,
            earlier=number(visits.earlier),
        )
    else:
        against = _("nothing to compare with in %(year)d", year=scope.year - 1)
    return [
        Figure(
            "visits",
            _("Visits"),
            number(made),
            ngettext("visit", "visits", made),
            against,
            _(
                "One group, one facility, one assignment, one or more days. A visit counts in the year it began, from its first day, once it was opened or anything of it has arrived. The comparison is with the same days of the year before."
            ),
        ),
        Figure(
            "facilities",
            _("Facilities visited"),
            number(visits.facilities),
            ngettext("facility", "facilities", visits.facilities),
            _(
                "coverage %(share)s: %(visited)s of %(all)s in the mandate",
                share=percent(whole.visited, whole.facilities),
                visited=number(whole.visited),
                all=number(whole.facilities),
            ),
            _(
                "Different facilities where the group got inside at least once. Coverage is those of them that are open in the mandate on %(day)s, divided by all that are open in the mandate on that day.",
                day=day(scope.reference),
            ),
        ),
        Figure(
            "never",
            _("Never visited"),
            number(coverage.never),
            ngettext("facility", "facilities", coverage.never),
            _("of %(all)s in the mandate", all=number(whole.facilities)),
            _("Facilities open in the mandate where no visit of any year got inside."),
        ),
        Figure(
            "overdue",
            _("Overdue"),
            number(coverage.overdue),
            ngettext("facility", "facilities", coverage.overdue),
            _("of %(all)s in the mandate", all=number(whole.facilities)),
            ngettext(
                "Facilities open in the mandate where no visit got inside for %(num)d year, those never visited among them.",
                "Facilities open in the mandate where no visit got inside for %(num)d years, those never visited among them.",
                OVERDUE_YEARS,
            ),
        ),
        Figure(
            "special",
            _("Special visits"),
            percent(visits.special, made),
            "",
            _("%(part)s of %(all)s visits", part=number(visits.special), all=number(made)),
            _("Visits of a kind that the catalogue of visit kinds calls special, divided by all visits."),
        ),
        Figure(
            "refused",
            _("Access refused"),
            number(visits.refused),
            ngettext("visit", "visits", visits.refused),
            _("of %(all)s; access in part: %(partial)s", all=number(made), partial=number(visits.partial)),
            _("Visits whose last word on access is “refused”. They count as visits and cover no facility."),
            "bad" if visits.refused else "",
        ),
    ]


def recommendation_figures(counts: Recommendations, *, partly: bool) -> list[Figure]:
    """Recommendations and what became of them."""
    status = counts.by_status
    issued = number(counts.issued)
    of_issued = _("of %(all)s issued", all=issued)
    implemented = counts.implemented(partly=partly)
    rate = (
        _("Implemented and partly implemented recommendations, divided by all issued in the period.")
        if partly
        else _(
            "Fully implemented recommendations, divided by all issued in the period. Partly implemented ones do not count."
        )
    )
    plain = [
        ("implemented", _("Implemented"), _("Recommendations of the period whose status is “implemented”.")),
        (
            "partly",
            _("Partly implemented"),
            _("Recommendations of the period whose status is “partly implemented”."),
        ),
        ("not", _("Not implemented"), _("Recommendations of the period whose status is “not implemented”.")),
        (
            "repeated",
            _("Repeated later"),
            _("Recommendations of the period that a later visit had to repeat."),
        ),
    ]
    return [
        Figure(
            "rate",
            _("Recommendations implemented"),
            percent(implemented, counts.issued),
            "",
            _("%(part)s of %(all)s issued", part=number(implemented), all=issued),
            rate,
        ),
        Figure(
            "issued",
            _("Recommendations issued"),
            issued,
            ngettext("recommendation", "recommendations", counts.issued),
            _("still open: %(open)s", open=number(status.get("open", 0))),
            _("Recommendations of visits whose last day is in the period."),
        ),
        Figure(
            "answered",
            _("Answered"),
            number(counts.answered),
            ngettext("recommendation", "recommendations", counts.answered),
            of_issued,
            _("Recommendations of the period with at least one reply."),
        ),
        Figure(
            "late",
            _("Late"),
            number(counts.late),
            ngettext("recommendation", "recommendations", counts.late),
            of_issued,
            _("Recommendations of the period past their deadline that are open, partly or not implemented."),
            "wait" if counts.late else "",
        ),
        *[
            Figure(
                name,
                title,
                number(status.get(name, 0)),
                ngettext("recommendation", "recommendations", status.get(name, 0)),
                of_issued,
                definition,
            )
            for name, title, definition in plain
        ],
    ]


def time_figures(time: Timeliness, visits: Visits) -> list[Figure]:
    """Medians, and what still waits."""
    return [
        _median(
            "signoff",
            _("Material signed off"),
            time.signoff,
            time.signoff_of,
            _("Median of the days from a visit’s last day to the leader’s sign-off."),
        ),
        _median(
            "report",
            _("Report after the visit"),
            time.report,
            time.report_of,
            _("Median of the days from a visit’s last day to the approved report."),
        ),
        _median(
            "reply",
            _("Reply after the report"),
            time.reply,
            time.reply_of,
            _(
                "Median of the days from a visit’s last day, on which its recommendations are issued, to the first reply to each."
            ),
        ),
        Figure(
            "unreported",
            _("Without a report"),
            number(visits.without_report),
            ngettext("visit", "visits", visits.without_report),
            _(
                "of %(all)s; returned for revision: %(returned)s",
                all=number(visits.made),
                returned=number(visits.returned),
            ),
            _("Visits that have ended and whose report is not approved yet."),
            "wait" if visits.without_report else "",
        ),
    ]


def _median(name: str, title: str, days: float | None, measured: int, definition: str) -> Figure:
    return Figure(
        name,
        title,
        "—" if days is None else number(days, 1 if days % 1 else 0),
        "" if days is None else ngettext("day", "days", int(days)),
        ngettext("measured on %(num)d", "measured on %(num)d", measured),
        definition,
    )
