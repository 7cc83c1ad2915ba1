// What the office decides about this tablet's quarantined items, as the tablet learns and keeps it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readLedger, readReleasable } from '../../static/engine/replication/ledger.js';
import { json, organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const END = { end: true, server_time: '2026-03-01T08:00:05.000Z' };

/** An office that puts all into quarantine, and a tablet with one delivered note. */
async function quarantined() {
  const office = await organisation();
  const honest = office.receive.bind(office);
  office.reason = 'schema';
  office.receive = async (envelope) => ({ ...await honest(envelope), ...office.reason ? { quarantined: office.reason } : {} });
  office.lines = [];
  office.asked = [];
  office.interfere = (path, init) => {
    if (path === '/sync/session') return json({ token: 't', server_time: END.server_time });
    if (path !== '/sync/changes') return undefined;
    office.asked.push(JSON.parse(init.body).quarantine);
    return new Response([...office.lines, END].map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  const tablet = await newTablet(office);
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: 'темно' });
  await tablet.deliver();
  return { office, tablet, id: doc._id, envelope: tablet.session.records.envelopesOf(doc._id)[0].id };
}

const line = (envelope, id, changes = {}) => ({
  envelope, channel: CHANNEL, document: id, reason: 'schema', decision: 'returned', note: 'Допишите', fields: ['text'], at: '2026-03-02T08:00:00.000Z', ...changes,
});
const item = async (tablet, id) => (await readLedger(tablet.session, CHANNEL)).items.find((one) => one.id === id);

test('what is handed back is told once, kept over a restart, and says what is wrong', async () => {
  const { office, tablet, id, envelope } = await quarantined();
  assert.equal((await item(tablet, id)).decision, null);
  office.lines = [{ quarantine: { digest: 'one', seq: 1, items: [line(envelope, id)] } }];
  await tablet.opened.pull.round();
  assert.deepEqual(office.asked, ['']);
  const decision = { decision: 'returned', note: 'Допишите', fields: ['text'], at: '2026-03-02T08:00:00.000Z' };
  assert.deepEqual((await item(tablet, id)).decision, decision);
  assert.deepEqual(tablet.changed.at(-1), { channel: CHANNEL, ids: [id] });
  const again = await restart(tablet);
  assert.deepEqual((await item(again, id)).decision, decision);
  office.lines = [];
  await again.opened.pull.round();
  assert.equal(office.asked.at(-1), 'one');
  assert.deepEqual((await item(again, id)).decision, decision);
});

test('a mended version goes out, and the task is done', async () => {
  const { office, tablet, id, envelope } = await quarantined();
  office.lines = [{ quarantine: { digest: 'one', seq: 1, items: [line(envelope, id)] } }];
  await tablet.opened.pull.round();
  const before = (await tablet.get(CHANNEL, id)).doc;
  await tablet.save(CHANNEL, { ...before, text: 'темно и сыро' });
  office.reason = null;
  await tablet.deliver();
  const sent = office.opened.at(-1);
  assert.equal(sent.document.text, 'темно и сыро');
  assert.deepEqual(sent.ancestors, [office.opened[0].rev]);
  const { quarantined: reason, decision, verified } = await item(tablet, id);
  assert.deepEqual({ reason, decision, verified }, { reason: null, decision: null, verified: true });
});

test('sent again as it is, the same version comes under a new envelope', async () => {
  const { office, tablet, id, envelope } = await quarantined();
  office.reason = null;
  await tablet.opened.writing.offerAgain(CHANNEL, id);
  assert.equal((await item(tablet, id)).received, false);
  await tablet.deliver();
  assert.equal(office.opened.length, 2);
  assert.equal(office.opened[1].rev, office.opened[0].rev);
  assert.notEqual(office.opened[1].id, envelope);
  assert.equal((await item(tablet, id)).quarantined, null);
});

test('what the office let in is no longer in quarantine here; what came after it looked still is', async () => {
  const { office, tablet, id } = await quarantined();
  const later = await tablet.save(CHANNEL, { type: 'note', text: 'позже' });
  await tablet.deliver();
  office.lines = [{ quarantine: { digest: 'none', seq: 1, items: [] } }];
  await tablet.opened.pull.round();
  assert.equal((await item(tablet, id)).quarantined, null);
  assert.equal((await item(tablet, later.doc._id)).quarantined, 'schema');
  assert.equal((await item(await restart(tablet), id)).quarantined, null);
});

test('it stays on the tablet that left the team as long as it may have to be mended', async () => {
  const { office, tablet, id, envelope } = await quarantined();
  office.lines = [{ quarantine: { digest: 'one', seq: 1, items: [line(envelope, id)] } }, { gone: CHANNEL }];
  await tablet.opened.pull.round();
  assert.equal((await tablet.get(CHANNEL, id)).doc.text, 'темно');
  office.lines = [{ quarantine: { digest: 'two', seq: 1, items: [line(envelope, id, { decision: 'kept' })] } }, { gone: CHANNEL }];
  await tablet.opened.pull.round();
  assert.equal(await tablet.get(CHANNEL, id), null);
});

test('no medium in quarantine is freed', async () => {
  const { tablet } = await quarantined();
  const { id } = await tablet.opened.recordings.start(CHANNEL, { kind: 'photo', mime: 'image/jpeg' });
  await tablet.opened.recordings.append(id, new Uint8Array(1000).buffer);
  await tablet.opened.recordings.finish(id, {});
  await tablet.deliver();
  assert.equal((await item(tablet, id)).quarantined, 'schema');
  assert.deepEqual((await readReleasable(tablet.session, CHANNEL)).items, []);
});

test('a line of another make is taken for nothing that is asked', async () => {
  const { office, tablet, id } = await quarantined();
  office.lines = [{ quarantine: { digest: 'odd', seq: 0, items: [null, 7, { envelope: 1 }] } }];
  await tablet.opened.pull.round();
  assert.equal((await item(tablet, id)).quarantined, 'schema');
});
