"""The read model: what the office sees of documents, and that rebuilding it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from content import country
from sync.authorization import Account
from sync.database import reading
from sync.documents.contract import Incoming, Updates
from sync.documents.embedded import EmbeddedStore
from sync.errors import BadDocument
from sync.projections import tables
from sync.projections.findings import combined_into
from sync.projections.tables import checkpoint, read_model
from sync.revisions import base
from tests.fakes import Tablet
from tests.personas import ALICE, BOB, DANA
from tests.sync.conftest import FACILITY, World, build

OFFICE = Account("00000000000000000000000000", "Aigaq", "", "analyst", None, "ru")


def rows(world: World, table: Table, **where: Any) -> list[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    with reading(world.engine.archive._database) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def row(world: World, table: Table, **where: Any) -> dict[str, Any]:
    (found,) = rows(world, table, **where)
    return found


def everything(world: World) -> dict[str, list[str]]:
    return {
        table.name: [json.dumps(found, sort_keys=True) for found in rows(world, table)]
        for table in read_model.sorted_tables
        if table is not checkpoint
    }


def event(tablet: Tablet, kind: str, at: str = "10:00", **data: Any) -> dict[str, Any]:
    return tablet.document("event", kind=kind, at=f"2026-05-12T{at}:00.000Z", data=data)


def recommend(tablet: Tablet, text: str, **fields: Any) -> dict[str, Any]:
    given = {
        "findings": [],
        "theme": None,
        "addressee": "mvd",
        "addressee_name": "",
        "deadline": "2026-08-12",
    }
    return tablet.document("recommendation", text=text, **{**given, **fields})


def test_a_facility_is_found_by_every_name_it_ever_had(world: World) -> None:
    found = row(world, tables.facility)
    for form in ("uchrezhdenie", " 1 ", "mekeme", "edinitsa", "ak1597"):
        assert form in found["search"]
    assert found["body"]["codes"] == ["АК-159/7"]


def test_a_visit_shows_what_its_events_say(world: World, alice: Tablet, bob: Tablet, visit: str) -> None:
    assert row(world, tables.visit)["access"] is None
    before = world.engine.version()
    world.bring(
        alice,
        visit,
        event(alice, "access", "12:00", access="partial", reason="карцер закрыт"),
        event(alice, "access", "09:30", access="full", reason=""),
        event(alice, "no_tablet", person=BOB.id, text="разряжен"),
        event(alice, "signoff", "19:00", without=[], reason="", checks=[]),
    )
    world.bring(bob, visit, event(bob, "finished", "18:00"))
    shown = row(world, tables.visit)
    assert (shown["access"], shown["signed_off_at"]) == ("partial", "2026-05-12T19:00:00.000Z")
    assert shown["received_last"] == "2026-05-12T09:00:00.000Z"
    assert shown["version"] == max(found["position"] for found in rows(world, tables.item))
    members = {found["person"]: found for found in rows(world, tables.visit_member)}
    assert members[BOB.id]["finished_at"] == "2026-05-12T18:00:00.000Z"
    assert members[BOB.id]["no_tablet"] is True
    assert members[ALICE.id]["finished_at"] is None
    assert world.engine.version() > before


def test_items_say_when_they_arrived_and_what_the_office_wrote_does_not(
    world: World, alice: Tablet, visit: str
) -> None:
    world.clock.pass_(minutes=5)
    note = alice.document("note", text="x", at="2026-05-12T08:00:00.000Z")
    world.bring(alice, visit, note)
    found = row(world, tables.item, id=note["_id"])
    assert (found["at"], found["received_at"]) == (note["at"], "2026-05-12T09:05:00.000Z")
    world.engine.submit(
        visit, {"type": "report", "status": "draft", "language": "ru", "sections": {}}, author=ALICE
    )
    assert row(world, tables.item, type="report")["received_at"] is None


def test_a_conflict_is_shown_until_a_version_says_that_it_resolves_it(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    first = alice.document("finding", title="a", status="draft")
    world.bring(alice, visit, first)
    bob.history = {id_: list(revs) for id_, revs in alice.history.items()}
    for tablet, title in ((alice, "b"), (bob, "c")):
        changed = {**first, "title": title, "updated_by": tablet.account.id, "device": tablet.id}
        world.bring(tablet, visit, {**changed, "base": base(first, changed)})
    (conflict,) = row(world, tables.item, id=first["_id"])["conflicts"]
    assert {version["value"] for version in conflict["versions"]} == {"b", "c"}
    document = world.engine.read(visit, first["_id"])
    assert document is not None
    world.engine.submit(visit, {**document, "text": "дальше"}, author=ALICE)
    (conflict,) = row(world, tables.item, id=first["_id"])["conflicts"]
    assert {version["value"] for version in conflict["versions"]} == {"b", "c"}
    others = [leaf.rev for leaf in world.engine.versions(visit, first["_id"])[1:]]
    for bad in ("x", ["x"], [7]):
        with pytest.raises(BadDocument):
            world.engine.submit(visit, {**document, "resolves": bad}, author=ALICE)
    world.engine.submit(visit, {**document, "title": "вместе", "resolves": others}, author=ALICE)
    found = row(world, tables.item, id=first["_id"])
    assert (found["conflicts"], found["body"]["title"]) == ([], "вместе")
    assert row(world, tables.finding)["title"] == "вместе"
    # What was resolved stays so in what follows, and who continues the other version is asked again.
    world.engine.submit(visit, {**document, "title": "потом"}, author=ALICE)
    found = world.engine.read(visit, first["_id"]) or {}
    assert (found["title"], found["resolves"]) == ("потом", others)
    later = {**first, "title": "d", "updated_by": BOB.id, "device": bob.id, "base": {"title": "c"}}
    world.bring(bob, visit, later)
    (conflict,) = row(world, tables.item, id=first["_id"])["conflicts"]
    assert {version["value"] for version in conflict["versions"]} == {"потом", "d"}


def test_combined_findings_point_to_the_one_that_combines_them(
    world: World, alice: Tablet, visit: str
) -> None:
    one, two = (alice.document("finding", title=title, status="final") for title in "ab")
    both = alice.document("finding", title="ab", status="final", combines=[one["_id"], two["_id"]])
    world.bring(alice, visit, both, one, two)
    into = {found["id"]: found["combined_into"] for found in rows(world, tables.finding)}
    assert into == {one["_id"]: both["_id"], two["_id"]: both["_id"], both["_id"]: None}


def test_findings_that_combine_each_other_do_not_both_vanish() -> None:
    findings = [
        {"_id": "finding:1", "combines": ["finding:2"]},
        {"_id": "finding:2", "combines": ["finding:1"]},
    ]
    assert combined_into(findings) == {"finding:2": "finding:1"}
    assert combined_into([{"_id": "finding:1", "combines": ["finding:1", "finding:9"]}]) == {}


def status(world: World, document: dict[str, Any]) -> tuple[str, str | None]:
    found = row(world, tables.recommendation, id=document["_id"])
    return found["status"], found["status_from"]


def test_a_recommendations_status_is_what_was_said_last(
    world: World, alice: Tablet, carol: Tablet, visit: str
) -> None:
    one, two = recommend(alice, "Окна"), recommend(alice, "Душ")
    world.bring(alice, visit, one, two)
    found = rows(world, tables.recommendation)
    assert [(each["number"], each["text"], each["issued_on"]) for each in found] == [
        (1, "Окна", "2026-05-12"),
        (2, "Душ", "2026-05-12"),
    ]
    assert {each["facility"] for each in found} == {"facility:one"}
    assert status(world, one) == ("open", None)

    # An authority's claim settles nothing; it is noted as a reply.
    reply = {"type": "reply", "recommendation": one["_id"], "visit": visit, "at": "2026-06-20", "from": "МВД"}
    world.engine.submit("office", {**reply, "text": "Сделано", "claims": "implemented"}, author=DANA)
    assert status(world, one) == ("open", None)
    assert row(world, tables.recommendation, id=one["_id"])["replied_at"] == "2026-06-20"
    assert row(world, tables.reply)["sender"] == "МВД"

    world.clock.pass_(days=40)
    review = {
        "type": "review",
        "recommendation": one["_id"],
        "visit": visit,
        "status": "partly",
        "note": "по фото",
    }
    world.engine.submit("office", review, author=DANA)
    assert status(world, one) == ("partly", "review")

    later, document = carol.visit()
    world.bring(carol, later, document)
    world.clock.pass_(days=40)
    seen = carol.document(
        "event",
        kind="verification",
        at="2026-08-01T10:00:00.000Z",
        data={"recommendation": one["_id"], "status": "implemented", "text": "видели сами"},
    )
    unclear = {**seen, "_id": f"event:{carol.ulid()}", "at": "2026-08-01T11:00:00.000Z"}
    unclear["data"] = {"recommendation": one["_id"], "status": "unclear", "text": ""}
    world.bring(carol, later, seen, unclear)
    assert status(world, one) == ("implemented", "verification")
    assert status(world, two) == ("open", None)

    world.bring(carol, later, recommend(carol, "Душ, снова", repeats=two["_id"]))
    assert status(world, two) == ("repeated", "repeat")
    kinds = [step["kind"] for step in rows(world, tables.recommendation_step, recommendation=one["_id"])]
    assert sorted(kinds) == ["reply", "review", "verification", "verification"]


def test_what_is_said_about_a_recommendation_may_arrive_before_it(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    one = recommend(alice, "Окна")
    seen = event(bob, "verification", recommendation=one["_id"], status="not", text="")
    world.bring(bob, visit, seen)
    world.bring(alice, visit, one)
    assert status(world, one) == ("not", "verification")


def test_the_offices_decision_shows_until_the_report_is_written_again(world: World, visit: str) -> None:
    report = {"type": "report", "_id": "report:1", "status": "draft", "language": "ru", "sections": {}}
    world.engine.submit(visit, report, author=ALICE)
    assert row(world, tables.visit)["report_status"] == "draft"
    world.clock.pass_(hours=1)
    decision = {
        "type": "review",
        "recommendation": None,
        "visit": visit,
        "decision": "returned",
        "note": "нет норм",
    }
    world.engine.submit("office", decision, author=DANA)
    assert row(world, tables.visit)["report_status"] == "returned"
    world.clock.pass_(hours=1)
    world.engine.submit(visit, {**report, "sections": {"summary": "иначе"}}, author=ALICE)
    assert row(world, tables.visit)["report_status"] == "draft"


def test_an_erased_document_is_shown_as_erased_and_nothing_else(
    world: World, alice: Tablet, visit: str
) -> None:
    interview = alice.document(
        "interview", handle="А-1", category="adult", summary="слова", child={"assent": True}
    )
    photo, key, _ = alice.photo([b"x"])
    submission = alice.document(
        "submission",
        form="form:general",
        answers={"/data/a": 1},
        complete=True,
        progress={"answered": 1, "total": 2},
    )
    world.bring(alice, visit, interview, submission)
    world.deliver(alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]))
    assert row(world, tables.interview)["child"] is True
    assert row(world, tables.submission)["answered"] == 1
    assert row(world, tables.medium)["bytes"] == photo["bytes"]
    ids = [interview["_id"], photo["_id"], submission["_id"]]
    world.bring(alice, visit, alice.document("withdrawal", interview=None, use="interview", erases=ids))
    assert rows(world, tables.interview) == rows(world, tables.submission) == []
    medium = row(world, tables.medium)
    assert (medium["erased"], medium["chunks"]) == (True, [])
    erased = [found for found in rows(world, tables.item) if found["erased"]]
    assert sorted(found["id"] for found in erased) == sorted(ids)
    assert "слова" not in json.dumps([found["body"] for found in erased], ensure_ascii=False)


def test_a_plan_is_replaced_whole(world: World) -> None:
    def plan(*months: int) -> dict[str, Any]:
        items = [
            {
                "facility": f"facility:{month}",
                "month": month,
                "kind": "periodic",
                "group": None,
                "reasons": [],
            }
            for month in months
        ]
        return {"_id": "plan:2026", "type": "plan", "year": 2026, "items": items}

    world.engine.submit("office", plan(1, 2, 3), author=DANA)
    world.engine.submit("office", plan(3, 4), author=DANA)
    assert [found["month"] for found in rows(world, tables.plan_item)] == [3, 4]


def test_a_new_visit_gets_its_brief(world: World, alice: Tablet, bob: Tablet, visit: str) -> None:
    finding = alice.document("finding", title="Темно", status="final", theme="conditions", severity="high")
    draft = alice.document("finding", title="черновик", status="draft")
    advice, settled = recommend(alice, "Окна", lang="ru", deadline="2026-05-20"), recommend(alice, "Душ")
    begun = recommend(alice, "Лампы")
    submission = alice.document("submission", form="form:general", answers={"/data/beds": 40}, complete=True)
    world.bring(alice, visit, finding, draft, advice, settled, begun, submission)
    world.bring(bob, visit, event(bob, "verification", recommendation=begun["_id"], status="partly", text=""))
    world.bring(
        bob, visit, event(bob, "verification", recommendation=settled["_id"], status="implemented", text="")
    )

    world.clock.pass_(days=30)
    channel, document = alice.visit(BOB, from_="2026-06-20", to="2026-06-21")
    world.bring(alice, channel, document)
    brief = world.engine.read(channel, f"brief:{channel[6:].upper()}")
    assert brief is not None
    assert brief["class"] == "group"
    assert brief["facility"]["codes"] == FACILITY["codes"]
    assert "created_at" not in brief["facility"]
    assert brief["earlier"] == [{"visit": visit, "kind": "special", "from": "2026-05-12", "to": "2026-05-12"}]
    assert [(row["id"], row["date"]) for row in brief["findings"]] == [(finding["_id"], "2026-05-12")]
    # What is partly done is asked about again; what is implemented is not.
    open_, partly = brief["recommendations"]
    assert (partly["id"], partly["status"]) == (begun["_id"], "partly")
    assert (open_["id"], open_["number"], open_["status"], open_["overdue"]) == (
        advice["_id"],
        1,
        "open",
        True,
    )
    assert brief["answers"] == {"general": {"/data/beds": {"value": 40, "date": "2026-05-12"}}}


def test_a_brief_follows_its_facility_and_stays_otherwise(world: World, alice: Tablet, visit: str) -> None:
    id_ = f"brief:{visit[6:].upper()}"
    before = world.engine.documents.leaves(visit, id_)
    world.bring(alice, visit, alice.document("note", text="x"))
    world.engine.catch_up()
    assert world.engine.documents.leaves(visit, id_) == before
    world.engine.submit("reference", {**FACILITY, "capacity": 300}, author=DANA)
    (leaf,) = world.engine.documents.leaves(visit, id_)
    assert leaf.doc["facility"]["capacity"] == 300
    assert leaf.ancestors == (before[0].rev,)
    world.engine.submit("reference", {**FACILITY, "_id": "facility:two"}, author=DANA)
    card = world.engine.read(visit, f"visit:{visit[6:].upper()}")
    assert card is not None
    world.engine.submit(visit, {**card, "facility": "facility:two"}, author=ALICE)
    assert world.engine.read(visit, id_)["facility"]["_id"] == "facility:two"  # type: ignore[index]


def test_a_deleted_channel_leaves_the_read_model(world: World, alice: Tablet, visit: str) -> None:
    world.bring(alice, visit, alice.document("note", text="x"))
    world.engine.documents.delete_channel(visit)
    world.engine.catch_up()
    assert rows(world, tables.item) == rows(world, tables.visit) == rows(world, tables.visit_member) == []
    assert world.engine.channels.card(visit) is None


def test_rebuilding_gives_identical_rows(
    world: World, alice: Tablet, bob: Tablet, carol: Tablet, visit: str
) -> None:
    one = recommend(alice, "Окна")
    finding = alice.document("finding", title="a", status="draft")
    interview = alice.document("interview", handle="А-1", category="adult")
    world.bring(alice, visit, one, finding, interview, event(alice, "access", access="full", reason=""))
    world.bring(alice, visit, {**finding, "title": "b", "base": {"title": "a"}})
    world.bring(bob, visit, bob.document("note", text="x"), event(bob, "finished"))
    world.bring(
        alice, visit, alice.document("withdrawal", interview=None, use="x", erases=[interview["_id"]])
    )
    later, document = carol.visit()
    world.bring(carol, later, document)
    world.bring(
        carol, later, event(carol, "verification", recommendation=one["_id"], status="partly", text="")
    )
    review = {"type": "review", "recommendation": None, "visit": visit, "decision": "approved", "note": ""}
    world.engine.submit("office", review, author=DANA)
    before, version = everything(world), world.engine.version()
    assert all(before[name] for name in ("item", "visit", "recommendation", "finding", "recommendation_step"))
    assert world.engine.rebuild() > 0
    assert everything(world) == before
    assert world.engine.version() > version


def test_two_projectors_side_by_side_do_not_repeat_each_other(
    world: World, alice: Tablet, visit: str
) -> None:
    other = build(world.folder, authorizer=world.authorizer, clock=world.clock)
    world.bring(alice, visit, alice.document("note", text="x"))
    before = everything(world)
    assert other.engine.catch_up() == 0
    assert everything(other) == before


class LateFeed(EmbeddedStore):
    """Its feed stands still while it is `late`, as CouchDB's does for some milliseconds: it names what was written."""

    late: str | None = None
    written: frozenset[str] = frozenset()

    def updates(self, since: str | None = None) -> Updates:
        told = super().updates(since)
        return told if self.late is None else Updates(self.written, frozenset(), self.late)

    def put_revisions(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        self.written |= {channel}
        return super().put_revisions(channel, revisions)


def test_what_was_delivered_is_projected_though_the_feed_is_late(tmp_path: Path) -> None:
    store = LateFeed(f"sqlite:///{tmp_path}/documents.sqlite")
    world = build(tmp_path, documents=store)
    world.engine.submit("reference", dict(FACILITY), author=DANA)
    store.late = store.updates().since
    alice = world.tablet(ALICE)
    channel, visit = alice.visit(BOB)
    note = alice.document("note", text="x")
    world.bring(alice, channel, visit, note)
    assert row(world, tables.visit, channel=channel)["facility"] == FACILITY["_id"]
    assert row(world, tables.item, id=note["_id"])["channel"] == channel
    version = world.engine.version()
    assert world.engine.catch_up() == 0
    assert world.engine.version() == version
    before = everything(world)
    store.late = None
    world.engine.catch_up()
    assert everything(world) == before


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, int]:
    world = build(tmp_path_factory.mktemp("country"))
    made = country.build(1, world.clock.now().date())
    world.engine.submit_channels(made.channels, author=OFFICE)
    return world, len(made.documents)


def test_the_synthetic_country_is_projected_whole(seeded: tuple[World, int]) -> None:
    world, count = seeded
    items, visits = rows(world, tables.item), rows(world, tables.visit)
    assert len(items) > count / 2
    assert len(visits) > 100
    statuses = {found["status"] for found in rows(world, tables.recommendation)}
    assert {"open", "implemented", "partly", "not"} <= statuses
    assert not [found for found in items if found["conflicts"]]
    coming = [found for found in visits if found["status"] != "closed" and found["date_to"] >= "2026-05-12"]
    briefs = {found["channel"] for found in items if found["type"] == "brief"}
    assert {found["channel"] for found in coming} <= briefs


def test_the_synthetic_country_rebuilds_to_identical_rows(seeded: tuple[World, int]) -> None:
    world, count = seeded
    before = everything(world)
    assert world.engine.rebuild() >= count
    assert everything(world) == before
