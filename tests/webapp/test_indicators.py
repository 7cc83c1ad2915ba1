"""Every indicator on a country small enough to count by hand, and its page.

Today is 15 June 2026. Facilities: A, B, C in the north (C closed in 2025), D, E in the south (E opens
in 2027). The comments beside the rows say what each one counts for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, insert

from sync.projections import tables
from tests.webapp import personas as p
from tests.webapp.report_case import memory
from webapp.config import ROOT
from webapp.indicators.coverage import count_coverage
from webapp.indicators.figures import count_interviews, count_recommendations, count_visits, measure_time
from webapp.indicators.page import safe
from webapp.indicators.scope import Scope, parse_scope, years

TODAY = date(2026, 6, 15)
YEAR, NORTH = Scope(2026, "", TODAY), Scope(2026, "north", TODAY)
SPECIAL = {"special"}

FACILITIES = [  # id, region, type, authority, opened, closed
    ("A", "north", "colony", "penal", "1960-01-01", None),
    ("B", "north", "ivs", "police", None, None),
    ("C", "north", "colony", "penal", None, "2025-12-31"),
    ("D", "south", "colony", "penal", None, None),
    ("E", "south", "ivs", "police", "2027-01-01", None),
]
VISITS = [  # channel, facility, kind, from, to, status, access, signed off, report, received
    (
        "v1",
        "A",
        "periodic",
        "2026-01-10",
        "2026-01-12",
        "closed",
        "full",
        "2026-01-13T10:00:00Z",
        "sent",
        "x",
    ),
    (
        "v2",
        "A",
        "special",
        "2026-03-01",
        "2026-03-01",
        "closed",
        None,
        "2026-03-04T10:00:00Z",
        "approved",
        "x",
    ),
    (
        "v3",
        "B",
        "special",
        "2026-05-05",
        "2026-05-05",
        "open",
        "refused",
        None,
        "returned",
        "x",
    ),  # covers nothing
    (
        "v4",
        "D",
        "periodic",
        "2026-06-15",
        "2026-06-16",
        "planned",
        None,
        None,
        None,
        "x",
    ),  # today, something arrived
    (
        "v5",
        "D",
        "periodic",
        "2026-06-14",
        "2026-06-14",
        "planned",
        None,
        None,
        None,
        None,
    ),  # planned, did not happen
    ("v6", "B", "periodic", "2026-07-01", "2026-07-01", "open", None, None, None, None),  # in the future
    (
        "v7",
        "C",
        "periodic",
        "2025-02-02",
        "2025-02-02",
        "closed",
        "full",
        None,
        "sent",
        "x",
    ),  # same period last year
    (
        "v8",
        "B",
        "periodic",
        "2025-06-16",
        "2025-06-16",
        "closed",
        "partial",
        None,
        "sent",
        "x",
    ),  # a day too late for it
    ("v9", "A", "periodic", "2023-06-01", "2023-06-01", "closed", "full", None, "sent", "x"),
]
RECOMMENDATIONS = [  # id, facility, issued, deadline, status, replied
    ("r1", "A", "2026-01-12", "2026-04-12", "implemented", "2026-03-12"),
    ("r2", "A", "2026-01-12", "2026-04-12", "partly", "2026-03-01"),  # late
    ("r3", "A", "2026-03-01", "2026-06-01", "open", None),  # late
    ("r4", "D", "2026-05-05", "2026-06-15", "open", None),  # due today: not late yet
    ("r5", "D", "2026-05-05", None, "not", None),  # no deadline: never late
    ("r6", "A", "2026-02-02", "2026-03-02", "repeated", None),  # lives on in another one: not late
    ("r7", "A", "2025-12-31", "2026-03-31", "open", None),  # last year's
]
REPLIES = [
    ("r1", "2026-01-22"),
    ("r1", "2026-03-12"),
    ("r2", "2026-03-01"),
]  # first ones after 10 and 48 days
INTERVIEWS = [
    ("i1", "v1", "convict", 7),
    ("i2", "v2", "convict", 1),
    ("i3", "v2", "life", 4),
    ("i4", "v7", "life", 9),
]
REPORTS = [
    ("v1", "2026-01-20T00:00:00.000Z"),
    ("v2", "2026-03-21T00:00:00.000Z"),
    ("v3", "2026-06-01T00:00:00.000Z"),
]


def fill(connection: Connection) -> None:
    def put(table: Any, **values: Any) -> None:
        connection.execute(insert(table).values(**values))

    for name, region, kind, authority, opened, closed in FACILITIES:
        put(
            tables.facility,
            id=name,
            name={"en": name},
            search="",
            facility_type=kind,
            region=region,
            authority=authority,
            capacity=None,
            opened=opened,
            closed=closed,
            body={},
        )
    for channel, facility, kind, first, last, status, access, signed, report, received in VISITS:
        put(
            tables.visit,
            channel=channel,
            id=channel,
            facility=facility,
            kind=kind,
            date_from=first,
            date_to=last,
            group_id=None,
            leader="l",
            status=status,
            unplanned=False,
            access=access,
            signed_off_at=signed,
            report_status=report,
            received_last=received,
            version=1,
            body={},
        )
    for name, facility, issued, deadline, status, replied in RECOMMENDATIONS:
        put(
            tables.recommendation,
            id=name,
            channel="v1",
            facility=facility,
            number=1,
            text="",
            theme=None,
            addressee=None,
            addressee_name="",
            issued_on=issued,
            deadline=deadline,
            priority=None,
            repeats=None,
            status=status,
            status_at=None,
            status_from=None,
            replied_at=replied,
            body={},
        )
    for number, (name, at) in enumerate(REPLIES):
        put(tables.reply, id=str(number), recommendation=name, at=at, sender="", text="", claims=None)
    for name, channel, category, people in INTERVIEWS:
        put(
            tables.interview,
            id=name,
            channel=channel,
            handle=name,
            category=category,
            day=None,
            people=people,
            child=False,
        )
    for channel, updated in REPORTS:
        put(
            tables.item,
            channel=channel,
            id=f"report:{channel}",
            type="report",
            **{"class": "group"},
            at=updated,
            created_by="l",
            received_at=None,
            position=1,
            rev="",
            conflicts=[],
            erased=False,
            body={"updated_at": updated},
        )
    connection.commit()


@pytest.fixture(scope="module")
def database() -> Engine:
    engine = memory()
    with engine.connect() as connection:
        fill(connection)
    return engine


@pytest.fixture
def connection(database: Engine) -> Iterator[Connection]:
    with database.connect() as opened:
        yield opened


def test_visits_count_from_their_first_day_once_anything_happened(connection: Connection) -> None:
    visits = count_visits(connection, YEAR, SPECIAL)
    assert visits.made == 4  # v1, v2, v3, v4
    assert visits.earlier == 1  # v7; v8 began a day after the same period
    assert visits.facilities == 2  # A, D; B refused
    assert (visits.special, visits.refused, visits.partial) == (2, 1, 0)
    assert (visits.returned, visits.without_report) == (
        1,
        1,
    )  # v3 ended without an approved report; v4 goes on


def test_a_region_limits_every_count(connection: Connection) -> None:
    visits = count_visits(connection, NORTH, SPECIAL)
    assert (visits.made, visits.earlier, visits.facilities) == (3, 1, 1)
    assert count_recommendations(connection, NORTH).issued == 4
    assert count_coverage(connection, NORTH).whole.facilities == 2


def test_a_past_year_is_compared_whole(connection: Connection) -> None:
    visits = count_visits(connection, Scope(2025, "", TODAY), SPECIAL)
    assert (visits.made, visits.earlier, visits.partial) == (2, 0, 1)
    assert Scope(2024, "", date(2024, 2, 29)).earlier == ("2023-01-01", "2023-02-28")


def test_coverage_is_visited_of_what_is_open_in_the_mandate(connection: Connection) -> None:
    coverage = count_coverage(connection, YEAR)
    assert (coverage.whole.visited, coverage.whole.facilities) == (2, 3)  # A and D of A, B, D
    assert {(s.id, s.visited, s.facilities) for s in coverage.by_region} == {("north", 1, 2), ("south", 1, 1)}
    assert {(s.id, s.visited, s.facilities) for s in coverage.by_type} == {("colony", 2, 2), ("ivs", 0, 1)}
    assert {(s.id, s.visited, s.facilities) for s in coverage.by_authority} == {
        ("penal", 2, 2),
        ("police", 0, 1),
    }


def test_a_past_years_coverage_counts_what_was_open_then(connection: Connection) -> None:
    coverage = count_coverage(connection, Scope(2025, "", TODAY))
    assert (coverage.whole.visited, coverage.whole.facilities) == (1, 3)  # B; C was closed on the last day
    assert (coverage.never, coverage.overdue) == (1, 2)  # D; D and A, last visited in June 2023


def test_overdue_are_those_where_nobody_got_inside_for_two_years(connection: Connection) -> None:
    coverage = count_coverage(connection, YEAR)
    assert (coverage.never, coverage.overdue) == (0, 0)
    later = count_coverage(connection, Scope(2028, "", date(2028, 6, 16)))
    assert [each.id for each in later.waiting] == ["E", "A", "D"]  # never; March 2026; June 2026
    assert [each.years for each in later.waiting] == [None, 2.3, 2.0]
    assert (later.never, later.overdue) == (1, 3)  # B's visit of July 2026 counts: it was opened


def test_recommendations_by_what_became_of_them(connection: Connection) -> None:
    counts = count_recommendations(connection, YEAR)
    assert (counts.issued, counts.answered, counts.late) == (6, 2, 2)
    assert counts.by_status == {"implemented": 1, "partly": 1, "open": 2, "not": 1, "repeated": 1}
    assert (counts.implemented(partly=False), counts.implemented(partly=True)) == (1, 2)


def test_medians_of_days(connection: Connection) -> None:
    measured = measure_time(connection, YEAR)
    assert (measured.signoff, measured.signoff_of) == (2, 2)  # 1 and 3 days
    assert (measured.report, measured.report_of) == (
        14,
        2,
    )  # 8 and 20 days; the returned one is no report yet
    assert (measured.reply, measured.reply_of) == (29, 2)  # first replies after 10 and 48 days
    nothing = measure_time(connection, Scope(2023, "", TODAY))
    assert (nothing.signoff, nothing.report, nothing.reply) == (None, None, None)


def test_interviews_by_category_and_their_suppression(connection: Connection) -> None:
    whole = count_interviews(connection, YEAR, suppress=False)
    assert (whole.by_category, whole.people, whole.interviews) == ({"convict": 8, "life": 4}, 12, 3)
    limited = count_interviews(connection, YEAR, suppress=True)
    assert (limited.by_category, limited.people) == ({"convict": 8, "life": None}, None)


def test_years_are_those_with_visits_and_this_one(connection: Connection) -> None:
    assert years(connection, TODAY) == [2026, 2025, 2023]
    assert years(connection, date(2030, 1, 1))[0] == 2030


@pytest.mark.parametrize(
    ("year", "region"), [("x", "nowhere"), ("2999", ""), ("1", "'; drop"), ("-5", "north")]
)
def test_a_scope_asked_wrongly_is_this_year(year: str, region: str) -> None:
    scope = parse_scope({"year": year, "region": region}, TODAY, {"north"})
    assert scope.year == 2026
    assert scope.region in ("", "north")


def test_what_a_visit_that_still_goes_on_has_issued_counts_at_once(connection: Connection) -> None:
    """Its recommendations carry the visit's last day, which is tomorrow."""
    assert count_recommendations(connection, Scope(2026, "", date(2026, 5, 4))).issued == 6


def test_an_empty_country_divides_by_nothing() -> None:
    with memory().connect() as connection:
        assert count_visits(connection, YEAR, SPECIAL).made == 0
        assert count_coverage(connection, YEAR).whole.percent == 0
        assert count_recommendations(connection, YEAR).issued == 0
        assert count_interviews(connection, YEAR, suppress=True).people == 0


def test_indicators_are_fast_on_a_large_country() -> None:
    """3,000 facilities, 2,000 visits, 12,000 recommendations: a handful of queries, well under a second."""
    engine = memory()
    with engine.begin() as connection:
        connection.execute(
            insert(tables.facility),
            [
                {
                    "id": f"f{n}",
                    "name": {"en": "n"},
                    "search": "",
                    "facility_type": "t",
                    "region": f"r{n % 20}",
                    "authority": "a",
                    "capacity": None,
                    "opened": None,
                    "closed": None,
                    "body": {},
                }
                for n in range(3000)
            ],
        )
        connection.execute(
            insert(tables.visit),
            [
                {
                    "channel": f"v{n}",
                    "id": f"v{n}",
                    "facility": f"f{n % 2500}",
                    "kind": "k",
                    "date_from": f"202{3 + n % 4}-03-01",
                    "date_to": "2026-03-02",
                    "group_id": None,
                    "leader": "l",
                    "status": "closed",
                    "unplanned": False,
                    "access": None,
                    "signed_off_at": "2026-03-03",
                    "report_status": "sent",
                    "received_last": None,
                    "version": 1,
                    "body": {},
                }
                for n in range(2000)
            ],
        )
        connection.execute(
            insert(tables.recommendation),
            [
                {
                    "id": f"c{n}",
                    "channel": f"v{n % 2000}",
                    "facility": f"f{n % 2500}",
                    "number": 1,
                    "text": "",
                    "theme": None,
                    "addressee": None,
                    "addressee_name": "",
                    "issued_on": f"202{3 + n % 4}-03-02",
                    "deadline": "2026-05-01",
                    "priority": None,
                    "repeats": None,
                    "status": "open",
                    "status_at": None,
                    "status_from": None,
                    "replied_at": None,
                    "body": {},
                }
                for n in range(12000)
            ],
        )
    queries: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: queries.append(arguments[2]))
    with engine.connect() as connection:
        count_visits(connection, YEAR, SPECIAL)
        count_coverage(connection, YEAR)
        count_recommendations(connection, YEAR)
        count_interviews(connection, YEAR, suppress=False)
        measure_time(connection, YEAR)
    assert len(queries) <= 9


# The page.


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return p.persona(app, "ann")


def test_every_number_stands_with_its_base_and_definition(client: FlaskClient) -> None:
    page = client.get("/indicators?year=2026").text
    cards = re.findall(r'<div class="card figure">(.*?)</details>', page, re.S)
    assert len(cards) == 18
    for card in cards:
        assert re.search(r'class="big-number">\s*\S', card)
        assert re.search(r'class="base[^"]*">\s*\S', card)
        assert re.search(r"<details><summary>.*?<p>\s*\S", card, re.S)


def test_live_answers_204_until_something_changes_and_then_sends_only_what_did(
    app: Flask, client: FlaskClient
) -> None:
    page = client.get("/indicators?year=2026").text
    address = re.search(r'hx-get="(/indicators/live[^"]+)"', page)
    assert address
    live = address[1].replace("&amp;", "&")
    assert client.get(live).status_code == 204
    visit = dict(p.visit_documents()[0]) | {
        "_id": "visit:01M0000000000000000000000Y",
        "from": "2026-04-01",
        "to": "2026-04-01",
    }
    with app.app_context():
        from tests.webapp.conftest import ANN

        app.extensions["aigaq"].submit("visit-01m0000000000000000000000y", visit, author=ANN)
    answer = client.get(live)
    assert answer.status_code == 200
    assert 'id="figure-visits" hx-swap-oob="innerHTML"' in answer.text
    assert 'id="figure-refused"' in answer.text, "its base is the number of visits"
    assert 'id="figure-issued"' not in answer.text, "nothing new about recommendations"
    assert 'id="indicators-poll"' in answer.text
    again = re.search(r'hx-get="(/indicators/live[^"]+)"', answer.text)
    assert again
    assert client.get(again[1].replace("&amp;", "&")).status_code == 204


def test_the_switch_says_whether_partly_counts(client: FlaskClient) -> None:
    without, with_partly = client.get("/indicators").text, client.get("/indicators?partly=1").text
    assert "Partly implemented ones do not count." in without
    assert "Implemented and partly implemented recommendations" in with_partly


def test_the_table_to_take_away_has_numbers_units_and_definitions(client: FlaskClient) -> None:
    answer = client.get("/indicators.csv?year=2026")
    assert answer.mimetype == "text/csv"
    lines = answer.text.lstrip("\ufeff").splitlines()
    assert lines[0] == "Indicator;Number;Unit;Base;Definition"
    assert lines[1].startswith("Visits;")
    assert len([line for line in lines if "Coverage by" in line]) == 3


def test_a_cell_is_never_a_formula() -> None:
    assert safe(["=1+1", "+7", "@x", "-2", "ok", 5]) == ["'=1+1", "'+7", "'@x", "'-2", "ok", 5]


@pytest.mark.parametrize(
    ("login", "status"),
    [("alice", 200), ("bob", 200), ("charlie", 200), ("kate", 200), ("carl", 200), ("adam", 403)],
)
def test_who_reads_indicators(app: Flask, login: str, status: int) -> None:
    reader = p.persona(app, login)
    for address in ("/indicators", "/indicators/live", "/indicators.csv"):
        assert reader.get(address).status_code == status


def test_the_council_sees_no_small_numbers(sign_in: Callable[[str], FlaskClient]) -> None:
    assert "fewer than 5" in sign_in("carl").get("/indicators?year=2026").text
    assert "fewer than 5" not in sign_in("ann").get("/indicators?year=2026").text


def test_every_step_of_the_map_is_legible() -> None:
    css = (ROOT / "static/office/indicators.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(step-\d(?:-ink)?): (#[0-9a-f]{6})", css))
    for step in range(5):
        assert contrast(colours[f"step-{step}"], colours[f"step-{step}-ink"]) >= 4.5, step


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours."""
    lights = sorted((luminance(one), luminance(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
