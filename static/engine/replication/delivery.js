// Delivering what waits in the outbox: envelopes in batches, then the chunks the server lacks.
//
// Owns: one round. Used by the worker and, while the app is locked or closed, by the service worker: it
// needs the upload key and rows that tell nothing, no key that opens anything. A row is marked as tried
// before it is offered; it is done only when a receipt's signature and hash were verified.
// protocol.md, sections 3, 4 and 6.

import { signUpload, verifyReceipt } from '../crypto/signing.js';
import { sha256, toBase64, toHex, utf8 } from '../crypto/wire.js';
import { Refusal, Unreachable } from './gateway.js';

/**
 * @typedef {import('../types.js').OutboxRow} OutboxRow
 * @typedef {import('../types.js').ChunkRow} ChunkRow
 * @typedef {import('../types.js').Connection} Connection
 * @typedef {import('../store/database.js').Write} Write
 */

/**
 * @typedef {object} Round
 * @property {Connection} connection
 * @property {number} receipts verified in this round
 * @property {number} chunks sent in this round
 * @property {number} left rows that still wait
 * @property {boolean} revoked the office has withdrawn this device
 * @property {number} [retryAfterMs] asked for by the server
 */

/** One uploader among tabs and the service worker. */
export const UPLOADER_LOCK = 'aigaq-uploader';

const BATCH = 100;
/** Of JSON; the gateway takes 8 MiB. */
const BATCH_BYTES = 6 << 20;
const HASHES = 1000;
const CHUNK_RETRIES_PER_ROUND = 3;

export class Delivery {
  /**
   * @param {import('../store/database.js').Database} database
   * @param {(name: string, offset: number, length: number) => Promise<import('../crypto/wire.js').Bytes>} readRange
   * @param {import('./gateway.js').Gateway} gateway
   * @param {(progress: {sent: number, total: number, bytes: number}) => void} [progress]
   */
  constructor(database, readRange, gateway, progress = () => {}) {
    this.database = database;
    this.readRange = readRange;
    this.gateway = gateway;
    this.progress = progress;
    /** @type {{sent: number, total: number, bytes: number}} */ this.counted = { sent: 0, total: 0, bytes: 0 };
  }

  /**
   * Everything that waits, once. Never throws for the network's sake.
   * @returns {Promise<Round>}
   */
  async round() {
    /** @type {Round} */
    const round = { connection: 'online', receipts: 0, chunks: 0, left: 0, revoked: false };
    try {
      const device = await this.database.get('public', 'device');
      const upload = await this.database.get('public', 'upload');
      if (!device || !upload) return round;
      const sender = { device: device.id, key: upload.key };
      await this.gateway.hello();
      const waiting = (await this.#chunksWaiting()).length + (await this.#rowsWaiting()).length;
      this.counted = { sent: 0, total: waiting, bytes: 0 };
      await this.#sendEnvelopes(sender, round);
      await this.#sendChunks(sender, round);
    } catch (error) {
      if (error instanceof Unreachable) {
        round.connection = error.connection;
        round.retryAfterMs = error.retryAfterMs;
      } else if (error instanceof Refusal) {
        round.revoked = error.code === 'device-revoked';
        round.connection = round.revoked ? 'online' : 'server-error';
      } else throw error;
    }
    round.left = (await this.#chunksWaiting()).length + (await this.#rowsWaiting()).length;
    return round;
  }

  /** @param {{device: string, key: CryptoKey}} sender @param {Round} round */
  async #sendEnvelopes(sender, round) {
    let after = 0;
    // Those refused before come last, so that one stuck envelope holds up nothing.
    const rows = await this.#rowsWaiting();
    const refused = rows.filter((row) => row.error);
    for (const group of [rows.filter((row) => !row.error), refused]) {
      after = 0;
      while (after < group.length) {
        const batch = takeBatch(group.slice(after, after + BATCH));
        after += batch.length;
        await this.#sendBatch(sender, batch, round);
      }
    }
  }

  /** @param {{device: string, key: CryptoKey}} sender @param {OutboxRow[]} listed @param {Round} round */
  async #sendBatch(sender, listed, round) {
    await this.database.write(listed.map(({ n, id }) => ({
      store: 'outbox', key: n, change: (row) => (row?.id === id && !row.tried ? { ...row, tried: true } : undefined),
    })));
    // Some may have been superseded or erased since they were listed: only what is marked goes out.
    const rows = (await Promise.all(listed.map(({ n }) => this.database.get('outbox', n))))
      .filter((row, i) => row && row.id === listed[i].id && row.sealed);
    if (rows.length === 0) return;
    const envelopes = rows.map(({ id, key, device, sealed, signature }) => ({ id, key, device, sealed: toBase64(sealed), signature }));
    const answer = await this.#post(sender, '/sync/outbox', { envelopes });
    const answers = new Map((answer?.receipts ?? []).map((/** @type {any} */ item) => [item?.receipt?.envelope ?? item?.id, item]));
    const keyset = await this.database.get('public', 'keyset');
    for (const row of rows) {
      const item = answers.get(row.id);
      const verified = Boolean(item?.receipt) && await verifyReceipt(item, row, keyset.signed.set);
      const error = verified ? null : (item?.error ?? 'receipt-invalid');
      await this.database.write([{ store: 'outbox', key: row.n, change: (now) => {
        if (now?.id !== row.id) return undefined;
        if (!verified) return { ...now, error };
        return { ...now, sealed: null, receipt: item.receipt, receiptSignature: item.signature, quarantined: item.quarantined ?? null, error: null };
      } }]);
      if (!verified) continue;
      round.receipts += 1;
      this.#count(row.size);
    }
  }

  /** @param {{device: string, key: CryptoKey}} sender @param {Round} round */
  async #sendChunks(sender, round) {
    let failures = 0;
    const waiting = await this.#chunksWaiting();
    for (let at = 0; at < waiting.length; at += HASHES) {
      const rows = waiting.slice(at, at + HASHES);
      const answer = await this.#post(sender, '/sync/media/missing', { hashes: rows.map((row) => row.sha256) });
      if (!Array.isArray(answer?.missing)) throw new Unreachable('server-error');
      const missing = new Set(answer.missing);
      await this.#markSent(rows.filter((row) => !missing.has(row.sha256)), round);
      for (const row of rows.filter(({ sha256: hash }) => missing.has(hash))) {
        const sent = await this.#sendChunk(sender, row);
        if (sent) await this.#markSent([row], round);
        else if ((failures += 1) > CHUNK_RETRIES_PER_ROUND) throw new Unreachable('server-error');
      }
    }
  }

  /** @param {{device: string, key: CryptoKey}} sender @param {ChunkRow} row @returns {Promise<boolean>} */
  async #sendChunk(sender, row) {
    let body;
    try {
      body = await this.readRange(row.file, row.offset, row.size);
    } catch {
      return false; // It was erased or freed since the rows were read.
    }
    // A damaged disk must not make the server hold what the document does not name.
    if (toHex(await sha256(body)) !== row.sha256) return false;
    const path = `/sync/media/chunks/${row.sha256}`;
    const headers = await signUpload(sender.key, sender.device, { method: 'PUT', path, body });
    try {
      await this.gateway.request(path, { method: 'PUT', headers: { ...headers, 'Content-Type': 'application/octet-stream' }, body });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'hash-mismatch') return false;
      throw error;
    }
  }

  /** @param {ChunkRow[]} rows @param {Round} round */
  async #markSent(rows, round) {
    if (rows.length === 0) return;
    await this.database.write(rows.map(({ n, sha256: hash }) => ({
      store: 'chunks', key: n, change: (row) => (row?.sha256 === hash ? { ...row, sent: 1 } : undefined),
    })));
    round.chunks += rows.length;
    for (const row of rows) this.#count(row.size);
  }

  /** @param {number} bytes */
  #count(bytes) {
    this.counted.sent += 1;
    this.counted.bytes += bytes;
    this.progress({ ...this.counted });
  }

  /** @param {{device: string, key: CryptoKey}} sender @param {string} path @param {any} value */
  async #post(sender, path, value) {
    const body = utf8(JSON.stringify(value));
    const headers = await signUpload(sender.key, sender.device, { method: 'POST', path, body });
    return this.gateway.json(path, { headers: { ...headers, 'Content-Type': 'application/json' }, body });
  }

  /** @returns {Promise<OutboxRow[]>} */
  async #rowsWaiting() {
    return (await this.database.all('outbox')).filter((row) => !row.receipt);
  }

  /** @returns {Promise<ChunkRow[]>} */
  async #chunksWaiting() {
    return (await this.database.all('chunks')).filter((row) => !row.sent);
  }
}

/** @param {OutboxRow[]} rows @returns {OutboxRow[]} the first ones that fit a request, at least one */
function takeBatch(rows) {
  let bytes = 0;
  const end = rows.findIndex((row) => (bytes += row.size * 4 / 3 + 300) > BATCH_BYTES);
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}

/** @param {import('../store/database.js').Database} database */
export async function whatWaits(database) {
  const rows = (await database.all('outbox')).filter((/** @type {OutboxRow} */ row) => !row.receipt);
  const chunks = (await database.all('chunks')).filter((/** @type {ChunkRow} */ row) => !row.sent);
  const bytes = [...rows, ...chunks].reduce((sum, row) => sum + row.size, 0);
  return { documents: rows.length, chunks: chunks.length, bytes };
}
