"""`flask keys`: from a proposal to a set in use, and old secrets that stay while a tablet may need them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from sync.authorization import DeviceReport, NewDevice
from sync.gateway.root import main
from tests.webapp import personas as p
from tests.webapp.conftest import config, populate
from webapp import create_app


@pytest.fixture
def office(tmp_path: Path) -> Flask:
    """An office of its own: its keys are changed."""
    made = create_app(config(tmp_path))
    populate(made)
    return made


def run(office: Flask, *arguments: str) -> Result:
    return office.test_cli_runner().invoke(args=["keys", *arguments])


def rotate(office: Flask, folder: Path, *purposes: str) -> None:
    """As an administrator does it, with the root elsewhere."""
    root = folder / "root.json"
    if not root.exists():
        (folder / "keys/root.json").rename(root)
    named = [word for purpose in purposes for word in ("--rotate", purpose)]
    proposed = run(office, "propose", *named, "--out", str(folder / "proposal.json"))
    assert proposed.exit_code == 0, proposed.output
    signing = [
        "sign",
        "--root",
        str(root),
        str(folder / "proposal.json"),
        "--out",
        str(folder / "signed.json"),
    ]
    assert main([*signing, "--yes"]) == 0
    installed = run(office, "install", str(folder / "signed.json"))
    assert installed.exit_code == 0, installed.output


def enrol(office: Flask, name: str) -> None:
    devices = office.extensions["aigaq-devices"]
    code = devices.issue(p.account_id("bob"), bytes(32), issued_by=p.account_id("bob"))
    new = NewDevice(name, name, b"s", b"u", "1", "test")
    devices.redeem(code.text[:9], new)


def test_a_set_is_proposed_signed_elsewhere_and_installed(office: Flask, tmp_path: Path) -> None:
    rotate(office, tmp_path, "transport", "receipt")
    shown = run(office, "show").output
    assert "Key set 2" in shown
    assert "replaced by set 2" in shown
    again = run(office, "install", str(tmp_path / "signed.json"))
    assert (again.exit_code, "not newer" in again.output) == (1, True)
    root = office.extensions["aigaq"].keys.root_fingerprint().hex()
    assert run(office, "fingerprint").output.replace(" ", "").strip() == root


def test_an_old_transport_secret_stays_until_every_tablet_has_drained(office: Flask, tmp_path: Path) -> None:
    devices = office.extensions["aigaq-devices"]
    old = office.extensions["aigaq"].keys.keyset["set"]["keys"]["transport"]["id"]
    enrol(office, "away")
    enrol(office, "near")
    rotate(office, tmp_path, "transport")
    devices.reported("near", DeviceReport(keyset=2, under=()))
    refused = run(office, "retire")
    assert (refused.exit_code, "away" in refused.output, "near" in refused.output) == (1, True, False)
    devices.reported("away", DeviceReport(keyset=1, under=()))
    assert "follows set 1" in run(office, "retire").output
    devices.reported("away", DeviceReport(keyset=2, under=(old,)))
    assert "waits there" in run(office, "retire").output
    # What is not said anew is kept as it was.
    devices.reported("away", DeviceReport(keyset=2))
    assert run(office, "retire").exit_code == 1
    devices.reported("away", DeviceReport(keyset=2, under=()))
    done = run(office, "retire")
    assert (done.exit_code, f"Forgotten: {old}" in done.output) == (0, True)
    assert "Only the transport key in use" in run(office, "retire").output


def test_it_can_be_forgotten_all_the_same(office: Flask, tmp_path: Path) -> None:
    enrol(office, "lost")
    rotate(office, tmp_path, "transport")
    assert run(office, "retire").exit_code == 1
    done = run(office, "retire", "--anyway")
    assert (done.exit_code, "lost" in done.output) == (0, True)
