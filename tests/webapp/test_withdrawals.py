"""Withdrawing from the office: what it says it destroys is destroyed, and approved reports that cite it are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.webapp import personas as p
from tests.webapp.conftest import ANN, config, populate
from webapp import create_app
from webapp.withdrawals import erased_by

PAGE = f"/visits/{p.VISIT}/interviews/{p.INTERVIEW}/withdrawal"
FINDING = "finding:01M0000000000000000000000G"
ABOUT = "note:01M0000000000000000000000Q"
REASON = "Told us at the gate"


@pytest.fixture
def office(tmp_path: Path) -> Flask:
    """An office of its own, in which a finding rests on the interview."""
    made = create_app(config(tmp_path))
    made.testing = True
    populate(made)
    finding = {
        "_id": FINDING, "type": "finding", "title": "Told in private", "text": "It is dark", "theme": "light",
        "severity": "high", "sources": ["held"], "evidence": [p.INTERVIEW], "norms": [], "place": None,
        "combines": [], "status": "final", "rule": None, "lang": "en",
    }  # fmt: skip
    note = {
        "_id": ABOUT, "type": "note", "text": "Afraid of the shift", "place": None, "theme": None, "source": None,
        "at": "2026-03-02T06:00:00.000Z", "media": [], "about": p.INTERVIEW, "lang": "en",
    }  # fmt: skip
    made.extensions["aigaq"].submit_many(p.VISIT, [finding, note], author=ANN)
    return made


def withdraw(office: Flask, use: str, login: str = "ann", **changes: str) -> int:
    fields = {"use": use, "reason": REASON, "sure": "yes", **changes}
    return p.post(p.persona(office, login), PAGE, PAGE, **fields).status_code


def test_the_talk_and_everything_made_of_it_is_destroyed(office: Flask) -> None:
    page = p.persona(office, "alice").get(PAGE).text
    assert "Destroys 3 items" in page
    assert "Told in private" in page
    assert withdraw(office, "interview", "alice") == 303
    engine = office.extensions["aigaq"]
    for document in (p.INTERVIEW, p.TESTIMONY, ABOUT):
        assert engine.read(p.VISIT, document)["erased"] is True
    assert "text" in engine.read(p.VISIT, p.NOTE)
    assert p.persona(office, "ann").get(PAGE).status_code == 404
    assert "Told us at the gate" not in p.persona(office, "ann").get("/audit").text


def test_the_material_says_what_was_agreed_to_and_how_a_child_was_asked(office: Flask) -> None:
    engine = office.extensions["aigaq"]
    interview = engine.read(p.VISIT, p.INTERVIEW)
    child = {
        "assent": True,
        "adult_consent": False,
        "why_none": "afraid of the director",
        "present": "a teacher",
    }
    consents = [
        {
            "_id": f"consent:01M000000000000000000000{number}", "type": "consent", "interview": p.INTERVIEW, "use": use,
            "given": given, "at": f"2026-03-02T06:0{number}:00.000Z",
        }
        for number, (use, given) in enumerate([("interview", True), ("sharing", False), ("sharing", True)])
    ]  # fmt: skip
    ann = p.persona(office, "ann")
    assert "No consent is recorded." in ann.get(f"/visits/{p.VISIT}").text
    engine.submit_many(
        p.VISIT, [*({**each, "_id": each["_id"].ljust(34, "A")} for each in consents)], author=ANN
    )
    engine.submit(p.VISIT, {**interview, "child": child}, author=ANN)
    page = ann.get(f"/visits/{p.VISIT}").text
    assert page.count(": agreed") == 2
    assert "afraid of the director" in page
    assert "Present: a teacher" in page
    assert withdraw(office, "sharing") == 303
    assert "sharing: withdrawn" in ann.get(f"/visits/{p.VISIT}").text


def test_sharing_destroys_nothing_and_is_not_shared_any_more(office: Flask) -> None:
    assert withdraw(office, "sharing") == 303
    engine = office.extensions["aigaq"]
    assert "erased" not in engine.read(p.VISIT, p.INTERVIEW)
    assert (
        "Told in private"
        not in p.persona(office, "ann").get(f"/visits/{p.VISIT}/report?output=authority").text
    )


@pytest.mark.parametrize(
    "changes", [{"sure": ""}, {"reason": " "}, {"use": "visit"}], ids=["unsure", "no reason", "no use"]
)
def test_nothing_is_withdrawn_by_half(office: Flask, changes: dict[str, str]) -> None:
    assert withdraw(office, **{"use": "interview", **changes}) == 422  # type: ignore[arg-type]
    assert "erased" not in office.extensions["aigaq"].read(p.VISIT, p.INTERVIEW)


def test_an_approved_report_that_cites_it_waits_for_a_decision(office: Flask) -> None:
    ann = p.persona(office, "ann")
    report = f"/visits/{p.VISIT}/report"
    decision = {"decision": "approved", "note": "Complete"}
    assert p.post(ann, f"{report}/decisions", report, **decision).status_code in (302, 303)
    assert "cites what was withdrawn" not in ann.get(f"/visits/{p.VISIT}").text
    assert withdraw(office, "interview") == 303
    for page in (f"/visits/{p.VISIT}", "/reports"):
        text = ann.get(page).text
        assert "Told in private" in text
        assert "withdrawn" in text
    stands, visit = f"{report}/stands", f"/visits/{p.VISIT}"
    p.post(ann, stands, visit, note="")
    assert "cites what was withdrawn" in ann.get(visit).text
    p.post(ann, stands, visit, note="The finding has other evidence")
    assert "cites what was withdrawn" not in ann.get(visit).text
    assert "have withdrawn" not in ann.get("/reports").text


def test_office_and_tablet_destroy_the_same() -> None:
    """The cases of tests/app/interviews.test.mjs."""
    documents = [
        {"_id": "i1", "type": "interview"},
        {"_id": "a1", "type": "medium", "kind": "audio", "interview": "i1"},
        {"_id": "p1", "type": "medium", "kind": "photo", "interview": "i1"},
        {"_id": "t1", "type": "testimony", "interview": "i1"},
        {"_id": "n1", "type": "note", "about": "i1"},
        {"_id": "a2", "type": "medium", "kind": "audio", "interview": "i2"},
    ]
    assert sorted(erased_by("interview", "i1", documents)) == ["a1", "i1", "n1", "p1", "t1"]
    assert erased_by("recording", "i1", documents) == ["a1"]
    assert erased_by("sharing", "i1", documents) == erased_by("publication", "i1", documents) == []
