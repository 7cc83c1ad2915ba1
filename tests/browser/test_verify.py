"""The page for verifying evidence, in a browser whose server is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.chromium import Tablet
from tests.browser.server import Server
from tests.evidence.conftest import Authority, Case, authority, case, zipped  # noqa: F401  # fixtures
from tests.sync.conftest import alice, bob, visit, world  # noqa: F401  # fixtures


def choose(page: Page, package: Path, **known: str) -> None:
    page.set_input_files("#package", package)
    for name, value in known.items():
        if name == "root":
            page.fill("#root", value)
        else:
            page.set_input_files(f"#{name}", value)
    page.locator("#choose button").click()


@pytest.fixture
def page(playwright: Playwright, server: Server, tmp_path: Path):  # type: ignore[no-untyped-def]
    desktop = Tablet(playwright, tmp_path / "profile", size="desktop")
    page = desktop.open()
    page.goto(f"{server.address}/verify")
    page.wait_for_load_state("networkidle")
    server.stop()
    yield page
    desktop.close()


def test_a_package_is_verified_without_any_server(
    page: Page,
    case: Case,  # noqa: F811
    authority: Authority,  # noqa: F811
    tmp_path: Path,
) -> None:
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)
    package = tmp_path / "evidence.zip"
    package.write_bytes(case.package)
    (tmp_path / "root.pem").write_bytes(authority.certificate)
    root = case.world.engine.keys.root_fingerprint().hex()
    page.locator("summary").click()
    choose(page, package, root=root, authority=str(tmp_path / "root.pem"))
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "unchanged")
    expect(page.locator("#result")).to_contain_text("files/001.jpg")
    assert page.locator("#result .badge.bad").count() == 0
    assert page.locator("#result table tbody tr").count() == 5

    package.write_bytes(zipped({**case.files(), "files/001.jpg": b"another picture"}))
    choose(page, package)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "changed")
    expect(page.locator("#result li").first).to_contain_text("files/001.jpg")

    package.write_bytes(b"no package at all")
    choose(page, package)
    expect(page.locator("#state.error")).not_to_be_empty()
    assert violations == []
