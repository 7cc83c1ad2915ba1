"""Running seeds of the simulation: node with the tablets, which starts the office beside it.

Owns the folder (in memory where the machine has one), the command line of a process, and its answers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STORES = ("embedded", "couch")
_MEMORY = Path("/dev/shm")


def run(seeds: Sequence[int], *, store: str = "embedded", steps: int = 60) -> Iterator[dict[str, Any]]:
    """One report per seed: `{seed, seconds, facts, wrong, log}`; `wrong` is empty where everything held."""
    # A kill -9 leaves what the system was given, on memory as on a disk; only slower disks would make it slow.
    home = Path(tempfile.mkdtemp(prefix="aigaq-simulation-", dir=_MEMORY if _MEMORY.is_dir() else None))
    environment = {**os.environ, "PYTHON": sys.executable, "SIMULATION_STEPS": str(steps)}
    command = ["node", "tests/simulation/run.mjs", str(home), store, *map(str, seeds)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
        if process.wait(timeout=60) != 0:
            raise RuntimeError(f"the simulation ended with {process.returncode}")
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def told(report: dict[str, Any], *, store: str, steps: int) -> str:
    """A failed seed in words: what is wrong, every step, and how to see it again."""
    wrong = "\n".join(f"  - {sentence}" for sentence in report["wrong"])
    replay = f"python -m tests.simulation --seed {report['seed']} --store {store} --steps {steps}"
    log = "\n".join(report["log"])
    return f"seed {report['seed']} on {store}:\n{wrong}\nAgain: {replay}\nSteps:\n{log}"
