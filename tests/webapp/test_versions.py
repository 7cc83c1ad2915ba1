"""Two tablets changed the same field: the office sees both, somebody who may chooses, and nothing is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sync.documents.contract import Incoming
from sync.projections import tables
from sync.revisions import Leaf, base, revision_id
from sync.wire import new_ulid
from tests.webapp import personas as p
from tests.webapp.conftest import ANN
from webapp import versions
from webapp.models import db

PAGE = f"/visits/{p.VISIT}"


@pytest.fixture
def finding(app: Flask) -> str:
    """A finding that Alice's and Bob's tablets changed apart from each other: its title, and its text as well."""
    engine = app.extensions["aigaq"]
    with app.app_context():
        document = {
            "_id": f"finding:{new_ulid(0)}", "type": "finding", "title": "Cold", "text": "It is cold", "theme": "light",
            "severity": "high", "sources": ["observation"], "evidence": [], "norms": [], "place": None,
            "combines": [], "status": "final", "rule": None, "lang": "en",
        }  # fmt: skip
        first = engine.submit(p.VISIT, document, author=ANN)
        for login, title, theme in (("alice", "Cold cells", "light"), ("bob", "Cold <b>corridors</b>", None)):
            add(app, first.document, first.rev, login, title=title, theme=theme)
    found: str = document["_id"]
    return found


def add(app: Flask, before: dict[str, Any], parent: str, login: str, **changes: Any) -> str:
    """What a delivery stores: one more child of a revision, by somebody's tablet."""
    engine = app.extensions["aigaq"]
    document = {**before, **changes, "updated_by": p.account_id(login), "device": f"device-{login}"}
    document["base"] = base(before, document)
    rev = revision_id(parent, document)
    engine.documents.put_revisions(p.VISIT, [Incoming(rev, document, (parent,))])
    engine.catch_up()
    return rev


def task(page: str, finding: str) -> str:
    """The task's form on the visit's page."""
    found = re.search(rf"<form[^>]*{re.escape(finding)}/settled.*?</form>", page, re.DOTALL)
    assert found
    return found[0]


def revs(html: str) -> dict[str, str]:
    """Who wrote which of the titles: `{value: rev}`."""
    pairs = re.findall(
        r'name="field-title" value="(\d+-\w+)".*?<span class="version-text">(.*?)</span>', html, re.DOTALL
    )
    return {text: rev for rev, text in pairs}


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', html)
    assert found
    return found[1]


def conflicts(app: Flask, finding: str) -> list[dict[str, Any]]:
    with app.app_context():
        rows: list[dict[str, Any]] = db.session.scalars(
            select(tables.item.c.conflicts).where(tables.item.c.id == finding)
        ).one()
        return rows


def read(app: Flask, finding: str) -> dict[str, Any]:
    document: dict[str, Any] = app.extensions["aigaq"].read(p.VISIT, finding)
    return document


@pytest.mark.parametrize("login", ["ann", "alice"])
def test_one_version_is_chosen_and_the_other_stays_in_the_store(app: Flask, finding: str, login: str) -> None:
    client = p.persona(app, login)
    html = task(client.get(PAGE).text, finding)
    assert set(revs(html)) == {"Cold cells", "Cold &lt;b&gt;corridors&lt;/b&gt;"}
    assert "Bob Monitor" in html
    assert "field-theme" not in html  # only Bob changed it: that merges by itself
    chosen = {"field-title": revs(html)["Cold cells"], "seen": seen(html)}
    assert p.post(client, f"{PAGE}/items/{finding}/settled", PAGE, **chosen).status_code == 303
    document = read(app, finding)
    assert (document["title"], document["theme"], conflicts(app, finding)) == ("Cold cells", None, [])
    assert len(document["resolves"]) == 1
    kept = [leaf for leaf in app.extensions["aigaq"].documents.leaves(p.VISIT, finding) if not leaf.deleted]
    assert document["resolves"][0] in {leaf.rev for leaf in kept}
    assert f"{finding}/settled" not in client.get(PAGE).text


def test_one_text_can_be_made_of_both(app: Flask, finding: str) -> None:
    client = p.persona(app, "ann")
    html = task(client.get(PAGE).text, finding)
    form = {"field-title": "own", "text-title": " Cold everywhere ", "seen": seen(html)}
    p.post(client, f"{PAGE}/items/{finding}/settled", PAGE, **form)
    assert (read(app, finding)["title"], conflicts(app, finding)) == ("Cold everywhere", [])


def test_a_choice_between_fewer_versions_than_stand_changes_nothing(app: Flask, finding: str) -> None:
    client = p.persona(app, "ann")
    html = task(client.get(PAGE).text, finding)
    first = app.extensions["aigaq"].versions(p.VISIT, finding)[0]
    with app.app_context():
        rev = add(app, first.doc, first.rev, "alice", title="Very cold")
    chosen = {"field-title": next(iter(revs(html).values())), "seen": seen(html)}
    answer = p.post(client, f"{PAGE}/items/{finding}/settled", PAGE, **chosen)
    assert answer.status_code == 303
    assert "One more version has arrived" in client.get(PAGE).text
    assert rev in {leaf.rev for leaf in app.extensions["aigaq"].versions(p.VISIT, finding)}
    assert "title" in {conflict["field"] for conflict in conflicts(app, finding)}


@pytest.mark.parametrize(
    "form", [{}, {"field-title": "own", "text-title": " "}, {"field-title": "9-" + "0" * 32}]
)
def test_no_choice_is_no_choice(app: Flask, finding: str, form: dict[str, str]) -> None:
    client = p.persona(app, "ann")
    given = {**form, "seen": seen(task(client.get(PAGE).text, finding))}
    assert p.post(client, f"{PAGE}/items/{finding}/settled", PAGE, **given).status_code == 400
    assert len(conflicts(app, finding)) == 1


@pytest.mark.parametrize("login", ["bob", "kate"])
def test_who_may_not_choose_sees_both_versions(app: Flask, finding: str, login: str) -> None:
    client = p.persona(app, login)
    html = task(client.get(PAGE).text, finding)
    assert len(revs(html)) == 2
    assert "<button" not in html
    assert "disabled" in html
    assert p.post(client, f"{PAGE}/items/{finding}/settled", PAGE).status_code == 403
    assert len(conflicts(app, finding)) == 1


def test_a_form_is_taken_whole_from_one_side() -> None:
    one = {"xml": "<a/>", "answers": {"/data/x": 1}, "complete": True, "title": {"en": "F"}}
    two = {"xml": "<b/>", "answers": {"/data/x": 2, "/data/y": 3}, "aside": {}, "title": {"en": "F"}}
    leaves = [Leaf("2-" + "b" * 32, one), Leaf("2-" + "a" * 32, two)]
    asked = versions.questions("submission", [{"field": "answers"}, {"field": "theme"}], leaves)
    assert [(question.key, question.fields) for question in asked] == [
        ("whole", ("xml", "answers", "aside", "complete")),
        ("theme", ("theme",)),
    ]
    form = {"field-whole": leaves[1].rev, "field-theme": leaves[0].rev}
    document = versions.settled({"_id": "submission:1", **one}, asked, form)
    assert document == {"_id": "submission:1", **two}
