// Media: frames in order and durable before they are acknowledged, found again without the rest, refused when
// anything was changed; memory that does not grow; the chain of captures.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';

import { boxKey } from '../../static/engine/crypto/box.js';
import { openStream, PREFIX, sealFrame, StreamDamaged, TAG } from '../../static/engine/crypto/stream.js';
import { concat, randomBytes, sha256, toHex } from '../../static/engine/crypto/wire.js';
import { captureLink } from '../../static/engine/media/captures.js';
import { CHUNK, Chunks } from '../../static/engine/media/chunks.js';
import { findClusters } from '../../static/engine/media/clusters.js';
import { chunkReader, Frames } from '../../static/engine/media/frames.js';
import { Recording } from '../../static/engine/media/recording.js';
import { folderFiles } from '../../static/engine/store/files.js';
import { memoryStorage } from './fakes.mjs';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const ID = 'medium:01HMEDIVM00000000000000001';

/** A sealed file of frames of the given sizes, its ranges and its plaintext. */
async function sealedFile(sizes, { complete = true } = {}) {
  const key = await boxKey(randomBytes(32));
  const plain = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
  if (complete) plain.push(new Uint8Array(0));
  const frames = [];
  const chunks = new Chunks('file');
  for (const [number, part] of plain.entries()) {
    const frame = await sealFrame(key, ID, { number, last: complete && number === plain.length - 1, plain: part });
    frames.push(frame);
    await chunks.push(frame);
  }
  await chunks.end();
  return { key, plain, frames, bytes: concat(...frames), chunks: chunks.list, complete };
}

function reader({ key, plain, chunks, complete }, bytes, count = plain.length) {
  const readAt = async (offset, length) => bytes.slice(offset, offset + length);
  return new Frames(key, { id: ID, frames: count, complete, size: bytes.length, chunks }, readAt);
}

test('of a frame that was recorded no plaintext stays in memory', async () => {
  const storage = memoryStorage();
  const key = await boxKey(new Uint8Array(32));
  const recording = new Recording({ id: ID, channel: 'c', key }, await storage.files.create());
  const plain = Uint8Array.from({ length: 300 }, (_, i) => 1 + (i % 255)).buffer;
  await recording.append(plain, false);
  assert.ok(new Uint8Array(plain).every((byte) => byte === 0));
  const [bytes] = [...storage.contents.values()];
  assert.deepEqual(await openStream(key, ID, bytes, 1), Uint8Array.from({ length: 300 }, (_, i) => 1 + (i % 255)));
});

test('any frame is found, from any place, whether its range says where it begins or not', async () => {
  const file = await sealedFile([300_000, 900_000, 2_500_000, 10, 0, 700_000, 1_048_556, 40]);
  for (const chunks of [file.chunks, []]) {
    const frames = reader({ ...file, chunks }, file.bytes);
    for (const from of [7, 0, 3, 2, 8, 5, 1, 6, 4]) {
      assert.deepEqual(await frames.read(from, 2), concat(...file.plain.slice(from, from + 2)), `frame ${from}`);
    }
    assert.deepEqual(await frames.read(0, Infinity), concat(...file.plain));
  }
  const [first, , third] = file.chunks;
  assert.deepEqual([first.frame, first.at, third.frame], [0, 0, undefined]); // The third holds the middle of a long frame.
});

test('ranges are checked before they are opened, and only those that are needed are fetched', async () => {
  const file = await sealedFile(Array.from({ length: 40 }, () => 200_000));
  const store = new Map(file.chunks.map(({ sha256: hash }, i) => [hash, file.bytes.slice(i * CHUNK, (i + 1) * CHUNK)]));
  const asked = [];
  const fetchChunk = async (hash) => { asked.push(file.chunks.findIndex((chunk) => chunk.sha256 === hash)); return store.get(hash); };
  const frames = new Frames(file.key, { id: ID, frames: 41, complete: true, size: file.bytes.length, chunks: file.chunks }, chunkReader(file.chunks, fetchChunk));
  assert.deepEqual(await frames.read(30, 2), concat(file.plain[30], file.plain[31]));
  assert.ok(asked.length <= 3 && Math.min(...asked) >= 5, String(asked));
  const [hash] = file.chunks.map((chunk) => chunk.sha256);
  store.get(hash)[100] ^= 1;
  await assert.rejects(frames.read(0, 1), StreamDamaged);
});

const RANGES = {
  'swapped': ([a, b, ...rest]) => [b, a, ...rest],
  'dropped': ([a, , ...rest]) => [a, ...rest],
  'repeated': ([a, , ...rest]) => [a, a, ...rest],
  'truncated': ([a, b, ...rest]) => [a, b.slice(0, -1), ...rest],
  'empty': ([a, , ...rest]) => [a, new Uint8Array(0), ...rest],
};
for (const [name, tamper] of Object.entries(RANGES)) {
  test(`ranges that were ${name} are refused, in the file and in the document`, async () => {
    const file = await sealedFile(Array.from({ length: 20 }, () => 200_000));
    const ranges = file.chunks.map((_, i) => file.bytes.slice(i * CHUNK, (i + 1) * CHUNK));
    const changed = tamper(ranges);
    const frames = (chunks, from) => new Frames(file.key, { id: ID, frames: 21, complete: true, size: file.bytes.length, chunks },
      chunkReader(chunks, async (hash) => from[chunks.findIndex((chunk) => chunk.sha256 === hash)] ?? new Uint8Array(0)));
    // A server that gives other bytes than the document names.
    await assert.rejects(frames(file.chunks, changed).read(0, Infinity), StreamDamaged);
    // A document that names others, each with its own true hash.
    const named = await Promise.all(changed.map(async (bytes) => ({ sha256: toHex(await sha256(bytes)), size: bytes.length })));
    await assert.rejects(frames(named, changed).read(0, Infinity), StreamDamaged);
  });
}

test('every flipped bit of a length or a tag, and many of the ciphertext, is refused', async () => {
  const file = await sealedFile([50, 60]);
  let refused = 0;
  for (let bit = 0; bit < file.bytes.length * 8; bit += 1) {
    const changed = file.bytes.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    await assert.rejects(openStream(file.key, ID, changed, null), StreamDamaged, `bit ${bit}`);
    await assert.rejects(reader(file, changed).read(0, Infinity), StreamDamaged, `bit ${bit}`);
    refused += 1;
  }
  assert.equal(refused, (50 + 60 + 3 * (PREFIX + TAG)) * 8);
});

const TAMPERED = {
  'swapped': ([a, b, c]) => [b, a, c],
  'dropped': ([a, , c]) => [a, c],
  'repeated': ([a, b, c]) => [a, b, b, c],
  'cut after a frame': ([a, b]) => [a, b],
  'cut in a frame': ([a, b, c]) => [a, b, c.slice(0, -1)],
  'all gone': () => [],
  'taken from another medium': ([a, , c], other) => [a, other, c],
};
for (const [name, tamper] of Object.entries(TAMPERED)) {
  test(`frames that were ${name} are refused`, async () => {
    const file = await sealedFile([50, 60]);
    const other = await sealFrame(file.key, 'medium:other', { number: 1, last: false, plain: new Uint8Array(60) });
    const changed = concat(...tamper(file.frames, other));
    await assert.rejects(openStream(file.key, ID, changed, null), StreamDamaged);
    await assert.rejects(reader(file, changed).read(0, Infinity), StreamDamaged);
    // Nor does it help to say that it was interrupted: the number of frames, or the flag, tells.
    await assert.rejects(reader({ ...file, complete: false }, changed).read(0, Infinity), StreamDamaged);
  });
}

test('7,200 seconds of sound leave the memory as it was', async () => {
  const tablet = await newTablet(await organisation());
  const kept = { size: 0 };
  tablet.storage.files.create = async () => ({
    name: 'long', size: () => kept.size, append: async (...parts) => { for (const { length } of parts) kept.size += length; }, close: async () => {},
  });
  const { id } = await tablet.opened.recordings.start(CHANNEL, { kind: 'audio', mime: 'audio/webm' });
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  let early = 0;
  for (let second = 0; second < 7200; second += 1) {
    await tablet.opened.recordings.append(id, new ArrayBuffer(6000));
    if (second === 1000) early = used();
  }
  const grown = used() - early;
  const { doc } = await tablet.opened.recordings.finish(id, { duration_ms: 7_200_000 });
  assert.deepEqual([doc.frames, doc.bytes, doc.chunks.length], [7201, kept.size, Math.ceil(kept.size / CHUNK)]);
  assert.ok(grown < 3_000_000, `grew by ${grown} bytes`);
});

/** A folder of sync access handles that writes down what is done to them. */
function fakeFolder() {
  const steps = [];
  const handle = {
    full: false,
    getSize: () => 0,
    write(bytes) { steps.push(`write ${bytes.length}`); return this.full ? bytes.length - 1 : bytes.length; },
    flush() { steps.push('flush'); },
    truncate(size) { steps.push(`truncate ${size}`); },
    close() {},
  };
  const folder = { getFileHandle: async () => ({ createSyncAccessHandle: async () => handle }) };
  return { files: folderFiles(/** @type {any} */ (folder)), steps, handle };
}

test('a frame is flushed before it is acknowledged; one that did not fit is taken back', async () => {
  const { files, steps, handle } = fakeFolder();
  const file = await files.create();
  await file.append(new Uint8Array(100)).then(() => steps.push('acknowledged'));
  assert.deepEqual(steps.splice(0), ['write 100', 'flush', 'acknowledged']);
  handle.full = true;
  await assert.rejects(file.append(new Uint8Array(50)), { name: 'QuotaExceededError' });
  assert.deepEqual(steps, ['write 50', 'truncate 100', 'flush']);
  assert.equal(file.size(), 100);
});

test('frames asked for at once are written in order; after one that failed none follows', async () => {
  const tablet = await newTablet(await organisation());
  const { id } = await tablet.opened.recordings.start(CHANNEL, { kind: 'audio', mime: 'audio/webm' });
  const recording = tablet.opened.recordings.running(id);
  const acknowledged = [];
  await Promise.all(Array.from({ length: 20 }, (_, i) => tablet.opened.recordings.append(id, new Uint8Array(1000 + i).buffer).then(() => acknowledged.push(i))));
  assert.deepEqual(acknowledged, Array.from({ length: 20 }, (_, i) => i));
  recording.file.append = async () => { throw new Error('the device is gone'); };
  const failed = await Promise.allSettled([5, 6].map((size) => tablet.opened.recordings.append(id, new ArrayBuffer(size))));
  assert.deepEqual(failed.map(({ status, reason }) => [status, reason.message]), [['rejected', 'the device is gone'], ['rejected', 'the device is gone']]);
  const { doc } = await tablet.get(CHANNEL, id);
  assert.deepEqual([doc.state, doc.frames], ['interrupted', 20]);
  await assert.rejects(tablet.opened.recordings.append(id, new ArrayBuffer(1)), { code: 'unknown-medium' });
});

test('captures are linked in the order in which they end, also across a crash', async () => {
  let tablet = await newTablet(await organisation());
  const photo = () => tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(2000));
  const { id } = await tablet.opened.recordings.start(CHANNEL, { kind: 'audio', mime: 'audio/webm' });
  await tablet.opened.recordings.append(id, new ArrayBuffer(100));
  const together = await Promise.all([photo(), photo()]);
  tablet = await restart(tablet);
  const media = [...together.map(({ doc }) => doc).sort((a, b) => a.capture.number - b.capture.number), (await tablet.get(CHANNEL, id)).doc, (await photo()).doc];
  let prev = '';
  for (const [i, doc] of media.entries()) {
    assert.deepEqual(doc.capture, await captureLink(doc, { number: i + 1, prev }));
    prev = doc.capture.sha256;
  }
  const captioned = await tablet.save(CHANNEL, { ...media[3], caption: 'окно' });
  assert.deepEqual(captioned.doc.capture, media[3].capture);
});

test('the chain of captures is the same in both languages', async () => {
  const documents = JSON.parse(readFileSync(new URL('../vectors/captures.json', import.meta.url), 'utf8'));
  for (const doc of documents) assert.deepEqual(await captureLink(doc, doc.capture), doc.capture);
});

test('clusters of a WebM stream tell their time; other bytes do not', () => {
  const cluster = (...time) => [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe7, 0x80 | time.length, ...time];
  const bytes = Uint8Array.from([0x1f, 0x43, 9, 9, ...cluster(0), 1, 2, 3, 0x1f, 0x43, 0xb6, 0x75, 0, 0, ...cluster(0x01, 0x86, 0xa0), 0x1f, 0x43, 0xb6]);
  assert.deepEqual(findClusters(bytes), [{ at: 4, ms: 0 }, { at: 28, ms: 100_000 }]);
});

test('ranges are hashed as they lie in the file', async () => {
  const chunks = new Chunks('f');
  const full = [];
  chunks.full = (row) => full.push(row.offset);
  const parts = [700_000, 700_000, 1_500_000].map((size) => randomBytes(size));
  for (const part of parts) await chunks.push(part);
  await chunks.end();
  const bytes = concat(...parts);
  for (const [i, { sha256: hash, size }] of chunks.list.entries()) {
    assert.equal(hash, toHex(await sha256(bytes.slice(i * CHUNK, i * CHUNK + size))));
  }
  assert.deepEqual(full.sort((a, b) => a - b), [0, CHUNK, 2 * CHUNK]);
});
