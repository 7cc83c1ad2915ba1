"""The tablet's shell: every file the app loads, served below `/app/` and named by one version.

Owns the snapshot of these files (path, bytes, SHA-256) taken at start-up, so that what is served is
what was hashed, and the routes that serve it (docs/architecture.md, Addresses). Holds no data of
anyone: the shell is open to strangers and may stay in caches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from sync.gateway.release import version_of
from webapp import icons
from webapp.config import ROOT
from webapp.languages import LANGUAGES

bp = Blueprint("shell", __name__)

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".png": "image/png",
}
FOLDERS = ("static/app", "static/engine", "static/forms", "static/design", "static/vendor", "service_worker")
# Pages of the office only; the tablet never asks for them.
OFFICE_ONLY = (
    "static/vendor/htmx.min.js",
    "static/vendor/pkijs.js",
    "static/vendor/shamir.js",
    "static/vendor/zip.js",
    "static/design/office.css",
)
ICONS = {"icon-192.png": 192, "icon-512.png": 512, "apple-touch-icon.png": 180}

NAME = {"ru": "Айғақ", "kk": "Айғақ", "en": "Aigaq"}
DESCRIPTION = {
    "ru": "Посещения мест лишения свободы: работает без сети, хранит под защитой",
    "kk": "Бас бостандығынан айыру орындарына бару: желісіз жұмыс істейді, қорғалған түрде сақтайды",
    "en": "Visits to places of detention: works offline, keeps everything sealed",
}


@dataclass(frozen=True)
class ShellFile:
    """One served file."""

    body: bytes
    sha256: str
    mimetype: str


@dataclass(frozen=True)
class Snapshot:
    """All files of the shell by their address, and the version that names exactly this set."""

    files: dict[str, ShellFile]
    version: str

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file by its address: what a release signs."""
        return {address: file.sha256 for address, file in self.files.items()}


def take_snapshot(root: Path = ROOT) -> Snapshot:
    """Read and hash everything the tablet loads."""
    files = {address: _file(body, suffix) for address, suffix, body in _sources(root)}
    hashes = {address: file.sha256 for address, file in files.items()}
    return Snapshot(files=files, version=version_of(hashes))


def _sources(root: Path) -> Iterator[tuple[str, str, bytes]]:
    """Address, suffix and bytes of every file."""
    page = root / "static" / "app" / "index.html"
    if page.exists():
        yield "/app/", ".html", page.read_bytes()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix in TYPES and name not in OFFICE_ONLY:
                yield f"/app/{name}", path.suffix, path.read_bytes()
    yield "/app/icons/icon.svg", ".svg", icons.svg()
    for name, side in ICONS.items():
        yield f"/app/icons/{name}", ".png", icons.png(side)


def _file(body: bytes, suffix: str) -> ShellFile:
    mimetype = TYPES.get(suffix, "text/html; charset=utf-8")
    return ShellFile(body=body, sha256=hashlib.sha256(body).hexdigest(), mimetype=mimetype)


def snapshot() -> Snapshot:
    """The running application's snapshot; taken anew for each listing while developing."""
    if current_app.debug and request.path in ("/app/", "/app/shell.json"):
        current_app.extensions["aigaq-shell"] = take_snapshot()
    taken: Snapshot = current_app.extensions["aigaq-shell"]
    return taken


def serve(address: str) -> Response:
    """The file at `address`; 404 where the shell has none. Revalidated by its hash, never guessed fresh."""
    file = snapshot().files.get(address)
    if file is None:
        abort(404)
    response = Response(file.body, content_type=file.mimetype)
    response.set_etag(file.sha256)
    response.headers["Cache-Control"] = "no-cache"
    if address.startswith("/app/service_worker/"):
        response.headers["Service-Worker-Allowed"] = "/app/"
    response.make_conditional(request)
    return response


@bp.get("/app")
def without_slash() -> ResponseReturnValue:
    """The scope ends in a slash."""
    return redirect("/app/", 308)


@bp.get("/app/")
def page() -> Response:
    """The app's one page."""
    return serve("/app/")


@bp.get("/app/static/<path:path>")
def static_file(path: str) -> Response:
    """A module, style, font or sprite."""
    return serve(f"/app/static/{path}")


@bp.get("/app/service_worker/<path:path>")
def worker_file(path: str) -> Response:
    """The service worker and its modules."""
    return serve(f"/app/service_worker/{path}")


@bp.get("/app/icons/<path:path>")
def icon(path: str) -> Response:
    """The icon in one of its forms."""
    return serve(f"/app/icons/{path}")


@bp.get("/app/shell.json")
def listing() -> Response:
    """Version and SHA-256 of every file, who signed them, and the key set that names the signer."""
    taken = snapshot()
    release = current_app.extensions["aigaq-releases"].of(taken.hashes)
    signed = release and {
        "number": release["release"]["number"],
        "issued_at": release["release"]["issued_at"],
        "key": release["key"],
        "signature": release["signature"],
    }
    keyset = current_app.extensions["aigaq"].keys.keyset
    response = jsonify(version=taken.version, files=taken.hashes, signed=signed, keyset=keyset)
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/app/app.webmanifest")
def webmanifest() -> Response:
    """The web app manifest in the browser's language. Not in the listing: it differs by language."""
    language = request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    response = jsonify(
        id="/app/",
        name=NAME[language],
        short_name=NAME[language],
        description=DESCRIPTION[language],
        lang=language,
        dir="ltr",
        start_url="/app/",
        scope="/app/",
        display="standalone",
        background_color="#f6f7f5",
        theme_color="#0b5563",
        icons=[
            {"src": "/app/icons/icon.svg", "type": "image/svg+xml", "sizes": "any"},
            {"src": "/app/icons/icon-192.png", "type": "image/png", "sizes": "192x192"},
            {"src": "/app/icons/icon-512.png", "type": "image/png", "sizes": "512x512"},
            {
                "src": "/app/icons/icon-512.png",
                "type": "image/png",
                "sizes": "512x512",
                "purpose": "maskable",
            },
        ],
    )
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language"
    return response
