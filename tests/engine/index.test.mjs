// The log's index: a snapshot and its tail say what the whole log says, sweeps change nothing that counts,
// and a crash between any two writes loses nothing acknowledged. Random entries from a seed that is printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { boxKey, seal, subkey } from '../../static/engine/crypto/box.js';
import { randomBytes, utf8 } from '../../static/engine/crypto/wire.js';
import { Bodies } from '../../static/engine/store/bodies.js';
import { KeySlots } from '../../static/engine/store/key_slots.js';
import { Log } from '../../static/engine/store/log.js';
import { Records } from '../../static/engine/store/records.js';
import { isPoor, sweep } from '../../static/engine/store/sweep.js';
import { Crash, memoryStorage } from './fakes.mjs';

const KEY = await subkey(randomBytes(32), randomBytes(16), 'slots');
const SEEDS = Number(process.env.AIGAQ_SEEDS ?? 6);

/** Numbers below 1, the same for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

async function openLog(storage, fresh = false) {
  const slots = new KeySlots(storage.places.slots, KEY);
  await slots.load();
  const records = new Records();
  const log = new Log(storage.database, slots, records);
  if (fresh) await log.create();
  const damaged = fresh ? 0 : await log.open();
  return { storage, slots, records, log, damaged, bodies: new Bodies(log, (block) => log.setAside(block)) };
}

/** Everything that the engine reads out of the records, bodies included, and nothing of where it lies. */
async function stateOf({ records, bodies }) {
  const documents = [];
  for (const [channel, held] of records.channels) {
    for (const { id, type, leaves, erased } of held.values()) {
      const found = await bodies.load(leaves);
      const said = leaves.map((leaf) => [leaf.rev, leaf.ancestors, leaf.deleted, leaf.local, leaf.age, erased ? null : found.get(leaf)]);
      documents.push([channel, id, type, records.isLocal({ id, leaves }), erased, said.sort()]);
    }
  }
  const sorted = (map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.parse(JSON.stringify({
    documents: documents.sort((a, b) => (a[1] < b[1] ? -1 : 1)), self: records.self, count: records.count, meta: sorted(records.meta),
    drafts: sorted(records.drafts), since: sorted(records.checkpoints), files: sorted(records.files), stanzas: sorted(records.stanzas).filter(([id]) => documents.some(([, known]) => known === id)),
    erased: sorted(records.erased), envelopes: sorted(records.envelopes),
    of: documents.map(([, id]) => [id, records.envelopesOf(id).map((e) => e.id).sort()]).sort(),
  }));
}

/** The first part that differs, so that a failure can be read. */
function assertSame(actual, expected, when) {
  for (const part of Object.keys(expected)) {
    for (const [i, row] of Object.entries(expected[part] ?? [])) assert.deepEqual(actual[part]?.[i], row, `${when}: ${part}`);
    assert.deepEqual(actual[part], expected[part], `${when}: ${part}`);
  }
}

/** A source of entries as the engine writes them: versions, conflicts, envelopes, receipts, drafts, erasures, departures. */
function entriesOf(random) {
  const pick = (n) => Math.floor(random() * n);
  const revs = new Map();
  let [n, r] = [0, 0];
  const document = (c) => {
    const id = `note:${c}-${pick(12)}`;
    const known = revs.get(id) ?? [];
    const parent = known.length > 0 && random() < 0.8 ? known[pick(known.length)] : null;
    const ancestors = parent ? [parent.rev, ...parent.ancestors] : [];
    const rev = `${ancestors.length + 1}-${String(r += 1).padStart(32, '0')}`;
    revs.set(id, [...known, { rev, ancestors }]);
    const doc = { _id: id, type: 'note', created_at: `2026-0${1 + pick(9)}`, text: 'ә'.repeat(pick(400)), r };
    return { t: 'doc', c, l: { rev, ancestors, deleted: random() < 0.05, local: random() < 0.5, doc } };
  };
  const sealed = [];
  return () => {
    const c = `visit-${pick(3)}`;
    const chance = random();
    if (chance < 0.5) {
      const entry = document(c);
      if (!entry.l.local) return [entry];
      const before = sealed.filter((e) => e.document === entry.l.doc._id).slice(-1);
      const e = { id: `e${n += 1}`, n, channel: c, document: entry.l.doc._id, rev: entry.l.rev, at: 'x', size: 9,
        supersedes: random() < 0.4 ? before.flatMap(({ id, supersedes }) => [id, ...supersedes]) : [], receipt: null, quarantined: null };
      sealed.push(e);
      return [entry, { t: 'envelope', e: { ...e } }];
    }
    if (chance < 0.6 && sealed.length > 0) return [{ t: 'receipt', id: sealed[pick(sealed.length)].id, receipt: { seq: pick(99) }, q: null }];
    if (chance < 0.75) return [{ t: 'draft', k: `${c}/note/note:${c}-${pick(12)}`, ...(random() < 0.7 ? { v: { text: pick(99) } } : {}) }];
    if (chance < 0.8) return [{ t: 'meta', k: `m${pick(4)}`, v: pick(99) }, { t: 'count', n }];
    if (chance < 0.85) return [{ t: 'since', c, epoch: 'e', since: String(pick(99)) }];
    if (chance < 0.9) return [{ t: 'file', id: `note:${c}-${pick(12)}`, c, file: `f${pick(9)}`, freed: random() < 0.3 }];
    if (chance < 0.93) return [{ t: 'stanza', id: `note:${c}-${pick(12)}`, key_id: 'k', stanza: `s${pick(99)}` }];
    if (chance < 0.95) return [{ t: 'self', self: { account: pick(99) } }];
    if (chance < 0.98) return [{ t: 'erased', c, ids: [`note:${c}-${pick(12)}`, `note:${c}-${pick(12)}`] }];
    return [{ t: 'gone', c, keep: [`note:${c}-${pick(12)}`] }];
  };
}

const how = (log, full) => ({ full, pause: async () => {}, lost: (block) => log.setAside(block) });

/** The log without its snapshot, read from the beginning. */
async function wholly(storage) {
  const copy = storage.afterCrash();
  copy.database.stores.snapshot.clear();
  return stateOf(await openLog(copy));
}

test('a snapshot with its tail, the whole log, and memory say the same, whatever was swept in between', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = randomOf(seed);
    const next = entriesOf(random);
    let opened = await openLog(memoryStorage(), true);
    for (let step = 0; step < 12; step += 1) {
      for (let i = 0; i < 8; i += 1) await opened.log.append(Array.from({ length: random() < 0.1 ? 300 : 2 }, next).flat());
      const chance = random();
      if (chance < 0.3) await opened.log.snapshot();
      else if (chance < 0.5) await sweep(opened.log, how(opened.log, true));
      else if (chance < 0.8 && isPoor(opened.log)) await sweep(opened.log, how(opened.log, false));
      const expected = await stateOf(opened);
      const again = await openLog(opened.storage.afterCrash());
      assert.equal(again.damaged, 0);
      assertSame(await stateOf(again), expected, `seed ${seed}, step ${step}`);
      assertSame(await wholly(opened.storage), expected, `seed ${seed}, step ${step}: the whole log`);
      assert.deepEqual([...again.records.live].filter(([, live]) => live > 0).sort(byId), [...opened.records.live].filter(([, live]) => live > 0).sort(byId));
      if (random() < 0.5) opened = again;
    }
  }
});

const byId = ([a], [b]) => a - b;

test('a crash between any two writes of a sweep or a snapshot leaves what was acknowledged, and the next one ends it', async () => {
  for (let seed = 1; seed <= Math.ceil(SEEDS / 4); seed += 1) {
    const made = await openLog(memoryStorage(), true);
    const next = entriesOf(randomOf(seed));
    for (let i = 0; i < 60; i += 1) await made.log.append(Array.from({ length: i % 20 === 0 ? 200 : 1 }, next).flat());
    await made.log.snapshot();
    for (let i = 0; i < 20; i += 1) await made.log.append(next());
    const expected = await stateOf(made);
    for (const full of [true, false]) {
      for (let crashAfter = 0, ended = false; !ended; crashAfter += 1) {
        const storage = made.storage.afterCrash();
        const { log } = await openLog(storage);
        let swept = false;
        storage.database.crashAfter = crashAfter;
        try {
          await sweep(log, how(log, full));
          swept = true;
          await log.snapshot();
          ended = true;
        } catch (error) {
          assert.ok(error instanceof Crash, String(error));
        }
        const again = await openLog(storage.afterCrash());
        assert.equal(again.damaged, 0);
        assertSame(await stateOf(again), expected, `seed ${seed}, ${full ? 'full' : 'part'}, crash after ${crashAfter}`);
        if (!full) continue;
        if (!swept) assert.ok(again.records.unswept || again.log.isMixed, 'the next unlock goes on with it');
        await sweep(again.log, how(again.log, true));
        assert.deepEqual([again.log.isMixed, again.records.unswept, await stateOf(again)], [false, false, expected]);
      }
    }
  }
});

test('saves go on while a sweep is under way, and are kept', async () => {
  const opened = await openLog(memoryStorage(), true);
  const next = entriesOf(randomOf(5));
  for (let i = 0; i < 400; i += 1) await opened.log.append(next());
  const pause = () => opened.log.append(next());
  await sweep(opened.log, { ...how(opened.log, true), pause });
  const expected = await stateOf(opened);
  assertSame(await stateOf(await openLog(opened.storage.afterCrash())), expected, 'after');
  assertSame(await wholly(opened.storage), expected, 'after');
});

test('what was erased stands in no block any more, under no key that is left', async () => {
  const opened = await openLog(memoryStorage(), true);
  const note = (n, text) => ({ t: 'doc', c: 'visit-1', l: { rev: `1-${String(n).padStart(32, '0')}`, ancestors: [], deleted: false, local: true, doc: { _id: `note:${n}`, type: 'note', text } } });
  for (let n = 0; n < 40; n += 1) await opened.log.append([note(n, `text ${n}`)]);
  await opened.log.snapshot();
  await opened.log.append([{ t: 'erased', c: 'visit-1', ids: ['note:7'] }]);
  await sweep(opened.log, how(opened.log, true));
  assert.deepEqual(opened.slots.ids(), ['log/2']);
  assert.equal((await opened.storage.database.keys('snapshot')).length, 0);
  const blocks = await opened.log.read(await opened.storage.database.keys('blocks'));
  const texts = [...blocks.values()].flatMap((block) => block.entries.flatMap((entry, slot) => (entry.t === 'doc' ? [block.doc(slot).text] : [])));
  assert.deepEqual([texts.length, texts.includes('text 7'), texts.includes('text 8')], [40, false, true]);
});

test('a sweep puts many small blocks together and drops what is superseded', async () => {
  const opened = await openLog(memoryStorage(), true);
  for (let i = 0; i < 1000; i += 1) await opened.log.append([{ t: 'draft', k: `visit-1/note/${i % 3}`, v: { text: 'x'.repeat(500), i } }]);
  assert.ok(isPoor(opened.log));
  await sweep(opened.log, how(opened.log, false));
  assert.ok(opened.log.blocks.size < 20, String(opened.log.blocks.size));
  assert.deepEqual([...(await openLog(opened.storage.afterCrash())).records.drafts.values()].map(({ i }) => i).sort(), [997, 998, 999]);
});

test('a snapshot that does not open is left aside, and the log is read whole', async () => {
  for (const harm of ['bytes', 'part', 'version']) {
    const opened = await openLog(memoryStorage(), true);
    const next = entriesOf(randomOf(9));
    for (let i = 0; i < 200; i += 1) await opened.log.append(next());
    await opened.log.snapshot();
    await opened.log.append(next());
    const expected = await stateOf(opened);
    const rows = opened.storage.database.stores.snapshot;
    const [key, row] = [...rows][0];
    if (harm === 'bytes') new Uint8Array(row.bytes)[60] ^= 1;
    if (harm === 'part') rows.delete([...rows.keys()].at(-1));
    if (harm === 'version') rows.set(key, { ...row, v: 9 });
    const again = await openLog(opened.storage.afterCrash());
    assert.deepEqual([again.damaged, again.log.mended, await stateOf(again)], [0, harm !== 'version', expected]);
  }
});

test('a block that is found damaged when it is read is set aside; what else there is stays', async () => {
  const opened = await openLog(memoryStorage(), true);
  const notes = (from) => Array.from({ length: 256 }, (_, i) => ({ t: 'doc', c: 'reference', l: {
    rev: `1-${String(from + i).padStart(32, '0')}`, ancestors: [], deleted: false, doc: { _id: `facility:${from + i}`, type: 'facility', name: 'n' } } }));
  await opened.log.append([...notes(0), ...notes(256), ...notes(512)]);
  await opened.log.snapshot();
  new Uint8Array(opened.storage.database.stores.blocks.get('2').bytes)[90] ^= 1;
  const again = await openLog(opened.storage.afterCrash());
  assert.equal(again.damaged, 0);
  const leaves = again.records.ofType('reference', 'facility').flatMap((held) => held.leaves);
  assert.equal((await again.bodies.load(leaves)).size, 512);
  assert.equal(again.records.ofType('reference', 'facility').length, 512);
  assert.deepEqual(await opened.storage.afterCrash().database.keys('damaged'), []);
  assert.deepEqual(await again.storage.database.keys('damaged'), [2]);
  assert.equal((await openLog(again.storage.afterCrash())).records.ofType('reference', 'facility').length, 512);
});

test('bodies in memory stay within their budget', async () => {
  const opened = await openLog(memoryStorage(), true);
  const text = 'x'.repeat(1000);
  await opened.log.append(Array.from({ length: 2000 }, (_, i) => ({ t: 'doc', c: 'reference', l: {
    rev: `1-${String(i).padStart(32, '0')}`, ancestors: [], deleted: false, doc: { _id: `facility:${i}`, type: 'facility', text } } })));
  const bodies = new Bodies(opened.log, async () => {}, 100_000);
  const leaves = opened.records.ofType('reference', 'facility').flatMap((held) => held.leaves);
  const found = await bodies.load(leaves);
  assert.equal(found.size, 2000);
  assert.ok(bodies.size <= 100_000, String(bodies.size));
  assert.equal((await bodies.load(leaves.slice(0, 1))).get(leaves[0]).text, text);
});

/** A row as version 1 wrote it: the entries whole, in one JSON. */
async function firstVersion(raw, id, entries) {
  const json = utf8(JSON.stringify(entries));
  const content = new Uint8Array(1024);
  new DataView(content.buffer).setUint32(0, json.length);
  content.set(json, 4);
  return { id, generation: 1, bytes: (await seal(await boxKey(raw), content, `block/${id}/1`)).buffer };
}

test('a log of the first format opens, goes on, and is brought to the present one by a sweep', async () => {
  const storage = memoryStorage();
  const raw = randomBytes(32);
  const slots = new KeySlots(storage.places.slots, KEY);
  await slots.load();
  await slots.put([{ id: 'log/1', key: raw }]);
  const doc = { _id: 'note:1', type: 'note', created_at: '2026-01-01', text: 'сказано' };
  const leaf = { rev: `1-${'0'.repeat(32)}`, ancestors: [], deleted: false, local: true, doc };
  storage.database.put('blocks', await firstVersion(raw, 1, [{ t: 'self', self: { account: 1 } }, { t: 'doc', c: 'visit-1', l: leaf }]));
  storage.database.put('blocks', await firstVersion(raw, 2, [{ t: 'draft', k: 'visit-1/note/2', v: { text: 'a' } }]));
  const opened = await openLog(storage.afterCrash());
  const expected = await stateOf(opened);
  assert.deepEqual([opened.damaged, expected.self, expected.drafts.length, expected.documents[0].at(-1)[0].at(-1)], [0, { account: 1 }, 1, doc]);
  await sweep(opened.log, how(opened.log, true));
  assert.ok([...opened.storage.database.stores.blocks.values()].every(({ v }) => v === 2));
  assertSame(await stateOf(await openLog(opened.storage.afterCrash())), expected, 'after the sweep');
});

test('a block of a newer version is named, and nothing is lost or written', async () => {
  const opened = await openLog(memoryStorage(), true);
  await opened.log.append([{ t: 'meta', k: 'a', v: 1 }]);
  await opened.log.append([{ t: 'meta', k: 'b', v: 1 }]);
  const storage = opened.storage.afterCrash();
  storage.database.put('blocks', { ...await storage.database.get('blocks', 2), v: 3 });
  const before = storage.database.writes;
  await assert.rejects(openLog(storage), { code: 'newer-version' });
  assert.deepEqual([storage.database.writes - before, (await storage.database.keys('blocks')).length], [0, 2]);
});
