// Which version of the app may take the place of the one that is here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRelease, versionOf } from '../../static/engine/crypto/release.js';
import { sign } from '../../static/engine/crypto/signing.js';
import { canonical } from '../../static/engine/crypto/wire.js';
import { deriveKeys } from './organisation.mjs';

const FILES = { '/app/': 'a'.repeat(64), '/app/static/app/main.js': 'b'.repeat(64) };
const OTHER = { ...FILES, '/app/': 'c'.repeat(64) };
const NOTHING = { keysets: [], listings: [] };

/** As the server tells it; `keys` of an organisation, whose release key is its receipt key here. */
async function listing(keys, files, number, change = {}) {
  const content = { version: await versionOf(files), number, issued_at: '2026-11-22T00:00:00.000Z', files };
  const signature = await sign(keys.receipt.key, `aigaq/release/1\n${canonical(content)}`);
  const signed = { number, issued_at: content.issued_at, key: keys.signed.set.keys.release.id, signature };
  return { version: content.version, files, signed, keyset: keys.signed, ...change };
}

test('the first version that a tablet meets is taken, signed or not', async () => {
  const keys = await deriveKeys();
  assert.equal(await judgeRelease(await listing(keys, FILES, 4), NOTHING), 'good');
  assert.equal(await judgeRelease(await listing(keys, FILES, 4, { signed: null }), NOTHING), 'first');
  const unsigned = await listing(keys, FILES, 4, { signed: null });
  assert.equal(await judgeRelease(await listing(keys, OTHER, 1, { signed: null }), { keysets: [], listings: [unsigned] }), 'first');
});

test('once an organisation is known, its own newer versions are taken and no others', async () => {
  const [keys, strange] = await Promise.all([deriveKeys(), deriveKeys()]);
  const here = await listing(keys, FILES, 4);
  for (const held of [{ keysets: [keys.signed], listings: [] }, { keysets: [], listings: [here] }]) {
    assert.equal(await judgeRelease(await listing(keys, OTHER, 5), held), 'good');
    assert.equal(await judgeRelease(await listing(keys, OTHER, 5, { signed: null }), held), 'unsigned');
    assert.equal(await judgeRelease(await listing(keys, OTHER, 5, { keyset: undefined }), held), 'unsigned');
    assert.equal(await judgeRelease(await listing(strange, OTHER, 5), held), 'foreign');
    assert.equal(await judgeRelease(await listing(strange, OTHER, 5, { keyset: keys.signed }), held), 'foreign');
  }
  const held = { keysets: [keys.signed], listings: [here] };
  assert.equal(await judgeRelease(here, held), 'good', 'the same again');
  assert.equal(await judgeRelease(await listing(keys, OTHER, 4), held), 'older');
  assert.equal(await judgeRelease(await listing(keys, OTHER, 3), held), 'older');
});

test('a set that its root did not sign names no signer', async () => {
  const [keys, strange] = await Promise.all([deriveKeys(), deriveKeys()]);
  const forged = { ...keys.signed, set: { ...keys.signed.set, number: 9, keys: { ...keys.signed.set.keys, release: strange.signed.set.keys.release } } };
  const offered = await listing(strange, OTHER, 5, { keyset: forged });
  assert.equal(await judgeRelease(offered, { keysets: [keys.signed], listings: [] }), 'foreign');
  assert.equal(await judgeRelease(offered, NOTHING), 'foreign');
});

test('after a rotation the new release key counts, and the old one no more', async () => {
  const before = await deriveKeys(1);
  const after = await deriveKeys(2, before.root);
  const held = { keysets: [before.signed], listings: [await listing(before, FILES, 4)] };
  assert.equal(await judgeRelease(await listing(after, OTHER, 5), held), 'good');
  const knowing = { keysets: [after.signed], listings: held.listings };
  assert.equal(await judgeRelease(await listing(before, OTHER, 5), knowing), 'foreign');
});

test('a listing that was changed anywhere is refused', async () => {
  const keys = await deriveKeys();
  const held = { keysets: [keys.signed], listings: [] };
  const offered = await listing(keys, OTHER, 5);
  const { signed } = offered;
  const changed = [
    { ...offered, files: { ...OTHER, '/app/evil.js': 'd'.repeat(64) } },
    { ...offered, version: 'e'.repeat(64) },
    { ...offered, files: { '/app/': 'not a hash' } },
    { ...offered, signed: { ...signed, number: 99 } },
    { ...offered, signed: { ...signed, issued_at: '2030-01-01T00:00:00.000Z' } },
    { ...offered, signed: { ...signed, signature: `${signed.signature.slice(0, -2)}AA` } },
    { ...offered, signed: { ...signed, number: '5' } },
    { version: offered.version },
    null,
  ];
  for (const one of changed) assert.ok(['damaged', 'foreign'].includes(await judgeRelease(one, held)), JSON.stringify(one)?.slice(0, 80));
});
