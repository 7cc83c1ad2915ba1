// Carrying: a colleague's tablet delivers what it cannot open, and the author believes only genuine receipts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

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
  return { office, author, colleague, note, photo, file: file.file };
}

test('what one tablet exported, another delivers, and the receipts go back', async () => {
  const { office, author, colleague, note, photo, file } = await pair();
  const courier = courierOf(colleague);
  const taken = await courier.importCarried(file);
  assert.deepEqual([taken.envelopes, taken.chunks], [2, 4]);
  assert.deepEqual(await courier.importCarried(file), { envelopes: 0, chunks: 0, bytes: 0, lost: { envelopes: 0, chunks: 0, unknown: false } });
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
  assert.deepEqual(await courierOf(author).importReceipts(receipts.file), { received: 2 });
  assert.equal((await author.get(CHANNEL, note.doc._id)).delivered, true);
  assert.deepEqual(await courierOf(author).importReceipts(receipts.file), { received: 0 });
  // The chunks are confirmed by the server itself.
  assert.equal((await author.deliver()).chunks, 4);
  assert.equal(office.requests.filter((path) => path.startsWith('/sync/media/chunks/')).length, 4);
});

test('an author who meets the server first gets the same receipts', async () => {
  const { office, author, colleague, note, file } = await pair();
  await courierOf(colleague).importCarried(file);
  await colleague.deliver();
  const opened = office.opened.length;
  await author.deliver();
  assert.deepEqual([office.opened.length, (await author.get(CHANNEL, note.doc._id)).delivered], [opened, true]);
});

test('a receipt from a stranger changes nothing', async () => {
  const { author, colleague, note, file } = await pair();
  await courierOf(colleague).importCarried(file);
  await colleague.deliver();
  const honest = await (await courierOf(colleague).exportReceipts()).file.text();
  const forged = new Blob([honest.replaceAll('"seq":1', '"seq":7').replaceAll('"seq":2', '"seq":8')]);
  assert.deepEqual(await courierOf(author).importReceipts(forged), { received: 0 });
  assert.equal((await author.get(CHANNEL, note.doc._id)).delivered, false);
});

test('a file that is no export, or is one’s own, is not taken in', async () => {
  const { author, colleague, file } = await pair();
  const courier = courierOf(colleague);
  const lies = ['', 'hello', 'AIGAQ-EXPORT-1', 'AIGAQ-EXPORT-1\n', 'AIGAQ-EXPORT-1\n[]\n', 'AIGAQ-RECEIPTS-1\n{"receipts":[]}\n'];
  for (const lie of lies) await assert.rejects(courier.importCarried(new Blob([lie])), { code: 'refused', detail: 'not an export' });
  await assert.rejects(courierOf(author).importCarried(file), { code: 'refused', detail: 'own export' });
  for (const lie of ['', '{}', 'AIGAQ-RECEIPTS-1\n[]']) await assert.rejects(courier.importReceipts(new Blob([lie])), { code: 'refused', detail: 'not receipts' });
  assert.deepEqual([await colleague.storage.database.all('outbox'), colleague.storage.contents.size], [[], 0]);
});

/** What a file brought, in four numbers, and whether its list was cut. @param {any} taken */
const brought = ({ envelopes, chunks, lost }) => [envelopes, chunks, lost.envelopes, lost.chunks, lost.unknown];

test('what is whole of a cut or damaged file is taken, the rest is counted, and a better copy completes it', async () => {
  const { office, author, file } = await pair();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const head = bytes.indexOf(10, 15);
  const flipped = (/** @type {number} */ at, value = bytes[at] ^ 1) => { const copy = bytes.slice(); copy[at] = value; return copy; };
  const at = (/** @type {string} */ words, from = 0) => Buffer.from(bytes).indexOf(words, from);
  const second = at('{"id"', at('{"id"') + 1);
  // Of two envelopes and four chunks of one photo.
  const cases = /** @type {[string, Uint8Array<ArrayBuffer>, any[]][]} */ ([
    ['cut in the last chunk', bytes.slice(0, -1), [2, 3, 0, 1, false]],
    ['cut after the head', bytes.slice(0, head + 1), [2, 0, 0, 4, false]],
    ['cut in the list of chunks', bytes.slice(0, at('"chunks"') + 30), [2, 0, 0, 0, true]],
    ['cut in the second envelope', bytes.slice(0, second + 40), [1, 0, 0, 0, true]],
    ['cut in the first envelope', bytes.slice(0, second - 40), [0, 0, 0, 0, true]],
    ['a bit in a chunk', flipped(bytes.length - 5), [2, 3, 0, 1, false]],
    ['a bit in the first chunk', flipped(head + 5), [2, 3, 0, 1, false]],
    ['a bit of sealed bytes', flipped(at('"sealed":"') + 30, 'x'.charCodeAt(0) === bytes[at('"sealed":"') + 30] ? 121 : 120), [1, 4, 1, 0, false]],
    ['an opening brace', flipped(second), [1, 4, 1, 0, false]],
    ['a closing brace', flipped(second - 2), [1, 4, 1, 0, false]],
    ['a comma between them', flipped(second - 1), [2, 4, 0, 0, false]],
    ['a quote', flipped(at('"sealed":"')), [1, 4, 1, 0, false]],
    ['a line’s end in an envelope', flipped(second + 40, 10), [1, 4, 1, 0, false]],
    ['a line’s end between two', flipped(second - 1, 10), [2, 4, 0, 0, false]],
    ['no line’s end after the head', flipped(head, 32), [2, 4, 0, 0, false]],
    ['the last bracket', flipped(head - 2), [2, 4, 0, 0, false]],
    ['the last brace', flipped(head - 1), [2, 4, 0, 0, true]],
    ['cut before the line’s end', bytes.slice(0, head), [2, 0, 0, 4, false]],
  ]);
  for (const [what, damaged, expected] of cases) {
    const carrier = await newTablet(office);
    carrier.storage.database.put('public', { ...await carrier.storage.database.get('public', 'device'), id: '01HDEVICE00000000000000002' });
    const taken = await courierOf(carrier).importCarried(new Blob([damaged]));
    assert.deepEqual(brought(taken), expected, what);
    assert.equal((await carrier.storage.database.all('outbox')).length, taken.envelopes, what);
    const rest = await courierOf(carrier).importCarried(file);
    assert.deepEqual([rest.envelopes + taken.envelopes, rest.chunks + taken.chunks, rest.lost], [2, 4, { envelopes: 0, chunks: 0, unknown: false }], what);
    const stored = await carrier.storage.database.all('chunks');
    assert.equal(new Set(stored.map((row) => row.sha256)).size, 4, what);
  }
  assert.equal((await whatWaits(author.storage.database)).documents, 2);
});

test('whichever byte of a head is damaged, nothing false is taken and the import ends', async () => {
  const { office, file } = await pair();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const head = bytes.indexOf(10, 15);
  const whole = new Map(JSON.parse(Buffer.from(bytes.subarray(15, head)).toString()).envelopes.map((/** @type {any} */ one) => [one.id, one.sha256]));
  const carrier = await newTablet(office);
  carrier.storage.database.put('public', { ...await carrier.storage.database.get('public', 'device'), id: '01HDEVICE00000000000000002' });
  for (let at = 40; at <= head; at += 7) {
    const damaged = bytes.slice(0, head + 1);
    damaged[at] = at % 3 === 0 ? '{}"\n'.charCodeAt(at % 4) : damaged[at] ^ 4;
    await courierOf(carrier).importCarried(new Blob([damaged]));
    for (const row of await carrier.storage.database.all('outbox')) {
      if (whole.has(row.id)) assert.equal(row.sha256, whole.get(row.id));
      assert.ok(row.n < 0 && row.carried);
    }
  }
});

test('a full tablet keeps what it has taken of a file, whole', async () => {
  const { colleague, file } = await pair();
  const { database } = colleague.storage;
  database.fileFailure = new DOMException('full', 'QuotaExceededError');
  await assert.rejects(courierOf(colleague).importCarried(file));
  assert.deepEqual([(await database.all('outbox')).length, await database.all('chunks'), colleague.storage.contents.size], [2, [], 0]);
  database.fileFailure = null;
  assert.deepEqual(brought(await courierOf(colleague).importCarried(file)), [0, 4, 0, 0, false]);
});

test('a file is read in pieces, never whole', async () => {
  const { colleague, file } = await pair();
  let most = 0;
  const watched = new Proxy(file, { get(target, name) {
    if (name === 'slice') return (/** @type {number} */ from, /** @type {number} */ to) => { most = Math.max(most, Math.min(to, target.size) - from); return target.slice(from, to); };
    if (name === 'size') return target.size;
    throw new Error(`read whole: ${String(name)}`);
  } });
  assert.deepEqual(brought(await courierOf(colleague).importCarried(watched)), [2, 4, 0, 0, false]);
  assert.ok(most <= 1 << 20, String(most));
});

test('two files taken at once do not write over each other', async () => {
  const { office, colleague, file } = await pair();
  const other = await newTablet(office);
  other.storage.database.put('public', { ...await other.storage.database.get('public', 'device'), id: '01HDEVICE00000000000000004' });
  await other.save(CHANNEL, { type: 'note', text: 'z' });
  const second = (await courierOf(other).exportUndelivered()).file;
  const courier = courierOf(colleague);
  await Promise.all([courier.importCarried(file), courier.importCarried(second)]);
  assert.equal((await colleague.storage.database.all('outbox')).length, 3);
});

test('what is carried is exported again, for whoever gets there first', async () => {
  const { colleague, file } = await pair();
  const courier = courierOf(colleague);
  await courier.importCarried(file);
  const third = await newTablet(await organisation());
  third.storage.database.put('public', { ...await third.storage.database.get('public', 'device'), id: '01HDEVICE00000000000000003' });
  assert.equal((await courierOf(third).importCarried((await courier.exportUndelivered()).file)).envelopes, 2);
});
