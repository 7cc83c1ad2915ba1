"""Uploads over a network that cuts connections at random bytes: the tablet's own modules, the real gateway."""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import struct
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from werkzeug.serving import make_server

from sync.gateway.media import CHUNK_BYTES
from sync.wire import sha256_hex
from tests.fakes import Tablet
from tests.sync.conftest import World

CLIENT = Path(__file__).with_name("upload_client.mjs")
HEADERS = 4096  # bytes a request has beside its body, generously


class CuttingProxy:
    """Passes bytes on, and resets connections after a random number of them until it has cut often enough."""

    def __init__(self, target: int, cuts: int, seed: int) -> None:
        self._target = target
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.left = cuts
        self.passed = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                lucky = self._random.random() < 0.2
                budget = [1 << 40 if lucky else self._random.randrange(1, CHUNK_BYTES + HEADERS)]
            for source, sink, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, sink, up, budget), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool, budget: list[int]) -> None:
        try:
            while data := source.recv(16_384):
                with self._lock:
                    if self.left > 0 and budget[0] < len(data):
                        if budget[0] >= 0:
                            self.left -= 1
                        data = data[: max(0, budget[0])]
                        budget[0] = -1
                    elif budget[0] >= 0:
                        budget[0] -= len(data)
                        budget[0] = max(budget[0], 0)
                    if up:
                        self.passed += len(data)
                    cut = budget[0] < 0
                sink.sendall(data)
                if cut:
                    break
        except OSError:
            pass
        for end in (source, sink):
            try:
                # a reset, not an orderly end: as a tunnel, a lift or a dead battery does it
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()
            except OSError:
                continue


def upload(
    world: World, app: Flask, tablet: Tablet, folder: Path, sizes: list[int], cuts: int
) -> CuttingProxy:
    randomness = random.Random(7)
    folder.mkdir()
    for size in sizes:
        data = randomness.randbytes(size)
        (folder / sha256_hex(data)).write_bytes(data)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = CuttingProxy(server.server_port, cuts, seed=cuts)
    key = tablet.upload.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    try:
        result = subprocess.run(
            [
                "node",
                str(CLIENT),
                f"http://127.0.0.1:{proxy.port}",
                tablet.id,
                base64.b64encode(key).decode(),
                folder,
            ],
            capture_output=True,
            text=True,
            timeout=1500,
            env={**os.environ, "PATIENCE_S": "1400"},
        )
    finally:
        proxy.close()
        server.shutdown()
        server.server_close()
    assert result.returncode == 0, result.stderr[-3000:]
    answer = json.loads(result.stdout)
    assert (answer["left"], answer["held"]) == (0, len(sizes)), answer
    return proxy


@pytest.mark.parametrize("cuts", [20, pytest.param(500, marks=pytest.mark.long)])
def test_what_was_cut_arrives_whole_and_once_and_little_is_sent_again(
    world: World, app: Flask, alice: Tablet, tmp_path: Path, cuts: int
) -> None:
    sizes = [CHUNK_BYTES] * max(12, cuts // 3) + [12_345]
    proxy = upload(world, app, alice, tmp_path / "chunks", sizes, cuts)
    assert proxy.left == 0, "the network was kinder than it should be: more chunks are needed"
    stored = {path.name: path for path in (tmp_path / "media").rglob("*") if path.is_file()}
    assert sorted(stored) == sorted(path.name for path in (tmp_path / "chunks").iterdir())
    assert all(sha256_hex(path.read_bytes()) == name for name, path in stored.items())
    # What a cut costs is at most the chunk that was under way, and what asks for the rest.
    again = proxy.passed - sum(sizes)
    assert again < cuts * (CHUNK_BYTES + 8 * HEADERS) + len(sizes) * 2 * HEADERS
