"""The interface's own words, so that tests press what a person reads."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
READ = "import('./static/app/strings/index.js').then((m) => process.stdout.write(JSON.stringify(m.strings)))"


@cache
def strings() -> dict[str, dict[str, str | dict[str, str]]]:
    """All strings of the tablet: key → language → text or plural forms."""
    output = subprocess.run(
        ["node", "--input-type=module", "-e", READ], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded: dict[str, dict[str, str | dict[str, str]]] = json.loads(output.stdout)
    return loaded


def text(key: str, language: str = "ru", **values: object) -> str:
    """The text of a key without plural forms, its places filled in."""
    entry = strings()[key][language]
    assert isinstance(entry, str), f"{key} has plural forms: use pattern"
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), entry)


def pattern(key: str, language: str = "ru") -> re.Pattern[str]:
    """Matches any form of a key, with anything in its places."""
    entry = strings()[key][language]
    forms = [entry] if isinstance(entry, str) else list(entry.values())
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(form)) for form in forms))
