"""Who may import whom, how long a module may grow, what may be tracked: the table of docs/architecture.md."""

from __future__ import annotations

import posixpath
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STATIC = r"""^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]"""
DYNAMIC = r"""\bimport\(\s*['"]([^'"]+)['"]\s*\)|\bnew URL\(\s*['"]([^'"]+\.js)['"]"""

# room → rooms it may import (itself is always allowed); the longest matching prefix is a file's room
ROOMS: dict[str, set[str]] = {
    "static/vendor": set(),
    "static/design": set(),
    "static/engine/client.js": {
        "static/engine/types.js",
        "static/engine/listing.js",
        "static/engine/worker.js",
        "static/engine/errors.js",
        "static/engine/background_delivery.js",
        "static/engine/surroundings.js",
    },
    "static/engine/crypto": {"static/vendor", "static/engine/errors.js", "static/engine/types.js"},
    "static/engine/store": {
        "static/vendor",
        "static/engine/crypto",
        "static/engine/errors.js",
        "static/engine/types.js",
    },
    "static/engine": {"static/vendor", "static/engine"},
    "static/forms": {"static/vendor", "static/app", "static/design"},
    "static/app": {
        "static/vendor",
        "static/design",
        "static/forms",
        "static/engine/client.js",
        "static/engine/media/player.js",
        "static/engine/types.js",
        "static/engine/errors.js",
    },
    "static/office": {
        "static/vendor",
        "static/design",
        "static/engine/crypto",
        "static/engine/media",
        "static/engine/replication/revisions.js",
        "static/engine/types.js",
    },
    "service_worker": {"static/engine", "static/vendor"},
}
# where the longest prefix is narrower than the room's own folder
SAME_ROOM = {
    "static/engine/client.js": "static/engine",
    "static/engine/crypto": "static/engine",
    "static/engine/store": "static/engine",
}
LONGEST_MODULE = 400


def tracked(*patterns: str) -> list[Path]:
    """Tracked and new files (not ignored) that match git's patterns."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).exists()]


def room_of(path: str) -> str:
    matches = [room for room in ROOMS if path == room or path.startswith(room + "/")]
    return max(matches, key=len) if matches else ""


def imports_of(path: Path, *, dynamic: bool = True) -> list[str]:
    """Repository paths that a JavaScript module names; `dynamic`: imports on demand and workers too."""
    source = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    here = posixpath.dirname(path.relative_to(ROOT).as_posix())
    wanted = re.compile(f"{STATIC}|{DYNAMIC}" if dynamic else STATIC, re.MULTILINE)
    named = [next(filter(None, groups)) for groups in wanted.findall(source)]
    return [
        posixpath.normpath(posixpath.join(here, name)) if name.startswith(".") else name for name in named
    ]


def may_import(source: str, target: str) -> bool:
    room, target_room = room_of(source), room_of(target)
    if room == target_room:
        return True
    allowed = ROOMS[room]
    return any(target == name or target.startswith(name + "/") for name in allowed)


@pytest.mark.parametrize(
    "path",
    tracked("static/**/*.js", "static/*.js", "service_worker/*.js"),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_a_module_imports_only_from_rooms_it_may_know(path: Path) -> None:
    source = path.relative_to(ROOT).as_posix()
    wrong = [name for name in imports_of(path) if not may_import(source, name)]
    assert not wrong, f"{source} imports {wrong}; docs/architecture.md says who may"


def test_the_import_rule_can_fail() -> None:
    assert not may_import("service_worker/sw.js", "static/app/main.js")
    assert not may_import("static/engine/store/log.js", "static/engine/replication/pull.js")
    assert may_import("static/engine/replication/pull.js", "static/engine/store/log.js")


def test_modules_stay_short_or_say_why() -> None:
    long = []
    for path in tracked("webapp/*.py", "sync/*.py", "content/*.py", "static/*.js", "service_worker/*.js"):
        text = path.read_text()
        if text.count("\n") > LONGEST_MODULE and "longer than 400 lines because" not in text[:2000]:
            long.append(path.relative_to(ROOT).as_posix())
    assert not long


def test_every_module_says_what_it_owns() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in tracked("webapp/*.py", "sync/*.py", "content/*.py", "static/*.js", "service_worker/*.js")
        if path.read_text().strip()
        and not path.read_text().lstrip().startswith(('"""', "/**", "//", "/*", 'r"""'))
    ]
    assert not silent


def test_nothing_third_party_or_built_is_tracked() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked("*")]
    assert not [
        name for name in names if re.search(r"(^|/)(vendor|node_modules|dist|\.venv|instance)/|\.mo$", name)
    ]
    assert not [path for path in tracked("*") if path.stat().st_size > 1_500_000]


def test_the_lock_file_names_no_download_address() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert ".tgz" not in lock
