"""The whole gateway on every store: the office writes, tablets deliver and read, a server starts again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sync.authorization import Account
from sync.database import reading
from sync.projections import tables
from tests.contracts.conftest import Target
from tests.personas import ALICE, BOB, CHARLIE, DANA
from tests.sync.conftest import FACILITY, World, build
from tests.webapp import personas
from tests.webapp.conftest import config, populate
from webapp import create_app


@pytest.fixture
def world(target: Target, tmp_path: Path) -> World:
    """An engine of whose documents alone the store under test takes care."""
    made = build(tmp_path, documents=target.open())
    made.engine.submit("reference", dict(FACILITY), author=DANA)
    return made


def told(world: World, account: Account) -> list[dict[str, Any]]:
    """What a new tablet of this account's is told."""
    return [json.loads(line) for line in world.engine.changes.lines(account, {"channels": {}})]


def test_what_two_tablets_deliver_is_kept_read_and_found_again(
    world: World, target: Target, tmp_path: Path
) -> None:
    alice, bob = world.tablet(ALICE), world.tablet(BOB)
    channel, visit = alice.visit(BOB)
    note = alice.document("note", text="cold cells", place="block 2", at="2026-05-12T09:00:00.000Z")
    answers = world.bring(alice, channel, visit, note)
    assert len({answer["receipt"]["seq"] for answer in answers}) == 2

    # Both change the same finding without knowing of each other.
    finding = alice.document(
        "finding", title="Cold", text="", theme="material", severity="high", status="draft"
    )
    world.bring(alice, channel, finding)
    bob.history = {id_: list(revs) for id_, revs in alice.history.items()}
    mine = {**finding, "text": "by Alice", "base": {"text": ""}}
    theirs = {**finding, "text": "by Bob", "base": {"text": ""}, "updated_by": BOB.id, "device": bob.id}
    world.bring(alice, channel, mine)
    world.bring(bob, channel, theirs)
    leaves = world.engine.versions(channel, finding["_id"])
    assert {leaf.doc["text"] for leaf in leaves} == {"by Alice", "by Bob"}
    with reading(world.engine.projector._database) as connection:
        ids = connection.scalars(select(tables.item.c.id).where(tables.item.c.channel == channel)).all()
    assert set(ids) >= {visit["_id"], note["_id"], finding["_id"]}

    rows = [row for row in told(world, BOB) if row.get("id") == finding["_id"]]
    assert {row["doc"]["text"] for row in rows} == {"by Alice", "by Bob"}
    assert not any(row.get("id") == finding["_id"] for row in told(world, CHARLIE))

    # After a start on the same store everything is there.
    assert world.engine.versions(channel, visit["_id"])[0].doc == visit
    again = build(tmp_path, documents=target.open(), clock=world.clock, authorizer=world.authorizer)
    assert again.engine.read(channel, note["_id"]) == note
    assert {leaf.doc["text"] for leaf in again.engine.versions(channel, finding["_id"])} == {
        "by Alice",
        "by Bob",
    }
    assert again.engine.rebuild() >= 4


def test_the_office_starts_fills_and_shows_itself(target: Target, tmp_path: Path) -> None:
    app = create_app(replace(config(tmp_path), documents_url=target.url))
    app.testing = True
    populate(app)
    engine = app.extensions["aigaq"]
    assert engine.read("reference", personas.FACILITY)
    client = personas.persona(app, "alice")
    for page in (f"/visits/{personas.VISIT}", "/facilities", "/recommendations"):
        answer = client.get(page, follow_redirects=True)
        assert answer.status_code == 200, page
    count = engine.rebuild()
    assert count >= len(personas.visit_documents())
    # The application of another process, on the same databases.
    other = create_app(replace(config(tmp_path), documents_url=target.url))
    assert other.extensions["aigaq"].read(personas.VISIT, personas.NOTE) is not None
