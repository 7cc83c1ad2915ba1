// When the tablet locks by itself, and what keeps its screen on meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HIDDEN_MS, IDLE_MS, isDue } from '../../static/app/autolock.js';
import { WakeLock } from '../../static/app/capture/wake_lock.js';

const AT = Date.parse('2026-11-22T08:00:00Z');
const moment = (/** @type {Partial<Parameters<typeof isDue>[0]>} */ fields) => ({ now: AT, activeAt: AT, hiddenSince: null, recording: false, ...fields });

test('two minutes without a touch, or half a minute out of sight, lock; a recording holds both', () => {
  assert.deepEqual([IDLE_MS, HIDDEN_MS], [120_000, 30_000]);
  assert.equal(isDue(moment({ now: AT + IDLE_MS - 1 })), false);
  assert.equal(isDue(moment({ now: AT + IDLE_MS })), true);
  assert.equal(isDue(moment({ now: AT + HIDDEN_MS - 1, hiddenSince: AT })), false);
  assert.equal(isDue(moment({ now: AT + HIDDEN_MS, hiddenSince: AT })), true);
  assert.equal(isDue(moment({ now: AT + 10 * IDLE_MS, hiddenSince: AT, recording: true })), false);
});

test('a clock that is put back does not hold the lock', () => {
  assert.equal(isDue(moment({ now: AT - 3 * 3_600_000 })), true);
  assert.equal(isDue(moment({ now: AT - 3 * 3_600_000, activeAt: AT - 3 * 3_600_000, hiddenSince: AT })), true);
  assert.equal(isDue(moment({ now: AT - 2000 })), false);
});

test('the screen stays on while something records, also after the page was out of sight, and no longer', async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  let held = 0;
  let asked = 0;
  const wakeLock = { request: async () => { asked += 1; held += 1; return { release: async () => { held -= 1; } }; } };
  Object.defineProperty(globalThis, 'document', { value: page, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: { wakeLock }, configurable: true });
  const lock = new WakeLock();
  const settled = () => new Promise((resolve) => { setImmediate(resolve); });
  lock.hold();
  await settled();
  assert.deepEqual([asked, held], [1, 1]);
  held = 0; // The browser takes it away where the page goes out of sight.
  page.dispatchEvent(new Event('visibilitychange'));
  await settled();
  assert.deepEqual([asked, held], [2, 1]);
  lock.release();
  await settled();
  assert.equal(held, 0);
  page.dispatchEvent(new Event('visibilitychange'));
  lock.hold();
  lock.release();
  await settled();
  assert.deepEqual([asked, held], [3, 0], 'asked for and ended before it came');
});
