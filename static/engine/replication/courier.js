// Carrying for a colleague: what another tablet could not deliver, brought by file, and the receipts back.
//
// Owns: both files' forms. The undelivered (departure.js writes it): `AIGAQ-EXPORT-1\n`, a line of JSON, the chunks'
// bytes. Receipts: `AIGAQ-RECEIPTS-1\n`, then JSON `{receipts: [{receipt, signature, quarantined?}]}`. Nothing of it
// needs the vault: the carrier opens none of what it carries, and delivers it with its own upload key; the author
// believes a receipt only where the organisation's signature fits the author's own sealed bytes.
//
// Carried rows lie in the outbox with `carried` and a negative number: no envelope of this tablet's log has one.
// Their chunks lie in one file that no medium of this tablet knows; it goes when all of them have arrived.

import { verifyReceipt } from '../crypto/signing.js';
import { fromBase64, sha256, text, toHex, utf8 } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { exportUndelivered } from './departure.js';
import { acknowledged } from './delivery.js';

/**
 * @typedef {import('../store/storage.js').Storage} Storage
 * @typedef {import('../store/database.js').Write} Write
 * @typedef {{device: string, envelopes: number, received: number, bytes: number}} Carried
 */

const EXPORT_MAGIC = 'AIGAQ-EXPORT-1\n';
const RECEIPTS_MAGIC = 'AIGAQ-RECEIPTS-1\n';
const NEWER = /^AIGAQ-(EXPORT|RECEIPTS)-([2-9]|[1-9]\d+)\n/;
const ID = /^[0-9A-Z]{26}$/;
const HASH = /^[0-9a-f]{64}$/;
const CHUNK = 1 << 20;
/** Receipts of what was carried are kept for their authors for so long. */
const KEPT_MS = 90 * 86_400_000;
/** A head longer than this is none: a hundred thousand envelopes fit. */
const MOST_HEAD = 256 << 20;

/** What the worker takes for this part. */
export const COURIER_METHODS = ['exportUndelivered', 'importCarried', 'carried', 'exportReceipts', 'importReceipts'];

export class Courier {
  /**
   * @param {Storage} storage
   * @param {{now: () => number, require: () => void, taken: () => Promise<void>}} world `require` throws where this tab
   *   does not own the vault; `taken`: something new waits, or receipts have come
   */
  constructor(storage, world) {
    this.storage = storage;
    this.world = world;
  }

  /** @returns {Promise<{name: string, bytes: ArrayBuffer}>} what waits here, carried or one's own */
  exportUndelivered() { return exportUndelivered(this.storage, this.world.now()); }

  /**
   * Takes over what another tablet exported. Twice is once.
   * @param {ArrayBuffer} bytes
   * @returns {Promise<{envelopes: number, chunks: number, bytes: number}>} what is new here
   * @throws {EngineError} `no-vault`; `newer-version`; `refused` with `not an export`, `cut short` or `own export`
   */
  async importCarried(bytes) {
    this.world.require();
    const { database, files } = this.storage;
    const own = await database.get('public', 'device');
    if (!own) throw new EngineError('no-vault');
    const { head, rest } = await parseExport(new Uint8Array(bytes));
    const theirs = head.envelopes.filter((envelope) => envelope.device !== own.id);
    if (head.device === own.id || (theirs.length === 0 && head.envelopes.length > 0)) throw new EngineError('refused', 'own export');
    const rows = await database.all('outbox');
    const known = new Set(rows.map((row) => row.id));
    let next = rows.reduce((least, { n }) => Math.min(least, n), 0) - 1;
    /** @type {Write[]} */
    const writes = [];
    for (const { id, key, device, sealed: coded, signature } of theirs.filter(({ id: name }) => !known.has(name))) {
      const sealed = fromBase64(coded);
      writes.push({ store: 'outbox', put: {
        n: next, id, key, device, sealed: sealed.buffer, signature, size: sealed.length, sha256: toHex(await sha256(sealed)),
        tried: true, receipt: null, quarantined: null, error: null, carried: true,
      } });
      next -= 1;
    }
    const envelopes = writes.length;
    const here = new Set((await database.all('chunks')).map((row) => row.sha256));
    const fresh = rest.filter((chunk) => !here.has(chunk.sha256));
    if (fresh.length > 0) {
      const file = await files.create();
      try {
        for (const { sha256: hash, bytes: chunk } of fresh) {
          writes.push({ store: 'chunks', put: { sha256: hash, size: chunk.length, file: file.name, offset: file.size(), sent: 0, carried: true } });
          await file.append(chunk);
        }
      } catch (error) {
        await file.close();
        await files.remove(file.name);
        throw error;
      }
      await file.close();
    }
    const old = rows.filter((row) => row.carried && row.receipt && Date.parse(row.receipt.received_at) < this.world.now() - KEPT_MS);
    await database.write([...writes, ...old.map(({ n }) => /** @type {Write} */ ({ store: 'outbox', remove: n }))]);
    await this.world.taken();
    return { envelopes, chunks: fresh.length, bytes: fresh.reduce((sum, chunk) => sum + chunk.bytes.length, 0) };
  }

  /** @returns {Promise<Carried[]>} what is carried, by the tablet it is from */
  async carried() {
    /** @type {Map<string, Carried>} */
    const from = new Map();
    for (const row of (await this.storage.database.all('outbox')).filter(({ carried }) => carried)) {
      const sum = from.get(row.device) ?? { device: row.device, envelopes: 0, received: 0, bytes: 0 };
      sum.envelopes += 1;
      sum.received += row.receipt ? 1 : 0;
      sum.bytes += row.size;
      from.set(row.device, sum);
    }
    return [...from.values()];
  }

  /** Receipts of what was carried, for its authors. @returns {Promise<{name: string, bytes: ArrayBuffer}>} */
  async exportReceipts() {
    const rows = (await this.storage.database.all('outbox')).filter((row) => row.carried && row.receipt);
    const receipts = rows.map(({ receipt, receiptSignature, quarantined }) => (
      { receipt, signature: receiptSignature, ...quarantined ? { quarantined } : {} }));
    const day = new Date(this.world.now()).toISOString().slice(0, 10);
    return { name: `aigaq-${day}.receipts`, bytes: utf8(`${RECEIPTS_MAGIC}${JSON.stringify({ receipts })}\n`).buffer };
  }

  /**
   * Receipts that a courier or the office brings back. What they are not good for is left as it is. Chunks wait for
   * the next connection: only the server says that it holds them.
   * @param {ArrayBuffer} bytes
   * @returns {Promise<{received: number}>}
   * @throws {EngineError} `refused` with `not receipts`
   */
  async importReceipts(bytes) {
    this.world.require();
    const { database } = this.storage;
    refuseNewer(new Uint8Array(bytes));
    const items = new Map(parseReceipts(text(new Uint8Array(bytes))).map((item) => [item.receipt?.envelope, item]));
    const keyset = await database.get('public', 'keyset');
    let received = 0;
    for (const row of (await database.all('outbox')).filter(({ sealed, receipt }) => sealed && !receipt)) {
      const item = items.get(row.id);
      if (!item || !(await verifyReceipt(item, row, keyset.signed.set))) continue;
      await database.write([{ store: 'outbox', key: row.n, change: (now) => (now?.id === row.id ? acknowledged(now, item) : undefined) }]);
      received += 1;
    }
    await this.world.taken();
    return { received };
  }
}

/**
 * Files of carried chunks that have all arrived are removed with their rows.
 * @param {Storage['database']} database @param {Storage['files']} files
 */
export async function dropCarried(database, files) {
  const rows = (await database.all('chunks')).filter((row) => row.carried);
  const waiting = new Set(rows.filter((row) => !row.sent).map((row) => row.file));
  const done = rows.filter((row) => !waiting.has(row.file));
  if (done.length === 0) return;
  // The rows first: a file without rows is removed at the next unlock, rows without a file would wait for ever.
  await database.write(done.map(({ n }) => ({ store: 'chunks', remove: n })));
  for (const name of new Set(done.map((row) => row.file))) await files.remove(name);
}

/**
 * @param {import('../crypto/wire.js').Bytes} bytes
 * @returns {Promise<{head: {device: unknown, envelopes: {id: string, key: string, device: string, sealed: string, signature: string}[]},
 *   rest: {sha256: string, bytes: import('../crypto/wire.js').Bytes}[]}>}
 */
async function parseExport(bytes) {
  refuseNewer(bytes);
  const start = EXPORT_MAGIC.length;
  const end = bytes.indexOf(10, start);
  if (end === -1 || end > MOST_HEAD || text(bytes.subarray(0, start)) !== EXPORT_MAGIC) throw new EngineError('refused', 'not an export');
  const head = parse(text(bytes.subarray(start, end)), 'not an export');
  const sound = Array.isArray(head?.envelopes) && Array.isArray(head.chunks) && head.envelopes.every(isEnvelope) && head.chunks.every(isChunk);
  if (!sound) throw new EngineError('refused', 'not an export');
  const rest = [];
  let at = end + 1;
  for (const { sha256: hash, size } of head.chunks) {
    const chunk = bytes.slice(at, at + size);
    // A file that was cut, or a stick that lies: nothing of it is taken in by halves.
    if (chunk.length !== size || toHex(await sha256(chunk)) !== hash) throw new EngineError('refused', 'cut short');
    rest.push({ sha256: hash, bytes: chunk });
    at += size;
  }
  return { head, rest };
}

/** @param {import('../crypto/wire.js').Bytes} bytes @throws {EngineError} `newer-version` */
function refuseNewer(bytes) {
  const newer = NEWER.exec(String.fromCharCode(...bytes.subarray(0, 40)));
  if (newer) throw new EngineError('newer-version', { what: newer[1].toLowerCase(), version: Number(newer[2]) });
}

/** @param {string} content @returns {any[]} */
function parseReceipts(content) {
  const value = content.startsWith(RECEIPTS_MAGIC) ? parse(content.slice(RECEIPTS_MAGIC.length), 'not receipts') : null;
  if (!Array.isArray(value?.receipts)) throw new EngineError('refused', 'not receipts');
  return value.receipts.filter((/** @type {any} */ item) => item && typeof item.receipt === 'object' && typeof item.signature === 'string');
}

/** @param {string} json @param {string} otherwise */
function parse(json, otherwise) {
  try {
    return JSON.parse(json);
  } catch {
    throw new EngineError('refused', otherwise);
  }
}

/** @param {any} value */
function isEnvelope(value) {
  const coded = /^[A-Za-z0-9_-]+$/;
  return value !== null && typeof value === 'object' && ID.test(value.id) && typeof value.key === 'string' && ID.test(value.device)
    && coded.test(value.sealed) && coded.test(value.signature);
}

/** @param {any} value */
function isChunk(value) {
  return value !== null && typeof value === 'object' && HASH.test(value.sha256) && Number.isInteger(value.size) && value.size > 0 && value.size <= CHUNK;
}
