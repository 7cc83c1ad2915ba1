"""The office speaks Russian and Kazakh completely: nothing untranslated, nothing doubtful, plurals whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from webapp.config import ROOT

FOLDER = ROOT / "webapp"
PLURALS = {"ru": 3, "kk": 2}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All messages of code and templates as they are now."""
    path = tmp_path_factory.mktemp("messages") / "messages.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "_l",
    ]
    subprocess.run([*command, "-o", str(path), "."], cwd=FOLDER, check=True)
    with path.open("rb") as file:
        return read_po(file)


def catalogue(language: str) -> Catalog:
    path: Path = FOLDER / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_every_message_is_translated(language: str, template: Catalog) -> None:
    known = catalogue(language)
    missing = []
    for message in template:
        if not message.id:
            continue
        single = message.id if isinstance(message.id, str) else message.id[0]
        found = known.get(single)
        if found is None or found.fuzzy or not found.string:
            missing.append(message.id)
        elif isinstance(message.id, tuple):
            forms = found.string
            if not isinstance(forms, tuple) or len(forms) != PLURALS[language] or not all(forms):
                missing.append(message.id)
    assert not missing


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_nothing_translated_is_left_over(language: str, template: Catalog) -> None:
    wanted = {
        message.id if isinstance(message.id, str) else message.id[0] for message in template if message.id
    }
    known = catalogue(language)
    kept = {message.id if isinstance(message.id, str) else message.id[0] for message in known if message.id}
    assert kept == wanted


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_translations_keep_their_placeholders(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        single = message.id if isinstance(message.id, str) else message.id[0]
        wanted = set(re.findall(r"%\((\w+)\)[sd]", single))
        for text in [message.string] if isinstance(message.string, str) else message.string:
            if set(re.findall(r"%\((\w+)\)[sd]", text)) != wanted:
                wrong.append((single, text))
    assert not wrong


def test_kazakh_is_written_in_kazakh() -> None:
    own = set("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
    texts = [message.string for message in catalogue("kk") if message.id and isinstance(message.string, str)]
    long = [text for text in texts if len(text) > 40]
    assert not [text for text in long if not own & set(text)]


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_reports_and_indicators_are_translated_too(language: str, tmp_path: Path) -> None:
    config, path = tmp_path / "babel.cfg", tmp_path / "messages.pot"
    config.write_text("[python: **.py]\n[jinja2: **/templates/**.html]\n")
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        str(config),
        "-k",
        "_l",
    ]
    subprocess.run([*command, "-o", str(path), "."], cwd=FOLDER, check=True)
    known = {message.id: message.string for message in catalogue(language) if message.id}
    with (FOLDER / "reports" / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known |= {message.id: message.string for message in read_po(file, locale=language) if message.id}
    with path.open("rb") as file:
        missing = [message.id for message in read_po(file) if message.id and not known.get(message.id)]
    assert not missing


def test_a_form_has_one_name_in_kazakh() -> None:
    said = [
        text
        for message in catalogue("kk")
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert [text for text in said if "форма" in text.lower()] == []
