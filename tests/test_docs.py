"""The documentation is true: settings, document types, error codes, commands and links."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def words_in_code(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text())
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken


def test_every_document_type_is_described() -> None:
    from sync.schemas import SCHEMAS

    described = " ".join(words_in_code((ROOT / "docs/documents.md").read_text()))
    assert SCHEMAS
    assert not [name for name in SCHEMAS if not re.search(rf"\b{name}\b", described)]


def test_every_setting_is_described() -> None:
    from webapp.config import Config

    described = (ROOT / "docs/server.md").read_text().lower()
    names = [field.name for field in dataclasses.fields(Config)]
    assert names
    assert not [name for name in names if f"aigaq_{name}" not in described]


def test_every_error_code_is_described() -> None:
    import sync.errors as errors

    codes = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.AigaqError) and kind is not errors.AigaqError
    }
    described = words_in_code((ROOT / "docs/protocol.md").read_text())
    assert codes
    assert not codes - described


def test_every_adr_says_context_choice_cost_and_when_to_reverse() -> None:
    pages = sorted((ROOT / "docs/adr").glob("*.md"))
    assert pages
    for page in pages:
        text = page.read_text()
        missing = [
            part for part in ("## Context", "## Choice", "## Cost", "## Reverse when") if part not in text
        ]
        assert not missing, f"{page.name}: {missing}"


def test_the_list_of_strings_to_check_is_current() -> None:
    command = [sys.executable, "docs/list_strings.py", "--check"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
