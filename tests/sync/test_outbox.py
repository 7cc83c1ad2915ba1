"""The way of an envelope: receipts, quarantine, repetition (docs/protocol.md, section 4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sync import revisions
from sync.errors import BadRequest, TooLarge
from sync.gateway import sealing
from sync.wire import canonical, sha256_hex, unb64
from tests.fakes import Tablet
from tests.personas import BOB
from tests.sync.conftest import World


def note(tablet: Tablet, text: str = "В карцере нет окна", **fields: Any) -> dict[str, Any]:
    return tablet.document("note", text=text, place=None, theme=None, source=None, media=[], **fields)


def check_receipt(
    world: World, answer: dict[str, Any], envelope: dict[str, Any], document: dict[str, Any]
) -> None:
    """What a tablet checks before it lets go of anything."""
    receipt, keys = answer["receipt"], world.engine.keys.keyset["set"]["keys"]
    public = unb64(keys["receipt"]["public"])
    sealing.verify(public, unb64(answer["signature"]), b"aigaq/receipt/1\n" + canonical(receipt))
    sealed = unb64(envelope["sealed"])
    assert receipt["envelope"] == envelope["id"]
    assert receipt["sealed_sha256"] == sha256_hex(sealed)
    assert receipt["size"] == len(sealed)
    assert receipt["device"] == envelope["device"]
    assert receipt["key"] == keys["receipt"]["id"]
    assert receipt["content_sha256"] == revisions.content_sha256(document)


def test_a_note_arrives_and_is_receipted(world: World, alice: Tablet, visit: str) -> None:
    document = note(alice)
    envelope = alice.envelope(visit, document)
    (answer,) = world.deliver(alice, envelope)
    check_receipt(world, answer, envelope, document)
    assert "quarantined" not in answer
    assert world.engine.read(visit, document["_id"]) == document
    assert world.authorizer.heard[-1] == (alice.id, 1500)


def test_receipts_of_a_device_form_a_chain(world: World, alice: Tablet, bob: Tablet, visit: str) -> None:
    for tablet in (bob, alice, bob):
        world.bring(tablet, visit, note(tablet), note(tablet))
    for tablet, count in ((alice, 3), (bob, 4)):
        chain = [
            row["receipt"] for row in world.engine.receipts(visit) if row["receipt"]["device"] == tablet.id
        ]
        assert [receipt["seq"] for receipt in chain] == list(range(1, count + 1))
        before = ["", *(sha256_hex(canonical(receipt)) for receipt in chain)]
        assert [receipt["prev"] for receipt in chain] == before[:-1]


def test_a_repeated_envelope_gets_the_same_receipt(world: World, alice: Tablet, visit: str) -> None:
    envelope = alice.envelope(visit, note(alice))
    first = world.deliver(alice, envelope)
    world.clock.pass_(hours=3)
    again = world.deliver(alice, envelope, envelope)
    assert again == [first[0], first[0]]
    assert len(world.engine.receipts(visit)) == 2


def test_an_id_taken_by_other_bytes_is_refused(world: World, alice: Tablet, visit: str) -> None:
    envelope = alice.envelope(visit, note(alice))
    world.deliver(alice, envelope)
    other = alice.seal(json.dumps(alice.plaintext(visit, note(alice, "другое"))).encode(), id_=envelope["id"])
    assert world.deliver(alice, other) == [{"id": envelope["id"], "error": "bad-signature"}]


def test_another_tablet_may_carry_an_envelope_in(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    document = note(alice)
    envelope = alice.envelope(visit, document)
    (answer,) = world.deliver(bob, envelope)
    check_receipt(world, answer, envelope, document)
    assert world.engine.receipts(visit)[-1]["carrier"] == bob.id


def test_what_a_revoked_device_had_sealed_still_arrives_with_a_colleague(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    envelope = bob.envelope(visit, note(bob))
    world.authorizer.revoke(bob.id)
    (answer,) = world.deliver(alice, envelope)
    assert "receipt" in answer


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda envelope: envelope | {"device": "01JZZZZZZZZZZZZZZZZZZZZZZZ"}, "unknown-device"),
        (lambda envelope: envelope | {"device": None}, "unknown-device"),
        (lambda envelope: envelope | {"signature": "AAAA"}, "bad-signature"),
        (lambda envelope: envelope | {"signature": "=="}, "bad-signature"),
        (lambda envelope: envelope | {"sealed": envelope["sealed"][:-4] + "AAAA"}, "bad-signature"),
        (lambda envelope: envelope | {"id": "01JZZZZZZZZZZZZZZZZZZZZZZZ"}, "bad-signature"),
        (lambda envelope: envelope | {"id": 7}, "unsealable"),
        (lambda envelope: envelope | {"key": "transport-of-another-office"}, "unsealable"),
        (lambda envelope: "no envelope at all", "unsealable"),
    ],
)
def test_what_cannot_be_stored_is_an_error_and_stays_on_the_tablet(
    world: World, alice: Tablet, visit: str, spoil: Callable[[Any], Any], code: str
) -> None:
    good, bad = alice.envelope(visit, note(alice)), spoil(alice.envelope(visit, note(alice)))
    first, second = world.deliver(alice, bad, good)
    assert first["error"] == code
    assert "receipt" in second  # one stuck envelope holds up nothing


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b'{"channel": "reference", "rev": "1-x", "document": []}',
        b'{"channel": "reference", "rev": "1-x", "document": {"_id": 5}}',
        b'{"channel": "reference", "rev": "1-x", "document": {"_id": "note:1", "n": NaN}}',
        b'{"channel": 1, "rev": "1-x", "document": {"_id": "note:1"}}',
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"\xff\xfe",
    ],
)
def test_what_opens_to_no_document_is_unsealable(world: World, alice: Tablet, plain: bytes) -> None:
    envelope = alice.seal(plain)
    assert world.deliver(alice, envelope) == [{"id": envelope["id"], "error": "unsealable"}]


def test_a_request_that_is_none_is_refused_whole(world: World, alice: Tablet) -> None:
    with pytest.raises(BadRequest):
        world.engine.deliver({"envelopes": {}}, carrier=alice.id)
    with pytest.raises(TooLarge):
        world.engine.deliver({"envelopes": [{}] * 101}, carrier=alice.id)


def quarantined(
    world: World, answer: dict[str, Any], envelope: dict[str, Any], document: dict[str, Any]
) -> str:
    """The reason: archived, receipted, listed, and not stored."""
    check_receipt(world, answer, envelope, document)
    (row,) = [row for row in world.engine.quarantine() if row["envelope"] == envelope["id"]]
    assert row["reason"] == answer["quarantined"]
    assert row["document"] == document["_id"]
    return str(row["reason"])


def deliver_one(world: World, tablet: Tablet, channel: str, document: dict[str, Any], **changes: Any) -> str:
    envelope = tablet.envelope(channel, document, **changes)
    (answer,) = world.deliver(tablet, envelope)
    return quarantined(world, answer, envelope, document)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": 5}, "schema"),
        ({"text": None}, "schema"),
        ({"class": "custody"}, "schema"),
        ({"updated_at": "yesterday"}, "schema"),
        ({"_rev": "1-x"}, "schema"),
        ({"_id": "finding:01JN0000000000000000000001"}, "schema"),
        ({"schema": 2, "text": {"rich": True}}, "newer-schema"),
        ({"updated_by": BOB.id}, "author-mismatch"),
        ({"created_by": BOB.id}, "author-mismatch"),
        ({"device": "office"}, "author-mismatch"),
        ({"type": "brief", "_id": "brief:01JN0000000000000000000001", "facility": {}}, "type-not-allowed"),
        (
            {
                "type": "plan",
                "_id": "plan:01JN0000000000000000000001",
                "class": "office",
                "year": 2026,
                "items": [],
            },
            "type-not-allowed",
        ),
    ],
)
def test_a_document_that_breaks_a_rule_is_quarantined(
    world: World, alice: Tablet, visit: str, fields: dict[str, Any], reason: str
) -> None:
    document = {**note(alice), **fields}
    assert deliver_one(world, alice, visit, document) == reason
    assert world.engine.read(visit, document["_id"]) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rev": "1-" + "0" * 32}, "wrong-revision"),
        ({"rev": "nonsense"}, "wrong-revision"),
        ({"ancestors": ["2-" + "0" * 32]}, "wrong-revision"),
        ({"ancestors": "1-a"}, "schema"),
        ({"ancestors": ["1-a"]}, "schema"),
        ({"deleted": "yes"}, "schema"),
        ({"keys": [{"for": "note:1", "class": "group", "key": "AAAA"}]}, "schema"),
        ({"keys": [{"for": "note:1", "class": "everyone"}]}, "schema"),
        ({"keys": {"for": "note:1"}}, "schema"),
    ],
)
def test_a_malformed_wrapping_is_quarantined(
    world: World, alice: Tablet, visit: str, changes: dict[str, Any], reason: str
) -> None:
    assert deliver_one(world, alice, visit, note(alice), **changes) == reason


def test_deleting_evidence_is_quarantined(world: World, alice: Tablet, visit: str) -> None:
    document = note(alice)
    world.bring(alice, visit, document)
    parent, stone = alice.history[document["_id"]][0], {"_id": document["_id"]}
    rev = revisions.revision_id(parent, stone, deleted=True)
    envelope = alice.envelope(visit, stone, rev=rev, ancestors=[parent], deleted=True)
    (answer,) = world.deliver(alice, envelope)
    assert answer["quarantined"] == "deletes-evidence"
    assert world.engine.read(visit, document["_id"]) == document


def test_a_stranger_writes_into_nobodys_visit(
    world: World, charlie: Tablet, carol: Tablet, visit: str
) -> None:
    assert deliver_one(world, charlie, visit, note(charlie)) == "not-your-channel"
    assert deliver_one(world, carol, visit, note(carol)) == "not-your-channel"
    for channel in ("reference", "office", "visit-unknown", "elsewhere"):
        assert deliver_one(world, charlie, channel, note(charlie)) == "not-your-channel"


def test_a_monitor_makes_no_visit(world: World, bob: Tablet) -> None:
    channel, document = bob.visit()
    assert deliver_one(world, bob, channel, document) == "type-not-allowed"
    assert channel not in world.engine.documents.channels()


def test_a_channel_has_one_visit_of_its_own_ulid(world: World, alice: Tablet, visit: str) -> None:
    _, other = alice.visit()
    assert deliver_one(world, alice, visit, other) == "schema"


def test_only_its_author_goes_on_writing_a_note(world: World, alice: Tablet, bob: Tablet, visit: str) -> None:
    document = note(alice)
    world.bring(alice, visit, document)
    bob.history = dict(alice.history)
    changed = {**document, "text": "иначе", "updated_by": BOB.id, "device": bob.id}
    assert deliver_one(world, bob, visit, changed) == "author-mismatch"
    stolen = {**changed, "created_by": BOB.id}
    bob.history = {document["_id"]: [alice.history[document["_id"]][0]]}
    assert deliver_one(world, bob, visit, stolen) == "author-mismatch"


def test_any_member_goes_on_writing_a_finding(world: World, alice: Tablet, bob: Tablet, visit: str) -> None:
    document = alice.document("finding", title="Темно", text="", status="draft", theme=None, severity=None)
    world.bring(alice, visit, document)
    bob.history = dict(alice.history)
    world.bring(bob, visit, {**document, "title": "Очень темно", "updated_by": BOB.id, "device": bob.id})
    assert world.engine.read(visit, document["_id"])["title"] == "Очень темно"  # type: ignore[index]


def test_an_event_has_one_revision(world: World, alice: Tablet, visit: str) -> None:
    event = alice.document("event", kind="arrival", at="2026-05-12T09:00:00.000Z", data={})
    world.bring(alice, visit, event)
    assert deliver_one(world, alice, visit, {**event, "kind": "departure"}) == "type-not-allowed"


def test_a_leader_starts_a_visit_offline_and_all_of_it_follows(
    world: World, alice: Tablet, bob: Tablet
) -> None:
    channel, document = alice.visit(BOB)
    early = alice.envelope(channel, note(alice))
    (answer,) = world.deliver(bob, early)
    assert answer["quarantined"] == "no-channel"
    # In one batch the visit goes first, wherever it stands.
    world.bring(alice, channel, note(alice), document, note(alice))
    assert [row for row in world.engine.quarantine() if row["channel"] == channel] == []
    stored = world.engine.documents.changes(channel).changes
    assert sum(change.id.startswith("note:") for change in stored) == 3
    assert world.deliver(bob, early) == [{key: answer[key] for key in ("receipt", "signature")}]


def test_who_joins_the_team_has_waiting_notes_let_in(
    world: World, alice: Tablet, charlie: Tablet, visit: str
) -> None:
    document = note(charlie)
    assert deliver_one(world, charlie, visit, document) == "not-your-channel"
    card = world.engine.read(visit, f"visit:{visit[6:].upper()}")
    assert card is not None
    card["team"].append({"person": charlie.account.id, "part": ""})
    world.bring(alice, visit, {**card, "device": alice.id})
    assert world.engine.read(visit, document["_id"]) == document
    assert world.engine.quarantine() == []


def test_a_mended_cause_lets_an_envelope_out(world: World, alice: Tablet, visit: str) -> None:
    document = {**note(alice), "device": "an old name of this tablet"}
    envelope = alice.envelope(visit, document)
    world.deliver(alice, envelope)
    assert world.engine.release(envelope["id"]) is False
    assert world.engine.quarantine()[0]["reason"] == "author-mismatch"
    assert world.engine.release("01JZZZZZZZZZZZZZZZZZZZZZZZ") is False


def test_unknown_types_and_fields_are_kept(world: World, alice: Tablet, visit: str) -> None:
    future = alice.document("drawing", strokes=[[1, 2.5], [3, 4]], class_="group")
    odd = note(alice, mood={"level": 3})
    world.bring(alice, visit, future, odd)
    assert world.engine.read(visit, future["_id"]) == future
    assert world.engine.read(visit, odd["_id"]) == odd


def test_a_lone_surrogate_is_mended_on_the_way_in(world: World, alice: Tablet, visit: str) -> None:
    document = note(alice, "до\ud800после")
    world.bring(alice, visit, document)
    assert world.engine.read(visit, document["_id"])["text"] == "до\ufffdпосле"  # type: ignore[index]


def test_two_branches_of_a_finding_are_merged_to_read(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    first = alice.document(
        "finding", title="t", text="", status="draft", theme=None, severity=None, norms=["m/1"]
    )
    world.bring(alice, visit, first)
    bob.history = {id_: list(revs) for id_, revs in alice.history.items()}
    one = {**first, "title": "T", "norms": ["m/1", "m/2"]}
    two = {**first, "text": "x", "norms": ["m/1", "m/3"], "updated_by": BOB.id, "device": bob.id}
    world.bring(alice, visit, {**one, "base": revisions.base(first, one)})
    world.bring(bob, visit, {**two, "base": revisions.base(first, two)})
    read = world.engine.read(visit, first["_id"])
    assert read is not None
    assert (read["title"], read["text"], set(read["norms"])) == ("T", "x", {"m/1", "m/2", "m/3"})


def test_a_content_key_comes_with_its_own_document_and_in_its_class(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    photo, key, _ = alice.photo([b"x"])
    audio, secret, _ = bob.medium("audio", [b"y"])
    open_key = bob.group_key(audio, secret)
    for envelope in (
        bob.envelope(visit, note(bob), keys=[bob.group_key(photo, b"\1" * 32)]),
        bob.envelope(visit, audio, keys=[open_key]),
    ):
        assert world.deliver(bob, envelope)[0]["quarantined"] == "schema"
    world.deliver(alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]))
    assert world.engine.content_keys.get(visit, photo["_id"]).material == key
    assert world.engine.content_keys.get(visit, audio["_id"]) is None
