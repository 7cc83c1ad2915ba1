"""A timestamp authority on this machine, and a package with everything a package can hold."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sync.evidence import timestamps
from sync.evidence.package import Order, Picture, _Pieces
from tests.fakes import Tablet
from tests.personas import BOB
from tests.sync.conftest import World, alice, bob, visit, world  # noqa: F401  # fixtures

CONFIGURATION = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""
EXTENSIONS = "extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"


@dataclass
class Authority:
    """OpenSSL's time-stamp authority behind HTTP."""

    folder: Path
    url: str

    @property
    def certificate(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()


def _openssl(folder: Path, *words: str) -> bytes:
    return subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True).stdout


def make_authority(folder: Path) -> None:
    """A root certificate and one for timestamps."""
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    _openssl(
        folder,
        "req",
        "-x509",
        *new,
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
        "-days",
        "3650",
        "-subj",
        "/CN=Test root",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign",
    )
    _openssl(folder, "req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test authority")
    (folder / "ext").write_text(EXTENSIONS)
    _openssl(
        folder,
        "x509",
        "-req",
        "-in",
        "tsa.csr",
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-CAcreateserial",
        "-days",
        "3650",
        "-extfile",
        "ext",
        "-out",
        "tsa.pem",
    )
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("authority")
    make_authority(folder)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            _openssl(folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
            body = (folder / "reply").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield Authority(folder, f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()


@dataclass
class Case:
    """What a visit brought, and the package made of it."""

    world: World
    channel: str
    photo: dict[str, Any]
    photo_bytes: bytes
    audio: dict[str, Any]
    audio_key: bytes
    note: dict[str, Any]
    package: bytes

    def files(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.package)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    """As packages are written."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", allowZip64=True) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_STORED)
    return pieces.take()


@pytest.fixture
def case(world: World, alice: Tablet, bob: Tablet, visit: str, authority: Authority) -> Case:  # noqa: F811
    """Two tablets, three days: a note with two versions, a photo, a sealed recording; two days stamped."""
    note = alice.document("note", text="Окно закрашено", place="камера 14", at="2026-05-12T09:00:00.000Z")
    world.bring(alice, visit, note)
    photo_bytes = b"\xff\xd8\xff" + bytes(range(256)) * 5000
    photo, photo_key, photo_chunks = alice.photo(
        [photo_bytes[:700_000], photo_bytes[700_000:]], at="2026-05-12T09:01:00.000Z"
    )
    world.deliver(alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, photo_key)]))
    world.clock.pass_(days=1)
    world.bring(bob, visit, bob.document("note", text="Воды нет", at="2026-05-12T10:00:00.000Z"))
    world.bring(alice, visit, {**note, "text": "Окно закрашено с 2024 года", "base": {"text": note["text"]}})
    world.clock.pass_(days=1)
    audio, audio_key, audio_chunks = alice.medium(
        "audio", [b"sound" * 999, b"more" * 99], at="2026-05-12T09:02:00.000Z"
    )
    world.deliver(alice, alice.envelope(visit, audio, keys=[alice.custody_key(audio, audio_key)]))
    for chunk in (*photo_chunks, *audio_chunks):
        from sync.wire import sha256_hex

        world.engine.media.put(sha256_hex(chunk), chunk)
    world.engine.catch_up()
    assert world.engine.days.stamp(lambda data: timestamps.ask(authority.url, data), authority.url) == 2
    order = Order(visit, BOB.id, "Дело № 17")
    package = b"".join(world.engine.packages.write(order, [Picture(photo["_id"], "image/jpeg", photo_bytes)]))
    return Case(world, visit, photo, photo_bytes, audio, audio_key, note, package)
