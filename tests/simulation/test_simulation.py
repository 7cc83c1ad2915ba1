"""Twenty seeds in the short tier, two hundred in the long one, on each store; any number by hand.

`python -m tests.simulation --seeds 1000` for more. What a seed finds gets a test of its own beside what was
mended: a seed means another story as soon as the steps change.
"""

from __future__ import annotations

import pytest

from tests.simulation.seeds import run, told

STEPS = 60


def hold(seeds: list[int], store: str) -> None:
    reports = list(run(seeds, store=store, steps=STEPS))
    failed = [told(report, store=store, steps=STEPS) for report in reports if report["wrong"]]
    assert not failed, "\n\n".join(failed)
    assert [report["seed"] for report in reports] == seeds
    # A simulation in which nobody works would hold whatever it promises.
    assert sum(report["facts"]["saved"] for report in reports) >= 5 * len(seeds)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("half", [0, 1])
def test_everything_promised_holds(half: int) -> None:
    hold(list(range(1001, 1021))[half::2], "embedded")


@pytest.mark.timeout(1800)
def test_everything_promised_holds_on_couchdb() -> None:
    hold([1001], "couch")


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch", range(10))
def test_everything_promised_holds_for_two_hundred_seeds(batch: int) -> None:
    hold(list(range(2000 + 20 * batch, 2020 + 20 * batch)), "embedded")


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch", range(10))
def test_everything_promised_holds_for_two_hundred_seeds_on_couchdb(batch: int) -> None:
    hold(list(range(2000 + 20 * batch, 2020 + 20 * batch)), "couch")
