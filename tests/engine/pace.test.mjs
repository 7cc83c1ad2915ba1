// When nobody looks or the battery runs low, the tablet asks less often; what a person brings about is never late.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IN_SIGHT, LOW_BATTERY, paceOf } from '../../static/engine/replication/pace.js';
import { Schedule } from '../../static/engine/replication/schedule.js';
import { watchSurroundings } from '../../static/engine/surroundings.js';

const low = { level: LOW_BATTERY, charging: false };
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

test('nothing is slowed while somebody looks and there is power', () => {
  assert.equal(paceOf(IN_SIGHT), 1);
  assert.equal(paceOf({ hidden: false, battery: { level: 0.21, charging: false } }), 1);
  assert.equal(paceOf({ hidden: false, battery: { level: 0.01, charging: true } }), 1);
});

test('a low battery slows, a hidden page more, both most', () => {
  const paces = [{ hidden: false, battery: low }, { hidden: true, battery: null }, { hidden: true, battery: low }].map(paceOf);
  assert.deepEqual(paces, [...paces].sort((a, b) => a - b));
  assert.ok(paces[0] > 1 && new Set(paces).size === 3);
  assert.equal(paceOf({ hidden: true, battery: { level: 0.05, charging: true } }), paces[1]);
});

/** The distances that a schedule sets its timers to. @param {(schedule: Schedule, distances: number[]) => Promise<void>} use @param {any} work @param {() => number} pace */
async function distances(use, work, pace) {
  /** @type {number[]} */
  const set = [];
  /** @type {(() => void) | null} */
  let due = null;
  const [later, clear] = [globalThis.setTimeout, globalThis.clearTimeout];
  globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ then, /** @type {number} */ ms) => { set.push(ms); due = then; return 1; });
  globalThis.clearTimeout = () => { due = null; };
  const schedule = new Schedule(work, 10_000, { pace, random: () => 0.5 });
  try {
    await use(schedule, set);
    schedule.stop();
  } finally {
    [globalThis.setTimeout, globalThis.clearTimeout] = [later, clear];
  }
  return { set, due };
}

test('rounds come farther apart at a slower pace, also failing ones, but not later than the server asks', async () => {
  let pace = 12;
  /** @type {any} */
  let outcome = { failed: false, again: true };
  const { set } = await distances(async (schedule) => {
    schedule.start();
    await schedule.run();
    outcome = { failed: true, again: true };
    await schedule.run();
    outcome = { failed: true, again: true, retryAfterMs: 7000 };
    await schedule.run();
    pace = 1;
    outcome = { failed: false, again: true };
    await schedule.run();
  }, async () => outcome, () => pace);
  assert.deepEqual(set, [0, 120_000, 120_000, 7000, 10_000]);
});

test('a save and a wake are at once, however slow the pace is', async () => {
  const { set } = await distances(async (schedule) => {
    schedule.start();
    await schedule.run();
    schedule.wake(400);
    schedule.wake();
  }, async () => ({ failed: false, again: true }), () => 24);
  assert.deepEqual(set, [0, 240_000, 400, 0]);
});

test('the page tells of its sight and its battery, at once and at every change', async () => {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const manager = Object.assign(new EventTarget(), { level: 0.5, charging: true });
  /** @type {any[]} */
  const told = [];
  await watchSurroundings(/** @type {any} */ ({ document, navigator: { getBattery: async () => manager } }), (now) => told.push(now));
  assert.deepEqual(told, [IN_SIGHT, { hidden: false, battery: { level: 0.5, charging: true } }]);
  manager.charging = false;
  manager.dispatchEvent(new Event('chargingchange'));
  manager.level = 0.1;
  manager.dispatchEvent(new Event('levelchange'));
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(told.slice(2), [
    { hidden: false, battery: { level: 0.5, charging: false } }, { hidden: false, battery: { level: 0.1, charging: false } },
    { hidden: true, battery: { level: 0.1, charging: false } },
  ]);
});

test('where there is no battery to ask, or asking is forbidden, only sight counts', async () => {
  for (const navigator of [{}, { getBattery: async () => { throw new DOMException('no', 'NotAllowedError'); } }]) {
    const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    /** @type {any[]} */
    const told = [];
    await watchSurroundings(/** @type {any} */ ({ document, navigator }), (now) => told.push(now));
    await turn();
    assert.deepEqual(told, [{ hidden: true, battery: null }]);
    assert.ok(paceOf(told[0]) > 1);
  }
});
