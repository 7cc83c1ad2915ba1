"""Planning a visit, its page, what it shows and what it must never show."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp import personas as p

FORM: dict[str, Any] = {
    "facility": p.FACILITY,
    "kind": "special",
    "from": "2026-12-01",
    "to": "",
    "group": "group-1",
    "leader": p.account_id("alice"),
    "team": [p.account_id("bob")],
    "objectives": "See the registers",
    "policy": "own",
    "recording-photo": "1",
    f"part-{p.account_id('bob')}": "registers",
}


def read(app: Flask, location: str) -> dict[str, Any]:
    channel = location.rsplit("/", 1)[-1]
    document: dict[str, Any] = app.extensions["aigaq"].read(channel, "visit:" + channel[6:].upper())
    return document


def test_a_leader_plans_a_visit_and_the_team_sees_it(app: Flask) -> None:
    alice = p.persona(app, "alice")
    answer = p.post(alice, "/visits", "/visits/new", **FORM)
    assert answer.status_code == 303
    document = read(app, answer.location)
    assert document["to"] == "2026-12-01"
    assert document["status"] == "planned"
    assert document["time_zone"] == "Asia/Almaty"
    assert document["recording"] == {"photo": True, "audio": False, "video": False}
    assert {(each["person"], each["part"]) for each in document["team"]} == {
        (p.account_id("alice"), ""),
        (p.account_id("bob"), "registers"),
    }
    assert p.persona(app, "bob").get(answer.location).status_code == 200
    assert p.persona(app, "charlie").get(answer.location).status_code == 404


def test_a_planned_visit_is_changed_not_copied(app: Flask) -> None:
    alice = p.persona(app, "alice")
    location = p.post(alice, "/visits", "/visits/new", **FORM).location
    changed = {**FORM, "objectives": "See the kitchen", "from": "2026-12-02"}
    assert p.post(alice, f"{location}/change", f"{location}/change", **changed).location == location
    assert read(app, location)["objectives"] == "See the kitchen"
    assert "See the kitchen" in alice.get(location).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("facility", "facility:none", "Choose a facility"),
        ("from", "tomorrow", "first day"),
        ("to", "2026-11-01", "before the first"),
        ("kind", "", "kind of visit"),
        ("leader", "", "who leads"),
    ],
)
def test_a_plan_with_a_gap_says_which_and_keeps_the_rest(
    app: Flask, field: str, value: str, words: str
) -> None:
    answer = p.post(p.persona(app, "ann"), "/visits", "/visits/new", **{**FORM, field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert "See the registers" in answer.text


def test_a_leader_plans_for_no_other_group(app: Flask) -> None:
    answer = p.post(p.persona(app, "alice"), "/visits", "/visits/new", **{**FORM, "group": "group-2"})
    assert answer.status_code == 422
    assert "your own group" in answer.text


def test_the_page_shows_the_material_and_escapes_it(app: Flask) -> None:
    page = p.persona(app, "bob").get(f"/visits/{p.VISIT}").text
    assert "The &lt;b&gt;lamp&lt;/b&gt; is broken" in page
    assert "Dark cells" in page
    assert "one type of source" in page
    assert "Guide, 1" in page
    assert "Interview B-1" in page


def test_the_page_never_says_where_an_interview_took_place(app: Flask) -> None:
    engine = app.extensions["aigaq"]
    from tests.webapp.conftest import ANN

    medium = {
        "_id": "medium:01M0000000000000000000000P", "type": "medium", "kind": "photo", "mime": "image/jpeg",
        "at": "2026-03-02T06:10:00.000Z", "state": "complete", "frames": 1, "bytes": 10, "plain_bytes": 5,
        "duration_ms": None, "width": 1, "height": 1, "chunks": [{"sha256": "ab" * 32, "size": 10}],
        "interview": p.INTERVIEW, "submission": None, "question": None, "place": "cell 12", "theme": None,
        "caption": None, "fields": None,
    }  # fmt: skip
    with app.app_context():
        engine.submit_many(p.VISIT, [medium], author=ANN)
    page = p.persona(app, "ann").get(f"/visits/{p.VISIT}").text
    assert "0 of 1 parts arrived" in page
    assert "cell 12" not in page
    assert "block 2" in page, "a note's place is shown"


def test_the_page_never_says_at_what_hour_somebody_spoke(app: Flask) -> None:
    engine = app.extensions["aigaq"]
    from tests.webapp.conftest import ANN

    recording = {
        "_id": "medium:01M0000000000000000000000V", "type": "medium", "kind": "audio", "mime": "audio/webm",
        "at": "2026-03-02T06:17:00.000Z", "state": "complete", "frames": 1, "bytes": 10, "plain_bytes": 5,
        "duration_ms": 1000, "width": None, "height": None, "chunks": [], "interview": p.INTERVIEW,
        "submission": None, "question": None, "place": None, "theme": None, "caption": None, "fields": None,
    }  # fmt: skip
    withdrawal = {
        "_id": "withdrawal:01M0000000000000000000000W", "type": "withdrawal", "interview": p.INTERVIEW,
        "use": "publication", "erases": [], "reason": "", "at": "2026-03-02T06:18:00.000Z",
    }  # fmt: skip
    note = {
        "_id": "note:01M0000000000000000000000W", "type": "note", "text": "He was calm", "place": "cell 13",
        "theme": None, "source": None, "at": "2026-03-02T06:19:00.000Z", "media": [], "about": p.INTERVIEW,
    }  # fmt: skip
    with app.app_context():
        engine.submit_many(p.VISIT, [recording, withdrawal, note], author=ANN)
    page = p.persona(app, "ann").get(f"/visits/{p.VISIT}").text
    assert "He was calm" in page
    assert "Consent withdrawn" in page
    # Almaty is five hours ahead: the hours of the recording, the withdrawal and the note.
    for hour in ("11:17", "11:18", "11:19", "cell 13"):
        assert hour not in page
    assert "11:00" in page, "a note's hour is shown"
    sealed = p.persona(app, "kate").get("/custody/" + p.VISIT + "/medium:01M0000000000000000000000V").text
    assert "11:17" not in sealed


def test_only_key_holders_are_offered_to_open_what_is_sealed(app: Flask) -> None:
    assert "Open as key holder" in p.persona(app, "kate").get(f"/visits/{p.VISIT}").text
    for login in ("alice", "bob", "ann"):
        page = p.persona(app, login).get(f"/visits/{p.VISIT}").text
        assert "sealed" in page
        assert "Open as key holder" not in page


def poll_address(page: str) -> str:
    found = re.search(r'hx-get="([^"]+/live[^"]*)"', page)
    assert found
    return found.group(1).replace("&amp;", "&")


def test_a_live_page_is_sent_only_what_changed(app: Flask) -> None:
    bob = p.persona(app, "bob")
    address = poll_address(bob.get(f"/visits/{p.VISIT}").text)
    assert bob.get(address).status_code == 204
    note = {
        "type": "note", "text": "A fresh note", "place": "gate", "theme": None, "source": None,
        "at": "2026-03-02T07:00:00.000Z", "media": [], "about": None, "lang": "en",
    }  # fmt: skip
    from tests.webapp.conftest import ANN

    with app.app_context():
        app.extensions["aigaq"].submit(p.VISIT, note, author=ANN)
    answer = bob.get(address)
    assert answer.status_code == 200
    assert "A fresh note" in answer.text
    assert 'id="material"' in answer.text
    assert 'id="facts"' not in answer.text, "the facts did not change"
    assert bob.get(poll_address(answer.text)).status_code == 204


def test_a_reply_and_a_status_become_part_of_the_recommendation(app: Flask) -> None:
    ann = p.persona(app, "ann")
    address = f"/recommendations/{p.RECOMMENDATION}"
    assert "overdue" in ann.get(address).text
    reply = {
        "at": "2026-05-01",
        "from": "The ministry",
        "text": "Lamps are bought",
        "claims": "partly",
        "lang": "en",
    }
    p.post(ann, f"{address}/replies", address, **reply)
    assert "Lamps are bought" in ann.get(address).text
    p.post(ann, f"{address}/status", address, status="partly", note="")
    assert "Say in a sentence why" in ann.get(address).text
    p.post(ann, f"{address}/status", address, status="implemented", note="Seen by us")
    page = ann.get(address).text
    assert "reviewed by the office" in page
    assert 'badge ok">implemented' in page


@pytest.mark.parametrize("words", ["АК-159", "ак-159/7", "severka", "northern COLONY kk"])
def test_search_finds_a_facility_by_name_alias_and_code(app: Flask, words: str) -> None:
    ann = p.persona(app, "ann")
    assert "Northern colony" in ann.get("/facilities", query_string={"q": words}).text
    assert "Northern colony" in ann.get("/facilities/suggest", query_string={"q": words}).text


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "nowhere"])
def test_search_takes_signs_for_signs(app: Flask, words: str) -> None:
    assert "Nothing found" in p.persona(app, "ann").get("/facilities", query_string={"q": words}).text


def test_a_facility_does_not_tell_the_council_of_a_planned_visit(app: Flask) -> None:
    location = p.post(
        p.persona(app, "ann"), "/visits", "/visits/new", **{**FORM, "from": "2027-01-11"}
    ).location
    assert location in p.persona(app, "ann").get(f"/facilities/{p.FACILITY}").text
    page = p.persona(app, "carl").get(f"/facilities/{p.FACILITY}").text
    assert "2027" not in page
    assert "Mar 2" in page, "past visits are no secret"


def test_a_group_learns_nothing_of_anothers_visits_but_that_they_were(app: Flask) -> None:
    ann, charlie = p.persona(app, "ann"), p.persona(app, "charlie")
    location = p.post(ann, "/visits", "/visits/new", **{**FORM, "from": "2027-01-11"}).location
    plan = {
        "_id": "plan:01M0000000000000000000000Q", "type": "plan", "year": 2027,
        "items": [{"facility": p.FACILITY, "month": 1, "kind": "periodic", "group": "group-2", "reasons": []}],
    }  # fmt: skip
    from tests.webapp.conftest import ANN

    words = "Paint the corridor of block 4"
    recommendation = {
        "_id": "recommendation:01M0000000000000000000000Q", "type": "recommendation", "text": words, "findings": [],
        "theme": None, "addressee": "penal", "addressee_name": "", "deadline": "2027-06-03", "priority": "normal",
        "repeats": None, "lang": "en",
    }  # fmt: skip
    with app.app_context():
        app.extensions["aigaq"].submit_many("office", [plan], author=ANN)
        app.extensions["aigaq"].submit_many(p.VISIT, [recommendation], author=ANN)
    assert location in ann.get("/plan?year=2027").text
    shown = charlie.get("/plan?year=2027").text
    assert "Northern colony" in shown
    assert location not in shown
    assert "2027-01" not in shown
    assert "Jan 11" not in shown
    card = charlie.get(f"/facilities/{p.FACILITY}").text
    assert words not in card
    assert location not in card
    assert words in p.persona(app, "bob").get(f"/facilities/{p.FACILITY}").text


def test_the_library_is_read_and_searched(app: Flask) -> None:
    carl = p.persona(app, "carl")
    assert "Windows let in daylight." in carl.get("/library/library:guide").text
    assert "#article-1" in carl.get("/library?q=daylight windows").text
    assert "Nothing found" in carl.get("/library?q=moonlight").text


def facilities_visited(person: FlaskClient) -> list[str]:
    """The line of distinct facilities visited."""
    lines = person.get("/indicators.csv?year=2026").text.splitlines()
    found = [line for line in lines if "visited" in line.lower()]
    assert found
    return found


def test_the_office_says_which_facility_a_visit_without_the_register_was(app: Flask) -> None:
    from tests.webapp.conftest import ANN

    number = "01M00000000000000000000VVV"
    channel = f"visit-{number.lower()}"
    begun = {
        "_id": f"visit:{number}",
        "type": "visit",
        "facility": "facility:unknown",
        "facility_name": "The <i>jail</i> by the river",
        "kind": "special",
        "from": "2026-03-05",
        "to": "2026-03-05",
        "group": None,
        "leader": p.account_id("alice"),
        "team": [{"person": p.account_id("alice"), "part": ""}],
        "objectives": "",
        "status": "closed",  # signed off before anybody chose
        "unplanned": True,
        "recording": None,
        "time_zone": "Asia/Almaty",
    }
    ann = p.persona(app, "ann")
    visited = facilities_visited(ann)
    with app.app_context():
        app.extensions["aigaq"].submit(channel, begun, author=ANN)
    for address in ("/visits", f"/visits/{channel}", "/reports"):
        page = ann.get(address).text
        assert "The &lt;i&gt;jail&lt;/i&gt; by the river" in page, address
        assert "facility:unknown" not in page, address
    assert facilities_visited(ann) == visited, "nobody knows yet which one it was"
    form = ann.get(f"/visits/{channel}/change").text
    assert "was named “The &lt;i&gt;jail&lt;/i&gt; by the river”" in form
    chosen = {**FORM, "from": "2026-03-05", "group": "group-1"}
    answer = p.post(ann, f"/visits/{channel}/change", f"/visits/{channel}/change", **chosen)
    assert answer.status_code == 303
    document = read(app, answer.location)
    assert (document["facility"], document["status"]) == (p.FACILITY, "closed")
    assert document["facility_name"] == "The <i>jail</i> by the river"
    assert "facility to be chosen" not in ann.get(answer.location).text
    # From then on it is as closed as any other.
    assert ann.get(f"/visits/{channel}/change").status_code == 403
