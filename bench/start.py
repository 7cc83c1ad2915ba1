"""How long a tablet takes to start cold with no server, its processor slowed four times.

    ./run.sh bench start [--runs N] [--slowdown N]

Enrols one tablet on the synthetic country, stops the server, then for each run starts the browser anew
and measures: navigation → the words can be typed → (unlock) → today's visit is on the screen. The
slowdown is Chromium's own (Emulation.setCPUThrottlingRate) and acts on the page; key derivation runs in
the worker and is part of the unlock. The floor in the same run: the same browser opening one small
cached page of the same origin. Also states how many modules the first screen needs and how deep they import.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import Tablet
from tests.browser.monitor import Monitor
from tests.browser.server import Server, seed
from tests.test_architecture import ROOT, imports_of


def graph(entry: Path) -> tuple[int, int]:
    """Modules that static imports reach from `entry`, and the longest of the shortest ways to one of them."""
    depth = {entry: 1}
    queue = [entry]
    while queue:
        module = queue.pop(0)
        for name in imports_of(module, dynamic=False):
            path = ROOT / name
            if path not in depth:
                depth[path] = depth[module] + 1
                queue.append(path)
    return len(depth), max(depth.values())


def slow_down(page: Page, times: float) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


def measure(monitor: Monitor, slowdown: float) -> dict[str, float]:
    """One cold start, in seconds."""
    page = monitor.tablet.open()
    slow_down(page, slowdown)
    start = time.perf_counter()
    page.goto(f"{monitor.address}/app/icons/icon-192.png")
    floor = time.perf_counter() - start
    start = time.perf_counter()
    page.goto(f"{monitor.address}/app/")
    page.wait_for_selector("#words")
    shown = time.perf_counter() - start
    page.fill("#words", " ".join(monitor.words))
    start = time.perf_counter()
    monitor.press("vault.unlock.open")
    page.wait_for_selector("aq-home .today, aq-visit", timeout=60_000)
    unlocked = time.perf_counter() - start
    monitor.tablet.close()
    return {"floor": floor, "words": shown, "unlock": unlocked}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench start")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slowdown", type=float, default=4.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        seeded = Path(folder) / "seeded"
        seeded.mkdir()
        print("Seeding the country…", file=sys.stderr)
        seed(seeded)
        server = Server(seeded, Path(folder) / "instance").start()
        monitor = Monitor(Tablet(playwright, Path(folder) / "profile"), server.address, "leader")
        try:
            monitor.enrol()
            monitor.tablet.close()
            server.stop()
            runs = [measure(monitor, asked.slowdown) for _ in range(asked.runs + 1)][1:]
        finally:
            monitor.tablet.close()
            server.stop()
    modules, depth = graph(ROOT / "static/app/main.js")
    medians = {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}
    print(
        json.dumps(
            {
                "bench": "start",
                "slowdown": asked.slowdown,
                "runs": len(runs),
                "seconds_to_words": medians["words"],
                "seconds_unlock_to_home": medians["unlock"],
                "floor_seconds": medians["floor"],
                "worst_seconds_to_words": round(max(run["words"] for run in runs), 3),
                "modules": modules,
                "import_depth": depth,
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
