// A channel's first sync as a prepared pack: ranges fetched by hash, verified, opened, taken into the log.
//
//   range: fetched (the next ones meanwhile) ─► hash ─► decrypted ─► decompressed ─► blocks of rows ─► the log
//
// Owns: the order, and where to go on: a range's last blocks are durable together with a checkpoint that names it,
// so a pack that was cut goes on at the next range, also in another process. Gives way between blocks: what
// else the worker has to do (a recording's frame) waits for a few blocks at most and never for a pack.
// Safety: the hash and the key come in the authenticated stream, so bytes from elsewhere do not pass; what
// passes is checked row by row all the same before anything of it is kept. protocol.md, section 5.

import { boxKey } from '../crypto/box.js';
import { frameNonce } from '../crypto/stream.js';
import { fromBase64, sha256, text, toHex, utf8 } from '../crypto/wire.js';
import { Unreachable } from './gateway.js';
import { isRevision } from './revisions.js';

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../session.js').IngestRow} IngestRow
 * @typedef {import('../store/records.js').Entry} Entry
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 * @typedef {{channel: string, key: string, since: string, ranges: {sha256: string, size: number}[]}} Pack
 */

/** Ranges asked for before they are needed: enough that the network and the processor work side by side. */
const AHEAD = 2;
/** Blocks taken into the log at once: few enough that a slow tablet's recording waits a blink, not a second. */
const STEP = 4;
const NEWLINE = 10;
/** A checkpoint inside a pack. No server understands it: it offers the pack (or a newer one) again. */
const INSIDE = 'pack~';

/** Whether this browser can read packs. */
export const READS_PACKS = typeof DecompressionStream === 'function';

/**
 * @param {any} channel
 * @param {any} line of the stream
 * @returns {Pack}
 * @throws {Unreachable} where it is no pack
 */
export function parsePack(channel, line) {
  const { key, since, ranges } = line ?? {};
  const whole = typeof key === 'string' && typeof since === 'string' && Array.isArray(ranges)
    && ranges.every((range) => /^[0-9a-f]{64}$/.test(range?.sha256) && Number.isSafeInteger(range.size));
  if (!whole) throw new Unreachable('server-error');
  return { channel, key, since, ranges };
}

/**
 * Takes in a pack, or what is left of it.
 * @param {Session} session
 * @param {Pack} pack
 * @param {{fetch: (sha256: string) => Promise<Response>, changed: (channel: string, ids: string[]) => void}} world
 * @throws {Unreachable} what came before the break is kept
 */
export async function takePack(session, { channel, key, since, ranges }, world) {
  const opener = { key: await boxKey(fromBase64(key)), place: utf8(`aigaq/pack/1\n${channel}`) };
  const epoch = session.records.checkpoints.get(channel)?.epoch ?? null;
  const known = session.records.checkpoints.get(channel)?.since ?? '';
  const first = known.startsWith(INSIDE) ? ranges.findIndex(({ sha256: hash }) => known === INSIDE + hash) + 1 : 0;
  /** @type {Promise<Bytes>[]} */
  const coming = [];
  /** @type {Promise<unknown>} */
  let writing = Promise.resolve();
  try {
    for (let number = first; number < ranges.length; number += 1) {
      for (let next = number; next < ranges.length && next <= number + AHEAD; next += 1) {
        coming[next] ??= quiet(fetchRange(ranges[next].sha256, world.fetch));
      }
      const last = number === ranges.length - 1;
      const plain = await openRange(await coming[number], { ...opener, number, last });
      delete coming[number];
      let left = blocksIn(plain);
      /** @type {IngestRow[]} */
      let rows = [];
      for (const block of blocksOf(plain)) {
        for (const row of parseRows(block)) rows.push(row);
        left -= 1;
        if (left % STEP === 0) {
          /** @type {Entry} */
          const checkpoint = { t: 'since', c: channel, epoch, since: last ? since : INSIDE + ranges[number].sha256 };
          const step = rows;
          rows = [];
          await writing;
          writing = quiet(session.ingest(channel, step, left === 0 ? [checkpoint] : []).then((ids) => world.changed(channel, ids)));
        }
        await yieldToOthers();
      }
    }
  } finally {
    // Also where a later range failed: whoever goes on finds everything that was taken.
    await writing;
  }
}

/**
 * @param {string} hash
 * @param {(sha256: string) => Promise<Response>} fetch
 * @returns {Promise<Bytes>}
 */
async function fetchRange(hash, fetch) {
  const response = await fetch(hash);
  const bytes = new Uint8Array(await response.arrayBuffer().catch(() => { throw new Unreachable('offline'); }));
  if (toHex(await sha256(bytes)) !== hash) throw new Unreachable('server-error');
  return bytes;
}

/**
 * @param {Bytes} sealed
 * @param {{key: CryptoKey, place: Bytes, number: number, last: boolean}} how
 * @returns {Promise<Bytes>} blocks of rows
 */
async function openRange(sealed, { key, place, number, last }) {
  try {
    const params = { name: 'AES-GCM', iv: frameNonce(number, last), additionalData: place };
    const packed = await crypto.subtle.decrypt(params, key, sealed);
    const gunzip = new DecompressionStream('gzip');
    const writer = gunzip.writable.getWriter();
    // Not a Blob: the browser may put those on the disk.
    writer.write(new Uint8Array(packed)).catch(() => {});
    writer.close().catch(() => {});
    return new Uint8Array(await new Response(gunzip.readable).arrayBuffer());
  } catch {
    throw new Unreachable('server-error');
  }
}

/** @param {Bytes} plain */
function blocksIn(plain) {
  let count = 0;
  for (let at = plain.indexOf(NEWLINE); at >= 0; at = plain.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** @param {Bytes} plain @returns {Generator<Bytes>} a JSON array each */
function* blocksOf(plain) {
  for (let at = 0; at < plain.length;) {
    const end = plain.indexOf(NEWLINE, at);
    if (end < 0) throw new Unreachable('server-error');
    yield plain.subarray(at, end);
    at = end + 1;
  }
}

/** @param {Bytes} block @returns {IngestRow[]} those that are rows */
function parseRows(block) {
  let rows;
  try {
    rows = JSON.parse(text(block));
  } catch {
    throw new Unreachable('server-error');
  }
  return Array.isArray(rows) ? rows.filter(isRow) : [];
}

/** @param {any} row */
export function isRow(row) {
  return typeof row?.id === 'string' && isRevision(row.rev) && Array.isArray(row.ancestors)
    && typeof row.doc === 'object' && row.doc !== null;
}

/** A failure is heard where the promise is awaited, and nowhere else. @template T @param {Promise<T>} promise */
function quiet(promise) {
  promise.catch(() => {});
  return promise;
}

/** Lets everything that waits for this thread run first. @returns {Promise<void>} */
function yieldToOthers() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
