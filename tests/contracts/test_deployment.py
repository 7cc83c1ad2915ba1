"""`compose.yaml`, `Caddyfile` and the set-up of CouchDB, as far as they can be checked without Docker."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sync.documents.couch_setup import set_up
from sync.errors import StoreFailed
from tests.contracts.test_couch_faults import FakeCouch
from webapp.config import Config

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


def test_only_caddy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"caddy", "app", "postgres", "couchdb"}
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("postgres", "couchdb"):
        assert services[name]["networks"] == ["inside"]


def test_images_are_pinned_and_volumes_secrets_and_configs_are_declared(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "build" in service or re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", service["image"]), (
            name
        )
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        assert {each["source"] for each in service.get("configs", ())} <= set(compose["configs"])
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists(), volume
        for needed in service.get("depends_on", {}):
            known = compose["services"][needed]
            dockerfile = "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
            assert "healthcheck" in known or ("build" in known and dockerfile)


def test_the_application_is_given_settings_it_has(compose: dict[str, Any]) -> None:
    known = {f"AIGAQ_{field.name.upper()}" for field in dataclasses.fields(Config)}
    given = compose["services"]["app"]["environment"]
    assert {name.removesuffix("_FILE") for name in given} <= known
    files = {path for name, path in given.items() if name.endswith("_FILE")}
    assert files == {f"/run/secrets/{name}" for name in compose["services"]["app"]["secrets"]}


def test_couchdb_lets_no_stranger_in(compose: dict[str, Any]) -> None:
    ini = compose["configs"]["couchdb_ini"]["content"]
    assert re.search(r"\[chttpd\][^[]*\nrequire_valid_user = true", ini)
    assert "single_node = true" in ini


def test_settings_are_read_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "documents_url"
    secret.write_text("couchdb+http://aigaq:secret@couchdb:5984/aigaq-\n")
    read = Config.from_environment(
        {"AIGAQ_INSTANCE": str(tmp_path), "AIGAQ_DOCUMENTS_URL_FILE": str(secret), "AIGAQ_SECRET_KEY": "x"}
    )
    assert read.documents_url == "couchdb+http://aigaq:secret@couchdb:5984/aigaq-"


def test_caddy_reads_its_file() -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("this machine has no Caddy (Debian's package caddy)")
    command = [caddy, "validate", "--config", str(ROOT / "Caddyfile"), "--adapter", "caddyfile"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def fake() -> Iterator[FakeCouch]:
    made = FakeCouch()
    made.replies["GET", "/_node/_local/_config/chttpd/require_valid_user"] = [(200, "true")]
    yield made
    made.close()


def test_setting_up_makes_what_is_missing_and_nothing_the_second_time(fake: FakeCouch) -> None:
    there: dict[str, Any] = {"aigaq-reference": {}, "other": {}}
    accounts: dict[str, Any] = {}

    def make(name: str) -> None:
        def put(_body: Any) -> tuple[int, Any]:
            new = name not in there
            there.setdefault(name, {})
            return (201, {"ok": True}) if new else (412, {"error": "file_exists", "reason": "exists"})

        fake.replies["PUT", f"/{name}"] = put

    for name in ("_users", "_replicator", "_global_changes"):
        make(name)

    def write_account(body: Any) -> tuple[int, Any]:
        accounts[body["name"]] = body["password"]
        return 201, {"ok": True}

    def sign_in(body: Any) -> tuple[int, Any]:
        name = body.get("name") or body.get("username")
        known = {"root": "secret", **accounts}
        return (
            (200, {"ok": True}) if known.get(name) == body["password"] else (401, {"error": "unauthorized"})
        )

    def close(body: Any) -> tuple[int, Any]:
        there["aigaq-reference"] = body
        return 200, {"ok": True}

    fake.replies["PUT", "/_users/org.couchdb.user%3Aaigaq"] = write_account
    fake.replies["POST", "/_session"] = sign_in
    fake.replies["GET", "/_all_dbs"] = lambda _body: (200, sorted(there))
    fake.replies["GET", "/aigaq-reference/_security"] = lambda _body: (200, there["aigaq-reference"])
    fake.replies["PUT", "/aigaq-reference/_security"] = close
    url = f"couchdb+http://aigaq:pass@{fake.host}/aigaq-"
    told = set_up(url, "root:secret")
    assert [sentence for sentence in told if sentence.startswith("Made ")] == [
        "Made _users.",
        "Made _replicator.",
        "Made _global_changes.",
    ]
    assert "Gave the account aigaq its password." in told
    assert "Closed aigaq-reference to all but aigaq." in told
    assert there["aigaq-reference"]["members"] == {"names": ["aigaq"], "roles": []}
    assert there["other"] == {}
    assert not any("pass" in sentence.replace("password", "") for sentence in told)
    assert len(set_up(url, "root:secret")) == 1


def test_an_old_or_open_couchdb_is_named(fake: FakeCouch) -> None:
    fake.replies["GET", "/"] = lambda _body: (200, {"couchdb": "Welcome", "version": "3.1.2"})
    with pytest.raises(StoreFailed, match="too old"):
        set_up(f"couchdb+http://{fake.host}/aigaq-", "root:secret")
    fake.replies["GET", "/"] = lambda _body: (200, {"couchdb": "Welcome", "version": "3.5.0"})
    fake.replies["GET", "/_node/_local/_config/chttpd/require_valid_user"] = [(200, "false")]
    for name in ("_users", "_replicator", "_global_changes"):
        fake.replies["PUT", f"/{name}"] = [(412, {"error": "file_exists"})]
    assert any(
        sentence.startswith("WARNING")
        for sentence in set_up(f"couchdb+http://{fake.host}/aigaq-", "root:secret")
    )
