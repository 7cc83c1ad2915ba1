// Key sets on the tablet: followed over missed numbers, never back, never to another root; and receipts that are
// none change nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSigningKey } from '../../static/engine/crypto/signing.js';
import { fromBase64 } from '../../static/engine/crypto/wire.js';
import { Gateway } from '../../static/engine/replication/gateway.js';
import { Reporter } from '../../static/engine/replication/report.js';
import { deriveKeys, json, organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const NOTE = { type: 'note', text: 'x', place: '', theme: null, source: 'observation', at: '2026-03-01T08:00:00.000Z', media: [] };

function reporterOf(tablet) {
  return new Reporter(tablet.storage.database, tablet.gateway);
}

/** What is kept beside the vault. */
async function keptNumber(tablet) {
  return (await tablet.storage.database.get('public', 'keyset')).signed.set.number;
}

test('a tablet away through two rotations delivers, and follows', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await tablet.save(CHANNEL, { ...NOTE, text: 'before' });
  await office.rotate();
  await office.rotate();
  // Sealed under set 1; the receipt is by a key that set 1 does not know.
  await tablet.deliver();
  assert.equal(office.opened.length, 1);
  assert.equal(await reporterOf(tablet).tell(), true);
  assert.equal(await keptNumber(tablet), 3);
  await tablet.deliver();
  assert.equal(tablet.session.self.keyset.set.number, 3);
  assert.equal(office.opened.length, 1, 'nothing was sealed anew');
  assert.equal((await tablet.storage.database.all('outbox')).length, 0);
  await tablet.save(CHANNEL, { ...NOTE, text: 'after' });
  await tablet.deliver();
  assert.deepEqual(office.opened.map(({ key }) => key), ['transport-1', 'transport-3']);
});

test('a tablet that stays locked learns of the set when it delivers, and its vault checks it later', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await tablet.save(CHANNEL, NOTE);
  const after = await restart(tablet);
  await office.rotate();
  await reporterOf(after).tell();
  assert.equal(await keptNumber(after), 2);
  const unlocked = await restart(after);
  assert.equal(unlocked.session.self.keyset.set.number, 2);
});

test('the session brings the set, and says which one is held', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await office.rotate();
  tablet.gateway.version = '3f9a';
  await tablet.save(CHANNEL, NOTE);
  await tablet.opened.pull.round();
  assert.equal(tablet.session.self.keyset.set.number, 2);
  const [report] = office.reports;
  assert.equal(report.keyset, 1);
  assert.equal(report.app_version, '3f9a');
  assert.equal(report.waiting.documents, 1);
  assert.deepEqual(report.under, ['transport-1']);
});

test('an older set, another root and a bad signature change nothing', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const first = office.keys.signed;
  const second = await office.rotate();
  await tablet.opened.pull.round();
  const foreign = (await deriveKeys(9)).signed;
  const changed = structuredClone(second);
  changed.set.number = 9;
  for (const [offered, refused] of [[first, false], [foreign, true], [changed, true]]) {
    office.interfere = (path) => (path === '/sync/session' ? json({ token: 'dA', keyset: offered }) : undefined);
    const other = await restart(tablet);
    if (refused) await assert.rejects(other.opened.pull.round(), { code: 'root-mismatch' });
    else await other.opened.pull.round();
    assert.equal(other.session.self.keyset.set.number, 2);
    assert.equal(await keptNumber(other), 2);
    office.interfere = (path) => (path === '/sync/report' ? json({ keyset: offered }) : undefined);
    assert.equal(await reporterOf(other).tell(), false);
    assert.equal(await keptNumber(other), 2);
  }
});

test('a set that was exchanged on the disk is put back at the next unlock', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const foreign = (await deriveKeys(7)).signed;
  await tablet.storage.database.write([{ store: 'public', put: { name: 'keyset', signed: foreign } }]);
  const unlocked = await restart(tablet);
  assert.equal(unlocked.session.self.keyset.set.number, 1);
  assert.equal(await keptNumber(unlocked), 1);
});

test('what was sealed to a key that is gone is sealed anew', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  await tablet.save(CHANNEL, NOTE);
  await office.rotate();
  office.transports.delete('transport-1');
  await tablet.deliver();
  assert.equal(office.opened.length, 0);
  await tablet.opened.pull.round();
  await tablet.deliver(); // Taken in: sealed anew.
  await tablet.deliver();
  assert.deepEqual(office.opened.map(({ key }) => key), ['transport-2']);
  assert.equal((await tablet.storage.database.all('outbox')).length, 0);
});

test('forged, replayed and foreign receipts are refused, and the medium stays', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const photo = await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new Uint8Array(3000).fill(7).buffer);
  const other = await newTablet(office);
  await other.save(CHANNEL, NOTE);
  await other.deliver();
  const [foreignReceipt] = [...office.receipts.values()];
  const stranger = await makeSigningKey(true);
  const answers = {
    forged: async (envelope) => {
      office.signer = stranger.key;
      const answer = await office.receive(envelope);
      office.signer = undefined;
      return answer;
    },
    changed: async (envelope) => {
      const answer = await office.receive(envelope);
      return { ...answer, receipt: { ...answer.receipt, seq: answer.receipt.seq + 1 } };
    },
    'of another envelope': async (envelope) => {
      const answer = await office.receive(envelope);
      return { ...answer, receipt: { ...foreignReceipt, envelope: envelope.id } };
    },
    'of other bytes': async (envelope) => {
      const bytes = fromBase64(envelope.sealed);
      const answer = await office.receive(envelope);
      return { ...answer, receipt: { ...answer.receipt, size: bytes.length + 1 } };
    },
    'by an unknown key': async (envelope) => {
      const answer = await office.receive(envelope);
      return { ...answer, receipt: { ...answer.receipt, key: 'receipt-9' } };
    },
    'for another device': async (envelope) => {
      const answer = await office.receive(envelope);
      return { ...answer, receipt: { ...answer.receipt, device: 'another' } };
    },
  };
  for (const [name, answer] of Object.entries(answers)) {
    office.interfere = async (path, init) => (path === '/sync/outbox'
      ? json({ receipts: await Promise.all(JSON.parse(new TextDecoder().decode(init.body)).envelopes.map(answer)) }) : undefined);
    await tablet.deliver();
    const rows = await tablet.storage.database.all('outbox');
    assert.ok(rows.length > 0 && rows.every((row) => row.sealed && !row.receipt && row.error === 'receipt-invalid'), name);
    assert.equal((await tablet.get(CHANNEL, photo.doc._id)).delivered, false, name);
    assert.ok(tablet.session.records.files.get(photo.doc._id), name);
  }
  office.interfere = () => undefined;
  await tablet.deliver();
  assert.equal((await tablet.get(CHANNEL, photo.doc._id)).delivered, true);
});

test('a nonce that was not taken is exchanged once, and counted on', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const inputs = [];
  office.interfere = (path, init) => {
    if (path !== '/sync/outbox') return undefined;
    inputs.push(/nonce="([^"]*)"/.exec(init.headers['Signature-Input'])[1]);
    if (inputs.length > 1) return undefined;
    return new Response(JSON.stringify({ error: 'nonce-needed' }), { status: 401, headers: { 'Aigaq-Nonce': 'TkVX' } });
  };
  await tablet.save(CHANNEL, NOTE);
  await tablet.deliver();
  await tablet.save(CHANNEL, { ...NOTE, text: 'again' });
  await tablet.deliver();
  assert.deepEqual(inputs, ['', 'TkVX.1', 'TkVX.2']);
  assert.equal(office.opened.length, 2);
});

test('where no nonce is taken the round ends, and nothing is lost', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  let asked = 0;
  office.interfere = (path) => {
    if (path !== '/sync/outbox') return undefined;
    asked += 1;
    return json({ error: 'nonce-needed' }, 401);
  };
  await tablet.save(CHANNEL, NOTE);
  const round = await tablet.deliver();
  assert.equal(asked, 2);
  assert.equal(round.left, 1);
  assert.equal(round.connection, 'server-error');
});

test('a report is worth a request only where it says something new', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  let now = 0;
  const gateway = new Gateway((path, init) => office.network(path, init), () => now);
  const reporter = new Reporter(tablet.storage.database, gateway);
  await reporter.tell();
  await reporter.tell();
  assert.equal(office.reports.length, 1);
  await tablet.save(CHANNEL, NOTE);
  await reporter.tell();
  assert.equal(office.reports.length, 2);
  now += 600_000;
  await reporter.tell();
  assert.equal(office.reports.length, 3);
  office.interfere = () => { throw new TypeError('offline'); };
  await tablet.save(CHANNEL, { ...NOTE, text: 'more' });
  assert.equal(await reporter.tell(), false);
});
