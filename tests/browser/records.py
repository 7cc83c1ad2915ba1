"""What the server stored, read from its databases and checked without the code under test."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Records:
    """An instance folder of a server."""

    instance: Path

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with sqlite3.connect(f"file:{self.instance / 'aigaq.sqlite'}?mode=ro", uri=True) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def items(self, channel: str, kind: str) -> list[dict[str, Any]]:
        """Bodies of a channel's documents of one type, as projected."""
        rows = self.rows(
            "SELECT body FROM item WHERE channel = ? AND type = ? ORDER BY position", channel, kind
        )
        return [json.loads(row["body"]) for row in rows]

    def verified_receipts(self) -> int:
        """How many receipts there are; each one's signature, envelope hash and place in its chain is checked."""
        keyset = json.loads(next(self.instance.rglob("keyset.json")).read_text())
        key = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), unb64(keyset["set"]["keys"]["receipt"]["public"])
        )
        before: dict[str, tuple[int, str]] = {}
        rows = self.rows(
            "SELECT r.device, r.seq, r.body, r.signature, e.sealed, e.size FROM receipt r"
            " JOIN envelope e ON e.id = r.envelope ORDER BY r.device, r.seq"
        )
        for row in rows:
            body = row["body"].encode()
            raw = unb64(row["signature"])
            signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
            key.verify(signature, b"aigaq/receipt/1\n" + body, ec.ECDSA(hashes.SHA256()))
            receipt = json.loads(body)
            seq, previous = before.get(row["device"], (0, ""))
            assert (receipt["seq"], receipt["prev"]) == (seq + 1, previous)
            if row["sealed"] is not None:
                assert hashlib.sha256(row["sealed"]).hexdigest() == receipt["sealed_sha256"]
                assert len(row["sealed"]) == receipt["size"]
            before[row["device"]] = (row["seq"], hashlib.sha256(body).hexdigest())
        return len(rows)
