"""What a real browser seals the server opens, and the other way round: its own X25519 and AES, the server's library.

The short tier's sample runs the same modules under node (tests/sync/test_hpke.py).
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.bare import BareBrowser
from sync.gateway import sealing
from sync.wire import b64, unb64
from tests.browser.engine_gateway import EngineGateway

SEAL_AND_OPEN = """async ({ items, boxes, to, from }) => {
  const { openWith, sealTo } = await import('/app/static/engine/crypto/sealing.js');
  const { fromBase64, toBase64 } = await import('/app/static/engine/crypto/wire.js');
  const sealed = [];
  for (const { plain, info } of items) sealed.push(toBase64(await sealTo(fromBase64(to), fromBase64(plain), info)));
  const opened = [];
  for (const { sealed: box, info } of boxes) opened.push(toBase64(await openWith(fromBase64(from), fromBase64(box), info)));
  return { sealed, opened };
}"""


@pytest.mark.long
def test_a_thousand_items_are_sealed_and_opened_by_a_real_browser(tmp_path: Path) -> None:
    seed = 20_261_123
    chance = random.Random(seed)
    server, browsers = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    items = [
        (
            chance.randbytes(chance.choice((0, 1, 32, 255, 1800, 20_000))),
            f"aigaq/envelope/1\n{number}-{chance.random()}-ұқ",
        )
        for number in range(1000)
    ]
    gateway = EngineGateway().start()
    try:
        with BareBrowser(tmp_path / "profile") as browser:
            browser.visit(gateway.address + "/app/")
            answer = browser.evaluate(
                browser.page,
                SEAL_AND_OPEN,
                {
                    "items": [{"plain": b64(plain), "info": info} for plain, info in items],
                    "boxes": [
                        {
                            "sealed": b64(sealing.seal(browsers.public_key(), plain, info.encode())),
                            "info": info,
                        }
                        for plain, info in items
                    ],
                    "to": b64(server.public_key().public_bytes_raw()),
                    "from": b64(browsers.private_bytes_raw()),
                },
            )
    finally:
        gateway.stop()
    assert [unb64(opened) for opened in answer["opened"]] == [plain for plain, _ in items], f"seed {seed}"
    assert len(set(answer["sealed"])) == 1000
    for sealed, (plain, info) in zip(answer["sealed"], items, strict=True):
        assert sealing.unseal(server, unb64(sealed), info.encode()) == plain, f"seed {seed}"
