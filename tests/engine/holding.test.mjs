// Letting go of recordings: only on the office's signed word, whatever the connection says.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeSigningKey } from '../../static/engine/crypto/signing.js';
import { purge, release } from '../../static/engine/replication/departure.js';
import { json, organisation } from './organisation.mjs';
import { CHANNEL, newTablet } from './tablet.mjs';

/** Documents arrive and are receipted; parts of recordings are swallowed, and said to have arrived. */
const swallow = (path) => {
  if (path === '/sync/media/missing') return json({ missing: [] });
  return path.startsWith('/sync/media/chunks/') ? json({ stored: true }, 201) : undefined;
};

async function recorded() {
  const tablet = await newTablet(await organisation());
  const fields = { kind: 'photo', mime: 'image/jpeg' };
  const { doc } = await tablet.opened.recordings.add(CHANNEL, fields, new ArrayBuffer(3000));
  return { tablet, id: doc._id };
}

test('parts that a rewritten connection swallowed are not let go of, and go out when it is over', async () => {
  const { tablet, id } = await recorded();
  tablet.office.interfere = swallow;
  await tablet.deliver();
  assert.equal(tablet.office.opened.length, 1);
  assert.equal(tablet.office.chunks.size, 0);
  assert.deepEqual((await release(tablet.session, tablet.gateway, CHANNEL)).items, []);
  tablet.office.interfere = () => undefined;
  await tablet.deliver();
  assert.equal(tablet.office.chunks.size, 1);
  assert.deepEqual((await release(tablet.session, tablet.gateway, CHANNEL)).items, [id]);
});

test('a visit that leaves the tablet leaves behind what only an unsigned word says has arrived', async () => {
  const { tablet, id } = await recorded();
  tablet.office.interfere = swallow;
  await tablet.deliver();
  assert.deepEqual(await purge(tablet.session, tablet.gateway, CHANNEL), []);
  assert.equal(tablet.storage.contents.size, 1);
  assert.notEqual(tablet.session.slots.get(id), null);
  tablet.office.interfere = () => undefined;
  await tablet.deliver();
  assert.deepEqual(await purge(tablet.session, tablet.gateway, CHANNEL), [id]);
});

test('a foreign, a replayed and a false word are none', async () => {
  const { tablet } = await recorded();
  await tablet.deliver();
  const { office } = tablet;
  const asked = [...office.chunks.keys()];
  const earlier = await office.held({ hashes: asked, challenge: 'AAAAAAAAAAAAAAAAAAAAAA' });
  const ask = async (/** @type {(question: any) => any} */ answer) => {
    office.interfere = async (path, { body }) => (
      path === '/sync/media/missing' ? json(await answer(JSON.parse(new TextDecoder().decode(body)))) : undefined);
    return (await release(tablet.session, tablet.gateway, CHANNEL)).items;
  };
  assert.deepEqual(await ask(() => earlier), []);
  const foreign = (await makeSigningKey(true)).key;
  for (const answer of [
    (question) => office.held({ ...question, hashes: [] }),
    async (question) => { const said = await office.held(question); return { ...said, held: { ...said.held, at: 'later' } }; },
    async (question) => { office.signer = foreign; const said = await office.held(question); office.signer = undefined; return said; },
    async (question) => { office.chunks.clear(); return office.held(question); },
  ]) {
    office.interfere = () => undefined;
    await tablet.deliver();
    assert.deepEqual(await ask(answer), []);
  }
  assert.equal(tablet.storage.contents.size, 1);
});
