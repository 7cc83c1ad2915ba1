"""Verifies an evidence package, offline: was anything changed, who captured it, when did it arrive?

Trusts nothing in the package but what leads back to the organisation's root key, whose fingerprint the reader
compares. Needs no database and no server. The twin is static/office/verify/verification.js: both give the same findings
(`tests/evidence`). The codes are explained in docs/evidence.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import Certificate

from sync.captures import capture_sha256
from sync.errors import AigaqError, BadRequest, BadSignature, Corrupt, TimestampRefused, WrongKey
from sync.evidence import merkle, timestamps
from sync.evidence.package_file import PackageFile
from sync.evidence.report import Item, Report
from sync.gateway import sealing
from sync.gateway.media import open_frames
from sync.revisions import content_sha256, revision_id
from sync.wire import b64, canonical, parse_object, sha256_hex, unb64


def verify(
    package: PackageFile,
    *,
    root: str | None = None,
    authorities: tuple[Certificate, ...] = (),
    openings: Mapping[str, bytes] | None = None,
) -> Report:
    """Look at everything in `package`.

    `root`: the fingerprint (hex) that the reader knows from elsewhere. `authorities`: certificates of timestamp
    authorities that the reader trusts. `openings`: content keys of sealed media that a key holder has given out.
    """
    return _Verification(package, authorities, dict(openings or {})).run(root)


class _Verification:
    def __init__(
        self, package: PackageFile, authorities: tuple[Certificate, ...], openings: dict[str, bytes]
    ) -> None:
        self._package = package
        self._authorities = authorities
        self._openings = openings
        self._report = Report()
        self._receipt_keys: dict[str, bytes] = {}
        self._devices: dict[str, Any] = {}
        self._days: dict[int, dict[str, Any]] = {}
        self._media: dict[str, dict[str, Any]] = {}
        self._items: dict[str, Item] = {}
        self._shown: dict[str, str] = {}

    def run(self, root: str | None) -> Report:
        report = self._report
        report.note("container", "", self._package.is_as_written())
        self._keyset(root)
        manifest = self._manifest()
        report.made_at, report.reason = str(manifest.get("made_at", "")), str(manifest.get("reason", ""))
        self._devices = _mapping(manifest.get("devices"))
        self._shown = {str(key): str(path) for key, path in _mapping(manifest.get("shown")).items()}
        self._files(_mapping(manifest.get("files")))
        self._check_days()
        for path in self._package.under("envelopes/"):
            self._envelope(path)
        for medium in self._media.values():
            self._medium(medium)
        self._captures()
        report.items = sorted(self._items.values(), key=lambda item: (item.received_at, item.document))
        return report

    # --- the frame: keys, manifest, files ---

    def _keyset(self, root: str | None) -> None:
        signed = self._object("keyset.json")
        keys, public = _mapping(signed.get("set")), signed.get("root")
        held = _signed_by(public, signed.get("signature"), b"aigaq/keyset/1\n" + canonical(keys))
        if not self._report.note("keyset", "keyset.json", held):
            return
        self._report.root = sha256_hex(unb64(public))
        if root is not None:
            wanted = root.replace(" ", "").replace(":", "").lower()
            self._report.note("root", "keyset.json", self._report.root == wanted)
        current = {**_mapping(_mapping(keys.get("keys")).get("receipt")), "purpose": "receipt"}
        for row in [current, *(keys.get("retired") or [])]:
            if isinstance(row, dict) and row.get("purpose") == "receipt":
                self._receipt_keys[str(row.get("id"))] = unb64(row.get("public"))

    def _manifest(self) -> dict[str, Any]:
        whole = self._object("manifest.json")
        manifest = _mapping(whole.get("manifest"))
        signature = whole.get("signature")
        held = self._by_receipt_key(manifest, signature, b"aigaq/evidence/1\n")
        if held:
            # Nothing is signed over these bytes themselves: so they have one spelling.
            spelt = canonical({"manifest": manifest, "signature": b64(unb64(signature))})
            held = self._package.read("manifest.json") == spelt
        self._report.note("manifest", "manifest.json", held)
        return manifest

    def _files(self, listed: dict[str, Any]) -> None:
        there = set(self._package.names()) - {"manifest.json"}
        for path in sorted(there - set(listed)):
            self._report.note("unlisted", path, False)
        for path, entry in sorted(listed.items()):
            if path not in there:
                self._report.note("missing", path, False)
            else:
                self._report.note("file", path, self._package.sha256(path) == _mapping(entry).get("sha256"))

    # --- days ---

    def _check_days(self) -> None:
        signed = [
            (path, self._object(path)) for path in self._package.under("days/") if path.endswith(".json")
        ]
        for path, row in signed:
            body = _mapping(row.get("day"))
            if self._report.note(
                "day", path, self._by_receipt_key(body, row.get("signature"), b"aigaq/day/1\n")
            ):
                self._days[int(body["number"])] = body
                self._stamp(int(body["number"]), canonical(body))
        ordered = [self._days[number] for number in sorted(self._days)]
        for earlier, later in pairwise(ordered):
            held = later["number"] == earlier["number"] + 1 and later["prev"] == sha256_hex(
                canonical(earlier)
            )
            self._report.note("day-chain", f"days/{later['number']}.json", held)

    def _stamp(self, number: int, body: bytes) -> None:
        path = f"days/{number}.tsr"
        if path not in self._package.names():
            self._report.note("timestamp", path, None, "none")
            return
        try:
            stamp = timestamps.read(self._package.read(path), body, self._authorities)
        except TimestampRefused as error:
            self._report.note("timestamp", path, False, error.message)
            return
        self._report.stamps[number] = {
            "at": stamp.at.isoformat(),
            "authority": stamp.authority,
            "trusted": stamp.trusted,
        }
        self._report.note("timestamp", path, stamp.trusted, "" if stamp.trusted else "authority")

    # --- envelopes ---

    def _envelope(self, path: str) -> None:
        entry = self._object(path)
        envelope, receipt = _mapping(entry.get("envelope")), _mapping(entry.get("receipt"))
        id_, note = _text(envelope.get("id")), self._report.note
        device = _mapping(self._devices.get(str(envelope.get("device"))))
        if not note(
            "receipt",
            id_,
            self._by_receipt_key(receipt, entry.get("receipt_signature"), b"aigaq/receipt/1\n")
            and receipt.get("envelope") == id_
            and receipt.get("device") == envelope.get("device"),
        ):
            return
        self._place(id_, receipt, entry.get("place"))
        if envelope.get("erased"):
            note("erased", id_, None)
            return
        sealed = _bytes(envelope.get("sealed"))
        if not note("sealed", id_, sha256_hex(sealed) == receipt.get("sealed_sha256")):
            return
        signed = _signed_by(
            device.get("signing"), envelope.get("signature"), sealing.envelope_message(id_, sealed)
        )
        if not note("author", id_, signed):
            return
        plain = self._open(id_, sealed, entry.get("opening"))
        if plain is not None:
            self._document(id_, plain, receipt, device)

    def _place(self, id_: str, receipt: dict[str, Any], place: Any) -> None:
        if not isinstance(place, dict):
            self._report.note("in-day", id_, None, "open")
            return
        number = place.get("day")
        day = self._days.get(number) if isinstance(number, int) else None
        if day is None:
            self._report.note("in-day", id_, False)
            return
        try:
            path = [bytes.fromhex(step) for step in place["path"]]
            size, index = int(place["size"]), int(place["index"])
        except (KeyError, TypeError, ValueError):
            self._report.note("in-day", id_, False)
            return
        reached = merkle.root_of_proof(merkle.leaf_hash(canonical(receipt)), index, size, path)
        held = size == day.get("receipts") and reached is not None and reached.hex() == day.get("root")
        self._report.note("in-day", id_, held)

    def _open(self, id_: str, sealed: bytes, opening: Any) -> dict[str, Any] | None:
        if not isinstance(opening, dict):
            self._report.note("opens", id_, None)
            return None
        try:
            key, nonce = unb64(opening.get("key")), unb64(opening.get("nonce"))
            plain = parse_object(AESGCM(key).decrypt(nonce, sealed[32:], None))
        except (InvalidTag, ValueError, BadRequest):
            self._report.note("opens", id_, False)
            return None
        self._report.note("opens", id_, True)
        return plain

    def _document(
        self, id_: str, plain: dict[str, Any], receipt: dict[str, Any], device: dict[str, Any]
    ) -> None:
        document = _mapping(plain.get("document"))
        ancestors = plain.get("ancestors") or [None]
        held = (
            content_sha256(document) == receipt.get("content_sha256")
            and plain.get("rev") == receipt.get("revision")
            and revision_id(ancestors[0], document, deleted=bool(plain.get("deleted"))) == plain.get("rev")
        )
        if not self._report.note("content", id_, held):
            return
        name = str(document.get("_id"))
        place = self._items.get(name)
        item = Item(
            document=name,
            type=str(document.get("type", "")),
            kind=str(document.get("kind", "")),
            person=str(device.get("person", "")),
            device=str(receipt.get("device")),
            captured_at=str(document.get("at") or document.get("created_at") or ""),
            received_at=str(receipt.get("received_at")),
            day=None,
            shown=self._shown.get(name),
            opened=True,
        )
        # The first receipt says when it arrived; later versions do not make it younger.
        if place is None or item.received_at < place.received_at:
            self._items[name] = item
        for row in plain.get("keys") or []:
            if isinstance(row, dict) and row.get("class") == "group" and isinstance(row.get("key"), str):
                self._openings.setdefault(str(row.get("for")), unb64(row["key"]))
        if document.get("type") == "medium":
            known = self._media.get(name)
            if known is None or _generation(plain) >= _generation(known):
                self._media[name] = plain

    # --- media ---

    def _medium(self, plain: dict[str, Any]) -> None:
        document = plain["document"]
        name, note = str(document["_id"]), self._report.note
        parts: list[bytes] = []
        whole = document.get("state") in ("complete", "interrupted")
        for chunk in document.get("chunks") or []:
            path = f"media/{chunk.get('sha256')}"
            if path not in self._package.names():
                note("part", path, None, name)
                whole = False
            elif note("part", path, self._package.sha256(path) == chunk.get("sha256"), name):
                parts.append(self._package.read(path))
            else:
                whole = False
        key = self._openings.get(name)
        if key is None or not whole or not parts:
            note("medium-opens", name, None, "sealed" if key is None else "incomplete")
            return
        interrupted = document.get("frames") if document["state"] == "interrupted" else None
        try:
            shown = open_frames(key, name, b"".join(parts), interrupted_after=interrupted)
        except (Corrupt, WrongKey, ValueError):
            note("medium-opens", name, False)
            return
        note("medium-opens", name, True)
        path = self._shown.get(name, "")
        if path:
            held = path in self._package.names() and self._package.sha256(path) == sha256_hex(shown)
            note("picture", path, held, name)

    def _captures(self) -> None:
        """Media of one device, as links of the chain that it kept inside the seal."""
        links: dict[str, dict[int, dict[str, Any]]] = {}
        for plain in self._media.values():
            document = plain["document"]
            if not isinstance(document.get("capture"), dict):
                continue
            capture = document["capture"]
            held = capture_sha256(document) == capture.get("sha256")
            if self._report.note("capture", str(document["_id"]), held):
                links.setdefault(str(document.get("device")), {})[int(capture["number"])] = document
        for device, chain in links.items():
            for number, document in sorted(chain.items()):
                before = chain.get(number - 1)
                if before is not None:
                    held = document["capture"]["prev"] == before["capture"]["sha256"]
                    self._report.note("capture-chain", str(document["_id"]), held, device)

    # --- tools ---

    def _object(self, path: str) -> dict[str, Any]:
        try:
            return parse_object(self._package.read(path))
        except (KeyError, AigaqError):
            self._report.note("missing", path, False)
            return {}

    def _by_receipt_key(self, body: dict[str, Any], signature: Any, prefix: bytes) -> bool:
        public = self._receipt_keys.get(str(body.get("key")))
        return public is not None and _signed_by_bytes(public, signature, prefix + canonical(body))


def _signed_by(public: Any, signature: Any, message: bytes) -> bool:
    try:
        return _signed_by_bytes(unb64(public), signature, message)
    except BadRequest:
        return False


def _signed_by_bytes(public: bytes, signature: Any, message: bytes) -> bool:
    try:
        sealing.verify(public, unb64(signature), message)
    except (BadRequest, BadSignature):
        return False
    return True


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _bytes(value: Any) -> bytes:
    try:
        return unb64(value)
    except BadRequest:
        return b""


def _generation(plain: dict[str, Any]) -> int:
    return int(str(plain.get("rev", "0")).partition("-")[0] or 0)


def fingerprint(hexadecimal: str) -> str:
    """A fingerprint in groups of four, to be read aloud."""
    return " ".join(hexadecimal[at : at + 4] for at in range(0, len(hexadecimal), 4))
