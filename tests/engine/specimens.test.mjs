// Every format that a tablet ever wrote opens with today's code, and one of a newer version is named and left as it is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { boxKey, seal, subkey } from '../../static/engine/crypto/box.js';
import { openHeader, parseHeader } from '../../static/engine/crypto/header.js';
import { openWith } from '../../static/engine/crypto/sealing.js';
import { openStream } from '../../static/engine/crypto/stream.js';
import { concat, fromBase64, sha256, text, utf8 } from '../../static/engine/crypto/wire.js';
import { Playback } from '../../static/engine/media/playback.js';
import { recoverMedia } from '../../static/engine/media/recovery.js';
import { Courier } from '../../static/engine/replication/courier.js';
import { Delivery, whatWaits } from '../../static/engine/replication/delivery.js';
import { exportUndelivered } from '../../static/engine/replication/export_file.js';
import { readLedger } from '../../static/engine/replication/ledger.js';
import { Bodies } from '../../static/engine/store/bodies.js';
import { readHeader } from '../../static/engine/store/header_file.js';
import { KeySlots } from '../../static/engine/store/key_slots.js';
import { Log } from '../../static/engine/store/log.js';
import { Records } from '../../static/engine/store/records.js';
import { MemoryPlace, memoryStorage } from './fakes.mjs';
import { organisation } from './organisation.mjs';
import { BLOCK_KEY, DOC, FRAMES, MEDIUM, SLOT_KEYS, VAULT_ID, VAULT_KEY, WORDS } from './specimens/keys.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const specimen = (name) => JSON.parse(readFileSync(new URL(`specimens/${name}.json`, import.meta.url), 'utf8'));
const SLOTS = await subkey(VAULT_KEY, VAULT_ID, 'slots');

function placeOf(bytes) {
  const place = new MemoryPlace();
  place.write(0, bytes);
  return place;
}

/** Storage with the specimen's rows and the slots that hold their key. */
function storageOf({ rows, snapshot = [] }) {
  const storage = memoryStorage();
  storage.places.slots.write(0, fromBase64(specimen('slots-1').bytes));
  for (const row of rows) storage.database.put('blocks', { ...row, bytes: fromBase64(row.bytes).buffer });
  for (const row of snapshot) storage.database.put('snapshot', { ...row, bytes: fromBase64(row.bytes).buffer });
  return storage;
}

async function openLog(storage) {
  const slots = new KeySlots(storage.places.slots, SLOTS);
  await slots.load();
  const log = new Log(storage.database, slots, new Records());
  return { log, damaged: await log.open() };
}

test('headers', async () => {
  const bytes = fromBase64(specimen('header-1').bytes);
  const header = await parseHeader(bytes);
  assert.deepEqual([header.generation, await openHeader(header, WORDS)], [3, VAULT_KEY]);
  // A newer one is whole by the same hash, and says so in its magic.
  const newer = bytes.slice(0, 160);
  newer[7] = '2'.charCodeAt(0);
  const whole = concat(newer, await sha256(newer));
  await assert.rejects(parseHeader(whole), { code: 'newer-version', detail: { what: 'header', version: 2 } });
  const place = placeOf(whole);
  await assert.rejects(readHeader(place), { code: 'newer-version' });
  assert.deepEqual(place.read(0, 192), whole);
});

test('key slots', async () => {
  for (const version of [1, 2]) {
    const slots = new KeySlots(placeOf(fromBase64(specimen(`slots-${version}`).bytes)), SLOTS);
    await slots.load();
    for (const [id, key] of SLOT_KEYS) assert.deepEqual(slots.get(id), key, `version ${version}: ${id}`);
  }
  // The first format's are read beside those written today.
  const place = placeOf(fromBase64(specimen('slots-1').bytes));
  const mixed = new KeySlots(place, SLOTS);
  await mixed.load();
  await mixed.put([{ id: 'medium:later', key: new Uint8Array(32).fill(9) }]);
  const again = new KeySlots(place, SLOTS);
  await again.load();
  assert.deepEqual(again.ids().sort(), [...SLOT_KEYS.keys(), 'medium:later'].sort());
  const newer = concat(fromBase64(specimen('slots-2').bytes), await seal(SLOTS, new Uint8Array(164).fill(243), 'slot/2'));
  const kept = placeOf(newer);
  await assert.rejects(new KeySlots(kept, SLOTS).load(), { code: 'newer-version', detail: { what: 'slot', version: 3 } });
  assert.deepEqual(kept.read(0, newer.length), newer);
});

test('blocks of the log, and the snapshot of its index', async () => {
  for (const name of ['blocks-1', 'blocks-2', 'snapshot-1']) {
    const { log, damaged } = await openLog(storageOf(specimen(name)));
    assert.deepEqual([damaged, log.mended, log.records.self, [...log.records.drafts.values()]], [0, false, { account: 1 }, [{ text: 'черновик' }]], name);
    assert.equal(log.tail === 0, name === 'snapshot-1', name);
    const { leaves } = log.records.get(CHANNEL, DOC._id);
    assert.deepEqual((await new Bodies(log, async () => {}).load(leaves)).get(leaves[0]), DOC, name);
  }
  const { rows, snapshot } = specimen('snapshot-1');
  const newer = storageOf({ rows: rows.map((row) => ({ ...row, v: 3 })) });
  await assert.rejects(openLog(newer), { code: 'newer-version', detail: { what: 'block', version: 3 } });
  assert.deepEqual([newer.database.writes, (await newer.database.keys('blocks')).length], [0, 1]);
  // A newer snapshot is not needed: the log says the same.
  const aside = await openLog(storageOf({ rows, snapshot: snapshot.map((row) => ({ ...row, v: 2 })) }));
  assert.deepEqual([aside.damaged, aside.log.records.self], [0, { account: 1 }]);
});

test('media files', async () => {
  const file = fromBase64(specimen('stream-1').bytes);
  assert.equal(text(await openStream(await boxKey(BLOCK_KEY), MEDIUM, file, null)), FRAMES.join(''));
  const tablet = await newTablet(await organisation());
  const { doc } = await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg', stream: 2 }, utf8('newer').slice().buffer);
  const { id } = await tablet.opened.recordings.start(CHANNEL, { kind: 'photo', mime: 'image/jpeg', stream: 2 });
  await tablet.opened.recordings.append(id, utf8('newer, torn').slice().buffer);
  const later = await restart(tablet);
  const playback = new Playback(later.session, later.opened.recordings, () => { throw new Error('no network'); });
  await assert.rejects(playback.read(CHANNEL, doc._id), { code: 'newer-version', detail: { what: 'medium', version: 2 } });
  assert.deepEqual(await recoverMedia(later.session, later.opened.recordings), []);
  assert.equal((await later.get(CHANNEL, id)).doc.state, 'recording');
  assert.deepEqual([...later.storage.contents.values()].map(({ length }) => length), [...tablet.storage.contents.values()].map(({ length }) => length));
});

test('outbox rows', async () => {
  const { row, transport } = specimen('outbox-1');
  const plain = JSON.parse(text(await openWith(fromBase64(transport), fromBase64(row.sealed), `aigaq/envelope/1\n${row.id}`)));
  assert.deepEqual([plain.document._id, plain.document.text, plain.channel], [DOC._id, DOC.text, CHANNEL]);
  const tablet = await newTablet(await organisation());
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: 'written by a newer app' });
  await tablet.save(CHANNEL, { type: 'note', text: 'today' });
  const { database } = tablet.storage;
  await database.drain();
  const [first] = await database.all('outbox');
  database.put('outbox', { ...first, v: 2 });
  assert.equal((await new Delivery(database, tablet.storage.files.slice, tablet.gateway).round()).receipts, 1);
  await tablet.opened.absorb();
  assert.deepEqual(tablet.office.opened.map(({ document }) => document.text), ['today']);
  assert.deepEqual(await database.all('outbox'), [{ ...first, v: 2 }]);
  assert.equal((await whatWaits(database)).documents, 1);
  const item = (await readLedger(tablet.session, CHANNEL)).items.find(({ id }) => id === doc._id);
  assert.equal(item.error, 'newer-version');
  assert.equal(JSON.parse((await (await exportUndelivered(tablet.storage, 0)).file.text()).split('\n')[1]).envelopes.length, 0);
});

test('export files and receipts', async () => {
  const { bytes, receipts, keyset, outbox } = specimen('export-1');
  const tablet = await newTablet(await organisation());
  const { database } = tablet.storage;
  const courier = new Courier(tablet.storage, { now: () => 0, require: () => {}, taken: async () => {} });
  database.put('public', { ...await database.get('public', 'device'), id: '01HDEVICE00000000000000003' });
  const file = fromBase64(bytes);
  const head = JSON.parse(Buffer.from(file).toString('latin1').split('\n')[1]);
  assert.deepEqual(await courier.importCarried(new Blob([file])), { envelopes: 2, chunks: 1, bytes: head.chunks[0].size, lost: { envelopes: 0, chunks: 0, unknown: false } });
  // At its author's: the receipts fit the sealed bytes that lie there.
  const author = await newTablet(await organisation());
  author.storage.database.put('public', { name: 'keyset', signed: keyset });
  for (const row of outbox) author.storage.database.put('outbox', { ...row, sealed: fromBase64(row.sealed).buffer });
  const home = new Courier(author.storage, { now: () => 0, require: () => {}, taken: async () => {} });
  assert.deepEqual(await home.importReceipts(new Blob([fromBase64(receipts)])), { received: 2 });
  const before = database.writes;
  for (const [call, source] of [['importCarried', bytes], ['importReceipts', receipts]]) {
    const newer = fromBase64(source);
    newer[newer.indexOf(10) - 1] = '2'.charCodeAt(0);
    await assert.rejects(courier[call](new Blob([newer])), { code: 'newer-version' });
  }
  assert.equal(database.writes, before);
});
