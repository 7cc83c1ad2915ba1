// HPKE of the browser's side against the published values of RFC 9180, bit by bit: with the ephemeral key of the
// vectors it must seal exactly what they say.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openWith } from '../../static/engine/crypto/sealing.js';
import { concat, fromHex, toHex } from '../../static/engine/crypto/wire.js';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '../../static/vendor/hpke.js';

const { suite: known } = JSON.parse(readFileSync(new URL('../vectors/hpke.json', import.meta.url), 'utf8'));
const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

async function context() {
  const recipientPublicKey = await suite.kem.deserializePublicKey(fromHex(known.pkRm).buffer);
  const ekm = await suite.kem.deriveKeyPair(fromHex(known.ikmE).buffer);
  return suite.createSenderContext({ recipientPublicKey, info: fromHex(known.info).buffer, ekm });
}

test('keys are derived and encapsulated as published', async () => {
  const pair = await suite.kem.deriveKeyPair(fromHex(known.ikmR).buffer);
  assert.equal(toHex(await suite.kem.serializePublicKey(pair.publicKey)), known.pkRm);
  assert.equal(toHex((await context()).enc), known.enc);
});

test('a thousand messages are sealed as published', async () => {
  const sender = await context();
  const source = createHash('shake128', { outputLength: 1 << 19 }).digest();
  const sealed = createHash('shake128', { outputLength: 16 });
  let at = 0;
  const draw = () => {
    const length = source[at];
    const bytes = new Uint8Array(source.subarray(at + 1, at + 1 + length));
    at += 1 + length;
    return bytes;
  };
  for (let i = 0; i < 1000; i += 1) {
    const aad = draw();
    const plain = draw();
    sealed.update(new Uint8Array(await sender.seal(plain.buffer, aad.buffer)));
  }
  assert.equal(sealed.digest('hex'), known.encryptions);
});

test('what the vectors seal opens with our own function, and for its item only', async () => {
  const sender = await context();
  const plain = new TextEncoder().encode('Beauty is truth, truth beauty');
  const box = concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(plain.buffer)));
  const info = new TextDecoder().decode(fromHex(known.info));
  assert.deepEqual(await openWith(fromHex(known.skRm), box, info), plain);
  await assert.rejects(openWith(fromHex(known.skRm), box, `${info} `));
  for (let bit = 0; bit < box.length * 8; bit += 1) {
    const changed = box.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    await assert.rejects(openWith(fromHex(known.skRm), changed, info));
  }
});
