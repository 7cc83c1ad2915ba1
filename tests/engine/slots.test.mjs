// Key slots when the power goes: between any two flushes, and with any part of what was not flushed on the disk,
// every key that was acknowledged is there, every one whose end was acknowledged is gone, and the log opens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { subkey } from '../../static/engine/crypto/box.js';
import { randomBytes } from '../../static/engine/crypto/wire.js';
import { KeySlots } from '../../static/engine/store/key_slots.js';
import { Log } from '../../static/engine/store/log.js';
import { Records } from '../../static/engine/store/records.js';
import { sweep } from '../../static/engine/store/sweep.js';
import { Crash, MemoryPlace, memoryStorage } from './fakes.mjs';

const KEY = await subkey(randomBytes(32), randomBytes(16), 'slots');

/** A place whose power goes at a flush. */
class TornPlace extends MemoryPlace {
  flushes = 0;
  /** Flushes that still succeed. */ crashAfter = Infinity;
  /** @type {[number, Uint8Array][]} since the last flush */ loose = [];

  write(offset, bytes) {
    super.write(offset, bytes);
    this.loose.push([offset, bytes.slice()]);
  }

  async flush() {
    if (this.crashAfter <= 0) throw new Crash();
    this.crashAfter -= 1;
    this.flushes += 1;
    this.loose = [];
    await super.flush();
  }

  /** What another process finds. @param {(i: number) => boolean} landed which of the loose writes reached the disk */
  afterCrash(landed) {
    const next = new TornPlace();
    next.content = this.durable.slice();
    for (const [i, [offset, bytes]] of this.loose.entries()) if (landed(i)) MemoryPlace.prototype.write.call(next, offset, bytes);
    next.durable = next.content.slice();
    return next;
  }
}

const LANDINGS = { none: () => false, all: () => true, 'every other': (i) => i % 2 === 0, last: (i) => i > 0 };

async function load(place) {
  const slots = new KeySlots(place, KEY);
  await slots.load();
  return slots;
}

test('keys are kept and ended as acknowledged, wherever the power goes', async () => {
  const keys = new Map(Array.from({ length: 70 }, (_, i) => [`medium:${i}`, randomBytes(32)]));
  const some = (from, to) => [...keys].slice(from, to).map(([id, key]) => ({ id, key: key.slice() }));
  for (const [how, landed] of Object.entries(LANDINGS)) {
    for (let crashAfter = 0, ended = false; !ended; crashAfter += 1) {
      const place = new TornPlace();
      const slots = await load(place);
      place.crashAfter = crashAfter;
      const [kept, gone] = [new Set(), new Set()];
      const put = async (from, to) => {
        await slots.put(some(from, to));
        for (const { id } of some(from, to)) kept.add(id);
      };
      const erase = async (...ids) => {
        // From the moment it was asked for, either may be found.
        for (const id of ids) kept.delete(id);
        await slots.erase(ids);
        for (const id of ids) gone.add(id);
      };
      try {
        await put(0, 3);
        await put(3, 60);
        await erase('medium:1', 'medium:40');
        await put(60, 70); // a second page of slots
        await erase('medium:2');
        ended = true;
      } catch (error) {
        assert.ok(error instanceof Crash);
      }
      const when = `${how}, after ${crashAfter} flushes`;
      const again = await load(place.afterCrash(landed));
      for (const id of kept) assert.deepEqual(again.get(id), keys.get(id), `${when}: ${id}`);
      for (const id of gone) assert.equal(again.get(id), null, `${when}: ${id}`);
      // It goes on from there.
      await again.put([{ id: 'medium:new', key: randomBytes(32) }]);
      assert.ok((await load(again.place)).get('medium:new'), when);
    }
  }
});

test('a sweep whose power goes at any flush of the keys leaves every entry, and the next one ends it', async () => {
  for (const [how, landed] of Object.entries(LANDINGS)) {
    for (let crashAfter = 0, ended = false; !ended; crashAfter += 1) {
      const storage = memoryStorage();
      const place = new TornPlace();
      const log = new Log(storage.database, await load(place), new Records());
      await log.create();
      const names = Array.from({ length: 12 }, (_, i) => `k${i}`);
      for (const k of names) await log.append([{ t: 'meta', k, v: k }]);
      await log.append([{ t: 'erased', c: 'visit-1', ids: ['note:1'] }]);
      place.crashAfter = crashAfter;
      const how2 = (one) => ({ full: true, pause: async () => {}, lost: (block) => one.setAside(block) });
      try {
        await sweep(log, how2(log));
        ended = true;
      } catch (error) {
        assert.ok(error instanceof Crash);
      }
      const when = `${how}, after ${crashAfter} flushes`;
      const left = storage.afterCrash();
      const torn = place.afterCrash(landed);
      const again = new Log(left.database, await load(torn), new Records());
      assert.equal(await again.open(), 0, when);
      assert.deepEqual([...again.records.meta.keys()], names, when);
      if (again.records.unswept || again.isMixed) await sweep(again, how2(again));
      assert.deepEqual([again.isMixed, again.records.unswept, again.slots.get('log/1')], [false, false, null], when);
      const last = new Log(left.database, await load(torn), new Records());
      assert.deepEqual([await last.open(), [...last.records.meta.keys()]], [0, names], when);
    }
  }
});
