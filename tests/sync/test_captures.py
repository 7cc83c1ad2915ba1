"""The chain of captures: both languages link the same, and whatever is changed breaks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sync.captures import capture_sha256

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors/captures.json").read_text(encoding="utf-8")
)


def test_a_link_is_the_same_in_both_languages_and_names_the_one_before() -> None:
    previous = ""
    for number, document in enumerate(VECTORS, start=1):
        assert document["capture"] == {
            "number": number,
            "prev": previous,
            "sha256": capture_sha256(document),
        }
        previous = document["capture"]["sha256"]


@pytest.mark.parametrize("field", ["_id", "device", "kind", "mime", "at", "state", "frames", "bytes"])
def test_whatever_is_changed_breaks_the_link(field: str) -> None:
    document = VECTORS[0]
    changed = {**document, field: 7 if isinstance(document[field], int) else "other"}
    assert capture_sha256(changed) != document["capture"]["sha256"]


def test_a_range_that_was_exchanged_or_left_out_breaks_the_link() -> None:
    document = VECTORS[0]
    exchanged = [{**document["chunks"][0], "sha256": "c" * 64}, *document["chunks"][1:]]
    for chunks in (exchanged, document["chunks"][:1]):
        assert capture_sha256({**document, "chunks": chunks}) != document["capture"]["sha256"]
