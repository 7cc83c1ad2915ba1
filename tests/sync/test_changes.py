"""What tablets read: order, resuming, keys, strangers (docs/protocol.md, section 5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine, event

from sync.authorization import Account
from sync.documents.contract import Incoming
from sync.errors import BadRequest
from sync.gateway.changes import PAGE
from sync.revisions import revision_id
from sync.wire import unb64
from tests.fakes import Tablet
from tests.personas import ADA, ALICE, BOB, CAROL, CHARLIE, COLIN, DANA, KIM
from tests.sync.conftest import World


def read(
    world: World, account: Account, channels: dict[str, str | None] | None = None, wait_ms: int = 0
) -> list[Any]:
    lines = world.engine.changes.lines(account, {"channels": channels or {}, "wait_ms": wait_ms})
    return [json.loads(line) for line in lines]


def sections(lines: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Lines by channel; the last one must say that the stream is whole."""
    assert lines[-1]["end"] is True
    assert lines[-1]["server_time"].endswith("Z")
    found: dict[str, list[dict[str, Any]]] = {}
    channel = ""
    for line in lines[:-1]:
        channel = line.get("channel", "") or line.get("gone", "") or channel
        found.setdefault(channel, []).append(line)
    return found


def checkpoints(lines: list[dict[str, Any]]) -> dict[str, str]:
    """The last `since` of every channel."""
    rows = sections(lines)
    return {name: [line["since"] for line in found if "since" in line][-1] for name, found in rows.items()}


def ids(lines: list[dict[str, Any]]) -> list[str]:
    return [line["id"] for line in lines if "id" in line]


def test_reference_comes_first_and_new_visits_by_themselves(world: World, alice: Tablet, visit: str) -> None:
    world.bring(alice, visit, alice.document("note", text="x"))
    found = sections(read(world, BOB))
    assert list(found) == ["reference", visit]
    assert found[visit][0] == {"channel": visit, "epoch": world.engine.documents.epoch(visit)}
    row = next(line for line in found[visit] if line.get("id", "").startswith("note:"))
    assert set(row) == {"seq", "id", "rev", "ancestors", "deleted", "doc"}
    assert row["doc"]["text"] == "x"


@pytest.mark.parametrize("stranger", [CHARLIE, CAROL, DANA, KIM, COLIN, ADA])
def test_who_is_no_member_is_told_nothing_of_a_visit(world: World, visit: str, stranger: Account) -> None:
    lines = read(world, stranger, {visit: None, "office": None, "visit-nowhere": None})
    assert ids(lines) == ["facility:one"]
    # Of what is not known here nothing is said: after a restore it may be yet to come.
    assert {line["gone"] for line in lines if "gone" in line} == {visit}


def test_a_stream_can_be_resumed_at_every_line(world: World, alice: Tablet, visit: str) -> None:
    for number in range(8):
        world.bring(alice, visit, alice.document("note", text=str(number)))
    everything = ids(sections(read(world, BOB))[visit])
    for line in sections(read(world, BOB))[visit]:
        token = line.get("since") or line.get("seq")
        if token is None:
            continue
        told = everything.index(line["id"]) + 1 if "id" in line else len(everything)
        assert ids(sections(read(world, BOB, {visit: token}))[visit]) == everything[told:]


def test_nothing_new_is_an_empty_answer(world: World, visit: str) -> None:
    tokens = checkpoints(read(world, BOB))
    again = read(world, BOB, {**tokens})
    assert ids(again) == []
    assert checkpoints(again) == tokens


@pytest.mark.parametrize("token", ["", "nonsense", "1~2~3", "~~", "x~1~9999999", "\ud800"])
def test_a_token_of_another_make_starts_from_the_beginning(world: World, visit: str, token: str) -> None:
    assert ids(read(world, BOB, {visit: token})) == ids(read(world, BOB))


def test_a_changed_epoch_starts_from_the_beginning(world: World, visit: str) -> None:
    tokens = checkpoints(read(world, BOB))
    world.engine.documents.renew_epoch(visit)  # type: ignore[attr-defined]
    found = sections(read(world, BOB, {**tokens}))[visit]
    assert found[0]["epoch"] != tokens[visit].split("~")[0]
    assert f"visit:{visit[6:].upper()}" in ids(found)


def test_all_leaves_of_a_document_share_its_seq(world: World, alice: Tablet, bob: Tablet, visit: str) -> None:
    finding = alice.document("finding", title="a", status="draft")
    world.bring(alice, visit, finding)
    bob.history = {id_: list(revs) for id_, revs in alice.history.items()}
    world.bring(alice, visit, {**finding, "title": "b"})
    world.bring(bob, visit, {**finding, "title": "c", "updated_by": BOB.id, "device": bob.id})
    rows = [line for line in read(world, BOB) if line.get("id") == finding["_id"]]
    assert len(rows) == 2
    assert len({row["seq"] for row in rows}) == 1
    assert rows[0]["ancestors"] == rows[1]["ancestors"] == alice.history[finding["_id"]][1:]


def test_group_keys_come_before_their_document_and_custody_stanzas_never(
    world: World, alice: Tablet, visit: str
) -> None:
    photo, key, _ = alice.photo([b"x"])
    audio, secret, _ = alice.medium("audio", [b"y"])
    world.deliver(
        alice,
        alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]),
        alice.envelope(visit, audio, keys=[alice.custody_key(audio, secret)]),
    )
    found = sections(read(world, BOB))[visit]
    keys = [line["key"] for line in found if "key" in line]
    assert [(row["for"], row["class"]) for row in keys] == [(photo["_id"], "group")]
    assert unb64(keys[0]["key"]) == key
    kinds = ["key" if "key" in line else line.get("id") for line in found]
    assert kinds.index("key") < kinds.index(photo["_id"])
    assert not [line for line in read(world, BOB, {**checkpoints(read(world, BOB))}) if "key" in line]


def test_the_first_key_of_a_document_stands(world: World, alice: Tablet, bob: Tablet, visit: str) -> None:
    photo, key, _ = alice.photo([b"x"])
    world.deliver(alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]))
    forged = bob.document("note", text="x")
    world.deliver(bob, bob.envelope(visit, forged, keys=[bob.group_key(photo, b"f" * 32)]))
    kept = world.engine.content_keys.get(visit, photo["_id"])
    assert kept is not None
    assert kept.material == key


def test_who_leaves_the_team_is_told_that_the_channel_is_gone(
    world: World, alice: Tablet, visit: str
) -> None:
    tokens = checkpoints(read(world, BOB))
    card = world.engine.read(visit, f"visit:{visit[6:].upper()}")
    assert card is not None
    world.engine.submit(visit, {**card, "team": [{"person": ALICE.id, "part": ""}]}, author=ALICE)
    lines = read(world, BOB, {**tokens})
    assert {"gone": visit} in lines
    assert visit not in [line.get("channel") for line in lines]


def test_a_closed_visit_leaves_tablets_a_week_after_its_last_day(
    world: World, alice: Tablet, visit: str
) -> None:
    card = world.engine.read(visit, f"visit:{visit[6:].upper()}")
    assert card is not None
    world.engine.submit(visit, {**card, "status": "closed"}, author=ALICE)
    world.clock.pass_(days=7)
    assert visit in sections(read(world, BOB))
    world.clock.pass_(days=1)
    assert sections(read(world, BOB, {visit: None}))[visit] == [{"gone": visit}]


def test_waiting_ends_when_there_is_something_to_say(world: World, alice: Tablet, visit: str) -> None:
    tokens: dict[str, str | None] = {**checkpoints(read(world, BOB))}
    started = world.clock.now()
    assert ids(read(world, BOB, tokens, wait_ms=3000)) == []
    assert 2.9 < (world.clock.now() - started).total_seconds() < 3.6

    real_sleep, document = world.clock.sleep, alice.document("note", text="пришло")

    def sleep(seconds: float) -> None:
        real_sleep(seconds)
        if world.clock.naps % 4 == 0:
            world.bring(alice, visit, document)

    world.clock.naps = 0
    world.clock.sleep = sleep  # type: ignore[method-assign]
    started = world.clock.now()
    assert ids(read(world, BOB, tokens, wait_ms=25_000)) == [document["_id"]]
    assert (world.clock.now() - started).total_seconds() < 2


def test_waiting_is_not_ended_by_a_channel_that_stays_gone(world: World, visit: str) -> None:
    tokens: dict[str, str | None] = {**checkpoints(read(world, BOB)), "visit-old": "x"}
    read(world, BOB, tokens, wait_ms=1000)
    assert world.clock.naps == 4


@pytest.mark.parametrize(
    "body",
    [
        {"channels": []},
        {"channels": {"reference": 5}},
        {"channels": {}, "wait_ms": "long"},
        {"channels": {}, "wait_ms": -1},
        {"channels": {}, "wait_ms": True},
    ],
)
def test_a_malformed_question_is_refused_before_the_stream(world: World, body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        world.engine.changes.lines(BOB, body)


def test_two_thousand_documents_are_read_in_few_statements(world: World, visit: str) -> None:
    documents = [
        {"_id": f"note:{number:026}", "type": "note", "text": "слово " * 200} for number in range(2000)
    ]
    revisions = [Incoming(revision_id(None, document), document) for document in documents]
    world.engine.documents.put_revisions(visit, revisions)
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert len(ids(sections(read(world, BOB))[visit])) >= 2000
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # Some for each page, none for a single document.
    assert len(statements) <= 10 * len(documents) // PAGE, statements
