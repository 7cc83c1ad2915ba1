"""An attacker who has a tablet's disk and its words: carves headers and records from the raw profile and opens them.

Owns the whole attack, written from docs/engine.md alone and independent of the tablet's code: every header that any
file holds, Argon2id, the vault's subkeys, the key slots, every block and snapshot of the log wherever its bytes lie
(rows that were deleted or overwritten among them), and every media file under every key that was found.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.browser.profile import layers

HEADER, SLOT = 192, 192
MAGIC = b"AIGAQHD1"
FIRST_VERSION = 240
# How the browser writes an object's members: V8's tags for a string, an integer and a buffer.
NUMBER = rb"I([\x80-\xff]{0,4}[\x00-\x7f])"
ROW = re.compile(
    rb'"\x02id' + NUMBER + rb'"\x01v' + NUMBER + rb'"\x0ageneration' + NUMBER
    + rb'(?:"\x04upto' + NUMBER + rb'"\x05parts' + NUMBER + rb')?"\x05bytesB([\x80-\xff]{0,4}[\x00-\x7f])'
)  # fmt: skip
BUFFER = re.compile(rb'"\x05bytesB[\x80-\xff]{0,4}[\x00-\x7f]')
MEDIUM_ID = re.compile(rb"medium:[0-9A-HJKMNP-TV-Z]{26}")


@dataclass
class Loot:
    """What the attack has brought."""

    headers: int = 0
    opened: int = 0
    keys: dict[str, bytes] = field(default_factory=dict)
    plain: list[bytes] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)

    def holds(self, needle: bytes) -> bool:
        return any(needle in text for text in [*self.plain, *self.frames])


def attack(profile: Path, words: str) -> Loot:
    """Everything that these words open."""
    files = [path for path in profile.rglob("*") if path.is_file() and not path.is_symlink()]
    contents = [layer for path in files for layer in layers(path)]
    loot = Loot()
    headers = {header for content in contents for header in carve_headers(content)}
    loot.headers = len(headers)
    for header in headers:
        vault_key = open_header(header, words)
        if vault_key is None:
            continue
        loot.opened += 1
        loot.keys[f"vault/{header[24:40].hex()}"] = vault_key
        slots = HKDF(SHA256(), 32, header[24:40], b"aigaq/vault/1/slots").derive(vault_key)
        for content in contents:
            loot.keys.update(open_slots(content, slots))
    log_keys = {int(name[4:]): key for name, key in loot.keys.items() if name.startswith("log/")}
    for content in contents:
        loot.plain += open_rows(content, log_keys)
    media = {name for text in loot.plain for name in MEDIUM_ID.findall(text)}
    loot.frames = [
        frame
        for content in contents
        for start in {0, *(match.end() for match in BUFFER.finditer(content))}
        for frame in open_medium(content, start, loot.keys, media)
    ]
    return loot


def carve_headers(content: bytes) -> Iterator[bytes]:
    """Every whole header at any offset."""
    for match in re.finditer(MAGIC, content):
        header = content[match.start() : match.start() + HEADER]
        if len(header) == HEADER and hashlib.sha256(header[:160]).digest() == header[160:]:
            yield header


def open_header(header: bytes, words: str) -> bytes | None:
    memory, passes = (int.from_bytes(header[at : at + 4]) for at in (12, 16))
    key = hash_secret_raw(words.encode(), header[40:56], passes, memory, 1, 32, Type.ID)
    return unbox(key, header[56:116], header[:56].hex())


def open_slots(content: bytes, key: bytes) -> dict[str, bytes]:
    """Keys by their names. A slot's box names its number: the file's beginning may lie anywhere among rows."""
    found = {}
    for start in {0, *(match.end() for match in BUFFER.finditer(content))}:
        for number in range((len(content) - start) // SLOT):
            box = content[start + number * SLOT : start + (number + 1) * SLOT]
            plain = unbox(key, box, f"slot/{number}")
            if plain is not None:
                name, secret = read_slot(plain)
                found[name] = secret
            elif number >= 256:
                break
    return found


def read_slot(plain: bytes) -> tuple[str, bytes]:
    """Name and key; the first format has no version before the name's length."""
    at = 1 if plain[0] >= FIRST_VERSION else 0
    size = plain[at]
    name, secret = plain[at + 1 : at + 1 + size], plain[at + 1 + size : at + 33 + size]
    return name.decode(), secret


def open_rows(content: bytes, keys: dict[int, bytes]) -> Iterator[bytes]:
    """The plaintext of every block and snapshot, wherever its row lies."""
    for match in ROW.finditer(content):
        id_, version, generation = (_number(match[group]) >> 1 for group in (1, 2, 3))
        key = keys.get(generation)
        if key is None:
            continue
        box = content[match.end() : match.end() + _number(match[6])]
        if match[4] is None:
            places = [f"block/{id_}/{generation}", f"block/{version}/{id_}/{generation}"]
        else:
            upto, parts = _number(match[4]) >> 1, _number(match[5]) >> 1
            places = [f"snapshot/{version}/{upto}/{generation}/{id_}/{parts}"]
        yield from (plain for place in places if (plain := unbox(key, box, place)) is not None)


def open_medium(content: bytes, start: int, keys: dict[str, bytes], media: set[bytes]) -> Iterator[bytes]:
    """The first frame of a media file that begins here, under any key that opens it, whichever medium it is."""
    size = int.from_bytes(content[start : start + 4])
    if not 16 <= size <= len(content) - start - 4:
        return
    sealed = content[start + 4 : start + 4 + size]
    for key in keys.values():
        for name in media:
            for last in (0, 1):
                try:
                    yield AESGCM(key).decrypt(bytes(11) + bytes([last]), sealed, name)
                except InvalidTag:
                    continue


def unbox(key: bytes, box: bytes, place: str) -> bytes | None:
    if len(box) < 28:
        return None
    try:
        return AESGCM(key).decrypt(box[:12], box[12:], place.encode())
    except InvalidTag:
        return None


def _number(varint: bytes) -> int:
    return sum((byte & 127) << 7 * at for at, byte in enumerate(varint))
