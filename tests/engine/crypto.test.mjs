// What is sealed opens with its key, in its place, unchanged, and in no other way.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { boxKey, BoxDamaged, open, seal, subkey } from '../../static/engine/crypto/box.js';
import { HEADER_SIZE, makeHeader, openHeader, parseHeader } from '../../static/engine/crypto/header.js';
import { acceptFirst, follow, parseCode, rootFingerprint } from '../../static/engine/crypto/keyset.js';
import { calibrate, normaliseWords, STANDARD_COST, TEST_COST } from '../../static/engine/crypto/passphrase.js';
import { openContentKey, sealContentKey, sealTo, openWith } from '../../static/engine/crypto/sealing.js';
import { exportSigningKey, importSigningKey, makeSigningKey, sign, verify } from '../../static/engine/crypto/signing.js';
import { openStream, scanFrames, sealFrame, StreamDamaged } from '../../static/engine/crypto/stream.js';
import { crockford, parseCrockford, randomId, ulid } from '../../static/engine/crypto/ulid.js';
import { canonical, concat, fromBase64, mendText, randomBytes, sha256, toBase64, toHex, utf8 } from '../../static/engine/crypto/wire.js';
import { deriveKeys } from './organisation.mjs';

const PLAIN = utf8('камера 12, без окна');

test('a box refuses every flipped bit, another place, another key and a cut', async () => {
  const key = await boxKey(randomBytes(32));
  const box = await seal(key, PLAIN, 'block/1/1');
  assert.deepEqual(await open(key, box, 'block/1/1'), PLAIN);
  for (let bit = 0; bit < box.length * 8; bit += 1) {
    const changed = box.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    await assert.rejects(open(key, changed, 'block/1/1'), BoxDamaged);
  }
  await assert.rejects(open(key, box, 'block/2/1'), BoxDamaged);
  await assert.rejects(open(await boxKey(randomBytes(32)), box, 'block/1/1'), BoxDamaged);
  await assert.rejects(open(key, box.slice(0, 20), 'block/1/1'), BoxDamaged);
});

test('subkeys of one vault key differ by purpose and by vault', async () => {
  const vault = randomBytes(32);
  const id = randomBytes(16);
  const box = await seal(await subkey(vault, id, 'slots'), PLAIN, 'x');
  assert.deepEqual(await open(await subkey(vault, id, 'slots'), box, 'x'), PLAIN);
  await assert.rejects(open(await subkey(vault, id, 'log'), box, 'x'), BoxDamaged);
  await assert.rejects(open(await subkey(vault, randomBytes(16), 'slots'), box, 'x'), BoxDamaged);
});

test('wrong words and a damaged header are different things', async () => {
  const vaultKey = randomBytes(32);
  const bytes = await makeHeader({ vaultKey, vaultId: randomBytes(16), generation: 3, words: 'ash birch cedar', cost: TEST_COST });
  assert.equal(bytes.length, HEADER_SIZE);
  const header = await parseHeader(bytes);
  assert.equal(header.generation, 3);
  assert.deepEqual(await openHeader(header, ' ASH-birch   Cedar '), vaultKey);
  await assert.rejects(openHeader(header, 'ash birch fern'), { code: 'wrong-passphrase' });
  for (let bit = 0; bit < HEADER_SIZE * 8; bit += 1) {
    const changed = bytes.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(await parseHeader(changed), null, `bit ${bit}`);
  }
  assert.equal(await parseHeader(bytes.slice(0, 100)), null);
});

test('a header whose cost was lowered, hash mended, opens nothing', async () => {
  const bytes = await makeHeader({ vaultKey: randomBytes(32), vaultId: randomBytes(16), generation: 1, words: 'a b c', cost: { memoryKib: 2048, passes: 2 } });
  new DataView(bytes.buffer).setUint32(12, 1024);
  bytes.set(await sha256(bytes.subarray(0, HEADER_SIZE - 32)), HEADER_SIZE - 32);
  await assert.rejects(openHeader(await parseHeader(bytes), 'a b c'), { code: 'wrong-passphrase' });
});

test('a header of which one bit was changed, hash mended, opens nothing', async () => {
  const bytes = await makeHeader({ vaultKey: randomBytes(32), vaultId: randomBytes(16), generation: 1, words: 'a b c', cost: TEST_COST });
  // Passes, generation, vault id, salt, nonce, sealed key, tag; what follows up to the hash is not used.
  for (const at of [13, 14, 15, 20, 27, 30, 45, 60, 75, 90, 105, 115]) {
    const changed = bytes.slice();
    changed[at] ^= 1 << (at % 8);
    changed.set(await sha256(changed.subarray(0, HEADER_SIZE - 32)), HEADER_SIZE - 32);
    const header = await parseHeader(changed);
    if (header) await assert.rejects(openHeader(header, 'a b c'), { code: 'wrong-passphrase' }, `byte ${at}`);
  }
});

test('typed words forgive case, dashes, spaces and ё', () => {
  assert.equal(normaliseWords(' Ёлка — ЛЕС,  вода-дом '), 'елка лес вода дом');
  assert.equal(normaliseWords(['Ас', 'Үй']), 'ас үй');
});

test('the cost is raised on a fast machine and never lowered', async () => {
  const ticks = [0, 1];
  const fast = await calibrate({ memoryKib: 1024, passes: 1, calibrate: true }, () => ticks.shift());
  assert.equal(fast.passes, 24);
  const slow = [0, 60_000];
  assert.equal((await calibrate({ memoryKib: 1024, passes: 3, calibrate: true }, () => slow.shift())).passes, 3);
  assert.deepEqual([STANDARD_COST.memoryKib, STANDARD_COST.passes], [65536, 3]);
});

async function stream(key, plains, last = true) {
  const frames = [];
  for (const [number, plain] of plains.entries()) {
    frames.push(await sealFrame(key, 'medium:1', { number, last: last && number === plains.length - 1, plain }));
  }
  return frames;
}

test('a stream refuses frames that were swapped, dropped, repeated, cut or changed', async () => {
  const key = await boxKey(randomBytes(32));
  const plains = [utf8('one'), utf8('two'), utf8('three'), new Uint8Array(0)];
  const frames = await stream(key, plains);
  assert.deepEqual(await openStream(key, 'medium:1', concat(...frames), null), concat(...plains));
  const [a, b, c, d] = frames;
  const wrong = { swapped: [b, a, c, d], dropped: [a, c, d], repeated: [a, a, b, c, d], 'without its end': [a, b, c], empty: [], longer: [a, b, c, d, d] };
  for (const [name, parts] of Object.entries(wrong)) {
    await assert.rejects(openStream(key, 'medium:1', concat(...parts), null), StreamDamaged, name);
  }
  const whole = concat(...frames);
  for (let at = 0; at < whole.length; at += 1) {
    const changed = whole.slice();
    changed[at] ^= 1;
    await assert.rejects(openStream(key, 'medium:1', changed, null), StreamDamaged, `byte ${at}`);
    await assert.rejects(openStream(key, 'medium:1', whole.slice(0, at), null), StreamDamaged, `cut at ${at}`);
  }
  await assert.rejects(openStream(key, 'medium:2', whole, null), StreamDamaged);
});

test('an interrupted stream opens only with the number of frames that was signed', async () => {
  const key = await boxKey(randomBytes(32));
  const frames = await stream(key, [utf8('one'), utf8('two')], false);
  const file = concat(...frames);
  assert.deepEqual(await openStream(key, 'medium:1', file, 2), utf8('onetwo'));
  await assert.rejects(openStream(key, 'medium:1', file, null), StreamDamaged);
  await assert.rejects(openStream(key, 'medium:1', file, 3), StreamDamaged);
  await assert.rejects(openStream(key, 'medium:1', frames[0], 2), StreamDamaged);
});

test('whole frames are counted without a key, a torn one is left out', async () => {
  const key = await boxKey(randomBytes(32));
  const file = concat(...await stream(key, [utf8('one'), utf8('two')], false));
  const read = async (offset, length) => file.subarray(offset, offset + length);
  for (let size = 0; size <= file.length; size += 1) {
    const { frames, bytes } = await scanFrames(read, size);
    const expected = [0, 23, 46].filter((end) => end <= size).at(-1);
    assert.equal(bytes, expected);
    assert.equal(frames.length, expected / 23);
  }
});

test('a content key is for the key holders, and for one document', async () => {
  const { custody } = await deriveKeys();
  const key = randomBytes(32);
  const stanza = await sealContentKey(key, { id: 'c', public: custody.public }, 'medium:1');
  assert.equal(fromBase64(stanza).length, 32 + 32 + 16);
  assert.deepEqual(await openContentKey(stanza, custody.private, 'medium:1'), key);
  await assert.rejects(openContentKey(stanza, custody.private, 'medium:2'));
  const other = await deriveKeys();
  await assert.rejects(openContentKey(stanza, other.custody.private, 'medium:1'));
});

test('a hundred sealed items open, none twice the same', async () => {
  const { transport } = await deriveKeys();
  const seen = new Set();
  for (let i = 0; i < 100; i += 1) {
    const plain = randomBytes(1 + (i * 37) % 2000);
    const sealed = await sealTo(fromBase64(transport.public), plain, `info ${i}`);
    seen.add(toHex(sealed));
    assert.deepEqual(await openWith(transport.private, sealed, `info ${i}`), plain);
  }
  assert.equal(seen.size, 100);
});

test('a signature is for one message and one key', async () => {
  const made = await makeSigningKey(true);
  const key = await importSigningKey(await exportSigningKey(made.key));
  const signature = await sign(key, 'message');
  assert.equal(fromBase64(signature).length, 64);
  assert.equal(await verify(made.public, signature, 'message'), true);
  assert.equal(await verify(made.public, signature, 'massage'), false);
  assert.equal(await verify((await makeSigningKey(true)).public, signature, 'message'), false);
  assert.equal(await verify('AAAA', signature, 'message'), false);
  assert.equal(key.extractable, false);
});

test('a key set is followed only under the pinned root, and only upwards', async () => {
  const first = await deriveKeys(2);
  const pinned = await rootFingerprint(first.signed);
  const code = crockford(fromHexBytes(pinned), 4);
  assert.equal(await acceptFirst(first.signed, { root: code }), pinned);
  assert.equal(await acceptFirst(first.signed, { root: code, full: pinned }), pinned);
  const stranger = await deriveKeys(9);
  await assert.rejects(acceptFirst(first.signed, { root: code, full: await rootFingerprint(stranger.signed) }), { code: 'root-mismatch' });
  await assert.rejects(acceptFirst(stranger.signed, { root: code }), { code: 'root-mismatch' });
  await assert.rejects(follow(first.signed, stranger.signed, pinned), { code: 'root-mismatch' });
  const older = await deriveKeys(1, first.root);
  const newer = await deriveKeys(3, first.root);
  assert.equal(await follow(first.signed, older.signed, pinned), first.signed);
  assert.equal(await follow(first.signed, newer.signed, pinned), newer.signed);
  const forged = { ...newer.signed, set: { ...newer.signed.set, number: 7 } };
  await assert.rejects(follow(first.signed, forged, pinned), { code: 'root-mismatch' });
});

test('codes are read as people type them', () => {
  assert.deepEqual(parseCode('abcd efgh-o1il'), { code: 'ABCD-EFGH-0111', root: '0111' });
  for (const typed of ['', 'ABCD-EFGH', 'ABCD-EFGH-JKMU', 'ABCD-EFGH-JKMNP']) {
    assert.throws(() => parseCode(typed), { code: 'code-mistyped' });
  }
});

test('identifiers have the form of a ULID; random ones tell no time', () => {
  const form = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
  assert.equal(ulid(0).slice(0, 10), '0000000000');
  assert.equal(ulid(Date.parse('2026-03-01T08:00:00Z')).slice(0, 10), '01KJM6JM00');
  for (let i = 0; i < 500; i += 1) assert.match(randomId(), form);
  assert.ok(new Set(Array.from({ length: 500 }, () => randomId().slice(0, 3))).size > 300);
  assert.equal(parseCrockford('il o'), '110');
});

test('canonical JSON sorts by UTF-16, mends lone surrogates and refuses what JSON has not', () => {
  assert.equal(canonical({ 'ö': 1, '\u{1f600}': 2, '\ufb33': 3, a: undefined }), '{"ö":1,"\u{1f600}":2,"\ufb33":3}');
  assert.equal(canonical([1e21, -0, 1.5, 1e-7]), '[1e+21,0,1.5,1e-7]');
  assert.equal(mendText('a\ud800b\udc00\ud83d\ude00'), 'a\ufffdb\ufffd\u{1f600}');
  assert.throws(() => canonical(NaN), TypeError);
  assert.throws(() => canonical(new Date()), TypeError);
  assert.equal(toBase64(new Uint8Array([251, 255])), '-_8');
});

function fromHexBytes(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}
