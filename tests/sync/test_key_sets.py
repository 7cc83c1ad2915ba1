"""Key sets: proposed by the server, signed away from it, installed; nothing that is needed is ever forgotten."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sync.errors import BadRequest, BadSignature, Refused
from sync.gateway import key_files, rotation
from sync.gateway.keys import (
    DEMO_CUSTODY_PASSPHRASE,
    ServerKeys,
    make_receipt,
    make_transport,
    unwrap_custody,
)
from sync.gateway.keyset import check_signed, new_scalar, public_point, sign_set, signing_key
from sync.gateway.root import main, make_root, prepare, sign
from sync.wire import b64, unb64
from tests.fakes import Tablet
from tests.personas import ALICE
from tests.sync.conftest import CHEAP, build

NOW = "2026-06-01T00:00:00.000Z"


def rotate(keys: ServerKeys, *purposes: str) -> dict[str, Any]:
    """Propose, sign with the root beside it, install; the signed set."""
    proposal = rotation.propose(keys, purposes, cost=CHEAP)
    root = keys.folder / "root.json"
    signed = sign(root, *prepare(key_files.read(root), json.loads(json.dumps(proposal)), issued_at=NOW))
    rotation.install(keys, signed)
    return signed


@pytest.fixture
def keys(tmp_path: Path) -> ServerKeys:
    return ServerKeys.open(tmp_path / "keys", demo=True, cost=CHEAP)


def test_every_purpose_can_be_replaced_and_the_rest_stays(keys: ServerKeys) -> None:
    before = keys.keyset["set"]
    for number, purpose in enumerate(("transport", "receipt", "release", "custody"), 2):
        now = rotate(keys, purpose)["set"]
        assert now["number"] == number
        changed = [name for name in now["keys"] if now["keys"][name] != before["keys"][name]]
        assert changed == [purpose]
        assert {"purpose": purpose, **before["keys"][purpose]} in now["retired"]
        assert keys.keyset["set"] == now
        before = now
    assert keys.receipt_id == before["keys"]["receipt"]["id"]
    assert keys.wrapped_custody["id"] == before["keys"]["custody"]["id"]
    root = key_files.read(keys.folder / "root.json")
    assert check_signed(keys.keyset, public_point(root["root"])) == before
    assert b64(public_point(root["release"])) == before["keys"]["release"]["public"]


def test_the_root_is_needed_for_signing_only(keys: ServerKeys, tmp_path: Path) -> None:
    away = tmp_path / "safe"
    away.mkdir()
    (keys.folder / "root.json").rename(away / "root.json")
    key_files.replace(tmp_path / "proposal.json", rotation.propose(keys, ["transport", "receipt"]))
    command = [sys.executable, "-m", "sync.gateway.root", "sign", "--root", str(away / "root.json")]
    command += [str(tmp_path / "proposal.json"), "--out", str(tmp_path / "signed.json")]
    refused = subprocess.run(command, input="no\n", capture_output=True, text=True, timeout=120)
    assert (refused.returncode, (tmp_path / "signed.json").exists()) == (1, False)
    done = subprocess.run(command, input="yes\n", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("NEW") == 2
    content = rotation.install(keys, key_files.read(tmp_path / "signed.json"))
    assert keys.keyset["set"]["number"] == content["number"] == 2
    assert not (keys.folder / "root.json").exists()


def test_signing_needs_neither_the_application_nor_its_database() -> None:
    code = "import sync.gateway.root, sys; print([m for m in sys.modules if m.startswith(('flask', 'sqlalchemy', 'webapp'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


def test_old_and_equal_numbers_other_roots_and_bad_signatures_are_refused(keys: ServerKeys) -> None:
    first = keys.keyset
    second = rotate(keys, "receipt")
    for signed in (first, second):
        with pytest.raises(Refused):
            rotation.install(keys, signed)
    foreign = {**make_root(), "signed": 1}
    with pytest.raises(BadSignature):
        rotation.install(keys, sign_set(signing_key(foreign["root"]), {**second["set"], "number": 9}))
    changed = copy.deepcopy(second)
    changed["set"]["number"] = 9
    with pytest.raises(BadSignature):
        rotation.install(keys, changed)
    root = signing_key(key_files.read(keys.folder / "root.json")["root"])
    for content, error in (
        ({**second["set"], "number": 9, "retired": []}, Refused),
        ({**second["set"], "number": "9"}, BadRequest),
        ({"number": 9}, BadRequest),
    ):
        with pytest.raises(error):
            rotation.install(keys, sign_set(root, content))
    assert keys.keyset == second


def test_a_set_whose_secrets_are_not_here_is_refused(keys: ServerKeys) -> None:
    root = signing_key(key_files.read(keys.folder / "root.json")["root"])
    content = keys.keyset["set"]
    for purpose, made in (("transport", make_transport()), ("receipt", make_receipt())):
        retired = [{"purpose": purpose, **content["keys"][purpose]}]
        named = {"id": made["id"], "public": made["public"]}
        other = {**content, "number": 2, "keys": {**content["keys"], purpose: named}, "retired": retired}
        with pytest.raises(Refused):
            rotation.install(keys, sign_set(root, other))
    assert keys.keyset["set"]["number"] == 1


def test_a_number_is_never_signed_twice_even_if_what_was_signed_is_lost(keys: ServerKeys) -> None:
    root = keys.folder / "root.json"
    proposal = rotation.propose(keys, ["transport"])
    numbers = []
    for _ in range(2):
        signed = sign(root, *prepare(key_files.read(root), proposal, issued_at=NOW))
        numbers.append(signed["set"]["number"])
    assert numbers == [2, 3]
    rotation.install(keys, signed)
    # What was proposed before another set was installed would undo it.
    stale = {**proposal, "keys": {"transport": make_transport()}}
    undoing = sign(root, *prepare(key_files.read(root), stale, issued_at=NOW))
    with pytest.raises(Refused):
        rotation.install(keys, undoing)


def test_the_root_takes_from_a_proposal_only_what_it_names(keys: ServerKeys) -> None:
    root = key_files.read(keys.folder / "root.json")
    proposal = rotation.propose(keys, ["receipt"])
    smuggled = {
        **proposal,
        "keys": {**proposal["keys"], "custody": {"id": "custody-x", "public": b64(bytes(32))}},
    }
    content, _ = prepare(root, smuggled, issued_at=NOW)
    assert content["keys"]["custody"] == keys.keyset["set"]["keys"]["custody"]
    current = copy.deepcopy(proposal["current"])
    current["set"]["keys"]["custody"]["public"] = b64(bytes(32))
    for bad, error in (
        ({**proposal, "current": current}, BadSignature),
        ({**proposal, "rotate": []}, BadRequest),
        ({**proposal, "rotate": ["root"]}, BadRequest),
        ({**proposal, "keys": {}}, BadRequest),
        ({**proposal, "keys": {"receipt": keys.keyset["set"]["keys"]["receipt"]}}, Refused),
        ([], BadRequest),
    ):
        with pytest.raises(error):
            prepare(root, bad, issued_at=NOW)


def test_what_was_sealed_to_earlier_keys_opens_and_old_receipts_verify(tmp_path: Path) -> None:
    world = build(tmp_path)
    old = world.tablet(ALICE)
    channel, document = old.visit()
    (first,) = world.bring(old, channel, document)
    held = old.envelope(channel, old.document("note", **note()))
    rotate(world.engine.keys, "transport", "receipt", "custody")
    rotate(world.engine.keys, "transport", "receipt")
    # Sealed two sets ago, delivered now; its receipt is by the key of today.
    (answer,) = world.deliver(old, held)
    assert answer["receipt"]["key"] == world.engine.keys.receipt_id
    assert "quarantined" not in answer
    # A repeated envelope gets its old receipt, and the set of today still names the key that signed it.
    content = world.engine.keys.keyset["set"]
    retired = {row["id"] for row in content["retired"] if row["purpose"] == "receipt"}
    assert first["receipt"]["key"] in retired
    again = world.engine.receipts(channel)[0]
    assert again["signature"] == first["signature"]
    assert len(world.engine.keys.wrapped_custody_keys()) == 2
    for wrapped in world.engine.keys.wrapped_custody_keys()[1:]:
        assert unwrap_custody(wrapped, DEMO_CUSTODY_PASSPHRASE)


def note() -> dict[str, Any]:
    return {
        "text": "x",
        "place": "",
        "theme": None,
        "source": "observation",
        "at": NOW,
        "media": [],
        "about": None,
        "on_paper": None,
    }


def test_other_processes_use_a_new_set_from_their_next_request_on(tmp_path: Path) -> None:
    world = build(tmp_path)
    other = ServerKeys.open(tmp_path / "keys", demo=True, cost=CHEAP)
    tablet = world.tablet(ALICE)
    rotate(other, "transport", "receipt")
    late = Tablet(ALICE, other.keyset, world.authorizer, world.clock)
    channel, document = late.visit()
    assert world.bring(late, channel, document)[0]["receipt"]["key"] == other.receipt_id
    rotation.retire(other, list(rotation.old_transport_keys(other)))
    channel, document = tablet.visit()
    assert world.deliver(tablet, tablet.envelope(channel, document))[0]["error"] == "unsealable"


def test_the_key_in_use_is_never_retired(keys: ServerKeys) -> None:
    with pytest.raises(Refused):
        rotation.retire(keys, [keys.keyset["set"]["keys"]["transport"]["id"]])
    rotation.propose(keys, ["transport"])
    assert list(rotation.old_transport_keys(keys).values()) == [0]
    rotate(keys, "transport")
    assert sorted(rotation.old_transport_keys(keys).values()) == [0, 2]


def test_a_custody_key_of_the_key_holders_own_making_is_taken_whole_or_not(keys: ServerKeys) -> None:
    other = ServerKeys.open(keys.folder.parent / "other", demo=True, cost=CHEAP).wrapped_custody
    for bad in ({"id": "x"}, {**other, "id": "custody-000000000000"}, {**other, "id": "../../x"}):
        with pytest.raises(BadRequest):
            rotation.propose(keys, ["custody"], custody=bad)
    assert rotation.propose(keys, ["custody"], custody=other)["keys"]["custody"]["id"] == other["id"]


def test_an_interrupted_installation_can_be_repeated_and_loses_no_custody_key(keys: ServerKeys) -> None:
    first = keys.wrapped_custody
    proposal = rotation.propose(keys, ["custody"], cost=CHEAP)
    root = keys.folder / "root.json"
    signed = sign(root, *prepare(key_files.read(root), proposal, issued_at=NOW))
    before = key_files.read(keys.folder / "keyset.json")
    rotation.install(keys, signed)
    key_files.replace(keys.folder / "keyset.json", before)  # cut off before the last step
    rotation.install(keys, signed)
    assert keys.wrapped_custody["id"] == signed["set"]["keys"]["custody"]["id"]
    assert [row["id"] for row in keys.wrapped_custody_keys()] == [keys.wrapped_custody["id"], first["id"]]
    assert unwrap_custody(keys.wrapped_custody_keys()[1], DEMO_CUSTODY_PASSPHRASE)


def test_keys_of_the_first_format_are_read(tmp_path: Path) -> None:
    keys = ServerKeys.open(tmp_path, demo=True, cost=CHEAP)
    now = key_files.read(tmp_path / "server_keys.json")
    bare = {name: now["transport"][0][name] for name in ("id", "public", "private")}
    key_files.replace(
        tmp_path / "server_keys.json", {"transport": [bare], "receipt": now["receipt"][0]["private"]}
    )
    root = key_files.read(tmp_path / "root.json")
    key_files.replace(tmp_path / "root.json", {name: root[name] for name in ("root", "release")})
    again = ServerKeys.open(tmp_path, demo=True, cost=CHEAP)
    assert again.receipt_id == keys.receipt_id
    assert len(again.nonce_key) == 32
    assert rotate(again, "receipt")["set"]["number"] == 2
    assert unb64(key_files.read(tmp_path / "server_keys.json")["nonce"]) == again.nonce_key


def test_a_signed_set_is_shown_in_words(keys: ServerKeys, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(keys.folder / "keyset.json")]) == 0
    shown = capsys.readouterr().out
    assert "Key set 1" in shown
    assert keys.root_fingerprint().hex()[:4] in shown
    key_files.replace(keys.folder / "bad.json", {**keys.keyset, "signature": b64(bytes(64))})
    assert main(["show", str(keys.folder / "bad.json")]) == 1
    assert new_scalar() != new_scalar()
