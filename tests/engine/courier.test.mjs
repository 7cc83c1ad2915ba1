// Carrying: a colleague's tablet delivers what it cannot open, and the author believes only genuine receipts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { utf8 } from '../../static/engine/crypto/wire.js';
import { Courier, dropCarried } from '../../static/engine/replication/courier.js';
import { whatWaits } from '../../static/engine/replication/delivery.js';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const NOW = Date.parse('2026-03-02T08:00:00Z');

/** @param {any} tablet */
function courierOf(tablet) {
  return new Courier(tablet.storage, { now: () => NOW, require: () => {}, taken: () => tablet.opened.absorb() });
}

/** An author who cannot deliver, a colleague of the same organisation who can, and the author's export. */
async function pair() {
  const office = await organisation();
  const author = await newTablet(office);
  const colleague = await newTablet(office);
  colleague.storage.database.put('public', { ...await colleague.storage.database.get('public', 'device'), id: '01HDEVICE00000000000000002' });
  const note = await author.save(CHANNEL, { type: 'note', text: 'x' });
  const photo = await author.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(3 << 20));
  const file = await courierOf(author).exportUndelivered();
  return { office, author, colleague, note, photo, file };
}

test('what one tablet exported, another delivers, and the receipts go back', async () => {
  const { office, author, colleague, note, photo, file } = await pair();
  const courier = courierOf(colleague);
  const taken = await courier.importCarried(file.bytes.slice(0));
  assert.deepEqual([taken.envelopes, taken.chunks], [2, 4]);
  assert.deepEqual(await courier.importCarried(file.bytes.slice(0)), { envelopes: 0, chunks: 0, bytes: 0 });
  assert.equal((await whatWaits(colleague.storage.database)).documents, 2);
  // Nothing of it is the colleague's own, also after a power cut.
  const again = await restart(colleague);
  assert.deepEqual((await again.session.readings.list(CHANNEL, 'note')), []);
  const round = await again.deliver();
  assert.deepEqual([round.receipts, round.chunks, round.left], [2, 4, 0]);
  assert.equal(office.chunks.size, 4);
  assert.deepEqual(office.opened.map(({ document }) => document._id).sort(), [note.doc._id, photo.doc._id].sort());
  await dropCarried(again.storage.database, again.storage.files);
  assert.deepEqual([again.storage.contents.size, (await again.storage.database.all('chunks')).length], [0, 0]);
  const second = courierOf(again);
  const [carried] = await second.carried();
  assert.deepEqual([carried.device, carried.envelopes, carried.received], ['01HDEVICE00000000000000001', 2, 2]);

  const receipts = await second.exportReceipts();
  assert.deepEqual(await courierOf(author).importReceipts(receipts.bytes.slice(0)), { received: 2 });
  assert.equal((await author.get(CHANNEL, note.doc._id)).delivered, true);
  assert.deepEqual(await courierOf(author).importReceipts(receipts.bytes.slice(0)), { received: 0 });
  // The chunks are confirmed by the server itself.
  assert.equal((await author.deliver()).chunks, 4);
  assert.equal(office.requests.filter((path) => path.startsWith('/sync/media/chunks/')).length, 4);
});

test('an author who meets the server first gets the same receipts', async () => {
  const { office, author, colleague, note, file } = await pair();
  await courierOf(colleague).importCarried(file.bytes.slice(0));
  await colleague.deliver();
  const opened = office.opened.length;
  await author.deliver();
  assert.deepEqual([office.opened.length, (await author.get(CHANNEL, note.doc._id)).delivered], [opened, true]);
});

test('a receipt from a stranger changes nothing', async () => {
  const { author, colleague, note, file } = await pair();
  await courierOf(colleague).importCarried(file.bytes.slice(0));
  await colleague.deliver();
  const honest = new TextDecoder().decode((await courierOf(colleague).exportReceipts()).bytes);
  const forged = utf8(honest.replaceAll('"seq":1', '"seq":7').replaceAll('"seq":2', '"seq":8')).buffer;
  assert.deepEqual(await courierOf(author).importReceipts(forged), { received: 0 });
  assert.equal((await author.get(CHANNEL, note.doc._id)).delivered, false);
});

test('a file that is no export, was cut, or is one’s own is not taken in', async () => {
  const { author, colleague, file } = await pair();
  const courier = courierOf(colleague);
  const bytes = new Uint8Array(file.bytes);
  const changed = bytes.slice();
  changed[changed.length - 5] ^= 1;
  const head = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(10, 15)));
  const lies = [
    ['not an export', utf8('hello').buffer], ['not an export', utf8('AIGAQ-EXPORT-1\n').buffer], ['not an export', utf8('AIGAQ-EXPORT-1\n{"envelopes": [{}], "chunks": []}\n').buffer],
    ['cut short', bytes.slice(0, -1).buffer], ['cut short', utf8(`${head}\n`).buffer], ['cut short', changed.buffer],
  ];
  for (const [detail, lie] of lies) await assert.rejects(courier.importCarried(lie), { code: 'refused', detail });
  await assert.rejects(courierOf(author).importCarried(file.bytes.slice(0)), { code: 'refused', detail: 'own export' });
  for (const lie of ['', '{}', 'AIGAQ-RECEIPTS-1\n[]']) await assert.rejects(courier.importReceipts(utf8(lie).buffer), { code: 'refused', detail: 'not receipts' });
  assert.deepEqual([await colleague.storage.database.all('outbox'), colleague.storage.contents.size], [[], 0]);
});

test('what is carried is exported again, for whoever gets there first', async () => {
  const { colleague, file } = await pair();
  const courier = courierOf(colleague);
  await courier.importCarried(file.bytes.slice(0));
  const third = await newTablet(await organisation());
  third.storage.database.put('public', { ...await third.storage.database.get('public', 'device'), id: '01HDEVICE00000000000000003' });
  assert.equal((await courierOf(third).importCarried((await courier.exportUndelivered()).bytes)).envelopes, 2);
});
