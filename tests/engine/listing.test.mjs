// A list as it goes to the page: the same readings as inside the worker, though most are never parsed there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { placed, transferable } from '../../static/engine/listing.js';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const REFERENCE = 'reference';
const row = (i, more = {}) => ({ id: `facility:${i}`, rev: `1-${String(i).padStart(32, '0')}`, ancestors: [], deleted: false,
  doc: { type: 'facility', created_at: `2026-01-${10 + (i * 7) % 19}T08:00:00.000Z`, name: { ru: `Колония № ${i}`, kk: 'Түрме «Ә»', en: '\ud83c\udfe0' } }, ...more });

/** Through a message channel's cloning, as the worker posts it. */
async function onPage(readings, channel, types) {
  let list;
  let parts = 0;
  await readings.pack(channel, types, (part) => {
    parts += 1;
    list = placed(structuredClone(part, { transfer: transferable(part) }), list);
  });
  return { list: (list ?? []).filter(Boolean), parts };
}

async function assertSame(readings, channel, types) {
  const { list, parts } = await onPage(readings, channel, types);
  assert.deepEqual(list, await readings.list(channel, types));
  // Bytes in memory are still whole: what was transferred was a copy.
  assert.deepEqual((await onPage(readings, channel, types)).list, list);
  return { list, parts };
}

test('a list of many blocks is the same on the page, oldest first', async () => {
  const tablet = await newTablet(await organisation());
  await tablet.session.ingest(REFERENCE, Array.from({ length: 3000 }, (_, i) => row(i)));
  const { readings } = (await restart(tablet)).session;
  const { list, parts } = await assertSame(readings, REFERENCE, 'facility');
  assert.equal(list.length, 3000);
  assert.ok(parts > 1, String(parts));
  const ages = list.map(({ doc }) => `${doc.created_at} ${doc._id}`);
  assert.deepEqual(ages, [...ages].sort());
});

test('conflicts, deletions and erasures are the same on the page; own and delivered ones are known as such', async () => {
  const tablet = await newTablet(await organisation());
  const { session } = tablet;
  const other = { ...row(1), rev: `1-${'f'.repeat(32)}` };
  other.doc = { ...other.doc, name: { ru: 'Другое' } };
  await session.ingest(REFERENCE, [row(0), row(1), other, row(2, { rev: `2-${'0'.repeat(32)}`, deleted: true }), row(3), row(4)]);
  await session.commit([{ t: 'erased', c: REFERENCE, ids: ['facility:3'] }]);
  const reference = (await assertSame(session.readings, REFERENCE, ['facility', 'article'])).list;
  assert.equal(reference.length, 4);
  assert.deepEqual(reference.filter(({ conflicts }) => conflicts.length > 0).map(({ doc }) => doc._id), ['facility:1']);
  assert.deepEqual(reference.filter(({ erased }) => erased).map(({ doc }) => [doc._id, doc.name]), [['facility:3', undefined]]);

  await tablet.save(CHANNEL, { type: 'note', text: 'раз' });
  await tablet.deliver();
  await tablet.save(CHANNEL, { type: 'note', text: 'два' });
  const all = (await assertSame(session.readings, null, ['note', 'facility'])).list;
  assert.equal(all.length, 6);
  assert.deepEqual(all.filter(({ origin }) => origin === 'local').map(({ doc, delivered }) => [doc.text, delivered]).sort(), [['два', false], ['раз', true]]);
  assert.deepEqual((await onPage(session.readings, CHANNEL, 'finding')).list, []);
});
