"""HPKE as RFC 9180 has it, on the server and in the browser's modules, and what one seals the other opens."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from sync.errors import Corrupt, WrongKey
from sync.gateway import sealing
from sync.wire import b64, unb64
from tests.hpke_reference import derive_key_pair, setup_sender

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/vectors/hpke.json").read_text(encoding="utf-8"))


def known(name: str, field: str) -> bytes:
    return bytes.fromhex(VECTORS[name][field])


def test_the_reference_gives_every_value_of_appendix_a_1_1() -> None:
    context = setup_sender(1, known("a1", "pkRm"), known("a1", "info"), known("a1", "skEm"))
    assert context.enc == known("a1", "enc")
    assert context.shared_secret == known("a1", "shared_secret")
    assert (context.key, context.base_nonce) == (known("a1", "key"), known("a1", "base_nonce"))
    assert context.seal(known("a1", "pt"), known("a1", "aad")) == known("a1", "ct")


def test_the_reference_gives_the_published_values_of_our_suite() -> None:
    assert derive_key_pair(known("suite", "ikmR")) == known("suite", "skRm")
    ephemeral = derive_key_pair(known("suite", "ikmE"))
    context = setup_sender(2, known("suite", "pkRm"), known("suite", "info"), ephemeral)
    assert context.enc == known("suite", "enc")
    drawn, at, sealed = hashlib.shake_128(b"").digest(1 << 19), 0, hashlib.shake_128()
    for _ in range(1000):
        inputs = []
        for _ in range(2):
            length = drawn[at]
            inputs.append(drawn[at + 1 : at + 1 + length])
            at += 1 + length
        aad, plain = inputs
        sealed.update(context.seal(plain, aad))
    assert sealed.digest(16) == known("suite", "encryptions")


def test_the_servers_library_opens_what_the_reference_seals() -> None:
    """`cryptography` takes no ephemeral key, so its sealing is checked by opening, and by the browser's library."""
    private = X25519PrivateKey.from_private_bytes(known("suite", "skRm"))
    assert private.public_key().public_bytes_raw() == known("suite", "pkRm")
    ephemeral = derive_key_pair(known("suite", "ikmE"))
    for plain in (b"", known("a1", "pt"), bytes(70_000)):
        context = setup_sender(2, known("suite", "pkRm"), known("suite", "info"), ephemeral)
        sealed = context.enc + context.seal(plain)
        assert sealing.unseal(private, sealed, known("suite", "info")) == plain
        with pytest.raises(WrongKey):
            sealing.unseal(private, sealed, b"another item")


def test_no_bit_of_a_sealed_box_can_be_changed() -> None:
    private = X25519PrivateKey.from_private_bytes(known("suite", "skRm"))
    sealed = sealing.seal(private.public_key(), b"secret", b"item")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(WrongKey):
            sealing.unseal(private, bytes(changed), b"item")
    for length in range(len(sealed)):
        with pytest.raises((WrongKey, Corrupt)):
            sealing.unseal(private, sealed[:length], b"item")


def node(script: str, request: Any) -> Any:
    command = ["node", "--input-type=module", "-e", script]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(request), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


MODULES = f"""
import {{ readFileSync }} from 'node:fs';
import {{ openWith, sealTo }} from '{ROOT.as_uri()}/static/engine/crypto/sealing.js';
import {{ fromBase64, toBase64 }} from '{ROOT.as_uri()}/static/engine/crypto/wire.js';
const request = JSON.parse(readFileSync(0, 'utf8'));
"""
SEAL_AND_OPEN = (
    MODULES
    + """
const sealed = [];
for (const { plain, info } of request.items) sealed.push(toBase64(await sealTo(fromBase64(request.public), fromBase64(plain), info)));
const opened = [];
for (const { sealed: box, info } of request.boxes) opened.push(toBase64(await openWith(fromBase64(request.private), fromBase64(box), info)));
process.stdout.write(JSON.stringify({ sealed, opened }));
"""
)


def both_ways(count: int, seed: int) -> None:
    """What the browser's modules seal the server opens, and the other way round."""
    chance = random.Random(seed)
    private = X25519PrivateKey.generate()
    public: X25519PublicKey = private.public_key()
    items = []
    for number in range(count):
        plain = chance.randbytes(chance.choice((0, 1, 32, 255, 1800, 20_000)))
        items.append((plain, f"aigaq/envelope/1\n{number}-{chance.random()}-ұқ"))
    boxes = [
        {"sealed": b64(sealing.seal(public, plain, info.encode())), "info": info} for plain, info in items
    ]
    answer = node(
        SEAL_AND_OPEN,
        {
            "items": [{"plain": b64(plain), "info": info} for plain, info in items],
            "boxes": boxes,
            "public": b64(public.public_bytes_raw()),
            "private": b64(private.private_bytes_raw()),
        },
    )
    assert [unb64(opened) for opened in answer["opened"]] == [plain for plain, _ in items]
    for sealed, (plain, info) in zip(answer["sealed"], items, strict=True):
        assert sealing.unseal(private, unb64(sealed), info.encode()) == plain


def test_a_hundred_items_open_on_the_other_side() -> None:
    both_ways(100, 9180)


@pytest.mark.long
def test_a_thousand_items_open_on_the_other_side() -> None:
    both_ways(1000, 9421)
