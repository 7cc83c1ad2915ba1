"""Key sets in real Chromium: a tablet that was away while all keys were replaced, locked and unlocked."""

from __future__ import annotations

from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import VISIT, WORDS, code_of, enrolled, start

SAVE = "([channel, text]) => engine.save(channel, {type: 'note', text}).then(() => null)"


def test_a_tablet_away_through_two_rotations_delivers_while_locked_and_follows(
    tablet: Tablet, gateway: EngineGateway
) -> None:
    page = enrolled(tablet, gateway)
    gateway.mode = "offline"
    channel = page.evaluate(VISIT)
    page.evaluate(SAVE, [channel, "away"])
    tablet.kill()
    gateway.rotate()
    gateway.rotate()

    page = start(tablet, gateway)
    page.evaluate("() => engine.runs('3f9a')")
    gateway.mode = "ok"
    # Its receipts are by a key that the tablet does not know yet; the report brings the set that names it.
    for _ in range(5):
        status = page.evaluate("() => engine.deliver()")
        if status["waiting"]["documents"] == 0:
            break
    assert status["vault"] == "locked"
    assert status["waiting"]["documents"] == 0
    assert {plain["document"].get("text") for plain in gateway.documents()} == {None, "away"}
    assert [receipt["key"] for receipt in gateway.receipts.values()] == ["receipt-3"] * 2
    last = gateway.reports[-1]
    assert (last["app_version"], last["keyset"], last["under"]) == ("3f9a", 3, [])

    page.evaluate("words => engine.unlock(words)", WORDS)
    page.evaluate(SAVE, [channel, "back"])
    page.evaluate("() => engine.deliver()")
    ledger = page.evaluate("channel => engine.ledger(channel)", channel)
    assert [item["verified"] for item in ledger["items"]] == [True] * 3
    # Only the third set's secret opens it: what was sealed after the return went to the key of today.
    newest = gateway.order[-1]
    assert gateway.envelopes[newest]["document"]["text"] == "back"
    assert gateway.sealed_under[newest] == "transport-3"


def test_an_older_set_and_another_root_are_refused(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    channel = page.evaluate(VISIT)
    first = gateway.keyset
    gateway.rotate()
    page.evaluate("() => engine.lock()")
    page.evaluate("words => engine.unlock(words)", WORDS)
    page.evaluate("() => engine.pull()")
    second = gateway.keyset
    stranger = EngineGateway()
    stranger.rotate()
    stranger.rotate()
    for offered in (first, stranger.keyset):
        gateway.keyset = offered
        page.evaluate("() => engine.lock()")
        page.evaluate("words => engine.unlock(words)", WORDS)
        status = page.evaluate("() => engine.pull()")
        assert status["rootMismatch"] == (offered is not first)
        gateway.keyset = second
        page.evaluate(SAVE, [channel, offered["signature"]])
        page.evaluate("() => engine.deliver()")
        assert gateway.sealed_under[gateway.order[-1]] == "transport-2"
    # A delivery does not take the warning back; a reading under the organisation's own keys does.
    assert page.evaluate("async () => (await engine.status()).rootMismatch")
    assert not page.evaluate("async () => (await engine.pull()).rootMismatch")
    assert code_of(page, "engine.ledger(argument)", channel) is None
