"""The archive proves every accepted envelope, and says what it cannot prove any more."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from sync.database import reading, writing
from sync.gateway import tables
from sync.gateway.proof import Proof, prove
from sync.gateway.restoring import declare_restored
from tests.fakes import Tablet
from tests.personas import DANA
from tests.sync.conftest import World, build
from webapp import create_app
from webapp.config import Config


def proven(world: World) -> Proof:
    return prove(world.engine.archive._database, world.engine.keys, world.authorizer)


def flaws(world: World) -> set[str]:
    return {flaw.what for flaw in proven(world).flaws}


@pytest.fixture
def notes(world: World, alice: Tablet, bob: Tablet, visit: str) -> list[str]:
    """Envelopes of two tablets; the ids of Bob's."""
    world.bring(alice, visit, alice.document("note", text="a"))
    answers = [world.bring(bob, visit, bob.document("note", text=str(n)))[0] for n in range(4)]
    world.deliver(
        bob, bob.envelope(visit, bob.document("note", text=None))
    )  # quarantined, and proven all the same
    return [answer["receipt"]["envelope"] for answer in answers]


def test_what_was_accepted_is_proven(world: World, notes: list[str]) -> None:
    proof = proven(world)
    assert (proof.envelopes, proof.devices, proof.erased, proof.flaws) == (7, 2, 0, ())


def test_erased_bytes_leave_their_receipts_proven(world: World, bob: Tablet, visit: str) -> None:
    note = bob.document("note", text="taken back")
    world.bring(bob, visit, note)
    world.bring(
        bob,
        visit,
        bob.document("withdrawal", interview=None, use="interview", erases=[note["_id"]], reason=""),
    )
    assert (proven(world).erased, flaws(world)) == (1, set())


def change(world: World, table: Any, own: Any, **values: Any) -> None:
    with writing(world.engine.archive._database) as connection:
        connection.execute(update(table).where(own).values(**values))


def row(world: World, table: Any, own: Any) -> Any:
    with reading(world.engine.archive._database) as connection:
        return connection.execute(select(table).where(own)).one()


@pytest.mark.parametrize("at", [0, 31, 32, 300, -1])
def test_a_flipped_byte_is_found(world: World, notes: list[str], at: int) -> None:
    own = tables.envelope.c.id == notes[1]
    sealed = bytearray(row(world, tables.envelope, own).sealed)
    sealed[at] ^= 1
    change(world, tables.envelope, own, sealed=bytes(sealed))
    assert [(flaw.envelope, flaw.what) for flaw in proven(world).flaws] == [
        (notes[1], "its bytes are not those that arrived")
    ]


TAMPERINGS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "another hash in the archive": (
        {"sealed_sha256": "0" * 64},
        {
            "its author's signature does not fit",
            "its bytes are not those that arrived",
            "the receipt is for another envelope",
        },
    ),
    "another author's signature": ({"signature": "A" * 86}, {"its author's signature does not fit"}),
    "another document named": (
        {"document": "note:other"},
        {"the archive names another content than it holds"},
    ),
    "the bytes taken away": ({"sealed": None}, {"its bytes are gone, and no erasure asked for that"}),
    "an unknown device": (
        {"device": "01JA00000000000000000000ZZ"},
        {
            "its device is not known here",
            "the receipt is for another envelope",
            "a receipt before this one is missing",
            "the receipt does not follow the one before it",
        },
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampered_row_is_found(world: World, notes: list[str], name: str) -> None:
    values, expected = TAMPERINGS[name]
    change(world, tables.envelope, tables.envelope.c.id == notes[1], **values)
    assert flaws(world) == expected


def test_a_tampered_receipt_is_found(world: World, notes: list[str]) -> None:
    own = tables.receipt.c.envelope == notes[1]
    body = row(world, tables.receipt, own).body
    change(world, tables.receipt, own, body=body.replace('"seq":2', '"seq":9'))
    assert flaws(world) == {
        "the receipt is not signed by the organisation",
        "the receipt does not follow the one before it",
    }


def test_a_missing_receipt_breaks_the_chain(world: World, notes: list[str]) -> None:
    with writing(world.engine.archive._database) as connection:
        connection.execute(delete(tables.receipt).where(tables.receipt.c.envelope == notes[1]))
    assert flaws(world) == {
        "has no receipt: it gets one at the next start, or when it is sent again",
        "a receipt before this one is missing",
        "the receipt does not follow the one before it",
    }


def test_a_receipt_without_its_envelope_is_found(world: World, notes: list[str]) -> None:
    with writing(world.engine.archive._database) as connection:
        connection.execute(delete(tables.envelope).where(tables.envelope.c.id == notes[-1]))
    assert "a receipt without its envelope" in flaws(world)


def restore(world: World, copy: Path) -> World:
    """The world as it was when its folder was copied, declared restored."""
    world.engine.documents.close()  # type: ignore[attr-defined]
    world.engine.archive._database.dispose()
    shutil.rmtree(world.folder)
    shutil.copytree(copy, world.folder)
    again = build(world.folder, clock=world.clock, authorizer=world.authorizer)
    engine = again.engine
    declare_restored(
        engine.documents, engine.archive._database, engine.media, engine.channels, engine.erasures
    )
    engine.rebuild()
    return again


def test_after_a_restore_the_chain_goes_on_from_the_backup(
    world: World, bob: Tablet, visit: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = world.bring(bob, visit, bob.document("note", text="before"))[0]["receipt"]
    copy = tmp_path_factory.mktemp("backup") / "copy"
    shutil.copytree(world.folder, copy)
    later = bob.document("note", text="after")
    sealed = bob.envelope(visit, later)
    lost = world.deliver(bob, sealed)[0]["receipt"]
    epoch = world.engine.documents.epoch(visit)

    again = restore(world, copy)
    assert again.engine.documents.epoch(visit) != epoch
    assert again.engine.read(visit, later["_id"]) is None
    anew = again.deliver(bob, sealed)[0]["receipt"]
    assert again.engine.read(visit, later["_id"]) is not None
    # Two receipts of one number, both signed: the tablet's from before, and the chain's from now on.
    assert (lost["seq"], anew["seq"], lost["prev"], anew["prev"]) == (2, 2, anew["prev"], lost["prev"])
    assert first["seq"] == 1
    assert flaws(again) == set()


def test_a_restore_does_not_bring_back_what_was_erased(
    world: World, bob: Tablet, visit: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The archive's database is of today, the documents are of yesterday: the erasure is done once more."""
    note = bob.document("note", text="taken back")
    world.bring(bob, visit, note)
    copy = tmp_path_factory.mktemp("backup") / "copy"
    shutil.copytree(world.folder, copy)
    withdrawal = bob.document("withdrawal", interview=None, use="interview", erases=[note["_id"]], reason="")
    world.bring(bob, visit, withdrawal)
    for name in ("aigaq.sqlite", "aigaq.sqlite-wal", "aigaq.sqlite-shm"):
        (copy / name).unlink(missing_ok=True)
        if (world.folder / name).exists():
            shutil.copy(world.folder / name, copy / name)
    again = restore(world, copy)
    read = again.engine.read(visit, note["_id"])
    assert read is not None
    assert read["erased"]
    assert "text" not in read


def test_the_commands_say_what_they_found(tmp_path: Path) -> None:
    app = create_app(
        Config.from_environment(
            {"AIGAQ_INSTANCE": str(tmp_path), "AIGAQ_DEMO": "1", "AIGAQ_RATE_LIMITS": "0"}
        )
    )
    engine = app.extensions["aigaq"]
    engine.submit("reference", {"_id": "facility:one", "type": "facility", **_FACILITY}, author=DANA)
    before = engine.documents.epoch("reference")
    answer = app.test_cli_runner().invoke(args=["restored"])
    assert answer.exit_code == 0
    assert "new epoch" in answer.output
    assert engine.documents.epoch("reference") != before
    answer = app.test_cli_runner().invoke(args=["verify-archive"])
    assert answer.exit_code == 0
    assert "Everything is proven" in answer.output
    with writing(engine.archive._database) as connection:
        body = '{"envelope":"x"}'
        connection.execute(
            tables.receipt.insert().values(envelope="x", device="d", seq=1, body=body, signature="")
        )
    answer = app.test_cli_runner().invoke(args=["verify-archive"])
    assert answer.exit_code == 1
    assert "a receipt without its envelope" in answer.output


_FACILITY = {
    "name": {"ru": "Учреждение № 1"},
    "aliases": [],
    "codes": [],
    "facility_type": "prison",
    "region": "10",
    "authority": "mvd",
}
