// Delivery: nothing is done without a verified receipt, and every kind of trouble is told apart.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonical } from '../../static/engine/crypto/wire.js';
import { makeSigningKey, sign } from '../../static/engine/crypto/signing.js';
import { revisionId } from '../../static/engine/replication/revisions.js';
import { Schedule } from '../../static/engine/replication/schedule.js';
import { whatWaits } from '../../static/engine/replication/delivery.js';
import { json, organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

async function waitingNote() {
  const office = await organisation();
  const tablet = await newTablet(office);
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: 'x' });
  return { office, tablet, id: doc._id, delivered: async () => (await tablet.get(CHANNEL, doc._id)).delivered };
}

test('a verified receipt ends the waiting, and the sealed bytes go', async () => {
  const { tablet, delivered } = await waitingNote();
  assert.deepEqual(await whatWaits(tablet.storage.database), { documents: 1, chunks: 0, bytes: (await tablet.storage.database.all('outbox'))[0].size });
  const round = await tablet.deliver();
  assert.deepEqual([round.connection, round.receipts, round.left, await delivered()], ['online', 1, 0, true]);
  assert.deepEqual(await tablet.storage.database.all('outbox'), []);
  assert.equal(tablet.gateway.clockOffset, 5000);
});

const FORGERIES = {
  'signed by a stranger': async (item) => ({ ...item, signature: await sign((await makeSigningKey(true)).key, `aigaq/receipt/1\n${canonical(item.receipt)}`) }),
  'changed after signing': async (item) => ({ ...item, receipt: { ...item.receipt, size: item.receipt.size + 1 } }),
  'without a signature': async ({ receipt }) => ({ receipt }),
  'for an unknown key': async (item) => ({ ...item, receipt: { ...item.receipt, key: 'receipt-9' } }),
};
for (const [name, forge] of Object.entries(FORGERIES)) {
  test(`a receipt ${name} counts for nothing`, async () => {
    const { office, tablet, delivered } = await waitingNote();
    const honest = office.receive.bind(office);
    office.receive = async (envelope) => forge(await honest(envelope));
    const round = await tablet.deliver();
    assert.deepEqual([round.receipts, round.left, await delivered()], [0, 1, false]);
    const [row] = await tablet.storage.database.all('outbox');
    assert.equal(row.error, 'receipt-invalid');
    assert.ok(row.sealed.byteLength > 0);
    office.receive = honest;
    assert.equal((await tablet.deliver()).receipts, 1);
    assert.equal(await delivered(), true);
  });
}

test('a receipt for other bytes, honestly signed, counts for nothing', async () => {
  const { office, tablet, delivered } = await waitingNote();
  const honest = office.receive.bind(office);
  office.receive = async (envelope) => {
    const { receipt } = await honest(envelope);
    const other = { ...receipt, sealed_sha256: '0'.repeat(64) };
    return { receipt: other, signature: await sign(office.keys.receipt.key, `aigaq/receipt/1\n${canonical(other)}`) };
  };
  await tablet.deliver();
  assert.equal(await delivered(), false);
});

test('a key set exchanged on a locked tablet does not make a forged receipt count', async () => {
  const { office, tablet, id } = await waitingNote();
  const thief = await organisation();
  const later = await restart(tablet);
  const row = await later.storage.database.get('public', 'keyset');
  later.storage.database.put('public', { ...row, signed: { ...row.signed, set: { ...row.signed.set, keys: { ...row.signed.set.keys, receipt: thief.keys.signed.set.keys.receipt } } } });
  thief.transports = office.transports;
  // Delivery, which has no vault, is deceived; the vault is not, and seals the note again.
  later.office.network = thief.network.bind(thief);
  await later.deliver();
  assert.equal(thief.opened.length, 1);
  assert.equal((await later.get(CHANNEL, id)).delivered, false);
  assert.equal((await whatWaits(later.storage.database)).documents, 1);
});

const TROUBLES = {
  offline: () => { throw new TypeError('Failed to fetch'); },
  portal: () => new Response('<html>accept</html>', { headers: { 'Content-Type': 'text/html' } }),
  'server-error': () => json({ error: 'server-error' }, 503),
};
for (const [connection, answer] of Object.entries(TROUBLES)) {
  test(`trouble is called by its name: ${connection}`, async () => {
    const { office, tablet, delivered } = await waitingNote();
    office.interfere = answer;
    const round = await tablet.deliver();
    assert.deepEqual([round.connection, round.left, await delivered()], [connection, 1, false]);
    office.interfere = () => undefined;
    assert.equal((await tablet.deliver()).connection, 'online');
    assert.equal(await delivered(), true);
  });
}

test('a portal that lets hello through but not the outbox is not a delivery', async () => {
  const { office, tablet, delivered } = await waitingNote();
  office.interfere = (path) => (path === '/sync/outbox' ? new Response('<html>', { headers: { 'Content-Type': 'text/html' } }) : undefined);
  const round = await tablet.deliver();
  assert.deepEqual([round.connection, await delivered()], ['server-error', false]);
});

test('a withdrawn device is told so, and keeps what it has', async () => {
  const { office, tablet } = await waitingNote();
  office.interfere = (path) => (path === '/sync/outbox' ? json({ error: 'device-revoked' }, 403) : undefined);
  const round = await tablet.deliver();
  assert.deepEqual([round.revoked, round.left], [true, 1]);
});

test('one envelope that cannot be taken does not hold up the others', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const stuck = await tablet.save(CHANNEL, { type: 'note', text: 'stuck' });
  const [row] = await tablet.storage.database.all('outbox');
  const honest = office.receive.bind(office);
  office.receive = async (envelope) => (envelope.id === row.id ? { id: row.id, error: 'unsealable' } : honest(envelope));
  for (let i = 0; i < 150; i += 1) await tablet.save(CHANNEL, { type: 'note', text: `n${i}` });
  const round = await tablet.deliver();
  assert.deepEqual([round.receipts, round.left], [150, 1]);
  assert.equal((await tablet.get(CHANNEL, stuck.doc._id)).delivered, false);
  assert.equal((await tablet.storage.database.all('outbox'))[0].error, 'unsealable');
});

test('a quarantined envelope is delivered, and the ledger can say why', async () => {
  const { office, tablet, id } = await waitingNote();
  const honest = office.receive.bind(office);
  office.receive = async (envelope) => ({ ...await honest(envelope), quarantined: 'schema' });
  await tablet.deliver();
  assert.equal(tablet.session.records.envelopesOf(id)[0].quarantined, 'schema');
  assert.equal((await restart(tablet)).session.records.envelopesOf(id)[0].quarantined, 'schema');
});

test('a chunk whose bytes rotted on the disk is not sent', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(5000));
  const [[name, bytes]] = tablet.storage.contents;
  const changed = bytes.slice();
  changed[100] ^= 1;
  tablet.storage.contents.set(name, changed);
  const round = await tablet.deliver();
  assert.deepEqual([round.chunks, round.left, office.chunks.size], [0, 1, 0]);
  // Nor is it offered again and again: once the server has found it to be wrong, it is looked at here first.
  const puts = () => office.requests.filter((path) => path.startsWith('/sync/media/chunks/')).length;
  assert.equal(puts(), 1);
  assert.equal((await tablet.deliver()).connection, 'online');
  assert.equal(puts(), 1);
  tablet.storage.contents.set(name, bytes);
  assert.equal((await tablet.deliver()).chunks, 1);
});

test('a file that is erased while it is sent is not taken for a missing network', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(5000));
  const [{ sha256: rotten }] = await tablet.storage.database.all('chunks');
  await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(6000));
  office.interfere = (path, init) => {
    if (!path.endsWith(rotten)) return undefined;
    // As a browser's file that is gone: its bytes cannot be read, and fetch fails.
    init.body.slice = () => ({ arrayBuffer: async () => { throw new DOMException('gone', 'NotFoundError'); } });
    throw new TypeError('Failed to fetch');
  };
  const round = await tablet.deliver();
  assert.deepEqual([round.connection, round.chunks, round.left], ['online', 1, 1]);
});

test('what cannot be noted is told, and asked of the server in the next round', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(3 << 20));
  const { database } = tablet.storage;
  const { write } = database;
  database.write = async (writes, ...rest) => {
    if (writes.some(({ store }) => store === 'chunks')) throw new DOMException('full', 'QuotaExceededError');
    return write.call(database, writes, ...rest);
  };
  await assert.rejects(tablet.deliver(), { name: 'QuotaExceededError' });
  assert.equal(office.chunks.size, 4);
  database.write = write;
  const round = await tablet.deliver();
  assert.deepEqual([round.chunks, round.left, office.requests.filter((path) => path.startsWith('/sync/media/chunks/')).length], [4, 0, 4]);
});

/** What of it has arrived, in the order in which it was asked for. */
/** Requests of so many lanes overtake each other. */
const LANES = 4;

function order(office) {
  return office.requests.filter((path) => path === '/sync/outbox' || path.startsWith('/sync/media/chunks/')).map((path) => (path === '/sync/outbox' ? 'envelopes' : path.slice(-64)));
}

test('a note and a photo made while a video is on its way do not wait for its end', async () => {
  const office = await organisation();
  const tablet = await newTablet(office, { lookMs: 0 });
  await tablet.opened.recordings.add(CHANNEL, { kind: 'video', mime: 'video/webm' }, new ArrayBuffer(20 << 20));
  const videos = new Set((await tablet.storage.database.all('chunks')).map((row) => row.sha256));
  let photo;
  office.interfere = async (path) => {
    if (!path.startsWith('/sync/media/chunks/')) return undefined;
    photo ??= tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(5000));
    await photo;
    return undefined;
  };
  const round = await tablet.deliver();
  assert.deepEqual([round.connection, round.receipts, round.left, office.chunks.size], ['online', 2, 0, 22]);
  const [{ sha256: small }] = (await photo).doc.chunks;
  const steps = order(office);
  const second = steps.indexOf('envelopes', 1);
  // Of the video only what was under way goes first; then the photo's document, the photo, the rest.
  assert.ok(second > 0 && second <= 9, steps.join());
  assert.ok(steps.slice(1, second).every((hash) => videos.has(hash)));
  assert.ok(steps.slice(second + 1, second + 1 + LANES).includes(small));
  // Nothing was sent twice.
  assert.equal(new Set(steps.filter((step) => step !== 'envelopes')).size, steps.length - 2);
});

test('a tablet that leaves the Wi-Fi while it uploads stops with its videos, not with its photos', async () => {
  const office = await organisation();
  let network = 'unmetered';
  const tablet = await newTablet(office, { lookMs: 0, network: () => network });
  await tablet.opened.recordings.add(CHANNEL, { kind: 'video', mime: 'video/webm' }, new ArrayBuffer(12 << 20));
  await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(5000));
  const { sha256: small } = (await tablet.storage.database.all('chunks')).at(-1);
  office.interfere = (path) => {
    if (path.startsWith('/sync/media/chunks/')) network = 'metered';
    return undefined;
  };
  const round = await tablet.deliver();
  assert.equal(round.connection, 'online');
  assert.ok(order(office).slice(1, 1 + LANES).includes(small)); // small files go first
  assert.ok(office.chunks.has(small) && office.chunks.size <= 5, String(office.chunks.size));
  assert.equal(round.left, 0); // what is left waits for another network
  network = 'unmetered';
  office.interfere = () => undefined;
  await tablet.deliver();
  assert.equal(office.chunks.size, 14);
});

test('what the server has already is not sent again', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(3 << 20));
  const [first] = await tablet.storage.database.all('chunks');
  office.chunks.set(first.sha256, new Uint8Array(0));
  await tablet.deliver();
  assert.equal(office.requests.filter((path) => path.startsWith('/sync/media/chunks/')).length, 3);
  assert.equal(office.chunks.size, 4);
});

test('a restored server gets everything again that was written here', async () => {
  const { office, tablet, id } = await waitingNote();
  await tablet.deliver();
  await tablet.opened.writing.offerAgain(CHANNEL);
  assert.equal((await tablet.get(CHANNEL, id)).delivered, false);
  // A second time says nothing new, and what waits is offered once.
  await tablet.opened.writing.offerAgain(CHANNEL);
  assert.equal((await whatWaits(tablet.storage.database)).documents, 1);
  const again = await restart(tablet);
  assert.equal((await again.get(CHANNEL, id)).delivered, false);
  await again.deliver();
  assert.equal((await again.get(CHANNEL, id)).delivered, true);
  assert.equal(office.opened.length, 2);
  assert.equal(office.opened[0].rev, office.opened[1].rev);
});

test('what the office had written over a version of this tablet is offered anew after a restore', async () => {
  const { office, tablet, id } = await waitingNote();
  await tablet.deliver();
  const { doc, rev } = await tablet.get(CHANNEL, id);
  const theirs = { ...doc, text: 'y', device: 'office', base: { text: 'x' } };
  const over = await revisionId(rev, theirs);
  await tablet.session.commit([{ t: 'doc', c: CHANNEL, l: { rev: over, ancestors: [rev], deleted: false, doc: theirs } }]);
  await tablet.opened.writing.offerAgain(CHANNEL);
  await tablet.deliver();
  const [, vouched] = office.opened;
  assert.deepEqual([vouched.document.text, vouched.ancestors, vouched.document.base], ['y', [over, rev], {}]);
});

test('rounds never overlap, and a wake during a round makes one more', async () => {
  let running = 0;
  let most = 0;
  let rounds = 0;
  const schedule = new Schedule(async () => {
    running += 1;
    most = Math.max(most, running);
    rounds += 1;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    running -= 1;
    return { failed: false, again: false };
  }, 1000);
  schedule.start();
  while (running === 0) await new Promise((resolve) => { setTimeout(resolve, 1); });
  schedule.wake();
  schedule.wake();
  await new Promise((resolve) => { setTimeout(resolve, 40); });
  assert.deepEqual([rounds, most], [2, 1]);
  await Promise.all([schedule.run(), schedule.run()]);
  schedule.stop();
  assert.equal(most, 1);
});

test('failing rounds come farther apart, up to a limit, with jitter', async () => {
  const distances = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = /** @type {any} */ ((work, ms) => { distances.push(ms); queueMicrotask(work); return 0; });
  try {
    await new Promise((resolve) => {
      let rounds = 0;
      const schedule = new Schedule(async () => {
        rounds += 1;
        if (rounds === 12) { schedule.stop(); resolve(undefined); }
        return { failed: true, again: true };
      }, 10_000, { random: () => 0.5 });
      schedule.start();
    });
  } finally {
    globalThis.setTimeout = real;
  }
  const [first, ...rest] = distances;
  assert.equal(first, 0);
  assert.equal(rest[0], 10_000);
  for (let i = 1; i < rest.length; i += 1) assert.ok(rest[i] >= rest[i - 1]);
  assert.equal(rest.at(-1), 45_000);
});
