"""A visit's page in a browser: what a tablet delivers appears without a reload, and nothing else moves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from tests.webapp import personas as p
from tests.webapp.conftest import ANN

NOTE: dict[str, Any] = {
    "type": "note",
    "text": "It came while you were reading",
    "place": "gate",
    "theme": None,
    "source": None,
    "at": "2026-03-02T08:00:00.000Z",
    "media": [],
    "about": None,
    "lang": "en",
}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_new_material_appears_without_a_reload(app: Flask, address: str, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/sign-in?next=/visits/{p.VISIT}")
    page.fill("input[name=login]:visible", "bob")
    page.fill("input[name=password]:visible", p.PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("#material")
    # A reload would forget this, and a part that is sent again would lose its mark.
    page.evaluate("document.body.dataset.mark = 'kept'")
    page.evaluate("document.querySelector('#facts').firstElementChild.dataset.mark = 'kept'")
    assert NOTE["text"] not in page.inner_text("#material")
    with app.app_context():
        app.extensions["aigaq"].submit(p.VISIT, NOTE, author=ANN)
    page.get_by_text(NOTE["text"]).wait_for()
    assert page.evaluate("document.body.dataset.mark") == "kept"
    assert page.evaluate("document.querySelector('#facts').firstElementChild.dataset.mark") == "kept"
    assert page.locator("#material").count() == 1
    assert page.locator("#poll").count() == 1
    assert complaints == []
