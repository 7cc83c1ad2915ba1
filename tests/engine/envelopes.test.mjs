// The formats on the wire against the vectors that the server's side passes too.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { acceptFirst } from '../../static/engine/crypto/keyset.js';
import { openContentKey, openWith } from '../../static/engine/crypto/sealing.js';
import { uploadBase, verify } from '../../static/engine/crypto/signing.js';
import { StreamDamaged, openStream } from '../../static/engine/crypto/stream.js';
import { canonical, fromBase64, sha256, text, toHex, utf8 } from '../../static/engine/crypto/wire.js';

const vectors = JSON.parse(readFileSync(new URL('../vectors/envelopes.json', import.meta.url), 'utf8'));

for (const { name, envelope, plaintext, error } of vectors.envelopes) {
  test(`envelope: ${name}`, async () => {
    const sealed = fromBase64(envelope.sealed);
    const message = `aigaq/envelope/1\n${envelope.id}\n${toHex(await sha256(sealed))}`;
    const signed = await verify(vectors.device.signing.public, envelope.signature, message);
    assert.equal(signed, error !== 'bad-signature');
    if (!signed || envelope.key !== vectors.transport.id) return;
    const opening = openWith(fromBase64(vectors.transport.private), sealed, `aigaq/envelope/1\n${envelope.id}`);
    if (plaintext) assert.deepEqual(JSON.parse(text(await opening)), plaintext);
    else await assert.rejects(async () => assert.ok(JSON.parse(text(await opening)).document));
  });
}

test('a content key’s stanza opens for its document only', async () => {
  const { document, custody, key, stanza } = vectors.content_key;
  const secret = fromBase64(custody.private);
  assert.deepEqual(await openContentKey(stanza, secret, document), fromBase64(key));
  await assert.rejects(openContentKey(stanza, secret, 'testimony:another'));
});

test('receipts verify and chain', async () => {
  let before = '';
  for (const { receipt, canonical: form, sha256: hash, signature } of vectors.receipts.chain) {
    assert.equal(canonical(receipt), form);
    assert.equal(toHex(await sha256(utf8(form))), hash);
    assert.equal(receipt.prev, before);
    assert.ok(await verify(vectors.receipts.public, signature, `aigaq/receipt/1\n${form}`));
    before = hash;
  }
});

test('the key set is accepted by the code’s characters and the fingerprint', async () => {
  const { signed, fingerprint, code_characters: root } = vectors.keyset;
  assert.equal(await acceptFirst(signed, { root, full: fingerprint }), fingerprint);
  await assert.rejects(acceptFirst(signed, { root: root === '0000' ? '1111' : '0000' }));
});

test('requests and sessions are signed over these very texts', async () => {
  const { upload, session, device } = vectors;
  const { digest, parameters, base } = await uploadBase(device.id, { ...upload, body: utf8(upload.body) });
  assert.equal(base, upload.message);
  assert.equal(digest, upload.headers['Content-Digest']);
  assert.equal(`aigaq=${parameters}`, upload.headers['Signature-Input']);
  const signature = /^aigaq=:(.*):$/.exec(upload.headers.Signature)[1];
  assert.ok(await verify(device.upload.public, signature, upload.message));
  assert.equal(`aigaq/session/2\n${device.id}\n${session.nonce}\n${toHex(await sha256(utf8(canonical(session.report))))}`, session.message);
  assert.ok(await verify(device.signing.public, session.signature, session.message));
});

test('media frames open whole or as interrupted', async () => {
  const { medium, key, plain, complete, interrupted, interrupted_after: count } = vectors.frames;
  const box = await crypto.subtle.importKey('raw', fromBase64(key), 'AES-GCM', false, ['decrypt']);
  const whole = utf8(plain.join(''));
  assert.deepEqual(await openStream(box, medium, fromBase64(complete), null), whole);
  assert.deepEqual(await openStream(box, medium, fromBase64(interrupted), count), whole);
  await assert.rejects(openStream(box, medium, fromBase64(interrupted), null), StreamDamaged);
  await assert.rejects(openStream(box, medium, fromBase64(complete), count), StreamDamaged);
  await assert.rejects(openStream(box, 'medium:another', fromBase64(complete), null), StreamDamaged);
});
