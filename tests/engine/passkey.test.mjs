// The passkey beside the words: what opens, what does not, and that nothing of it outlives its removal.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makePasskey, openPasskey, parsePasskey, PASSKEY_SIZE } from '../../static/engine/crypto/passkey.js';
import { TEST_COST } from '../../static/engine/crypto/passphrase.js';
import { randomBytes, sha256, toHex } from '../../static/engine/crypto/wire.js';
import { readHeader, readPasskey } from '../../static/engine/store/header_file.js';
import { Vault } from '../../static/engine/vault.js';
import { organisation } from './organisation.mjs';
import { newTablet, WORDS } from './tablet.mjs';

const FIRST = WORDS.split(' ').slice(0, 4).join(' ');
const code = (promise) => promise.then(() => null, (error) => error.code);

/** A tablet that is open and has a passkey; the authenticator's output beside it. */
async function withPasskey() {
  const { storage, vault } = await newTablet(await organisation());
  const made = { credential: randomBytes(37), prfSalt: randomBytes(32), prf: randomBytes(32) };
  await vault.addPasskey(WORDS, made);
  return { storage, vault, made, place: storage.places.header };
}

async function record() {
  const vault = { vaultKey: randomBytes(32), vaultId: randomBytes(16), words: WORDS, cost: TEST_COST, credential: randomBytes(20), prfSalt: randomBytes(32), prf: randomBytes(32) };
  return { vault, bytes: await makePasskey(vault) };
}

test('the first four words and the authenticator open; neither does alone', async () => {
  const { vault, made } = await withPasskey();
  await vault.drop();
  assert.equal(await code(vault.unlock(FIRST, randomBytes(32))), 'wrong-passkey');
  assert.equal(await code(vault.unlock(FIRST, new Uint8Array(32))), 'wrong-passkey');
  assert.equal(await code(vault.unlock(FIRST)), 'wrong-passphrase');
  assert.equal(await code(vault.unlock('ash birch cedar', made.prf)), 'wrong-passkey');
  assert.equal(await code(vault.unlock('birch ash cedar dune', made.prf)), 'wrong-passkey');
  assert.equal(await code(vault.unlock('', made.prf)), 'wrong-passkey');
  assert.equal(await code(vault.unlock(FIRST, made.prf.subarray(0, 16))), 'wrong-passkey');
  assert.equal(vault.state, 'locked');
  await vault.unlock(FIRST, made.prf);
  assert.equal(vault.state, 'unlocked');
  await vault.drop();
  await vault.unlock(` ${FIRST.toUpperCase()} and more`, made.prf);
  assert.equal(vault.state, 'unlocked', 'who types all the words is let in too');
});

test('the words open beside the passkey, as before', async () => {
  const { vault, storage, made } = await withPasskey();
  const again = new Vault(storage, { cost: TEST_COST, now: () => 0 });
  await again.find();
  assert.deepEqual(new Uint8Array((await again.passkey()).credential), made.credential);
  assert.deepEqual(new Uint8Array((await again.passkey()).salt), made.prfSalt);
  await vault.drop();
  await again.unlock(WORDS);
  assert.equal(again.state, 'unlocked');
});

test('a passkey is set and removed only in an open vault, and set only with all the words', async () => {
  const { vault, made } = await withPasskey();
  assert.equal(await code(vault.addPasskey(FIRST, made)), 'wrong-passphrase');
  assert.equal(await code(vault.addPasskey(WORDS, { ...made, prf: randomBytes(16) })), 'passkey-unsupported');
  assert.equal(await code(vault.addPasskey(WORDS, { ...made, credential: randomBytes(600) })), 'passkey-unsupported');
  await vault.drop();
  assert.equal(await code(vault.addPasskey(WORDS, made)), 'locked');
  assert.equal(await code(vault.removePasskey()), 'locked');
  await vault.unlock(FIRST, made.prf);
});

test('after its removal nothing of it is left, and the file is as long as it always was', async () => {
  const { vault, made, place } = await withPasskey();
  const size = place.size();
  const before = toHex(place.read(0, size));
  for (const part of [made.credential, made.prfSalt]) assert.ok(before.includes(toHex(part)));
  assert.ok(!before.includes(toHex(made.prf)), 'the output itself is never written');
  await vault.removePasskey();
  const after = toHex(place.durable);
  for (const part of [made.credential, made.prfSalt]) assert.ok(!after.includes(toHex(part)));
  assert.equal(place.durable.length, size);
  assert.equal(await vault.passkey(), null);
  await vault.drop();
  assert.equal(await code(vault.unlock(FIRST, made.prf)), 'wrong-passkey');
  await vault.unlock(WORDS);
  const fresh = await newTablet(await organisation());
  assert.equal(fresh.storage.places.header.size(), size, 'with or without a passkey');
});

test('new words take the passkey with them', async () => {
  const { vault, made } = await withPasskey();
  await vault.changePassphrase(WORDS, 'gold hill iron jade kite lake');
  assert.equal(await vault.passkey(), null);
  await vault.drop();
  for (const words of [FIRST, 'gold hill iron jade']) assert.equal(await code(vault.unlock(words, made.prf)), 'wrong-passkey');
  await vault.unlock('gold hill iron jade kite lake');
});

test('old words that are wrong leave the passkey as it is', async () => {
  const { vault } = await withPasskey();
  assert.equal(await code(vault.changePassphrase('a b c d e f', 'gold hill iron jade kite lake')), 'wrong-passphrase');
  assert.notEqual(await vault.passkey(), null);
});

test('an unlock by passkey rewrites no header: the words were not typed', async () => {
  const { vault, storage, made, place } = await withPasskey();
  await vault.drop();
  let time = 0;
  const quick = new Vault(storage, { cost: { memoryKib: 1024, passes: 1, calibrate: true }, now: () => (time += 10) });
  await quick.find();
  await quick.unlock(FIRST, made.prf);
  assert.equal((await readHeader(place)).header.generation, 1);
});

test('a quick delete leaves neither words nor passkey', async () => {
  const { vault, made, place } = await withPasskey();
  const before = place.durable.slice();
  await vault.destroy();
  assert.equal(place.durable.length, before.length);
  for (let at = 0; at + 16 <= before.length; at += 16) {
    assert.notEqual(toHex(place.durable.subarray(at, at + 16)), toHex(before.subarray(at, at + 16)), `bytes ${at}`);
  }
  vault.exists = true;
  assert.equal(await code(vault.unlock(WORDS)), 'vault-damaged');
  assert.equal(await code(vault.unlock(FIRST, made.prf)), 'vault-damaged');
});

test('a record that was cut short or changed is no passkey, and one of another vault does not open', async () => {
  const { vault, bytes } = await record();
  assert.equal(bytes.length, PASSKEY_SIZE);
  const whole = await parsePasskey(bytes);
  assert.deepEqual(whole.credential, vault.credential);
  assert.deepEqual(await openPasskey(whole, FIRST, vault.prf), vault.vaultKey);
  assert.equal(await parsePasskey(bytes.subarray(0, 500)), null);
  for (let at = 0; at < PASSKEY_SIZE; at += 7) {
    const changed = bytes.slice();
    changed[at] ^= 1;
    assert.equal(await parsePasskey(changed), null, `byte ${at}`);
  }
  // Whoever computes the hash anew still does not get past the box: each field before it is bound.
  for (const at of [24, 40, 56, 88, 500, 600]) {
    const forged = bytes.slice();
    forged[at] ^= 1;
    forged.set(await sha256(forged.subarray(0, PASSKEY_SIZE - 32)), PASSKEY_SIZE - 32);
    const parsed = await parsePasskey(forged);
    assert.equal(await code(openPasskey(parsed, FIRST, vault.prf)), 'wrong-passkey', `field at ${at}`);
  }
});

test('a record that asks for an absurd cost is none', async () => {
  const { bytes } = await record();
  bytes.set([0xff, 0xff, 0xff, 0xff], 8);
  bytes.set(await sha256(bytes.subarray(0, PASSKEY_SIZE - 32)), PASSKEY_SIZE - 32);
  assert.equal(await parsePasskey(bytes), null);
});

test('a vault of before passkeys has none, gets one, and its words open throughout', async () => {
  const { storage, vault, made, place } = await withPasskey();
  place.content = place.content.slice(0, 384);
  assert.equal(await readPasskey(place), null);
  assert.equal(await vault.passkey(), null);
  await vault.addPasskey(WORDS, made);
  await vault.drop();
  await vault.unlock(FIRST, made.prf);
  await vault.drop();
  await vault.unlock(WORDS);
  assert.ok(storage.places.header.size() > 384);
});

test('two requests at once do not meet at the header’s exclusive file', async () => {
  const { storage, vault, made } = await withPasskey();
  await vault.drop();
  let open = 0;
  let most = 0;
  const { place } = storage;
  storage.place = async (name) => {
    const one = await place(name);
    if (name !== 'header') return one;
    open += 1;
    most = Math.max(most, open);
    return Object.assign(Object.create(one), { close: () => { open -= 1; } });
  };
  const [found, wrong] = await Promise.all([vault.passkey(), code(vault.unlock(FIRST, randomBytes(32))), vault.unlock(FIRST, made.prf)]);
  assert.ok(found);
  assert.equal(wrong, 'wrong-passkey');
  assert.equal(most, 1);
});
