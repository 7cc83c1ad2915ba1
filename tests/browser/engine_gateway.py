"""A hand-written gateway for tests of the tablet's engine: speaks docs/protocol.md, and misbehaves on request.

Owns: opening envelopes with real keys, signed receipts, chunks, a scripted changes stream, and the files of
the repository below `/app/` under the app's content policy. Stores nothing on disk. The real gateway has
tests of its own; this one exists because a real one cannot be told to lie.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.clock import timestamp
from sync.gateway import sealing
from sync.gateway.signatures import RequestHeaders, parse_request
from sync.wire import b64, canonical, sha256_hex, unb64

ROOT = Path(__file__).parent.parent.parent
TYPES = {".js": "text/javascript", ".html": "text/html", ".json": "application/json", ".css": "text/css"}
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self'; img-src 'self' blob:; media-src 'self' blob:"
)
PAGE = b"<!doctype html><meta charset=utf-8><title>engine</title><p>engine</p>"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ACCOUNT = {
    "id": "01HACCVNT00000000000000001",
    "name": "Bota Beta",
    "initial": "Б",
    "role": "leader",
    "group": "10",
    "language": "ru",
}


class EngineGateway:
    """`mode`: `ok`, `portal` (every answer is a page), `error` (503), `offline` (the connection is cut
    without an answer; the files of the app are still served), `forge` (receipts by a foreign key)."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.root = ec.generate_private_key(ec.SECP256R1())
        self.receipt = ec.generate_private_key(ec.SECP256R1())
        self.transport = X25519PrivateKey.generate()
        self.custody = X25519PrivateKey.generate()
        self.transports = {"transport-1": self.transport}
        self.keyset = self._sign_keyset()
        self.devices: dict[str, dict[str, Any]] = {}
        self.envelopes: dict[str, dict[str, Any]] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.sealed_under: dict[str, str] = {}
        self.chunks: dict[str, bytes] = {}
        self.stream: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.reports: list[dict[str, Any]] = []
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def code(self) -> str:
        """An enrolment code: any secret, and the root's first twenty bits."""
        digest = int.from_bytes(bytes.fromhex(sha256_hex(self._root_point()))[:4], "big") >> 12
        tail = "".join(CROCKFORD[(digest >> shift) & 31] for shift in (15, 10, 5, 0))
        return f"ABCD-EFGH-{tail}"

    def documents(self) -> list[dict[str, Any]]:
        """Opened envelopes in the order of their arrival."""
        return [self.envelopes[name] for name in self.order]

    def content_key(self, document: str) -> bytes:
        """What the office would open the document's content with. Raises StopIteration without one."""
        keys = [key for plain in self.documents() for key in plain["keys"] if key["for"] == document]
        key = next(iter(reversed(keys)))
        if key["class"] == "group":
            return unb64(key["key"])
        info = f"aigaq/content-key/1\n{document}".encode()
        return sealing.unseal(self.custody, unb64(key["stanza"]), info)

    def start(self) -> EngineGateway:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _root_point(self) -> bytes:
        return sealing.point(self.root.public_key())

    def rotate(self) -> None:
        """Transport, custody and receipt keys anew; the old transport secrets stay."""
        before = self.keyset["set"]
        self.receipt = ec.generate_private_key(ec.SECP256R1())
        self.transport = X25519PrivateKey.generate()
        self.custody = X25519PrivateKey.generate()
        retired = [{"purpose": purpose, **key} for purpose, key in before["keys"].items()]
        self.keyset = self._sign_keyset(before["number"] + 1, [*before["retired"], *retired])
        self.transports[self.keyset["set"]["keys"]["transport"]["id"]] = self.transport

    def _sign_keyset(self, number: int = 1, retired: list[dict[str, str]] | None = None) -> dict[str, Any]:
        def named(purpose: str, public: bytes) -> dict[str, str]:
            return {"id": f"{purpose}-{number}", "public": b64(public)}

        content = {
            "number": number,
            "issued_at": "2026-01-01T00:00:00.000Z",
            "keys": {
                "transport": named("transport", self.transport.public_key().public_bytes_raw()),
                "custody": named("custody", self.custody.public_key().public_bytes_raw()),
                "receipt": named("receipt", sealing.point(self.receipt.public_key())),
                "release": named("release", sealing.point(self.receipt.public_key())),
            },
            "retired": retired or [],
        }
        signature = sealing.sign(self.root, b"aigaq/keyset/1\n" + canonical(content))
        return {"set": content, "root": b64(self._root_point()), "signature": b64(signature)}

    # Requests

    def enrol(self, body: dict[str, Any]) -> tuple[int, Any]:
        if body["code"] != self.code:
            return 404, {"error": "code-unknown", "message": "no such code"}
        device = body["device"]
        self.devices[device["id"]] = device
        answer = {"id": device["id"], "name": device["name"]}
        return 201, {"account": ACCOUNT, "device": answer, "keyset": self.keyset, "server_time": now()}

    def outbox(self, body: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"receipts": [self._receive(envelope) for envelope in body["envelopes"]]}

    def _receive(self, envelope: dict[str, Any]) -> dict[str, Any]:
        sealed = unb64(envelope["sealed"])
        author = self.devices[envelope["device"]]
        message = sealing.envelope_message(envelope["id"], sealed)
        sealing.verify(unb64(author["signing"]), unb64(envelope["signature"]), message)
        if envelope["id"] not in self.receipts:
            private = self.transports[envelope["key"]]
            plain = json.loads(sealing.unseal(private, sealed, sealing.envelope_info(envelope["id"])))
            self.envelopes[envelope["id"]] = plain
            self.order.append(envelope["id"])
            self.sealed_under[envelope["id"]] = envelope["key"]
            self.receipts[envelope["id"]] = {
                "envelope": envelope["id"],
                "sealed_sha256": sha256_hex(sealed),
                "revision": plain["rev"],
                "content_sha256": sha256_hex(canonical(plain["document"])),
                "size": len(sealed),
                "device": envelope["device"],
                "received_at": now(),
                "seq": len(self.order),
                "prev": "",
                "key": self.keyset["set"]["keys"]["receipt"]["id"],
            }
        receipt = self.receipts[envelope["id"]]
        key = ec.generate_private_key(ec.SECP256R1()) if self.mode == "forge" else self.receipt
        signature = sealing.sign(key, b"aigaq/receipt/1\n" + canonical(receipt))
        return {"receipt": receipt, "signature": b64(signature)}

    def missing(self, body: dict[str, Any]) -> tuple[int, Any]:
        missing = [name for name in body["hashes"] if name not in self.chunks]
        if "challenge" not in body:
            return 200, {"missing": missing}
        held = {
            "challenge": body["challenge"],
            "asked": sha256_hex("\n".join(body["hashes"]).encode()),
            "missing": missing,
            "at": now(),
            "key": self.keyset["set"]["keys"]["receipt"]["id"],
        }
        signature = sealing.sign(self.receipt, b"aigaq/held/1\n" + canonical(held))
        return 200, {"missing": missing, "held": held, "signature": b64(signature)}

    def report(self, body: dict[str, Any]) -> tuple[int, Any]:
        self.reports.append(body)
        newer = body["keyset"] < self.keyset["set"]["number"]
        return 200, {"keyset": self.keyset if newer else None, "server_time": now()}

    def challenge(self, _body: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"nonce": "n0nce", "server_time": now()}

    def session(self, body: dict[str, Any]) -> tuple[int, Any]:
        key = unb64(self.devices[body["device"]]["signing"])
        report = canonical(body["report"])
        self.reports.append(body["report"])
        message = sealing.session_message(body["device"], body["nonce"], report)
        sealing.verify(key, unb64(body["signature"]), message)
        return 200, {
            "token": "t0ken",
            "expires_at": now(),
            "account": ACCOUNT,
            "keyset": self.keyset,
            "server_time": now(),
        }

    def changes(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.asked.append(body["channels"])
        yield from self.stream
        yield {"end": True, "server_time": now()}


def now() -> str:
    return timestamp(datetime.now(UTC))


def _handler(gateway: EngineGateway) -> type[BaseHTTPRequestHandler]:
    posts = {
        "/sync/enrol": gateway.enrol,
        "/sync/outbox": gateway.outbox,
        "/sync/media/missing": gateway.missing,
        "/sync/report": gateway.report,
        "/sync/session/challenge": gateway.challenge,
        "/sync/session": gateway.session,
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: Any) -> None:
            return

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/sync/"):
                gateway.requests.append(f"GET {path}")
                if self._misbehave():
                    return
                if path == "/sync/hello":
                    self._json(200, {"aigaq": 1, "server_time": now()})
                elif path.startswith("/sync/media/chunks/") and path[-64:] in gateway.chunks:
                    self._send(200, "application/octet-stream", gateway.chunks[path[-64:]])
                else:
                    self._json(404, {"error": "not-found", "message": path})
                return
            if path == "/app/":
                self._send(200, "text/html", PAGE)
                return
            file = ROOT / path.removeprefix("/app/")
            if path.startswith("/app/") and ".." not in path and file.is_file():
                self._send(200, TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())
            else:
                self._send(404, "text/plain", b"none")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            gateway.requests.append(f"POST {self.path}")
            if self._misbehave():
                return
            if self.path in ("/sync/outbox", "/sync/media/missing", "/sync/report"):
                self._check_upload(body)
            if self.path == "/sync/changes":
                lines = "".join(json.dumps(line) + "\n" for line in gateway.changes(json.loads(body)))
                self._send(200, "application/x-ndjson", lines.encode())
                return
            self._json(*posts[self.path](json.loads(body)))

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self._misbehave():
                return
            self._check_upload(body)
            name = self.path.rsplit("/", 1)[1]
            if sha256_hex(body) != name:
                self._json(422, {"error": "hash-mismatch", "message": name})
                return
            gateway.chunks[name] = body
            self._json(201, {})

        def _check_upload(self, body: bytes) -> None:
            device = gateway.devices[self.headers["Aigaq-Device"]]
            claim = parse_request(
                RequestHeaders(
                    self.headers["Aigaq-Device"],
                    self.headers["Content-Digest"],
                    self.headers["Signature-Input"],
                    self.headers["Signature"],
                    self.command,
                    self.path,
                    body,
                )
            )
            sealing.verify(unb64(device["upload"]), claim.signature, claim.message)

        def _misbehave(self) -> bool:
            if gateway.mode == "portal":
                self._send(200, "text/html", b"<html>Wi-Fi: accept the terms</html>")
            elif gateway.mode == "error":
                self._json(503, {"error": "server-error", "message": "down"})
            elif gateway.mode == "offline":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            return gateway.mode in ("portal", "error", "offline")

        def _json(self, status: int, value: Any) -> None:
            self._send(status, "application/json", json.dumps(value).encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Service-Worker-Allowed", "/app/")
            self.end_headers()
            self.wfile.write(body)

    return Handler
