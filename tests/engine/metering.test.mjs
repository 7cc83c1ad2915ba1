// "Documents now, video on Wi-Fi": what may go over which network.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ALLOWED_MS, isLarge, LARGE_BYTES, mayGo, networkKind, readChoice, UPLOAD_RULES, writeChoice } from '../../static/engine/replication/metering.js';
import { Uploads } from '../../static/engine/replication/uploads.js';
import { MemoryDatabase } from './fakes.mjs';

test('large media go by the person’s rule and the network, as the table says', () => {
  const networks = /** @type {const} */ (['metered', 'unknown', 'unmetered']);
  const table = { always: [true, true, true], unmetered: [false, true, true], ask: [false, false, true] };
  for (const [rule, goes] of Object.entries(table)) {
    assert.ok(UPLOAD_RULES.includes(/** @type {any} */ (rule)));
    assert.deepEqual(networks.map((kind) => mayGo({ rule: /** @type {any} */ (rule), allowedUntil: 0 }, kind, 1)), goes, rule);
  }
});

test('"send now" holds for an hour, and a clock that was put back does not stretch it', () => {
  const choice = /** @type {const} */ ({ rule: 'ask', allowedUntil: ALLOWED_MS });
  assert.deepEqual([0, ALLOWED_MS - 1, ALLOWED_MS, -1].map((now) => mayGo(choice, 'metered', now)), [true, true, false, false]);
});

test('what the browser says of the network', () => {
  const kinds = [null, {}, { type: 'wifi' }, { type: 'ethernet' }, { type: 'cellular' }, { type: 'wifi', saveData: true }, { type: 'bluetooth' }];
  assert.deepEqual(kinds.map(networkKind), ['unknown', 'unknown', 'unmetered', 'unmetered', 'metered', 'metered', 'unknown']);
});

test('a large file waits whole; documents, photos and what is small do not', async () => {
  const rows = [
    ...Array.from({ length: 5 }, (_, i) => ({ file: 'video', sha256: `${i}`, offset: i << 20, size: 1 << 20, sent: i === 0 ? 1 : 0 })),
    ...Array.from({ length: 4 }, (_, i) => ({ file: 'photo', sha256: `p${i}`, offset: i << 20, size: LARGE_BYTES / 4, sent: 0 })),
  ];
  const large = isLarge(/** @type {any} */ (rows));
  assert.deepEqual([...new Set(rows.filter((row) => large(/** @type {any} */ (row))).map(({ file }) => file))], ['video']);
  const database = /** @type {any} */ (new MemoryDatabase());
  await database.write(rows.map((row) => ({ store: 'chunks', put: row })));
  const files = (/** @type {any[]} */ found) => found.map(({ file }) => file);
  for (const [network, later] of /** @type {const} */ ([['metered', 4], ['unmetered', 0]])) {
    const uploads = new Uploads(database, async () => new Uint8Array(0), () => {}, { network: () => network, now: () => 0 });
    const waiting = await uploads.waiting();
    assert.equal(files(waiting.now).filter((file) => file === 'photo').length, 4);
    assert.equal(waiting.later.length, later);
  }
  await writeChoice(database, { rule: 'always', allowedUntil: 0 });
  assert.deepEqual(await readChoice(database), { rule: 'always', allowedUntil: 0 });
});
