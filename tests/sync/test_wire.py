"""Untrusted bytes: parsed into values, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import wire
from sync.errors import BadRequest


@given(st.binary())
def test_base64url_survives_a_round_trip(data: bytes) -> None:
    assert wire.unb64(wire.b64(data)) == data


@pytest.mark.parametrize("text", ["A", "AAAA=", "AA+A", "AA/A", "AA A", "Ä", 5, None, b"AAAA"])
def test_what_is_no_base64url_is_refused(text: object) -> None:
    with pytest.raises(BadRequest):
        wire.unb64(text)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\ud800", "\ufffd"),
        ("\udc00\ud800x", "\ufffd\ufffdx"),
        ("\ud83d\ude00", "😀"),
        ("Қазақ 😀", "Қазақ 😀"),
    ],
)
def test_strings_become_well_formed(text: str, mended: str) -> None:
    assert wire.mend({text: [text]}) == {mended: [mended]}


@given(st.text(st.characters(categories=None)))
def test_every_string_has_a_canonical_form(text: str) -> None:
    assert wire.parse_json(wire.canonical(text)) == wire.mend_text(text)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"NaN", b"[Infinity]", b"\xff", b"1e999", b"[" * 5000, b"1" * 5000]
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(BadRequest):
        wire.parse_json(data)


def test_numbers_are_what_a_browser_would_read() -> None:
    assert (
        wire.canonical(wire.parse_json(b"[12345678901234567890, 1.0, -0.0, 1e2]"))
        == b"[12345678901234567000,1,0,100]"
    )


def test_ulids_sort_by_time() -> None:
    ulids = [wire.new_ulid(1_700_000_000_000 + number) for number in range(50)]
    assert ulids == sorted(ulids)
    assert all(map(wire.is_ulid, ulids))
    assert not any(map(wire.is_ulid, [ulids[0].lower(), ulids[0][:-1], "8" + "Z" * 25, "I" * 26, None, 5]))
