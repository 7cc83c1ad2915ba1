// The journal: what it acknowledged is there after a crash at any byte, in its order, once, and in no second place for long.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crc32 } from '../../static/engine/store/checksum.js';
import { Journal, LARGEST_RECORD, readJournal } from '../../static/engine/store/journal.js';
import { JournaledDatabase } from '../../static/engine/store/journaled.js';
import { randomBytes, utf8 } from '../../static/engine/crypto/wire.js';
import { chance } from '../simulation/chance.mjs';
import { Crash, MemoryDatabase, MemoryPlace } from './fakes.mjs';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const block = (id, size = 20) => ({ store: 'blocks', put: { id, v: 2, generation: 1, bytes: randomBytes(size).buffer } });
const row = (n, more = {}) => ({ store: 'outbox', put: { n, id: `e${n}`, sealed: randomBytes(20).buffer, tried: false, receipt: null, ...more } });
const superseded = (n) => ({ store: 'outbox', remove: n, unless: 'tried' });

/** A database with a journal in front; `handle` false: another tab holds the file. */
function journaled(database, place, { handle = () => true, roomy = () => true } = {}) {
  return new JournaledDatabase(database, {
    read: async () => (place.size() === 0 ? null : place.read(0, place.size())),
    open: async () => {
      if (!handle()) throw new DOMException('busy', 'NoModificationAllowedError');
      return place;
    },
    roomy,
    later: () => {},
  });
}

async function begun(database = new MemoryDatabase(), place = new MemoryPlace(), how = {}) {
  const front = journaled(database, place, how);
  await front.begin();
  return { front, database, place };
}

/** The same disk in another process. */
function afterCrash({ database, place }) {
  const [next, file] = [new MemoryDatabase(), new MemoryPlace()];
  for (const [store, rows] of Object.entries(database.stores)) for (const one of rows.values()) next.put(store, one);
  file.content = place.durable.slice();
  file.durable = place.durable.slice();
  return { database: next, place: file };
}

test('the checksum is CRC-32', () => {
  assert.equal(crc32(utf8('123456789')), 0xcbf43926);
  const bytes = randomBytes(1000);
  for (const cut of [0, 1, 7, 8, 9, 500, 1000]) assert.equal(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), crc32(bytes));
});

test('records come back as they were; a torn one, and what is behind it, is not there', async () => {
  const place = new MemoryPlace();
  const journal = await Journal.open(place);
  const written = [[block(1)], [block(2), row(1), superseded(7)], [row(2, { note: 'сырость' })]];
  const ends = [];
  for (const [i, writes] of written.entries()) {
    assert.equal(journal.append(4, i + 10, writes, () => true), 0);
    ends.push(4096 + place.content.subarray(4096).length);
  }
  await journal.flush();
  const whole = readJournal(place.read(0, place.size()));
  assert.deepEqual(whole.map(({ epoch, number, writes }) => [epoch, number, writes]), written.map((writes, i) => [4, i + 10, writes]));
  // Where each record ends: the first length after it makes no record.
  const starts = [];
  let at = 4096;
  for (let i = 0; i < 3; i += 1) {
    starts.push(at);
    at += 20 + new DataView(place.content.buffer).getUint32(at);
  }
  for (let cut = 4096; cut < at; cut += 1) {
    const torn = place.read(0, place.size());
    torn.set(randomBytes(place.size() - cut > 65536 ? 65536 : place.size() - cut), cut);
    const found = readJournal(torn).map(({ number }) => number);
    // One byte may by chance be the one that was there.
    const whole = [10, 11, 12].filter((_, i) => (starts[i + 1] ?? at) <= cut);
    assert.deepEqual(found.slice(0, whole.length), whole, `cut at ${cut}`);
    assert.ok(found.length <= whole.length + 1);
  }
});

test('one flipped bit anywhere in a record takes it away and harms nothing before it', async () => {
  const place = new MemoryPlace();
  const journal = await Journal.open(place);
  journal.append(1, 1, [block(1)], () => true);
  const second = 4096 + 20 + new DataView(place.content.buffer).getUint32(4096);
  journal.append(1, 2, [block(2)], () => true);
  const end = second + 20 + new DataView(place.content.buffer).getUint32(second);
  for (let at = second; at < end; at += 1) {
    const bytes = place.read(0, place.size());
    bytes[at] ^= 1 << (at % 8);
    assert.deepEqual(readJournal(bytes).map(({ number }) => number), [1], `byte ${at}`);
  }
});

test('a save is acknowledged by one flush, and the database has it soon, with the outbox', async () => {
  const tablet = await newTablet(await organisation());
  const { stores } = tablet.storage.database;
  const before = stores.blocks.size;
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: 'kept' });
  assert.deepEqual([stores.blocks.size, stores.outbox.size], [before, 0]);
  assert.equal((await tablet.storage.database.all('outbox')).length, 1);
  // The app is opened after a crash and not unlocked: delivery has it all the same.
  const locked = tablet.storage.afterCrash();
  await locked.database.recover();
  assert.deepEqual([locked.database.stores.blocks.size, locked.database.stores.outbox.size], [before + 1, 1]);
  assert.equal(readJournal(locked.places.journal.content).length, 0);
  const again = await restart(tablet);
  assert.equal((await again.get(CHANNEL, doc._id)).doc.text, 'kept');
  tablet.storage.later();
  await tablet.storage.database.drain();
  assert.deepEqual([stores.blocks.size, stores.outbox.size], [before + 1, 1]);
});

test('a crash at any flush or transaction, wherever the database takes over, loses and doubles nothing', async () => {
  for (let crashAfter = 0; crashAfter < 24; crashAfter += 1) {
    const tablet = await newTablet(await organisation());
    const luck = chance(crashAfter);
    tablet.storage.database.crashAfter = crashAfter;
    const texts = new Map();
    let tried = null;
    try {
      for (let i = 0; i < 12; i += 1) {
        const known = luck.happens(0.4) && texts.size > 0 ? luck.pick([...texts.keys()]) : undefined;
        tried = [known, `n${i}`];
        const { doc } = await tablet.save(CHANNEL, { type: 'note', text: `n${i}`, ...(known && { _id: known }) });
        texts.set(doc._id, doc.text);
        tried = null;
        if (luck.happens(0.4)) await tablet.storage.database.drain();
        if (luck.happens(0.1)) await tablet.session.compact(true);
      }
    } catch (error) {
      assert.ok(error instanceof Crash);
    }
    if (luck.happens(0.5)) tablet.storage.places.journal.tear(luck.next());
    const again = await restart(tablet);
    const found = new Map((await again.session.readings.list(CHANNEL, 'note')).map(({ doc }) => [doc._id, doc.text]));
    for (const [id, text] of texts) assert.ok(found.get(id) === text || (tried && tried[0] === id && found.get(id) === tried[1]), `${crashAfter}: ${text}`);
    assert.ok(found.size <= texts.size + 1);
    await again.deliver();
    const delivered = again.office.opened.map(({ document }) => document);
    for (const [id, text] of found) assert.equal(delivered.filter(({ _id }) => _id === id).at(-1).text, text);
    assert.equal(new Set(again.office.opened.map(({ count }) => count)).size, delivered.length);
  }
});

test('what the database has is not written to it again: the service worker may have gone on', async () => {
  const { front, database, place } = await begun();
  await front.write([row(1)]);
  await front.drain();
  // Between the transaction and the next record the service worker has offered it, and the browser is killed.
  database.put('outbox', { ...await database.get('outbox', '1'), ...row(1, { tried: true }).put });
  const next = afterCrash({ database, place });
  const later = await begun(next.database, next.place);
  assert.equal((await later.front.get('outbox', 1)).tried, true);
  assert.equal((await next.database.get('public', 'journal')).epoch, 2);
});

test('an envelope is taken back only as long as it was not offered, also where that comes late', async () => {
  const { front, database } = await begun();
  await front.write([row(1)]);
  await front.write([row(2)]);
  await front.drain();
  await front.write([row(3), superseded(1)]);
  await front.write([row(4), superseded(2)]);
  assert.deepEqual((await front.keys('outbox')), [3, 4]);
  await database.write([{ store: 'outbox', key: 2, change: (old) => ({ ...old, tried: true }) }]);
  await front.drain();
  assert.deepEqual(await front.keys('outbox'), [2, 3, 4]);
});

test('a tab that was frozen while another took the vault by force writes nothing any more', async () => {
  const database = new MemoryDatabase();
  const place = new MemoryPlace();
  const { front: frozen } = await begun(database, place);
  await frozen.write([block(1), row(1)]);
  const { front: owner } = await begun(database, place, { handle: () => false });
  assert.deepEqual(await owner.keys('blocks'), [1]);
  // No file to hold: every write is the database's own.
  const mine = block(2);
  await owner.write([mine]);
  assert.deepEqual(await database.get('blocks', 2), mine.put);
  // Thawed in the middle of a save.
  const stray = block(2);
  await frozen.write([stray]);
  await assert.rejects(frozen.drain(), { code: 'not-owner' });
  await assert.rejects(frozen.write([block(3)]), { code: 'not-owner' });
  assert.deepEqual(await database.get('blocks', 2), mine.put);
  await owner.end();
  const { front: later } = await begun(database, place);
  assert.deepEqual((await later.get('blocks', 2)).bytes, mine.put.bytes);
  const [aside] = await later.all('damaged');
  assert.deepEqual([aside.store, aside.row], ['blocks', stray.put]);
  assert.deepEqual(await later.keys('blocks'), [1, 2]);
});

test('what is read is what the database will hold', async () => {
  const luck = chance(7);
  const { front, database } = await begun();
  const twin = new MemoryDatabase();
  for (let i = 0; i < 300; i += 1) {
    const n = 1 + luck.number(30);
    const write = luck.pick([block(n), row(n), row(n, { tried: true }), superseded(n)]);
    await front.write([write]);
    await twin.write([write]);
    if (luck.happens(0.1)) await front.drain();
    if (luck.happens(0.1)) {
      const plain = [{ store: 'outbox', key: n, change: (old) => (old ? { ...old, tried: true } : undefined) }, { store: 'blocks', remove: n }];
      await front.write(plain);
      await twin.write(plain);
    }
    for (const store of ['blocks', 'outbox']) {
      const range = { after: luck.number(10), to: 10 + luck.number(20), limit: luck.pick([undefined, 3]) };
      assert.deepEqual(await front.all(store), await twin.all(store));
      if (range.limit === undefined) assert.deepEqual(await front.all(store, range), await twin.all(store, range));
      assert.deepEqual(await front.keys(store), await twin.keys(store));
      assert.deepEqual(await front.get(store, n), await twin.get(store, n));
      assert.deepEqual(await front.many(store, [n, 31, 2]), await twin.many(store, [n, 31, 2]));
    }
  }
  await front.rest();
  assert.deepEqual(await database.all('outbox'), await twin.all('outbox'));
});

test('a long range is read in parts without missing or repeating any', async () => {
  const { front } = await begun();
  for (const id of [1, 3, 5, 7]) await front.write([block(id)]);
  await front.drain();
  for (const id of [2, 4, 8, 9]) await front.write([block(id)]);
  const seen = [];
  for (let after = 0; ;) {
    const rows = await front.all('blocks', { after, limit: 3 });
    if (rows.length === 0) break;
    seen.push(...rows.map(({ id }) => id));
    after = seen.at(-1);
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 7, 8, 9]);
});

test('where the file is full, a record too large, or the flush fails, the database takes it at once', async () => {
  const { front, database, place } = await begun();
  for (let id = 1; id <= 12; id += 1) await front.write([block(id, 100_000)]);
  assert.ok(database.stores.blocks.size >= 10, 'both halves hold less than that');
  assert.equal((await front.keys('blocks')).length, 12);
  await front.write([block(13, LARGEST_RECORD)]);
  assert.equal(database.stores.blocks.size, 13);
  await front.write([block(14)]);
  place.step = () => { throw new DOMException('broken', 'InvalidStateError'); };
  await front.write([block(15)]);
  assert.equal(database.stores.blocks.size, 15);
  place.step = () => {};
  await front.write([block(16)]);
  assert.equal(database.stores.blocks.size, 16, 'a file that failed once is not trusted again');
  // What may lie in the file of the failed record is passed by.
  const next = afterCrash({ database, place });
  next.database.stores.blocks.delete('15');
  await (await begun(next.database, next.place)).front.end();
  assert.equal(await next.database.get('blocks', 15), undefined);
});

test('without the ballast nothing goes by the journal; what it holds on a full disk stays there', async () => {
  let roomy = true;
  const { front, database, place } = await begun(undefined, undefined, { roomy: () => roomy });
  await front.write([block(1)]);
  database.room = 0;
  await assert.rejects(front.drain(), { name: 'QuotaExceededError' });
  roomy = false;
  await assert.rejects(front.write([block(2)]), { name: 'QuotaExceededError' });
  assert.deepEqual(await front.keys('blocks'), [1]);
  await front.end();
  const next = afterCrash({ database, place });
  next.database.room = 0;
  const { front: later } = await begun(next.database, next.place);
  assert.deepEqual(await later.keys('blocks'), [1]);
  next.database.room = 10;
  // Not by the journal: what it holds must not be written over.
  await later.write([block(2)]);
  assert.deepEqual([...next.database.stores.blocks.keys()], ['1', '2']);
});

test('after a withdrawal and after a lock the file holds nothing that it held', async () => {
  const tablet = await newTablet(await organisation());
  const { places, database } = tablet.storage;
  const bytesOf = (value) => Buffer.from(value).toString('latin1');
  const holds = (value) => bytesOf(places.journal.durable).includes(bytesOf(value));
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: 'withdrawn' });
  const [envelope] = await database.all('outbox');
  assert.ok(holds(envelope.sealed));
  await tablet.opened.erasure.withdraw(CHANNEL, { interview: null, use: 'notes', erases: [doc._id], reason: '' });
  assert.ok(!holds(envelope.sealed));
  await tablet.save(CHANNEL, { type: 'note', text: 'later' });
  const [, second] = await database.all('outbox');
  assert.ok(holds(second.sealed));
  await tablet.session.close();
  assert.ok(!holds(second.sealed));
  assert.equal(database.stores.outbox.size, 2);
  await tablet.storage.database.begin();
  await database.write([row(9)]);
  await database.wipe();
  assert.ok(!holds(utf8('AIGAQ-JOURNAL')));
});

test('the first format; one of a newer version is named and left as it is', async () => {
  const { readFileSync } = await import('node:fs');
  const { fromBase64 } = await import('../../static/engine/crypto/wire.js');
  const { start, size, writes } = JSON.parse(readFileSync(new URL('specimens/journal-1.json', import.meta.url), 'utf8'));
  const place = new MemoryPlace();
  place.write(0, new Uint8Array(size));
  place.write(0, fromBase64(start));
  const { front } = await begun(new MemoryDatabase(), place);
  for (const { store, row: { bytes, ...rest } } of writes) {
    const { [store === 'blocks' ? 'bytes' : 'sealed']: held, ...found } = await front.get(store, store === 'blocks' ? rest.id : rest.n);
    assert.deepEqual([found, new Uint8Array(held)], [rest, fromBase64(bytes)]);
  }
  await front.end();
  const newer = new MemoryPlace();
  newer.write(0, new Uint8Array(size));
  newer.write(0, fromBase64(start));
  newer.write(14, utf8('2'));
  const before = newer.read(0, size);
  const database = new MemoryDatabase();
  for (const attempt of [(one) => one.begin(), (one) => one.recover()]) {
    await assert.rejects(attempt(journaled(database, newer)), { code: 'newer-version', detail: { what: 'journal', version: 2 } });
  }
  await assert.rejects(journaled(database, newer, { handle: () => false }).begin(), { code: 'newer-version' });
  assert.deepEqual([newer.read(0, size), database.writes], [before, 0]);
});
