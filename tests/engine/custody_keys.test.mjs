// The custody key in a key holder's browser: wrapping, and shares of which any two bring it back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openContentKey, sealContentKey } from '../../static/engine/crypto/sealing.js';
import { TEST_COST } from '../../static/engine/crypto/passphrase.js';
import { randomBytes, toBase64 } from '../../static/engine/crypto/wire.js';
import { ShareWrong, makeShares, readShare, restoreKey } from '../../static/office/keys/shares.js';
import { WrongWords, makeKey, publicOf, strongEnough, unwrapKey, wrapKey } from '../../static/office/keys/wrapping.js';

const PAIRS = [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]];
const says = (/** @type {string} */ code, line = 0) => (/** @type {any} */ error) => error instanceof ShareWrong && error.code === code && error.line === line;

test('any two of three shares bring the key back, and it opens what was sealed to the public key', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { privateKey, publicKey } = await makeKey();
    assert.deepEqual(await publicOf(privateKey), publicKey);
    const content = randomBytes(32);
    const stanza = await sealContentKey(content, { id: 'custody-x', public: toBase64(publicKey) }, 'testimony:1');
    const shares = (await makeShares(privateKey, publicKey)).map((lines) => lines.join('\n'));
    for (const [a, b] of PAIRS) {
      const restored = await restoreKey([shares[a], shares[b]], publicKey);
      assert.deepEqual(restored, privateKey);
      assert.deepEqual(await openContentKey(stanza, restored, 'testimony:1'), content);
    }
  }
});

test('one share is not enough, nor the same one twice, nor two of different splits or keys', async () => {
  const { privateKey, publicKey } = await makeKey();
  const [one] = (await makeShares(privateKey, publicKey)).map((lines) => lines.join('\n'));
  await assert.rejects(restoreKey([one], publicKey), says('same'));
  await assert.rejects(restoreKey([one, one], publicKey), says('same'));
  const anew = (await makeShares(privateKey, publicKey)).map((lines) => lines.join('\n'));
  const twoOfDifferent = await Promise.allSettled([restoreKey([one, anew[0]], publicKey), restoreKey([one, anew[1]], publicKey), restoreKey([one, anew[2]], publicKey)]);
  assert.ok(twoOfDifferent.every((result) => result.status === 'rejected'));
  const other = await makeKey();
  const foreign = (await makeShares(other.privateKey, other.publicKey)).map((lines) => lines.join('\n'));
  await assert.rejects(restoreKey([one, foreign[1]], publicKey), says('other-key'));
});

test('a share tells nothing: with one share every first byte of the key stays equally possible', async () => {
  // For one fixed share there is exactly one second share per possible key byte: over many splits the byte of the
  // share itself is spread evenly, whatever the key is. Chi-squared of 255 degrees, far beyond chance at 400.
  const privateKey = new Uint8Array(32);
  const { publicKey } = await makeKey();
  const counts = new Uint32Array(256);
  for (let i = 0; i < 600; i += 1) {
    const bytes = await readShare((await makeShares(privateKey, publicKey))[0].join(''));
    for (const byte of bytes.subarray(7, 39)) counts[byte] += 1;
  }
  const expected = 600 * 32 / 256;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chi < 400, `chi-squared ${chi}`);
});

test('typing is forgiven in case, spaces and alike characters; a slip is found in its line', async () => {
  const { privateKey, publicKey } = await makeKey();
  const [a, b] = await makeShares(privateKey, publicKey);
  const sloppy = a.join(' ').toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll(' ', '-');
  assert.deepEqual(await restoreKey([sloppy, b.join('')], publicKey), privateKey);
  for (let line = 0; line < a.length; line += 1) {
    const changed = [...a];
    changed[line] = changed[line].slice(0, -1) + (changed[line].endsWith('7') ? '8' : '7');
    await assert.rejects(readShare(changed.join('')), says('line', line + 1));
  }
  await assert.rejects(readShare([a[0], b[1], ...a.slice(2)].join('')), says('line', 2));
  await assert.rejects(readShare(a.slice(0, 4).join('')), says('length', 5));
  await assert.rejects(readShare(`${a.join('')} 0000`), says('length', 5));
});

test('a wrapped key opens with its words only', async () => {
  const { privateKey } = await makeKey();
  const wrapped = await wrapKey(privateKey, 'six words of a list stand', TEST_COST);
  assert.deepEqual(await unwrapKey(wrapped, 'Six  words-of a LIST stand'), privateKey);
  await assert.rejects(unwrapKey(wrapped, 'six words of a list stood'), WrongWords);
  assert.ok(!JSON.stringify(wrapped).includes(toBase64(privateKey)));
});

test('own words are taken only where there are many different ones', () => {
  assert.ok(!strongEnough('correct horse battery staple'));
  assert.ok(!strongEnough('word word word word word word word word word'));
  assert.ok(!strongEnough('a b c d e f g h i j k l'));
  assert.ok(strongEnough('seven crooked lanterns above our frozen harbour tonight'));
});
