"""The pure modules of the tablet, tested by node."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "tests").glob("engine/*.test.mjs")) + sorted((ROOT / "tests").glob("app/*.test.mjs"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT / "tests").as_posix())
def test_node_agrees(module: Path) -> None:
    # Without `--test`, which starts a second node that runs the module: the modules are many and small.
    command = ["node", "--test-reporter=spec", str(module)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


def test_there_are_modules_to_test() -> None:
    assert len(MODULES) >= 5
