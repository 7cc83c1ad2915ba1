// The browser is asked to deliver while the app is closed, for every vault, and again before the page goes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BackgroundDelivery } from '../../static/engine/background_delivery.js';

/** @param {{documents?: number, chunks?: number, others?: boolean[]}} [what] @returns {any} */
function status({ documents = 0, chunks = 0, others = [] } = {}) {
  return { waiting: { documents, chunks, bytes: 0 }, vaults: others.map((unsent) => ({ unsent })) };
}

/** @param {() => void} [refuse] */
function browser(refuse = () => {}) {
  /** @type {string[]} */
  const asked = [];
  const register = async (/** @type {string} */ tag) => { refuse(); asked.push(tag); };
  return { asked, workers: { ready: Promise.resolve({ sync: { register } }) } };
}

test('it is asked once when something begins to wait, and again when the page goes', async () => {
  const { asked, workers } = browser();
  const background = new BackgroundDelivery(workers);
  await background.look(status());
  await background.hidden();
  assert.deepEqual(asked, []);
  await background.look(status({ documents: 1 }));
  await background.look(status({ documents: 2 }));
  assert.equal(asked.length, 1);
  // The browser gives up after some rounds: whoever leaves the page asks anew.
  await background.hidden();
  assert.deepEqual(asked, ['aigaq-outbox', 'aigaq-outbox']);
  await background.look(status());
  await background.hidden();
  assert.equal(asked.length, 2);
});

test('what waits in a vault that is not chosen counts, and so do chunks alone', async () => {
  for (const what of [{ others: [false, true] }, { chunks: 3 }]) {
    const { asked, workers } = browser();
    await new BackgroundDelivery(workers).look(status(what));
    assert.equal(asked.length, 1);
  }
});

test('a refusal is no end, and a browser without it no fault', async () => {
  let refusing = true;
  const { asked, workers } = browser(() => { if (refusing) throw new DOMException('no', 'NotAllowedError'); });
  const background = new BackgroundDelivery(workers);
  await background.look(status({ documents: 1 }));
  refusing = false;
  await background.hidden();
  assert.equal(asked.length, 1);
  const bare = new BackgroundDelivery(undefined);
  await bare.look(status({ documents: 1 }));
  await new BackgroundDelivery({ ready: Promise.resolve({}) }).look(status({ documents: 1 }));
});
