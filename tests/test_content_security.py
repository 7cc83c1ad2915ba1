"""Nothing in the source asks for what the content policy forbids, so that nobody is tempted to loosen it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What it is → how it looks in a script, in a page, in a style.
SCRIPT = {
    "code from text": r"\beval\(|new Function\(|\bset(?:Timeout|Interval)\(\s*['\"`]",
    "a page from text": r"\.(?:inner|outer)HTML\s*=(?!=)|insertAdjacentHTML|document\.write|createContextualFragment|unsafeHTML",
    "a style from text": r"styleMap|setAttribute\(\s*['\"]style|\.cssText\s*=|\bstyle=(?:\"|\$|')",
    "a handler from text": r"\son[a-z]+=[\"']",
    "another origin": r"['\"`](?:https?:)?//[a-z0-9]",
    "sent when leaving": r"sendBeacon|new (?:WebSocket|EventSource)\(",
}
PAGE = {
    "a script in the page": r"<script(?![^>]*\bsrc=)",
    "a style in the page": r"<style\b|\bstyle\s*=\s*[\"']",
    "a handler in the page": r"\son[a-z]+\s*=\s*[\"']",
    "code in an attribute": r"\bhx-(?:on\b|on:|vals\s*=\s*[\"']js:|vars\b)|javascript:",
    "another origin": r"(?:src|href|action|hx-get|hx-post)\s*=\s*[\"'](?:https?:)?//",
}
STYLE = {"another origin": r"url\(\s*['\"]?(?:https?:|//|data:)|@import\s+['\"]?(?:https?:)?//"}
KINDS = {".js": SCRIPT, ".html": PAGE, ".css": STYLE}
# Namespaces are names, not addresses.
NAMES = re.compile(
    r"""['"`]http://(?:www\.w3\.org|openrosa\.org|www\.opendatakit\.org|www\.inkscape\.org)/[^'"`]*['"`]"""
)


def sources() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--"]
    places = ["static", "service_worker", "webapp"]
    names = subprocess.run([*command, *places], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = [ROOT / name for name in names.split("\n") if Path(name).suffix in KINDS]
    return [path for path in found if path.exists() and "vendor" not in path.parts]


def faults(text: str, suffix: str) -> list[str]:
    """What the policy would block in a source of this kind, a line each."""
    if suffix == ".js":
        text = re.sub(r"/\*.*?\*/|^\s*//.*$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = NAMES.sub("''", text)
    return [
        f"{what}: {match[0].strip()}"
        for what, pattern in KINDS[suffix].items()
        for match in re.finditer(pattern, text)
    ]


def test_no_source_asks_for_what_the_policy_forbids() -> None:
    paths = sources()
    assert len(paths) > 150
    found = {
        path.relative_to(ROOT).as_posix(): wrong
        for path in paths
        if (wrong := faults(path.read_text(), path.suffix))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".js", "element.innerHTML = text;"),
        (".js", "setTimeout('run()', 3);"),
        (".js", "html`<p style=${x}>`"),
        (".js", "fetch('https://example.org/x')"),
        (".html", "<script>let a;</script>"),
        (".html", "<p style='color: red'>"),
        (".html", '<button onclick="go()">'),
        (".html", '<img src="//cdn.example/x.png">'),
        (".css", "@import 'https://fonts.example/x.css';"),
    ],
)
def test_the_search_can_find_something(suffix: str, text: str) -> None:
    assert faults(text, suffix)


def test_htmx_is_told_to_leave_code_and_styles_alone() -> None:
    base = (ROOT / "webapp/templates/base.html").read_text()
    for setting in ('"includeIndicatorStyles": false', '"allowEval": false', '"historyCacheSize": 0'):
        assert setting in base
