// The encrypted log: what was acknowledged is there after any crash; damage stays where it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { subkey } from '../../static/engine/crypto/box.js';
import { randomBytes, text, utf8 } from '../../static/engine/crypto/wire.js';
import { KeySlots } from '../../static/engine/store/key_slots.js';
import { paddedSize } from '../../static/engine/store/blocks.js';
import { Log } from '../../static/engine/store/log.js';
import { Records } from '../../static/engine/store/records.js';
import { sweep } from '../../static/engine/store/sweep.js';
import { readHeader, wipeHeader, writeHeader } from '../../static/engine/store/header_file.js';
import { makeHeader, openHeader } from '../../static/engine/crypto/header.js';
import { TEST_COST } from '../../static/engine/crypto/passphrase.js';
import { Crash, MemoryPlace, memoryStorage } from './fakes.mjs';

const RAW = randomBytes(32);
const ID = randomBytes(16);

async function openLog(storage, fresh = false) {
  const slots = new KeySlots(storage.places.slots, await subkey(RAW, ID, 'slots'));
  await slots.load();
  const records = new Records();
  const log = new Log(storage.database, slots, records);
  if (fresh) await log.create();
  const damaged = fresh ? 0 : await log.open();
  return { log, slots, records, damaged, keys: () => [...records.meta.keys()] };
}

const lost = (log) => (block) => log.setAside(block);
const sweepAll = (log) => sweep(log, { full: true, pause: async () => {}, lost: lost(log) });

const meta = (k, v = k) => ({ t: 'meta', k, v });

test('entries come back in the order in which they were written', async () => {
  const storage = memoryStorage();
  const { log } = await openLog(storage, true);
  for (let i = 0; i < 300; i += 1) await log.append([meta(`k${i}`)]);
  const { keys } = await openLog(storage.afterCrash());
  assert.deepEqual(keys(), Array.from({ length: 300 }, (_, i) => `k${i}`));
});

test('appends that were asked for at once keep their order', async () => {
  const storage = memoryStorage();
  const { log } = await openLog(storage, true);
  await Promise.all(Array.from({ length: 20 }, (_, i) => log.append([meta(i)])));
  assert.deepEqual((await openLog(storage)).keys(), Array.from({ length: 20 }, (_, i) => i));
});

test('no entry is readable in a block, and its size says little', async () => {
  const storage = memoryStorage();
  const { log } = await openLog(storage, true);
  await log.append([meta('secret', 'КАМЕРА-ДВЕНАДЦАТЬ')]);
  await log.append([meta('secret', 'x')]);
  const [a, b] = await storage.database.all('blocks');
  assert.equal(a.bytes.byteLength, b.bytes.byteLength);
  assert.ok(!Buffer.from(a.bytes).includes('ДВЕНАДЦАТЬ'));
  for (const size of [1, 512, 513, 5000, 100_000]) {
    assert.ok(paddedSize(size) >= size && (size <= 512 || paddedSize(size) <= size * 1.12));
  }
});

test('a crash after any write loses nothing acknowledged, also in the middle of a sweep', async () => {
  for (let crashAfter = 0; crashAfter < 24; crashAfter += 1) {
    const storage = memoryStorage();
    const { log } = await openLog(storage, true);
    storage.database.crashAfter = crashAfter;
    const acknowledged = [];
    const save = async (from, to) => {
      for (let i = from; i < to; i += 1) {
        await log.append([meta(`k${i}`)]);
        acknowledged.push(`k${i}`);
      }
    };
    try {
      await save(0, 5);
      await log.snapshot();
      await save(5, 7);
      await sweepAll(log);
      await save(7, 9);
      await log.snapshot();
      await save(9, 11);
    } catch (error) {
      assert.ok(error instanceof Crash);
    }
    const again = await openLog(storage.afterCrash());
    assert.deepEqual([again.damaged, again.keys()], [0, acknowledged], `crash after ${crashAfter} writes`);
  }
});

test('a crash between the new key and the new blocks leaves the old log whole, and the sweep goes on', async () => {
  const storage = memoryStorage();
  const { log } = await openLog(storage, true);
  await log.append([meta('kept')]);
  storage.database.crashAfter = 0;
  await assert.rejects(sweepAll(log), Crash);
  const next = storage.afterCrash();
  const again = await openLog(next);
  assert.deepEqual([again.keys(), again.log.isMixed], [['kept'], true]);
  await again.log.append([meta('later')]);
  await sweepAll(again.log);
  assert.equal(again.log.isMixed, false);
  assert.deepEqual((await openLog(next.afterCrash())).keys(), ['kept', 'later']);
});

test('a damaged block is set aside and the others are read', async () => {
  const storage = memoryStorage();
  const { log } = await openLog(storage, true);
  for (let i = 0; i < 5; i += 1) await log.append([meta(i)]);
  const row = await storage.database.get('blocks', 3);
  new Uint8Array(row.bytes)[40] ^= 1;
  storage.database.put('blocks', row);
  const { keys, damaged, log: again } = await openLog(storage);
  assert.equal(damaged, 1);
  assert.deepEqual(keys(), [0, 1, 3, 4]);
  await again.append([meta('new')]);
  const third = await openLog(storage);
  assert.equal(third.damaged, 0);
  assert.deepEqual(third.keys(), [0, 1, 3, 4, 'new']);
  assert.equal((await storage.database.keys('damaged')).length, 1);
});

test('blocks that were swapped are damaged, not believed', async () => {
  const storage = memoryStorage();
  const { log } = await openLog(storage, true);
  for (let i = 0; i < 3; i += 1) await log.append([meta(i)]);
  const [first, second] = await storage.database.all('blocks');
  storage.database.put('blocks', { ...first, bytes: second.bytes });
  storage.database.put('blocks', { ...second, bytes: first.bytes });
  const { keys, damaged } = await openLog(storage);
  assert.equal(damaged, 2);
  assert.deepEqual(keys(), [2]);
});

test('where the log\'s key is gone the vault is damaged and no block is moved', async () => {
  const storage = memoryStorage();
  const { log } = await openLog(storage, true);
  await log.append([meta('x')]);
  storage.places.slots = new MemoryPlace();
  await assert.rejects(openLog(storage), { code: 'vault-damaged' });
  assert.equal((await storage.database.keys('blocks')).length, 1);
});

test('after a full sweep the old key opens nothing: what was erased is gone', async () => {
  const storage = memoryStorage();
  const { log, slots } = await openLog(storage, true);
  await log.append([meta('erased')]);
  const before = await storage.database.all('blocks');
  const key = slots.get('log/1').slice();
  assert.ok(key.some((byte) => byte !== 0));
  await log.append([{ t: 'meta', k: 'erased', v: 'other' }, meta('kept')]);
  await log.snapshot();
  await sweepAll(log);
  assert.equal(slots.get('log/1'), null);
  // Whoever carved the old block out of the disk finds no key for it in the slots, whatever he tries.
  storage.places.slots.content = storage.places.slots.durable.slice();
  const { slots: reread, records } = await openLog(storage);
  assert.equal(reread.get('log/1'), null);
  assert.deepEqual([...records.meta], [['erased', 'other'], ['kept', 'kept']]);
  assert.ok(!storage.places.slots.durable.toString().includes(key.toString()));
  assert.notDeepEqual(before, await storage.database.all('blocks'));
});

test('key slots keep, erase and survive; their number does not show', async () => {
  const place = new MemoryPlace();
  const key = await subkey(RAW, ID, 'slots');
  const slots = new KeySlots(place, key);
  await slots.load();
  await slots.put([{ id: 'medium:1', key: utf8('k'.repeat(32)) }, { id: 'medium:2', key: utf8('m'.repeat(32)) }]);
  const size = place.size();
  await slots.erase(['medium:1']);
  await slots.put([{ id: 'medium:3', key: utf8('n'.repeat(32)) }]);
  assert.equal(place.size(), size);
  assert.equal(size, 64 * 192);
  const again = new KeySlots(place, key);
  await again.load();
  assert.deepEqual(again.ids().sort(), ['medium:2', 'medium:3']);
  assert.equal(text(again.get('medium:3')), 'n'.repeat(32));
  const stranger = new KeySlots(place, await subkey(RAW, randomBytes(16), 'slots'));
  await stranger.load();
  assert.deepEqual(stranger.ids(), []);
});

test('changing the words overwrites the old header, and a crash in between leaves one that opens', async () => {
  const make = (words, generation) => makeHeader({ vaultKey: RAW, vaultId: ID, generation, words, cost: TEST_COST });
  const place = new MemoryPlace();
  await assert.rejects(readHeader(place), { code: 'no-vault' });
  await writeHeader(place, await make('old words', 1), 0);
  const first = await readHeader(place);
  assert.equal(first.slot, 0);
  // The process ends after the first flush of the change.
  let flushes = 0;
  const torn = { ...place, size: () => place.size(), read: (o, l) => place.read(o, l), write: (o, b) => place.write(o, b),
    flush: async () => { if ((flushes += 1) > 1) throw new Crash(); await place.flush(); } };
  await assert.rejects(writeHeader(torn, await make('new words', 2), 1), Crash);
  place.content = place.durable.slice();
  const middle = await readHeader(place);
  assert.deepEqual(await openHeader(middle.header, 'new words'), RAW);
  await writeHeader(place, await make('third words', 3), 1 - middle.slot);
  const last = await readHeader(place);
  assert.deepEqual(await openHeader(last.header, 'third words'), RAW);
  await assert.rejects(openHeader(last.header, 'old words'), { code: 'wrong-passphrase' });
  await wipeHeader(place);
  await assert.rejects(readHeader(place), { code: 'vault-damaged' });
});
