"""The `pouchdb` client replicates with the gateway: both ways, live, with conflicts and deletions."""

from __future__ import annotations

from typing import Any

import pytest

from sync.revisions import revision_id
from tests.patience import until
from tests.personas import DANA
from tests.replication.conftest import Gateway, Pouch, PouchError


def bring_notes(gateway: Gateway, number: int) -> list[dict[str, Any]]:
    notes = [gateway.alice.document("note", text=f"запись {index} 🗒") for index in range(number)]
    gateway.world.bring(gateway.alice, gateway.channel, *notes)
    return notes


def gateway_leaves(gateway: Gateway, channel: str) -> dict[str, list[str]]:
    feed = gateway.world.engine.documents.feed(channel)  # type: ignore[attr-defined]
    return {row.id: sorted(row.revs) for row in feed.rows}


def test_a_visit_is_pulled_whole(gateway: Gateway, pouch: Pouch) -> None:
    notes = bring_notes(gateway, 7)
    local = pouch.database()
    result = pouch.replicate(source=gateway.remote(gateway.channel, "bob"), target=local)
    assert (result["ok"], result["docs_written"]) == (True, 9)  # with the visit and its brief
    found = pouch.get(db=local, id=notes[3]["_id"])
    assert {name: value for name, value in found.items() if name != "_rev"} == notes[3]
    assert pouch.leaves(db=local) == gateway_leaves(gateway, gateway.channel)


def test_a_second_replication_goes_on_from_the_checkpoint(gateway: Gateway, pouch: Pouch) -> None:
    bring_notes(gateway, 3)
    local, remote = pouch.database(), gateway.remote(gateway.channel, "bob")
    assert pouch.replicate(source=remote, target=local)["docs_read"] == 5
    assert pouch.replicate(source=remote, target=local)["docs_read"] == 0
    bring_notes(gateway, 2)
    again = pouch.replicate(source=remote, target=local)
    assert (again["docs_read"], again["docs_written"]) == (2, 2)


def test_what_an_office_program_writes_is_pushed_and_projected(gateway: Gateway, pouch: Pouch) -> None:
    local = pouch.database()
    pouch.put(db=local, docs=[gateway.facility(f"n{index}") for index in range(5)])
    remote = gateway.remote("reference", "dana")
    result = pouch.replicate(source=local, target=remote)
    assert (result["docs_written"], result["doc_write_failures"]) == (5, 0)
    assert pouch.leaves(db=local).items() <= gateway_leaves(gateway, "reference").items()
    assert gateway.world.engine.read("reference", "facility:n4") is not None
    assert pouch.replicate(source=local, target=remote)["docs_read"] == 0
    lines = [line for line in gateway.world.authorizer.log if line[0] == "replication.written"]
    assert lines[-1] == ("replication.written", DANA.id, "reference")


def test_conflicts_and_deletions_go_both_ways(gateway: Gateway, pouch: Pouch) -> None:
    one, two, remote = pouch.database(), pouch.database(), gateway.remote("reference", "dana")
    pouch.put(db=one, docs=[gateway.facility("a"), gateway.facility("b")])
    pouch.replicate(source=one, target=remote)
    pouch.replicate(source=remote, target=two)
    for local, code in ((one, "left"), (two, "right")):
        document = pouch.get(db=local, id="facility:a")
        pouch.put(db=local, docs=[{**document, "codes": [code]}])
    pouch.remove(db=two, id="facility:b")
    for _ in range(2):
        for local in (one, two):
            pouch.replicate(source=local, target=remote)
            pouch.replicate(source=remote, target=local)
    leaves = gateway_leaves(gateway, "reference")
    assert pouch.leaves(db=one) == pouch.leaves(db=two) == leaves
    assert len(leaves["facility:a"]) == 2
    assert pouch.get(db=one, id="facility:a", options={"conflicts": True})["_conflicts"]
    with pytest.raises(PouchError) as gone:
        pouch.get(db=one, id="facility:b")
    assert gone.value.status == 404
    assert gateway.world.engine.read("reference", "facility:b") is None
    (loser,) = gateway.ask("GET", "/reference/facility:a?conflicts=true").json["_conflicts"]
    assert loser == gateway.world.engine.documents.leaves("reference", "facility:a")[1].rev


def test_live_replication_carries_each_side_to_the_other(gateway: Gateway, pouch: Pouch) -> None:
    local, remote = pouch.database(), gateway.remote("reference", "dana")
    name = f"pull-{local}"
    pouch.start(name=name, source=remote, target=local, options={"timeout": 20_000, "heartbeat": 500})
    pouch.start(name=f"push-{local}", source=local, target=remote)
    try:
        until(lambda: "facility:one" in pouch.leaves(db=local), "the first pull")
        gateway.world.engine.submit("reference", gateway.facility("there"), author=DANA)
        until(lambda: "facility:there" in pouch.leaves(db=local), "what was written there")
        pouch.put(db=local, docs=[gateway.facility("here")])
        until(lambda: gateway.world.engine.read("reference", "facility:here"), "what was written here")
        assert pouch.state(name=name)["error"] is None
    finally:
        pouch.stop(name=name)
        pouch.stop(name=f"push-{local}")


def test_a_refused_document_is_a_row_and_the_others_are_stored(gateway: Gateway, pouch: Pouch) -> None:
    local = pouch.database()
    somebody_elses = gateway.facility("stolen", updated_by="01JA000000000000000000000B")
    broken = gateway.facility("broken", region=7)
    pouch.put(db=local, docs=[gateway.facility("good"), somebody_elses, broken])
    result = pouch.replicate(source=local, target=gateway.remote("reference", "dana"))
    assert (result["docs_written"], result["doc_write_failures"]) == (1, 2)
    assert {row["id"] for row in result["denied"]} == {"facility:stolen", "facility:broken"}
    assert {row["name"] for row in result["denied"]} == {"forbidden"}
    assert gateway.world.engine.read("reference", "facility:good") is not None
    assert gateway.world.engine.read("reference", "facility:broken") is None


def test_a_replicator_may_bring_what_others_wrote(gateway: Gateway, pouch: Pouch) -> None:
    local = pouch.database()
    note = gateway.alice.document("note", text="на другом сервере")
    pouch.put(db=local, docs=[{**note, "_rev": revision_id(None, note)}], options={"new_edits": False})
    alone = pouch.replicate(source=local, target=gateway.remote(gateway.channel, "dana"))
    assert alone["doc_write_failures"] == 1
    result = pouch.replicate(
        source=local, target=gateway.remote(gateway.channel, "peer"), options={"checkpoint": False}
    )
    assert (result["docs_written"], result["doc_write_failures"]) == (1, 0)
    assert gateway.world.engine.read(gateway.channel, note["_id"]) == note


def test_evidence_is_not_deleted_through_replication(gateway: Gateway, pouch: Pouch) -> None:
    (note,) = bring_notes(gateway, 1)
    local, remote = pouch.database(), gateway.remote(gateway.channel, "peer")
    pouch.replicate(source=remote, target=local)
    pouch.remove(db=local, id=note["_id"])
    result = pouch.replicate(source=local, target=remote)
    assert result["doc_write_failures"] == 1
    assert gateway.world.engine.read(gateway.channel, note["_id"]) == note


def test_a_stranger_replicates_nothing(gateway: Gateway, pouch: Pouch) -> None:
    local = pouch.database()
    for login, status in (("charlie", 404), ("nobody", 401)):
        with pytest.raises(PouchError) as refused:
            pouch.replicate(source=gateway.remote(gateway.channel, login), target=local)
        assert refused.value.status == status
    assert pouch.leaves(db=local) == {}


def test_plain_reads_of_the_client(gateway: Gateway, pouch: Pouch) -> None:
    notes = bring_notes(gateway, 3)
    remote = gateway.remote(gateway.channel, "bob")
    info = pouch.info(db=remote)
    assert (info["db_name"], info["doc_count"]) == (gateway.channel, 5)
    keys = [notes[1]["_id"], "note:none"]
    rows = pouch.allDocs(db=remote, options={"keys": keys, "include_docs": True})["rows"]
    assert rows[0]["doc"]["text"] == notes[1]["text"]
    assert rows[1]["error"] == "not_found"
    changes = pouch.changes(db=remote, options={"doc_ids": [notes[0]["_id"]], "include_docs": True})
    assert [row["doc"]["text"] for row in changes["results"]] == [notes[0]["text"]]
    assert len(pouch.changes(db=remote, options={"limit": 2})["results"]) == 2
    got = pouch.bulkGet(db=remote, options={"docs": [{"id": notes[2]["_id"]}], "revs": True})
    assert got["results"][0]["docs"][0]["ok"]["_revisions"]["start"] == 1
