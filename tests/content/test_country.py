"""The synthetic country: repeatable, whole, valid, and nobody's."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from content.country import Country, build
from content.sources import read_catalogues
from sync.schemas import problems

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {"ru", "kk", "en"}


@pytest.fixture(scope="module")
def country() -> Country:
    return build(1, TODAY)


def of_type(country: Country, kind: str) -> list[dict[str, Any]]:
    return [document for _, _, document in country.documents if document["type"] == kind]


def fingerprint(country: Country) -> str:
    return hashlib.sha256(json.dumps(country.documents, sort_keys=True).encode()).hexdigest()


def test_the_same_seed_and_day_make_the_same_country_in_another_process(country: Country) -> None:
    program = (
        "import hashlib, json; from datetime import date; from content.country import build;"
        "print(hashlib.sha256(json.dumps(build(1, date(2026, 11, 22)).documents, sort_keys=True).encode()).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == fingerprint(country)


def test_another_seed_makes_another_country_with_the_same_demo_accounts(country: Country) -> None:
    other = build(2, TODAY)
    assert fingerprint(other) != fingerprint(country)
    ids = [{each.login: each.id for each in made.accounts if each.demo} for made in (country, other)]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    "day",
    [date(2027, 1, 1), date(2027, 1, 10), date(2028, 2, 29), date(2026, 12, 31), TODAY],
    ids=str,
)
def test_on_any_day_every_document_is_valid_and_none_is_from_the_future(day: date) -> None:
    made = build(1, day)
    broken = {document["_id"]: found for _, _, document in made.documents if (found := problems(document))}
    assert broken == {}
    assert max(document["created_at"] for _, _, document in made.documents) <= f"{day.isoformat()}T00:00"
    assert 6_000 < len(made.documents) <= 12_000


def test_counts_are_those_of_a_country(country: Country) -> None:
    catalogues = read_catalogues()
    assert len(catalogues["regions"]) == len(catalogues["groups"]) == 20
    assert len(catalogues["facility_types"]) >= 14
    facilities = of_type(country, "facility")
    assert len(facilities) == 300
    assert 5 <= sum(each["closed"] is not None for each in facilities) <= 40
    assert {each["region"] for each in facilities} == {each["id"] for each in catalogues["regions"]}
    assert {each["facility_type"] for each in facilities} == {
        each["id"] for each in catalogues["facility_types"]
    }
    names = [each["name"][language] for each in facilities for language in LANGUAGES]
    assert len(set(names)) == len(names), "two facilities share a name"
    visits = of_type(country, "visit")
    years = Counter(each["from"][:4] for each in visits if each["status"] == "closed")
    assert all(years[str(TODAY.year - back)] >= 115 for back in (1, 2, 3))
    assert {each["kind"] for each in visits} == {each["id"] for each in catalogues["visit_kinds"]}
    roles = Counter(each.role for each in country.accounts)
    assert roles["leader"] >= 20
    assert 55 <= roles["leader"] + roles["monitor"] <= 70


def test_tiles_of_the_map_do_not_overlap() -> None:
    tiles = [tuple(each["tile"]) for each in read_catalogues()["regions"]]
    assert len(set(tiles)) == len(tiles)


def test_ids_are_unique_and_written_once(country: Country) -> None:
    ids = [(channel, document["_id"]) for channel, _, document in country.documents]
    assert len(set(ids)) == len(ids)


def test_every_id_that_is_referred_to_exists_before_it_is_needed(country: Country) -> None:
    known: set[str] = set()
    catalogues = read_catalogues()
    items = {name: {each["id"] for each in entries} for name, entries in catalogues.items()}
    norms = {
        f"{document['_id'].partition(':')[2]}/{article['id']}"
        for document in of_type(country, "library")
        for article in document["articles"]
    }
    accounts = {each.id for each in country.accounts}
    for channel, author, document in country.documents:
        known.add(document["_id"])
        if channel.startswith("visit-") and document["type"] != "visit":
            assert f"visit:{channel.removeprefix('visit-').upper()}" in known
        assert {author, document["created_by"], document["updated_by"]} <= accounts
        for catalogue, ident in catalogue_references(document):
            assert ident in items[catalogue], (document["_id"], catalogue, ident)
        for ident in document_references(document):
            assert ident in known, (document["_id"], ident)
        assert set(document.get("norms") or []) <= norms, document["_id"]


def catalogue_references(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    single = {
        "theme": "themes",
        "severity": "severities",
        "priority": "priorities",
        "addressee": "authorities",
        "authority": "authorities",
        "facility_type": "facility_types",
        "region": "regions",
        "category": "categories",
        "group": "groups",
        "source": "sources",
    }
    for field, catalogue in single.items():
        if isinstance(document.get(field), str):
            yield catalogue, document[field]
    for field, catalogue in {"sources": "sources", "themes": "themes", "holds": "categories"}.items():
        for ident in document.get(field) or []:
            yield catalogue, ident
    if document["type"] == "visit":
        yield "visit_kinds", document["kind"]
    for article in document.get("articles") or []:
        for theme in article["themes"]:
            yield "themes", theme
    if document["type"] == "plan":
        for item in document["items"]:
            yield "visit_kinds", item["kind"]
            yield "groups", item["group"]
            for reason in item["reasons"]:
                yield "reasons", reason
    if document["type"] == "catalogue":
        fields = {"parent": "themes", "authority": "authorities", "region": "regions"}
        for item in document["items"]:
            for field, catalogue in fields.items():
                if item.get(field):
                    yield catalogue, item[field]


def document_references(document: dict[str, Any]) -> Iterator[str]:
    for field in ("facility", "recommendation", "repeats"):
        if isinstance(document.get(field), str):
            yield document[field]
    for field in ("findings", "evidence", "combines"):
        yield from (each for each in document.get(field) or [] if isinstance(each, str))
    if isinstance(document.get("visit"), str):
        yield "visit:" + document["visit"].removeprefix("visit-").upper()
    if document["type"] == "visit":
        yield from (f"person:{member['person']}" for member in document["team"])
        yield f"person:{document['leader']}"
    if document["type"] == "event" and document["kind"] == "verification":
        yield document["data"]["recommendation"]
    for item in document.get("items") or []:
        if "facility" in item:
            yield item["facility"]
    if document["type"] == "brief":
        yield from (each["id"] for each in document["findings"] + document["recommendations"])


def multis(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value and set(value) <= LANGUAGES:
            yield value
        else:
            for inner in value.values():
                yield from multis(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from multis(inner)


def test_every_multi_is_complete_in_three_languages(country: Country) -> None:
    found = 0
    for _, _, document in country.documents:
        for each in multis(document):
            found += 1
            assert set(each) == LANGUAGES, (document["_id"], each)
            assert all(text.strip() for text in each.values()), (document["_id"], each)
    assert found > 1_000


MIXED = re.compile(r"[А-Яа-яЁёӘәІіҢңҒғҮүҰұҚқӨөҺһ][A-Za-z]|[A-Za-z][А-Яа-яЁёӘәІіҢңҒғҮүҰұҚқӨөҺһ]")
SLOT = re.compile(r"\{[a-z_]+\}")


def test_texts_have_no_unfilled_slots_and_no_letters_of_two_scripts_in_one_word(country: Country) -> None:
    for _, _, document in country.documents:
        text = json.dumps(document, ensure_ascii=False).replace("\\n", " ")
        assert not SLOT.search(text), (document["_id"], SLOT.search(text))
        assert not MIXED.search(text), (document["_id"], MIXED.search(text))


def test_some_findings_are_in_each_language_of_the_monitors(country: Country) -> None:
    languages = Counter(each["lang"] for each in of_type(country, "finding"))
    assert languages["ru"] > languages["kk"] > 100


def test_today_the_demo_group_stands_at_a_gate_with_a_history(country: Country) -> None:
    demo = {each.login: each for each in country.accounts if each.demo}
    assert {"monitor1", "monitor2", "leader", "analyst", "keyholder", "council", "admin"} == set(demo)
    team = [demo[login] for login in ("leader", "monitor1", "monitor2")]
    assert len({each.group for each in team}) == 1
    assert len({each.initial for each in team}) == 3
    (visit,) = [each for each in of_type(country, "visit") if each["from"] == TODAY.isoformat()]
    assert {member["person"] for member in visit["team"]} >= {each.id for each in team}
    assert all(member["part"] for member in visit["team"])
    assert visit["leader"] == demo["leader"].id
    assert visit["recording"] == {"photo": True, "audio": True, "video": True}
    assert visit["objectives"]
    (brief,) = [each for each in of_type(country, "brief") if each["_id"].endswith(visit["_id"][6:])]
    assert len(brief["earlier"]) == 3
    assert len(brief["findings"]) > 10
    assert [each["overdue"] for each in brief["recommendations"]] == [True, True, False, False]


def test_two_visits_of_the_demo_group_are_coming(country: Country) -> None:
    (leader,) = [each for each in country.accounts if each.login == "leader"]
    coming = [each for each in of_type(country, "visit") if each["status"] == "planned"]
    assert [each["leader"] for each in coming] == [leader.id, leader.id]
    assert all(each["from"] > TODAY.isoformat() for each in coming)


def test_there_is_every_kind_of_outcome_an_office_must_show(country: Country) -> None:
    reviews = Counter(each.get("status") or each["decision"] for each in of_type(country, "review"))
    assert {"implemented", "partly", "not", "returned", "approved"} <= set(reviews)
    access = Counter(each["data"]["access"] for each in of_type(country, "event") if each["kind"] == "access")
    assert access["full"] > access["partial"] > 0
    assert access["refused"] > 0
    assert any(each["repeats"] for each in of_type(country, "recommendation"))
    replied = {each["recommendation"] for each in of_type(country, "reply")}
    late = [
        each
        for each in of_type(country, "recommendation")
        if each["deadline"] < (TODAY - timedelta(days=1)).isoformat() and each["_id"] not in replied
    ]
    assert late
    assert {each["status"] for each in of_type(country, "report")} >= {"draft", "sent"}
    assert all(each["addressee"] and each["addressee_name"] for each in of_type(country, "recommendation"))


def test_an_interview_never_says_where_it_took_place(country: Country) -> None:
    assert all("place" not in each for each in of_type(country, "interview"))


# Names of real bodies and places of detention of the country whose shape this one has.
REAL = re.compile(
    r"КУИС|ДУИС|КНБ|ҰҚК|Долинк|Житикар|Степногорск|Заречн\w+ колони|Чёрный беркут|Черный беркут|"
    r"(?:АК-159|ЛА-155|ЕЦ-166|УК-161|УГ-157|ИЧ-167|ОВ-156|ЕС-164|АП-162|РУ-170|ЖД-158|ЗК-169|ГМ-172|КА-168)",
)


def test_no_real_institution_is_named(country: Country) -> None:
    for document in of_type(country, "facility") + of_type(country, "catalogue"):
        assert not REAL.search(json.dumps(document, ensure_ascii=False)), document["_id"]


def test_only_codes_of_the_invented_series_are_given(country: Country) -> None:
    codes = [code for each in of_type(country, "facility") for code in each["codes"] if "/" in code]
    assert len(set(codes)) == len(codes) > 40
    assert all(re.fullmatch(r"[А-Я]{2}-2\d\d/\d+", code) for code in codes)
