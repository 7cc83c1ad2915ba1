"""Hand-made stand-ins: a clock, the application behind `Authorizer`, a tablet, a store that fails."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from sync import revisions, schemas
from sync.authorization import Account, Device, DeviceReport, NewDevice
from sync.clock import milliseconds, timestamp
from sync.errors import CodeExpired, CodeUnknown, StoreFailed
from sync.gateway import sealing
from sync.gateway.media import CHUNK_BYTES, seal_frames
from sync.gateway.signatures import LABEL, content_digest, signature_base, signature_parameters
from sync.wire import b64, canonical, new_ulid, sha256_hex, unb64


class FakeClock:
    """Stands still until it is told; sleeping moves it."""

    def __init__(self, now: datetime = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)) -> None:
        self.time = now
        self.naps = 0
        self._ids = count()

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps += 1
        self.time += timedelta(seconds=seconds)

    def ulid(self) -> str:
        """A new id. Ids made in one moment follow each other as they were made, as a person's do."""
        return new_ulid(milliseconds(self.time) + next(self._ids))

    def pass_(self, **spans: float) -> None:
        self.time += timedelta(**spans)


class FakeAuthorizer:
    """Accounts, devices and codes in memory."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.codes: dict[str, Account | None] = {}
        self.heard: list[tuple[str, int | None]] = []
        self.log: list[tuple[str, str | None, str]] = []
        self.reports: dict[str, DeviceReport] = {}

    def device(self, device_id: str) -> Device | None:
        return self.devices.get(device_id)

    def redeem(self, secret: str, device: NewDevice) -> Account:
        if secret not in self.codes:
            raise CodeUnknown("no such code")
        account = self.codes[secret]
        if account is None:
            raise CodeExpired("used")
        known = self.devices.get(device.id)
        if known and (known.account.id, known.signing, known.upload) != (
            account.id,
            device.signing,
            device.upload,
        ):
            raise CodeUnknown("enrolled already")
        self.codes[secret] = None
        self.add(account, device)
        return account

    def announced(self, device: NewDevice, account: Account) -> None:
        self.add(account, device)

    def add(self, account: Account, device: NewDevice) -> None:
        self.devices[device.id] = Device(
            device.id, device.name, account, device.signing, device.upload, False
        )

    def revoke(self, device_id: str, *, may_deliver: bool = False) -> None:
        self.devices[device_id] = replace(self.devices[device_id], revoked=True, may_deliver=may_deliver)

    def reported(self, device_id: str, report: DeviceReport) -> None:
        self.heard.append((device_id, report.clock_offset_ms))
        self.reports[device_id] = report

    def seen(self, device_id: str, *, clock_offset_ms: int | None, app_version: str | None) -> None:
        self.heard.append((device_id, clock_offset_ms))

    def audit(self, action: str, *, account: str | None, subject: str, detail: dict[str, object]) -> None:
        self.log.append((action, account, subject))


class Tablet:
    """What a tablet does, without a browser: documents, revisions, sealed envelopes, signed requests."""

    def __init__(
        self,
        account: Account,
        keyset: dict[str, Any],
        authorizer: FakeAuthorizer,
        clock: FakeClock,
        fresh_nonce: Callable[[str], str] = lambda _device: "",
    ) -> None:
        # Asks the server for a nonce each time; a real tablet takes it from the answers.
        self.fresh_nonce = fresh_nonce
        self.account = account
        self.clock = clock
        self.keyset = keyset
        self.signing = ec.generate_private_key(ec.SECP256R1())
        self.upload = ec.generate_private_key(ec.SECP256R1())
        self.id = clock.ulid()
        self.count = 0
        self.history: dict[str, list[str]] = {}
        authorizer.add(account, self.new_device())

    def new_device(self) -> NewDevice:
        signing, upload = (sealing.point(key.public_key()) for key in (self.signing, self.upload))
        return NewDevice(self.id, f"Планшет {self.account.name}", signing, upload, "1", "test")

    def ulid(self) -> str:
        return self.clock.ulid()

    def document(self, type_: str, **fields: Any) -> dict[str, Any]:
        """A document with its header. `class_`, `from_` stand for Python's own words."""
        plain = {name.rstrip("_"): value for name, value in fields.items() if name != "_id"}
        now = timestamp(self.clock.now())
        document = {
            "_id": fields.get("_id") or f"{type_}:{self.ulid()}",
            "type": type_,
            "schema": 1,
            "created_at": now,
            "updated_at": now,
            "created_by": self.account.id,
            "updated_by": self.account.id,
            "device": self.id,
            **plain,
        }
        document.setdefault("class", schemas.class_of(document))
        return document

    def visit(self, *team: Account, **fields: Any) -> tuple[str, dict[str, Any]]:
        """A channel of this tablet's making, and its visit document."""
        ulid = self.ulid()
        people = [self.account, *team]
        given = {
            "facility": "facility:one",
            "kind": "special",
            "from": "2026-05-12",
            "to": "2026-05-12",
            "group": self.account.group,
            "leader": self.account.id,
            "team": [{"person": person.id, "part": ""} for person in people],
            "objectives": "",
            "status": "open",
            "unplanned": True,
            "recording": None,
            "time_zone": "Asia/Almaty",
            **{name.rstrip("_"): value for name, value in fields.items()},
        }
        return f"visit-{ulid.lower()}", self.document("visit", _id=f"visit:{ulid}", **given)

    def plaintext(self, channel: str, document: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """An envelope's content; further calls for one document make further revisions."""
        ancestors = list(self.history.get(document["_id"], []))
        rev = revisions.revision_id(ancestors[0] if ancestors else None, document)
        if rev not in ancestors:
            self.history[document["_id"]] = [rev, *ancestors]
        self.count += 1
        return {
            "channel": channel,
            "document": document,
            "rev": rev,
            "ancestors": ancestors,
            "deleted": False,
            "supersedes": [],
            "clock_offset_ms": 1500,
            "count": self.count,
            "keys": [],
            **changes,
        }

    def envelope(self, channel: str, document: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return self.seal(json.dumps(self.plaintext(channel, document, **changes)).encode())

    def seal(self, plain: bytes, *, id_: str | None = None) -> dict[str, Any]:
        """Any bytes as an envelope."""
        id_ = id_ or self.ulid()
        transport = self.keyset["set"]["keys"]["transport"]
        public = X25519PublicKey.from_public_bytes(unb64(transport["public"]))
        sealed = sealing.seal(public, plain, sealing.envelope_info(id_))
        signature = sealing.sign(self.signing, sealing.envelope_message(id_, sealed))
        return {
            "id": id_,
            "key": transport["id"],
            "device": self.id,
            "sealed": b64(sealed),
            "signature": b64(signature),
        }

    def photo(self, plain: list[bytes], **fields: Any) -> tuple[dict[str, Any], bytes, list[bytes]]:
        """A photo's document, its key and its chunks."""
        return self.medium("photo", plain, **fields)

    def medium(
        self, kind: str, plain: list[bytes], **fields: Any
    ) -> tuple[dict[str, Any], bytes, list[bytes]]:
        id_, key = f"medium:{self.ulid()}", bytes([self.count % 250]) * 32
        interrupted = fields.get("state") == "interrupted"
        file = seal_frames(key, id_, plain, interrupted=interrupted)
        chunks = [file[at : at + CHUNK_BYTES] for at in range(0, len(file), CHUNK_BYTES)]
        given = {
            "kind": kind,
            "mime": "image/jpeg" if kind == "photo" else "audio/webm",
            "state": "complete",
            "frames": len(plain),
            "bytes": len(file),
            "chunks": [{"sha256": sha256_hex(chunk), "size": len(chunk)} for chunk in chunks],
            **fields,
        }
        return self.document("medium", _id=id_, **given), key, chunks

    def group_key(self, document: dict[str, Any], key: bytes) -> dict[str, Any]:
        return {"for": document["_id"], "class": "group", "key": b64(key)}

    def custody_key(self, document: dict[str, Any], key: bytes) -> dict[str, Any]:
        custody = self.keyset["set"]["keys"]["custody"]
        public = X25519PublicKey.from_public_bytes(unb64(custody["public"]))
        stanza = sealing.seal(public, key, sealing.content_key_info(document["_id"]))
        return {"for": document["_id"], "class": "custody", "key_id": custody["id"], "stanza": b64(stanza)}

    def headers(self, method: str, path: str, body: bytes, *, nonce: str | None = None) -> dict[str, str]:
        """Headers of a delivering request; `nonce` with its counter, or a fresh one's first use."""
        digest = content_digest(body)
        parameters = signature_parameters(
            created=int(self.clock.now().timestamp()),
            nonce=f"{self.fresh_nonce(self.id)}.1" if nonce is None else nonce,
            device=self.id,
        )
        signature = sealing.sign(self.upload, signature_base(method, path, digest, self.id, parameters))
        return {
            "Aigaq-Device": self.id,
            "Content-Digest": digest,
            "Signature-Input": f"{LABEL}={parameters}",
            "Signature": f"{LABEL}=:{base64.b64encode(signature).decode()}:",
        }

    def proof(self, nonce: str, report: dict[str, Any] | None = None) -> str:
        """The answer to a session's challenge."""
        message = sealing.session_message(self.id, nonce, canonical(report or {}))
        return b64(sealing.sign(self.signing, message))


class PowerCut(StoreFailed):
    """What a cut between two steps looks like to whoever called."""


class Fragile:
    """Any room, passed through; the n-th of the named calls fails, before or after it has had its effect."""

    def __init__(self, inner: Any, calls: set[str]) -> None:
        self._inner = inner
        self._calls = calls
        self.countdown: int | None = None
        self.after = False

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._inner, name)
        if name not in self._calls:
            return attribute

        def call(*arguments: Any, **named: Any) -> Any:
            cut = False
            if self.countdown is not None:
                self.countdown -= 1
                cut = self.countdown == 0
            if cut and not self.after:
                raise PowerCut(f"before {name}")
            result = attribute(*arguments, **named)
            if cut:
                raise PowerCut(f"after {name}")
            return result

        return call
