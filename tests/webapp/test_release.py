"""Signed releases: signed away from the server, for exactly the files that are served, with numbers that only grow."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from sync.errors import AigaqError, BadSignature, Refused
from sync.gateway.keys import ServerKeys
from sync.gateway.release import check_release, fingerprint, version_of
from tests.webapp import personas as p
from tests.webapp.conftest import config, populate
from webapp import create_app
from webapp.config import ROOT
from webapp.release import Releases
from webapp.release_signing import main

FILES = {"/app/": "a" * 64, "/app/static/app/main.js": "b" * 64}


@pytest.fixture
def office(tmp_path: Path) -> Flask:
    """An office of its own, outside a demonstration; its root has been carried away."""
    (tmp_path / "instance").mkdir()
    made = create_app(config(tmp_path / "instance"))
    populate(made)
    (tmp_path / "instance/keys/root.json").rename(tmp_path / "root.json")
    return made


def run(office: Flask, *arguments: str) -> Result:
    return office.test_cli_runner().invoke(args=["release", *arguments])


def sign(folder: Path, *, tree: Path = ROOT) -> int:
    """As on the machine where the root is kept."""
    files = [str(folder / "manifest.json"), "--root", str(folder / "root.json")]
    return main([*files, "--out", str(folder / "release.json"), "--yes"], tree=tree)


def test_an_unsigned_app_is_said_to_be_unsigned(office: Flask) -> None:
    assert p.stranger(office).get("/app/shell.json").json["signed"] is None
    assert "data-unsigned" in p.persona(office, "ann").get("/devices").text
    shown = run(office, "show")
    assert shown.exit_code == 1
    assert "refuse" in shown.output


def test_what_was_signed_away_from_the_server_is_served_signed(office: Flask, tmp_path: Path) -> None:
    version = office.extensions["aigaq-shell"].version
    written = run(office, "manifest", "--out", str(tmp_path / "manifest.json"))
    assert written.exit_code == 0, written.output
    assert sign(tmp_path) == 0
    installed = run(office, "install", str(tmp_path / "release.json"))
    assert installed.exit_code == 0, installed.output
    assert fingerprint(version) in installed.output

    listing = p.stranger(office).get("/app/shell.json").json
    assert listing["version"] == version == version_of(listing["files"])
    content = {"release": {k: listing[k] for k in ("version", "files")} | listing["signed"]}
    signature, key = content["release"].pop("signature"), content["release"].pop("key")
    found = check_release({**content, "signature": signature, "key": key}, listing["keyset"]["set"])
    assert found["number"] == 1
    assert "data-unsigned" not in p.persona(office, "ann").get("/devices").text
    assert run(office, "show").exit_code == 0


def test_a_server_that_serves_something_else_than_the_checkout_gets_no_signature(
    office: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(office, "manifest", "--out", str(tmp_path / "manifest.json"))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["files"]["/app/static/app/main.js"] = "0" * 64
    manifest["files"]["/app/static/app/evil.js"] = "1" * 64
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert sign(tmp_path) == 1
    said = capsys.readouterr().err
    assert "differs:            /app/static/app/main.js" in said
    assert "only on the server: /app/static/app/evil.js" in said
    assert not (tmp_path / "release.json").exists()
    assert "released" not in json.loads((tmp_path / "root.json").read_text())


def test_numbers_only_grow(office: Flask, tmp_path: Path) -> None:
    run(office, "manifest", "--out", str(tmp_path / "manifest.json"))
    numbers = []
    for _ in range(3):
        assert sign(tmp_path) == 0
        numbers.append(json.loads((tmp_path / "release.json").read_text())["release"]["number"])
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize("change", ["number", "files", "version", "key", "signature"])
def test_a_release_that_was_changed_is_not_installed(tmp_path: Path, change: str) -> None:
    keys = ServerKeys.open(tmp_path / "keys", demo=True)
    releases = Releases(tmp_path / "releases", keys, local=True)
    signed = releases.of(FILES)
    assert signed is not None
    if change in ("key", "signature"):
        signed[change] = "x" + signed[change][1:]
    else:
        other = {"number": 7, "files": {**FILES, "/app/": "c" * 64}, "version": "d" * 64}
        signed["release"] = {**signed["release"], change: other[change]}
    with pytest.raises((BadSignature, Refused)):
        releases.install(signed)
    with pytest.raises(AigaqError):
        releases.install({"release": signed["release"]})


def test_a_demonstration_signs_what_it_serves_and_older_code_gets_a_new_number(tmp_path: Path) -> None:
    releases = Releases(tmp_path / "releases", ServerKeys.open(tmp_path / "keys", demo=True), local=True)
    number = lambda files: releases.of(files)["release"]["number"]  # type: ignore[index]  # noqa: E731
    other = {**FILES, "/app/": "c" * 64}
    assert [number(FILES), number(FILES), number(other), number(FILES)] == [1, 1, 2, 3]


def test_outside_a_demonstration_the_server_signs_nothing_even_while_the_root_lies_on_it(
    tmp_path: Path,
) -> None:
    made = create_app(replace(config(tmp_path), demo=False))
    assert (tmp_path / "keys/root.json").exists()
    assert p.stranger(made).get("/app/shell.json").json["signed"] is None
