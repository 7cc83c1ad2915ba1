"""A courier's file of some hundred megabytes is taken in and written out piece by piece, not in memory."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from bench.memory import Heaps
from sync.wire import b64
from tests.browser.chromium import Tablet
from tests.browser.engine_office import START, WORDS, Office

MIB = 1 << 20
AUTHOR = "01HDEVICE00000000000000001"
MAGIC = b"AIGAQ-EXPORT-1\n"

# Begins without waiting, so that memory can be looked at meanwhile.
TAKE = """input => {
  window.taken = null;
  engine.importCarried(input.files[0]).then(
    (result) => { window.taken = result; }, (error) => { window.taken = {code: error.code, detail: error.detail}; });
}"""
GIVE = """async () => {
  window.given = await engine.exportUndelivered();
  return window.given.file.size;
}"""
# As a download does: to the disk, by the browser itself.
WRITE_OUT = """() => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(window.given.file);
  link.download = window.given.name;
  link.click();
}"""


@pytest.fixture
def page(playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """An enrolled tablet whose office is away."""
    instance = tmp_path / "instance"
    instance.mkdir()
    office = Office(instance)
    tablet = Tablet(playwright, tmp_path / "profile")
    page = tablet.open()
    page.goto(f"{office.address}/app/app.webmanifest")  # an address of the app without the app
    page.evaluate(START)
    request = {"code": office.code(office.account("a", "leader")), "deviceName": "t", "words": WORDS}
    page.evaluate("request => engine.enrol({...request, language: 'ru'})", request)
    office.stop()
    yield page
    tablet.close()


def write_export(to: Path, envelopes: int, chunks: int) -> None:
    """What a tablet with this much of undelivered work exports; its sealed bytes are as random as real ones."""
    bodies = [secrets.token_bytes(MIB) for _ in range(4)]
    listed = []
    with to.with_suffix(".bytes").open("wb") as content:
        for number in range(chunks):
            # Each chunk its own: what is there already is not written again.
            body = number.to_bytes(8) + bodies[number % 4][8:]
            listed.append({"sha256": hashlib.sha256(body).hexdigest(), "size": MIB})
            content.write(body)
    rows: list[dict[str, Any]] = []
    for number in range(envelopes):
        sealed = secrets.token_bytes(1500)
        rows.append(
            {
                "id": f"01JN{number:022d}",
                "key": "t1",
                "device": AUTHOR,
                "sealed": b64(sealed),
                "signature": b64(bytes(64)),
                "sha256": hashlib.sha256(sealed).hexdigest(),
            }
        )
    head = {"device": AUTHOR, "envelopes": rows, "chunks": listed}
    with to.open("wb") as file:
        file.write(MAGIC + json.dumps(head, separators=(",", ":")).encode() + b"\n")
        with to.with_suffix(".bytes").open("rb") as content:
            while piece := content.read(MIB):
                file.write(piece)
    to.with_suffix(".bytes").unlink()


def take(page: Page, file: Path, heaps: Heaps | None = None) -> dict[str, Any]:
    """Hand a file to the engine as a person does, by a file input."""
    chooser = page.evaluate_handle("() => Object.assign(document.createElement('input'), {type: 'file'})")
    element = chooser.as_element()
    assert element is not None
    element.set_input_files(file)
    chooser.evaluate(TAKE)
    while (taken := page.evaluate("() => window.taken")) is None:
        if heaps:
            heaps.sample()
        page.wait_for_timeout(100)
    found: dict[str, Any] = taken
    return found


def test_a_cut_file_gives_what_is_whole_and_a_better_one_the_rest(page: Page, tmp_path: Path) -> None:
    whole, cut, again = tmp_path / "whole.sealed", tmp_path / "cut.sealed", tmp_path / "again.sealed"
    write_export(whole, envelopes=30, chunks=3)
    cut.write_bytes(whole.read_bytes()[:-MIB])
    assert take(page, cut) == {
        "envelopes": 30,
        "chunks": 2,
        "bytes": 2 * MIB,
        "lost": {"envelopes": 0, "chunks": 1, "unknown": False},
    }
    assert take(page, whole)["chunks"] == 1
    # Carried on: what this tablet exports now is all of it, whole.
    page.evaluate(GIVE)
    with page.expect_download() as download:
        page.evaluate(WRITE_OUT)
    download.value.save_as(again)
    with again.open("rb") as file:
        assert file.readline() == MAGIC
        head = json.loads(file.readline())
        bodies = [file.read(row["size"]) for row in head["chunks"]]
        assert file.read() == b""
    assert len(head["envelopes"]) == 30
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [row["sha256"] for row in head["chunks"]]
    assert len(bodies) == 3


@pytest.mark.long
def test_some_hundred_megabytes_pass_through_in_bounded_memory(page: Page, tmp_path: Path) -> None:
    large, again = tmp_path / "large.sealed", tmp_path / "again.sealed"
    write_export(large, envelopes=20_000, chunks=400)
    heaps = Heaps(page)
    taken = take(page, large, heaps)
    assert (taken["envelopes"], taken["chunks"], taken["bytes"]) == (20_000, 400, 400 * MIB)
    taking = heaps.peak
    heaps.peak = 0
    size = page.evaluate(GIVE)
    heaps.sample()
    with page.expect_download() as download:
        page.evaluate(WRITE_OUT)
    download.value.save_as(again)
    heaps.sample()
    print(json.dumps({"taking_mb": round(taking / 1e6, 1), "giving_mb": round(heaps.peak / 1e6, 1)}))
    assert again.stat().st_size == size > 430 * MIB
    # The file is 440 MB; some pieces of it, and what has not been collected yet.
    assert taking < 128e6
    assert heaps.peak < 128e6
