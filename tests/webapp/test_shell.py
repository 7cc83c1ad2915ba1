"""The tablet's shell: every file hashed, served as hashed, and named by one version."""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path

from flask import Flask

from tests.webapp import personas as p
from webapp import icons
from webapp.shell import take_snapshot


def test_the_listing_names_every_file_by_its_hash(app: Flask) -> None:
    client = p.stranger(app)
    listing = client.get("/app/shell.json")
    assert listing.headers["Cache-Control"] == "no-cache"
    files = listing.json["files"]
    assert len(files) > 50
    for address, sha256 in files.items():
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert hashlib.sha256(answer.data).hexdigest() == sha256, address
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in answer.headers
    wanted = {
        "/app/",
        "/app/static/app/main.js",
        "/app/static/engine/worker.js",
        "/app/static/vendor/lit.js",
        "/app/static/design/tokens.css",
        "/app/service_worker/sw.js",
        "/app/icons/icon.svg",
    }
    assert wanted <= set(files)
    assert not [address for address in files if address.endswith((".d.ts", "htmx.min.js", "office.css"))]


def test_content_types_are_what_browsers_insist_on(app: Flask) -> None:
    client = p.stranger(app)
    for address, kind in {
        "/app/": "text/html",
        "/app/static/app/main.js": "text/javascript",
        "/app/static/design/tokens.css": "text/css",
        "/app/static/design/icons.svg": "image/svg+xml",
        "/app/icons/icon-192.png": "image/png",
        "/app/app.webmanifest": "application/manifest+json",
        "/app/shell.json": "application/json",
    }.items():
        assert client.get(address).content_type.startswith(kind), address


def test_the_service_worker_may_control_the_app_only(app: Flask) -> None:
    answer = p.stranger(app).get("/app/service_worker/sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/app/"


def test_an_unchanged_file_is_not_sent_again(app: Flask) -> None:
    client = p.stranger(app)
    tag = client.get("/app/static/app/main.js").headers["ETag"]
    assert client.get("/app/static/app/main.js", headers={"If-None-Match": tag}).status_code == 304


def test_nothing_outside_the_shell_is_served(app: Flask) -> None:
    client = p.stranger(app)
    for address in (
        "/app/static/office/office.js",
        "/app/static/../webapp/config.py",
        "/app/service_worker/../webapp/config.py",
        "/app/static/vendor_modules.mjs",
    ):
        assert client.get(address).status_code == 404, address


def test_the_manifest_speaks_the_browsers_language(app: Flask) -> None:
    client = p.stranger(app)
    for language, name in (("ru", "Айғақ"), ("kk", "Айғақ"), ("en", "Aigaq")):
        answer = client.get("/app/app.webmanifest", headers={"Accept-Language": language})
        assert (answer.json["name"], answer.json["lang"]) == (name, language)
        assert answer.json["scope"] == answer.json["start_url"] == "/app/"
        for icon in answer.json["icons"]:
            assert client.get(icon["src"]).content_type == icon["type"]


def test_one_changed_byte_is_another_version(tmp_path: Path) -> None:
    folder = tmp_path / "static" / "app"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "main.js").write_text("let a = 1;")
    before = take_snapshot(tmp_path)
    assert before == take_snapshot(tmp_path)
    (folder / "main.js").write_text("let a = 2;")
    assert take_snapshot(tmp_path).version != before.version


def test_the_drawn_icon_is_a_png_of_the_right_size_and_colours() -> None:
    data = icons.png(64)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (64, 64)
    at = data.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", data[at - 8 : at - 4])
    rows = zlib.decompress(data[at : at + length])
    assert len(rows) == 64 * (1 + 64 * 3)
    pixel = lambda x, y: tuple(rows[y * 193 + 1 + x * 3 : y * 193 + 4 + x * 3])  # noqa: E731
    assert pixel(0, 0) == icons.GROUND
    assert pixel(18, 32) == icons.PAPER
    assert pixel(29, 36) == icons.GROUND
