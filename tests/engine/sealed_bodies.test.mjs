// Sealed bodies: whatever goes wrong while one is saved, the key holders can open what was delivered.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { boxKey, open } from '../../static/engine/crypto/box.js';
import { openContentKey } from '../../static/engine/crypto/sealing.js';
import { fromBase64, text } from '../../static/engine/crypto/wire.js';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet } from './tablet.mjs';

const fields = { type: 'testimony', _id: 'testimony:01HX0000000000000000000000', interview: 'interview:1' };

/** What the office's key holders read of the newest version, by the first key that came for the document. */
async function asKeyHolders({ office }) {
  const versions = office.opened.filter(({ document }) => document._id === fields._id);
  const [{ stanza }] = versions.flatMap(({ keys }) => keys);
  const raw = await openContentKey(stanza, office.keys.custody.private, fields._id);
  return JSON.parse(text(await open(await boxKey(raw), fromBase64(versions.at(-1).document.sealed), fields._id)));
}

test('a testimony whose first save failed is sealed to the key holders with the next one', async () => {
  const tablet = await newTablet(await organisation());
  tablet.storage.database.failure = new Error('the disk is gone');
  await assert.rejects(tablet.opened.writing.saveSealed(CHANNEL, fields, { text: 'били' }), { message: 'the disk is gone' });
  await tablet.opened.writing.saveSealed(CHANNEL, fields, { text: 'били 2' });
  await tablet.deliver();
  assert.deepEqual(await asKeyHolders(tablet), { text: 'били 2' });
});

test('two saves of a new testimony at once are under one key', async () => {
  const tablet = await newTablet(await organisation());
  await Promise.all(['1', '2'].map((said) => tablet.opened.writing.saveSealed(CHANNEL, fields, { text: said })));
  await tablet.deliver();
  assert.deepEqual(await tablet.opened.writing.openSealed(CHANNEL, fields._id), { text: '2' });
  assert.deepEqual(await asKeyHolders(tablet), { text: '2' });
  const keys = office(tablet).map(({ stanza }) => openContentKey(stanza, tablet.office.keys.custody.private, fields._id));
  assert.equal(new Set((await Promise.all(keys)).map(String)).size, 1);
});

/** @param {any} tablet @returns {any[]} every stanza that was delivered */
function office({ office: { opened } }) {
  return opened.flatMap(({ keys }) => keys);
}
