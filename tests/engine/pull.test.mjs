// What the stream tells a tablet to do: let a channel go, offer everything again, go on where it was cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Unreachable } from '../../static/engine/replication/gateway.js';
import { revisionId } from '../../static/engine/replication/revisions.js';
import { json, organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const END = { end: true, server_time: '2026-03-01T08:00:05.000Z' };

/** An office whose stream is what `answer` gives for the tokens it was asked with. */
async function officeThatSays(answer) {
  const office = await organisation();
  office.asked = [];
  office.answer = answer;
  office.interfere = (path, init) => {
    if (path === '/sync/session/challenge') return json({ nonce: 'n', server_time: END.server_time });
    if (path === '/sync/session') return json({ token: 't', server_time: END.server_time });
    if (path !== '/sync/changes') return undefined;
    const { channels } = JSON.parse(init.body);
    office.asked.push(channels);
    return new Response(office.answer(channels).map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
  };
  return office;
}

async function row(text, seq) {
  const doc = { _id: `note:${text}`, type: 'note', text, created_at: '2026-01-01' };
  return { seq, id: doc._id, rev: await revisionId(null, doc), ancestors: [], deleted: false, doc };
}

const texts = async (tablet) => (await tablet.session.readings.list(CHANNEL, 'note')).map(({ doc }) => doc.text).sort();

test('who has left the team keeps what is undelivered and nothing else', async () => {
  const theirs = await row('theirs', '1');
  const office = await officeThatSays(() => [{ channel: CHANNEL, epoch: 'e' }, theirs, { since: '1' }, END]);
  const tablet = await newTablet(office);
  await tablet.opened.pull.round();
  await tablet.save(CHANNEL, { type: 'note', text: 'delivered' });
  await tablet.deliver();
  await tablet.save(CHANNEL, { type: 'note', text: 'undelivered' });
  await tablet.session.commit([{ t: 'draft', k: `${CHANNEL}/submission/x`, v: { a: 1 } }]);
  assert.deepEqual(await texts(tablet), ['delivered', 'theirs', 'undelivered']);
  office.answer = () => [{ gone: CHANNEL }, END];
  await tablet.opened.pull.round();
  assert.deepEqual(await texts(tablet), ['undelivered']);
  assert.deepEqual(tablet.session.records.draftsOf(CHANNEL), []);
  const again = await restart(tablet);
  assert.deepEqual(await texts(again), ['undelivered']);
  // Delivered, the next round lets the rest go too.
  await again.deliver();
  assert.ok(office.opened.some(({ document }) => document.text === 'undelivered'));
  await again.opened.pull.round();
  assert.deepEqual(await texts(again), []);
});

test('a changed epoch makes a tablet offer again all that it wrote, and read all anew', async () => {
  const office = await officeThatSays(() => [{ channel: CHANNEL, epoch: 'first' }, { since: 'first~0~1' }, END]);
  const tablet = await newTablet(office);
  await tablet.opened.pull.round();
  for (const text of ['one', 'two', 'three']) await tablet.save(CHANNEL, { type: 'note', text });
  await tablet.deliver();
  assert.equal(office.opened.length, 3);
  // A server restored from a backup: it knows none of it.
  office.receipts.clear();
  office.opened.length = 0;
  office.answer = () => [{ channel: CHANNEL, epoch: 'second' }, { since: 'second~0~1' }, END];
  await tablet.opened.pull.round();
  assert.deepEqual(office.asked.slice(-2).map((channels) => channels[CHANNEL]), ['first~0~1', 'second~0~1']);
  await tablet.deliver();
  assert.deepEqual(new Set(office.opened.map(({ document }) => document.text)), new Set(['one', 'two', 'three']));
});

test('a stream that is cut at any line keeps what came, and the next one goes on from the last checkpoint', async () => {
  const rows = await Promise.all(['a', 'b', 'c', 'd'].map((text, i) => row(text, `e~0~${i + 1}`)));
  const lines = [{ channel: CHANNEL, epoch: 'e' }, rows[0], rows[1], { since: 'e~0~2' }, rows[2], rows[3], { since: 'e~0~4' }, END];
  for (let cut = 0; cut < lines.length; cut += 1) {
    const torn = `${JSON.stringify(lines[cut]).slice(0, 9)}`;
    const office = await officeThatSays(() => [...lines.slice(0, cut), torn]);
    const tablet = await newTablet(office);
    await assert.rejects(tablet.opened.pull.round(), Unreachable);
    const again = await restart(tablet);
    const kept = lines.slice(0, cut).filter((line) => line.id).length;
    assert.equal((await texts(again)).length, kept);
    office.answer = (channels) => {
      const from = lines.findIndex((line) => line.since && line.since === channels[CHANNEL]);
      return [lines[0], ...lines.slice(from < 0 ? 1 : from + 1)];
    };
    await again.opened.pull.round();
    assert.deepEqual(await texts(again), ['a', 'b', 'c', 'd']);
  }
});

test('an office that does not know packs answers as ever', async () => {
  const office = await officeThatSays((channels) => (channels[CHANNEL] ? [{ channel: CHANNEL, epoch: 'e' }, END] : [{ channel: CHANNEL, epoch: 'e' }, { since: 'x' }, END]));
  const tablet = await newTablet(office);
  await tablet.opened.pull.round();
  assert.equal(office.asked.length, 1);
});
