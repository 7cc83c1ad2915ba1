"""Any number of seeds by hand: python -m tests.simulation --seeds 1000 --store embedded."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.seeds import STORES, run, told


def main() -> int:
    """Run what was asked for; 1 where a seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="one seed, to see a failure again")
    parser.add_argument("--store", choices=STORES, default="embedded")
    parser.add_argument("--steps", type=int, default=60, help="of each seed")
    asked = parser.parse_args()
    seeds = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    began, failed, saved = time.monotonic(), 0, 0
    for report in run(list(seeds), store=asked.store, steps=asked.steps):
        saved += report["facts"]["saved"]
        if report["wrong"]:
            failed += 1
            print(told(report, store=asked.store, steps=asked.steps), flush=True)
        elif len(seeds) < 20 or report["seed"] % 20 == 0:
            print(f"seed {report['seed']}: {report['seconds']:.1f} s, {report['facts']}", flush=True)
    seconds = time.monotonic() - began
    print(f"{len(seeds)} seeds on {asked.store} in {seconds:.0f} s, {saved} saves, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
