"""Documents for benchmarks: facilities of about 1.8 kB each, the same for every run and every peer."""

from __future__ import annotations

import random
from typing import Any

from sync.documents.contract import Incoming
from sync.revisions import revision_id

SEED = 20_261_122
_BYTES = 1_800
_WORDS = [
    "учреждение",
    "мекеме",
    "колония",
    "следственный",
    "изолятор",
    "психиатрическая",
    "больница",
    "областной",
    "центр",
    "посёлок",
    "корпус",
    "отряд",
    "камера",
    "двор",
    "прогулочный",
    "медицинская",
    "часть",
    "режим",
    "содержание",
    "условия",
    "проверка",
    "адрес",
    "улица",
    "здание",
    "ауыл",
    "аудан",
    "қала",
    "облысы",
    "түзеу",
    "қамау",
    "үйі",
    "бөлім",
    "дәрігер",
    "тамақтану",
    "жарық",
    "ауа",
    "орын",
    "саны",
]


def facilities(count: int) -> list[dict[str, Any]]:
    """`count` valid facility documents."""
    chance = random.Random(SEED)
    return [_facility(chance, number) for number in range(count)]


def revisions(documents: list[dict[str, Any]]) -> list[Incoming]:
    """First revisions of the documents."""
    return [Incoming(revision_id(None, document), document) for document in documents]


def _facility(chance: random.Random, number: int) -> dict[str, Any]:
    def text(words: int) -> str:
        return " ".join(chance.choice(_WORDS) for _ in range(words)).capitalize()

    document: dict[str, Any] = {
        "_id": f"facility:bench-{number:06}",
        "type": "facility",
        "schema": 1,
        "class": "group",
        "created_at": f"2026-01-{1 + number % 28:02}T08:00:00.{number % 1000:03}Z",
        "updated_at": "2026-03-01T08:00:00.000Z",
        "created_by": "gateway",
        "updated_by": "gateway",
        "device": "office",
        "name": {"ru": f"{text(4)} № {number}", "kk": f"№ {number} {text(3)}", "en": f"Facility {number}"},
        "aliases": [text(2), text(3)],
        "codes": [f"АК-{chance.randint(100, 999)}/{chance.randint(1, 99)}"],
        "facility_type": chance.choice(["colony", "remand", "hospital", "police"]),
        "region": str(chance.choice([10, 11, 15, 19, 23, 27, 31, 33, 35, 39])),
        "authority": chance.choice(["mvd", "minzdrav", "mintrud"]),
        "address": {"ru": text(7), "kk": text(6)},
        "capacity": chance.randint(10, 1500),
        "opened": None,
        "closed": None,
        "holds": ["sentenced"],
        "recording": None,
        "source": {"name": "register.xlsx", "row": number},
        "extra": {},
    }
    while (size := len(repr(document).encode())) < _BYTES:
        document["extra"][f"Столбец {len(document['extra']) + 1}"] = text(1 + min(12, (_BYTES - size) // 20))
    return document
